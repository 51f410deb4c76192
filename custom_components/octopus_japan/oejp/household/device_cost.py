"""What the use of one device cost: each hour at the price of the kWh of that hour.

Where the price has steps it is the one of the step that the whole home had reached: without the device the last kWh would not have
been used. Charges by time are not the device's. Pure: no clock of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from ..japan_time import HOUR
from ..tariff import Component, PricePeriod
from ..tariff.model import ZERO
from .hour import Hour

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DeviceCost:
    """Use (kWh) and what it cost (yen, not rounded) by component. `unpriced`: how many hours of use have no price."""

    kwh: Decimal
    priced_kwh: Decimal
    parts: Mapping[Component, Decimal] = field(default_factory=dict)
    unpriced: int = 0

    @property
    def total(self) -> Decimal | None:
        """Yen; None where no hour has a price."""
        return sum(self.parts.values(), ZERO) if self.parts else None

    @property
    def mean_price(self) -> Decimal | None:
        """Yen a kWh of what has a price; None where that is nothing."""
        total = self.total
        return total / self.priced_kwh if total is not None and self.priced_kwh else None


def device_cost(hours: Sequence[Hour], prices: Sequence[PricePeriod]) -> DeviceCost:
    """Price the hours of a device by ascending prices. An hour of two prices costs their mean by time."""
    parts: dict[Component, Decimal] = {}
    priced_kwh, unpriced, first = ZERO, 0, 0
    for hour in hours:
        while first < len(prices) and prices[first].end <= hour.start:
            first += 1
        found = _of_hour(hour.start, prices, first)
        if found is None:
            unpriced += 1
            continue
        priced_kwh += hour.kwh
        for component, price in found.items():
            parts[component] = parts.get(component, ZERO) + hour.kwh * price
    return DeviceCost(sum((hour.kwh for hour in hours), ZERO), priced_kwh, parts, unpriced)


def _of_hour(
    start: datetime, prices: Sequence[PricePeriod], first: int
) -> dict[Component, Decimal] | None:
    """Return the price of an hour by component, None where a part of it has none."""
    found: dict[Component, Decimal] = {}
    covered = timedelta(0)
    for period in prices[first:]:
        if period.start >= start + HOUR:
            break
        length = min(period.end, start + HOUR) - max(period.start, start)
        covered += length
        share = Decimal(length // _SECOND) / 3600
        for component, price in period.price.components.items():
            found[component] = found.get(component, ZERO) + price * share
    return found if covered == HOUR else None
