"""What a home uses: as it is published, and what is typical of the hour of the day where nothing is published yet.

Pure: no clock of its own. Use that is not known is never taken for none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from ..japan_time import HALF_HOUR, HOUR, JST
from ..tariff import BillingPeriod, Tariff
from ..tariff.model import ZERO
from .hour import Hour, whole_hour
from .own_meter import Live

TYPICAL_DAYS = timedelta(days=14)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class StepCrossed:
    """A step that use has reached: `kwh` is where it begins, `period` the start of the billing period.

    From `at` on the period counts as having used that much, so that the next estimate does not take it back.
    """

    period: datetime
    kwh: Decimal
    at: datetime


class Use:
    """The kWh of every half hour, past and to come; `since` is the first hour of which anything is known.

    `hours` are ascending, at least one; the household's own meter may have told some of them, and what it counted of the hour
    that is running (`live`).
    """

    def __init__(
        self,
        hours: Sequence[Hour],
        crossed: StepCrossed | None = None,
        live: Live | None = None,
    ) -> None:
        self._hours = {hour.start: hour for hour in hours}
        self._typical = typical(hours)
        self.since = hours[0].start
        self.crossed = crossed
        self.live = live
        self.published_until = cache(self._published_until)

    def of(self, hour: datetime) -> Decimal:
        """Return the kWh of an hour; of what is not published of it, what is typical."""
        found = self._hours.get(hour)
        if found is not None and found.whole:
            return found.kwh
        expected = self._typical[hour.astimezone(JST).hour]
        if found is not None:
            return found.kwh + expected / 2
        if self.live is not None and self.live.start == hour:
            return self.live.kwh + expected * _share(hour + HOUR - self.live.until)
        return expected

    def used(self, period: BillingPeriod, at: datetime) -> Decimal:
        """Return the kWh used in a billing period until the half hour that `at` is in."""
        used, half_hour = self._added_up(period, at)
        return max(used, self._floor(period, half_hour))

    def _added_up(self, period: BillingPeriod, at: datetime) -> tuple[Decimal, datetime]:
        """Add up the half hours of a period that are over by an instant; also return when the last of them ended."""
        used = ZERO
        half_hour = period.start.astimezone(UTC)
        while half_hour + HALF_HOUR <= at:
            hour = whole_hour(half_hour)
            whole = hour == half_hour and hour + HOUR <= at
            used += self.of(hour) if whole else self.of(hour) / 2
            half_hour += HOUR if whole else HALF_HOUR
        return used, half_hour

    def counted(self, period: BillingPeriod, at: datetime) -> Decimal:
        """Return the kWh used in a billing period by an instant: in the running hour as the own meter counts it, where there is one."""
        live = self.live
        if (
            live is None
            or whole_hour(at.astimezone(UTC)) != live.start
            or live.start in self._hours
        ):
            return self.used(period, at)
        before, _ = self._added_up(period, live.start)
        return max(before + live.kwh, self._floor(period, at))

    def reaches(
        self, period: BillingPeriod, amounts: Sequence[Decimal], until: datetime
    ) -> list[tuple[datetime, Decimal]]:
        """List the half hours before which the use of a billing period has reached each of some ascending amounts (kWh).

        Those are left out that it does not reach before `until`.
        """
        found: list[tuple[datetime, Decimal]] = []
        pending = list(reversed(amounts))
        used = ZERO
        half_hour = period.start.astimezone(UTC)
        while pending and half_hour < until:
            counted = max(used, self._floor(period, half_hour))
            while pending and counted >= pending[-1]:
                found.append((half_hour, pending.pop()))
            hour = whole_hour(half_hour)
            kwh = self.of(hour)
            if (
                pending
                and hour == half_hour
                and max(used + kwh, self._floor(period, hour + HOUR)) < pending[-1]
            ):
                # Nothing is reached within the hour: most hours are done in one step.
                used += kwh
                half_hour = hour + HOUR
                continue
            used += kwh / 2
            half_hour += HALF_HOUR
        return found

    def _floor(self, period: BillingPeriod, at: datetime) -> Decimal:
        crossed = self.crossed
        if crossed is None or crossed.period != period.start or at < crossed.at:
            return ZERO
        return crossed.kwh

    def known_until(self, start: datetime) -> datetime:
        """Return until when all hours from `start` on are published, or told by the own meter."""
        hour = whole_hour(start.astimezone(UTC))
        while (found := self._hours.get(hour)) is not None and found.whole:
            hour += HOUR
        return hour

    def _published_until(self, start: datetime) -> datetime:
        """Return until when all hours from `start` on are published."""
        hour = whole_hour(start.astimezone(UTC))
        while (found := self._hours.get(hour)) is not None and found.whole and not found.own:
            hour += HOUR
        return hour


def _share(left: timedelta) -> Decimal:
    """Return what part of an hour is left."""
    return Decimal(left // _SECOND) / 3600


def typical(hours: Sequence[Hour]) -> tuple[Decimal, ...]:
    """Return the mean kWh of each hour of the day in Japan, over the last two weeks published, of which there is some.

    An hour of the day of which none is published is taken for the mean of all.
    """
    since = hours[-1].start - TYPICAL_DAYS
    by_hour: list[list[Decimal]] = [[] for _ in range(24)]
    recent = [hour for hour in hours if hour.start > since]
    whole = [hour for hour in recent if hour.whole]
    for hour in whole or recent:
        kwh = hour.kwh if hour.whole else hour.kwh * 2
        by_hour[hour.start.astimezone(JST).hour].append(kwh)
    seen = [kwh for values in by_hour for kwh in values]
    mean = _mean(seen)
    return tuple(_mean(values) if values else mean for values in by_hour)


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, ZERO) / len(values)


def crossed_at(
    tariff: Tariff,
    hours: Sequence[Hour],
    before: StepCrossed | None,
    now: datetime,
    live: Live | None = None,
) -> StepCrossed | None:
    """Return the step that use has reached by `now`, None in the first one.

    `before` stands until its billing period ends, or until published readings (or the own meter's) say that its amount was not
    used by then. A step that the own meter sees crossed within a half hour (`live`) counts from the start of that half hour: the
    price of a half hour is one.
    """
    period = tariff.calendar.period_at(now)
    if before is not None and before.period != period.start:
        before = None
    if not hours:
        return before
    if before is not None and _contradicted(period, hours, before):
        before = None
    use, steps = Use(hours, before, live), step_starts(tariff, period)
    reached = use.reaches(period, steps, now + HALF_HOUR)
    seen = [(at, kwh) for at, kwh in reached if at <= now]
    if live is not None:
        counted, half_hour = use.counted(period, now), _half_hour(now)
        seen += [(half_hour, kwh) for kwh in steps[len(seen) :] if kwh <= counted]
    if not seen:
        return before
    at, kwh = seen[-1]
    return (
        before if before is not None and before.kwh >= kwh else StepCrossed(period.start, kwh, at)
    )


def _half_hour(at: datetime) -> datetime:
    """Return the start of the half hour."""
    return at.astimezone(UTC).replace(minute=at.minute // 30 * 30, second=0, microsecond=0)


def _contradicted(period: BillingPeriod, hours: Sequence[Hour], crossed: StepCrossed) -> bool:
    if hours[-1].start + HOUR < crossed.at:
        return False
    use = Use(hours)
    return (
        use.known_until(period.start) >= crossed.at and use.used(period, crossed.at) < crossed.kwh
    )


def step_starts(tariff: Tariff, period: BillingPeriod) -> list[Decimal]:
    """Return the amounts (kWh) at which steps begin, beyond the first, ascending: of the cards in force in a billing period."""
    return sorted(
        {
            step.end
            for card in tariff.cards
            if (card.start is None or card.start < period.end)
            and (card.end is None or period.start < card.end)
            for step in card.steps
            if step.end is not None
        }
    )
