"""The rate card of an agreement, and the hours of its bands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from ...kraken.models import (
    Agreement,
    ElectricityProduct,
    Reading,
)
from .. import schedule as schedules
from ..agreements import ProductAgreement
from ..charges import extras, standing_charge
from ..model import Kind, Per, RateCard, StandingCharge, Unpriced
from ..rates import shape
from ..schedule import Schedule, SeenBands, slot_of, tier_of
from .evidence import Evidence
from .product_agreements import is_fixed, params_of, product_agreements

NOT_ADJUSTED = "without_fuel_cost_adjustment"
"""The parameter by which the user says of a product of theirs that it has no fuel cost adjustment."""
NO_MONTHS: Mapping[str | None, Decimal] = MappingProxyType({})


def rate_card(
    agreement: ProductAgreement[ElectricityProduct],
    at: datetime,
    area: str | None,
    evidence: Evidence,
    months: Mapping[str | None, Decimal] = NO_MONTHS,
) -> RateCard:
    """Make the card of an agreement at an instant; `months`: its standing charge a month where bills charge so. Raises Unpriced."""
    product, since = agreement.product, agreement.start
    read = shape(product.consumption_charges, at, since, evidence.capacity)
    schedule = None
    if read.kind is Kind.TIME_OF_USE:
        schedule = _schedule(agreement, area, evidence)
        if not schedule.slots <= {band.slot for band in read.bands}:
            raise Unpriced("unknown_band")
    return RateCard(
        read.kind,
        StandingCharge(months[product.code], Per.MONTH)
        if product.code in months
        else standing_charge(
            product.standing_charge_price_per_day,
            product.standing_charge_unit_type,
            product.standing_charges,
            at,
            evidence.capacity,
        ),
        read.steps,
        read.bands,
        schedule,
        fuel_cost_adjusted=_fuel_cost_adjusted(product, read.kind, agreed=evidence.agreed),
        fixed_fuel_cost_adjustment=_fixed_price(product),
        extras=extras(agreement.addons, at, since),
        estimated=read.estimated or not evidence.agreed,
        entered=not evidence.agreed,
        area=area,
        product_code=product.code,
        product_name=product.display_name,
        agreement_id=agreement.id,
    )


def bands_seen(
    agreements: Sequence[Agreement], readings: Sequence[Reading]
) -> dict[str, tuple[SeenBands, ...]]:
    """Count the bands that readings name, by the product in force: worth keeping, for the readings of a season pass."""
    by_product: dict[str, list[tuple[datetime, str | None]]] = {}
    agreed, _ = product_agreements(agreements, ElectricityProduct)
    for reading in readings:
        covering = {c.code for c in agreed if c.covers(reading.start_at)}
        if len(covering) == 1 and slot_of(reading.consumption_rate_band) is not None:
            bands = by_product.setdefault(covering.pop(), [])
            bands.append((reading.start_at, reading.consumption_rate_band))
    return {code: schedules.seen_bands(bands) for code, bands in by_product.items()}


def needs_terms(agreements: Iterable[Agreement]) -> bool:
    """Tell whether a price needs what is asked for apart: the contracted capacity, charges by unit of it, the catalogue.

    That is so where a product states no standing charge a day, lists both tiers, or names no hours for its bands.
    """
    for agreement in agreements:
        product = agreement.product
        if not isinstance(product, ElectricityProduct):
            continue
        bands = [rate.band for rate in product.consumption_charges]
        scheme = params_of(product).get("time_of_use_scheme")
        if (
            product.standing_charge_price_per_day is None
            or {tier_of(band) for band in bands} >= {"HIGH", "LOW"}
            or (any(map(slot_of, bands)) and not schedules.is_published(scheme))
        ):
            return True
    return False


def _schedule(
    agreement: ProductAgreement[ElectricityProduct], area: str | None, evidence: Evidence
) -> Schedule:
    """Find the hours of a product's bands: as published, for want of those as readings show, as the user entered them."""
    scheme = params_of(agreement.product).get("time_of_use_scheme")
    if not isinstance(scheme, str) or not scheme:
        scheme = evidence.schemes.get(agreement.code)
    if (found := schedules.published(scheme, area)) is not None:
        return found
    bands = [(at, band) for at, band in evidence.bands if agreement.covers(at)]
    seen = schedules.merge_seen(evidence.seen.get(agreement.code, ()), schedules.seen_bands(bands))
    entered = evidence.schedules.get(agreement.code)
    if (learned := schedules.learned(seen, area or "")) is not None:
        return replace(learned, otherwise=entered)
    if entered is not None:
        return entered
    raise Unpriced("unknown_schedule")


def _fixed_price(product: ElectricityProduct) -> Decimal | None:
    if not is_fixed(product):
        return None
    if (rate := product.fuel_cost_adjustment) is None:
        raise Unpriced("no_fuel_cost_adjustment")
    return rate.price_per_unit_inc_tax


def _fuel_cost_adjusted(product: ElectricityProduct, kind: Kind, *, agreed: bool) -> bool:
    """Every plan but シンプル (single rate) is adjusted (docs/pricing.md); for other plans a missing adjustment does not mean that there is none.

    The catalogue states none of any product, so that without an agreement the name decides.
    """
    if params_of(product).get(NOT_ADJUSTED):
        return False
    simple = (agreed and kind is Kind.SINGLE) or is_simple(product.code, product.display_name)
    return product.fuel_cost_adjustment is not None or not simple


def is_simple(code: str, name: str | None) -> bool:
    """Tell whether a product is シンプル by its name: published to have neither an adjustment nor a standing charge."""
    name = f"{code} {name or ''}"
    return "SIMPLE" in name.upper() or "シンプル" in name
