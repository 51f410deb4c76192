"""What is due to be read: derived from the rows stored and the times on supply, each time anew.

Pure. The time on supply is cut into windows of 31 days that always begin at the same instants. Of each it is remembered when it was
last asked for, and nothing else: an outage of a year, a cleared statistic, a supply that began earlier than was told, an import
that was interrupted or overlapped are all days that lack hours. Losing what is remembered costs requests, never data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from ..oejp.interval import Interval
from ..oejp.japan_time import DAY, HOUR, day_of, midnight

LENGTH = timedelta(days=31)
"""Of a window: the longest that the service answers whole."""
FIRST = datetime(2015, 12, 31, 15, tzinfo=UTC)
"""Midnight in Japan, of the year in which households there became free to choose their supplier."""

WEEK = timedelta(days=7)
THIRTEEN_MONTHS = timedelta(days=397)
BACK_OFF = (HOUR, timedelta(hours=6), DAY, WEEK, timedelta(days=30))
"""After which time a hole is asked for again that came back empty once, twice, ..."""


@dataclass(frozen=True, slots=True)
class Asked:
    """When a window was last asked for and answered: None, where someone wishes it to be read again.

    `empty`: how many answers in a row changed nothing.
    """

    at: datetime | None = None
    empty: int = 0


type Windows = Mapping[datetime, Asked]
"""What is remembered, by the start of the window."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be read of a point now, oldest first, each within one window; and which part of its windows was read at all."""

    windows: Sequence[Interval] = field(default_factory=tuple)
    progress: float = 1.0


def window_start(at: datetime) -> datetime:
    """Return when the window begins that an instant lies in."""
    return FIRST + (at - FIRST) // LENGTH * LENGTH


def due(
    supply: Sequence[Interval],
    whole: Mapping[date, int],
    asked: Windows,
    now: datetime,
    previous_period: datetime,
) -> Due:
    """Return what is due of the times on supply, which end where the polls begin to read.

    `whole`: by day in Japan, the hours stored of which both halves are known. Within a window everything from its first hour
    on supply to its last is read: one request, whatever lacks.
    """
    windows = list(windows_of(supply))
    found: list[Interval] = []
    unread = 0
    for window in windows:
        known = asked.get(window_start(window.start))
        lacks = _lacks(window, supply, whole)
        unread += lacks if known is None else known.at is None
        if (
            _by_wish(known, now)
            or _by_age(window, known, now, previous_period)
            or (lacks and _by_hole(known, now))
        ):
            found.append(window)
    return Due(tuple(found), 1 - unread / len(windows) if windows else 1.0)


def answered(known: Asked | None, now: datetime, *, changed: bool) -> Asked:
    """Return what to remember of a window after an answer. `changed`: it brought something."""
    return Asked(now, 0 if changed or known is None or known.at is None else known.empty + 1)


def together(windows: Iterable[Interval], longest: timedelta) -> Iterator[list[Interval]]:
    """Put windows that follow each other into groups that are not longer, for one pass each."""
    group: list[Interval] = []
    for window in windows:
        if group and (window.start != group[-1].end or window.end - group[0].start > longest):
            yield group
            group = []
        group.append(window)
    if group:
        yield group


def windows_of(supply: Sequence[Interval]) -> Iterator[Interval]:
    """Cut the times on supply into windows, oldest first; of each from its first hour on supply to its last."""
    times = sorted(supply)
    if not times:
        return
    start, last = window_start(times[0].start), max(time.end for time in times)
    while start < last:
        inside = [part for time in times if (part := time.clip(Interval(start, start + LENGTH)))]
        if inside:
            yield Interval(inside[0].start, max(part.end for part in inside))
        start += LENGTH


def _lacks(window: Interval, supply: Sequence[Interval], whole: Mapping[date, int]) -> bool:
    """Tell whether a day of the window lacks whole hours."""
    day = midnight(day_of(window.start)).astimezone(UTC)
    days = []
    while day < window.end:
        days.append(day)
        day += DAY
    return any(
        _expected(Interval(start, end), supply) > whole.get(day_of(start), 0)
        for start, end in pairwise([*days, day])
    )


def _expected(day: Interval, supply: Sequence[Interval]) -> int:
    """Return how many hours of a day the point was on supply."""
    parts = [part for span in supply if (part := span.clip(day)) is not None]
    return sum((part.length for part in parts), timedelta()) // HOUR


def _by_wish(known: Asked | None, now: datetime) -> bool:
    """Tell whether someone wishes it; a time in the future was noted by a clock that was wrong, and tells nothing."""
    return known is not None and (known.at is None or known.at > now)


def _by_age(
    window: Interval, known: Asked | None, now: datetime, previous_period: datetime
) -> bool:
    """Tell whether a correction may have come meanwhile: the older the window, the rarer."""
    if window.end > previous_period:
        interval = DAY
    elif window.end > now - THIRTEEN_MONTHS:
        interval = WEEK
    else:
        return False
    return known is None or known.at is None or now - known.at >= interval


def _by_hole(known: Asked | None, now: datetime) -> bool:
    """Tell whether a hole is worth asking for again."""
    if known is None or known.at is None:
        return True
    return now - known.at >= BACK_OFF[min(known.empty, len(BACK_OFF) - 1)]
