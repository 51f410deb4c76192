"""Sensors of the supply itself: what the account clock tells of a point, its prices and readings apart."""

from collections.abc import Callable

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory

from ..entity import Lifetime
from ..oejp.household.supply import SupplyPointData
from ..oejp.kraken.models import GenerationPoint
from .description import OctopusSensorDescription, day


def _status[DataT](told: Callable[[DataT], str | None]) -> OctopusSensorDescription[DataT]:
    """Describe a status: the service's own word in small letters; translations name those that are known.

    It is no enumeration: the service makes up words.
    """

    def value(data: DataT) -> str | None:
        status = told(data)
        return None if status is None else status.lower()

    return OctopusSensorDescription(
        key="status",
        translation_key="status",
        entity_category=EntityCategory.DIAGNOSTIC,
        lifetime=Lifetime.HISTORY,
        value_fn=value,
    )


SUPPLY_POINT_SENSORS: tuple[OctopusSensorDescription[SupplyPointData], ...] = (
    _status(lambda point: point.status),
    OctopusSensorDescription(
        key="supply_since",
        translation_key="supply_since",
        device_class=SensorDeviceClass.DATE,
        entity_category=EntityCategory.DIAGNOSTIC,
        lifetime=Lifetime.HISTORY,
        value_fn=lambda point: day(point.supply_start),
    ),
)

GENERATION_POINT_SENSORS: tuple[OctopusSensorDescription[GenerationPoint], ...] = (
    _status(lambda point: point.status),
)
