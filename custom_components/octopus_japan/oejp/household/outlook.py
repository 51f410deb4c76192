"""The prices of any time, past or to come.

On a stepped plan a price depends on the use before it: what was published, and behind the publishing delay what is typical
of the hour of the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ..tariff import BillingPeriod, Kind, PricePeriod, Step, Tariff, Unpriced, price_periods
from ..tariff.japan_time import JST
from .hour import Hour
from .usage import PointUsage

_HALF_HOUR = timedelta(minutes=30)
_NOTHING = Decimal(0)


def has_steps(tariff: Tariff) -> bool:
    """Tell whether a price of this tariff depends on use."""
    return any(card.kind is Kind.STEPPED for card in tariff.cards)


def outlook(
    tariff: Tariff,
    start: datetime,
    end: datetime,
    usage: PointUsage | None = None,
    hours: Sequence[Hour] | None = None,
) -> tuple[PricePeriod, ...]:
    """List the prices from `start` until `end`; times without a price are left out.

    `hours`: of energy from the billing period of `start` on, where `usage` does not reach back to it. Raises Unpriced
    when nothing in the whole time has a price.
    """
    if not has_steps(tariff):
        return price_periods(tariff, start, end)
    found: list[PricePeriod] = []
    reason = "no_agreement"
    for begin, until, used in _climb(tariff, start, end, _Use(usage, hours)):
        try:
            pieces = price_periods(tariff, begin, until, used)
        except Unpriced as error:
            reason = error.reason
            continue
        for piece in pieces:
            if found and found[-1].end == piece.start and found[-1].price.same_as(piece.price):
                before = found.pop()
                piece = PricePeriod(
                    before.start, piece.end, replace(before.price, valid_until=piece.end)
                )
            found.append(piece)
    if not found:
        raise Unpriced(reason)
    return tuple(found)


def is_estimated(period: PricePeriod, tariff: Tariff, usage: PointUsage | None) -> bool:
    """Tell whether a price rests on rates carried forward, or on use that is not published yet."""
    if period.price.estimated:
        return True
    if tariff.card_at(period.start).kind is not Kind.STEPPED:
        return False
    return usage is None or usage.published_until is None or period.end > usage.published_until


class _Use:
    """The kWh of each half hour, published or typical."""

    def __init__(self, usage: PointUsage | None, hours: Sequence[Hour] | None) -> None:
        if hours is None:
            hours = usage.hours if usage else ()
        self._hours = {hour.start: hour.kwh / 2 for hour in hours}
        self._until = usage.published_until if usage else None
        typical = usage.typical if usage else (_NOTHING,) * 24
        self._typical = [kwh / 2 for kwh in typical]

    def of(self, half_hour: datetime) -> Decimal:
        hour = half_hour.replace(minute=0)
        if self._until is not None and hour < self._until:
            return self._hours.get(hour, _NOTHING)
        return self._typical[half_hour.astimezone(JST).hour]


def _climb(
    tariff: Tariff, start: datetime, end: datetime, use: _Use
) -> Iterator[tuple[datetime, datetime, Decimal]]:
    """Cut a time where the step changes, with the kWh used in the billing period before each cut."""
    for period in tariff.calendar.periods(start, end):
        for begin, until, used in _steps(tariff, period, end, use):
            if begin < end and start < until:
                yield max(begin, start), min(until, end), used


def _steps(
    tariff: Tariff, period: BillingPeriod, end: datetime, use: _Use
) -> Iterator[tuple[datetime, datetime, Decimal]]:
    at = begin = period.start.astimezone(UTC)
    spent = used = _NOTHING
    step = _step(tariff, at, used)
    while at < min(period.end, end):
        if (current := _step(tariff, at, spent)) != step:
            yield begin, at, used
            begin, used, step = at, spent, current
        spent += use.of(at)
        at += _HALF_HOUR
    yield begin, period.end, used


def _step(tariff: Tariff, at: datetime, used: Decimal) -> Step | None:
    try:
        card = tariff.card_at(at)
        return card.step_at(used) if card.steps else None
    except Unpriced:
        return None
