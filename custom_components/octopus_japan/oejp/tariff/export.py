"""What the supplier pays for exported energy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .model import Gap, InForce, Unpriced, find


@dataclass(frozen=True, slots=True)
class CreditCard(InForce):
    """One agreement in one generation of its rates: yen for each exported kWh."""

    price: Decimal
    product_code: str | None = None
    product_name: str | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class GenerationTariff:
    """All that prices the exports of one generation point."""

    cards: tuple[CreditCard, ...]
    gaps: tuple[Gap, ...] = ()

    def card_at(self, at: datetime) -> CreditCard:
        """Find the card in force."""
        return find(self.cards, self.gaps, at)


class HourCredit(NamedTuple):
    """The compensation for one hour's exports."""

    start: datetime
    kwh: Decimal
    yen: Decimal


def credit_at(tariff: GenerationTariff, at: datetime) -> Decimal:
    """Find the yen paid for the next exported kWh. Raises Unpriced."""
    return tariff.card_at(at).price


def credits_for(
    tariff: GenerationTariff,
    hours: Iterable[tuple[datetime, Decimal]],
    *,
    skip_unpriced: bool = False,
) -> list[HourCredit]:
    """Compensate hours of export. Raises Unpriced for an hour without a price, or leaves it out."""
    found = []
    for start, kwh in hours:
        try:
            found.append(HourCredit(start, kwh, kwh * credit_at(tariff, start)))
        except Unpriced:
            if not skip_unpriced:
                raise
    return found
