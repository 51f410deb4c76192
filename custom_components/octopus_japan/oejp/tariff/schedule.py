"""The hours of time-of-use bands: as published, checked against readings, or learned from them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from pathlib import Path
import re
from typing import Any, Final

from .japan_time import JST

type Row = tuple[str, ...]

_BAND = re.compile(r"CONSUMPTION_\d{2}_(?:HIGH_|LOW_)?(?!(?:HIGH|LOW)$)(?P<slot>[A-Z][A-Z_]*)")
_TIER = re.compile(r"_(HIGH|LOW)(?:_|$)")
_HALF_HOURS = 48
# A schedule is learned from half hours that agree; a band that disagrees now and then is no schedule.
_AGREEING: Final = 0.9


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slot of each half hour of a day, for each month of the year."""

    scheme: str
    area: str
    months: tuple[Row, ...]
    learned: bool = False

    def slot_at(self, at: datetime) -> str:
        """Find the slot in force."""
        local = at.astimezone(JST)
        return self.months[local.month - 1][local.hour * 2 + local.minute // 30]

    @property
    def slots(self) -> frozenset[str]:
        """Every slot of the year."""
        return frozenset(slot for row in self.months for slot in row)


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


def check(schedule: Schedule, readings: Iterable[tuple[datetime, str | None]]) -> list[Mismatch]:
    """Compare a schedule with the bands of readings (start of half hour, band)."""
    found: Counter[tuple[int, str, str]] = Counter()
    for start, band in readings:
        if (read := slot_of(band)) is not None and read != (expected := schedule.slot_at(start)):
            found[_half_hour(start), expected, read] += 1
    return [Mismatch(*key, times) for key, times in sorted(found.items())]


def learn(readings: Iterable[tuple[datetime, str | None]], area: str = "") -> Schedule | None:
    """Take the schedule from the bands of the last weeks; None while a half hour of the day is unclear.

    Weekdays, holidays and seasons cannot be told apart by so little.
    """
    seen: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for start, band in readings:
        if (slot := slot_of(band)) is not None:
            seen[_half_hour(start)][slot] += 1
    row = []
    for half_hour in range(_HALF_HOURS):
        if not (slots := seen[half_hour]):
            return None
        ((slot, times),) = slots.most_common(1)
        if times < _AGREEING * slots.total():
            return None
        row.append(slot)
    return Schedule("", area, (tuple(row),) * 12, learned=True)


def _half_hour(at: datetime) -> int:
    local = at.astimezone(JST)
    return local.hour * 2 + local.minute // 30


def _index(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 2 + int(minutes) // 30


def _row(slots: Mapping[str, list[dict[str, Any]]], month: int) -> Row:
    row = [""] * _HALF_HOURS
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
