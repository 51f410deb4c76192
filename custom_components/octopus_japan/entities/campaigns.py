"""Sensors of an account's campaigns: how many may be joined and are joined, and what the latest one came to."""

from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import UnitOfEnergy
from homeassistant.util import dt as dt_util

from ..const import YEN
from ..oejp.household.accounts import AccountData
from ..oejp.household.campaigns import CampaignsData, Outcome, outcome
from ..oejp.kraken.campaigns import DailyResult, Participation
from .description import Attributes, OctopusSensorDescription, number

SHOWN = 30
"""Event days of which the attributes tell the results: more would be a large state."""


def _open(account: AccountData) -> Attributes:
    names = account.campaigns.open
    return None if names is None else {"campaigns": list(names)}


def _running(data: CampaignsData) -> int | None:
    return None if data.joined is None else len(data.running(dt_util.utcnow()))


def _joined(account: AccountData) -> Attributes:
    joined = account.campaigns.joined
    return None if joined is None else {"campaigns": [_campaign(item) for item in joined]}


def _campaign(item: Participation) -> dict[str, Any]:
    return {
        "campaign": item.campaign_name,
        "start": item.campaign_start,
        "end": item.campaign_end,
    }


def _latest(account: AccountData) -> Outcome | None:
    latest = account.campaigns.latest
    return None if latest is None else outcome(latest)


def _of_latest(account: AccountData) -> Attributes:
    """Name the campaign that the figure is of, with the results of its newest days."""
    latest = account.campaigns.latest
    if latest is None:
        return None
    days = latest.demand_response_daily_results
    return {
        **_campaign(latest),
        "event_days": len(days),
        "results": [_result(day) for day in days[-SHOWN:]],
    }


def _result(day: DailyResult) -> dict[str, Any]:
    return {
        "date": day.event_date,
        "expected": number(day.baseline_consumption_kwh),
        "used": number(day.outturn_consumption_kwh),
        "shifted": number(day.shifted),
        "saved": number(day.amount_saved),
    }


CAMPAIGN_SENSORS: tuple[OctopusSensorDescription[AccountData], ...] = (
    OctopusSensorDescription(
        key="open_campaigns",
        translation_key="open_campaigns",
        value_fn=lambda account: (
            None if account.campaigns.open is None else len(account.campaigns.open)
        ),
        attributes_fn=_open,
    ),
    OctopusSensorDescription(
        key="joined_campaigns",
        translation_key="joined_campaigns",
        value_fn=lambda account: _running(account.campaigns),
        attributes_fn=_joined,
    ),
    OctopusSensorDescription(
        key="campaign_energy_shifted",
        translation_key="campaign_energy_shifted",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda account: number(found.shifted) if (found := _latest(account)) else None,
        attributes_fn=_of_latest,
    ),
    OctopusSensorDescription(
        key="campaign_days_met",
        translation_key="campaign_days_met",
        value_fn=lambda account: found.met if (found := _latest(account)) else None,
        attributes_fn=_of_latest,
    ),
    OctopusSensorDescription(
        key="campaign_savings",
        translation_key="campaign_savings",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        value_fn=lambda account: number(found.saved) if (found := _latest(account)) else None,
        attributes_fn=_of_latest,
    ),
)
