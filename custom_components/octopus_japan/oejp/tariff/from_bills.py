"""What past bills tell: the monthly rates that they charged, and by which month they charged them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from ..japan_time import MOMENT, in_reason, month_of, month_start
from .model import HIGHEST_PRICE, Component, MonthBasis
from .monthly_rates import MonthlyRate, Timeline
from .provenance import Provenance
from .supply_types import component_of, is_gas

_HUNDREDTH = Decimal("0.01")
# kWh that a line may be about. Outside of it the division tells nothing.
_LEAST, _MOST = Decimal("0.01"), Decimal(1_000_000)
_HALF_YEN = Decimal("0.5")
_SHORTEST_PERIOD = timedelta(days=25)
_MONTHLY = {Component.FUEL_COST_ADJUSTMENT, Component.RENEWABLE_ENERGY_LEVY}


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A line of a bill: `supply_type` as the service names it, yen including tax."""

    supply_type: str | None
    start: datetime | None
    end: datetime | None
    units: Decimal | None
    gross: Decimal | None
    product_code: str | None = None
    document: str | None = None

    @property
    def component(self) -> Component | None:
        """What the line charges of electricity; None of gas, whose rates are others."""
        return None if is_gas(self.supply_type) else component_of(self.supply_type)


@dataclass(frozen=True, slots=True)
class _Charged:
    component: Component
    start: datetime
    end: datetime
    price: Decimal
    exact: bool
    product_code: str | None


def windows(lines: Iterable[ChargeLine], basis: MonthBasis) -> tuple[MonthlyRate, ...]:
    """Read the monthly rates of past months.

    A price that covers parts of two months is the reading month's for certain only if monthly rates follow the reading month.
    """
    found = []
    for line in _charged(lines):
        first, last = month_of(line.start), month_of(line.end - MOMENT)
        exact = line.exact
        month = last
        if basis is MonthBasis.READING_MONTH:
            month = month_of(line.end)
        elif first != last:
            exact = False
        found.append(
            MonthlyRate(
                line.component,
                month_start(month),
                month_start(month + 1),
                line.price,
                Provenance.BILL,
                exact,
                product_code=line.product_code,
            )
        )
    return tuple(found)


def bases_shown(lines: Iterable[ChargeLine], fuel: Timeline, levy: Timeline) -> set[MonthBasis]:
    """Return by which months the lines of bills charge monthly rates, as far as they show it.

    `fuel` and `levy` are what other sources than bills state.
    """
    charged = list(_charged(lines))
    votes = {MonthBasis.CALENDAR_DAY} if _split_at_month(charged) else set()
    for line in charged:
        known = fuel if line.component is Component.FUEL_COST_ADJUSTMENT else levy
        before = known.stated(month_of(line.start))
        after = known.stated(month_of(line.end - MOMENT))
        if not line.exact or before is None or after is None or before.price == after.price:
            continue
        if line.price == after.price:
            votes.add(MonthBasis.READING_MONTH)
        elif min(before.price, after.price) < line.price < max(before.price, after.price):
            votes.add(MonthBasis.CALENDAR_DAY)
    return votes


def _split_at_month(charged: Iterable[_Charged]) -> bool:
    """Tell whether a charge was divided where a month begins: two lines meet there, and one is too short for a period."""
    lines = list(charged)
    return any(
        line.component is other.component
        and line.end == other.start == month_start(month_of(other.start))
        and min(line.end - line.start, other.end - other.start) < _SHORTEST_PERIOD
        for line in lines
        for other in lines
    )


def unit_price(units: Decimal, gross: Decimal) -> tuple[Decimal, bool]:
    """Divide a line's amount by its units, to a hundredth of a yen; and whether no other price fits.

    An amount in whole yen may have been cut or rounded: several prices may lead to it.
    """
    amount = abs(gross)
    price = (amount / units).quantize(_HUNDREDTH, ROUND_HALF_UP)
    exact = True
    if amount == amount.to_integral_value():
        lowest = ((amount - _HALF_YEN) / units).quantize(_HUNDREDTH, ROUND_CEILING)
        limit = (amount + 1) / units
        exact = lowest < limit <= lowest + _HUNDREDTH
        price = lowest if exact else price
    return price.copy_sign(gross), exact


def _charged(lines: Iterable[ChargeLine]) -> Iterator[_Charged]:
    for line in lines:
        if (
            (component := line.component) is None
            or component not in _MONTHLY
            or line.start is None
            or line.end is None
            or line.start >= line.end
            or line.units is None
            or not _LEAST <= line.units <= _MOST
            or line.gross is None
            or not in_reason(line.start, line.end)
            or abs(line.gross) > HIGHEST_PRICE * line.units
            or month_of(line.end) - month_of(line.start) > 1
        ):
            continue
        price, exact = unit_price(line.units, line.gross)
        yield _Charged(component, line.start, line.end, price, exact, line.product_code)
