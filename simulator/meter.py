"""A meter as the service shows it: published late, corrected when the billing period closes, sometimes later."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from .dates import HALF_HOUR, SLOTS_A_DAY, Schedule, chance, day_of, first_slot

HOUR = 3600
DAY = 24 * HOUR


class Reading(NamedTuple):
    """A published half hour: its slot, hundredths of a kWh, and DAILY, MONTHLY or UPDATED."""

    slot: int
    centi: int
    version: str


class _Draw(NamedTuple):
    """What befalls a day's figures, whatever they are. It depends on the seed, the key and the day alone."""

    published: tuple[int, ...]  # Unix times
    monthly: dict[int, int]  # position -> difference once the period is closed
    updated: dict[int, tuple[int, int]]  # position -> (seconds after the closing, difference)


@dataclass(slots=True)
class _Day:
    """One JST day, with what will ever be said about it."""

    first: int
    daily: tuple[int, ...]
    draw: _Draw
    closed: int  # Unix time when the billing period's figures are published
    last: int  # Unix time when the last of its half hours is published
    rows: list[Reading] | None = None  # all of them closed, or all of them not yet, as read last
    rows_closed: bool = False

    def whole(self, *, closed: bool) -> list[Reading]:
        """Return all half hours without later corrections, remembered."""
        if self.rows is None or self.rows_closed is not closed:
            version = "MONTHLY" if closed else "DAILY"
            values = list(self.daily)
            if closed:
                for position, difference in self.draw.monthly.items():
                    values[position] = max(0, values[position] + difference)
            self.rows = [
                Reading(self.first + at, centi, version) for at, centi in enumerate(values)
            ]
            self.rows_closed = closed
        return self.rows


class Meter:
    """The half hours of one point. Everything follows from the seed, the key and the edits; nothing from the clock."""

    def __init__(
        self, seed: int, key: str, schedule: Schedule, load: Callable[[date], Sequence[int]]
    ) -> None:
        self.schedule = schedule
        self._seed = seed
        self._key = key
        self._load = load
        self._days: dict[date, _Day] = {}
        self._corrections: dict[int, list[tuple[float, int]]] = {}
        self._corrected: set[int] = set()  # the first slots of days with corrections
        self._withheld: list[tuple[int, int, float]] = []
        self._off: list[tuple[int, int]] = []
        self.edits = 0

    def read_on(self, day: date) -> None:
        """Read the meter on a JST day out of turn, since the supply goes on or changes hands there."""
        end = self.schedule.end
        self.schedule.finish(None)
        self.schedule.cut(day)
        if end is not None and end < day:
            self.nobodys(end, day)
        self._forget()

    def nobodys(self, start: date, end: date) -> None:
        """Publish nothing about the JST days from `start` until before `end`: nobody was supplied."""
        self._off.append((first_slot(start), first_slot(end)))
        self.schedule.cut(start)
        self.schedule.cut(end)
        self._forget()

    def read_last_on(self, day: date) -> None:
        """Read the meter for the last time on a JST day."""
        self.schedule.finish(day)
        self._forget()

    def _forget(self) -> None:
        self._days.clear()  # periods close at other times now
        self.edits += 1

    def correct(self, slot: int, centi: int, at: float) -> None:
        """From Unix time `at` on, say another value for a half hour."""
        self._corrections.setdefault(slot, []).append((at, centi))
        self._corrected.add(first_slot(day_of(slot)))
        self.edits += 1

    def withhold(self, start: int, end: int, until: float) -> None:
        """Keep the slots from `start` until before `end` unpublished until a Unix time."""
        self._withheld.append((start, end, until))
        self.edits += 1

    def release(self) -> None:
        """Withhold nothing any more."""
        self._withheld.clear()
        self.edits += 1

    def closed_at(self, day: date) -> int:
        """Return the Unix time at which the figures of a day's billing period are final."""
        return self._close(self.schedule.period(day).end)

    def published(self, start: int, end: int, now: float) -> Iterator[Reading]:
        """Yield the half hours from slot `start` until before `end` as published at Unix time `now`, ascending."""
        start = max(start, first_slot(self.schedule.start))
        end = min(end, int(now) // HALF_HOUR)
        if self.schedule.end is not None:
            end = min(end, first_slot(self.schedule.end))
        withheld = [
            (a, b) for a, b, until in self._withheld if until > now and a < end and b > start
        ]
        withheld += self._off
        while start < end:
            day = day_of(start)
            first = first_slot(day)
            until = min(end, first + SLOTS_A_DAY)
            yield from self._published_of(self._day(day), range(start, until), now, withheld)
            start = until

    def _published_of(
        self, day: _Day, slots: range, now: float, withheld: list[tuple[int, int]]
    ) -> Iterator[Reading]:
        first = day.first
        closed = day.closed <= now
        special = withheld or first in self._corrected or (closed and day.draw.updated)
        if not special and (closed or day.last <= now):
            yield from day.whole(closed=closed)[slots.start - first : slots.stop - first]
            return
        published = day.draw.published
        for slot in slots:
            position = slot - first
            if published[position] > now and not closed:
                continue
            if any(a <= slot < b for a, b in withheld):
                continue
            yield self._reading(day, slot, position, now, closed=closed)

    def settled(self, start: int, end: int, at: float = float("inf")) -> Iterator[Reading]:
        """Yield the half hours from slot `start` until before `end` with closed figures as of `at`, published or not."""
        start = max(start, first_slot(self.schedule.start))
        if self.schedule.end is not None:
            end = min(end, first_slot(self.schedule.end))
        for slot in range(start, end):
            day = day_of(slot)
            if not any(a <= slot < b for a, b in self._off):
                yield self._reading(self._day(day), slot, slot - first_slot(day), at, closed=True)

    def last_published(self, now: float) -> int | None:
        """Return the newest slot published at Unix time `now`."""
        latest = int(now) // HALF_HOUR
        oldest = first_slot(self.schedule.start)
        if self.schedule.end is not None:
            latest = min(latest, first_slot(self.schedule.end))
        while latest > oldest:
            begin = max(oldest, latest - 2 * SLOTS_A_DAY)
            newest = None
            for reading in self.published(begin, latest, now):
                newest = reading.slot
            if newest is not None:
                return newest
            latest = begin
        return None

    def _reading(self, day: _Day, slot: int, position: int, now: float, *, closed: bool) -> Reading:
        centi = day.daily[position]
        version = "DAILY"
        if closed:
            version = "MONTHLY"
            later = day.draw.updated.get(position)
            if later is not None and day.closed + later[0] <= now:
                version, centi = "UPDATED", centi + later[1]
            else:
                centi = max(0, centi + day.draw.monthly.get(position, 0))
        for at, corrected in self._corrections.get(slot, ()):
            if at <= now:
                centi = corrected
                version = "UPDATED" if closed else version
        return Reading(slot, centi, version)

    def _close(self, end: date) -> int:
        # The meter is read some hours after the midnight that ends the period; the figures follow within two days.
        hours = 20 + chance(self._seed, self._key, "close", end) % 24
        return first_slot(end) * HALF_HOUR + hours * HOUR

    def _day(self, day: date) -> _Day:
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._make(day)
        return known

    def _make(self, day: date) -> _Day:
        draw = _draw(self._seed, self._key, day)
        last = max(draw.published)
        return _Day(first_slot(day), tuple(self._load(day)), draw, self.closed_at(day), last)


@lru_cache(maxsize=8192)
def _draw(seed: int, key: str, day: date) -> _Draw:
    """Draw what befalls a day. Worlds of the same seed, and a meter that is read on other days from now on, share it."""
    random = Random(chance(seed, key, "publish", day))
    published = _publishing(random, first_slot(day))
    monthly: dict[int, int] = {}
    updated: dict[int, tuple[int, int]] = {}
    for position in range(SLOTS_A_DAY):
        draw = random.random()
        if draw < 0.006:
            monthly[position] = random.choice((-12, -3, -1, 1, 2, 7, 25))
        elif draw < 0.0063:
            updated[position] = random.randrange(5, 40) * DAY, random.randrange(1, 30)
    return _Draw(tuple(published), monthly, updated)


def _publishing(random: Random, first: int) -> list[int]:
    """Return when each half hour of a day is published: 4.3 hours to 4.6 days after it were measured, mostly about 5 hours."""
    draw = random.random()
    usual = 4.35 + random.random() * 0.9
    if draw < 0.05:
        usual += random.uniform(6, 60)  # a late day
    sparse = draw > 0.94  # a day of which some half hours come much later
    published: list[int] = []
    for position in range(SLOTS_A_DAY):
        hours = usual + random.random() * 0.2
        if sparse and random.random() < 0.3:
            hours = min(110.0, hours + random.uniform(10, 100))
        published.append((first + position + 1) * HALF_HOUR + int(hours * HOUR))
    return published
