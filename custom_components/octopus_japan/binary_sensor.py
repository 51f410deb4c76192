"""Whether electricity is at its cheapest of the day."""

from collections.abc import Iterable
from datetime import datetime
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
from .oejp.tariff import DayPrices
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

CHEAPEST_RATE = BinarySensorEntityDescription(key="cheapest_rate", translation_key="cheapest_rate")

type Span = tuple[datetime, datetime]


def _is_cheapest(prices: PointPrices) -> bool | None:
    """On a day of one price no time is the cheapest."""
    if prices.current is None or prices.today is None:
        return None
    return len(prices.today.ranks) > 1 and prices.current.total == prices.today.low


def _cheapest_times(days: Iterable[DayPrices | None]) -> list[Span]:
    """List the cheapest times of each day; those that meet at midnight are one."""
    spans: list[Span] = []
    for day in days:
        for period in day.cheapest if day and len(day.ranks) > 1 else ():
            if spans and spans[-1][1] == period.start:
                spans[-1] = (spans[-1][0], period.end)
            else:
                spans.append((period.start, period.end))
    return spans


class CheapestRate(OctopusEntity[PricesCoordinator], BinarySensorEntity):
    """On while the next kWh costs as little as any of the day."""

    _domain = Platform.BINARY_SENSOR

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
        spans = _cheapest_times([prices.today, prices.tomorrow] if prices else [])
        starts = (start for start, _ in spans if start > now)
        ends = (end for _, end in spans if end > now)
        return {
            "next_start": _local(next(starts, None)),
            "next_end": _local(next(ends, None)),
        }


def _local(at: datetime | None) -> datetime | None:
    return None if at is None else dt_util.as_local(at)


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
