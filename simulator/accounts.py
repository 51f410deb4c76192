"""Logins, their accounts, and the properties at which points are listed."""

from dataclasses import dataclass, field
from datetime import date

from .campaigns import Programme
from .points import GasPoint, GenerationPoint, Listing, SupplyPoint
from .practice import Credit

# What was seen refused, by schema field: on every path, and through `viewer` only.
REFUSED = {
    "contractedCapacity": "KT-CT-4501",
    "contractedCapacityOld": "KT-CT-4501",
    "notes": "KT-CT-1111",
    "canModifyPayments": "KT-CT-1111",
    "debtCollectionProceedings": "KT-CT-1111",
}
REFUSED_BY_VIEWER = {
    "halfHourlyReadings": "KT-CT-4501",
    "intervalReadings": "KT-CT-4501",
    "supplyPeriods": "KT-CT-4501",
}


@dataclass(eq=False)
class Property:
    """A place of supply. `supply_points` may hold None, as seen in practice."""

    id: str
    address: str
    postcode: str
    supply_points: list[SupplyPoint | None]
    generation_points: list[GenerationPoint]
    gas_points: list[GasPoint]


@dataclass(eq=False)
class Account:
    """An account.

    `refused` and `refused_by_viewer` map schema fields to error codes, `refusal` is the code with which the whole account is
    refused. Bills due on or after the JST day `unpaid_since` are not paid: they are in arrears. All may be edited at any time.
    """

    id: str
    number: str
    properties: list[Property]
    status: str = "ACTIVE"
    balance: int = 0
    unpaid_since: date | None = None
    credits: list[Credit] = field(default_factory=list)
    refusal: str | None = None
    programme: Programme = field(default_factory=lambda: Programme(""))
    refused: dict[str, str] = field(default_factory=lambda: dict(REFUSED))
    refused_by_viewer: dict[str, str] = field(default_factory=lambda: dict(REFUSED_BY_VIEWER))

    def __post_init__(self) -> None:
        """Name whose programme it is: what was done on an event day follows from that."""
        self.programme.account = self.number

    @property
    def supply_points(self) -> list[SupplyPoint]:
        """The electricity supply points of all properties, each once."""
        return list(
            dict.fromkeys(
                point for place in self.properties for point in place.supply_points if point
            )
        )

    @property
    def generation_points(self) -> list[GenerationPoint]:
        """The generation points of all properties, each once."""
        return list(
            dict.fromkeys(point for place in self.properties for point in place.generation_points)
        )

    @property
    def gas_points(self) -> list[GasPoint]:
        """The gas supply points of all properties."""
        return [point for place in self.properties for point in place.gas_points]

    @property
    def points(self) -> list[SupplyPoint | GenerationPoint | GasPoint]:
        """Every point of all properties, each once."""
        return [*self.supply_points, *self.generation_points, *self.gas_points]

    def listings(self) -> list[Listing]:
        """Return every listing of an electricity point, in the order of the properties."""
        return [
            Listing(point, place.id)
            for place in self.properties
            for point in (*place.supply_points, *place.generation_points)
            if point
        ]


@dataclass(eq=False)
class Household:
    """A login and what it owns."""

    key: str
    viewer_id: str
    email: str
    password: str
    api_key: str
    pre_signed_key: str
    accounts: list[Account]

    @property
    def supply_points(self) -> list[SupplyPoint]:
        """The electricity supply points of all accounts, each once."""
        return list(
            dict.fromkeys(point for account in self.accounts for point in account.supply_points)
        )

    @property
    def generation_points(self) -> list[GenerationPoint]:
        """The generation points of all accounts, each once."""
        return list(
            dict.fromkeys(point for account in self.accounts for point in account.generation_points)
        )

    @property
    def gas_points(self) -> list[GasPoint]:
        """The gas supply points of all accounts."""
        return [point for account in self.accounts for point in account.gas_points]

    @property
    def subsidy(self) -> bool:
        """Whether the government discount applies: the switch of every point of the household."""
        return any(point.subsidy for point in self.supply_points)

    @subsidy.setter
    def subsidy(self, on: bool) -> None:
        for point in self.supply_points:
            point.subsidy = on
        for gas in self.gas_points:
            gas.subsidy = on
