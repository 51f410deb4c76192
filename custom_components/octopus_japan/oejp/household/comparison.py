"""The same year on other plans: what each would have cost, month by month, to the yen.

A month is a billing period, and its cost the bill of the sums of `year_of_use`: the same bill that its hours come to
(docs/comparison.md). A schedule with a boundary inside an hour is priced by hours: half of the hour to each band.
Pure: no clock of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..tariff import (
    Bill,
    BillLine,
    Component,
    MonthBasis,
    MonthlyRates,
    Provenance,
    RateCard,
    Unpriced,
)
from ..tariff.bill import energy_lines, share_out, time_lines
from ..tariff.model import ZERO
from ..tariff.monthly_rates import MonthlyPrice, Timeline
from ..tariff.rounding import USUAL, Rounding
from .year_of_use import MonthPart, PeriodUse, YearOfUse

_FUEL = Component.FUEL_COST_ADJUSTMENT
_LEVY = Component.RENEWABLE_ENERGY_LEVY


class RatesOf(StrEnum):
    """Which month's adjustment and levy a comparison goes by: today's throughout, or each month's own."""

    TODAY = "today"
    EACH_MONTH = "each_month"


@dataclass(frozen=True, slots=True)
class Rates:
    """The monthly rates of a comparison. `today`: the month whose rates apply throughout (japan_time.month_of); None: its own.

    The government's discount is for the months that it names: with today's rates there is none. `rounding`: as bills round.
    """

    rates: MonthlyRates
    basis: MonthBasis
    today: int | None = None
    subsidies: bool = True
    rounding: Rounding = USUAL


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan to compare. Without a card it cannot be priced, for `reason` (a translation key)."""

    code: str
    name: str
    card: RateCard | None = None
    reason: str | None = None
    current: bool = False
    """The plan that the household has now."""


@dataclass(frozen=True, slots=True)
class PlanCost:
    """What a plan would have cost: a bill a period; none where it cannot be priced, for `reason`."""

    plan: Plan
    bills: tuple[Bill, ...] = ()
    reason: str | None = None

    @property
    def yen(self) -> int | None:
        """All bills together; None where there are none."""
        return sum(bill.total for bill in self.bills) if self.bills else None

    @property
    def estimated_since(self) -> datetime | None:
        """Since when a price in it is a guess."""
        found = [bill.estimated_since for bill in self.bills]
        return min((since for since in found if since is not None), default=None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All plans: the cheapest first, then those that cannot be priced."""

    use: YearOfUse
    plans: tuple[PlanCost, ...]

    @property
    def current(self) -> PlanCost | None:
        """What the plan of now comes to."""
        return next((cost for cost in self.plans if cost.plan.current), None)

    @property
    def priced(self) -> tuple[PlanCost, ...]:
        """The plans with a price, cheapest first."""
        return tuple(cost for cost in self.plans if cost.yen is not None)

    def difference(self, cost: PlanCost) -> int | None:
        """Return the yen more than on the plan of now, less where below zero; None where either is not known."""
        now = self.current
        if cost.yen is None or now is None or now.yen is None:
            return None
        return cost.yen - now.yen


def compare(plans: Iterable[Plan], use: YearOfUse, rates: Rates) -> Comparison:
    """Price the year on every plan."""
    periods = [_Period(each, rates) for each in use.periods]
    costs = [_cost(plan, periods) for plan in plans]
    # Of two that cost the same the plan of now comes first: changing it saves nothing.
    costs.sort(
        key=lambda cost: (
            cost.yen is None,
            cost.yen or 0,
            not cost.plan.current,
            cost.plan.name,
            cost.plan.code,
        )
    )
    return Comparison(use, tuple(costs))


def _cost(plan: Plan, periods: Sequence[_Period]) -> PlanCost:
    if plan.card is None:
        return PlanCost(plan, reason=plan.reason)
    try:
        return PlanCost(plan, tuple(period.bill(plan.card) for period in periods))
    except Unpriced as err:
        return PlanCost(plan, reason=err.reason)


@dataclass(slots=True)
class _Monthly:
    """The lines of adjustment, levy and discount of a period: the same for all plans that bear the same ones."""

    lines: list[BillLine]
    estimated_since: datetime | None


@dataclass(slots=True)
class _Period:
    """A billing period's use, ready to be priced on one plan after the other."""

    use: PeriodUse
    rates: Rates
    total: Decimal = field(init=False)
    _monthly: dict[tuple[int, Decimal | None], _Monthly] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.total = self.rates.rounding.kwh(self.use.kwh)

    def bill(self, card: RateCard) -> Bill:
        """Bill the period. Raises Unpriced."""
        days = self.use.period.days
        monthly = self._of(card)
        parts = self._share_out(self._slots(card)) if card.bands else {"": self.total}
        lines = time_lines(card, days, days)
        lines += energy_lines(card, parts, ZERO)
        lines += monthly.lines
        if (rounding := self.rates.rounding) != USUAL:
            lines = [replace(line, rounding=rounding) for line in lines]
        since = self.use.period.start if card.estimated else monthly.estimated_since
        return Bill(self.total, days, tuple(lines), since)

    def _slots(self, card: RateCard) -> dict[str, Decimal]:
        """Sum up by slot, in the order in which slots were first read."""
        found: dict[str, Decimal] = {}
        for part in self.use.parts:
            row = None if card.schedule is None else card.schedule.row_at(part.start)
            if row is None:
                raise Unpriced("unknown_schedule")
            for hour, kwh in part.kwh.items():
                first, second = row[hour * 2], row[hour * 2 + 1]
                if first == second:
                    found[first] = found.get(first, ZERO) + kwh
                else:
                    found[first] = found.get(first, ZERO) + kwh / 2
                    found[second] = found.get(second, ZERO) + kwh / 2
        return found

    def _of(self, card: RateCard) -> _Monthly:
        fuel = self.rates.rates.fuel_cost_adjustment_of(card.product_code)
        key = (id(fuel) if card.fuel_cost_adjusted else 0, card.fixed_fuel_cost_adjustment)
        if key not in self._monthly:
            self._monthly[key] = self._make(card, fuel)
        return self._monthly[key]

    def _make(self, card: RateCard, fuel: Timeline) -> _Monthly:
        lines: list[BillLine] = []
        guessed: list[datetime] = []
        columns: dict[Component, list[MonthlyPrice]] = {}
        if card.fuel_cost_adjusted:
            fixed = card.fixed_fuel_cost_adjustment
            columns[_FUEL] = [
                self._stated(fuel, part, _FUEL)
                if fixed is None
                else MonthlyPrice(fixed, Provenance.API)
                for part in self.use.parts
            ]
        levy = self.rates.rates.renewable_energy_levy
        columns[_LEVY] = [self._stated(levy, part, _LEVY) for part in self.use.parts]
        for component, prices in columns.items():
            lines += self._charged(component, prices)
            guessed += [
                part.start
                for part, price in zip(self.use.parts, prices, strict=True)
                if price.estimated
            ]
        if (off := self._subsidy()) is not None:
            if off.price:
                name = Component.SUBSIDY.value
                lines.append(BillLine(Component.SUBSIDY, name, self.total, off.price))
            guessed += [self.use.period.start] if off.estimated else []
        return _Monthly(lines, min(guessed, default=None))

    def _month(self, part: MonthPart) -> int:
        """Return the month whose rates a part bears: its own, or that of the reading; or today's."""
        if self.rates.today is not None:
            return self.rates.today
        by_reading = self.rates.basis is MonthBasis.READING_MONTH
        return self.use.period.reading_month if by_reading else part.month

    def _stated(self, timeline: Timeline, part: MonthPart, component: Component) -> MonthlyPrice:
        if (price := timeline.at(self._month(part))) is None:
            raise Unpriced(f"no_{component.value}")
        return price

    def _subsidy(self) -> MonthlyPrice | None:
        """Return the discount; one of no yen where nobody tells whether there is one, and then it is a guess."""
        # The use of month X is that from the reading in X to the one in X+1 (docs/pricing.md).
        month = self.use.period.reading_month - 1
        rates = self.rates.rates
        if self.rates.today is not None or not self.rates.subsidies:
            return None
        found = rates.subsidy.stated(month)
        if found is None and rates.subsidy_until is not None and month > rates.subsidy_until:
            return MonthlyPrice(ZERO, Provenance.CARRIED_FORWARD, estimated=True)
        return found

    def _charged(self, component: Component, prices: Sequence[MonthlyPrice]) -> list[BillLine]:
        """Share the kWh out among the months of the rates."""
        parts: dict[tuple[int, Decimal], Decimal] = {}
        for part, price in zip(self.use.parts, prices, strict=True):
            key = self._month(part), price.price
            parts[key] = parts.get(key, ZERO) + sum(part.kwh.values(), ZERO)
        return [
            BillLine(component, component.value, charged, price)
            for (_, price), charged in self._share_out(parts).items()
            if price
        ]

    def _share_out[K](self, parts: Mapping[K, Decimal]) -> dict[K, Decimal]:
        return share_out(parts, self.total, self.rates.rounding.kwh)
