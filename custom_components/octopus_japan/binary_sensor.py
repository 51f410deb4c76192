"""Whether electricity is at its cheapest of the day."""

from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinators.prices import PointPrices, PricesCoordinator
from .entity import OctopusEntity, add_entities_of
from .oejp.household.day_extremes import cheapest_times, next_end, next_start
from .oejp.household.plan_shape import Feature
from .presentation import shown
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

CHEAPEST_RATE = BinarySensorEntityDescription(key="cheapest_rate", translation_key="cheapest_rate")


def _is_cheapest(prices: PointPrices) -> bool | None:
    """On a day of one price no time is the cheapest."""
    if prices.current is None or prices.today is None:
        return None
    return len(prices.today.ranks) > 1 and prices.current.total == prices.today.low


class CheapestRate(OctopusEntity[PricesCoordinator], BinarySensorEntity):
    """On while the next kWh costs as little as any of the day."""

    _domain = Platform.BINARY_SENSOR

    @property
    @override
    def needs(self) -> Feature:
        return Feature.HOURS

    @property
    def _prices(self) -> PointPrices | None:
        """What is known of the prices; None of a point that is no longer listed."""
        return self.coordinator.data.get(self.number)

    @property
    @override
    def is_on(self) -> bool | None:
        return None if self._prices is None else _is_cheapest(self._prices)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """When it turns on next, and when it turns off next."""
        prices, now = self._prices, dt_util.utcnow()
        times = cheapest_times([prices.today, prices.tomorrow] if prices else [])
        return shown({"next_start": next_start(times, now), "next_end": next_end(times, now)})


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensor of each supply point."""
    prices = entry.runtime_data.prices
    add_entities_of(
        entry,
        async_add_entities,
        for_supply_point=lambda spin, device: [CheapestRate(prices, spin, CHEAPEST_RATE, device)],
    )
