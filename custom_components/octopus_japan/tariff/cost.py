"""What hours of use cost, by component. A year of ten plans is priced while a page loads, so the loops do little."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from .model import ZERO, Component, HourCost, Per, RateCard, Unpriced
from .tariff import Hole, Stretch, Tariff, stretches
from .times import JST

type Hour = tuple[datetime, Decimal]
type Rate = tuple[Decimal, Decimal]

_ENERGY = Component.ENERGY
_FUEL = Component.FUEL_COST_ADJUSTMENT
_LEVY = Component.RENEWABLE_ENERGY_LEVY
_STANDING = Component.STANDING_CHARGE
_SUBSIDY = Component.SUBSIDY
_DISCOUNT = Component.DISCOUNT

_ENDLESS = Decimal("Infinity")
_HOUR = timedelta(hours=1)
_HALF_HOUR = timedelta(minutes=30)
_START = itemgetter(0)


def costs(
    tariff: Tariff,
    hours: Sequence[Hour],
    used: Decimal = ZERO,
    *,
    resolution: timedelta = _HOUR,
    skip_unpriced: bool = False,
) -> list[HourCost]:
    """Price ascending (start, kWh), each `resolution` long: an hour or a half.

    `used` are the kWh before the first of them in its billing period; each later period begins at nothing. Charges by time
    are spread evenly over the hours of a day. Raises Unpriced for a time without a price, or leaves its hours out.
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
        used += sum((kwh for _, kwh in chunk), ZERO)
        index = upto
    return result


@dataclass(frozen=True, slots=True)
class _Terms:
    """What does not depend on step or band: yen a kWh, and yen a row."""

    fuel: Decimal
    levy: Decimal
    subsidy: Decimal
    standing: Decimal
    discount: Decimal
    plain: bool


def _price(
    stretch: Stretch | Hole, chunk: Sequence[Hour], used: Decimal, resolution: timedelta
) -> list[HourCost]:
    if isinstance(stretch, Hole):
        raise Unpriced(stretch.reason)
    rows_a_day = timedelta(days=1) // resolution
    fuel, subsidy = stretch.fuel_cost_adjustment, stretch.subsidy
    discount = stretch.discount_per_day
    terms = _Terms(
        fuel=ZERO if fuel is None else fuel.price,
        levy=stretch.renewable_energy_levy.price,
        subsidy=ZERO if subsidy is None else subsidy.price,
        standing=stretch.per_day / rows_a_day,
        discount=discount / rows_a_day,
        plain=subsidy is None and not discount,
    )
    if (schedule := stretch.card.schedule) is None:
        return _laddered(stretch.card, chunk, used, terms)
    row = schedule.months[stretch.start.astimezone(JST).month - 1]
    return _banded(_table(stretch.card, row, resolution), chunk, resolution, terms)


def _laddered(
    card: RateCard, chunk: Sequence[Hour], used: Decimal, terms: _Terms
) -> list[HourCost]:
    """Price each kWh by its step; an hour that crosses a step is split there."""
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
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
        rows.append(_row(start, kwh, energy, saved, terms))
    return rows


def _banded(
    table: Sequence[Rate], chunk: Sequence[Hour], resolution: timedelta, terms: _Terms
) -> list[HourCost]:
    """Price each row by its time of day."""
    rows = []
    if resolution == _HOUR:
        for start, kwh in chunk:
            price, discount = table[start.astimezone(JST).hour]
            rows.append(_row(start, kwh, kwh * price, kwh * discount, terms))
    else:
        for start, kwh in chunk:
            local = start.astimezone(JST)
            price, discount = table[local.hour * 2 + local.minute // 30]
            rows.append(_row(start, kwh, kwh * price, kwh * discount, terms))
    return rows


def _row(start: datetime, kwh: Decimal, energy: Decimal, saved: Decimal, terms: _Terms) -> HourCost:
    fuel = kwh * terms.fuel
    levy = kwh * terms.levy
    components = {_ENERGY: energy, _FUEL: fuel, _LEVY: levy, _STANDING: terms.standing}
    total = energy + fuel + levy + terms.standing
    if saved or not terms.plain:
        components[_SUBSIDY] = subsidy = kwh * terms.subsidy
        components[_DISCOUNT] = saved = saved + terms.discount
        total += subsidy + saved
    return HourCost(start, kwh, components, total)


def _table(card: RateCard, row: Sequence[str], resolution: timedelta) -> list[Rate]:
    """List price and discount by time of day.

    An hour of two bands, which only a learned schedule can have, costs their mean.
    """
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
    bands = [card.band_of(slot) for slot in row]
    halves = [(band.price + extra, band.discount + off) for band in bands]
    if resolution == _HALF_HOUR:
        return halves
    return [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(halves[::2], halves[1::2], strict=True)
    ]
