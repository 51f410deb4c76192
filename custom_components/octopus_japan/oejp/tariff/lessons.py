"""What past bills show of what the service does not tell: how they count months and days, how they round, which time they are about.

Each bill is asked by itself. Where two say different things nothing is decided: they are told, not averaged, and the usual way
holds (docs/bills.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from ..interval import Interval
from ..japan_time import day_of, in_reason
from .from_bills import ChargeLine, bases_shown, unit_price
from .model import Component, MonthBasis, Per
from .monthly_rates import Timeline
from .rounding import Amounts, Rounding, Units, cut, whole

_LONGEST: Final = timedelta(days=62)
_ENERGY: Final = Component.ENERGY
_STANDING: Final = Component.STANDING_CHARGE
_LEVY: Final = Component.RENEWABLE_ENERGY_LEVY
_FUEL: Final = Component.FUEL_COST_ADJUSTMENT
_FEW: Final = 2
"""Of lines in whole yen or bills in whole kWh: so many may be whole by chance."""


@dataclass(frozen=True, slots=True)
class Lesson[V]:
    """What bills say of one question: the first day of the periods of those that say so, by what they say."""

    said: Mapping[V, tuple[date, ...]] = field(default_factory=dict)

    @property
    def value(self) -> V | None:
        """What they all say; None where none says anything, or two say different things."""
        return next(iter(self.said)) if len(self.said) == 1 else None

    @property
    def contradicted(self) -> bool:
        """Whether one bill says something else than another."""
        return len(self.said) > 1


@dataclass(frozen=True, slots=True)
class Lessons:
    """What the bills of a supply point decide. `bills`: how many were read.

    `months`: the standing charge a month, by product, where bills charge it so. `periods`: the times that bills are about.
    `other_periods`: of these the ones that begin or end elsewhere than the service states it.
    """

    bills: int = 0
    month_basis: Lesson[MonthBasis] = field(default_factory=Lesson[MonthBasis])
    standing_charge: Lesson[Per] = field(default_factory=Lesson[Per])
    units: Lesson[Units] = field(default_factory=Lesson[Units])
    amounts: Lesson[Amounts] = field(default_factory=Lesson[Amounts])
    months: Mapping[str | None, Decimal] = field(default_factory=dict)
    periods: tuple[Interval, ...] = ()
    other_periods: tuple[Interval, ...] = ()

    @property
    def rounding(self) -> Rounding:
        """How bills round."""
        return Rounding(
            self.units.value or Units.WHOLE,
            self.amounts.value or Amounts.SEN,
        )


def lessons(
    lines: Iterable[ChargeLine],
    fuel: Timeline,
    levy: Timeline,
    stated: Sequence[Interval] = (),
) -> Lessons:
    """Learn from the lines of bills about one supply point.

    `fuel` and `levy` are what other sources than bills state, `stated` the billing periods that the service states.
    """
    bills = _bills(lines)
    times = {time: bill for bill in bills if (time := time_of(bill)) is not None}
    basis, standing = _Votes[MonthBasis](), _Votes[Per]()
    units, amounts = _Votes[Units](), _Votes[Amounts]()
    months: dict[str | None, Decimal] = {}
    for time, bill in sorted(times.items()):
        day = day_of(time.start)
        for found in bases_shown(bill, fuel, levy):
            basis.add(found, day)
        for line in bill:
            if (per := _per(line)) is not None:
                standing.add(per, day)
                if per is Per.MONTH and line.units and line.gross is not None:
                    months[line.product_code] = unit_price(line.units, line.gross)[0]
        units.add(_units(bill), day)
        for shown in _amounts(bill, {_FUEL: fuel, _LEVY: levy}):
            amounts.add(shown, day)
    if Units.EXACT in units.said and len(units.said.get(Units.WHOLE, ())) < _FEW:
        # One bill of hundredths may come to whole kWh.
        units.said.pop(Units.WHOLE, None)
    return Lessons(
        bills=len(times),
        month_basis=basis.lesson(),
        standing_charge=standing.lesson(),
        units=units.lesson(),
        amounts=amounts.lesson(),
        months=months if standing.lesson().value is Per.MONTH else {},
        periods=tuple(sorted(times)),
        other_periods=tuple(time for time in sorted(times) if _contradicts(time, stated)),
    )


def time_of(bill: Iterable[ChargeLine]) -> Interval | None:
    """Return the time that the lines of one bill are about; None where they do not say it, or nonsense."""
    starts = [line.start for line in bill if _tells_time(line) and line.start is not None]
    ends = [line.end for line in bill if _tells_time(line) and line.end is not None]
    if not starts or not ends:
        return None
    start, end = min(starts), max(ends)
    if not in_reason(start, end) or not timedelta(0) < end - start <= _LONGEST:
        return None
    return Interval(start, end)


def _tells_time(line: ChargeLine) -> bool:
    return line.component is not None


class _Votes[V]:
    """What bills say of one question, while they are asked."""

    def __init__(self) -> None:
        self.said: dict[V, dict[date, None]] = {}

    def add(self, value: V | None, day: date) -> None:
        if value is not None:
            self.said.setdefault(value, {})[day] = None

    def lesson(self) -> Lesson[V]:
        return Lesson({value: tuple(days) for value, days in self.said.items()})


def _bills(lines: Iterable[ChargeLine]) -> list[tuple[ChargeLine, ...]]:
    """Group lines by the document that they stand on."""
    found: dict[str | datetime | None, list[ChargeLine]] = {}
    for line in lines:
        found.setdefault(line.document or line.end, []).append(line)
    return [tuple(bill) for bill in found.values()]


def _per(line: ChargeLine) -> Per | None:
    """Tell whether a standing charge counts the days of its time, or months."""
    if line.component is not _STANDING or line.start is None or line.end is None:
        return None
    days = (day_of(line.end) - day_of(line.start)).days
    if days <= 1 or line.units is None:
        return None
    if line.units == days:
        return Per.DAY
    return Per.MONTH if 0 < line.units <= 1 else None


def _units(bill: Iterable[ChargeLine]) -> Units | None:
    """Tell whether kWh are charged whole."""
    charged = [line.units for line in bill if line.component is _ENERGY and line.units is not None]
    if not any(charged):
        return None
    whole_ones = all(kwh == kwh.to_integral_value() for kwh in charged)
    return Units.WHOLE if whole_ones else Units.EXACT


def _amounts(bill: Sequence[ChargeLine], known: Mapping[Component, Timeline]) -> set[Amounts]:
    """Tell how lines are rounded. Whether whole yen are cut shows where a monthly rate is known from elsewhere."""
    sen = {_ENERGY, _STANDING, _FUEL}
    charged = [line.gross for line in bill if line.component in sen and line.gross]
    if any(yen != yen.to_integral_value() for yen in charged):
        return {Amounts.SEN}
    if len(charged) < _FEW:
        return set()
    shown: set[Amounts] = set()
    for line in bill:
        if line.component is None or line.component not in known:
            continue
        if not line.units or line.gross is None:
            continue
        prices = {price.price for price in known[line.component].prices.values()}
        exact = [yen for price in prices if abs((yen := line.units * price) - line.gross) < 1]
        if len(exact) == 1 and cut(exact[0]) != whole(exact[0]):
            shown.add(Amounts.CUT if line.gross == cut(exact[0]) else Amounts.HALF_UP)
    return shown


def _contradicts(time: Interval, stated: Sequence[Interval]) -> bool:
    """Tell whether the service states other edges of a time: it is not made of whole periods."""
    touched = [period for period in stated if period.start < time.end and time.start < period.end]
    return bool(touched) and (
        time.start not in {period.start for period in touched}
        or time.end not in {period.end for period in touched}
    )
