"""Products and their prices by generation, step, time-of-use band and tier. Prices in yen including tax.

The figures come from data/products.json, where each product says what of it is invented; the hours from data/schedules.json.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
import json
from typing import Any

from .adders import DATA

TAX = Decimal("1.1")


@dataclass(frozen=True)
class Charge:
    """One price with where it applies; `start` and `end` are JST days, `end` exclusive; None is open."""

    band: str
    price: Decimal
    start: date | None = None
    end: date | None = None
    slot: str | None = None
    label: str | None = None
    step_start: int | None = None
    step_end: int | None = None
    standing: Decimal | None = None

    def valid_on(self, day: date) -> bool:
        """Whether the price is in force on a JST day."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Product:
    """What a point is supplied under."""

    code: str
    name: str
    kind: str  # stepped, single, fit or gas
    area: str
    fuel: bool
    standing: Decimal
    standing_unit: str
    scheme: str | None
    params: dict[str, Any]
    charges: tuple[Charge, ...]

    def on(self, day: date) -> tuple[Charge, ...]:
        """Return the charges in force on a JST day."""
        return tuple(charge for charge in self.charges if charge.valid_on(day))


def without_tax(price: Decimal) -> Decimal:
    """Return a price without the 10 % tax, with the five decimals that the API shows."""
    return (price / TAX).quantize(Decimal("0.00001"), ROUND_HALF_UP)


@cache
def product(key: str) -> Product:
    """Return the product of a key of data/products.json."""
    raw = _catalogue()[key]
    kind = raw["kind"]
    scheme = raw.get("scheme")
    if kind == "stepped":
        params: dict[str, Any] = {"product_type": "stepped_rates_product", "version": "1"}
    elif scheme is None:
        params = {}
    else:
        params = {"product_type": "time_of_use_product", "time_of_use_scheme": scheme}
        if scheme == "sim_invented_tou_scheme":
            params = {}  # an unknown plan that does not even name its schedule
    return Product(
        code=raw["code"],
        name=raw["name"],
        kind=kind,
        area=raw["area"],
        fuel=raw["fuel"],
        standing=Decimal(raw.get("standing", "0")),
        standing_unit=raw.get("standing_unit", "YEN_AMPERE_DAY"),
        scheme=scheme,
        params=params,
        charges=tuple(
            charge for generation in raw["generations"] for charge in _charges(raw, generation)
        ),
    )


def product_keys() -> list[str]:
    """Return the key of every product."""
    return list(_catalogue())


@cache
def slot_of_hour(scheme: str, area: str, month: int, hour: int) -> str:
    """Return the time-of-use slot of a JST hour in a calendar month."""
    for group in _schedules()[scheme]:
        if area in group["areas"]:
            for slot, intervals in group["slots"].items():
                for months, start, end in intervals:
                    if (months is None or month in months) and start <= hour < end:
                        return str(slot)
    raise LookupError(f"{scheme} says nothing about {hour}:00 in month {month} in area {area}")


def _charges(raw: dict[str, Any], generation: dict[str, Any]) -> list[Charge]:
    start, end = (
        date.fromisoformat(day) if day else None for day in (generation["from"], generation["to"])
    )
    area = raw["area"]
    tier = raw["tier"] + "_" if "tier" in raw else ""
    if "steps" in generation:
        return [
            Charge(
                f"CONSUMPTION_STEPPED_{tier}{area}_{number:02}",
                Decimal(price),
                start,
                end,
                step_start=low,
                step_end=high,
            )
            for number, (low, high, price) in enumerate(generation["steps"], 1)
        ]
    if "bands" in generation:
        labels = raw.get("labels", {})
        return [
            Charge(
                f"CONSUMPTION_{area}_{tier}{slot}",
                Decimal(price),
                start,
                end,
                slot=slot,
                label=labels.get(slot, f"{slot}_TIME"),
            )
            for slot, price in generation["bands"].items()
        ]
    if "tiers" in generation:
        return [
            Charge(
                f"GAS_TIER_{number:02}",
                Decimal(price),
                start,
                end,
                step_start=low,
                step_end=high,
                standing=Decimal(standing),
            )
            for number, (low, high, standing, price) in enumerate(generation["tiers"], 1)
        ]
    name = "GENERATION" if raw["kind"] == "fit" else "CONSUMPTION"
    return [Charge(f"{name}_{area}", Decimal(generation["single"]), start, end)]


@cache
def _catalogue() -> dict[str, Any]:
    return _json("products.json")


@cache
def _schedules() -> dict[str, Any]:
    return _json("schedules.json")


def _json(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded
