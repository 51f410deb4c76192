"""Repair issues: where the hours of a time-of-use plan are not the published ones, the user can check them on the bill."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .identity import digest, last_four
from .oejp.tariff import Tariff
from .runtime import OctopusConfigEntry

LEARNED = "learned_schedule"
MISMATCH = "schedule_mismatch"


def _issues(tariff: Tariff) -> dict[str, bool]:
    now = dt_util.utcnow()
    schedules = [card.schedule for card in tariff.cards if card.schedule and card.covers(now)]
    return {
        LEARNED: any(schedule.learned for schedule in schedules),
        MISMATCH: bool(tariff.mismatches),
    }


@callback
def async_watch_schedules(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Raise and withdraw issues as the tariffs change."""
    prices = entry.runtime_data.prices

    @callback
    def update() -> None:
        for spin, point in prices.data.items():
            for key, holds in _issues(point.tariff).items():
                issue_id = f"{key}_{entry.entry_id}_{digest(spin)}"
                if not holds:
                    ir.async_delete_issue(hass, DOMAIN, issue_id)
                    continue
                ir.async_create_issue(
                    hass,
                    DOMAIN,
                    issue_id,
                    is_fixable=False,
                    severity=ir.IssueSeverity.WARNING,
                    translation_key=key,
                    translation_placeholders={"number": last_four(spin)},
                )

    update()
    entry.async_on_unload(prices.async_add_listener(update))
