"""Energy or money of a period, and whether the period is fully published.

Pure: no Home Assistant, no clock of its own. Days and months are those of Asia/Tokyo.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ..interval import Interval
from ..japan_time import HOUR, JST


@dataclass(frozen=True, slots=True)
class Total:
    """What is published of a period.

    `value` adds up the `hours` that are there, in the unit of the rows; None while none is: what is not known is not 0.
    `complete` tells that none is missing; `complete_until` up to when none is missing, None if the first hour is.
    """

    value: Decimal | None
    complete: bool
    complete_until: datetime | None
    hours: int


def calendar_periods(now: datetime) -> dict[str, Interval]:
    """Return today, yesterday, this_week, this_month and last_month as they are in Japan at `now` (aware).

    A week begins on Monday.
    """
    day = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
    month = day.replace(day=1)
    week = day - timedelta(days=day.weekday())
    return {
        "today": Interval(day, day + timedelta(days=1)),
        "yesterday": Interval(day - timedelta(days=1), day),
        "this_week": Interval(week, week + timedelta(days=7)),
        "this_month": Interval(month, _next_month(month)),
        "last_month": Interval((month - timedelta(days=1)).replace(day=1), month),
    }


def _next_month(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)


def totals(
    amounts: Mapping[datetime, Decimal],
    periods: Mapping[str, Interval],
    since: datetime | None = None,
    halves: Collection[datetime] = frozenset(),
) -> dict[str, Total]:
    """Return the total of each period by its name.

    `amounts` has the kWh or yen of every hour stored within the periods, by its start in UTC; of the hours in `halves` it has
    only one half. `since` is the start of supply where known: hours before it are not missing. A period without any hour of
    supply is complete and 0.
    """
    return {name: _total(amounts, period, since, halves) for name, period in periods.items()}


def _total(
    amounts: Mapping[datetime, Decimal],
    period: Interval,
    since: datetime | None,
    halves: Collection[datetime],
) -> Total:
    start = min(max(period.start, since or period.start), period.end)
    start = start.replace(minute=0, second=0, microsecond=0)
    value = Decimal(0)
    hours = 0
    complete_until: datetime | None = None
    complete = True
    hour = start
    while hour < period.end:
        amount = amounts.get(hour)
        complete = complete and amount is not None and hour not in halves
        hour += HOUR
        if amount is not None:
            value += amount
            hours += 1
        if complete:
            complete_until = hour
    if complete:
        complete_until = period.end
    return Total(value if hours or complete else None, complete, complete_until, hours)
