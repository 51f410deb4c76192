"""What the household's own meter counted, where the supplier has not published yet; and how far the two are apart.

The own meter is a counter, known at some instants: between two of them it is taken to have run evenly. What the supplier publishes
stands; it replaces the own meter's figure hour by hour. Pure: no clock of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from ..japan_time import HOUR, day_of
from ..tariff.model import ZERO
from .hour import PLACES, Hour, whole_hour

HIGHEST = Decimal(50)
"""kWh in an hour: a home's contract in Japan is for less than 50 kW, the most that there is at low voltage."""
_HOURS_A_DAY = 24
_SECOND = timedelta(seconds=1)

type Counter = Mapping[datetime, Decimal]
"""What a meter had counted (kWh) by some instants, in UTC."""


@dataclass(frozen=True, slots=True)
class Live:
    """What the own meter counted of the hour that is running, `kwh` by `until`."""

    start: datetime
    until: datetime
    kwh: Decimal

    @property
    def hour(self) -> Hour:
        """The hour as far as it is counted."""
        return Hour(self.start, self.kwh, whole=False, own=True)


@dataclass(frozen=True, slots=True)
class OwnMeter:
    """The hours that the own meter tells, ascending, each `own`; and the one that is running.

    `refused`: how many hours cannot be: less than nothing, or more than a home can draw.
    """

    hours: tuple[Hour, ...] = ()
    live: Live | None = None
    refused: int = 0

    @property
    def until(self) -> datetime | None:
        """Until when it tells anything; None if it tells nothing."""
        if self.live is not None:
            return self.live.until
        return self.hours[-1].start + HOUR if self.hours else None


def own_meter(counter: Counter) -> OwnMeter:
    """Make hours of what a meter had counted. A gap between two counts is spread evenly; a count that falls is no use."""
    counts = sorted(counter.items())
    spent: dict[datetime, Decimal] = {}
    covered: dict[datetime, timedelta] = {}
    broken: set[datetime] = set()
    for (start, before), (end, after) in pairwise(counts):
        at = start
        while at < end:
            hour = whole_hour(at)
            until = min(end, hour + HOUR)
            part = (after - before) * ((until - at) // _SECOND) / ((end - start) // _SECOND)
            spent[hour] = spent.get(hour, ZERO) + part
            covered[hour] = covered.get(hour, timedelta(0)) + (until - at)
            if after < before:
                broken.add(hour)
            at = until
    refused = {hour for hour, kwh in spent.items() if hour in broken or kwh > HIGHEST}
    sound = [
        Hour(hour, round(spent[hour], PLACES), own=True)
        for hour in sorted(spent)
        if covered[hour] == HOUR and hour not in refused
    ]
    return OwnMeter(tuple(sound), _live(counts, spent, refused), len(refused))


def _live(
    counts: Sequence[tuple[datetime, Decimal]],
    spent: Mapping[datetime, Decimal],
    refused: set[datetime],
) -> Live | None:
    """Return what is counted of the last hour, if that has begun to be counted and is not over."""
    if len(counts) < 2:
        return None
    until = counts[-1][0]
    hour = whole_hour(until)
    # Of an hour of which the beginning is not known nothing can be told.
    if hour == until or hour in refused or counts[0][0] > hour:
        return None
    return Live(hour, until, round(spent[hour], PLACES))


def stand_in(published: Sequence[Hour], own: OwnMeter | None) -> tuple[Hour, ...]:
    """Fill in from the own meter what is not published, ascending.

    Of an hour of which one half is published, the own meter's is taken unless it is less than that half. Nothing is filled in
    before the first hour published: whether the home was on supply then is not for the meter to say.
    """
    if own is None or not published:
        return tuple(published)
    found = {hour.start: hour for hour in published}
    first = published[0].start
    for hour in own.hours:
        known = found.get(hour.start)
        if hour.start >= first and (known is None or not (known.whole or known.kwh > hour.kwh)):
            found[hour.start] = hour
    return tuple(found[at] for at in sorted(found))


def running(hours: Sequence[Hour], own: OwnMeter | None) -> tuple[Hour, ...]:
    """Add the hour that is running as far as the own meter has counted it: for sums, which are not complete."""
    live = own.live if own else None
    if live is None or not hours or hours[-1].start >= live.start:
        return tuple(hours)
    return (*hours, live.hour)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far the two meters are apart over the whole days that both know, in kWh."""

    days: int
    own: Decimal
    published: Decimal

    @property
    def percent(self) -> Decimal | None:
        """By how much the own meter counts more (or, below zero, less); None where nothing was used."""
        return 100 * (self.own - self.published) / self.published if self.published else None


def difference(published: Sequence[Hour], own: OwnMeter) -> Difference | None:
    """Compare the days in Japan of which both know every hour; None if there is none."""
    counted = {hour.start: hour.kwh for hour in own.hours}
    both = [hour for hour in published if hour.whole and hour.start in counted]
    hours: dict[object, int] = {}
    for hour in both:
        day = day_of(hour.start)
        hours[day] = hours.get(day, 0) + 1
    days = {day for day, count in hours.items() if count == _HOURS_A_DAY}
    if not days:
        return None
    shared = [hour for hour in both if day_of(hour.start) in days]
    return Difference(
        len(days),
        sum((counted[hour.start] for hour in shared), ZERO),
        sum((hour.kwh for hour in shared), ZERO),
    )
