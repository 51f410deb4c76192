"""The repair of a bill that is more than two per cent off ours: it names the component, and goes when they agree again."""

from decimal import Decimal
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .identity import digest, last_four
from .issues import async_report, async_settle
from .oejp.household.point_bill import PointBill
from .oejp.japan_time import day_of
from .presentation import COMPONENT_NAMES
from .runtime import OctopusConfigEntry

BILL_OFF: Final = "bill_off"
MOST: Final = Decimal(2)
"""Per cent. Within it bills may differ by how they round."""


def is_off(bill: PointBill) -> bool:
    """Tell whether the supplier's bill is known to be another one than ours."""
    percent = bill.found.percent if bill.found else None
    return percent is not None and abs(percent) > MOST


@callback
def async_watch_bills(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Raise and withdraw the issue as bills come."""
    bills = entry.runtime_data.bills

    @callback
    def update() -> None:
        for spin, bill in bills.data.items():
            if bill is not None and bill.found is not None and is_off(bill):
                async_report(
                    hass,
                    entry,
                    BILL_OFF,
                    digest(spin),
                    number=last_four(spin),
                    first_day=str(day_of(bill.period.start)),
                    computed=str(bill.found.bill.total),
                    billed=str(bill.found.total),
                    component=_component(hass, bill),
                )
            else:
                async_settle(hass, entry, BILL_OFF, digest(spin))

    update()
    entry.async_on_unload(bills.async_add_listener(update))


def _component(hass: HomeAssistant, bill: PointBill) -> str:
    """Return the name of what is furthest off, in the language of Home Assistant."""
    worst = bill.found.worst if bill.found else None
    name = "other" if worst is None else COMPONENT_NAMES[worst]
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    return texts.get(f"component.{DOMAIN}.common.bill_{name}", name)
