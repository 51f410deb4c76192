"""Billing periods: stated where the service closed them, projected elsewhere.

A period runs from the start of one meter reading day until before the next (docs/pricing.md#the-rules).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
import re

from ..interval import Interval
from ..japan_time import day_in_month, day_of, midnight, month_of

# Periods run about 28 to 33 days. What is much longer between two readings hides one in between.
_LONGEST = timedelta(days=45)
_SHORTEST = timedelta(days=15)
_SHORTEST_FIRST = timedelta(days=3)
_INCLUSIVE_END = timedelta(days=1)
_MONTH = re.compile(r"(\d{4})\D?(\d{1,2})(?:\D.*)?")
_AGREEING = 2
_FRESH = (timedelta(days=20), timedelta(days=45))


@dataclass(frozen=True, slots=True)
class BillingPeriod(Interval):
    """The time that one bill covers; `label` is the reading month where it was stated."""

    closed: bool = False
    label: int | None = None

    @property
    def reading_month(self) -> int:
        """N of "N月分": the month in which the reading that ends the period is taken (docs/pricing.md#the-rules)."""
        return month_of(self.end) if self.label is None else self.label

    @property
    def days(self) -> int:
        """The days charged for."""
        return (day_of(self.end) - day_of(self.start)).days


@dataclass(frozen=True, slots=True)
class BillingCalendar:
    """All billing periods, past and to come.

    `readings`: starts of reading days beside the closed periods' own; `starts`: of supply; `day`: of the month on which
    readings are expected otherwise (a month that lacks the day has its last).
    """

    closed: tuple[BillingPeriod, ...] = ()
    readings: tuple[datetime, ...] = ()
    starts: tuple[datetime, ...] = ()
    day: int = 1
    _edges: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed = _in_order(self.closed)
        object.__setattr__(self, "closed", closed)
        edges = {edge for period in closed for edge in (period.start, period.end)}
        for at in (*self.starts, *self.readings):
            if not any(period.start < at < period.end for period in closed):
                edges.add(at)
        object.__setattr__(self, "_edges", tuple(sorted(edges)))

    def period_at(self, at: datetime) -> BillingPeriod:
        """Find the period that an instant belongs to."""
        for period in reversed(self.closed):
            if period.start <= at < period.end:
                return period
        before = max((edge for edge in self._edges if edge <= at), default=None)
        after = min((edge for edge in self._edges if edge > at), default=None)
        if before is not None and after is not None and after - before <= _LONGEST:
            return BillingPeriod(before, after)
        inner = [
            day
            for month in range(month_of(at) - 3, month_of(at) + 4)
            if self._fits(day := day_in_month(month, self.day), before, after)
        ]
        start = max((day for day in inner if day <= at), default=before)
        end = min((day for day in inner if day > at), default=after)
        if start is None or end is None:  # pragma: no cover - a month has days on either side of it
            raise ValueError(at)
        return BillingPeriod(start, end)

    def periods(self, start: datetime, end: datetime) -> tuple[BillingPeriod, ...]:
        """Find the periods that overlap a time."""
        found = []
        while start < end:
            period = self.period_at(start)
            found.append(period)
            start = period.end
        return tuple(found)

    def expected_since(self, at: datetime) -> datetime | None:
        """Return when, until an instant, the first period began on a day that is only expected; None where it is told.

        A reading is told some days after it was taken. Where the service never told one there is nothing to wait for.
        """
        if not self.closed:
            return None
        begin = self.period_at(self.closed[-1].end).end
        return begin if begin <= at and begin not in self.starts else None

    def _fits(self, day: datetime, before: datetime | None, after: datetime | None) -> bool:
        if before is not None:
            shortest = _SHORTEST_FIRST if before in self.starts else _SHORTEST
            if day < before + shortest:
                return False
        return after is None or day <= after - _SHORTEST


def _in_order(periods: Iterable[BillingPeriod]) -> tuple[BillingPeriod, ...]:
    """Sort; of two that overlap the earlier stands; an end that names the last day itself reaches to the next start."""
    ordered: list[BillingPeriod] = []
    for period in sorted(periods, key=lambda period: (period.start, period.end)):
        if period.start < period.end and (not ordered or ordered[-1].end <= period.start):
            ordered.append(period)
    joined = [
        BillingPeriod(period.start, following.start, period.closed, period.label)
        if timedelta(0) < following.start - period.end <= _INCLUSIVE_END
        else period
        for period, following in pairwise(ordered)
    ]
    return (*joined, *ordered[-1:])


def calendar_from(
    closed: Sequence[BillingPeriod],
    scheduled: Sequence[date],
    day_of_month: int | None,
    starts: Sequence[datetime],
) -> BillingCalendar:
    """Choose the day on which readings are expected, and keep what is stated.

    `day_of_month` is one more than the scheduled day (docs/api.md). A scheduled date counts when two agree on the day; or, as
    the end of the open period, when it follows the last closed period by about a month.
    """
    votes = Counter(day.day for day in scheduled)
    if day_of_month is not None:
        votes[day_of_month - 1 or 31] += 1
    agreed = [day for day, count in votes.items() if count >= _AGREEING]
    last = max((period.end for period in closed), default=None)
    if agreed:
        day = agreed[0]
    elif last is not None:
        day = day_of(last).day
    else:
        day = max((day_of(start).day for start in starts[-1:]), default=1)
    readings: list[datetime] = []
    if last is not None:
        ends = [midnight(day) for day in scheduled]
        readings = [end for end in ends if _FRESH[0] <= end - last <= _FRESH[1]]
    return BillingCalendar(tuple(closed), tuple(readings[:1]), tuple(starts), day)


def label_of(text: str | None, end: datetime) -> int | None:
    """Read a stated billing month, if it is the month of the period's end or a neighbour of it."""
    match = _MONTH.fullmatch(text or "")
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    month = int(match[1]) * 12 + int(match[2]) - 1
    ended = day_of(end)
    return month if abs(month - (ended.year * 12 + ended.month - 1)) <= 1 else None
