"""The accounts of a login, with the points that belong to each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from ..interval import Interval
from ..kraken.models import (
    GenerationPoint,
    MetiCredit,
)
from .account_money import AccountMoney, billed_time
from .campaigns import CampaignsData
from .gas import GasPointData
from .supply import NEVER_ENDS, SupplyPointData, agreed_times

LOST_STATUSES: Final = frozenset({"LOST", "NEVER_UNDER_CONTRACT"})
"""What the service calls a generation point that it has no contract for, any more or at all."""


def generation_end(point: GenerationPoint) -> datetime | None:
    """Return when the last agreement of a generation point ends; None while it has no end, or none is told."""
    end = max((time.end for time in agreed_times(point.agreements)), default=NEVER_ENDS)
    return None if end == NEVER_ENDS else end


def generation_has_ended(point: GenerationPoint, at: datetime) -> bool:
    """Tell whether a generation point has ended: it is lost, and no agreement is in force. A point of which nothing is told has not ended."""
    return point.status in LOST_STATUSES and not any(
        time.covers(at) for time in agreed_times(point.agreements)
    )


@dataclass(frozen=True, kw_only=True)
class AccountData:
    """One account, with the points that belong to it. `answers`: it was told of when it was asked last.

    `entered`: there is no account, and what the user entered stands in for what one would tell.
    """

    number: str
    status: str | None = None
    supply_points: Mapping[str, SupplyPointData] = field(default_factory=dict)
    generation_points: Mapping[str, GenerationPoint] = field(default_factory=dict)
    money: AccountMoney = field(default_factory=AccountMoney)
    gas_points: Mapping[str, GasPointData] = field(default_factory=dict)
    campaigns: CampaignsData = field(default_factory=CampaignsData)
    answers: bool = True
    entered: bool = False

    @property
    def last_billed(self) -> Interval | None:
        """The billing periods that the last bill is about; None where that is not known."""
        if (last := self.money.last_bill) is None:
            return None
        points = self.supply_points.values()
        return billed_time(last, (read for point in points for read in point.interval_readings))

    def plan(self, at: datetime) -> str | None:
        """Return the names of the products in force."""
        names = dict.fromkeys(point.product_name(at) for point in self.supply_points.values())
        return ", ".join(name for name in names if name) or None


@dataclass(frozen=True, kw_only=True)
class LoginData:
    """Everything that one login sees. `meti_credits` are the government's discounts, None where the service tells none."""

    accounts: Mapping[str, AccountData]
    meti_credits: tuple[MetiCredit, ...] | None = None

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers of all accounts and points."""
        return frozenset(
            (*self.accounts, *self.supply_points, *self.generation_points, *self.gas_points)
        )

    @cached_property
    def supply_points(self) -> dict[str, SupplyPointData]:
        """The electricity supply points of all accounts, by SPIN."""
        return {
            spin: point
            for account in self.accounts.values()
            for spin, point in account.supply_points.items()
        }

    @cached_property
    def gas_points(self) -> dict[str, GasPointData]:
        """The gas supply points of all accounts, by their number."""
        return {
            spin: point
            for account in self.accounts.values()
            for spin, point in account.gas_points.items()
        }

    @cached_property
    def generation_points(self) -> dict[str, tuple[str, GenerationPoint]]:
        """The generation points of all accounts, by GPIN, with the account's number."""
        return {
            gpin: (account.number, point)
            for account in self.accounts.values()
            for gpin, point in account.generation_points.items()
        }
