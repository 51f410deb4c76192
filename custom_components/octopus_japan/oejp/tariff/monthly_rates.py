"""What a kWh bears beside its energy price, month by month: fuel cost adjustment, levy, government subsidy.

The service tells the month in force and nothing else (docs/api.md), so that the past is put together from several sources.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from ..japan_time import in_reason, month_of, month_start
from .model import HIGHEST_PRICE, Component
from .provenance import Provenance

# The order in which sources are believed. Those that are not exact are estimates: a bill in whole yen tells a small use's
# price only roughly, and what another product of the area states is the usual adjustment there.
_ORDER: tuple[tuple[Provenance, bool], ...] = (
    (Provenance.API, True),
    (Provenance.BILL, True),
    (Provenance.OBSERVED, True),
    (Provenance.ENTERED, True),
    (Provenance.PUBLISHED, True),
    (Provenance.BILL, False),
    (Provenance.OBSERVED, False),
)
_SEEN = {Provenance.API, Provenance.OBSERVED}


@dataclass(frozen=True, slots=True)
class MonthlyRate:
    """A price per kWh that one source states for whole months; also what an installation keeps of what it saw.

    `exact`: False where it is read from something that other prices would lead to as well. `observed_at`: when it was first
    seen; a rate that is restated is seen twice, and the newest counts. `product_code`: the product that stated it; None where
    a source states it for all products of an area.
    """

    component: Component
    start: datetime | None
    end: datetime | None
    price: Decimal
    provenance: Provenance
    exact: bool = True
    observed_at: datetime | None = None
    product_code: str | None = None

    @property
    def months(self) -> range | None:
        """The months that the window covers, or None when it does not say so plainly or says what cannot be."""
        if not in_reason(self.start, self.end) or abs(self.price) > HIGHEST_PRICE:
            return None
        if self.start is None or self.end is None or self.start >= self.end:
            return None
        first, last = month_of(self.start), month_of(self.end)
        if month_start(first) != self.start or month_start(last) != self.end:
            return None
        return range(first, last)


@dataclass(frozen=True, slots=True)
class MonthlyPrice:
    """A price per kWh, whence, and whether it is a guess."""

    price: Decimal
    provenance: Provenance
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The price of each month. `refused` are windows without readable ends, or at odds with their like."""

    prices: Mapping[int, MonthlyPrice] = field(default_factory=dict)
    refused: tuple[MonthlyRate, ...] = ()
    _months: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_months", tuple(sorted(self.prices)))

    def stated(self, month: int) -> MonthlyPrice | None:
        """Return the price that a source states."""
        return self.prices.get(month)

    def at(self, month: int) -> MonthlyPrice | None:
        """Return the price of a month, carried forward from the latest known one where none is stated."""
        if (stated := self.prices.get(month)) is not None:
            return stated
        if (index := bisect_left(self._months, month)) == 0:
            return None
        latest = self.prices[self._months[index - 1]]
        return MonthlyPrice(latest.price, Provenance.CARRIED_FORWARD, estimated=True)


@dataclass(frozen=True, slots=True)
class MonthlyRates:
    """The timelines of one area. A month without a subsidy has none.

    `subsidy_until`: the last month of which that is known (japan_time.month_of), where nobody tells of later ones; None where the
    service tells of all. `by_product`: the fuel cost adjustment of products that state their own; the others bear the area's.
    """

    fuel_cost_adjustment: Timeline = field(default_factory=Timeline)
    renewable_energy_levy: Timeline = field(default_factory=Timeline)
    subsidy: Timeline = field(default_factory=Timeline)
    by_product: Mapping[str, Timeline] = field(default_factory=dict)
    subsidy_until: int | None = None

    def fuel_cost_adjustment_of(self, product_code: str | None) -> Timeline:
        """Return the timeline of a product."""
        return self.by_product.get(product_code or "", self.fuel_cost_adjustment)


def timeline(rates: Iterable[MonthlyRate]) -> Timeline:
    """Put one component's rates together: the first source in order that states a month wins it.

    Of one source the newest observation counts; two that are equally new and differ are both refused.
    """
    ranked: defaultdict[tuple[Provenance, bool], defaultdict[int, list[MonthlyRate]]] = defaultdict(
        lambda: defaultdict(list)
    )
    refused: list[MonthlyRate] = []
    for rate in rates:
        if (months := rate.months) is None:
            refused.append(rate)
            continue
        for month in months:
            ranked[rate.provenance, rate.exact][month].append(rate)
    prices: dict[int, MonthlyPrice] = {}
    for rank in _ORDER:
        for month, stated in ranked[rank].items():
            newest = _newest(stated)
            if len({rate.price for rate in newest}) > 1:
                refused.extend(rate for rate in newest if rate not in refused)
            elif month not in prices:
                prices[month] = MonthlyPrice(newest[0].price, rank[0], estimated=not rank[1])
    return Timeline(prices, tuple(refused))


def of_product(rates: Iterable[MonthlyRate], product_code: str) -> list[MonthlyRate]:
    """Choose what counts for a product: its own rates, and those that a source states for all products.

    What another product states tells the area's usual adjustment; for this product it is an estimate.
    """
    return [
        rate
        if rate.product_code in {None, product_code}
        else replace(rate, provenance=Provenance.OBSERVED, exact=False)
        for rate in rates
        if rate.product_code in {None, product_code} or rate.provenance in _SEEN
    ]


def _newest(rates: Iterable[MonthlyRate]) -> list[MonthlyRate]:
    """Choose the rates that were seen last; a rate that tells no time is older than any that does."""
    rates = list(rates)
    newest = max(map(_seen_at, rates))
    return [rate for rate in rates if _seen_at(rate) == newest]


def _seen_at(rate: MonthlyRate) -> float:
    return float("-inf") if rate.observed_at is None else rate.observed_at.timestamp()


def keep(
    known: Iterable[MonthlyRate], told: Iterable[MonthlyRate], at: datetime
) -> tuple[MonthlyRate, ...]:
    """Add what is told now, at `at`, to what was observed before; the same tuple where nothing is new.

    What was told before and differs stays as evidence. A rate that goes back to an earlier price is observed anew, for only
    then is it the newest.
    """
    kept = list(known)
    for rate in told:
        if (months := rate.months) is None:
            continue
        like = [
            other
            for other in kept
            if (other.component, other.product_code) == (rate.component, rate.product_code)
            and (covered := other.months) is not None
            and covered.start < months.stop
            and months.start < covered.stop
        ]
        if like and all(_same(other, rate) for other in _newest(like)):
            continue
        kept = [other for other in kept if not (other in like and _same(other, rate))]
        kept.append(replace(rate, provenance=Provenance.OBSERVED, observed_at=at))
    return tuple(kept)


def _same(one: MonthlyRate, other: MonthlyRate) -> bool:
    return (one.start, one.end, one.price) == (other.start, other.end, other.price)
