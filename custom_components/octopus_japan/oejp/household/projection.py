"""The end of a billing period, foreseen: what will have been used and paid, and when the next step begins.

What is known stands; each hour that is not is expected of the home's habit (habit.py). Pure: no clock of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ..japan_time import HOUR, JST, day_of
from ..tariff import BillingPeriod, Tariff, UnpricedTime, costs, stretches
from ..tariff.model import NO_AGREEMENT, ZERO
from .forecast import step_starts
from .habit import Basis, Habit
from .hour import Hour, whole_hour

_TENTH = 1.2816
"""Standard deviations between the middle and the 10th or the 90th percentile."""
_DIGITS = Decimal("0.00000001")
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected, and what one time in ten will be less (`low`) or more (`high`)."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class NextStep:
    """When the use of the period is expected to reach `kwh`, where the next step begins."""

    at: datetime
    kwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A billing period as it is expected to end.

    `yen` is None where an hour of it has no price. `known`: the hours that are known, of `hours` on supply. `next_step` is None
    where no further step is expected to begin in the period.
    """

    period: BillingPeriod
    kwh: Expected
    yen: Expected | None
    next_step: NextStep | None
    known: int
    hours: int
    basis: Basis


def project(
    tariff: Tariff, period: BillingPeriod, hours: Sequence[Hour], habit: Habit, now: datetime
) -> Projection | None:
    """Project a billing period from the hours known of it; None if no agreement covers any of it."""
    supplied = _supplied(tariff, period)
    if not supplied:
        return None
    found = {hour.start: hour for hour in hours if period.start <= hour.start < period.end}
    known = {at: hour.kwh for at in supplied if (hour := found.get(at)) is not None}
    unknown = {at: part for at in supplied if (part := _expected(found.get(at), habit, at))}
    missing = sum(not (at in found and found[at].whole) for at in supplied)
    spread = Decimal(repr(_TENTH * habit.deviation(missing / _HOURS_A_DAY))) if missing else ZERO
    middle = _filled(supplied, known, unknown, Decimal(1))
    low = _filled(supplied, known, unknown, max(ZERO, 1 - spread))
    high = _filled(supplied, known, unknown, 1 + spread)
    return Projection(
        period=period,
        kwh=Expected(*(sum((kwh for _, kwh in use), ZERO) for use in (middle, low, high))),
        yen=_yen(tariff, middle, low, high),
        next_step=_next_step(tariff, period, middle, now),
        known=len(supplied) - missing,
        hours=len(supplied),
        basis=habit.basis,
    )


def _supplied(tariff: Tariff, period: BillingPeriod) -> list[datetime]:
    """List the hours of a period that an agreement covers."""
    found: list[datetime] = []
    at = whole_hour(period.start.astimezone(UTC))
    for stretch in stretches(tariff, period.start, period.end):
        covered = not (isinstance(stretch, UnpricedTime) and stretch.reason == NO_AGREEMENT)
        while at < min(stretch.end, period.end):
            if covered:
                found.append(at)
            at += HOUR
    return found


def _expected(hour: Hour | None, habit: Habit, at: datetime) -> Decimal:
    """Return what is expected of an hour beside what is known of it."""
    if hour is not None and hour.whole:
        return ZERO
    kwh = habit.hour(day_of(at), at.astimezone(JST).hour)
    return Decimal(repr(kwh if hour is None else kwh / 2)).quantize(_DIGITS)


def _filled(
    hours: Sequence[datetime],
    known: Mapping[datetime, Decimal],
    unknown: Mapping[datetime, Decimal],
    factor: Decimal,
) -> list[tuple[datetime, Decimal]]:
    return [(at, known.get(at, ZERO) + factor * unknown.get(at, ZERO)) for at in hours]


def _yen(tariff: Tariff, *uses: Sequence[tuple[datetime, Decimal]]) -> Expected | None:
    found: list[Decimal] = []
    for use in uses:
        priced = costs(tariff, use, skip_unpriced=True)
        if len(priced) < len(use):
            return None
        found.append(sum((hour.total for hour in priced), ZERO))
    middle, low, high = found
    # A discount by the kWh may make more use cheaper.
    return Expected(middle, min(low, middle), max(high, middle))


def _next_step(
    tariff: Tariff,
    period: BillingPeriod,
    use: Sequence[tuple[datetime, Decimal]],
    now: datetime,
) -> NextStep | None:
    steps = step_starts(tariff, period)
    used = ZERO
    for at, kwh in use:
        before, used = used, used + kwh
        reached = [step for step in steps if before < step <= used]
        if reached and at + HOUR > now:
            return NextStep(at, reached[-1])
    return None
