"""Sensors of a supply point's prices."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfEnergy

from ..coordinators.prices import PointPrices
from ..oejp.tariff import Component, DayPrices, Per, Price
from ..presentation import BANDS, band_option, estimation, own_meter, price_attributes
from .description import (
    YEN_PER_DAY,
    YEN_PER_KWH,
    Attributes,
    OctopusSensorDescription,
    Value,
)


def _price(
    key: str,
    value: Callable[[PointPrices], Value],
    *,
    attributes: Callable[[PointPrices], Attributes] = lambda _: None,
    enabled: bool = True,
    category: EntityCategory | None = None,
    unit: str = YEN_PER_KWH,
) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=unit,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        entity_category=category,
        value_fn=value,
        attributes_fn=attributes,
    )


def _time(key: str, value: Callable[[PointPrices], Value]) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TIMESTAMP,
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
    _price("next_price", lambda p: float(p.next.total) if p.next else None),
    _time("next_price_change", lambda p: p.next.at if p.next else None),
    _price("lowest_price_today", lambda p: _of_day(p.today, "low")),
    _price("highest_price_today", lambda p: _of_day(p.today, "high")),
    _price("mean_price_today", lambda p: _of_day(p.today, "mean"), enabled=False),
    _time("cheapest_time_today", lambda p: _cheapest_start(p.today)),
    _time("cheapest_time_tomorrow", lambda p: _cheapest_start(p.tomorrow)),
    OctopusSensorDescription(
        key="rate_band",
        translation_key="rate_band",
        device_class=SensorDeviceClass.ENUM,
        options=list(BANDS),
        value_fn=lambda p: band_option(p.current) if p.current else None,
        attributes_fn=_band_attributes,
    ),
    OctopusSensorDescription(
        key="left_in_step",
        translation_key="left_in_step",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        value_fn=lambda p: None if p.left_in_step is None else float(p.left_in_step),
        attributes_fn=_step_attributes,
    ),
    _price(
        "fuel_cost_adjustment",
        lambda p: _component(p.rates, Component.FUEL_COST_ADJUSTMENT),
        category=EntityCategory.DIAGNOSTIC,
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
    ),
)
