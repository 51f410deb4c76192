"""Products and their prices by generation, step, time-of-use band and tier. Prices in yen including tax.

The figures come from data/products.json, where each product says what of it is invented, and for what else is on sale from
catalogue.py; the hours from data/schedules.json.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
import json
from typing import Any

from .catalogue import on_sale
from .dates import Month
from .monthly_rates import DATA

TAX = Decimal("1.1")
# That HIGH and LOW part at 6 kVA is an inference: docs/pricing.md.
HIGH_FROM_KVA = 6


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
    months: int | None = None  # introductory: for so many months from the start of the agreement
    tier: str | None = None  # HIGH or LOW contract capacity

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
    standing_kva: Decimal | None = None  # a day and kVA, from 6 kVA
    untaxed: bool = False  # prices without tax, which is added to the sum (gas)

    def on(
        self, day: date, since: date | None = None, kva: int | None = None
    ) -> tuple[Charge, ...]:
        """Return the charges in force on a JST day, under an agreement since another, for a contract of so many kVA.

        An introductory price replaces the lasting one of its band, or is taken off it if it is below zero. What the service does
        with one is not known. Without `since` there is none.
        """
        valid = [
            charge
            for charge in self.charges
            if charge.valid_on(day) and charge.tier in {None, self._tier(kva)}
        ]
        first = {
            charge.band: charge.price
            for charge in valid
            if charge.months is not None and since is not None and day < later(since, charge.months)
        }
        return tuple(
            _introductory(charge, first[charge.band]) if charge.band in first else charge
            for charge in valid
            if charge.months is None
        )

    def as_sold(self, day: date) -> Product:
        """Return the product with nothing but its lasting prices of a JST day, in force for ever: what the catalogue says."""
        return replace(
            self,
            charges=tuple(
                replace(charge, start=None, end=None)
                for charge in self.charges
                if charge.months is None and charge.valid_on(day)
            ),
        )

    def standing_for(self, amperage: int | None, kva: int | None) -> Decimal:
        """Return the standing charge of a day for a contract. Products by ampere are priced for 40 A; 1 kVA is 10 A."""
        if kva is not None and self.standing_kva is not None and self._tier(kva) == "HIGH":
            return self.standing_kva * kva
        if self.standing_unit != "YEN_AMPERE_DAY" or any(charge.tier for charge in self.charges):
            return self.standing
        amperes = kva * 10 if kva is not None else amperage
        return self.standing if amperes is None else self.standing * amperes / 40

    def _tier(self, kva: int | None) -> str | None:
        tiers = {charge.tier for charge in self.charges}
        if len(tiers) == 1:
            return next(iter(tiers))
        return "HIGH" if (kva or 0) >= HIGH_FROM_KVA else "LOW"


def _introductory(lasting: Charge, price: Decimal) -> Charge:
    return replace(lasting, price=lasting.price + price if price < 0 else price)


def later(day: date, months: int) -> date:
    """Return the day so many months later, or the last of that month."""
    month = Month.of(day).plus(months)
    return min(
        date(*month, 1) + timedelta(days=day.day - 1), month.plus(1).first - timedelta(days=1)
    )


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
    if "amperage" in raw:
        params = params | dict(zip(("amperage_min", "amperage_max"), raw["amperage"], strict=True))
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
        standing_kva=Decimal(raw["standing_kva"]) if "standing_kva" in raw else None,
        untaxed=raw.get("untaxed", False),
    )


def product_keys() -> list[str]:
    """Return the key of every product."""
    return list(_catalogue())


def sold_as(code: str, kva: int | None = None) -> str:
    """Return the key of a code; of two tiers under one code that of a contract of so many kVA."""
    keys = [key for key in _catalogue() if _catalogue()[key]["code"] == code]
    tier = "high" if (kva or 0) >= HIGH_FROM_KVA else "low"
    return next((key for key in keys if key.endswith(tier)), keys[0])


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
    level = generation.get("tier", raw.get("tier"))
    tier = level + "_" if level else ""
    months = generation.get("months")
    if "steps" in generation:
        return [
            Charge(
                f"CONSUMPTION_STEPPED_{tier}{area}_{number:02}",
                Decimal(price),
                start,
                end,
                step_start=low,
                step_end=high,
                months=months,
                tier=level,
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
                months=months,
                tier=level,
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
    price = Decimal(generation["single"])
    return [Charge(f"{name}_{area}", price, start, end, months=months, tier=level)]


@cache
def _catalogue() -> dict[str, Any]:
    known = _json("products.json")
    return known | on_sale(DATA, known, _schedules())


@cache
def _schedules() -> dict[str, Any]:
    return _json("schedules.json")


def _json(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return loaded
