"""What a household is built from: its accounts, properties, points and agreements.

Days are JST; an `end` is exclusive. `agreements` lists (product key of data/products.json, first day, end). A point that stands
at several properties, by the same `tag`, is one point listed several times: with the same plan each shows the same
agreements, with different ones each shows its own.
"""

from dataclasses import dataclass, replace
from datetime import date

from .campaigns import Campaign
from .load import Load

type Term = tuple[str, date, date | None]


@dataclass(frozen=True)
class PointPlan:
    """An electricity supply point or generation point to build. `tag` tells apart the points of a household."""

    tag: str
    area: str
    agreements: tuple[Term, ...]
    reading_day: int
    load: Load
    start: date
    end: date | None = None
    amperage: int | None = None
    kw: int | None = None
    kva: int | None = None
    status: str = "ON_SUPPLY"

    def since(self, day: date) -> PointPlan:
        """Return the plan of a point whose supply begins no earlier; one that ended before stays."""
        if self.end is not None and self.end <= day:
            return self
        terms = tuple(
            (product, max(start, day), end)
            for product, start, end in self.agreements
            if end is None or end > day
        )
        return replace(self, agreements=terms, start=max(self.start, day))


@dataclass(frozen=True)
class GasPlan:
    """A gas supply point to build; `winter` and `summer` are typical m³ a month."""

    agreements: tuple[Term, ...]
    reading_day: int
    start: date
    winter: int = 48
    summer: int = 16
    end: date | None = None

    def since(self, day: date) -> GasPlan:
        """Return the plan of a point whose supply begins no earlier; one that ended before stays."""
        if self.end is not None and self.end <= day:
            return self
        terms = tuple(
            (product, max(start, day), end)
            for product, start, end in self.agreements
            if end is None or end > day
        )
        return replace(self, agreements=terms, start=max(self.start, day))


@dataclass(frozen=True)
class PropertyPlan:
    """A place: its points, and whether the API lists a null among them."""

    address: str
    postcode: str
    points: tuple[PointPlan, ...] = ()
    generation: tuple[PointPlan, ...] = ()
    gas: GasPlan | None = None
    with_null: bool = False


@dataclass(frozen=True)
class HouseholdPlan:
    """A login with its accounts; `accounts` holds the properties of each."""

    description: str
    accounts: tuple[tuple[PropertyPlan, ...], ...]
    supply_details: bool = False
    subsidy: bool = False
    refused: tuple[tuple[int, str], ...] = ()  # (place of the account, error code)
    campaigns: tuple[Campaign, ...] = ()  # of every account
    loyalty_points: int | None = None
    vouchers: tuple[int, int] | None = None
