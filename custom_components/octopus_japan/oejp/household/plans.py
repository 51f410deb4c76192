"""The plans that a household could have: its own, and what is on sale in its area. Pure: no clock of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..japan_time import month_of
from ..kraken.catalogue import CatalogueProduct
from ..tariff import Capacity, Per, RateCard, Tariff, Unpriced
from ..tariff.from_kraken.on_sale import capacity_of, card_on_sale
from ..tariff.schedule import tier_of
from .comparison import Comparison, Plan, Rates, RatesOf, compare
from .year_of_use import YearOfUse


@dataclass(frozen=True, slots=True)
class OnSale:
    """What is needed to price what is on sale: the catalogue of an area, and the contract's capacity as it is known."""

    area: str
    products: Sequence[CatalogueProduct]
    capacity: Capacity


def plans(
    tariff: Tariff, sold: OnSale, at: datetime, changed: Capacity | None = None
) -> list[Plan]:
    """List the plan in force at an instant as the agreement states it, and the others as the catalogue does.

    `changed`: another capacity than the contract has. The plan in force is then that of the catalogue too: what the agreement
    states is for its own capacity.
    """
    try:
        current: RateCard | None = tariff.card_at(at)
        reason = None
    except Unpriced as err:
        current, reason = None, err.reason
    capacity = known_capacity(sold, current)
    if changed is not None:
        capacity = replace(changed, named_tier=capacity.tier)
    code = _current_code(tariff, current, at)
    found: list[Plan] = []
    if code is not None:
        own = next((product for product in sold.products if product.code == code), None)
        if changed is None:
            name = (current.product_name if current else None) or (own.name if own else code)
            found.append(Plan(code, name, current, reason, current=True))
        else:
            name = (current.product_name if current else None) or code
            plan = Plan(code, name, reason="not_on_sale", current=True)
            if own is not None:
                plan = replace(_plan(own, sold.area, capacity, at, current), current=True)
            found.append(plan)
    others = (product for product in sold.products if product.code != code)
    return [*found, *(_plan(product, sold.area, capacity, at, None) for product in others)]


def on_other_plans(
    tariff: Tariff,
    use: YearOfUse,
    sold: OnSale,
    at: datetime,
    *,
    rates_of: RatesOf,
    changed: Capacity | None = None,
) -> Comparison:
    """Price a year of use on all plans, as they are at an instant. `changed`: as of `plans`."""
    today = month_of(at) if rates_of is RatesOf.TODAY else None
    rates = Rates(
        tariff.monthly_rates,
        tariff.month_basis,
        today,
        tariff.subsidies,
        tariff.lessons.rounding,
    )
    return compare(plans(tariff, sold, at, changed), use, rates)


def known_capacity(sold: OnSale, current: RateCard | None) -> Capacity:
    """Return the capacity as it is known, or as the plan in force tells it: its bands the tier, its charge a day the amperes or kVA."""
    capacity = sold.capacity
    if current is None:
        return capacity
    names = [step.name for step in current.steps] + [band.name for band in current.bands]
    tiers = {tier for name in names if (tier := tier_of(name)) is not None}
    if capacity.tier is None and len(tiers) == 1:
        capacity = replace(capacity, named_tier=tiers.pop())
    charge = current.standing_charge
    if capacity.amperes is None and capacity.kva is None and charge and charge.per is Per.DAY:
        found = capacity_of(sold.products, charge.price)
        capacity = replace(capacity, amperes=found.amperes, kva=found.kva)
    return capacity


def _current_code(tariff: Tariff, current: RateCard | None, at: datetime) -> str | None:
    if current is not None:
        return current.product_code
    gaps: Iterator[str | None] = (gap.product_code for gap in tariff.gaps if gap.covers(at))
    return next(gaps, None)


def _plan(
    product: CatalogueProduct,
    area: str,
    capacity: Capacity,
    at: datetime,
    current: RateCard | None,
) -> Plan:
    schedule = None if current is None else current.schedule
    try:
        card = card_on_sale(product, area, capacity, at, schedule)
    except Unpriced as err:
        return Plan(product.code, product.name, reason=err.reason)
    except ArithmeticError, LookupError, TypeError, ValueError:
        # An answer that this code does not expect leaves this product without a price, and no other.
        return Plan(product.code, product.name, reason="unknown_product")
    return Plan(product.code, product.name, card)
