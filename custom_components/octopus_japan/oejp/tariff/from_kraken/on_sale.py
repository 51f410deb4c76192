"""The rate card of a product of the catalogue: what it would cost this household.

The catalogue tells prices by tier of contracted capacity (docs/api.md#catalogue). It tells neither a fuel cost adjustment nor who may
have a product.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
import re

from ...kraken.catalogue import CatalogueProduct, StandingRate, Tier
from ...kraken.models import ElectricityProduct, Rate
from .. import schedule as schedules
from ..capacity import Capacity
from ..charges import standing_charge
from ..model import ZERO, Kind, RateCard, StandingCharge, Unpriced
from ..rates import Shape, shape
from ..schedule import Schedule
from .rate_card import is_simple

_UNTIERED = "NON_TIERED"
_NUMBER = re.compile(r"(\d{1,4})\s*(?:A|kVA)?", re.IGNORECASE)


def card_on_sale(
    product: CatalogueProduct,
    area: str,
    capacity: Capacity,
    at: datetime,
    schedule: Schedule | None = None,
) -> RateCard:
    """Make the card of a product for a contract of a capacity. `schedule`: its hours, where they are known otherwise.

    Raises Unpriced.
    """
    _check_range(product.params, capacity)
    tier = _tier(product.tiers, capacity)
    if not tier.consumption_rates:
        raise Unpriced("no_rates")
    read = shape(tier.consumption_rates, at, None, capacity)
    if product.params.get("is_fixed_fca"):
        raise Unpriced("no_fuel_cost_adjustment")
    simple = is_simple(product.code, product.display_name)
    return RateCard(
        read.kind,
        _standing(tier, capacity, at, free=simple),
        read.steps,
        read.bands,
        _hours(product, area, read, schedule),
        fuel_cost_adjusted=not simple,
        area=area,
        product_code=product.code,
        product_name=product.display_name,
    )


def agreed_on(product: CatalogueProduct, capacity: Capacity) -> ElectricityProduct:
    """Return a product of the catalogue as an agreement for a capacity would state it, without monthly rates.

    Where the catalogue has no price for the capacity its parts are handed on, so that the rate card says what is missing.
    """
    rates = tuple(rate for tier in product.tiers for rate in tier.consumption_rates)
    charges: tuple[Rate, ...] = ()
    with suppress(Unpriced):
        tier = _tier(product.tiers, capacity)
        rates = tier.consumption_rates
        free = is_simple(product.code, product.display_name)
        if (charge := _standing_rate(tier, capacity, free=free)) is None:
            charges = (Rate(ZERO, unit_type="YEN_DAY"),)
        else:
            charges = (Rate(charge.price_per_unit_inc_tax, unit_type=charge.unit_type),)
    return ElectricityProduct(
        product.code,
        product.display_name,
        dict(product.params),
        standing_charges=charges,
        consumption_charges=rates,
    )


def capacity_of(products: Iterable[CatalogueProduct], per_day: Decimal) -> Capacity:
    """Infer the capacity of a contract whose standing charge is so many yen a day.

    It is that for which products of the area have this charge, if it is the same one for all that have it. 60 A and 6 kVA may have
    the same: then both are told, and lead to the same prices.
    """
    amperes: set[int] = set()
    kva: set[int] = set()
    for product in products if per_day > 0 else ():
        for tier in product.tiers:
            amperes |= _charged(tier.amperage, per_day)
            kva |= _charged(tier.kva, per_day)
    return Capacity(_only(amperes), _only(kva))


def _charged(rates: Iterable[StandingRate], per_day: Decimal) -> set[int]:
    numbers = (_number(rate.label) for rate in rates if rate.price_per_unit_inc_tax == per_day)
    return {number for number in numbers if number is not None}


def _only(numbers: set[int]) -> Decimal | None:
    return Decimal(numbers.pop()) if len(numbers) == 1 else None


def _check_range(params: Mapping[str, object], capacity: Capacity) -> None:
    """Refuse a product that is sold for other amperes only."""
    if capacity.amperes is None:
        return
    least, most = params.get("amperage_min"), params.get("amperage_max")
    if (isinstance(least, int) and capacity.amperes < least) or (
        isinstance(most, int) and capacity.amperes > most
    ):
        raise Unpriced("not_for_capacity")


def _tier(tiers: Iterable[Tier], capacity: Capacity) -> Tier:
    """Choose the tier of a capacity. Of two for the same the answer contradicts itself."""
    patterns: dict[str | None, Tier] = {}
    for tier in tiers:
        if tier.pattern in patterns:
            raise Unpriced("conflicting_rates")
        patterns[tier.pattern] = tier
    if not patterns:
        raise Unpriced("no_rates")
    if (untiered := patterns.get(_UNTIERED)) is not None:
        return untiered
    if capacity.tier is None:
        raise Unpriced("no_capacity")
    if (found := patterns.get(f"TIERED_{capacity.tier}")) is None:
        raise Unpriced("not_for_capacity")
    return found


def _standing(tier: Tier, capacity: Capacity, at: datetime, *, free: bool) -> StandingCharge:
    """Find the charge of a capacity, or the only one there is.

    `free`: the product is one that is published to have none, so that none in the list is no gap.
    """
    rate = _standing_rate(tier, capacity, free=free)
    if rate is None:
        return StandingCharge(ZERO)
    charge = standing_charge(
        None, None, [Rate(rate.price_per_unit_inc_tax, unit_type=rate.unit_type)], at, capacity
    )
    if charge is None:
        raise Unpriced("no_standing_charge")
    return charge


def _standing_rate(tier: Tier, capacity: Capacity, *, free: bool) -> StandingRate | None:
    """Find the rate of a capacity, or the only one there is; None where there is none to pay. Raises Unpriced."""
    rates = (*tier.amperage, *tier.kva)
    if not rates and free:
        return None
    rate = _listed(tier.kva, capacity.kva) or _listed(tier.amperage, capacity.amperes)
    if rate is None:
        prices = {(each.price_per_unit_inc_tax, each.unit_type) for each in rates}
        known = capacity.kva is not None or capacity.amperes is not None
        if not rates:
            raise Unpriced("no_standing_charge")
        if len(prices) > 1 or (known and _number(rates[0].label) is not None):
            raise Unpriced("not_for_capacity" if known else "no_capacity")
        rate = rates[0]
    return rate


def _listed(rates: Iterable[StandingRate], capacity: Decimal | None) -> StandingRate | None:
    if capacity is None:
        return None
    return next((rate for rate in rates if _number(rate.label) == capacity), None)


def _number(label: str) -> int | None:
    match = _NUMBER.fullmatch(label.strip())
    return int(match[1]) if match else None


def _hours(
    product: CatalogueProduct, area: str, read: Shape, known: Schedule | None
) -> Schedule | None:
    if read.kind is not Kind.TIME_OF_USE:
        return None
    found = schedules.published(product.scheme, area) or known
    if found is None:
        raise Unpriced("unknown_schedule")
    if not found.slots <= {band.slot for band in read.bands}:
        raise Unpriced("unknown_band")
    return found
