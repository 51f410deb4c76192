"""When the cheapest and the dearest times of days are. On a day of one price no time is either.

Pure: no clock of its own. Days are those of Asia/Tokyo.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ..interval import Interval
from ..japan_time import DAY, day_of, midnight
from ..tariff import DayPrices, PricePeriod
from ..tariff.price import summary


def cheapest_times(days: Iterable[DayPrices | None]) -> list[Interval]:
    """List the cheapest times of each day in order; those that meet at midnight are one."""
    return _times((day, day.low) for day in days if day)


def dearest_times(days: Iterable[DayPrices | None]) -> list[Interval]:
    """List the dearest times of each day in order; those that meet at midnight are one."""
    return _times((day, day.high) for day in days if day)


def next_start(times: Iterable[Interval], now: datetime) -> datetime | None:
    """Return the first start that lies ahead; None where none is known."""
    return next((time.start for time in times if time.start > now), None)


def next_end(times: Iterable[Interval], now: datetime) -> datetime | None:
    """Return the first end that lies ahead; None where none is known."""
    return next((time.end for time in times if time.end > now), None)


def days_of(periods: Sequence[PricePeriod], start: datetime, end: datetime) -> Iterator[DayPrices]:
    """Yield the days in Japan from `start` until `end` (aware), each of which `periods` cover as a whole."""
    day = day_of(start)
    while (begin := midnight(day)) < end:
        whole = Interval(begin, begin + DAY)
        pieces = [
            PricePeriod(max(whole.start, p.start), min(whole.end, p.end), p.price)
            for p in periods
            if p.start < whole.end and whole.start < p.end
        ]
        if pieces:
            yield summary(day, pieces)
        day += DAY


def _times(days: Iterable[tuple[DayPrices, object]]) -> list[Interval]:
    times: list[Interval] = []
    for day, price in days:
        for period in day.periods if len(day.ranks) > 1 else ():
            if period.price.total != price:
                continue
            if times and times[-1].end == period.start:
                times[-1] = Interval(times[-1].start, period.end)
            else:
                times.append(Interval(period.start, period.end))
    return times
