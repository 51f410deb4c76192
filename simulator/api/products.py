"""Agreements, products and rates as the API shows them (docs/api.md)."""

from datetime import date
from decimal import Decimal
from typing import Any

from ..dates import Month, jst_date, midnight
from ..monthly_rates import levy_window
from ..points import Agreement, Point
from ..products import Charge, Product, product, product_keys, without_tax
from .context import Context, Node

_STEPPED, _SINGLE, _FIT, _GAS = (
    "ElectricitySteppedProduct",
    "ElectricitySingleStepProduct",
    "ElectricityFitProduct",
    "GasTieredProduct",
)
_TYPENAME = {"stepped": _STEPPED, "single": _SINGLE, "fit": _FIT, "gas": _GAS}
AMPERAGES = (10, 15, 20, 30, 40, 50, 60)
_KVA = tuple(range(6, 50))
_ENDS = (("min", AMPERAGES[0]), ("max", AMPERAGES[-1]))
_MINIMUM = "最低料金"


def agreements(
    context: Context,
    terms: tuple[Agreement, ...],
    *,
    only_active: bool | None,
    point: Point | None = None,
) -> list[Node]:
    """Return agreements as nodes: past, current and already signed ones, or only those in force now."""
    today = jst_date(context.clock.now())
    return [agreement(context, term, point) for term in terms if not only_active or term.on(today)]


def agreement(context: Context, term: Agreement, point: Point | None) -> Node:
    """Return an `Agreement`, which serves as `GenerationAgreement` too."""
    start, end = midnight(term.start), _midnight(term.end)
    return {
        "id": term.id,
        "validFrom": start,
        "validTo": end,
        "agreedFrom": start,
        "agreedTo": end,
        "isRevoked": False,
        "addonRates": [],
        "params": {},
        "product": lambda: product_node(context, term.product, point),
    }


def product_node(context: Context, item: Product, point: Point | None) -> Node:
    """Return a member of the union `Product`. The monthly rates are those in force now, the standing charge is the point's."""
    node: Node = {
        "__typename": _TYPENAME[item.kind],
        "code": item.code,
        "displayName": item.name,
        "params": item.params,
        "tags": [],
    }
    if item.kind == "fit":
        return node | {"generationCredits": [_rate(item, charge) for charge in item.charges]}
    if item.kind == "gas":
        return node | {
            "standingChargeUnitType": item.standing_unit,
            "standingCharges": [
                _tier(item, charge)
                | _price(charge.standing or Decimal(0), untaxed=item.untaxed)
                | {"unitType": "MONTHS_ON_SUPPLY"}
                for charge in item.charges
            ],
            "consumptionCharges": [_tier(item, charge) for charge in item.charges],
        }
    month = Month.of(jst_date(context.clock.now()))
    standing = item.standing_for(point.amperage, point.kva) if point else item.standing
    return node | {
        "standingChargeUnitType": item.standing_unit,
        "standingChargePricePerDay": standing,
        "standingCharges": [_standing(item, standing)] if standing else [],
        "standingChargesBad": [],
        "fuelCostAdjustment": _fuel(context, item, month) if item.fuel else None,
        "renewableEnergyLevy": _levy(context, month),
        "consumptionCharges": [_rate(item, charge) for charge in item.charges],
    }


def tariff_summary(grid_operator_code: str, product_code: str | None, today: date) -> list[Node]:
    """Return an area's catalogue on a JST day, or one product of it; no entitlement is needed. A code may have several tiers."""
    by_code: dict[str, list[Product]] = {}
    for item in map(product, product_keys()):
        wanted = item.area == grid_operator_code and product_code in {None, item.code}
        if wanted and item.kind in {"stepped", "single"}:
            by_code.setdefault(item.code, []).append(item)
    return [
        {
            "code": code,
            "displayName": items[0].name,
            "gridOperatorCode": grid_operator_code,
            "productParams": items[0].params,
            "tiers": [
                _summary_tier(item, tier, today)
                for item in items
                for tier in sorted({charge.tier or "" for charge in item.charges}, reverse=True)
            ],
        }
        for code, items in by_code.items()
    ]


def _summary_tier(item: Product, tier: str, today: date) -> Node:
    charges = [charge for charge in item.as_sold(today).charges if (charge.tier or "") == tier]
    ampere = item.standing_unit == "YEN_AMPERE_DAY" and item.standing and not tier
    return {
        "contractCapacityPattern": f"TIERED_{tier}" if tier else "NON_TIERED",
        "consumptionRates": [
            {
                "band": charge.band,
                "stepStart": charge.step_start,
                "stepEnd": charge.step_end,
                "pricePerUnitIncTax": charge.price,
            }
            for charge in charges
        ],
        "standingRates": {
            "amperage": _summary_amperes(item, tier),
            "kva": [_summary_standing(item, None, size) for size in _KVA]
            if ampere or tier == "HIGH"
            else [],
        },
    }


def _summary_amperes(item: Product, tier: str) -> list[Node]:
    """List what is charged by amperes; of a minimum charge one entry, under a label that is made up."""
    if tier == "LOW":
        return [_summary_standing(item, None, None)]
    if item.standing_unit != "YEN_AMPERE_DAY" or not item.standing or tier:
        return []
    least, most = (item.params.get(f"amperage_{end}", size) for end, size in _ENDS)
    return [_summary_standing(item, size, None) for size in AMPERAGES if least <= size <= most]


def _summary_standing(item: Product, amperage: int | None, kva: int | None) -> Node:
    return {
        "label": str(amperage or kva or _MINIMUM),
        "unitType": "YEN_DAY",
        "pricePerUnitIncTax": item.standing_for(amperage, kva),
    }


def _rate(item: Product, charge: Charge) -> Node:
    return _price(charge.price) | {
        "band": charge.band,
        "stepStart": charge.step_start,
        "stepEnd": charge.step_end,
        "timeOfUse": charge.label,
        "durationMonths": charge.months,
        "unitType": "KWH_CONSUMPTION",
        "gridOperatorCode": item.area,
        "validFrom": _midnight(charge.start),
        "validTo": _midnight(charge.end),
    }


def _tier(item: Product, charge: Charge) -> Node:
    rate = _rate(item, charge)
    return (
        rate
        | _price(charge.price, untaxed=item.untaxed)
        | {
            "tierStart": rate.pop("stepStart"),
            "tierEnd": rate.pop("stepEnd"),
            "unitType": "CUBIC_METRES_CONSUMPTION",
            "gridOperatorCode": None,
        }
    )


def _standing(item: Product, price: Decimal) -> Node:
    return _price(price) | {
        "band": f"STANDING_{item.area}",
        "unitType": item.standing_unit,
        "gridOperatorCode": item.area,
    }


def _fuel(context: Context, item: Product, month: Month) -> Node:
    return _price(context.world.monthly_rates.fuel(item.area, month)) | {
        "unitType": "KWH_CONSUMPTION",
        "gridOperatorCode": item.area,
        "validFrom": midnight(month.first),
        "validTo": midnight(month.plus(1).first),
    }


def _levy(context: Context, month: Month) -> Node:
    start, end = levy_window(month)
    return _price(context.world.monthly_rates.levy(month)) | {
        "unitType": "KWH_CONSUMPTION",
        "validFrom": midnight(start),
        "validTo": midnight(end),
    }


def _price(price: Decimal, *, untaxed: bool = False) -> dict[str, Any]:
    return {
        "pricePerUnitIncTax": price,
        "pricePerUnit": price if untaxed else without_tax(price),
    }


def _midnight(day: date | None) -> Any:
    return None if day is None else midnight(day)
