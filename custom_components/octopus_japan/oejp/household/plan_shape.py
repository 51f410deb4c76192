"""What the plan of a supply point has, so that only what means something on it is shown.

Pure: no clock of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..tariff import Kind, Per, RateCard, Tariff, Unpriced
from ..tariff.schedule import Schedule


class Feature(StrEnum):
    """What makes a price of a plan, or is part of it."""

    STEPS = "steps"
    """The price depends on the use in the billing period."""
    HOURS = "hours"
    """The price depends on the hour of the day."""
    BANDS = "bands"
    """There is more than one band or step: the band in force says something."""
    FUEL_COST_ADJUSTMENT = "fuel_cost_adjustment"
    STANDING_CHARGE = "standing_charge"
    """Something is charged by the day."""


def plan_features(tariff: Tariff, now: datetime) -> frozenset[Feature] | None:
    """Return what the plan in force has; None while that is not known."""
    try:
        card = tariff.card_at(now)
    except Unpriced:
        return None
    return frozenset(feature for feature, has in _HAS.items() if has(card))


def _has_hours(schedule: Schedule | None) -> bool:
    """Tell whether a day of any month has two bands."""
    if schedule is None:
        return False
    rows = (*schedule.months, *schedule.seen.values())
    return any(len(set(row or ())) > 1 for row in rows) or _has_hours(schedule.otherwise)


def _has_daily_charge(card: RateCard) -> bool:
    """Tell whether there is a charge by the day; one that is not known yet may be."""
    charge = card.standing_charge
    return charge is None or (charge.per is Per.DAY and charge.price != 0)


_HAS: Final[Mapping[Feature, Callable[[RateCard], bool]]] = {
    Feature.STEPS: lambda card: card.kind is Kind.STEPPED and len(card.steps) > 1,
    Feature.HOURS: lambda card: _has_hours(card.schedule),
    Feature.BANDS: lambda card: len(card.steps) > 1 or len(card.bands) > 1,
    Feature.FUEL_COST_ADJUSTMENT: lambda card: card.fuel_cost_adjusted,
    Feature.STANDING_CHARGE: _has_daily_charge,
}
