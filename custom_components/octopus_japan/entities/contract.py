"""Sensors of a supply point's contract: since when and until when it is supplied, and for what; when its meter is read next."""

from collections.abc import Callable
from datetime import date, timedelta

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..coordinators.prices import PointPrices
from ..oejp.japan_time import day_of
from ..oejp.tariff import Capacity
from .description import Attributes, OctopusSensorDescription, Value


def _of_contract(
    key: str, value: Callable[[PointPrices], Value], *, dated: bool = True
) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DATE if dated else None,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=value,
    )


def _next_reading(prices: PointPrices) -> date:
    return day_of(prices.tariff.calendar.period_at(dt_util.utcnow()).end)


def _reading_attributes(prices: PointPrices) -> Attributes:
    """Tell whether the service states the day: its dates are often weeks stale, and then the usual day is expected again."""
    calendar = prices.tariff.calendar
    return {"estimated": calendar.period_at(dt_util.utcnow()).end not in calendar.readings}


def _first_day(prices: PointPrices) -> date | None:
    return None if (start := prices.contract.start) is None else day_of(start)


def _last_day(prices: PointPrices) -> date | None:
    end = prices.contract.end
    return None if end is None else day_of(end - timedelta(days=1))


def _size(capacity: Capacity) -> str | None:
    """Return the size with its unit, which differs from contract to contract."""
    sizes = ((capacity.amperes, "A"), (capacity.kva, "kVA"), (capacity.kw, "kW"))
    return next((f"{size.normalize():f} {unit}" for size, unit in sizes if size is not None), None)


CONTRACT_SENSORS: tuple[OctopusSensorDescription[PointPrices], ...] = (
    OctopusSensorDescription(
        key="next_reading_date",
        translation_key="next_reading_date",
        device_class=SensorDeviceClass.DATE,
        value_fn=_next_reading,
        attributes_fn=_reading_attributes,
    ),
    _of_contract("agreement_start", _first_day),
    _of_contract("agreement_end", _last_day),
    _of_contract(
        "contracted_capacity", lambda prices: _size(prices.contract.capacity), dated=False
    ),
)
