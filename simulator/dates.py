"""Japan Standard Time, half-hour slots and meter reading periods.

A slot is the number of a half hour since 1970 (Unix seconds // 1800): cheap to step, hash and compare.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
import hashlib
from typing import NamedTuple

JST = timezone(timedelta(hours=9), "JST")
HALF_HOUR = 1800
SLOTS_A_DAY = 48
_EPOCH = date(1970, 1, 1).toordinal()
_JST_SLOTS = 18


def chance(*key: object) -> int:
    """Return a number below 2**64 that depends on the key alone, the same in every process."""
    return int.from_bytes(hashlib.blake2b("|".join(map(str, key)).encode(), digest_size=8).digest())


def slot_of(at: datetime) -> int:
    """Return the slot that holds an aware datetime."""
    return int(at.timestamp()) // HALF_HOUR


def slot_from(at: datetime) -> int:
    """Return the first slot that starts at or after an aware datetime."""
    return -(-int(at.timestamp()) // HALF_HOUR)


def slot_start(slot: int) -> datetime:
    """Return when a slot starts, in UTC."""
    return datetime.fromtimestamp(slot * HALF_HOUR, UTC)


@lru_cache(maxsize=65536)
def slot_text(slot: int) -> str:
    """Return when a slot starts, as the API writes it."""
    return slot_start(slot).isoformat()


def first_slot(day: date) -> int:
    """Return the slot that begins at JST midnight of a day."""
    return (day.toordinal() - _EPOCH) * SLOTS_A_DAY - _JST_SLOTS


@cache
def _day(ordinal: int) -> date:
    return date.fromordinal(ordinal)


def day_of(slot: int) -> date:
    """Return the JST date of a slot."""
    return _day((slot + _JST_SLOTS) // SLOTS_A_DAY + _EPOCH)


def hour_of(slot: int) -> int:
    """Return the JST hour of a slot, 0-23."""
    return (slot + _JST_SLOTS) % SLOTS_A_DAY // 2


def midnight(day: date) -> datetime:
    """Return JST midnight at the start of a day, in UTC as the API writes it."""
    return slot_start(first_slot(day))


def jst_date(at: datetime) -> date:
    """Return the JST date of an aware datetime."""
    return at.astimezone(JST).date()


class Month(NamedTuple):
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month of a day."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> Month:
        """Return the month so many later."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month + 1)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)


class Period(NamedTuple):
    """Days from `start` until before `end`: one meter reading to the next."""

    start: date
    end: date

    @property
    def label(self) -> Month:
        """The billing month: "N月分" ends with month N's reading."""
        return Month.of(self.end)

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days


class Schedule:
    """The days on which a meter is read, about one a month, 28 to 33 days apart."""

    def __init__(
        self, key: str, base_day: int, start: date, end: date | None, *, regular: bool = False
    ) -> None:
        self._key = key
        self._regular = regular
        self.base_day = base_day
        self.start = start
        self.end = end
        self.edits = 0
        self._cuts: list[date] = []
        self._of: dict[date, Period] = {}

    def cut(self, day: date) -> None:
        """Read the meter on a day out of turn: a period ends and another begins."""
        self._cuts.append(day)
        self._changed()

    def finish(self, day: date | None) -> None:
        """Read the meter for the last time on a day; None takes that back."""
        self.end = day
        self._changed()

    def _changed(self) -> None:
        self._of.clear()
        self.edits += 1

    def scheduled(self, month: Month) -> date:
        """Return the reading day of a month: its district's day, moved by up to two for weekends and holidays.

        A regular schedule is never moved.
        """
        if month == Month.of(self.start) and 0 <= self.start.day - self.base_day <= 2:
            return self.start  # a change of supplier takes place with a reading
        # February does not move: a move there would make the next period shorter than 28 days.
        late = 0 if self._regular or month.month == 2 else chance(self._key, *month) % 3
        return date(month.year, month.month, self.base_day + late)

    def period(self, day: date) -> Period:
        """Return the period that holds a day; cut by the start and end of supply, and by readings out of turn."""
        if (known := self._of.get(day)) is not None:
            return known
        month = Month.of(day)
        if day < self.scheduled(month):
            month = month.plus(-1)
        start = max(self.scheduled(month), self.start)
        end = self.scheduled(month.plus(1))
        if self.end is not None:
            end = min(end, self.end)
        start = max((cut for cut in self._cuts if start < cut <= day), default=start)
        end = min((cut for cut in self._cuts if day < cut < end), default=end)
        period = Period(start, end)
        for ordinal in range(start.toordinal(), end.toordinal()):
            self._of[_day(ordinal)] = period
        return period

    def periods(self, until: date) -> list[Period]:
        """Return every period from the start of supply to the one that holds `until`."""
        found: list[Period] = []
        day = self.start
        while day <= until and (self.end is None or day < self.end):
            found.append(self.period(day))
            day = found[-1].end
        return found
