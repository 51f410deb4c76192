"""What hours of use cost, by component. A year of ten plans is priced while a page loads, so the loops do little."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from ..japan_time import HALF_HOUR, HOUR, JST
from .billing_calendar import BillingPeriod
from .model import NO_AGREEMENT, ZERO, Component, HourCost, HourTerms, Per, RateCard, Unpriced
from .tariff import Stretch, Tariff, UnpricedTime, stretches

type Hour = tuple[datetime, Decimal]
type Rate = tuple[Decimal, Decimal]

_ENERGY = Component.ENERGY
_DISCOUNT = Component.DISCOUNT

_ENDLESS = Decimal("Infinity")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = itemgetter(0)


def costs(
    tariff: Tariff,
    hours: Sequence[Hour],
    used: Decimal = ZERO,
    *,
    resolution: timedelta = HOUR,
    skip_unpriced: bool = False,
) -> list[HourCost]:
    """Price ascending (start, kWh), each `resolution` long: an hour or a half.

    `used` are the kWh before the first of them in its billing period; each later period begins at nothing. Charges by time
    are spread evenly over the hours of a day. kWh in a time without an agreement climb no steps. Raises Unpriced for a time without a price, or leaves its hours out.
    """
    if not hours:
        return []
    result: list[HourCost] = []
    period = tariff.calendar.period_at(hours[0][0])
    index = 0
    while index < len(hours):
        # One stretch at a time, beginning where there is an hour to price.
        start = hours[index][0]
        stretch = next(stretches(tariff, start, start + resolution))
        current = tariff.calendar.period_at(start)
        if current != period:
            period, used = current, ZERO
        upto = bisect_left(hours, stretch.end, index, key=_START)
        chunk = hours[index:upto]
        try:
            result += _price(stretch, chunk, used, resolution)
        except Unpriced:
            if not skip_unpriced:
                raise
        used += _climbed(stretch, chunk)
        index = upto
    return result


def kwh_used(tariff: Tariff, hours: Sequence[Hour]) -> Decimal:
    """Add up the kWh of ascending hours that climb steps: all but those of a time without an agreement."""
    used, index = ZERO, 0
    while index < len(hours):
        start = hours[index][0]
        stretch = next(stretches(tariff, start, start + HALF_HOUR))
        upto = bisect_left(hours, stretch.end, index, key=_START)
        used += _climbed(stretch, hours[index:upto])
        index = upto
    return used


def with_silent_hours(tariff: Tariff, hours: Sequence[Hour]) -> list[Hour]:
    """Add the hours that have no reading and will have none: at 0 kWh, for their standing charge.

    Those are the hours of closed billing periods in which an agreement is in force. An hour of the open period may still be
    read; and of a period of which nothing is read, the readings may not have been fetched yet. `hours` ascend; each begins on
    the whole hour, in UTC.
    """
    known = dict(hours)
    index = 0
    while index < len(hours):
        period = tariff.calendar.period_at(hours[index][0])
        upto = bisect_left(hours, period.end, index, key=_START)
        if period.closed and (upto - index) * HOUR < period.end - period.start:
            known |= dict.fromkeys(_charged_hours(tariff, period), ZERO) | dict(hours[index:upto])
        index = upto
    return sorted(known.items())


def _charged_hours(tariff: Tariff, period: BillingPeriod) -> Iterator[datetime]:
    """List the whole hours of a period that begin while a price is known."""
    at = period.start.astimezone(UTC)
    at += (_EPOCH - at) % HOUR
    for stretch in stretches(tariff, period.start, period.end):
        while at < min(stretch.end, period.end):
            if not isinstance(stretch, UnpricedTime):
                yield at
            at += HOUR


def _climbed(stretch: Stretch | UnpricedTime, chunk: Sequence[Hour]) -> Decimal:
    if isinstance(stretch, UnpricedTime) and stretch.reason == NO_AGREEMENT:
        return ZERO
    return sum((kwh for _, kwh in chunk), ZERO)


def _price(
    stretch: Stretch | UnpricedTime, chunk: Sequence[Hour], used: Decimal, resolution: timedelta
) -> list[HourCost]:
    if isinstance(stretch, UnpricedTime):
        raise Unpriced(stretch.reason)
    rows_a_day = timedelta(days=1) // resolution
    fuel, subsidy = stretch.fuel_cost_adjustment, stretch.subsidy
    terms = HourTerms(
        fuel_cost_adjustment=ZERO if fuel is None else fuel.price,
        renewable_energy_levy=stretch.renewable_energy_levy.price,
        subsidy=ZERO if subsidy is None else subsidy.price,
        standing_charge=stretch.per_day / rows_a_day,
        discount=stretch.discount_per_day / rows_a_day,
        estimated=stretch.estimated,
    )
    if (schedule := stretch.card.schedule) is None:
        return _laddered(stretch.card, chunk, used, terms)
    row = schedule.row_at(stretch.start) or ()
    return _banded(_table(stretch.card, row, resolution), chunk, resolution, terms)


def _laddered(
    card: RateCard, chunk: Sequence[Hour], used: Decimal, terms: HourTerms
) -> list[HourCost]:
    """Price each kWh by its step; an hour that crosses a step is split there."""
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
    per_kwh, per_hour = terms.per_kwh, terms.per_hour
    ladder = iter(
        [
            (_ENDLESS if step.end is None else step.end, step.price + extra, step.discount + off)
            for step in card.steps
        ]
    )
    top, price, discount = next(ladder)
    rows = []
    for start, kwh in chunk:
        after = used + kwh
        if after <= top and not discount:
            # Nearly every hour of nearly every plan.
            total = kwh * (price + per_kwh) + per_hour
            rows.append(HourCost(start, kwh, total, kwh * price, ZERO, terms))
            used = after
            continue
        energy = saved = ZERO
        while after > top:
            if used < top:
                energy += (top - used) * price
                saved += (top - used) * discount
                used = top
            top, price, discount = next(ladder)
        energy += (after - used) * price
        saved += (after - used) * discount
        used = after
        total = energy + saved + kwh * per_kwh + per_hour
        rows.append(HourCost(start, kwh, total, energy, saved, terms))
    return rows


def _banded(
    table: Sequence[Rate], chunk: Sequence[Hour], resolution: timedelta, terms: HourTerms
) -> list[HourCost]:
    """Price each row by its time of day."""
    per_kwh, per_hour = terms.per_kwh, terms.per_hour
    halves = resolution != HOUR
    rows = []
    for start, kwh in chunk:
        local = start.astimezone(JST)
        price, discount = table[local.hour * 2 + local.minute // 30 if halves else local.hour]
        saved = kwh * discount if discount else ZERO
        total = kwh * (price + per_kwh) + saved + per_hour
        rows.append(HourCost(start, kwh, total, kwh * price, saved, terms))
    return rows


def _table(card: RateCard, row: Sequence[str], resolution: timedelta) -> list[Rate]:
    """List price and discount by time of day.

    An hour of two bands, which only a learned schedule can have, costs their mean.
    """
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
    bands = [card.band_of(slot) for slot in row]
    halves = [(band.price + extra, band.discount + off) for band in bands]
    if resolution == HALF_HOUR:
        return halves
    return [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(halves[::2], halves[1::2], strict=True)
    ]
