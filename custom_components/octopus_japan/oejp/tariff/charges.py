"""The standing charge of a contract, and what an agreement adds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .capacity import Capacity
from .model import HIGHEST_PRICE, Component, Extra, Per, StandingCharge, Unpriced
from .rates import RateLike, in_force, latest


def standing_charge(
    per_day: Decimal | None,
    unit: str | None,
    rates: Sequence[RateLike],
    at: datetime,
    capacity: Capacity,
) -> StandingCharge | None:
    """Read what is charged whatever the use; None when it is not known.

    The service states yen a day, resolved for the contract (docs/api.md). Without it, a rate by ampere, kVA or kW is multiplied
    by the contract's capacity.
    """
    if per_day is not None:
        return StandingCharge(per_day) if abs(per_day) <= HIGHEST_PRICE else None
    current = list(latest(in_force(rates, at, None)).values())
    if len(current) != 1:
        return None
    rate = current[0]
    unit = rate.unit_type or unit
    if (per := per_of(unit)) is None or (quantity := _quantity(unit or "", capacity)) is None:
        return None
    if abs(rate.price_per_unit_inc_tax) > HIGHEST_PRICE:
        return None
    return StandingCharge(rate.price_per_unit_inc_tax * quantity, per)


@dataclass(frozen=True, slots=True)
class Addon:
    """A rate that an agreement adds to its product's; yen including tax, None when it is not told."""

    name: str
    price: Decimal | None
    unit_type: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    duration_months: int | None = None


def extras(addons: Iterable[Addon], at: datetime, since: datetime | None) -> tuple[Extra, ...]:
    """Read the add-ons in force. Raises Unpriced for one that is not understood."""
    found = []
    for addon in in_force(addons, at, since):
        unit = (addon.unit_type or "").upper()
        per = Per.KWH if unit == "KWH_CONSUMPTION" else per_of(unit)
        if per is None or addon.price is None or _quantity(unit, Capacity()) is None:
            raise Unpriced("unknown_addon")
        component = Component.ENERGY if per is Per.KWH else Component.STANDING_CHARGE
        if addon.price < 0:
            component = Component.DISCOUNT
        found.append(Extra(addon.name, addon.price, per, component))
    return tuple(found)


def per_of(unit: str | None) -> Per | None:
    """Read whether a unit counts days or months."""
    words = (unit or "").upper().split("_")
    if {"DAY", "DAYS"} & set(words):
        return Per.DAY
    return Per.MONTH if {"MONTH", "MONTHS"} & set(words) else None


def _quantity(unit: str, capacity: Capacity) -> Decimal | None:
    words = set(unit.upper().split("_"))
    if words & {"AMPERE", "AMPERES"}:
        return capacity.amperes
    if "KVA" in words:
        return capacity.kva
    return capacity.kw if "KW" in words else Decimal(1)
