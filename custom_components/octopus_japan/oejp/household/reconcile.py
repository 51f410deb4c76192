"""A bill of ours beside the supplier's of the same period, line by line. Pure.

Lines are compared where the service tells them. Where it refuses them, the totals are, but only if the document is about this point
alone and gives nothing back: otherwise its total says nothing of the point. Else nothing is known (docs/bills.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ..interval import Interval
from ..japan_time import day_of
from ..kraken.models import BillTransaction, LineItem, Statement
from ..tariff import Bill, BillingPeriod, BillLine, Component
from ..tariff.from_kraken import charge_lines
from ..tariff.lessons import time_of
from ..tariff.model import ZERO
from ..tariff.rounding import cut
from ..tariff.supply_types import component_of, is_gas, rate_of
from .account_money import begins_with

_CENT = Decimal("0.01")
_LEVY = Component.RENEWABLE_ENERGY_LEVY


class By(StrEnum):
    """What two bills are compared by."""

    LINES = "lines"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """A line of the supplier's bill: yen including tax. `component`: None where its name says nothing."""

    component: Component | None
    name: str
    units: Decimal | None
    amount: Decimal

    @property
    def price(self) -> Decimal | None:
        """Yen a unit, to a hundredth; None without units."""
        return (self.amount / self.units).quantize(_CENT) if self.units else None


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of ours, the supplier's own, or both."""

    ours: BillLine | None
    theirs: SupplierLine | None

    @property
    def component(self) -> Component | None:
        """What both are about."""
        if self.ours is not None:
            return self.ours.component
        return self.theirs.component if self.theirs else None

    @property
    def difference(self) -> Decimal:
        """Ours less theirs, in yen."""
        ours = self.ours.amount if self.ours else ZERO
        return ours - (self.theirs.amount if self.theirs else ZERO)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Two bills of one period. `total`: what the supplier charges, in whole yen; None where it is not known."""

    bill: Bill
    lines: tuple[ComparedLine, ...]
    by: By | None = None
    total: int | None = None

    @property
    def difference(self) -> int | None:
        """Our total less the supplier's, in yen."""
        return None if self.total is None else self.bill.total - self.total

    @property
    def percent(self) -> Decimal | None:
        """The difference in per cent of the supplier's total."""
        if self.total is None or self.difference is None or not self.total:
            return None
        return (Decimal(self.difference) * 100 / self.total).quantize(_CENT)

    @property
    def components(self) -> Mapping[Component | None, Decimal]:
        """Ours less theirs by component, in yen; nothing where totals were compared."""
        if self.by is not By.LINES:
            return {}
        ours = self.bill.components
        theirs = by_component(line.theirs for line in self.lines if line.theirs is not None)
        return {
            component: ours.get(component, ZERO) - theirs.get(component, ZERO)
            if component is not None
            else -theirs[None]
            for component in dict.fromkeys((*ours, *theirs))
        }

    @property
    def worst(self) -> Component | None:
        """The component that is furthest off; None where it is of no known one."""
        found = self.components
        return max(found, key=lambda part: abs(found[part])) if found else None


def reconcile(bill: Bill, lines: Iterable[LineItem], total: int | None = None) -> Reconciliation:
    """Compare by the supplier's lines about the period, without them by its total, else not at all."""
    # A step that was not reached stands on no bill.
    ours = [line for line in bill.lines if line.units]
    theirs = [line for item in lines if (line := _supplier_line(item)) is not None]
    if theirs:
        charged = int(cut(sum(by_component(theirs).values(), ZERO)))
        return Reconciliation(bill, tuple(_pair(ours, theirs)), By.LINES, charged)
    alone = tuple(ComparedLine(line, None) for line in ours)
    return Reconciliation(bill, alone, None if total is None else By.TOTAL, total)


def lines_about(lines: Iterable[LineItem], period: BillingPeriod) -> tuple[LineItem, ...]:
    """Return the lines of the document that is about a period; of several the last one counts, none where none is."""
    documents: dict[str | None, list[LineItem]] = {}
    for line in lines:
        documents.setdefault(line.document, []).append(line)
    found: tuple[LineItem, ...] = ()
    for document in documents.values():
        time = time_of(charge_lines(document))
        if time is not None and (time.start, time.end) == (period.start, period.end):
            found = tuple(line for line in document if not is_gas(line.supply_type))
    return found


def gas_lines_about(lines: Iterable[LineItem], time: Interval) -> tuple[LineItem, ...]:
    """Return the lines about gas that are about the time of a reading."""
    return tuple(
        line
        for line in lines
        if is_gas(line.supply_type)
        and (line.period_start_at, line.period_end_at) == (time.start, time.end)
    )


def total_alone(
    statement: Statement,
    period: BillingPeriod,
    transactions: Sequence[BillTransaction],
    points: int,
) -> int | None:
    """Return what a document charges for one point in a period, in yen; None where it may be about more.

    `transactions`: what the document lists, if that is told: one charge and nothing else. Without them the account must have one
    point, and the document no credit.
    """
    if not begins_with(statement, period.start):
        return None
    if not transactions:
        return statement.charged if points == 1 and statement.credited == 0 else None
    (first, *others) = transactions
    if others or not first.is_charge or first.first_day not in {None, day_of(period.start)}:
        return None
    return first.gross


def by_component(lines: Iterable[SupplierLine]) -> dict[Component | None, Decimal]:
    """Add lines up; the levy is cut to whole yen by itself, as bills have it."""
    found: dict[Component | None, Decimal] = {}
    for line in lines:
        found[line.component] = found.get(line.component, ZERO) + line.amount
    return found | ({_LEVY: cut(found[_LEVY])} if _LEVY in found else {})


def is_credit(line: LineItem) -> bool:
    """Tell whether a line gives something back that is about no price: it is no part of what a point is charged."""
    amount = line.gross_amount
    return component_of(line.supply_type) is None and amount is not None and amount < 0


def _supplier_line(item: LineItem) -> SupplierLine | None:
    if item.gross_amount is None or is_credit(item):
        return None
    return SupplierLine(
        component_of(item.supply_type),
        rate_of(item.supply_type),
        item.number_of_units,
        item.gross_amount,
    )


def _pair(ours: Iterable[BillLine], theirs: Iterable[SupplierLine]) -> list[ComparedLine]:
    """Put lines of one component side by side: of one name and price first, then of one of both, then as they come.

    A step or band stands beside its own only: what is left of energy stays alone.
    """
    left = list(theirs)
    partners: dict[int, SupplierLine] = {}
    lines = list(ours)
    for alike in (_same_name_and_price, _same_name_or_price, _of_one_kind):
        for index, line in enumerate(lines):
            if index in partners:
                continue
            found = next((each for each in left if alike(line, each)), None)
            if found is not None:
                partners[index] = found
                left.remove(found)
    paired = [ComparedLine(line, partners.get(index)) for index, line in enumerate(lines)]
    return [*paired, *(ComparedLine(None, line) for line in left)]


def _same_name_and_price(ours: BillLine, theirs: SupplierLine) -> bool:
    same_name = ours.component is not Component.ENERGY or ours.name == theirs.name
    return ours.component is theirs.component and same_name and ours.price == theirs.price


def _same_name_or_price(ours: BillLine, theirs: SupplierLine) -> bool:
    return ours.component is theirs.component and (
        ours.name == theirs.name or ours.price == theirs.price
    )


def _of_one_kind(ours: BillLine, theirs: SupplierLine) -> bool:
    return ours.component is theirs.component and ours.component is not Component.ENERGY
