"""What is sold: the products of an area."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import KrakenServiceError
from .parsing import as_dict, as_list
from .subject import Subject


@dataclass(frozen=True, slots=True)
class TariffSummary:
    """A product of an area's catalogue.

    `scheme`: the name of its time-of-use hours. `amperages`: those that it is sold for, without the contract's own knowledge.
    """

    code: str
    scheme: str | None = None
    capacity_patterns: tuple[str, ...] = ()
    amperages: frozenset[int] = field(default_factory=frozenset)


class Catalogue(Subject):
    """The questions about what is sold."""

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
