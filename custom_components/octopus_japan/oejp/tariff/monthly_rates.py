"""What a kWh bears beside its energy price, month by month: fuel cost adjustment, levy, government subsidy.

The service tells the month in force and nothing else (FACTS 7), so that the past is put together from several sources.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .japan_time import month_of, month_start
from .model import Component, Provenance

# The order in which sources are believed. A bill in whole yen tells a small use's price only roughly.
_ORDER: tuple[tuple[Provenance, bool], ...] = (
    (Provenance.API, True),
    (Provenance.BILL, True),
    (Provenance.OBSERVED, True),
    (Provenance.PUBLISHED, True),
    (Provenance.BILL, False),
)


@dataclass(frozen=True, slots=True)
class AdderWindow:
    """A price per kWh that one source states for a time; what an installation keeps of what it saw."""

    component: Component
    start: datetime | None
    end: datetime | None
    price: Decimal
    provenance: Provenance
    exact: bool = True

    @property
    def months(self) -> range | None:
        """The months that the window covers, or None when it does not say so plainly."""
        if self.start is None or self.end is None or self.start >= self.end:
            return None
        first, last = month_of(self.start), month_of(self.end)
        if month_start(first) != self.start or month_start(last) != self.end:
            return None
        return range(first, last)


@dataclass(frozen=True, slots=True)
class AdderPrice:
    """A price per kWh, whence, and whether it is a guess."""

    price: Decimal
    provenance: Provenance
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The price of each month. `refused` are windows without readable ends, or at odds with their like."""

    prices: Mapping[int, AdderPrice] = field(default_factory=dict)
    refused: tuple[AdderWindow, ...] = ()
    _months: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_months", tuple(sorted(self.prices)))

    def stated(self, month: int) -> AdderPrice | None:
        """Return the price that a source states."""
        return self.prices.get(month)

    def at(self, month: int) -> AdderPrice | None:
        """Return the price of a month, carried forward from the latest known one where none is stated."""
        if (stated := self.prices.get(month)) is not None:
            return stated
        if (index := bisect_left(self._months, month)) == 0:
            return None
        latest = self.prices[self._months[index - 1]]
        return AdderPrice(latest.price, Provenance.CARRIED_FORWARD, estimated=True)


@dataclass(frozen=True, slots=True)
class Adders:
    """The timelines of one area. A month without a subsidy has none."""

    fuel_cost_adjustment: Timeline = field(default_factory=Timeline)
    renewable_energy_levy: Timeline = field(default_factory=Timeline)
    subsidy: Timeline = field(default_factory=Timeline)


def timeline(windows: Iterable[AdderWindow]) -> Timeline:
    """Put one component's windows together: the first source in order that states a month wins it."""
    ranked: defaultdict[tuple[Provenance, bool], defaultdict[int, list[AdderWindow]]] = defaultdict(
        lambda: defaultdict(list)
    )
    refused: list[AdderWindow] = []
    for window in windows:
        if (months := window.months) is None:
            refused.append(window)
            continue
        for month in months:
            ranked[window.provenance, window.exact][month].append(window)
    prices: dict[int, AdderPrice] = {}
    for rank in _ORDER:
        for month, stated in ranked[rank].items():
            if len({window.price for window in stated}) > 1:
                refused.extend(window for window in stated if window not in refused)
            elif month not in prices:
                prices[month] = AdderPrice(stated[0].price, rank[0], estimated=not rank[1])
    return Timeline(prices, tuple(refused))
