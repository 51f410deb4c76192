"""From what the service answers to a tariff. The only room here that knows the service's models.

Agreements are chosen by type and validity, generations grouped by validity, then by kind
(docs/pricing.md#the-rules). What is not understood becomes a gap with its reason; it never spoils the time of another agreement.
"""

from collections.abc import Sequence
from datetime import datetime

from ...interval import Interval
from ...japan_time import YEARS, in_reason
from ...kraken.models import (
    Agreement,
    ElectricityFitProduct,
    ElectricityProduct,
    GasTieredProduct,
    ReadingDates,
)
from .. import schedule as schedules
from ..agreements import ProductAgreement, lay_out
from ..billing_calendar import BillingCalendar, BillingPeriod, calendar_from, label_of
from ..export import CreditCard, GenerationTariff
from ..gas import GasCard, GasTariff, gas_tiers
from ..model import MonthBasis, Unpriced
from ..monthly_rates import timeline
from ..rates import current
from ..tariff import Tariff
from .evidence import NOTHING, Evidence
from .monthly import (
    all_subsidies,
    charge_lines,
    monthly_rates,
    observations,
    subsidy_rates,
)
from .product_agreements import area_of, product_agreements
from .rate_card import bands_seen, needs_terms, rate_card


def tariff(
    agreements: Sequence[Agreement],
    evidence: Evidence = NOTHING,
    *,
    area: str | None = None,
    month_basis: MonthBasis | None = None,
    subsidies: bool = False,
) -> Tariff:
    """Build the tariff of an electricity supply point.

    `area`: the first two digits of its SPIN. `month_basis` None: as past bills show, else by calendar day.
    """
    agreed, unknown = product_agreements(agreements, ElectricityProduct, evidence)
    area = area or area_of(agreed)
    rates, basis, lessons = monthly_rates(agreements, evidence, area, month_basis)
    cards, gaps = lay_out(
        agreed,
        unknown,
        lambda agreement, at: rate_card(agreement, at, area, evidence, lessons.months),
    )
    mismatches = [
        mismatch
        for card in cards
        if card.schedule is not None and not card.schedule.learned
        for mismatch in schedules.check(
            card.schedule, [(at, band) for at, band in evidence.bands if card.covers(at)]
        )
    ]
    return Tariff(
        cards,
        rates,
        calendar(evidence, lessons.periods),
        basis,
        gaps,
        tuple(mismatches),
        subsidies,
        lessons,
    )


def generation_tariff(agreements: Sequence[Agreement]) -> GenerationTariff:
    """Build the tariff of a generation point, or of a supply point's exports."""

    def card(agreement: ProductAgreement[ElectricityFitProduct], at: datetime) -> CreditCard:
        product = agreement.product
        rates, estimated = current(product.generation_credits, at)
        if len(prices := {rate.price_per_unit_inc_tax for rate in rates.values()}) != 1:
            raise Unpriced("unknown_product" if prices else "no_rates")
        return CreditCard(prices.pop(), product.code, product.display_name, estimated)

    return GenerationTariff(*lay_out(*product_agreements(agreements, ElectricityFitProduct), card))


def gas_tariff(
    agreements: Sequence[Agreement], evidence: Evidence = NOTHING, *, subsidies: bool = False
) -> GasTariff:
    """Build the tariff of a gas supply point.

    A table that states the same price with tax as without states it without: tax is never nothing. Since the service may also
    have meant the other, such a table is an estimate.
    """

    def card(agreement: ProductAgreement[GasTieredProduct], at: datetime) -> GasCard:
        product = agreement.product
        tiers, ended = gas_tiers(product.consumption_charges, product.standing_charges, at)
        rates = (*product.consumption_charges, *product.standing_charges)
        untaxed = all(rate.price_per_unit == rate.price_per_unit_inc_tax for rate in rates)
        return GasCard(tiers, product.code, product.display_name, ended or untaxed, untaxed)

    cards, gaps = lay_out(*product_agreements(agreements, GasTieredProduct), card)
    credits_ = timeline(all_subsidies(evidence, gas=True) if subsidies else ())
    return GasTariff(cards, gaps, calendar(evidence), credits_)


def calendar(evidence: Evidence, billed: Sequence[Interval] = ()) -> BillingCalendar:
    """Build the billing calendar of a supply point; `billed` are times of bills, for want of what the service states of them."""
    closed = [
        BillingPeriod(
            reading.start_at,
            reading.end_at,
            closed=True,
            label=label_of(reading.billable_month, reading.end_at),
        )
        for reading in evidence.intervals
        if in_reason(reading.start_at, reading.end_at)
    ]
    closed += [
        BillingPeriod(time.start, time.end, closed=True)
        for time in billed
        if not any(each.start < time.end and time.start < each.end for each in closed)
    ]
    dates = evidence.reading_dates or ReadingDates()
    scheduled = [
        day
        for day in (dates.next_reading_date, dates.next_next_reading_date)
        if day is not None and day.year in YEARS
    ]
    starts = sorted(
        period.supply_start_at
        for period in evidence.supply_periods
        if in_reason(period.supply_start_at)
    )
    return calendar_from(closed, scheduled, dates.reading_date_day_of_month, starts)
