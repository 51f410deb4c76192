"""What the service has told of each account, and how that is joined into one login. The last answer is used until there is another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..oejp.household.account_money import AccountMoney
from ..oejp.household.accounts import AccountData, LoginData
from ..oejp.household.campaigns import CampaignsData
from ..oejp.household.gas import by_account
from ..oejp.household.supply import ON_SUPPLY, Listing, joined
from ..oejp.kraken import (
    KrakenError,
)
from ..oejp.kraken.catalogue import CatalogueProduct
from ..oejp.kraken.contract_terms import SupplyDetails
from ..oejp.kraken.models import (
    AccountSupply,
    AddonRate,
    Agreement,
    GenerationPoint,
    IntervalReading,
    MetiCredit,
    Rate,
    ReadingDates,
    SupplyPeriod,
)
from .asking import lasts
from .asking_gas import ToldOfGas


@dataclass(slots=True)
class Told:
    """What the service has told of one account; `listed`: its supply points with their status, None until it listed any."""

    number: str
    status: str | None = None
    listed: Mapping[str, str | None] | None = None
    left_out: Mapping[str, datetime] = field(default_factory=dict)
    """Since when answers leave out a point that is not known to have ended."""
    agreements: Mapping[str, tuple[Agreement, ...]] = field(default_factory=dict)
    supply_periods: Mapping[str, tuple[SupplyPeriod, ...]] = field(default_factory=dict)
    interval_readings: Mapping[str, tuple[IntervalReading, ...]] = field(default_factory=dict)
    reading_dates: Mapping[str, ReadingDates] = field(default_factory=dict)
    generation_points: Mapping[str, GenerationPoint] = field(default_factory=dict)
    generation_left_out: Mapping[str, datetime] = field(default_factory=dict)
    """The same of generation points: what was known of one stays."""
    addon_rates: Mapping[int, tuple[AddonRate, ...]] = field(default_factory=dict)
    supply_details: Mapping[str, tuple[SupplyDetails, ...]] = field(default_factory=dict)
    amperage_options: Mapping[str, frozenset[int]] = field(default_factory=dict)
    standing_charges: Mapping[int, tuple[Rate, ...]] = field(default_factory=dict)
    money: AccountMoney = field(default_factory=AccountMoney)
    gas: ToldOfGas = field(default_factory=ToldOfGas)
    campaigns: CampaignsData = field(default_factory=CampaignsData)
    error: KrakenError | None = None
    """Why its supply points were not told when they were asked for last."""

    @property
    def answers(self) -> bool:
        """Whether the service answers for it; also after a fault that may pass, when its last answer is used."""
        return self.error is None or not lasts(self.error)

    def listing(self, spin: str, status: str | None) -> Listing:
        """Return what it says of a supply point."""
        return Listing(
            account_number=self.number,
            status=status,
            agreements=self.agreements.get(spin, ()),
            supply_periods=self.supply_periods.get(spin, ()),
            interval_readings=self.interval_readings.get(spin, ()),
            reading_dates=self.reading_dates.get(spin),
            addon_rates=self.addon_rates,
            supply_details=self.supply_details.get(spin, ()),
            amperage_options=self.amperage_options.get(spin),
            standing_charges=self.standing_charges,
            answers=self.answers and spin not in self.left_out,
        )


def joined_login(
    told: Iterable[Told],
    catalogue: Mapping[str, tuple[CatalogueProduct, ...]],
    meti_credits: tuple[MetiCredit, ...] | None,
) -> LoginData:
    """Join what the accounts told, each point over all that list it. `catalogue`: what is sold, by grid operator code."""
    answered = [each for each in told if each.listed is not None]
    listings: dict[str, list[Listing]] = {}
    for each in answered:
        for spin, status in (each.listed or {}).items():
            listings.setdefault(spin, []).append(each.listing(spin, status))
    points = {
        spin: joined(spin, items, catalogue.get(spin[:2], ())) for spin, items in listings.items()
    }
    gas = by_account({each.number: each.gas.listings() for each in answered})
    return LoginData(
        accounts={
            each.number: AccountData(
                number=each.number,
                status=each.status,
                supply_points={
                    spin: point
                    for spin, point in points.items()
                    if point.account_number == each.number
                },
                generation_points=each.generation_points,
                money=each.money,
                gas_points=gas[each.number],
                campaigns=each.campaigns,
                answers=each.answers,
            )
            for each in answered
        },
        meti_credits=meti_credits,
    )


def listed_points(supply: AccountSupply) -> dict[str, str | None]:
    """Return the supply points with their status; of one that is listed twice, that it is on supply if either says so."""
    found: dict[str, str | None] = {}
    for place in supply.properties:
        for point in place.electricity_supply_points:
            if found.get(point.spin) != ON_SUPPLY:
                found[point.spin] = point.status
    return found
