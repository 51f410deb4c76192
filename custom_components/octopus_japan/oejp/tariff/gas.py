"""Gas: the period's volume selects one row of a table, whose standing charge and unit price apply to all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from .bill import Bill, BillLine, Number, decimal
from .billing_calendar import BillingCalendar, BillingPeriod
from .charges import per_of
from .model import ZERO, Component, Gap, InForce, Per, StandingCharge, Unpriced, find
from .monthly_rates import Timeline
from .rates import RateLike, current

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class GasTier:
    """A row of the table: for volumes above `start` m³ up to and with `end`."""

    start: Decimal
    end: Decimal | None
    price: Decimal
    standing_charge: StandingCharge


@dataclass(frozen=True, slots=True)
class GasCard(InForce):
    """One agreement in one generation of its rates."""

    tiers: tuple[GasTier, ...]
    product_code: str | None = None
    product_name: str | None = None
    estimated: bool = False

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


def gas_tiers(
    charges: Sequence[RateLike], standing: Sequence[RateLike], at: datetime
) -> tuple[tuple[GasTier, ...], bool]:
    """Read the table in force, and whether it has ended and is carried forward. Raises Unpriced."""
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


def gas_bill(card: GasCard, m3: Number, *, days: int, subsidy: Number = ZERO) -> Bill:
    """Bill a period's volume. A subsidy is given as a positive discount per m³."""
    volume = decimal(m3)
    tier = card.tier_for(volume)
    charge = tier.standing_charge
    units = Decimal(days if charge.per is Per.DAY else 1)
    lines = [
        BillLine(Component.STANDING_CHARGE, "standing_charge", units, charge.price),
        BillLine(Component.ENERGY, "gas", volume, tier.price),
    ]
    if off := decimal(subsidy):
        lines.append(BillLine(Component.SUBSIDY, "subsidy", volume, -off))
    return Bill(volume, days, tuple(lines))


def gas_bill_for(tariff: GasTariff, period: BillingPeriod, m3: Number) -> Bill:
    """Bill a period at the rates in force when it ends: those of the month that names it."""
    card = tariff.card_at(period.end - _MOMENT)
    credit = tariff.subsidy.stated(period.reading_month - 1)
    return gas_bill(card, m3, days=period.days, subsidy=ZERO if credit is None else -credit.price)
