"""All that prices one supply point, and the stretches of time in which it stays the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from ..interval import Interval
from ..japan_time import month_of, month_start
from .billing_calendar import BillingCalendar, BillingPeriod
from .lessons import Lessons
from .model import Component, Gap, MonthBasis, Per, RateCard, Unpriced, find
from .monthly_rates import MonthlyPrice, MonthlyRates, Timeline
from .provenance import Provenance
from .schedule import Mismatch


@dataclass(frozen=True, slots=True)
class Tariff:
    """Rate cards that do not overlap, and what applies to all of them.

    `gaps` are the times of agreements that cannot be priced, `mismatches` the half hours in which readings contradict the
    schedule in use. `lessons`: what past bills decide.
    """

    cards: tuple[RateCard, ...]
    monthly_rates: MonthlyRates = field(default_factory=MonthlyRates)
    calendar: BillingCalendar = field(default_factory=BillingCalendar)
    month_basis: MonthBasis = MonthBasis.CALENDAR_DAY
    gaps: tuple[Gap, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    subsidies: bool = True
    lessons: Lessons = field(default_factory=Lessons)

    def card_at(self, at: datetime) -> RateCard:
        """Find the card in force."""
        return find(self.cards, self.gaps, at)


@dataclass(frozen=True, slots=True)
class Stretch(Interval):
    """A time in which only the half hour of the day and the step in use move the price."""

    period: BillingPeriod
    card: RateCard
    fuel_cost_adjustment: MonthlyPrice | None
    renewable_energy_levy: MonthlyPrice
    subsidy: MonthlyPrice | None
    month: int
    """The month whose adjustment and levy apply (japan_time.month_of)."""
    subsidy_unknown: bool = False
    """Whether nobody tells if there is a discount; it is taken for none."""

    @property
    def estimated(self) -> bool:
        """Tell whether any part of the price is a guess."""
        return self.subsidy_unknown or self.carried_forward

    @property
    def carried_forward(self) -> bool:
        """Tell whether a rate that the service should tell is missing."""
        return self.card.estimated or any(rate.estimated for rate in self.monthly_rates.values())

    @property
    def monthly_rates(self) -> dict[Component, MonthlyPrice]:
        """The monthly rates that apply, by component."""
        found = {}
        if self.fuel_cost_adjustment is not None:
            found[Component.FUEL_COST_ADJUSTMENT] = self.fuel_cost_adjustment
        found[Component.RENEWABLE_ENERGY_LEVY] = self.renewable_energy_levy
        if self.subsidy is not None:
            found[Component.SUBSIDY] = self.subsidy
        return found

    @property
    def per_day(self) -> Decimal:
        """The charges by time, as yen a day."""
        card = self.card
        if (charge := card.standing_charge) is None:
            raise Unpriced("no_standing_charge")
        monthly = card.extras_of(Component.STANDING_CHARGE, Per.MONTH)
        daily = card.extras_of(Component.STANDING_CHARGE, Per.DAY)
        if charge.per is Per.MONTH:
            monthly += charge.price
        else:
            daily += charge.price
        return daily + monthly / self.period.days

    @property
    def discount_per_day(self) -> Decimal:
        """The discounts by time, as yen a day."""
        monthly = self.card.extras_of(Component.DISCOUNT, Per.MONTH)
        return self.card.extras_of(Component.DISCOUNT, Per.DAY) + monthly / self.period.days


def stretch_at(tariff: Tariff, at: datetime) -> Stretch:
    """Find what is in force at an instant, and until when."""
    card = tariff.card_at(at)
    if card.bands and (card.schedule is None or card.schedule.row_at(at) is None):
        raise Unpriced("unknown_schedule")
    period = tariff.calendar.period_at(at)
    by_reading = tariff.month_basis is MonthBasis.READING_MONTH
    month = period.reading_month if by_reading else month_of(at)
    # The use of month X is that from the reading in X to the one in X+1, whatever the adjustment goes by (docs/pricing.md).
    of_use = period.reading_month - 1
    return Stretch(
        start=at,
        end=_end(tariff, at, period),
        period=period,
        card=card,
        fuel_cost_adjustment=_fuel(
            card, tariff.monthly_rates.fuel_cost_adjustment_of(card.product_code), month
        ),
        renewable_energy_levy=_levy(tariff.monthly_rates.renewable_energy_levy, month),
        subsidy=_subsidy(tariff, of_use),
        month=month,
        subsidy_unknown=_subsidy_unknown(tariff, of_use),
    )


@dataclass(frozen=True, slots=True)
class UnpricedTime(Interval):
    """A time without a price, and why (a translation key)."""

    reason: str


def stretches(tariff: Tariff, start: datetime, end: datetime) -> Iterator[Stretch | UnpricedTime]:
    """Walk through a time from `start` until at least `end`."""
    while start < end:
        stretch: Stretch | UnpricedTime
        try:
            stretch = stretch_at(tariff, start)
        except Unpriced as err:
            until = _end(tariff, start, tariff.calendar.period_at(start))
            stretch = UnpricedTime(start, until, err.reason)
        yield stretch
        start = stretch.end


@dataclass(frozen=True, slots=True)
class Estimate:
    """A time in which one component's price is a guess.

    `month` is the month that nobody told (japan_time.month_of); None for energy, whose rates ended.
    """

    component: Component
    month: int | None
    interval: Interval
    provenance: Provenance


def estimates(tariff: Tariff, start: datetime, end: datetime) -> tuple[Estimate, ...]:
    """List what is guessed between two instants, by component and month, in order of time."""
    found: dict[tuple[Component, int | None, Provenance], Interval] = {}
    for stretch in stretches(tariff, start, end):
        if not isinstance(stretch, Stretch):
            continue
        guessed: list[tuple[Component, int | None, Provenance]] = [
            (component, stretch.month, rate.provenance)
            for component, rate in stretch.monthly_rates.items()
            if rate.estimated
        ]
        if stretch.card.estimated:
            guessed.append((Component.ENERGY, None, Provenance.CARRIED_FORWARD))
        for key in guessed:
            since = found[key].start if key in found else stretch.start
            found[key] = Interval(since, min(stretch.end, end))
    return tuple(
        Estimate(component, month, interval, provenance)
        for (component, month, provenance), interval in found.items()
    )


def _end(tariff: Tariff, at: datetime, period: BillingPeriod) -> datetime:
    """Find the next instant at which an agreement, a month or the period may change."""
    ends = [period.end, month_start(month_of(at) + 1)]
    edges = [(card.start, card.end) for card in tariff.cards]
    edges += [(gap.start, gap.end) for gap in tariff.gaps]
    ends += [edge for window in edges for edge in window if edge is not None and edge > at]
    return min(ends).astimezone(UTC)


def _fuel(card: RateCard, timeline: Timeline, month: int) -> MonthlyPrice | None:
    if not card.fuel_cost_adjusted:
        return None
    if card.fixed_fuel_cost_adjustment is not None:
        return MonthlyPrice(card.fixed_fuel_cost_adjustment, Provenance.API)
    if (price := timeline.at(month)) is None:
        raise Unpriced("no_fuel_cost_adjustment")
    return price


def _subsidy(tariff: Tariff, month: int) -> MonthlyPrice | None:
    """Return a month's discount; one of no yen is none."""
    found = tariff.monthly_rates.subsidy.stated(month) if tariff.subsidies else None
    return found if found and found.price else None


def _subsidy_unknown(tariff: Tariff, month: int) -> bool:
    rates = tariff.monthly_rates
    until = rates.subsidy_until if tariff.subsidies else None
    return until is not None and month > until and rates.subsidy.stated(month) is None


def _levy(timeline: Timeline, month: int) -> MonthlyPrice:
    if (price := timeline.at(month)) is None:
        raise Unpriced("no_renewable_energy_levy")
    return price
