"""The billing calendar that the evidence supports (FACTS 8): closed periods, then agreeing dates, then the supply's start."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
import re

from .periods import BillingCalendar, BillingPeriod
from .times import day_of, midnight

_MONTH = re.compile(r"(\d{4})\D?(\d{1,2})(?:\D.*)?")
_AGREEING = 2
_FRESH = (timedelta(days=20), timedelta(days=45))


def calendar_from(
    closed: Sequence[BillingPeriod],
    scheduled: Sequence[date],
    day_of_month: int | None,
    starts: Sequence[datetime],
) -> BillingCalendar:
    """Choose the day on which readings are expected, and keep what is stated.

    `day_of_month` is one more than the scheduled day (FACTS 8). A scheduled date counts when two agree on the day; or, as
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
