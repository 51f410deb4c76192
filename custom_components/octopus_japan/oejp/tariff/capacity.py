"""What a contract is dimensioned for: it multiplies standing charges, and chooses among prices by tier."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from .schedule import tier_of

# HIGH and LOW mean from 6 kVA and below: an inference (docs/pricing.md#open-points), used only if a product lists both.
_HIGH_FROM_KVA = Decimal(6)
# More than any house has; what lies beyond is a fault of the answer.
_LARGEST = Decimal(1_000)


class Details(Protocol):
    """The capacity that the service states, from a time on."""

    @property
    def amperage(self) -> int | None: ...  # noqa: D102
    @property
    def kva(self) -> int | None: ...  # noqa: D102
    @property
    def kw(self) -> Decimal | None: ...  # noqa: D102
    @property
    def valid_from(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the contract is dimensioned for, where known. `named_tier`: the tier that the bands of readings name."""

    amperes: Decimal | None = None
    kva: Decimal | None = None
    kw: Decimal | None = None
    named_tier: str | None = None

    @property
    def tier(self) -> str | None:
        """HIGH or LOW; None if it is not known."""
        if self.kva is None:
            return self.named_tier
        return "HIGH" if self.kva >= _HIGH_FROM_KVA else "LOW"


UNKNOWN: Final = Capacity()


def billed_capacity(unit: str | None, value: Decimal | None) -> Capacity:
    """Read the capacity that a line of a bill names; nothing of it where its unit says nothing."""
    size = _number(value)
    match (unit or "").upper():
        case "A" | "AMPERE" | "AMPERES":
            return Capacity(amperes=size)
        case "KVA":
            return Capacity(kva=size)
        case "KW":
            return Capacity(kw=size)
    return UNKNOWN


def contracted_capacity(
    details: Iterable[Details],
    at: datetime,
    *,
    options: Collection[int] | None = None,
    sold: Collection[int] = (),
    bands: Iterable[str | None] = (),
    billed: Capacity = UNKNOWN,
) -> Capacity:
    """Read the contracted capacity in force, or infer it.

    `billed`: what the last bill was for, which counts where the service states none.
    `options`: the amperes that the contract could be changed to, None if they were not told. `sold`: the amperes for which
    the catalogue prices the product: the contract has the one that the options lack, if it is exactly one. `bands`: those
    that readings name, which tell the tier.
    """
    tiers = {tier for band in bands if (tier := tier_of(band))}
    tier = tiers.pop() if len(tiers) == 1 else None
    begun = [each for each in details if each.valid_from is None or each.valid_from <= at]
    for each in sorted(begun, key=_since, reverse=True):
        stated = Capacity(_number(each.amperage), _number(each.kva), _number(each.kw), tier)
        if stated != Capacity(named_tier=tier):
            return stated
    if billed != UNKNOWN:
        return replace(billed, named_tier=tier)
    left = set() if options is None else set(sold) - set(options)
    return Capacity(amperes=_number(left.pop()) if len(left) == 1 else None, named_tier=tier)


def _since(details: Details) -> float:
    return float("-inf") if details.valid_from is None else details.valid_from.timestamp()


def _number(value: int | Decimal | None) -> Decimal | None:
    return Decimal(value) if value is not None and 0 < value <= _LARGEST else None
