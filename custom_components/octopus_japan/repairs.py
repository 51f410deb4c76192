"""Repairs: the flows of fixable issues, and who watches for those of plans.

Where the hours of a time-of-use plan are not the published ones, the user can check them on the bill.
"""

from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .identity import digest, last_four
from .issues import async_report, async_settle
from .oejp.tariff import Tariff
from .runtime import OctopusConfigEntry

LEARNED = "learned_schedule"
MISMATCH = "schedule_mismatch"


class SignInEndedFlow(ConfirmRepairFlow):
    """Asks for another way to sign in."""

    def __init__(self, entry_id: str) -> None:
        self._entry_id = entry_id

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Open the reauthentication once the user knows which ways are left."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if user_input is not None and entry is not None:
            entry.async_start_reauth(self.hass)
        return await super().async_step_confirm(user_input)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of a fixable issue."""
    return _FLOWS[(data or {})["key"]]((data or {})["entry_id"])


_FLOWS = {"sign_in_ended": SignInEndedFlow, "api_key_ended": SignInEndedFlow}


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
                if holds:
                    async_report(hass, entry, key, digest(spin), number=last_four(spin))
                else:
                    async_settle(hass, entry, key, digest(spin))

    update()
    entry.async_on_unload(prices.async_add_listener(update))
