"""The actions by which a user enters what a notice tells: monthly rates, and the hours of a plan."""

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..coordinators.entered import RATES
from ..entering import CONF_FORGET, CONF_MONTH, CONF_MONTHS, Mistyped, read_hours, read_rates
from ..oejp.tariff.schedule import NoSchedule
from .fields import chosen_point, mistake

_POINT = {vol.Optional("device_id"): cv.string}

SET_MONTHLY_RATE = vol.Schema(
    _POINT
    | {vol.Required(CONF_MONTH): cv.string}
    | {vol.Optional(component.value): vol.Coerce(float) for component in RATES}
    | {vol.Optional(CONF_FORGET, default=False): cv.boolean}
)
SET_SCHEDULE = vol.Schema(
    _POINT
    | {
        vol.Required("hours"): {cv.string: cv.string},
        vol.Optional(CONF_MONTHS, default=lambda: list(range(1, 13))): vol.All(
            cv.ensure_list, [vol.All(vol.Coerce(int), vol.Range(min=1, max=12))], vol.Length(min=1)
        ),
    }
)


async def async_set_monthly_rate(call: ServiceCall) -> None:
    """Take the monthly rates of a month; they count where neither the service nor a bill tells them."""
    point = chosen_point(call.hass, call.data.get("device_id"))
    try:
        month, prices = read_rates(call.data)
    except Mistyped as error:
        raise mistake(error.reason) from error
    point.entry.runtime_data.book.async_enter_rates(point.spin, month, prices)


async def async_set_schedule(call: ServiceCall) -> None:
    """Take the hours of the bands of the plan in force, for some months; without any hours, forget those entered."""
    point = chosen_point(call.hass, call.data.get("device_id"))
    book = point.entry.runtime_data.book
    slots = book.slots(point.spin)
    given = {name.strip().lower(): text for name, text in call.data["hours"].items()}
    if not slots or given.keys() - {slot.lower() for slot in slots}:
        raise mistake("no_such_band", bands=", ".join(slot.lower() for slot in slots))
    fields = given | {CONF_MONTHS: call.data[CONF_MONTHS]}
    try:
        book.async_enter_hours(point.spin, read_hours(fields, slots) if given else [])
    except (Mistyped, NoSchedule) as error:
        raise mistake(error.reason) from error
