"""What a kWh costs at an instant, over the coming hours, and over a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ..japan_time import HALF_HOUR, JST, midnight
from .model import ZERO, Band, Component, Kind, Per, Price, PricePeriod, Step, Unpriced
from .provenance import Provenance
from .tariff import Stretch, Tariff, stretch_at, stretches

# Beyond a year of one price there is nothing to tell.
_HORIZON = timedelta(days=400)


def price_at(tariff: Tariff, at: datetime, used: Decimal = ZERO) -> Price:
    """Price the next kWh, `used` kWh into the billing period. Raises Unpriced."""
    price = _price(stretch_at(tariff, at), at, used)
    change = _change(tariff, price, at, used)
    return _until(price, None if change is None else change.at)


def next_change(tariff: Tariff, at: datetime, used: Decimal = ZERO) -> Price | None:
    """Find the price that follows by the clock; its `at` is when. None if nothing is known to change.

    A time without a price is passed over: what follows it is the next change.
    """
    return _change(tariff, _price(stretch_at(tariff, at), at, used), at, used)


def price_periods(
    tariff: Tariff, start: datetime, end: datetime, used: Decimal = ZERO
) -> tuple[PricePeriod, ...]:
    """List the prices from `start` until `end`; neighbours of one price are one, times without price are left out.

    `used` belongs to the billing period of `start`; later periods begin at nothing used. Raises Unpriced when nothing in
    the whole time has a price.
    """
    found: list[tuple[datetime, datetime, Price]] = []
    reason = ""
    for piece in _pieces(tariff, start, end, used):
        if isinstance(piece, str):
            reason = reason or piece
            continue
        begin, until, price = piece
        if found and found[-1][1] == begin and found[-1][2].same_as(price):
            found[-1] = (found[-1][0], until, found[-1][2])
        else:
            found.append(piece)
    if not found and reason:
        raise Unpriced(reason)
    return tuple(PricePeriod(begin, until, _until(price, until)) for begin, until, price in found)


def kwh_left_in_step(tariff: Tariff, at: datetime, used: Decimal) -> Decimal | None:
    """Count the kWh until the next step begins; None in the last one and where there are none."""
    card = stretch_at(tariff, at).card
    if card.kind is not Kind.STEPPED:
        return None
    end = card.step_at(used).end
    return None if end is None else end - used


@dataclass(frozen=True, slots=True)
class DayPrices:
    """A day's prices; `mean` is over time. `ranks` are the different totals, cheapest first."""

    day: date
    periods: tuple[PricePeriod, ...]
    low: Decimal
    high: Decimal
    mean: Decimal
    ranks: tuple[Decimal, ...]

    def rank(self, price: Price) -> int:
        """Rank a price: 1 for the cheapest of the day."""
        return self.ranks.index(price.total) + 1

    def cheaper_part(self, price: Price) -> Decimal:
        """Return the part of the day's time that costs less than a price, 0 to 1."""
        less = [p.end - p.start for p in self.periods if p.price.total < price.total]
        whole = sum((p.end - p.start for p in self.periods), timedelta(0))
        return Decimal(_seconds(sum(less, timedelta(0)))) / _seconds(whole)

    @property
    def cheapest(self) -> tuple[PricePeriod, ...]:
        """The periods at the lowest price; all of them, on a day of one price."""
        return tuple(period for period in self.periods if period.price.total == self.low)


def day_prices(tariff: Tariff, day: date, used: Decimal = ZERO) -> DayPrices:
    """List the prices of a day in Japan, `used` kWh into the billing period that it begins in. Raises Unpriced."""
    start = midnight(day)
    return summary(day, price_periods(tariff, start, start + timedelta(days=1), used))


def summary(day: date, periods: Sequence[PricePeriod]) -> DayPrices:
    """Sum up the prices of a day, of which there is at least one."""
    totals = sorted({period.price.total for period in periods})
    time = sum((period.end - period.start for period in periods), timedelta(0))
    weighted = sum(
        (period.price.total * _seconds(period.end - period.start) for period in periods), ZERO
    )
    return DayPrices(
        day, tuple(periods), totals[0], totals[-1], weighted / _seconds(time), tuple(totals)
    )


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _price(stretch: Stretch, at: datetime, used: Decimal) -> Price:
    card = stretch.card
    known = Provenance.CARRIED_FORWARD if card.estimated else Provenance.API
    if card.entered:
        known = Provenance.ENTERED
    provenance = {Component.ENERGY: known}
    if card.schedule is not None:
        hours = card.schedule.source_at(at)
        if hours is not Provenance.PUBLISHED:
            provenance[Component.ENERGY] = hours
        rate: Band | Step = (band := card.band_of(card.schedule.slot_at(at)))
        slot = band.slot.lower()
    else:
        rate = step = card.step_at(used)
        slot = "single" if card.kind is Kind.SINGLE else f"step_{card.steps.index(step) + 1}"
    components = {Component.ENERGY: rate.price + card.extras_of(Component.ENERGY, Per.KWH)}
    for component, monthly in stretch.monthly_rates.items():
        components[component] = monthly.price
        provenance[component] = monthly.provenance
    if discount := rate.discount + card.extras_of(Component.DISCOUNT, Per.KWH):
        components[Component.DISCOUNT] = discount
        provenance[Component.DISCOUNT] = known
    return Price(
        at=at,
        components=components,
        total=sum(components.values(), ZERO),
        band=rate.name,
        slot=slot,
        estimated=stretch.estimated,
        provenance=provenance,
        standing_charge=card.standing_charge,
    )


def _pieces(
    tariff: Tariff, start: datetime, end: datetime, used: Decimal
) -> Iterator[tuple[datetime, datetime, Price] | str]:
    """Walk through stretches and slots: times of one price, or the reason of there being none."""
    if start >= end:
        return
    first = tariff.calendar.period_at(start)
    for stretch in stretches(tariff, start, end):
        if not isinstance(stretch, Stretch):
            yield stretch.reason
            continue
        spent = used if stretch.period == first else ZERO
        at = stretch.start
        until = min(stretch.end, end)
        while at < until:
            slot_end = min(_slot_end(stretch, at, until), until)
            yield at, slot_end, _price(stretch, at, spent)
            at = slot_end


def _slot_end(stretch: Stretch, at: datetime, until: datetime) -> datetime:
    """Find when another slot begins; at the latest when the day ends."""
    schedule = stretch.card.schedule
    if schedule is None:
        return until
    local = at.astimezone(JST)
    slot = schedule.slot_at(local)
    edge = local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0) + HALF_HOUR
    while edge < until and edge.date() == local.date() and schedule.slot_at(edge) == slot:
        edge += HALF_HOUR
    return edge.astimezone(UTC)


def _change(tariff: Tariff, price: Price, at: datetime, used: Decimal) -> Price | None:
    for piece in _pieces(tariff, at, at + _HORIZON, used):
        if not isinstance(piece, str) and not piece[2].same_as(price):
            return piece[2]
    return None


def _until(price: Price, until: datetime | None) -> Price:
    return Price(
        at=price.at,
        components=price.components,
        total=price.total,
        band=price.band,
        slot=price.slot,
        valid_until=until,
        estimated=price.estimated,
        provenance=price.provenance,
        standing_charge=price.standing_charge,
    )
