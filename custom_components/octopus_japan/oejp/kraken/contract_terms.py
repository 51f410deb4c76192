"""What a contract is dimensioned for, and what its product says beside its rates. All of it is optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from . import scalars
from .errors import KrakenServiceError
from .graphql.points import ByPoint, points
from .login import Login
from .models import KrakenModel, Rate
from .parsing import as_dict, as_list


@dataclass(frozen=True, slots=True)
class SupplyDetails(KrakenModel):
    """The contracted capacity since `valid_from`: the service tells the day, in Japan."""

    amperage: int | None = None
    kva: int | None = None
    kw: Decimal | None = None
    valid_from: datetime | None = field(default=None, metadata={"deserialize": scalars.since_day})


@dataclass(frozen=True, slots=True)
class TariffSummary:
    """A product of an area's catalogue.

    `scheme`: the name of its time-of-use hours. `amperages`: those that it is sold for, without the contract's own knowledge.
    """

    code: str
    scheme: str | None = None
    capacity_patterns: tuple[str, ...] = ()
    amperages: frozenset[int] = field(default_factory=frozenset)


class ContractTerms(Login):
    """The questions about the terms of contracts."""

    async def supply_details(self, account_number: str) -> ByPoint[tuple[SupplyDetails, ...]]:
        """Return the contracted capacity of each supply point."""
        result = await self._requester.ask("supply_details", {"accountNumber": account_number})
        return points(result, "supplyDetails").joined(
            lambda parts: tuple(
                details
                for part in parts
                for details in self._reader.items(SupplyDetails, part.get("supplyDetails"))
            )
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
            agreement["id"]: self._reader.items(
                Rate, as_dict(agreement.get("product")).get("standingCharges")
            )
            for _, point in points(result, "agreements").resolved()
            for agreement in map(as_dict, as_list(point.get("agreements")))
            if _is_number(agreement.get("id"))
        }
        if not any(charges.values()) and (error := result.error):
            raise error
        return charges

    async def tariff_summary(
        self, grid_operator_code: str, product_code: str | None = None
    ) -> tuple[TariffSummary, ...]:
        """Return a product of an area's catalogue, or all of it."""
        variables = {"gridOperatorCode": grid_operator_code, "productCode": product_code}
        result = await self._requester.ask("tariff_summary", variables)
        if not isinstance(found := result.data.get("tariffSummary"), list):
            raise result.missing(KrakenServiceError("the catalogue is missing"))
        return tuple(
            _summary(item) for item in map(as_dict, found) if isinstance(item.get("code"), str)
        )


def _summary(item: Mapping[str, Any]) -> TariffSummary:
    scheme = as_dict(item.get("productParams")).get("time_of_use_scheme")
    tiers = [as_dict(tier) for tier in as_list(item.get("tiers"))]
    patterns = [tier.get("contractCapacityPattern") for tier in tiers]
    labels = [
        as_dict(rate).get("label")
        for tier in tiers
        for rate in as_list(as_dict(tier.get("standingRates")).get("amperage"))
    ]
    return TariffSummary(
        item["code"],
        scheme if isinstance(scheme, str) and scheme else None,
        tuple(pattern for pattern in patterns if isinstance(pattern, str)),
        frozenset(
            int(label)
            for label in labels
            if isinstance(label, str) and label.isascii() and label.isdigit()
        ),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
