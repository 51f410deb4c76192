"""Monthly rates out of agreements, bills, and what is told of the government's discount."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ...interval import Interval
from ...japan_time import YEARS, midnight
from ...kraken.models import (
    Agreement,
    ElectricityProduct,
    LineItem,
    MetiCredit,
)
from .. import published
from ..from_bills import ChargeLine, windows
from ..lessons import Lessons, lessons
from ..model import Component, MonthBasis
from ..monthly_rates import MonthlyRate, MonthlyRates, of_product, timeline
from ..provenance import Provenance
from .evidence import Evidence
from .product_agreements import is_fixed, product_agreements

_FUEL = Component.FUEL_COST_ADJUSTMENT
_LEVY = Component.RENEWABLE_ENERGY_LEVY


def observations(agreements: Sequence[Agreement]) -> tuple[MonthlyRate, ...]:
    """List the monthly rates that the agreements state now: what is worth keeping, for it is never told again."""
    found: dict[MonthlyRate, None] = {}
    for agreement in product_agreements(agreements, ElectricityProduct)[0]:
        product = agreement.product
        fuel = None if is_fixed(product) else product.fuel_cost_adjustment
        for component, rate in ((_FUEL, fuel), (_LEVY, product.renewable_energy_levy)):
            if rate is not None:
                price = rate.price_per_unit_inc_tax
                window = MonthlyRate(
                    component,
                    rate.valid_from,
                    rate.valid_to,
                    price,
                    Provenance.API,
                    product_code=product.code,
                )
                found[window] = None
    return tuple(found)


def subsidy_rates(told: Iterable[MetiCredit], *, gas: bool = False) -> tuple[MonthlyRate, ...]:
    """List the government discounts that the service tells: worth keeping, for it may tell only those in force."""
    return tuple(
        MonthlyRate(
            Component.SUBSIDY,
            None if item.start_date is None else midnight(item.start_date),
            None if item.end_date is None else midnight(_exclusive(item.end_date)),
            -abs(item.unit_price),
            Provenance.API,
        )
        for item in told
        if item.unit_price is not None
        and (item.credit_type or "").upper() == ("GAS" if gas else "ELECTRICITY")
        and all(day is None or day.year in YEARS for day in (item.start_date, item.end_date))
    )


def monthly_rates(
    agreements: Sequence[Agreement],
    evidence: Evidence,
    area: str | None,
    basis: MonthBasis | None,
) -> tuple[MonthlyRates, MonthBasis, Lessons]:
    """Put the timelines of an area together; tell by which month adjustment and levy go, and what else bills decide."""
    told = [
        replace(rate, provenance=Provenance.OBSERVED) if rate.provenance is Provenance.API else rate
        for rate in evidence.observed
    ]
    told += observations(agreements)
    fuel = [*published.fuel_cost_adjustments(area), *_of(told, _FUEL)]
    levy = [*published.renewable_energy_levies(), *_of(told, _LEVY)]
    codes = {agreement.code for agreement in product_agreements(agreements, ElectricityProduct)[0]}
    lines = charge_lines(evidence.charges, codes)
    stated = [Interval(each.start_at, each.end_at) for each in evidence.intervals]
    learned = lessons(lines, timeline(fuel), timeline(levy), stated)
    if basis is None:
        basis = learned.month_basis.value or MonthBasis.CALENDAR_DAY
    charged = windows(lines, basis)
    fuel += _of(charged, _FUEL)
    rates = MonthlyRates(
        timeline(fuel),
        timeline([*levy, *_of(charged, _LEVY)]),
        timeline(all_subsidies(evidence, gas=False)),
        {code: timeline(of_product(fuel, code)) for code in codes},
        # An answer that leaves a month out says that it has none, as far as it is known by then.
        published.subsidies_until() if evidence.meti_credits is None else None,
    )
    return rates, basis, learned


def all_subsidies(evidence: Evidence, *, gas: bool) -> list[MonthlyRate]:
    """Put the government's discounts together, month by month: what is told now, what was told, the shipped table.

    The service may list those in force and no others: what it does not name is not taken away.
    """
    rates = [*published.subsidies(gas=gas), *subsidy_rates(evidence.meti_credits or (), gas=gas)]
    if gas:
        return rates
    return rates + [
        replace(rate, provenance=Provenance.OBSERVED) if rate.provenance is Provenance.API else rate
        for rate in _of(evidence.observed, Component.SUBSIDY)
    ]


def charge_lines(items: Iterable[LineItem], codes: Collection[str] = ()) -> list[ChargeLine]:
    """Read the lines of bills. A product code that no agreement has is not one that tells products apart."""
    return [
        ChargeLine(
            item.supply_type,
            item.period_start_at,
            item.period_end_at,
            item.number_of_units,
            item.gross_amount,
            item.product_code if item.product_code in codes else None,
            item.document,
        )
        for item in items
    ]


def _of(told: Iterable[MonthlyRate], component: Component) -> list[MonthlyRate]:
    return [window for window in told if window.component is component]


def _exclusive(end: date) -> date:
    """Return the day after the last one. An end on the first of a month names that day itself: no discount begins there."""
    return end if end.day == 1 else end + timedelta(days=1)
