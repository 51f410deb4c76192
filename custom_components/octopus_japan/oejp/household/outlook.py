"""The prices of any time, past or to come: the one answer that sensors, calendar and actions read.

On a stepped plan a price depends on the use before it (forecast.py). Where nothing is known of that use there is no price.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

from ..interval import Interval
from ..japan_time import DAY, day_of, midnight, month_of, month_start
from ..tariff import (
    DayPrices,
    Kind,
    Price,
    PricePeriod,
    Tariff,
    Unpriced,
    next_change,
    price_at,
    price_periods,
)
from ..tariff.price import summary
from .forecast import Use, step_starts
from .supply_tariff import carried_forward_since

USE_UNKNOWN = "use_unknown"


def has_steps(tariff: Tariff) -> bool:
    """Tell whether a price of this tariff depends on use."""
    return any(card.kind is Kind.STEPPED for card in tariff.cards)


def prices_between(
    tariff: Tariff, start: datetime, end: datetime, use: Use | None
) -> tuple[PricePeriod, ...]:
    """List the prices from `start` until `end`; times without a price are left out.

    `use` is None where nothing is known of it. Raises Unpriced when nothing in the whole time has a price.
    """
    if not has_steps(tariff):
        return price_periods(tariff, start, end)
    found: list[PricePeriod] = []
    reason = "no_agreement"
    for part in _periods(tariff, start, end):
        try:
            pieces = _stepped(tariff, part, use)
        except Unpriced as error:
            reason = error.reason
            continue
        found = _joined(found, pieces)
    if not found:
        raise Unpriced(reason)
    return tuple(found)


def _periods(tariff: Tariff, start: datetime, end: datetime) -> Iterator[Interval]:
    for period in tariff.calendar.periods(start, end):
        yield Interval(max(start, period.start), min(end, period.end))


def _stepped(tariff: Tariff, time: Interval, use: Use | None) -> list[PricePeriod]:
    """List the prices of a time within one billing period."""
    start, end = time.start, time.end
    if use is None:
        pieces = price_periods(tariff, start, end)
        known = [p for p in pieces if tariff.card_at(p.start).kind is not Kind.STEPPED]
        if not known:
            raise Unpriced(USE_UNKNOWN)
        return known
    period = tariff.calendar.period_at(start)
    reached = use.reaches(period, step_starts(tariff, period), end)
    before = [kwh for at, kwh in reached if at <= start]
    cuts = [(start, before[-1] if before else Decimal(0))]
    cuts += [(at, kwh) for at, kwh in reached if start < at]
    found: list[PricePeriod] = []
    reason = "no_agreement"
    for (begin, used), (until, _) in pairwise([*cuts, (end, cuts[-1][1])]):
        try:
            pieces = price_periods(tariff, begin, until, used)
        except Unpriced as error:
            reason = error.reason
            continue
        found = _joined(found, pieces)
    if not found:
        raise Unpriced(reason)
    return found


def _joined(found: list[PricePeriod], pieces: Sequence[PricePeriod]) -> list[PricePeriod]:
    """Add pieces; two neighbours of one price are one."""
    joined = list(found)
    for piece in pieces:
        if joined and joined[-1].end == piece.start and joined[-1].price.same_as(piece.price):
            before = joined.pop()
            price = replace(before.price, valid_until=piece.end)
            joined.append(PricePeriod(before.start, piece.end, price))
        else:
            joined.append(piece)
    return joined


def price_estimated_since(tariff: Tariff, period: PricePeriod, use: Use | None) -> datetime | None:
    """Return since when a price rests on rates carried forward or on use that is not published; None where it does not."""
    found: list[datetime] = []
    if period.price.estimated:
        since = carried_forward_since(tariff, period.start)
        found.append(period.start if since is None else since)
    if use is not None and tariff.card_at(period.start).kind is Kind.STEPPED:
        known = use.published_until(tariff.calendar.period_at(period.start).start)
        if known < period.end:
            found.append(known)
    return min(found, default=None)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The prices around a moment: what was since yesterday, what is, and what comes until tomorrow ends and beyond."""

    tariff: Tariff
    use: Use | None
    periods: tuple[PricePeriod, ...]

    def at(self, now: datetime) -> PricePeriod:
        """Return the price in force. Raises Unpriced."""
        for period in self.periods:
            if period.start <= now < period.end:
                return period
        # Why there is none.
        card = self.tariff.card_at(now)
        price_at(self.tariff, now)
        raise Unpriced(USE_UNKNOWN if card.kind is Kind.STEPPED else "no_agreement")

    def current(self, now: datetime) -> Price:
        """Return the price in force, with until when it holds. Raises Unpriced."""
        period = self.at(now)
        until: datetime | None = period.end
        if period is self.periods[-1]:
            until = None if has_steps(self.tariff) else price_at(self.tariff, now).valid_until
        return replace(period.price, at=now, valid_until=until)

    def following(self, now: datetime) -> Price | None:
        """Return the next price of another amount; its `at` is when. None where none is foreseen. Raises Unpriced."""
        current = self.at(now).price.total
        for period in self.periods:
            if period.start > now and period.price.total != current:
                return period.price
        change = None if has_steps(self.tariff) else next_change(self.tariff, now)
        while change is not None and change.total == current:
            change = next_change(self.tariff, change.at)
        return change

    def preceding(self, now: datetime) -> Price | None:
        """Return the price of another amount that was in force last; None where none is known. Raises Unpriced."""
        current = self.at(now).price.total
        before = (p.price for p in reversed(self.periods) if p.end <= now)
        return next((price for price in before if price.total != current), None)

    def day(self, day: date) -> DayPrices | None:
        """Return the prices of a day in Japan, None where it has none."""
        start, end = midnight(day), midnight(day) + DAY
        pieces = [
            PricePeriod(max(start, p.start), min(end, p.end), p.price)
            for p in self.periods
            if p.start < end and start < p.end
        ]
        return summary(day, pieces) if pieces else None

    def estimated_since(self, now: datetime) -> datetime | None:
        """Return since when the price in force rests on a guess; None where it does not. Raises Unpriced."""
        return price_estimated_since(self.tariff, self.at(now), self.use)


def outlook(tariff: Tariff, now: datetime, use: Use | None) -> Outlook:
    """Make the outlook of a moment; it serves until the day, the tariff or the use changes."""
    span = _span(tariff, now)
    try:
        periods = prices_between(tariff, span.start, span.end, use)
    except Unpriced:
        periods = ()
    return Outlook(tariff, use, periods)


def _span(tariff: Tariff, now: datetime) -> Interval:
    """Choose how much is shown.

    Where the hour of the day makes the price, yesterday to tomorrow hold every turn of it. Elsewhere prices are few, and the
    next one may come with the month or the billing period.
    """
    start, end = midnight(day_of(now)) - DAY, midnight(day_of(now)) + 2 * DAY
    if _turns_daily(tariff, now):
        return Interval(start, end)
    month = month_of(now)
    return Interval(
        min(start, month_start(month)),
        max(end, month_start(month + 1) + DAY, tariff.calendar.period_at(now).end + DAY),
    )


def _turns_daily(tariff: Tariff, now: datetime) -> bool:
    try:
        schedule = tariff.card_at(now).schedule
    except Unpriced:
        return False
    return schedule is not None and len(set(schedule.row_at(now) or ())) > 1


@dataclass(frozen=True, slots=True)
class BandPeriod(Interval):
    """A time of one band or step; `prices` are its prices, more than one where a rate changes within it."""

    prices: tuple[PricePeriod, ...]


def band_periods(periods: Sequence[PricePeriod]) -> tuple[BandPeriod, ...]:
    """Join the prices of one band or step.

    What is a day or longer on either side is cut where a month begins, so that the periods are the same whatever time is
    asked for. A night over the end of a month stays one.
    """
    cut = [part for period in periods for part in _by_month(period)]
    runs: list[list[PricePeriod]] = []
    for piece in cut:
        if runs and runs[-1][-1].end == piece.start and _alike(runs[-1][-1], piece):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    joined: list[BandPeriod] = []
    for run in runs:
        joined += _cut_if_long(run)
    return tuple(joined)


def _by_month(period: PricePeriod) -> Iterator[PricePeriod]:
    start = period.start
    while start < period.end:
        until = min(period.end, month_start(month_of(start) + 1).astimezone(UTC))
        yield PricePeriod(start, until, period.price)
        start = until


def _alike(one: PricePeriod, other: PricePeriod) -> bool:
    return one.price.slot == other.price.slot


def _cut_if_long(run: list[PricePeriod]) -> Iterator[BandPeriod]:
    part: list[PricePeriod] = []
    start, end = run[0].start, run[-1].end
    for piece in run:
        at = piece.start
        begins_month = month_start(month_of(at)) == at
        if part and begins_month and (at - start >= DAY or end - at >= DAY):
            yield _band(part)
            part = []
        part.append(piece)
    yield _band(part)


def _band(pieces: Sequence[PricePeriod]) -> BandPeriod:
    joined = _joined([], pieces)
    return BandPeriod(joined[0].start, joined[-1].end, tuple(joined))


def month_bands(
    tariff: Tariff, start: datetime, end: datetime, use: Use | None
) -> tuple[BandPeriod, ...]:
    """List the bands that overlap a time, each whole. Raises Unpriced when nothing around the time has a price."""
    first, last = month_start(month_of(start)) - DAY, month_start(month_of(end) + 1) + DAY
    found = band_periods(prices_between(tariff, first, last, use))
    return tuple(band for band in found if band.start < end and start < band.end)
