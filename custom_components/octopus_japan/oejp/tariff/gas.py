"""Gas: the period's volume selects one row of a table, whose standing charge and unit price apply to all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import override

from ..japan_time import MOMENT
from .bill import Bill, BillLine, Number, decimal
from .billing_calendar import BillingCalendar, BillingPeriod
from .charges import per_of
from .model import ZERO, Component, Gap, InForce, Per, StandingCharge, Unpriced, find
from .monthly_rates import Timeline
from .rates import RateLike, current
from .rounding import cut

MONTH = Decimal(30)
"""Days of a month, where a part of one is charged for."""
TAX = Decimal(10)
"""Per cent."""
_SHORTEST, _SHORTEST_AT_AN_END, _LONGER = 25, 30, 36
"""Days of a period that is charged as a whole month: from, from where supply begins or ends, and until before."""
_SEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class GasTier:
    """A row of the table: for volumes above `start` m³ up to and with `end`."""

    start: Decimal
    end: Decimal | None
    price: Decimal
    standing_charge: StandingCharge


@dataclass(frozen=True, slots=True)
class GasCard(InForce):
    """One agreement in one generation of its rates.

    `without_tax`: its prices are without tax, which is added to the sum.
    """

    tiers: tuple[GasTier, ...]
    product_code: str | None = None
    product_name: str | None = None
    estimated: bool = False
    without_tax: bool = False

    def tier_for(self, volume: Decimal) -> GasTier:
        """Find the row that a volume selects."""
        for tier in self.tiers:
            if tier.end is None or volume <= tier.end:
                return tier
        raise Unpriced("unknown_product")


@dataclass(frozen=True, slots=True)
class GasTariff:
    """All that prices one gas supply point."""

    cards: tuple[GasCard, ...]
    gaps: tuple[Gap, ...] = ()
    calendar: BillingCalendar = field(default_factory=BillingCalendar)
    subsidy: Timeline = field(default_factory=Timeline)

    def card_at(self, at: datetime) -> GasCard:
        """Find the card in force."""
        return find(self.cards, self.gaps, at)

    def begins_or_ends(self, period: BillingPeriod) -> bool:
        """Tell whether supply begins or ends with a period, by the agreements."""
        return not (self._supplied(period.start - MOMENT) and self._supplied(period.end))

    def _supplied(self, at: datetime) -> bool:
        return any(item.covers(at) for item in (*self.cards, *self.gaps))


@dataclass(frozen=True, slots=True)
class GasBill(Bill):
    """What a period of gas costs. Its `kwh` are m³; `tier` is the row that was chosen.

    Where its lines are `without_tax`, their sum is cut to whole yen, and so is the tax on it that is added.
    """

    tier: GasTier | None = None
    without_tax: bool = False

    @property
    @override
    def total(self) -> int:
        whole = cut(self.exact)
        return int(whole + cut(whole * TAX / 100)) if self.without_tax else int(whole)

    @property
    @override
    def tax(self) -> int:
        if self.without_tax:
            return int(cut(cut(self.exact) * TAX / 100))
        return int(cut(Decimal(self.total) * TAX / (100 + TAX)))


def gas_tiers(
    charges: Sequence[RateLike], standing: Sequence[RateLike], at: datetime
) -> tuple[tuple[GasTier, ...], bool]:
    """Read the table in force, and whether it has ended and is carried forward. Raises Unpriced.

    Without tiers the one price is for any volume.
    """
    prices, ended = current(charges, at)
    fixed, fixed_ended = current(standing, at)
    if not prices:
        raise Unpriced("no_rates")
    tiers = []
    for rate in sorted(prices.values(), key=lambda rate: rate.tier_start or 0):
        same = [
            other
            for other in fixed.values()
            if len(fixed) == 1
            or (other.tier_start, other.tier_end) == (rate.tier_start, rate.tier_end)
        ]
        if not same or (per := per_of(same[0].unit_type)) is None:
            raise Unpriced("no_standing_charge")
        tiers.append(
            GasTier(
                Decimal(rate.tier_start or 0),
                None if rate.tier_end is None else Decimal(rate.tier_end),
                rate.price_per_unit_inc_tax,
                StandingCharge(same[0].price_per_unit_inc_tax, per),
            )
        )
    whole = tiers[0].start == 0 and tiers[-1].end is None
    if not whole or any(tier.end != following.start for tier, following in pairwise(tiers)):
        raise Unpriced("unknown_product")
    return tuple(tiers), ended or fixed_ended


def gas_bill(
    card: GasCard, m3: Number, *, days: int, subsidy: Number = ZERO, at_an_end: bool = False
) -> GasBill:
    """Bill a period's volume. A subsidy is given as a positive discount per m³, tax included.

    `at_an_end`: supply begins or ends with the period, so that it counts as a part of a month up to 29 days, not 24.
    Raises Unpriced where no row is for the volume.
    """
    volume = decimal(m3)
    part = is_part(days, at_an_end=at_an_end)
    tier = card.tier_for(volume * MONTH / days if part else volume)
    charge = tier.standing_charge
    units, price = Decimal(days if charge.per is Per.DAY else 1), charge.price
    if part and charge.per is not Per.DAY:
        price = (price * days / MONTH).quantize(_SEN, ROUND_DOWN)
    lines = [
        BillLine(Component.STANDING_CHARGE, "standing_charge", units, price),
        BillLine(Component.ENERGY, "gas", volume, tier.price),
    ]
    if off := decimal(subsidy):
        off = off * 100 / (100 + TAX) if card.without_tax else off
        lines.append(BillLine(Component.SUBSIDY, "subsidy", volume, -off))
    return GasBill(volume, days, tuple(lines), tier=tier, without_tax=card.without_tax)


def is_part(days: int, *, at_an_end: bool = False) -> bool:
    """Tell whether so many days are not a month: then the standing charge and the choice of the row go by days."""
    shortest = _SHORTEST_AT_AN_END if at_an_end else _SHORTEST
    return not shortest <= days < _LONGER


def gas_bill_for(
    tariff: GasTariff, period: BillingPeriod, m3: Number, *, days: int | None = None
) -> GasBill:
    """Bill a period at the rates in force when it ends: those of the month that names it. Raises Unpriced.

    `days`: those charged for, where they are told; else those of the period.
    """
    card = tariff.card_at(period.end - MOMENT)
    credit = tariff.subsidy.stated(period.reading_month - 1)
    return gas_bill(
        card,
        m3,
        days=days or period.days,
        subsidy=ZERO if credit is None else -credit.price,
        at_an_end=tariff.begins_or_ends(period),
    )
