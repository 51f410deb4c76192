"""Quotes and postcodes (docs/api.md#quotes): what each product of an area would cost a home, by its first price."""

from decimal import Decimal
from typing import Any

from ..dates import jst_date
from ..errors import KrakenError
from ..products import Product, product, product_keys
from . import products
from .context import Context, Node

_MONTHS = 12


def postal_areas(postcode: str) -> list[Node]:
    """Return the cities of a postcode: invented, near enough. Raises KrakenError for what is none."""
    digits = postcode.replace("-", "", 1)
    if not (digits.isdigit() and len(digits) == 7):
        raise KrakenError("KT-JP-4601")
    # By its first digit. One of Shizuoka, where a border of grids runs through.
    prefecture = "静岡県" if digits.startswith("4") else "東京都"
    return [{"postcode": postcode, "prefecture": prefecture, "city": "架空区", "area": "仮想"}]


def create(context: Context, given: dict[str, Any]) -> Node:
    """Create a quote of every product of the area: a month by its first price, and a year of twelve such months."""
    context.tokens.household(context.header)
    try:
        (place,) = postal_areas(given["postalArea"].get("postcode") or "")
    except KrakenError:
        raise KrakenError("KT-JP-4610") from None
    today, kwh = jst_date(context.clock.now()), given.get("usageAmount")
    sold = [
        each
        for each in map(product, product_keys())
        if each.area == "03" and each.kind in {"stepped", "single"} and each.on(today)
    ]
    if kwh is None or not sold:
        raise KrakenError("KT-JP-4608")
    context.world.quotes.append(given)
    node = {
        "__typename": "QuotedElectricitySupplyPoint",
        "id": len(context.world.quotes),
        "gridOperatorCode": "03",
        "postalArea": place,
        "annualEstimatedUsage": [str(kwh)] * _MONTHS,
        "canSupply": True,
        "quotedProducts": [
            _quoted(context, number, each, each.on(today)[0].price * kwh)
            for number, each in enumerate(sold)
        ],
    }
    return {
        "quoteRequest": {"code": f"{len(context.world.quotes):032x}", "quotedSupplyPoints": [node]}
    }


def _quoted(context: Context, number: int, item: Product, cost: Decimal) -> Node:
    return {
        "id": number,
        "product": lambda **_: products.product_node(context, item, None),
        "estimatedCosts": {
            "quotedMonth": {"cost": str(cost), "month": "1", "usageAmount": None},
            "monthlyBreakdown": [int(cost)] * _MONTHS,
            "standingChargePricePerDay": item.standing,
            "standingChargeUnitType": item.standing_unit,
        },
    }
