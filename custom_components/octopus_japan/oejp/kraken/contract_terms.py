"""What a contract is dimensioned for, and what its product says beside its rates. All of it is optional."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeIs

from . import scalars
from .by_point import ByPoint
from .graphql.points import points
from .graphql.requester import Result
from .model import NUMBER, WHOLE, KrakenModel
from .models import AddonRate, Rate
from .parsing import as_dict, as_list
from .subject import Subject


@dataclass(frozen=True, slots=True)
class SupplyDetails(KrakenModel):
    """The contracted capacity since `valid_from`: the service tells the day, in Japan."""

    amperage: int | None = field(default=None, metadata=WHOLE)
    kva: int | None = field(default=None, metadata=WHOLE)
    kw: Decimal | None = field(default=None, metadata=NUMBER)
    valid_from: datetime | None = field(default=None, metadata={"deserialize": scalars.since_day})


class ContractTerms(Subject):
    """The questions about the terms of contracts."""

    async def supply_details(self, account_number: str) -> ByPoint[tuple[SupplyDetails, ...]]:
        """Return the contracted capacity of each supply point."""
        return await self._by_point(
            "supply_details", "supplyDetails", SupplyDetails, account_number
        )

    async def amperage_options(self, account_number: str) -> ByPoint[frozenset[int]]:
        """Return the amperes that each supply point's contract could be changed to."""
        result = await self._requester.ask("amperage_options", {"accountNumber": account_number})
        return points(result, "newAmperageOptions").joined(
            lambda parts: frozenset(
                option
                for part in parts
                for option in as_list(part.get("newAmperageOptions"))
                if _is_number(option)
            )
        )

    async def standing_charges(self, account_number: str) -> Mapping[int, tuple[Rate, ...]]:
        """Return the standing charges by unit of capacity, by the id of the agreement."""
        result = await self._requester.ask("standing_charges", {"accountNumber": account_number})
        charges = {
            number: self._reader.items(
                Rate, as_dict(agreement.get("product")).get("standingCharges")
            )
            for number, agreement in _agreements(result)
        }
        if not any(charges.values()) and (error := result.error):
            raise error
        return charges

    async def addon_rates(self, account_number: str) -> Mapping[int, tuple[AddonRate, ...]]:
        """Return the rates added to agreements, by the id of the agreement. Nobody has measured whether they can be read."""
        result = await self._requester.ask("addon_rates", {"accountNumber": account_number})
        rates = {
            number: self._reader.items(AddonRate, agreement["addonRates"])
            for number, agreement in _agreements(result)
            if isinstance(agreement.get("addonRates"), list)
        }
        if not rates and (error := result.error):
            raise error
        return rates


def _agreements(result: Result) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Return the agreements of all points by their id. Raises when there are only errors."""
    for _, point in points(result, "agreements").resolved():
        for agreement in map(as_dict, as_list(point.get("agreements"))):
            if _is_number(number := agreement.get("id")):
                yield number, agreement


def _is_number(value: object) -> TypeIs[int]:
    return isinstance(value, int) and not isinstance(value, bool)
