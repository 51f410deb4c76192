"""What the rows of a supply point say: today, this month, this billing period; as the Energy dashboard shows it.

Pure: no clock of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..interval import Interval
from ..japan_time import HOUR
from ..kraken.models import Reading
from ..tariff import BillingPeriod, HourCost, Tariff, costs, with_silent_hours
from ..tariff.export import GenerationTariff, credits_for
from .forecast import TYPICAL_DAYS
from .hour import Hour
from .own_meter import Difference, OwnMeter, difference, running, stand_in
from .supply_tariff import rates_estimated_since, unread_since
from .totals import Total, calendar_periods, totals

SHOWN = ("today", "yesterday", "this_week", "this_month", "last_month", "billing_period")


@dataclass(frozen=True, kw_only=True)
class PointUsage:
    """Usage (kWh) and cost (yen) of one supply point by period, with `complete` where all is published.

    `hours`: the energy published since `usage_start`. Where the household has a meter of its own, it stands in for what is not
    published: in the sums, not in `hours`.
    """

    hours: Sequence[Hour]
    periods: Mapping[str, Interval]
    consumption: Mapping[str, Total]
    cost: Mapping[str, Total]
    latest: Reading | None
    age: int | None
    """For how many whole hours there has been no newer one."""
    published_until: datetime | None
    period: BillingPeriod
    tariff: Tariff
    imported: float | None
    """The part of the history since the start of supply that was read, 0 to 1; None where another entry reads it."""
    own: OwnMeter | None = None
    stood_in: Sequence[datetime] = ()
    """The hours that the own meter told, ascending."""
    difference: Difference | None = None

    @property
    def own_until(self) -> datetime | None:
        """Until when the own meter stands in; None while it does not."""
        return self.own.until if self.own is not None and self.stood_in else None

    def stood_in_since(self, period: str) -> datetime | None:
        """Return since when the sums of a period rest on the own meter; None where they do not."""
        span = self.periods[period]
        return next((at for at in self.stood_in if span.start <= at < span.end), None)

    def estimated_since(self, period: str) -> datetime | None:
        """Return since when the cost of a period rests on rates or a reading not told yet, or on the own meter; None where it does not."""
        span = self.periods[period]
        until = self.own_until or self.published_until
        end = min(span.end, until or span.start)
        guessed = rates_estimated_since(self.tariff, span.start, end)
        unread = unread_since(self.tariff, end)
        if unread is not None:
            unread = max(unread, span.start) if unread < end else None
        found = (guessed, unread, self.stood_in_since(period))
        return min((at for at in found if at is not None), default=None)


def usage_start(tariff: Tariff, now: datetime) -> datetime:
    """Return since when rows are needed: all periods shown, and whole billing periods for their steps."""
    earliest = min(period.start for period in _periods(tariff, now).values())
    return tariff.calendar.period_at(min(earliest, now - TYPICAL_DAYS)).start


def usage(  # noqa: PLR0917
    hours: Sequence[Hour],
    yen: Mapping[datetime, Decimal],
    tariff: Tariff,
    latest: Reading | None,
    now: datetime,
    since: datetime | None,
    imported: float | None,
    own: OwnMeter | None = None,
) -> PointUsage:
    """Sum up the hours of energy from `usage_start` on, and the yen of each as they are stored.

    `since` is the start of supply: earlier hours are not missing. Cost is as complete as the energy: an hour without a reading
    may have its standing charge, and is missing all the same; so is an hour that only the own meter tells.
    """
    periods = _periods(tariff, now)
    known = running(stand_in(hours, own), own)
    used, halves = energy(known), half_hours(known)
    stood_in = [hour.start for hour in known if hour.own]
    if stood_in:
        halves |= set(stood_in)
        worth = {cost.start: cost.total for cost in hourly_costs(tariff, known)}
        yen = {**yen, **{at: worth[at] for at in stood_in if at in worth}}
    return PointUsage(
        hours=hours,
        periods=periods,
        consumption=totals(used, periods, since, halves),
        cost=totals(yen, periods, since, halves | (yen.keys() - used.keys())),
        own=own,
        stood_in=stood_in,
        difference=None if own is None else difference(hours, own),
        latest=latest,
        age=None if latest is None else (now - latest.end_at) // HOUR,
        published_until=hours[-1].start + HOUR if hours else None,
        period=tariff.calendar.period_at(now),
        tariff=tariff,
        imported=imported,
    )


@dataclass(frozen=True, slots=True)
class ConsumptionPricing:
    """What is paid for energy taken from the grid: whole billing periods, all in."""

    tariff: Tariff

    def period(self, at: datetime) -> Interval:
        """Return the billing period."""
        return self.tariff.calendar.period_at(at)

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        """Return what each hour costs in yen; of a closed period those without a reading too."""
        return [(cost.start, cost.total) for cost in hourly_costs(self.tariff, hours)]


@dataclass(frozen=True, slots=True)
class GenerationPricing:
    """What is received for energy fed into the grid."""

    tariff: GenerationTariff

    def period(self, at: datetime) -> Interval:
        """Return the month: no credit depends on what came before."""
        return calendar_periods(at)["this_month"]

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        """Return what each hour earns in yen."""
        fed = [(hour.start, hour.kwh) for hour in hours]
        return [(c.start, c.yen) for c in credits_for(self.tariff, fed, skip_unpriced=True)]


def hourly_costs(tariff: Tariff, hours: Sequence[Hour]) -> list[HourCost]:
    """Price the hours of whole billing periods, those without a price left out.

    Where a period is closed, an hour without a reading costs its standing charge: so the period adds up to its bill.
    """
    used = with_silent_hours(tariff, [(hour.start, hour.kwh) for hour in hours])
    return costs(tariff, used, skip_unpriced=True)


def energy(hours: Sequence[Hour]) -> dict[datetime, Decimal]:
    """Return the kWh by hour."""
    return {hour.start: hour.kwh for hour in hours}


def half_hours(hours: Sequence[Hour]) -> frozenset[datetime]:
    """Return the hours of which only one half is known."""
    return frozenset(hour.start for hour in hours if not hour.whole)


def _periods(tariff: Tariff, now: datetime) -> dict[str, Interval]:
    billing = tariff.calendar.period_at(now)
    found = calendar_periods(now) | {"billing_period": billing}
    return {name: found[name] for name in SHOWN}
