"""The hours of time-of-use bands: as published, checked against readings, or learned from them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
import json
from pathlib import Path
import re
from typing import Any, Final

from ..japan_time import JST, month_of
from .provenance import Provenance

type Row = tuple[str, ...]

_BAND = re.compile(r"CONSUMPTION_\d{2}_(?:HIGH_|LOW_)?(?!(?:HIGH|LOW)$)(?P<slot>[A-Z][A-Z_]*)")
_TIER = re.compile(r"_(HIGH|LOW)(?:_|$)")
HALF_HOURS = 48
# A schedule is learned from half hours that agree; a band that disagrees now and then is no schedule.
_AGREEING: Final = 0.9


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slot of each half hour of a day, for each month of the year; None for a month whose hours are not known.

    `seen`: the rows of single months (japan_time.month_of), which count before those of the year. `otherwise`: where to look
    for a month that this schedule does not know.
    """

    scheme: str
    area: str
    months: tuple[Row | None, ...]
    source: Provenance = Provenance.PUBLISHED
    seen: Mapping[int, Row] = field(default_factory=dict)
    otherwise: Schedule | None = None

    @property
    def learned(self) -> bool:
        """Whether the hours were learned from readings."""
        return self.source is Provenance.LEARNED

    def row_at(self, at: datetime) -> Row | None:
        """Return the slots of the half hours of a day; None where they are not known."""
        if (row := self._own(at)) is not None:
            return row
        return None if self.otherwise is None else self.otherwise.row_at(at)

    def source_at(self, at: datetime) -> Provenance:
        """Tell where the hours of a time come from."""
        if self.otherwise is None or self._own(at) is not None:
            return self.source
        return self.otherwise.source_at(at)

    def slot_at(self, at: datetime) -> str:
        """Find the slot in force. Raises LookupError where the hours are not known."""
        if (row := self.row_at(at)) is None:
            raise LookupError("unknown_schedule")
        return row[_half_hour(at)]

    @property
    def slots(self) -> frozenset[str]:
        """Every slot that is named."""
        rows = [*self.seen.values(), *(row for row in self.months if row is not None)]
        named = frozenset(slot for row in rows for slot in row)
        return named if self.otherwise is None else named | self.otherwise.slots

    def _own(self, at: datetime) -> Row | None:
        month = month_of(at)
        return self.seen.get(month) or self.months[month % 12]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A half hour of the day in which readings name another slot than the schedule does."""

    half_hour: int
    expected: str
    read: str
    times: int


def slot_of(band: str | None) -> str | None:
    """Find the slot that a band names: CONSUMPTION_<area>_[HIGH_|LOW_]<slot>. Steps and plain rates name none."""
    match = _BAND.fullmatch(band or "")
    return None if match is None else match["slot"]


def tier_of(band: str | None) -> str | None:
    """Find the tier of contract capacity that a band is priced for: HIGH, LOW or none."""
    match = _TIER.search(band or "")
    return match[1] if match else None


def published(scheme: str | None, area: str | None) -> Schedule | None:
    """Look up a schedule in the shipped table."""
    return _PUBLISHED.get((scheme or "", area or ""))


def schemes_of(area: str) -> tuple[str, ...]:
    """Return the schemes whose hours are published for an area."""
    return tuple(sorted(scheme for scheme, known in _PUBLISHED if known == area))


def is_published(scheme: object) -> bool:
    """Tell whether the shipped table knows a scheme in any area."""
    return any(known == scheme for known, _ in _PUBLISHED)


def check(schedule: Schedule, readings: Iterable[tuple[datetime, str | None]]) -> list[Mismatch]:
    """Compare a schedule with the bands of readings (start of half hour, band)."""
    found: Counter[tuple[int, str, str]] = Counter()
    for start, band in readings:
        read, row = slot_of(band), schedule.row_at(start)
        if read is not None and row is not None and read != (expected := row[_half_hour(start)]):
            found[_half_hour(start), expected, read] += 1
    return [Mismatch(*key, times) for key, times in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class SeenBands:
    """What the readings of one month named: how often each slot, by half hour of the day. Worth keeping for each product."""

    month: int
    half_hours: tuple[Mapping[str, int], ...]

    @property
    def row(self) -> Row | None:
        """The month's hours; None while a half hour of the day was not seen or is unclear."""
        row = []
        for slots in self.half_hours:
            slot, times = max(slots.items(), key=lambda item: item[1], default=("", 0))
            if not times or times < _AGREEING * sum(slots.values()):
                return None
            row.append(slot)
        return tuple(row)


def seen_bands(readings: Iterable[tuple[datetime, str | None]]) -> tuple[SeenBands, ...]:
    """Count the slots that readings name (start of half hour, band), month by month in Japan."""
    months: dict[int, list[Counter[str]]] = {}
    for start, band in readings:
        if (slot := slot_of(band)) is not None:
            month = months.setdefault(month_of(start), [Counter() for _ in range(HALF_HOURS)])
            month[_half_hour(start)][slot] += 1
    return tuple(SeenBands(month, tuple(map(dict, rows))) for month, rows in sorted(months.items()))


def merge_seen(known: Iterable[SeenBands], new: Iterable[SeenBands]) -> tuple[SeenBands, ...]:
    """Put what was seen now beside what was seen before; of one month's half hour the count of more readings stands.

    The same readings are seen again and again, so that counts cannot be added; and a window that moved on sees less of a
    month than before, which must not forget the rest.
    """
    months: dict[int, SeenBands] = {}
    for seen in (*known, *new):
        if (before := months.get(seen.month)) is not None and before != seen:
            pairs = zip(before.half_hours, seen.half_hours, strict=True)
            more = tuple(b if sum(b.values()) >= sum(a.values()) else a for a, b in pairs)
            seen = SeenBands(seen.month, more)
        months[seen.month] = seen
    return tuple(months[month] for month in sorted(months))


def learned(seen: Iterable[SeenBands], area: str = "") -> Schedule | None:
    """Take the schedule of the months that were seen, and of no others; None if no month was seen whole.

    The same month of another year has the hours of the last one seen. Weekdays and holidays are not told apart.
    """
    rows = {
        months.month: row
        for months in sorted(seen, key=lambda months: months.month)
        if (row := months.row) is not None
    }
    if not rows:
        return None
    of_year = {month % 12: row for month, row in rows.items()}
    months = tuple(of_year.get(month) for month in range(12))
    return Schedule("", area, months, Provenance.LEARNED, rows)


def learn(readings: Iterable[tuple[datetime, str | None]], area: str = "") -> Schedule | None:
    """Take the schedule from the bands of readings alone."""
    return learned(seen_bands(readings), area)


class NoSchedule(Exception):  # noqa: N818 - the user entered what is no schedule
    """Hours that were entered make no whole days. `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BandHours:
    """The hours of a band as the user enters them, from the notice: until midnight is 00:00; all day is 00:00 to 00:00."""

    slot: str
    start: time
    end: time
    months: frozenset[int] = frozenset(range(1, 13))


def entered(hours: Iterable[BandHours], area: str = "") -> Schedule:
    """Make the schedule that the user entered. A month that no hours name stays unknown. Raises NoSchedule."""
    hours = list(hours)
    months = tuple(_entered_row(hours, month) for month in range(1, 13))
    if not any(months):
        raise NoSchedule("hours_missing")
    return Schedule("", area, months, Provenance.ENTERED)


def _entered_row(hours: Iterable[BandHours], month: int) -> Row | None:
    row = [""] * HALF_HOURS
    for band in hours:
        if month not in band.months:
            continue
        if any(at.minute % 30 or at.second or at.microsecond for at in (band.start, band.end)):
            raise NoSchedule("hours_not_half")
        first = band.start.hour * 2 + band.start.minute // 30
        last = band.end.hour * 2 + band.end.minute // 30
        for half_hour in range(first, last if last > first else last + HALF_HOURS):
            if row[half_hour % HALF_HOURS]:
                raise NoSchedule("hours_overlap")
            row[half_hour % HALF_HOURS] = band.slot
    if not any(row):
        return None
    if not all(row):
        raise NoSchedule("hours_missing")
    return tuple(row)


def _half_hour(at: datetime) -> int:
    local = at.astimezone(JST)
    return local.hour * 2 + local.minute // 30


def _index(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 2 + int(minutes) // 30


def _row(slots: Mapping[str, list[dict[str, Any]]], month: int) -> Row:
    row = [""] * HALF_HOURS
    for slot, intervals in slots.items():
        for interval in intervals:
            if month in interval.get("months", range(1, 13)):
                for half_hour in range(_index(interval["start"]), _index(interval["end"])):
                    row[half_hour] = slot
    return tuple(row)


def _load() -> dict[tuple[str, str], Schedule]:
    table = json.loads((Path(__file__).parent / "data" / "tou_schemes.json").read_text("utf-8"))
    schedules = {}
    for scheme, definition in table["schemes"].items():
        for entry in definition["areas"]:
            months = tuple(_row(entry["slots"], month) for month in range(1, 13))
            for area in entry["codes"]:
                schedules[scheme, area] = Schedule(scheme, area, months)
    return schedules


_PUBLISHED: Final = _load()
