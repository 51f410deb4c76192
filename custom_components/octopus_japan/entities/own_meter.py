"""How far the household's own meter and what the supplier publishes are apart."""

from homeassistant.const import PERCENTAGE, EntityCategory

from ..oejp.household.usage import PointUsage
from .description import Attributes, OctopusSensorDescription, number


def _difference(usage: PointUsage) -> float | None:
    return None if usage.difference is None else number(usage.difference.percent)


def _difference_attributes(usage: PointUsage) -> Attributes:
    found = usage.difference
    if found is None:
        return None
    return {"days": found.days, "own_meter": float(found.own), "published": float(found.published)}


OWN_METER_SENSORS: tuple[OctopusSensorDescription[PointUsage], ...] = (
    OctopusSensorDescription(
        key="own_meter_difference",
        translation_key="own_meter_difference",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_difference,
        attributes_fn=_difference_attributes,
    ),
)
"""Only a point with an own meter has them."""
