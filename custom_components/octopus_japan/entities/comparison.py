"""What the household would have paid on other plans in its last year."""

from homeassistant.components.sensor import SensorDeviceClass

from ..const import YEN
from ..oejp.household.comparison import Comparison, PlanCost
from .description import Attributes, OctopusSensorDescription

_BEST = 3


def _cheapest(comparison: Comparison) -> PlanCost | None:
    return next(iter(comparison.priced), None)


def _name(comparison: Comparison) -> str | None:
    cheapest = _cheapest(comparison)
    return None if cheapest is None else cheapest.plan.name


def _saving(comparison: Comparison) -> int | None:
    """Return how much less the cheapest plan would have cost than the plan of now: nothing where that is the cheapest."""
    cheapest = _cheapest(comparison)
    difference = None if cheapest is None else comparison.difference(cheapest)
    return None if difference is None else -difference


def _basis(comparison: Comparison) -> dict[str, object]:
    """Return how much of a year the figures are about."""
    cheapest = _cheapest(comparison)
    since = None if cheapest is None else cheapest.estimated_since
    return {"months": len(comparison.use.periods), "estimated": since is not None}


def _attributes(comparison: Comparison) -> Attributes:
    cheapest = _cheapest(comparison)
    return {
        "yearly_difference": None if cheapest is None else comparison.difference(cheapest),
        "best": [
            {
                "plan": cost.plan.name,
                "cost": cost.yen,
                "difference": comparison.difference(cost),
            }
            for cost in comparison.priced[:_BEST]
        ],
        **_basis(comparison),
    }


COMPARISON_SENSORS: tuple[OctopusSensorDescription[Comparison], ...] = (
    OctopusSensorDescription(
        key="cheapest_plan",
        translation_key="cheapest_plan",
        value_fn=_name,
        attributes_fn=_attributes,
    ),
    OctopusSensorDescription(
        key="saving_on_cheapest_plan",
        translation_key="saving_on_cheapest_plan",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        value_fn=_saving,
        attributes_fn=_basis,
    ),
)
