"""Sensors of a supply point's prices."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy
from homeassistant.util import dt as dt_util

from ..coordinators.prices import PointPrices
from ..oejp.household.day_extremes import cheapest_times, dearest_times, next_start
from ..oejp.household.plan_shape import Feature
from ..oejp.tariff import BillingPeriod, Component, DayPrices, Per, Price
from ..presentation import BANDS, band_option, estimation, own_meter, price_attributes
from .description import (
    YEN_PER_DAY,
    YEN_PER_KWH,
    Attributes,
    OctopusSensorDescription,
    Value,
    day,
)


def _price(
    key: str,
    value: Callable[[PointPrices], Value],
    *,
    attributes: Callable[[PointPrices], Attributes] = lambda _: None,
    enabled: bool = True,
    category: EntityCategory | None = None,
    unit: str = YEN_PER_KWH,
    needs: Feature | None = None,
) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=unit,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        entity_category=category,
        needs=needs,
        value_fn=value,
        attributes_fn=attributes,
    )


def _time(
    key: str,
    value: Callable[[PointPrices], Value],
    *,
    enabled: bool = True,
    needs: Feature | None = None,
) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=enabled,
        needs=needs,
        value_fn=value,
    )


def _component(price: Price | None, component: Component) -> float | None:
    part = price.components.get(component) if price else None
    return None if part is None else float(part)


def _of_day(prices: DayPrices | None, name: str) -> float | None:
    return None if prices is None else float(getattr(prices, name))


def _cheapest_start(prices: DayPrices | None) -> datetime | None:
    """On a day of one price no time is the cheapest."""
    if prices is None or len(prices.ranks) == 1:
        return None
    return prices.cheapest[0].start


def _cheapest_next(prices: PointPrices) -> datetime | None:
    return next_start(cheapest_times([prices.today, prices.tomorrow]), dt_util.utcnow())


def _dearest_next(prices: PointPrices) -> datetime | None:
    return next_start(dearest_times([prices.today, prices.tomorrow]), dt_util.utcnow())


def _rank(prices: PointPrices) -> int | None:
    if prices.today is None or prices.current is None:
        return None
    return prices.today.rank(prices.current)


def _rank_attributes(prices: PointPrices) -> Attributes:
    return None if prices.today is None else {"of": len(prices.today.ranks)}


def _percentile(prices: PointPrices) -> float | None:
    if prices.today is None or prices.current is None:
        return None
    return float(100 * prices.today.cheaper_part(prices.current))


def _billing_period(prices: PointPrices) -> BillingPeriod | None:
    """Unknown while nothing tells on which day of the month meters are read."""
    calendar = prices.tariff.calendar
    if not (calendar.closed or calendar.readings or calendar.starts):
        return None
    return calendar.period_at(dt_util.utcnow())


def _billing_start(prices: PointPrices) -> date | None:
    period = _billing_period(prices)
    return None if period is None else day(period.start)


def _billing_end(prices: PointPrices) -> date | None:
    """Return the last day: the meter is read when it is over."""
    period = _billing_period(prices)
    return None if period is None else day(period.end - timedelta(days=1))


def _billing_attributes(prices: PointPrices) -> Attributes:
    period = _billing_period(prices)
    if period is None:
        return None
    return {"estimated": not period.closed and period.end not in prices.tariff.calendar.readings}


def _standing_charge(prices: PointPrices) -> float | None:
    charge = prices.rates.standing_charge if prices.rates else None
    return float(charge.price) if charge is not None and charge.per is Per.DAY else None


def _step_attributes(prices: PointPrices) -> Attributes:
    """Only on a stepped plan does anything rest on use."""
    if prices.left_in_step is None:
        return None
    return {**estimation(prices.estimated_since), **own_meter(prices.own_until)}


def _band_attributes(prices: PointPrices) -> Attributes:
    """Add when use reached the step in force, None in the first one: whoever was not there then learns of it."""
    use = prices.outlook.use
    if use is None:
        return None
    since = use.crossed.at if use.crossed else None
    return {**(_step_attributes(prices) or {}), "step_since": since}


PRICE_SENSORS: tuple[OctopusSensorDescription[PointPrices], ...] = (
    _price(
        "current_price",
        lambda p: float(p.current.total) if p.current else None,
        attributes=price_attributes,
    ),
    _price("previous_price", lambda p: float(p.previous.total) if p.previous else None),
    _price("next_price", lambda p: float(p.next.total) if p.next else None),
    _time("next_price_change", lambda p: p.next.at if p.next else None),
    _price("lowest_price_today", lambda p: _of_day(p.today, "low"), needs=Feature.HOURS),
    _price("highest_price_today", lambda p: _of_day(p.today, "high"), needs=Feature.HOURS),
    _price(
        "mean_price_today", lambda p: _of_day(p.today, "mean"), enabled=False, needs=Feature.HOURS
    ),
    _time("next_cheapest_time", _cheapest_next, needs=Feature.HOURS),
    _time("next_dearest_time", _dearest_next, needs=Feature.HOURS),
    _time(
        "cheapest_time_today",
        lambda p: _cheapest_start(p.today),
        enabled=False,
        needs=Feature.HOURS,
    ),
    _time(
        "cheapest_time_tomorrow",
        lambda p: _cheapest_start(p.tomorrow),
        enabled=False,
        needs=Feature.HOURS,
    ),
    OctopusSensorDescription(
        key="price_rank",
        translation_key="price_rank",
        needs=Feature.HOURS,
        value_fn=_rank,
        attributes_fn=_rank_attributes,
    ),
    OctopusSensorDescription(
        key="price_percentile",
        translation_key="price_percentile",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        needs=Feature.HOURS,
        value_fn=_percentile,
    ),
    OctopusSensorDescription(
        key="rate_band",
        translation_key="rate_band",
        device_class=SensorDeviceClass.ENUM,
        options=list(BANDS),
        needs=Feature.BANDS,
        value_fn=lambda p: band_option(p.current) if p.current else None,
        attributes_fn=_band_attributes,
    ),
    OctopusSensorDescription(
        key="left_in_step",
        translation_key="left_in_step",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        needs=Feature.STEPS,
        value_fn=lambda p: None if p.left_in_step is None else float(p.left_in_step),
        attributes_fn=_step_attributes,
    ),
    _price(
        "fuel_cost_adjustment",
        lambda p: _component(p.rates, Component.FUEL_COST_ADJUSTMENT),
        category=EntityCategory.DIAGNOSTIC,
        needs=Feature.FUEL_COST_ADJUSTMENT,
    ),
    _price(
        "renewable_energy_levy",
        lambda p: _component(p.rates, Component.RENEWABLE_ENERGY_LEVY),
        category=EntityCategory.DIAGNOSTIC,
    ),
    _price(
        "standing_charge",
        _standing_charge,
        category=EntityCategory.DIAGNOSTIC,
        unit=YEN_PER_DAY,
        needs=Feature.STANDING_CHARGE,
    ),
    OctopusSensorDescription(
        key="billing_period_start",
        translation_key="billing_period_start",
        device_class=SensorDeviceClass.DATE,
        value_fn=_billing_start,
    ),
    OctopusSensorDescription(
        key="billing_period_end",
        translation_key="billing_period_end",
        device_class=SensorDeviceClass.DATE,
        value_fn=_billing_end,
        attributes_fn=_billing_attributes,
    ),
)
