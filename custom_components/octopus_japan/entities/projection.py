"""How the billing period is expected to end, and when the next step begins."""

from collections.abc import Callable
from datetime import date
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import UnitOfEnergy

from ..const import YEN
from ..coordinators.projection import PointProjection
from ..oejp.household.plan_shape import Feature
from ..oejp.household.projection import Expected, Projection
from ..presentation import own_meter
from .description import Attributes, OctopusSensorDescription, day

type Take = Callable[[Projection], Expected | None]


def _expected(key: str, take: Take, **shown: Any) -> OctopusSensorDescription[PointProjection]:
    def value(point: PointProjection) -> float | None:
        found = take(point.projection)
        # It is no better than that.
        return None if found is None else round(float(found.value), 1)

    def attributes(point: PointProjection) -> Attributes:
        found = take(point.projection)
        if found is None:
            return None
        return {
            "low": found.low,
            "high": found.high,
            "billing_period_end": point.projection.period.end,
            "basis": point.projection.basis.value,
            **own_meter(point.own_until),
        }

    return OctopusSensorDescription(
        key=key, translation_key=key, value_fn=value, attributes_fn=attributes, **shown
    )


def _next_step(point: PointProjection) -> date | None:
    found = point.projection.next_step
    return day(found.at if found else None)


def _step_attributes(point: PointProjection) -> Attributes:
    found = point.projection.next_step
    if found is None:
        return None
    return {"begins_at": float(found.kwh), **own_meter(point.own_until)}


PROJECTION_SENSORS: tuple[OctopusSensorDescription[PointProjection], ...] = (
    _expected(
        "projected_consumption",
        lambda projection: projection.kwh,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=0,
    ),
    _expected(
        "projected_cost",
        lambda projection: projection.yen,
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
    ),
    OctopusSensorDescription(
        key="next_step",
        translation_key="next_step",
        device_class=SensorDeviceClass.DATE,
        needs=Feature.STEPS,
        value_fn=_next_step,
        attributes_fn=_step_attributes,
    ),
)
