"""A year of hours, summed up by billing period, month in Japan and hour of the day: all that the bill of any plan depends on.

Pure: no clock of its own.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from ..japan_time import HOUR, add_months, month_of, month_start
from ..tariff import BillingCalendar, BillingPeriod
from ..tariff.model import ZERO

HOURS_A_DAY = 24
_JAPAN = 9
_START = itemgetter(0)
# Readings are taken some days earlier or later than a year before.
_SLACK = timedelta(days=15)
# Of a period of which more is missing, a bill would be mostly standing charge.
_LEAST_READ = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class MonthPart:
    """What was used of a billing period within one month of Japan (japan_time.month_of).

    `kwh`: by hour of the day in Japan, in the order in which the hours were first read, for a bill rounds in order of time.
    `read`: how many hours that was.
    """

    month: int
    start: datetime
    kwh: Mapping[int, Decimal]
    read: int

    @property
    def days(self) -> Decimal:
        """The days that were read."""
        return Decimal(self.read) / HOURS_A_DAY


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """What was used in a billing period."""

    period: BillingPeriod
    parts: tuple[MonthPart, ...]

    @property
    def kwh(self) -> Decimal:
        """All of it, as it was read."""
        return sum((kwh for part in self.parts for kwh in part.kwh.values()), ZERO)

    @property
    def missing(self) -> int:
        """How many hours were not read."""
        hours = (self.period.end - self.period.start) // HOUR
        return hours - sum(part.read for part in self.parts)


@dataclass(frozen=True, slots=True)
class YearOfUse:
    """The last billing periods that are over, at most a year of them, ascending.

    `left_out`: those of them of which more than a tenth was not read.
    """

    periods: tuple[PeriodUse, ...] = ()
    left_out: tuple[BillingPeriod, ...] = ()

    @property
    def kwh(self) -> Decimal:
        """All that was used."""
        return sum((use.kwh for use in self.periods), ZERO)


def year_of_use(hours: Sequence[tuple[datetime, Decimal]], calendar: BillingCalendar) -> YearOfUse:
    """Sum up ascending (start of a whole hour in UTC, kWh), in one pass.

    Where the service states billing periods, one that it does not state is not over yet, whatever day was expected.
    """
    if not hours:
        return YearOfUse()
    until = hours[-1][0] + HOUR
    if calendar.closed:
        until = min(until, calendar.closed[-1].end.astimezone(UTC))
    over = [period for period in calendar.periods(hours[0][0], until) if period.end <= until]
    if not over:
        return YearOfUse()
    since = add_months(over[-1].end, -12) - _SLACK
    uses = [_use(hours, period) for period in over if period.start >= since]
    return YearOfUse(
        tuple(use for use in uses if _is_read(use)),
        tuple(use.period for use in uses if not _is_read(use)),
    )


def start_of_year(calendar: BillingCalendar, now: datetime) -> datetime:
    """Return since when hours are needed."""
    last = calendar.period_at(now).start
    return calendar.period_at(add_months(last, -13) - _SLACK).start


def _is_read(use: PeriodUse) -> bool:
    hours = (use.period.end - use.period.start) // HOUR
    return hours - use.missing >= hours * _LEAST_READ


def _use(hours: Sequence[tuple[datetime, Decimal]], period: BillingPeriod) -> PeriodUse:
    return PeriodUse(period, tuple(_parts(hours, period)))


def _parts(hours: Sequence[tuple[datetime, Decimal]], period: BillingPeriod) -> Iterator[MonthPart]:
    start = period.start
    while start < period.end:
        month = month_of(start)
        end = min(month_start(month + 1), period.end)
        first = bisect_left(hours, start, key=_START)
        last = bisect_left(hours, end, first, key=_START)
        sums: dict[int, Decimal] = {}
        for at, kwh in hours[first:last]:
            hour = (at.hour + _JAPAN) % HOURS_A_DAY
            sums[hour] = sums.get(hour, ZERO) + kwh
        yield MonthPart(month, start.astimezone(UTC), sums, last - first)
        start = end
