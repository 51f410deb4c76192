"""What is sold: the products of an area, with their prices by tier of contracted capacity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import scalars
from .errors import KrakenServiceError
from .model import KrakenModel
from .models import Rate
from .parsing import Reader, as_dict, as_list
from .subject import Subject


@dataclass(frozen=True, slots=True)
class StandingRate(KrakenModel):
    """What is charged whatever the use, for the capacity that `label` names; `unit_type` says by day or month."""

    label: str
    price_per_unit_inc_tax: Decimal = field(metadata={"deserialize": scalars.price})
    unit_type: str | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """The prices for contracts of some capacity (NON_TIERED, TIERED_LOW, TIERED_HIGH).

    `consumption_rates`: none where they were not told, or one of them made no sense: a price must not be made from a part.
    """

    pattern: str | None = None
    consumption_rates: tuple[Rate, ...] = ()
    amperage: tuple[StandingRate, ...] = ()
    kva: tuple[StandingRate, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueProduct:
    """A product on sale in an area."""

    code: str
    display_name: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()

    @property
    def name(self) -> str:
        """What the customer knows it by."""
        return self.display_name or self.code

    @property
    def is_priced(self) -> bool:
        """Whether every tier has its prices."""
        return bool(self.tiers) and all(tier.consumption_rates for tier in self.tiers)

    @property
    def scheme(self) -> str | None:
        """The name of its time-of-use hours."""
        scheme = self.params.get("time_of_use_scheme")
        return scheme if isinstance(scheme, str) and scheme else None

    @property
    def amperages(self) -> frozenset[int]:
        """The amperes that it is sold for."""
        labels = (rate.label for tier in self.tiers for rate in tier.amperage)
        return frozenset(int(label) for label in labels if label.isascii() and label.isdigit())


class Catalogue(Subject):
    """The question of what is sold. It needs no contract about a product."""

    async def products(
        self, grid_operator_code: str, product_code: str | None = None
    ) -> tuple[CatalogueProduct, ...]:
        """Return a product of an area, or all of them. Raises KrakenError.

        Where the service drops the prices, what is left is asked for: the names of hours, and the capacities.
        """
        variables = {"gridOperatorCode": grid_operator_code, "productCode": product_code}
        names = ("tariff_summary", "tariff_summary_plain")
        result = await self._requester.ask_newest(names, variables)
        if not isinstance(found := result.data.get("tariffSummary"), list):
            raise result.missing(KrakenServiceError("the catalogue is missing"))
        return products_of(self._reader, found)


def products_of(reader: Reader, raw: Sequence[Any]) -> tuple[CatalogueProduct, ...]:
    """Read products as the service tells them, and as they are kept."""
    return tuple(_products(reader, raw))


def _products(reader: Reader, raw: Sequence[Any]) -> Iterator[CatalogueProduct]:
    """Read products, each part by itself; one without a code is none."""
    for item in map(as_dict, raw):
        if isinstance(code := item.get("code"), str) and code:
            name = item.get("displayName")
            yield CatalogueProduct(
                code,
                name if isinstance(name, str) and name else None,
                as_dict(item.get("productParams")),
                tuple(
                    _tier(reader, tier)
                    for tier in as_list(item.get("tiers"))
                    if isinstance(tier, dict)
                ),
            )


def _tier(reader: Reader, raw: Mapping[str, Any]) -> Tier:
    pattern, standing = raw.get("contractCapacityPattern"), as_dict(raw.get("standingRates"))
    told = as_list(raw.get("consumptionRates"))
    read = reader.items(Rate, told)
    return Tier(
        pattern if isinstance(pattern, str) else None,
        read if len(read) == len(told) else (),
        reader.items(StandingRate, standing.get("amperage")),
        reader.items(StandingRate, standing.get("kva")),
    )
