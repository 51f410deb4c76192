"""Prices that are known without a login: those on sale as the service tells them, a shipped list, and what the user reads off a bill.

All three are products of the catalogue, in the shape in which the service tells it (docs/api.md#catalogue), so that they can be kept as
they are and priced as one. Yen include tax.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
import json
from pathlib import Path
from typing import Any, Final

from ..kraken.catalogue import CatalogueProduct, StandingRate, products_of
from ..kraken.models import Rate
from ..kraken.parsing import Reader
from ..tariff.from_kraken.rate_card import NOT_ADJUSTED

_LIST: Final = Path(__file__).parents[1] / "tariff" / "data" / "price_list.json"
ENTERED: Final = "ENTERED"
"""The code of a product whose prices the user entered."""


@dataclass(frozen=True, slots=True)
class Step:
    """A price (JPY/kWh) up to so many kWh of a billing period; None in the last one."""

    price: Decimal
    end: int | None = None


def shipped(area: str) -> tuple[CatalogueProduct, ...]:
    """Return the products of an area (grid operator code) whose prices are public knowledge (tariff/data/README.md); of many none is."""
    return read_products(json.loads(_LIST.read_text(encoding="utf-8"))["areas"].get(area, []))


def read_products(raw: Sequence[Any]) -> tuple[CatalogueProduct, ...]:
    """Return the products that were kept. What cannot be read is left out."""
    return products_of(Reader(), raw)


def kept(product: CatalogueProduct) -> dict[str, Any]:
    """Return a product as JSON, as `read_products` reads it."""
    return {
        "code": product.code,
        "displayName": product.display_name,
        "productParams": dict(product.params),
        "tiers": [
            {
                "contractCapacityPattern": tier.pattern,
                "consumptionRates": [_kept_rate(rate) for rate in tier.consumption_rates],
                "standingRates": {
                    "amperage": [_kept_charge(charge) for charge in tier.amperage],
                    "kva": [_kept_charge(charge) for charge in tier.kva],
                },
            }
            for tier in product.tiers
        ],
    }


def _kept_rate(rate: Rate) -> dict[str, Any]:
    return {
        "band": rate.band,
        "stepStart": rate.step_start,
        "stepEnd": rate.step_end,
        "pricePerUnitIncTax": str(rate.price_per_unit_inc_tax),
    }


def _kept_charge(charge: StandingRate) -> dict[str, Any]:
    return {
        "label": charge.label,
        "unitType": charge.unit_type,
        "pricePerUnitIncTax": str(charge.price_per_unit_inc_tax),
    }


def entered_in_steps(
    area: str, name: str, per_day: Decimal, steps: Sequence[Step], *, adjusted: bool
) -> CatalogueProduct:
    """Return a product with the prices that the user entered: of one price, or of steps.

    `per_day`: the standing charge, JPY a day. `adjusted`: whether there is a fuel cost adjustment.
    """
    if len(steps) == 1:
        rates: list[dict[str, Any]] = [_rate(f"CONSUMPTION_{area}", steps[0].price)]
    else:
        starts = [0, *(step.end for step in steps[:-1])]
        rates = [
            _rate(f"CONSUMPTION_STEPPED_{area}_{number:02}", step.price)
            | {"stepStart": start, "stepEnd": step.end}
            for number, (start, step) in enumerate(zip(starts, steps, strict=True), 1)
        ]
    return _entered(name, per_day, rates, {}, adjusted=adjusted)


def entered_by_hour(
    area: str,
    name: str,
    per_day: Decimal,
    scheme: str,
    prices: Mapping[str, Decimal],
    *,
    adjusted: bool,
) -> CatalogueProduct:
    """Return a product with a price (JPY/kWh) for each band of a published scheme of hours. As `entered_in_steps`."""
    rates = [_rate(f"CONSUMPTION_{area}_{slot}", price) for slot, price in prices.items()]
    return _entered(name, per_day, rates, {"time_of_use_scheme": scheme}, adjusted=adjusted)


def _rate(band: str, price: Decimal) -> dict[str, Any]:
    return {"band": band, "pricePerUnitIncTax": str(price)}


def _entered(
    name: str,
    per_day: Decimal,
    rates: Iterable[Mapping[str, Any]],
    params: Mapping[str, Any],
    *,
    adjusted: bool,
) -> CatalogueProduct:
    charge = {"label": "contract", "unitType": "YEN_DAY", "pricePerUnitIncTax": str(per_day)}
    raw = {
        "code": ENTERED,
        "displayName": name,
        "productParams": {**params, NOT_ADJUSTED: not adjusted},
        "tiers": [
            {
                "contractCapacityPattern": "NON_TIERED",
                "consumptionRates": [dict(rate) for rate in rates],
                "standingRates": {"amperage": [charge], "kva": []},
            }
        ],
    }
    return read_products([raw])[0]
