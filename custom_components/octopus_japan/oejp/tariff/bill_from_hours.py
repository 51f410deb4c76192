"""The bill of a period from its hours: a tariff's agreements, cards, slots and monthly rates laid over them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ..japan_time import HALF_HOUR, HOUR, day_of
from .bill import Bill, BillLine, energy_lines, share_out, time_lines
from .billing_calendar import BillingPeriod
from .model import NO_AGREEMENT, ZERO, Component, RateCard, Unpriced
from .rounding import Rounding
from .tariff import Stretch, Tariff, stretches

_MONTHLY = (
    Component.FUEL_COST_ADJUSTMENT,
    Component.RENEWABLE_ENERGY_LEVY,
    Component.SUBSIDY,
)

type _Id = int | None
type _Start = datetime | None


def bill_for(
    tariff: Tariff,
    period: BillingPeriod,
    hours: Iterable[tuple[datetime, Decimal]],
    *,
    kwh: Decimal | None = None,
    resolution: timedelta = HOUR,
    until: datetime | None = None,
) -> Bill:
    """Bill a period from its (start, kWh), each `resolution` long; `kwh` is the meter's own total, where stated.

    `until`: of a running period the end of the last day to charge, a midnight in Japan; the others have not begun.

    The total is rounded to whole kWh and shared out among agreements; an agreement's among its cards, a card's among its
    slots, and an agreement's again among the months of each monthly rate: each part rounded in order of time, the last taking the
    remainder. Steps go on through a change of agreement. Days without an agreement are not charged. Raises Unpriced if any
    other time of the period has no price, and where no agreement covers any of it.
    """
    walk: list[Stretch] = []
    for stretch in stretches(tariff, period.start, until or period.end):
        if isinstance(stretch, Stretch):
            walk.append(stretch if until is None else replace(stretch, end=min(stretch.end, until)))
        elif stretch.reason != NO_AGREEMENT:
            raise Unpriced(stretch.reason)
    if not walk:
        # Nothing charged is not a bill of nothing: perhaps the agreements are not told yet.
        raise Unpriced(NO_AGREEMENT)
    uses: dict[_Id, _Use] = {}
    for stretch in walk:
        uses.setdefault(stretch.card.agreement_id, _Use()).meet(stretch)
    measured = dict.fromkeys(uses, ZERO)
    for start, value in hours:
        if (at := _stretch(walk, start)) is not None:
            measured[at.card.agreement_id] += value
            uses[at.card.agreement_id].add(at, start, value, resolution)
    rounding = tariff.lessons.rounding
    total = rounding.kwh(sum(measured.values(), ZERO) if kwh is None else kwh)
    lines: list[BillLine] = []
    used = ZERO
    for agreement, charged in share_out(measured, total, rounding.kwh).items():
        lines += uses[agreement].lines(charged, used, period, rounding)
        used += charged
    guessed = min((stretch.start for stretch in walk if stretch.estimated), default=None)
    days = period.days if until is None else (day_of(until) - day_of(period.start)).days
    return Bill(total, days, tuple(replace(line, rounding=rounding) for line in lines), guessed)


def _stretch(walk: Iterable[Stretch], at: datetime) -> Stretch | None:
    return next((stretch for stretch in walk if stretch.start <= at < stretch.end), None)


type _Rate = tuple[int | None, Decimal]
"""A price a kWh and the month that it is of; the government's discount is of no month: one line takes it off."""


def _per_kwh(stretch: Stretch) -> list[tuple[Component, _Rate]]:
    """List each monthly rate; one that does not apply has the price of nothing, for its own kWh only."""
    rates = stretch.monthly_rates
    return [
        (
            component,
            (
                None if component is Component.SUBSIDY else stretch.month,
                rates[component].price if component in rates else ZERO,
            ),
        )
        for component in _MONTHLY
    ]


@dataclass(slots=True)
class _Use:
    """The days and kWh of one agreement by card and slot, and by month of each monthly rate; in order of time."""

    cards: dict[_Start, RateCard] = field(default_factory=dict)
    days: dict[_Start, int] = field(default_factory=dict)
    kwh: dict[_Start, Decimal] = field(default_factory=dict)
    slots: dict[_Start, dict[str, Decimal]] = field(default_factory=dict)
    monthly_rates: dict[Component, dict[_Rate, Decimal]] = field(default_factory=dict)

    def meet(self, stretch: Stretch) -> None:
        """Count the days of a stretch, and note what it charges."""
        card = stretch.card
        days = (day_of(stretch.end) - day_of(stretch.start)).days
        self.cards[card.start] = card
        self.days[card.start] = self.days.get(card.start, 0) + days
        self.kwh.setdefault(card.start, ZERO)
        self.slots.setdefault(card.start, {} if card.bands else {"": ZERO})
        for component, rate in _per_kwh(stretch):
            self.monthly_rates.setdefault(component, {}).setdefault(rate, ZERO)

    def add(self, stretch: Stretch, start: datetime, kwh: Decimal, resolution: timedelta) -> None:
        """Lay one row where it belongs; an hour of two slots goes half to each."""
        card = stretch.card
        self.kwh[card.start] += kwh
        for component, rate in _per_kwh(stretch):
            self.monthly_rates[component][rate] += kwh
        slots = self.slots[card.start]
        first = second = ""
        if card.schedule is not None:
            first = second = card.schedule.slot_at(start)
            if resolution > HALF_HOUR:
                second = card.schedule.slot_at(start + HALF_HOUR)
        for slot in (first, second):
            slots[slot] = slots.get(slot, ZERO) + kwh / 2

    def lines(
        self, kwh: Decimal, used: Decimal, period: BillingPeriod, rounding: Rounding
    ) -> list[BillLine]:
        """Charge the kWh of the agreement, `used` kWh into the period."""
        lines: list[BillLine] = []
        for start, charged in share_out(self.kwh, kwh, rounding.kwh).items():
            card = self.cards[start]
            if charged and not self.slots[start]:
                raise Unpriced("no_readings")
            lines += time_lines(card, self.days[start], period.days)
            lines += energy_lines(card, share_out(self.slots[start], charged, rounding.kwh), used)
            used += charged
        for component, parts in self.monthly_rates.items():
            lines += [
                BillLine(component, component.value, charged, price)
                for (_, price), charged in share_out(parts, kwh, rounding.kwh).items()
                if price
            ]
        return lines
