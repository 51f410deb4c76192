"""What to write so that the statistics stored equal what the supplier answers.

Pure: no Home Assistant, no clock. Energy is in kWh and money in yen, both kept to eight places: what ten years of rounded hours
are off by is far below a sen, and sums of such numbers come back from a double exactly up to ninety million.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from ..oejp.household.hour import PLACES, whole_hour
from ..oejp.japan_time import HALF_HOUR

TOLERANCE = 5e-9
"""States nearer than this are the same number: half a unit of the last place kept."""

MOST = Decimal(100)
"""More kWh than this no household's connection carries in half an hour."""


@dataclass(frozen=True, slots=True)
class Row:
    """One hour of a statistic.

    `start` is the whole hour, in UTC; `state` what that hour used (kWh) or cost (yen); `sum` the running total at its end.
    `half` is the start of the only half hour that `state` counts, None when it counts both.
    """

    start: datetime
    state: float
    sum: float
    half: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """What one answer says, in kWh, by start in UTC.

    `complete` has the whole hours with both halves, `partial` the half hours whose other half is missing. `held` is the one
    of them that is the newest of all: it waits for its second half.
    """

    complete: Mapping[datetime, Decimal]
    partial: Mapping[datetime, Decimal] = field(default_factory=dict)
    held: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """The earliest hour, None without any."""
        return min((*self.complete, *map(whole_hour, self.partial)), default=None)

    @property
    def last(self) -> datetime | None:
        """The latest hour, None without any."""
        return max((*self.complete, *map(whole_hour, self.partial)), default=None)

    def values(self, stored: Iterable[Row], newest: datetime | None = None) -> Values:
        """Return the values to compare with the rows stored. `newest` is the latest hour stored at all.

        Half an hour never replaces a whole one. It fills an hour that is missing, corrects itself, and completes the other.
        """
        if not self.partial:
            return Values(self.complete)
        present = {row.start: row for row in stored}
        hours: dict[datetime, Decimal] = {}
        halves: dict[datetime, datetime] = {}
        for half, kwh in self.partial.items():
            hour = whole_hour(half)
            row = present.get(hour)
            if row is None:
                if half == self.held and (newest is None or newest < hour):
                    continue
            elif row.half is None:
                continue
            elif row.half != half:
                hours[hour] = exact(row.state) + kwh
                continue
            hours[hour] = kwh
            halves[hour] = half
        return Values({**hours, **self.complete}, halves)


@dataclass(frozen=True, slots=True)
class Values:
    """Whole hours to be stored; `halves` names the half hour where only one is counted."""

    hours: Mapping[datetime, Decimal]
    halves: Mapping[datetime, datetime] = field(default_factory=dict)


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
        elif first is not None:
            partial[start] = first
        else:
            partial[start + HALF_HOUR] = halves[start + HALF_HOUR]
    newest = max(halves, default=None)
    return Hours(complete, partial, newest if newest in partial else None)


def sound(half_hours: Iterable[tuple[datetime, Decimal]]) -> dict[datetime, Decimal]:
    """Return the half hours (start, kWh) that can be: on a half hour, with a time zone, finite, not negative, at most MOST.

    One that cannot be is worse than none: its sum would stand in every later row.
    """
    return {start: kwh for start, kwh in half_hours if _can_be(start, kwh)}


def _can_be(start: datetime, kwh: Decimal) -> bool:
    on_half_hour = not (start.minute % 30 or start.second or start.microsecond)
    return on_half_hour and start.tzinfo is not None and kwh.is_finite() and 0 <= kwh <= MOST


def exact(value: float | Decimal) -> Decimal:
    """Return the decimal number, to the places kept, that a double stands for."""
    return round(value if isinstance(value, Decimal) else Decimal(repr(value)), PLACES)


def differs(value: Decimal, state: float) -> bool:
    """Tell whether a value is another number than what is stored of its hour."""
    return abs(float(round(value, PLACES)) - state) > TOLERANCE


def sync(
    stored: Sequence[Row], values: Values | Mapping[datetime, Decimal], before: Decimal | float
) -> list[Row]:
    """Return the rows to write: from the first hour that differs to the last one, nothing before it; [] if none does.

    `stored` has every row from some hour (no later than the first of `values`, or the first row of all) to the last one
    stored, ascending; `before` is the sum just before the first of them, 0 if there is nothing. `values` has whole hours.

    By hour the value wins and silence keeps. A stored hour gets its stored sum plus the differences so far, so that an
    adjustment of sums by the user survives; a new hour the previous sum plus its state. States are compared, and which half hour
    is counted alone: a second half of 0 kWh makes an hour whole.
    Raises ValueError for a value that is no finite number.
    """
    if not isinstance(values, Values):
        values = Values(values)
    present = {row.start: row for row in stored}
    changed: dict[datetime, Decimal] = {}
    for start, value in values.hours.items():
        if not value.is_finite():
            raise ValueError("A value that is not a number")
        row = present.get(start)
        if row is None or differs(value, row.state) or row.half != values.halves.get(start):
            changed[start.astimezone(UTC)] = round(value, PLACES)
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
            half = values.halves.get(start)
        else:
            state, half = row.state, row.half
            if value_or_none is not None:
                half = values.halves.get(start)
                shift += value_or_none - exact(state)
                state = float(value_or_none)
            total = exact(row.sum) + shift
        rows.append(Row(start, state, float(total), half))
    return rows
