"""What a description of a sensor says: how its value is taken from its coordinator's data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers.typing import StateType

from ..entity import Lifetime
from ..oejp.household.plan_shape import Feature
from ..oejp.japan_time import day_of

YEN_PER_KWH = "JPY/kWh"
YEN_PER_DAY = "JPY/d"

type Value = StateType | date | datetime
type Attributes = Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class OctopusSensorDescription[DataT](SensorEntityDescription):
    """A sensor: what it shows of its coordinator's data, None while that is unknown.

    It has no state class. The long-term statistics are those of the point (`recorder/`), which late readings still correct; what
    the recorder would make of states is not, and the Energy dashboard would offer it.
    """

    value_fn: Callable[[DataT], Value]
    lifetime: Lifetime = Lifetime.SUPPLY
    needs: Feature | None = None
    """What the plan has to have; without it the entity is not there."""
    attributes_fn: Callable[[DataT], Attributes] = lambda _: None


def day(at: datetime | None) -> date | None:
    """Return the day in Japan: periods of supply and of bills begin and end with days there."""
    return None if at is None else day_of(at)


def number(value: Decimal | None) -> float | None:
    """Return a state: Home Assistant has floats. None while it is unknown."""
    return None if value is None else float(value)
