"""Actions: prices of any time, the best time to run something, what was used and what it cost, bills."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..oejp.japan_time import DAY, HALF_HOUR, HOUR, add_months, day_of, midnight
from ..oejp.tariff import Interval
from ..oejp.tariff.cheapest import LONGEST, Found, NotFound, Piece, PricedTime, Task, find
from ..oejp.tariff.resolution import in_steps
from ..presentation import COMPONENT_NAMES, band_option, components
from . import rest
from .bill import GET_BILL, async_get_bill
from .campaigns import SCHEMA as REGISTER_FOR_CAMPAIGN, async_register_for_campaign
from .compare import SCHEMA as COMPARE_PLANS, async_compare_plans
from .consumption import By, Used, split, used
from .cost_of import SCHEMA as GET_COST_OF, async_get_cost_of
from .enter import (
    SET_MONTHLY_RATE,
    SET_SCHEDULE,
    async_set_monthly_rate,
    async_set_schedule,
)
from .fields import PriceList, chosen_point, estimation, instant, iso, mistake, rounded
from .half_hours import BY_HALF_HOUR, async_half_hours
from .probe import SCHEMA as PROBE, async_probe
from .reimport import SCHEMA as REIMPORT_HISTORY, async_reimport_history

CHEAPEST, DEAREST = "cheapest", "dearest"
BY_PERIOD = "period"
STEPS = {"quarter": DAY / 96, "half_hour": HALF_HOUR, "hour": HOUR}

MOST = 20_000
"""The longest list that a response holds: a year of half hours."""

_POINT = {vol.Optional("device_id"): cv.string}
_KWH = vol.All(vol.Coerce(float), vol.Range(min=0))

GET_PRICES = vol.Schema(
    _POINT
    | {
        vol.Optional("start"): object,
        vol.Optional("end"): object,
        vol.Optional("resolution", default=BY_PERIOD): vol.In([BY_PERIOD, *STEPS]),
        vol.Optional("components", default=False): cv.boolean,
        vol.Optional("without_tax", default=False): cv.boolean,
    }
)
FIND_CHEAPEST_PERIOD = vol.Schema(
    _POINT
    | {
        vol.Optional("duration"): cv.positive_time_period,
        vol.Optional("earliest_start"): object,
        vol.Optional("latest_end"): object,
        vol.Optional("shortest_part"): cv.positive_time_period,
        vol.Optional("look_for", default=CHEAPEST): vol.In([CHEAPEST, DEAREST]),
        vol.Optional("as_late_as_possible", default=False): cv.boolean,
        vol.Optional("limit_price"): vol.Coerce(float),
        vol.Optional("consumption"): _KWH,
        vol.Optional("profile"): vol.All(cv.ensure_list, [_KWH], vol.Length(min=1)),
        vol.Optional("profile_slot", default=HALF_HOUR): cv.positive_time_period,
    }
)
GET_CONSUMPTION = vol.Schema(
    _POINT
    | {
        vol.Optional("start"): object,
        vol.Optional("end"): object,
        vol.Optional("period", default=By.DAY.value): vol.In(
            [BY_HALF_HOUR, *(by.value for by in By)]
        ),
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; they need no entry to be there."""
    for name, action, schema in (
        ("get_prices", _get_prices, GET_PRICES),
        ("find_cheapest_period", _find_cheapest_period, FIND_CHEAPEST_PERIOD),
        ("get_consumption", _get_consumption, GET_CONSUMPTION),
        ("get_bill", async_get_bill, GET_BILL),
        ("compare_plans", async_compare_plans, COMPARE_PLANS),
        ("get_cost_of", async_get_cost_of, GET_COST_OF),
        ("probe", async_probe, PROBE),
        ("list_products", rest.async_list_products, rest.LIST_PRODUCTS),
        ("get_product", rest.async_get_product, rest.GET_PRODUCT),
        ("get_meter_point", rest.async_get_meter_point, rest.GET_METER_POINT),
        ("get_grid_supply_point", rest.async_get_grid_supply_point, rest.GET_GRID_SUPPLY_POINT),
        ("create_quote", rest.async_create_quote, rest.CREATE_QUOTE),
    ):
        hass.services.async_register(
            DOMAIN, name, action, schema, supports_response=SupportsResponse.ONLY
        )
    for name, command, schema in (
        ("reimport_history", async_reimport_history, REIMPORT_HISTORY),
        ("set_monthly_rate", async_set_monthly_rate, SET_MONTHLY_RATE),
        ("set_schedule", async_set_schedule, SET_SCHEDULE),
        ("register_for_campaign", async_register_for_campaign, REGISTER_FOR_CAMPAIGN),
    ):
        hass.services.async_register(DOMAIN, name, command, schema)


async def _get_prices(call: ServiceCall) -> ServiceResponse:
    data = call.data
    point = chosen_point(call.hass, data.get("device_id"))
    now = dt_util.utcnow()
    today = midnight(day_of(now))
    start = instant(data["start"], after=now) if "start" in data else today
    end = (
        instant(data["end"], after=start, ends=True)
        if "end" in data
        else max(today, midnight(day_of(start))) + 2 * DAY
    )
    _check_window(start, end, HALF_HOUR)
    prices = await point.price_list(start, end)
    # A year of half hours is too long to list on the event loop.
    rates = await call.hass.async_add_executor_job(partial(_rates, prices, data))
    return {"unit": "JPY/kWh", "tax_included": not data["without_tax"], "prices": rates}


def _rates(prices: PriceList, data: dict[str, Any]) -> list[JsonValueType]:
    without_tax = data["without_tax"]
    rates: list[JsonValueType] = []
    for period in (
        in_steps(prices.periods, STEPS[data["resolution"]])
        if data["resolution"] in STEPS
        else prices.periods
    ):
        price = period.price
        rate: dict[str, JsonValueType] = {
            "start": iso(period.start),
            "end": iso(period.end),
            "price": rounded(price.total_without_tax if without_tax else price.total),
            "band": band_option(price),
            **estimation(prices.estimated_since(period)),
        }
        if data["components"]:
            rate["components"] = dict(components(price, without_tax=without_tax))
        rates.append(rate)
    return rates


async def _find_cheapest_period(call: ServiceCall) -> ServiceResponse:
    data = call.data
    point = chosen_point(call.hass, data.get("device_id"))
    now = dt_util.utcnow().replace(microsecond=0)
    earliest = (
        instant(data["earliest_start"], after=now, at_once=True)
        if "earliest_start" in data
        else now
    )
    latest = (
        instant(data["latest_end"], after=earliest, ends=True)
        if "latest_end" in data
        else earliest + DAY
    )
    _check_window(earliest, latest, HALF_HOUR)
    if latest - earliest > LONGEST:
        raise mistake("window_too_long", most=str(LONGEST // DAY))
    task = _task(data, earliest, latest)
    prices = await point.price_list(earliest, latest)
    priced = [
        PricedTime(Interval(period.start, period.end), period.price.total)
        for period in prices.periods
    ]
    try:
        found = await call.hass.async_add_executor_job(find, priced, task)
    except NotFound as error:
        if error.reason == "no_period_found" and task.limit is not None:
            return _no_period()
        raise mistake(
            error.reason,
            start=iso(earliest),
            end=iso(latest),
            duration=str(task.duration),
        ) from error
    return _response(prices, found)


def _task(data: dict[str, Any], earliest: datetime, latest: datetime) -> Task:
    profile = data.get("profile")
    duration = data.get("duration")
    if profile is not None and duration is None:
        duration = len(profile) * data["profile_slot"]
    if duration is None:
        raise mistake("no_duration")
    return Task(
        duration=duration,
        earliest=earliest,
        latest=latest,
        at_least=data.get("shortest_part"),
        dearest=data["look_for"] == DEAREST,
        latest_start=data["as_late_as_possible"],
        profile=None if profile is None else tuple(map(_decimal, profile)),
        step=data["profile_slot"],
        kwh=_decimal(data["consumption"]) if "consumption" in data else None,
        limit=_decimal(data["limit_price"]) if "limit_price" in data else None,
    )


def _response(prices: PriceList, found: Found) -> ServiceResponse:
    first, last = found.pieces[0], found.pieces[-1]
    guesses = [
        since
        for period in prices.periods
        for piece in found.pieces
        if piece.time.start < period.end and period.start < piece.time.end
        if (since := prices.estimated_since(period)) is not None
    ]
    return {
        "start": iso(first.time.start),
        "end": iso(last.time.end),
        "mean_price": rounded(found.mean_price),
        "consumption": rounded(found.kwh),
        "cost": rounded(found.cost),
        **estimation(min(guesses, default=None)),
        "periods": [_piece(piece) for piece in found.pieces],
    }


def _no_period() -> ServiceResponse:
    return dict.fromkeys(("start", "end", "mean_price", "consumption", "cost")) | {
        **estimation(None),
        "periods": [],
    }


def _piece(piece: Piece) -> dict[str, JsonValueType]:
    return {
        "start": iso(piece.time.start),
        "end": iso(piece.time.end),
        "mean_price": rounded(piece.mean_price),
        "consumption": rounded(piece.kwh),
        "cost": rounded(piece.cost),
    }


async def _get_consumption(call: ServiceCall) -> ServiceResponse:
    data = call.data
    point = chosen_point(call.hass, data.get("device_id"))
    now = dt_util.utcnow()
    if data["period"] == BY_HALF_HOUR:
        start = instant(data.get("start", midnight(day_of(now)) - DAY), after=now)
        end = instant(data["end"], after=start, ends=True) if "end" in data else now
        _check_window(start, end, HALF_HOUR)
        return {"consumption": await async_half_hours(point, start, end)}
    by = By(data["period"])
    if "start" in data:
        start = instant(data["start"], after=now)
    elif by in {By.HOUR, By.DAY}:
        start = point.tariff.calendar.period_at(now).start
    else:
        start = add_months(now, -11)
    end = (
        instant(data["end"], after=start, ends=True)
        if "end" in data
        else max(now, start + HALF_HOUR)
    )
    _check_window(start, end, timedelta(hours=1) if by is By.HOUR else DAY)
    periods = split(by, start, end, point.tariff)
    supply = point.entry.runtime_data.account.data.supply_points[point.spin]
    hours, yen = await point.rows(periods[0].start)
    found = await call.hass.async_add_executor_job(
        partial(used, point.tariff, hours, yen, periods, supply.supply_start)
    )
    return {"consumption": [_used(each) for each in found]}


def _used(each: Used) -> dict[str, JsonValueType]:
    cost: dict[str, JsonValueType] | None = None
    if each.total is not None:
        cost = {"total": rounded(each.total)}
        if not each.pending:
            cost |= {COMPONENT_NAMES[part]: rounded(yen) for part, yen in each.parts.items()}
    return {
        "start": iso(each.period.start),
        "end": iso(each.period.end),
        "consumption": rounded(each.kwh.value),
        "complete": each.kwh.complete,
        "cost": cost,
        "unpriced_hours": each.unpriced,
        "pending": each.pending,
        **estimation(each.estimated_since),
    }


def _check_window(start: datetime, end: datetime, finest: timedelta) -> None:
    if end <= start:
        raise mistake("window_empty", start=iso(start), end=iso(end))
    if (end - start) / finest > MOST:
        raise mistake("window_too_long", most=str(MOST * finest // DAY))


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value))
