"""The bill of a period from its hours: a tariff's cards, slots and adders laid over them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from .bill import Bill, BillLine, energy_lines, share_out, time_lines, whole
from .model import ZERO, Component, RateCard, Unpriced
from .periods import BillingPeriod
from .tariff import Hole, Stretch, Tariff, stretches
from .times import day_of

_HALF_HOUR = timedelta(minutes=30)
_HOUR = timedelta(hours=1)


def bill_for(
    tariff: Tariff,
    period: BillingPeriod,
    hours: Iterable[tuple[datetime, Decimal]],
    *,
    kwh: Decimal | None = None,
    resolution: timedelta = _HOUR,
) -> Bill:
    """Bill a period from its (start, kWh), each `resolution` long; `kwh` is the meter's own total, where stated.

    The total is rounded to whole kWh, then shared out among cards, their slots, and the months of the adders, each rounded
    and the last taking the remainder. Raises Unpriced if any time of the period has no price.
    """
    walk: list[Stretch] = []
    for stretch in stretches(tariff, period.start, period.end):
        if isinstance(stretch, Hole):
            raise Unpriced(stretch.reason)
        walk.append(stretch)
    use = _Use(walk)
    for start, value in hours:
        if period.start <= start < period.end:
            use.add(start, value, resolution)
    total = whole(sum(use.cards.values(), ZERO) if kwh is None else kwh)
    lines: list[BillLine] = []
    used = ZERO
    for index, charged in share_out(use.cards, total).items():
        card = use.order[index]
        days = sum((day_of(s.end) - day_of(s.start)).days for s in walk if s.card == card)
        lines += time_lines(card, days, period.days)
        lines += energy_lines(card, share_out(use.slots[index], charged), used)
        used += charged
        for component, parts in use.adders[index].items():
            lines += [
                BillLine(component, component.value, borne, price)
                for price, borne in share_out(parts, charged).items()
            ]
    return Bill(total, period.days, tuple(lines))


class _Use:
    """The kWh of a period by card, and of each card by slot and by price of each adder; in order of time."""

    def __init__(self, walk: list[Stretch]) -> None:
        self._walk = walk
        self.order: list[RateCard] = []
        self.slots: list[dict[str, Decimal]] = []
        self.cards: dict[int, Decimal] = {}
        self.adders: list[dict[Component, dict[Decimal, Decimal]]] = []
        for stretch in walk:
            if stretch.card not in self.order:
                self.cards[len(self.order)] = ZERO
                self.order.append(stretch.card)
                self.adders.append({})
                self.slots.append({band.slot: ZERO for band in stretch.card.bands} or {"": ZERO})
            for component, adder in stretch.adders.items():
                by_price = self.adders[self.order.index(stretch.card)].setdefault(component, {})
                by_price.setdefault(adder.price, ZERO)

    def add(self, start: datetime, kwh: Decimal, resolution: timedelta) -> None:
        """Lay one row where it belongs; an hour of two slots goes half to each."""
        stretch = next(stretch for stretch in self._walk if start < stretch.end)
        index = self.order.index(stretch.card)
        self.cards[index] += kwh
        for component, adder in stretch.adders.items():
            self.adders[index][component][adder.price] += kwh
        slots = self.slots[index]
        if (schedule := stretch.card.schedule) is None:
            slots[""] += kwh
            return
        first = schedule.slot_at(start)
        second = first if resolution <= _HALF_HOUR else schedule.slot_at(start + _HALF_HOUR)
        slots[first] += kwh / 2
        slots[second] += kwh / 2
