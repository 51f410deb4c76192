"""What hours of use cost, by component. A year of ten plans is priced while a page loads, so the loops do little."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import itemgetter

from .model import ZERO, Component, HourCost, Kind, Per, RateCard, Unpriced
from .tariff import Stretch, Tariff, stretches
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
        upto = bisect_left(hours, _end(stretch.end), index, key=_START)
        chunk = hours[index:upto]
        if isinstance(stretch, Stretch):
            used = _price(stretch, chunk, used, resolution, result)
        elif skip_unpriced:
            used += sum((kwh for _, kwh in chunk), ZERO)
        else:
            raise Unpriced(stretch.reason)
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

    @property
    def plain(self) -> bool:
        return not self.subsidy and not self.discount


def _price(
    stretch: Stretch,
    chunk: Sequence[Hour],
    used: Decimal,
    resolution: timedelta,
    out: list[HourCost],
) -> Decimal:
    rows_a_day = timedelta(days=1) // resolution
    fuel, subsidy = stretch.fuel_cost_adjustment, stretch.subsidy
    terms = _Terms(
        ZERO if fuel is None else fuel.price,
        stretch.renewable_energy_levy.price,
        ZERO if subsidy is None else subsidy.price,
        stretch.per_day / rows_a_day,
        stretch.discount_per_day / rows_a_day,
    )
    if stretch.card.kind is Kind.TIME_OF_USE:
        return _banded(stretch, chunk, used, resolution, terms, out)
    return _laddered(stretch.card, chunk, used, terms, out)


def _laddered(
    card: RateCard, chunk: Sequence[Hour], used: Decimal, terms: _Terms, out: list[HourCost]
) -> Decimal:
    """Price each kWh by its step; an hour that crosses a step is split there."""
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
    ladder = iter(
        [
            (_ENDLESS if step.end is None else step.end, step.price + extra, step.discount + off)
            for step in card.steps
        ]
    )
    top, price, discount = next(ladder)
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
        out.append(_row(start, kwh, energy, saved, terms))
    return used


def _banded(
    stretch: Stretch,
    chunk: Sequence[Hour],
    used: Decimal,
    resolution: timedelta,
    terms: _Terms,
    out: list[HourCost],
) -> Decimal:
    """Price each row by its time of day."""
    table = _table(stretch, resolution)
    if resolution == _HOUR:
        for start, kwh in chunk:
            price, discount = table[start.astimezone(JST).hour]
            out.append(_row(start, kwh, kwh * price, kwh * discount, terms))
    else:
        for start, kwh in chunk:
            local = start.astimezone(JST)
            price, discount = table[local.hour * 2 + local.minute // 30]
            out.append(_row(start, kwh, kwh * price, kwh * discount, terms))
    return used + sum((kwh for _, kwh in chunk), ZERO)


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


def _table(stretch: Stretch, resolution: timedelta) -> list[Rate]:
    """List price and discount by time of day. An hour of two bands, which only a learned schedule has, costs their mean."""
    card = stretch.card
    assert card.schedule is not None
    extra, off = card.extras_of(_ENERGY, Per.KWH), card.extras_of(_DISCOUNT, Per.KWH)
    halves: list[Rate] = []
    for slot in card.schedule.months[stretch.start.astimezone(JST).month - 1]:
        band = card.band_of(slot)
        halves.append((band.price + extra, band.discount + off))
    if resolution == _HALF_HOUR:
        return halves
    return [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(halves[::2], halves[1::2], strict=True)
    ]


def _end(end: datetime | None) -> datetime:
    assert end is not None
    return end.astimezone(UTC)
