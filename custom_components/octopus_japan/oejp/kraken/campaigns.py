"""Campaigns of demand response (節電チャレンジ): open for registration, joined, and to register for one."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from . import scalars
from .errors import KrakenRefusedError, KrakenServiceError
from .graphql.points import account
from .model import DAY, FLAG, INSTANT, NUMBER, WHOLE, KrakenModel
from .parsing import as_dict
from .subject import Subject

REGISTERED: Final = "RegisterDemandResponseCampaignParticipantRegistered"


@dataclass(frozen=True, slots=True)
class DailyResult(KrakenModel):
    """One event day: what was expected to be used between two times and what was, in kWh, and the yen saved by that."""

    event_date: date | None = field(default=None, metadata=DAY)
    valid_from: datetime | None = field(default=None, metadata=INSTANT)
    valid_to: datetime | None = field(default=None, metadata=INSTANT)
    baseline_consumption_kwh: Decimal | None = field(default=None, metadata=NUMBER)
    outturn_consumption_kwh: Decimal | None = field(default=None, metadata=NUMBER)
    amount_saved: Decimal | None = field(default=None, metadata=NUMBER)

    @property
    def shifted(self) -> Decimal | None:
        """How many kWh less were used than expected; below zero where it was more. None while either is unknown."""
        if self.baseline_consumption_kwh is None or self.outturn_consumption_kwh is None:
            return None
        return self.baseline_consumption_kwh - self.outturn_consumption_kwh


@dataclass(frozen=True, slots=True)
class Participation(KrakenModel):
    """A campaign that an account joined, with its days so far. `successful_days_count`: days on which the target was met."""

    campaign_name: str = field(metadata={"deserialize": scalars.key})
    campaign_start: datetime | None = field(default=None, metadata=INSTANT)
    campaign_end: datetime | None = field(default=None, metadata=INSTANT)
    successful_days_count: int | None = field(default=None, metadata=WHOLE)
    is_opted_into_events: bool | None = field(default=None, metadata=FLAG)
    demand_response_daily_results: tuple[DailyResult, ...] = ()


class Campaigns(Subject):
    """The questions about campaigns, and the one change."""

    async def open(self, account_number: str) -> tuple[str, ...]:
        """Return the names of the campaigns that an account may register for: nothing else is told of them."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("campaigns_open", variables)
        found = account(result).get("availableDemandResponseCampaignsForRegistration")
        if not isinstance(found, list):
            raise result.missing(KrakenServiceError("the campaigns are missing"))
        names = [name.strip() for name in found[: scalars.LONGEST_LIST] if _is_name(name)]
        return tuple(dict.fromkeys(names))

    async def joined(self, account_number: str) -> tuple[Participation, ...]:
        """Return the campaigns that an account joined, ascending by their start, those without one first."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("campaigns_joined", variables)
        found = account(result).get("demandResponseCampaignParticipants")
        if not isinstance(found, list):
            raise result.missing(KrakenServiceError("the campaigns are missing"))
        told = [self._participation(item) for item in found[: scalars.LONGEST_LIST]]
        return tuple(
            sorted(
                (item for item in told if item is not None),
                key=lambda item: item.campaign_start.timestamp() if item.campaign_start else 0,
            )
        )

    async def register(self, account_number: str, campaign: str) -> None:
        """Register an account for a campaign. Sent once: after an error other than a refusal it may have happened or not.

        Raises KrakenRefusedError where the service says no.
        """
        variables = {"accountNumber": account_number, "campaign": campaign}
        result = await self._requester.ask("register_for_campaign", variables)
        answer = as_dict(result.data.get("registration"))
        if answer.get("__typename") == REGISTERED:
            return
        if answer.get("__typename") == "CommonError":
            raise KrakenRefusedError("the registration was not accepted")
        raise result.missing(KrakenServiceError("the registration was not confirmed"))

    def _participation(self, raw: Any) -> Participation | None:
        """Read one; a day that makes no sense is left out of it, by itself."""
        days = self._reader.items(DailyResult, as_dict(raw).get("demandResponseDailyResults"))
        if not isinstance(raw, dict):
            return self._reader.item(Participation, raw)
        found = self._reader.item(Participation, {**raw, "demandResponseDailyResults": []})
        return None if found is None else _with(found, days)


def _with(found: Participation, days: tuple[DailyResult, ...]) -> Participation:
    """Return a participation with its days, ascending."""
    ordered = sorted(days, key=lambda day: (day.event_date or date.min, str(day.valid_from)))
    return replace(found, demand_response_daily_results=tuple(ordered))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= scalars.LONGEST_TEXT
