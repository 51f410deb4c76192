"""Products on sale as REST tells them, in the shape of the catalogue: for the comparison, where GraphQL's catalogue is refused.

REST states one price of a kWh and no steps (docs/api.md#rest). So only a product that is published to have a single price and no
standing charge gets it; of the others it is known that they are sold, and no price.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from ...kraken.catalogue import CatalogueProduct, Tier
from ...kraken.models import Rate
from ...kraken.rest.models import RestProductDetail, RestTariff
from .rate_card import is_simple

_TARIFFS: Final = "electricity_tariffs"
_YEN: Final = (Decimal(5), Decimal(200))
"""What a kWh may cost, in yen. A hundred times as much is hundredths of a yen: nobody says in which of them REST counts."""
_HUNDREDTHS: Final = 100


def sold_by_rest(details: Iterable[RestProductDetail], area: str) -> tuple[CatalogueProduct, ...]:
    """Return the products that have an electricity tariff in an area (grid operator code)."""
    found: list[CatalogueProduct] = []
    for detail in details:
        tariffs = [
            tariff
            for tariff in detail.tariffs
            if tariff.kind.endswith(_TARIFFS) and tariff.group_id.strip("_") == area
        ]
        if tariffs:
            code, name = detail.product.code, detail.product.display_name
            price = _single_price(tariffs) if is_simple(code, name) else None
            rate = None if price is None else Rate(price, band=f"CONSUMPTION_{area}")
            tiers = () if rate is None else (Tier("NON_TIERED", (rate,)),)
            found.append(CatalogueProduct(code, name, {}, tiers))
    return tuple(found)


def _single_price(tariffs: Iterable[RestTariff]) -> Decimal | None:
    """Return the price of a kWh (JPY, with tax) that all tariffs of a product state; None where they differ, or charge by time too."""
    rates = [tariff.rates for tariff in tariffs]
    prices = {_yen(each.get("standard_unit_rate_inc_vat")) for each in rates}
    standing = any(each.get("standing_charge_inc_vat") for each in rates)
    return prices.pop() if len(prices) == 1 and not standing else None


def _yen(value: Decimal | None) -> Decimal | None:
    least, most = _YEN
    if value is None or least <= value <= most:
        return value
    hundredths = value / _HUNDREDTHS
    return hundredths if least <= hundredths <= most else None
