"""What is on sale in every area: a dozen plans each, from one table of shapes (data/catalogue.json) and a level of prices by area.

A plan that data/products.json has for an area is sold there as it stands there. In Kansai, Chugoku and Shikoku a plan
has the charges of two tiers: under 6 kVA a minimum charge with the first kWh free, from 6 kVA a charge by kVA.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
import json
from pathlib import Path
from typing import Any

_CENT = Decimal("0.01")
_BY_KVA = Decimal("0.37")
_MINIMUM = Decimal("0.32")
"""Shares of the charge for 40 A: that of a kVA, and the minimum charge."""


def on_sale(folder: Path, known: dict[str, Any], schedules: dict[str, Any]) -> dict[str, Any]:
    """Return the plans of all areas that are not `known`, in the form of data/products.json, by `<plan>-<area>`."""
    table = json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))
    return {
        f"{name}-{area}": _product(name, plan, area, Decimal(share), table, schedules)
        for area, share in table["areas"].items()
        for name, plan in table["plans"].items()
        if not any(key == f"{name}-{area}" or key.startswith(f"{name}-{area}-") for key in known)
    }


def _product(  # noqa: PLR0917
    name: str,
    plan: dict[str, Any],
    area: str,
    share: Decimal,
    table: dict[str, Any],
    schedules: dict[str, Any],
) -> dict[str, Any]:
    standing = _yen(plan["standing"], share)
    found = {
        "code": plan["code"].format(area=area),
        "name": plan["name"],
        "kind": plan["kind"],
        "area": area,
        "standing": standing,
        "standing_unit": plan.get("standing_unit", "YEN_AMPERE_DAY"),
        "fuel": plan["fuel"],
    }
    found |= {key: plan[key] for key in ("scheme", "amperage") if key in plan}
    free = table["minimum_kwh"].get(area)
    dated = {"from": "2025-04-01", "to": None}
    if "standing_kva" in plan:
        found["standing_kva"] = _yen(plan["standing_kva"], share)
    if "only" in plan:
        return found | {
            "tier": plan["only"],
            "generations": [dated | _charges(plan, area, share, schedules)],
        }
    if free is None or name in {"simple", "power", "unknown"}:
        return found | {"generations": [dated | _charges(plan, area, share, schedules)]}
    found.pop("amperage", None)
    found |= {
        "standing": _yen(standing, _MINIMUM),
        "standing_kva": _yen(standing, _BY_KVA),
        "standing_unit": "YEN_KVA_DAY",
    }
    high = _charges(plan, area, share, schedules)
    low = high | ({"steps": list(_free(high["steps"], free))} if "steps" in high else {})
    return found | {"generations": [dated | {"tier": "LOW"} | low, dated | {"tier": "HIGH"} | high]}


def _charges(
    plan: dict[str, Any], area: str, share: Decimal, schedules: dict[str, Any]
) -> dict[str, Any]:
    if "steps" in plan:
        return {"steps": [[low, high, _yen(price, share)] for low, high, price in plan["steps"]]}
    if "bands" in plan:
        slots = next(
            group["slots"] for group in schedules[plan["scheme"]] if area in group["areas"]
        )
        return {"bands": {slot: _yen(plan["bands"][slot], share) for slot in slots}}
    return {"single": _yen(plan["single"], share)}


def _free(steps: list[list[Any]], kwh: int) -> Iterator[list[Any]]:
    """Let the first kWh cost nothing: the minimum charge pays for them."""
    yield [0, kwh, "0.00"]
    (_, high, price), *rest = steps
    yield [kwh, high, price]
    yield from rest


def _yen(price: str, share: Decimal) -> str:
    return str((Decimal(price) * share).quantize(_CENT, ROUND_HALF_UP))
