"""Sensors of a supply point's last closed bill: what it comes to by our own arithmetic, and how far the supplier's is off."""

from datetime import timedelta
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from ..const import YEN
from ..entity import Lifetime
from ..oejp.household.point_bill import PointBill
from ..oejp.japan_time import day_of
from ..presentation import bill_components, estimation
from .description import Attributes, OctopusSensorDescription, number


def _days(bill: PointBill) -> dict[str, Any]:
    return {
        "first_day": day_of(bill.period.start),
        "last_day": day_of(bill.period.end - timedelta(days=1)),
    }


def _computed_attributes(bill: PointBill) -> Attributes:
    if (found := bill.found) is None:
        return {**_days(bill), "reason": bill.reason}
    own = found.bill
    return {
        **_days(bill),
        "consumption": number(own.kwh),
        "complete": bill.complete,
        **estimation(own.estimated_since),
        **bill_components(own.components.items()),
    }


def _difference_attributes(bill: PointBill) -> Attributes:
    """Name what was compared, and how far off each component is; nothing of them where totals were compared."""
    found = bill.found
    if found is None or found.by is None:
        return _days(bill)
    return {
        **_days(bill),
        "compared_by": found.by.value,
        "billed": found.total,
        "percent": number(found.percent),
        **bill_components(found.components.items()),
    }


BILL_SENSORS: tuple[OctopusSensorDescription[PointBill], ...] = (
    OctopusSensorDescription(
        key="last_bill_computed",
        translation_key="last_bill_computed",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        lifetime=Lifetime.PERIODS,
        value_fn=lambda bill: bill.found.bill.total if bill.found else None,
        attributes_fn=_computed_attributes,
    ),
    OctopusSensorDescription(
        key="bill_difference",
        translation_key="bill_difference",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        lifetime=Lifetime.PERIODS,
        value_fn=lambda bill: bill.found.difference if bill.found else None,
        attributes_fn=_difference_attributes,
    ),
)
