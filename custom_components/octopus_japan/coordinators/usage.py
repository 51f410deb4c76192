"""What the rows of a supply point say: today, this month, this billing period; and what is used while nothing is published yet.

Pure: the same rows that the Energy dashboard shows, no clock of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ..history.sync import HOUR, Row, exact
from ..history.totals import Period, Total, calendar_periods, totals
from ..kraken.models import Reading
from ..tariff import BillingPeriod, Tariff, costs
from ..tariff.credit import GenerationTariff, credits_for
from ..tariff.times import JST
from .point import Pricing

TYPICAL_DAYS = timedelta(days=14)
SHOWN = ("today", "yesterday", "this_month", "billing_period")


@dataclass(frozen=True, kw_only=True)
class PointUsage:
    """Usage (kWh) and cost (yen) of one supply point by period, with `complete` where all is published.

    `rows`: the hours of energy since `usage_start`. `typical`: the mean kWh of each hour of the day in Japan, over the last
    two weeks published.
    """

    rows: Sequence[Row]
    periods: Mapping[str, Period]
    consumption: Mapping[str, Total]
    cost: Mapping[str, Total]
    latest: Reading | None
    age: int | None
    """For how many whole hours there has been no newer one."""
    published_until: datetime | None
    period: BillingPeriod
    typical: tuple[Decimal, ...]
    tariff: Tariff
    imported: float | None
    """The part of the history since the start of supply that was read, 0 to 1; None where another entry reads it."""

    def used(self, at: datetime) -> tuple[Decimal, bool]:
        """Return the kWh used in the billing period up to `at`, and whether a part of it is estimated.

        What is not published yet is taken to be typical of its hour of the day.
        """
        period = self.tariff.calendar.period_at(at)
        published = Decimal(0)
        start = period.start
        if period.start == self.period.start:
            published = self.consumption["billing_period"].value
            start = max(start, self.published_until or start)
        return published + self._expected(start, at), start < at

    def _expected(self, start: datetime, end: datetime) -> Decimal:
        expected = Decimal(0)
        while start < end:
            hour = start.astimezone(JST).hour
            until = min(end, start.replace(minute=0, second=0, microsecond=0) + HOUR)
            expected += self.typical[hour] * ((until - start) // timedelta(seconds=1)) / 3600
            start = until
        return expected


def usage_start(tariff: Tariff, now: datetime) -> datetime:
    """Return since when rows are needed: all periods shown, and whole billing periods for their steps."""
    earliest = min(period.start for period in _periods(tariff, now).values())
    return tariff.calendar.period_at(min(earliest, now - TYPICAL_DAYS)).start


def usage(  # noqa: PLR0917
    rows: Sequence[Row],
    tariff: Tariff,
    latest: Reading | None,
    now: datetime,
    since: datetime | None,
    imported: float | None,
) -> PointUsage:
    """Sum up rows of energy from `usage_start` on. `since` is the start of supply: earlier hours are not missing."""
    periods = _periods(tariff, now)
    yen = valued(rows, ConsumptionPricing(tariff))
    return PointUsage(
        rows=rows,
        periods=periods,
        consumption=totals(rows, periods, since),
        cost=totals(yen, periods, since),
        latest=latest,
        age=None if latest is None else (now - latest.end_at) // HOUR,
        published_until=rows[-1].start + HOUR if rows else None,
        period=tariff.calendar.period_at(now),
        typical=_typical(rows),
        tariff=tariff,
        imported=imported,
    )


@dataclass(frozen=True, slots=True)
class ConsumptionPricing:
    """What is paid for energy taken from the grid: whole billing periods, all in."""

    tariff: Tariff

    def period(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the billing period."""
        period = self.tariff.calendar.period_at(at)
        return period.start, period.end

    def price(self, rows: Sequence[Row]) -> list[tuple[datetime, Decimal]]:
        """Return what each hour costs in yen."""
        hours = [(row.start, exact(row.state)) for row in rows]
        return [(c.start, c.total) for c in costs(self.tariff, hours, skip_unpriced=True)]


@dataclass(frozen=True, slots=True)
class GenerationPricing:
    """What is received for energy fed into the grid."""

    tariff: GenerationTariff

    def period(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the month: no credit depends on what came before."""
        month = calendar_periods(at)["this_month"]
        return month.start, month.end

    def price(self, rows: Sequence[Row]) -> list[tuple[datetime, Decimal]]:
        """Return what each hour earns in yen."""
        hours = [(row.start, exact(row.state)) for row in rows]
        return [(c.start, c.yen) for c in credits_for(self.tariff, hours, skip_unpriced=True)]


def valued(rows: Sequence[Row], pricing: Pricing) -> list[Row]:
    """Return rows of yen for rows of energy, as the recorder will keep them."""
    return [Row(start, float(exact(yen)), 0.0) for start, yen in pricing.price(rows)]


def _periods(tariff: Tariff, now: datetime) -> dict[str, Period]:
    billing = tariff.calendar.period_at(now)
    found = calendar_periods(now) | {"billing_period": Period(billing.start, billing.end)}
    return {name: found[name] for name in SHOWN}


def _typical(rows: Sequence[Row]) -> tuple[Decimal, ...]:
    by_hour: list[list[Decimal]] = [[] for _ in range(24)]
    if rows:
        since = rows[-1].start - TYPICAL_DAYS
        for row in rows:
            if row.start > since:
                by_hour[row.start.astimezone(JST).hour].append(exact(row.state))
    return tuple(
        sum(values, Decimal(0)) / len(values) if values else Decimal(0) for values in by_hour
    )
