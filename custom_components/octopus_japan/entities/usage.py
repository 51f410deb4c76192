"""Sensors of energy and money: of a supply point what it used, of a generation point what it exported."""

from datetime import timedelta
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfTime
from homeassistant.util import dt as dt_util

from ..const import YEN
from ..coordinators.exports import PointExport
from ..entity import Lifetime
from ..oejp.household.totals import Total
from ..oejp.household.usage import PointUsage
from ..presentation import estimation, own_meter
from .description import YEN_PER_KWH, Attributes, OctopusSensorDescription, number

PERIODS = {
    "today": True,
    "yesterday": True,
    "this_week": False,
    "this_month": False,
    "last_month": False,
    "billing_period": True,
}
"""Periods shown, and whether their sensors are enabled from the start."""

EXPORT_PERIODS = {
    "today": True,
    "yesterday": True,
    "this_week": False,
    "this_month": True,
    "last_month": False,
}


_MONEY = SensorDeviceClass.MONETARY

_KINDS = {
    "consumption": (SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, 2),
    "cost": (_MONEY, YEN, 0),
    "export": (SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, 2),
    "compensation": (_MONEY, YEN, 0),
}
"""What is totalled: device class, unit, decimals."""


type Usage = PointUsage | PointExport


def _total(what: str, period: str, *, enabled: bool) -> OctopusSensorDescription[Any]:
    kind, unit, digits = _KINDS[what]

    def total(usage: Usage) -> Total:
        found: Total = getattr(usage, what)[period]
        return found

    return OctopusSensorDescription(
        key=f"{what}_{period}",
        translation_key=f"{what}_{period}",
        device_class=kind,
        native_unit_of_measurement=unit,
        suggested_display_precision=digits,
        entity_registry_enabled_default=enabled,
        lifetime=Lifetime.PERIODS,
        value_fn=lambda usage: number(total(usage).value),
        attributes_fn=lambda usage: {
            "complete": total(usage).complete,
            "complete_until": total(usage).complete_until,
            **_rests_on(usage, period, money=kind is _MONEY),
        },
    )


def _rests_on(usage: Usage, period: str, *, money: bool) -> dict[str, Any]:
    """Tell whether a sum is estimated: money by its rates, and both where the household's own meter stands in."""
    since = usage.stood_in_since(period) if isinstance(usage, PointUsage) else None
    own = own_meter(usage.own_until) if isinstance(usage, PointUsage) and since else {}
    if money:
        return {**estimation(usage.estimated_since(period)), **own}
    return {**estimation(since), **own} if since else {}


def _delay(usage: Usage) -> float | None:
    if usage.latest is None:
        return None
    return (dt_util.utcnow() - usage.latest.end_at) / timedelta(hours=1)


def _latest_attributes(usage: Usage) -> Attributes:
    latest = usage.latest
    if latest is None:
        return None
    return {"start": latest.start_at, "end": latest.end_at, "version": latest.version}


READINGS_SENSORS: tuple[OctopusSensorDescription[Any], ...] = (
    OctopusSensorDescription(
        key="latest_half_hour",
        translation_key="latest_half_hour",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        lifetime=Lifetime.PERIODS,
        value_fn=lambda usage: float(usage.latest.value) if usage.latest else None,
        attributes_fn=_latest_attributes,
    ),
    OctopusSensorDescription(
        key="latest_reading",
        translation_key="latest_reading",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        lifetime=Lifetime.PERIODS,
        value_fn=lambda usage: usage.latest.end_at if usage.latest else None,
    ),
    OctopusSensorDescription(
        key="data_delay",
        translation_key="data_delay",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_delay,
    ),
    OctopusSensorDescription(
        key="history_import",
        translation_key="history_import",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        lifetime=Lifetime.HISTORY,
        value_fn=lambda usage: None if usage.imported is None else 100 * usage.imported,
    ),
)
"""What is known of the readings themselves, of a supply point as of a generation point."""


USAGE_SENSORS: tuple[OctopusSensorDescription[PointUsage], ...] = tuple(
    _total(what, period, enabled=enabled)
    for what in ("consumption", "cost")
    for period, enabled in PERIODS.items()
)
"""Of whatever is measured: by the supplier, or by the household's own meter alone."""

EXPORT_SENSORS: tuple[OctopusSensorDescription[PointExport], ...] = (
    *(
        _total(what, period, enabled=enabled)
        for what in ("export", "compensation")
        for period, enabled in EXPORT_PERIODS.items()
    ),
    OctopusSensorDescription(
        key="generation_credit",
        translation_key="generation_credit",
        native_unit_of_measurement=YEN_PER_KWH,
        suggested_display_precision=2,
        value_fn=lambda usage: number(usage.credit),
    ),
    *READINGS_SENSORS,
)
