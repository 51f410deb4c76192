"""What the service does and a user must know: raised in plain words, and gone by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from home import Home
import pytest

from custom_components.octopus_japan.oejp.household.supply import Listing, SupplyPointData, joined
from custom_components.octopus_japan.oejp.kraken.models import SupplyPeriod
from custom_components.octopus_japan.service_repairs import ended_lately, late_since
from simulator.dates import jst_date

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
DAY = timedelta(days=1)
HALF_DAY = timedelta(hours=12, minutes=1)


def point(spin: str, start: int, end: int | None = None) -> SupplyPointData:
    """A point supplied from so many days ago until so many days ago."""
    period = SupplyPeriod(
        supply_start_at=NOW - start * DAY, supply_end_at=None if end is None else NOW - end * DAY
    )
    return joined(spin, [Listing(account_number="A-1", supply_periods=(period,))])


def raised(home: Home) -> dict[str, Mapping[str, str] | None]:
    return {str(issue.translation_key): issue.translation_placeholders for issue in home.issues()}


def test_readings_are_late_after_five_days() -> None:
    flat = point("flat", 900)
    assert late_since(flat, NOW - 5 * DAY, NOW) is None
    assert late_since(flat, NOW - 6 * DAY, NOW) == NOW - 6 * DAY
    # Nothing at all since supply began.
    assert late_since(point("new", 4), None, NOW) is None
    assert late_since(point("new", 6), None, NOW) == NOW - 6 * DAY
    assert late_since(joined("odd", [Listing(account_number="A-1")]), None, NOW) is None
    # Of a point that was left nothing more is published.
    assert late_since(point("old", 900, 8), NOW - 8 * DAY, NOW) is None


def test_the_end_of_supply_is_told_for_two_months_and_not_to_those_who_moved() -> None:
    old, new = point("old", 900, 8), point("new", 9)
    assert ended_lately([old], old, NOW) == NOW - 8 * DAY
    assert ended_lately([old], old, NOW + 60 * DAY) is None
    assert ended_lately([old, new], old, NOW) is None
    assert ended_lately([new], new, NOW) is None


async def test_late_readings_and_the_end_of_supply(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    assert raised(home) == {}
    late = home.simulator.faults.add("empty")
    await home.pass_time(6 * DAY)
    assert raised(home) == {"readings_late": {"number": spin[-4:], "date": "2025-11-20"}}
    home.simulator.faults.remove(late)
    await home.pass_time(timedelta(minutes=31))
    assert raised(home) == {}
    today = jst_date(home.simulator.clock.now())
    home.simulator.world.end_supply(spin, today)
    await home.pass_time(HALF_DAY)
    assert raised(home) == {"supply_ended": {"number": spin[-4:], "date": today.isoformat()}}
    assert entry.runtime_data.account.last_update_success


@pytest.mark.parametrize(
    ("fault", "key"), [("refused_field", "permission_missing"), ("removed_field", "api_field_gone")]
)
async def test_what_the_service_refuses_again_and_again_is_named(
    home: Home, fault: str, key: str
) -> None:
    home.leave_readings_out()
    home.hass.config.language = "ja"
    refusal = home.simulator.faults.add(fault, field="balance")  # type: ignore[arg-type]
    await home.sign_in("green-tokyo")
    # Once may be a mishap.
    assert raised(home) == {}
    await home.pass_time(timedelta(minutes=61))
    account = home.simulator.world.households["green-tokyo"].accounts[0].number
    assert raised(home) == {key: {"parts": f"残高 (…{account[-4:]})"}}
    home.simulator.faults.remove(refusal)
    await home.pass_time(HALF_DAY)
    assert raised(home) == {}


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_a_plan_that_cannot_be_priced_says_so(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("empty_list", field="consumptionCharges")
    await home.sign_in("green-tokyo")
    assert set(raised(home)) == {"plan_without_price"}


async def test_a_field_that_the_schema_lost_is_named(home: Home) -> None:
    home.leave_readings_out()
    lost = home.simulator.faults.add("removed_field", field="durationMonths")
    await home.sign_in("green-tokyo")
    await home.pass_time(timedelta(minutes=61))
    assert raised(home) == {"api_field_gone": {"parts": "durationMonths"}}
    home.simulator.faults.remove(lost)
    await home.pass_time(timedelta(hours=25))
    await home.pass_time(HALF_DAY)
    assert raised(home) == {}
