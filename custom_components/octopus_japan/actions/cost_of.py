"""What did this device cost: the use that an energy sensor counted, at the prices of its hours."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..oejp.household.device_cost import DeviceCost, device_cost
from ..oejp.household.hour import Hour, whole_hour
from ..oejp.household.own_meter import own_meter
from ..oejp.japan_time import HOUR
from ..presentation import COMPONENT_NAMES
from ..recorder.own_meter import Unusable, counter
from .fields import PriceList, chosen_point, estimation, instant, iso, mistake, rounded

SCHEMA: Final = vol.Schema(
    {
        vol.Required("entity_id"): cv.entity_id,
        vol.Optional("start"): object,
        vol.Optional("end"): object,
        vol.Optional("device_id"): cv.string,
    }
)
LONGEST: Final = timedelta(days=366)


async def async_get_cost_of(call: ServiceCall) -> ServiceResponse:
    """Return kWh and yen of a sensor's hours that begin in a time. Raises a translated error."""
    point = chosen_point(call.hass, call.data.get("device_id"))
    now = dt_util.utcnow()
    period = point.tariff.calendar.period_at(now)
    start, end = _window(call.data, period.start, now)
    hours = await _hours(call.hass, call.data["entity_id"], start, end)
    prices = await point.price_list(start, end)
    found = await call.hass.async_add_executor_job(device_cost, hours, prices.periods)
    over = (min(end, whole_hour(now)) - start) // HOUR
    return {
        "start": iso(start),
        "end": iso(end),
        **_response(found),
        "missing_hours": over - sum(hour.whole for hour in hours),
        **_guessed(prices, hours),
    }


def _window(
    data: dict[str, Any], period_start: datetime, now: datetime
) -> tuple[datetime, datetime]:
    """Return the whole hours that are asked for, until the running one at most."""
    start = instant(data["start"], after=now) if "start" in data else period_start
    if start >= now:
        raise mistake("time_ahead", time=iso(start))
    end = instant(data["end"], after=start, ends=True) if "end" in data else now
    if end <= start:
        raise mistake("window_empty", start=iso(start), end=iso(end))
    if end - start > LONGEST:
        raise mistake("window_too_long", most=str(LONGEST.days))
    start, end = whole_hour(dt_util.as_utc(start)), min(end, now)
    return start, -(-(end - start) // HOUR) * HOUR + start


async def _hours(hass: HomeAssistant, entity_id: str, start: datetime, end: datetime) -> list[Hour]:
    """Return the hours that a sensor counted, the running one as far as it did."""
    # What was counted before the first hour is told by the one before it.
    found = await get_instance(hass).async_add_executor_job(
        counter, hass, entity_id, start - HOUR, end
    )
    if found is Unusable.MISSING:
        raise mistake("no_statistics", entity_id=entity_id)
    if isinstance(found, Unusable):
        raise mistake("not_an_energy_sensor", entity_id=entity_id)
    told = own_meter(found)
    counted = [*told.hours, *([told.live.hour] if told.live else ())]
    hours = [hour for hour in counted if start <= hour.start < end]
    if not hours:
        raise mistake("nothing_counted", entity_id=entity_id, start=iso(start), end=iso(end))
    return hours


def _response(found: DeviceCost) -> dict[str, JsonValueType]:
    cost: dict[str, JsonValueType] | None = None
    if found.total is not None:
        cost = {"total": rounded(found.total)}
        cost |= {COMPONENT_NAMES[part]: rounded(yen) for part, yen in found.parts.items()}
    return {
        "consumption": rounded(found.kwh),
        "cost": cost,
        "mean_price": rounded(found.mean_price),
        "unpriced_hours": found.unpriced,
    }


def _guessed(prices: PriceList, hours: list[Hour]) -> dict[str, JsonValueType]:
    """Tell since when the prices of the hours in use rest on a guess."""
    used = [hour for hour in hours if hour.kwh]
    guesses = [
        max(since, used[0].start)
        for period in prices.periods
        if used and period.start < used[-1].start + HOUR and used[0].start < period.end
        if (since := prices.estimated_since(period)) is not None
    ]
    return estimation(min(guesses, default=None))
