"""Campaigns and rewards as the API shows them (docs/api.md#campaigns)."""

from datetime import datetime
from typing import Any

from ..accounts import Account
from ..campaigns import Result
from ..dates import jst_date, midnight
from ..errors import KrakenError
from .context import Context, Node


def open_for(context: Context, account: Account) -> list[str]:
    """Return the names of the campaigns that an account may register for."""
    return account.programme.open(jst_date(context.clock.now()))


def joined_by(context: Context, account: Account) -> list[Node]:
    """Return the campaigns that an account joined, with their days."""
    return [_participant(context, account, name) for name in account.programme.joined]


def register(context: Context, given: dict[str, Any]) -> Node:
    """Register an account for a campaign: once more is a fault."""
    account = context.account(given["accountNumber"])
    name, now = given.get("campaignName") or "", context.clock.now()
    if not account.programme.register(name, now):
        return {
            "__typename": "CommonError",
            "message": f"{account.number} cannot register for {name}.",
            "field": "campaignName",
        }
    return {
        "__typename": "RegisterDemandResponseCampaignParticipantRegistered",
        "campaignName": name,
        "registeredAt": now,
    }


def loyalty_points(context: Context, given: dict[str, Any]) -> Node:
    """Return the points of an account, worth a yen each."""
    number = (given.get("input") or {}).get("accountNumber") or given.get("accountNumber")
    if number is None:
        raise KrakenError("KT-CT-9222")
    points = context.account(number).programme.loyalty_points
    if points is None:
        raise KrakenError("KT-CT-9215")
    return {"loyaltyPoints": points, "totalMonetaryAmount": points}


def vouchers(context: Context, number: str) -> Node:
    """Return what is left on the vouchers of an account."""
    left = context.account(number).programme.vouchers
    if left is None:
        raise KrakenError("KT-CT-1111")
    return {"redeemableToday": left[0], "redeemableInFuture": left[1]}


def _participant(context: Context, account: Account, name: str) -> Node:
    programme, now = account.programme, context.clock.now()
    campaign, results = programme.offered[name], programme.results(name, now)
    shifted = sum(float(result.shifted) for result in results)
    return {
        "campaignName": name,
        "campaignStart": midnight(campaign.start),
        "campaignEnd": midnight(campaign.end),
        "optedInAt": _joined_at(programme.joined[name], midnight(campaign.start)),
        # What the service counts is a change: less is below zero.
        "totalDiffKwh": -shifted,
        "successfulDaysCount": sum(result.met for result in results),
        "averagePercentageDifference": None,
        "demandResponseDailyResults": [_result(result) for result in results],
        "totalDiffCarbon": None,
        "totalTreesSaved": None,
        "tips": "{}",
        "numberOfEntries": 0,
        "isEligibleForEvents": True,
        "isOptedIntoEvents": True,
        "isOptedIntoEmails": False,
        "isOptedIntoLine": False,
        "spin": account.supply_points[0].spin if account.supply_points else None,
    }


def _result(result: Result) -> Node:
    return {
        "eventDate": result.day,
        "validFrom": result.start,
        "validTo": result.end,
        "baselineConsumptionKwh": float(result.baseline),
        "outturnConsumptionKwh": float(result.outturn),
        "percentageDifference": float(-100 * result.shifted / result.baseline),
        "amountSaved": float(result.saved),
        "numberOfEntries": 0,
    }


def _joined_at(told: datetime | None, otherwise: datetime) -> datetime:
    return otherwise if told is None else told
