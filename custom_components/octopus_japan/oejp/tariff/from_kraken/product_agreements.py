"""Agreements with their products: chosen by the kind of their product, with the instants at which its rates change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from ...japan_time import in_reason
from ...kraken.models import (
    AddonRate,
    Agreement,
    ElectricityFitProduct,
    ElectricityProduct,
    GasTieredProduct,
    Rate,
)
from ..agreements import ProductAgreement
from ..charges import Addon
from ..model import HIGHEST_PRICE, InForce
from ..rates import edges
from .evidence import NOTHING, Evidence

_WITH_TAX = Decimal("1.1")
_SEN = Decimal("0.01")


def product_agreements[P: (ElectricityProduct, ElectricityFitProduct, GasTieredProduct)](
    agreements: Iterable[Agreement], kind: type[P], evidence: Evidence = NOTHING
) -> tuple[list[ProductAgreement[P]], list[InForce]]:
    """Choose the agreements of a kind, and the times of those that do not tell their product."""
    agreed, unknown = [], []
    for agreement in agreements:
        product = agreement.product
        start, end = _open(agreement.valid_from), _open(agreement.valid_to)
        if agreement.is_revoked or (start is not None and end is not None and start >= end):
            continue
        if product is None:
            unknown.append(InForce(start=start, end=end))
        elif isinstance(product, kind):
            addons = tuple(_addon(rate) for rate in evidence.addons.get(agreement.id or 0, ()))
            charges = tuple(evidence.standing_charges.get(agreement.id or 0, ()))
            if charges and isinstance(product, ElectricityProduct) and not product.standing_charges:
                product = replace(product, standing_charges=charges)
            inner = edges(rates_of(product), start) | edges(addons, start)
            agreed.append(
                ProductAgreement(
                    product,
                    product.code,
                    agreement.id or 0,
                    addons,
                    frozenset(inner),
                    start=start,
                    end=end,
                )
            )
    return agreed, unknown


def _open(at: datetime | None) -> datetime | None:
    """Return an end of an agreement; the years 1 and 9999 are ways to write that there is none."""
    return at if in_reason(at) else None


def rates_of(
    product: ElectricityProduct | ElectricityFitProduct | GasTieredProduct,
) -> Iterable[Rate]:
    """List the rates whose windows divide an agreement."""
    if isinstance(product, ElectricityFitProduct):
        return product.generation_credits
    return (*product.consumption_charges, *product.standing_charges)


def _addon(rate: AddonRate) -> Addon:
    """Add the tax of 10 %: the schema has no price with tax for an add-on, and its net price is one of five digits."""
    price = None
    if rate.price_per_unit is not None and abs(rate.price_per_unit) <= HIGHEST_PRICE:
        price = (rate.price_per_unit * _WITH_TAX).quantize(_SEN, ROUND_HALF_UP)
    return Addon(
        rate.band or rate.title or "",
        price,
        rate.unit_type,
        rate.valid_from,
        rate.valid_to,
        rate.duration_months,
    )


def area_of(agreed: Iterable[ProductAgreement[ElectricityProduct]]) -> str | None:
    """Return the grid operator code that the rates name, if they agree."""
    codes = {
        rate.grid_operator_code
        for agreement in agreed
        for rate in agreement.product.consumption_charges
        if rate.grid_operator_code
    }
    return codes.pop() if len(codes) == 1 else None


def params_of(product: ElectricityProduct) -> Mapping[str, object]:
    """Return the product's free-form parameters; what is no object has none."""
    return product.params if isinstance(product.params, Mapping) else {}


def is_fixed(product: ElectricityProduct) -> bool:
    """Tell whether the fuel cost adjustment is the same in every month."""
    return bool(params_of(product).get("is_fixed_fca"))
