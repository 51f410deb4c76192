"""What to write so that the statistics stored equal what the supplier answers.

Pure: no Home Assistant, no clock. Energy is in kWh and money in yen, both kept to a millionth: sums of such numbers come
back from a double exactly up to four thousand million.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)

PLACES = 6
TOLERANCE = 5e-7
"""States nearer than this are the same number: half a unit of the last place kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """One hour of a statistic.

    `start` is the whole hour, in UTC; `state` what that hour used (kWh) or cost (yen); `sum` the running total at its end.
    """

    start: datetime
    state: float
    sum: float


@dataclass(frozen=True, slots=True)
class Hours:
    """Whole hours of one answer, in kWh, ascending, by their start in UTC.

    `complete` has the hours with both halves, `partial` those with one. `held` is the trailing hour that waits for its
    second half; it is in neither.
    """

    complete: Mapping[datetime, Decimal]
    partial: Mapping[datetime, Decimal] = field(default_factory=dict)
    held: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """The earliest hour that may be written, None without any."""
        return min((*self.complete, *self.partial), default=None)

    def values(self, stored: Iterable[Row]) -> dict[datetime, Decimal]:
        """Return the values to compare with the rows stored: half an hour never replaces what is there."""
        if not self.partial:
            return dict(self.complete)
        present = {row.start for row in stored}
        fills = {start: value for start, value in self.partial.items() if start not in present}
        return {**fills, **self.complete}


def hourly(half_hours: Mapping[datetime, Decimal] | Iterable[tuple[datetime, Decimal]]) -> Hours:
    """Add half hours (start with any time zone, kWh) up to whole hours.

    A half hour given twice counts once, the later of the two wins. Raises ValueError for a start that is naive or not on a
    half hour, and for a value that is no finite number.
    """
    pairs = half_hours.items() if isinstance(half_hours, Mapping) else half_hours
    halves: dict[datetime, Decimal] = {}
    for start, value in pairs:
        if start.tzinfo is None:
            raise ValueError("A half hour without a time zone")
        start = start.astimezone(UTC)
        if start.minute % 30 or start.second or start.microsecond:
            raise ValueError("A reading that does not start on a half hour")
        if not value.is_finite():
            raise ValueError("A reading that is not a number")
        halves[start] = value
    complete: dict[datetime, Decimal] = {}
    partial: dict[datetime, Decimal] = {}
    for start in sorted({half.replace(minute=0) for half in halves}):
        first, second = halves.get(start), halves.get(start + HALF_HOUR)
        if first is not None and second is not None:
            complete[start] = first + second
        else:
            partial[start] = first if first is not None else halves[start + HALF_HOUR]
    held = max(halves, default=None)
    if held is not None and (held := held.replace(minute=0)) in partial:
        del partial[held]
    else:
        held = None
    return Hours(complete, partial, held)


def exact(value: float | Decimal) -> Decimal:
    """Return the decimal number, to a millionth, that a double stands for."""
    return round(value if isinstance(value, Decimal) else Decimal(repr(value)), PLACES)


def sync(
    stored: Sequence[Row], values: Mapping[datetime, Decimal], before: Decimal | float
) -> list[Row]:
    """Return the rows to write: from the first hour that differs to the last one, nothing before it; [] if none does.

    `stored` has every row from some hour (no later than the first of `values`, or the first row of all) to the last one
    stored, ascending; `before` is the sum just before the first of them, 0 if there is nothing. `values` has whole hours.

    By hour the value wins and silence keeps. A stored hour gets its stored sum plus the differences so far, so that an
    adjustment of sums by the user survives; a new hour the previous sum plus its state. Only states are compared.
    Raises ValueError for a value that is no finite number.
    """
    states = {row.start: row.state for row in stored}
    changed: dict[datetime, Decimal] = {}
    for start, value in values.items():
        if not value.is_finite():
            raise ValueError("A value that is not a number")
        value = round(value, PLACES)
        state = states.get(start)
        if state is None or abs(float(value) - state) > TOLERANCE:
            changed[start.astimezone(UTC)] = value
    if not changed:
        return []
    first = min(changed)
    index = bisect_left(stored, first, key=lambda row: row.start)
    total = exact(stored[index - 1].sum if index else before)
    tail: dict[datetime, Row | None] = dict.fromkeys(changed)
    tail.update((row.start, row) for row in stored[index:])
    shift = Decimal(0)
    rows: list[Row] = []
    for start in sorted(tail):
        row, value_or_none = tail[start], changed.get(start)
        if row is None:
            new = changed[start]
            shift += new
            total += new
            state = float(new)
        else:
            state = row.state
            if value_or_none is not None:
                shift += value_or_none - exact(state)
                state = float(value_or_none)
            total = exact(row.sum) + shift
        rows.append(Row(start, state, float(total)))
    return rows
