"""The tariff book, the fast clock, and what the account clock asks for when rates begin."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from home import Home
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.octopus_japan.const import DOMAIN

MINUTE = timedelta(minutes=1)
HALF_HOUR = timedelta(minutes=30)

# Months that no shipped table tells.
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2026, 10, 21)


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+09:00")


async def go_to(home: Home, text: str) -> None:
    await home.pass_time(jst(text) - home.simulator.clock.now())


def price(home: Home, household: str) -> Decimal:
    return Decimal(home.state(home.spin(household), "current_price").state)


@ev
async def test_a_new_month_has_its_price_within_minutes(home: Home) -> None:
    # The account clock has just polled, and would ask again at half past eleven in the morning.
    await home.sign_in("ev-tokyo")
    await go_to(home, "2026-11-30T23:30")
    truth = home.simulator.truth
    spin = home.spin("ev-tokyo")
    assert price(home, "ev-tokyo") == truth.price(spin, jst("2026-11-30T23:30")).total
    await go_to(home, "2026-12-01T00:00")
    await home.pass_time(12 * MINUTE)
    december = truth.price(spin, jst("2026-12-01T00:12"))
    assert december.fuel != truth.price(spin, jst("2026-11-30T23:30")).fuel
    assert price(home, "ev-tokyo") == december.total


@ev
async def test_a_new_month_that_is_told_late_is_asked_for_again(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    await go_to(home, "2026-11-30T23:30")
    home.simulator.faults.add("http_500", operation="Agreements")
    await go_to(home, "2026-12-01T00:00")
    await home.pass_time(12 * MINUTE)
    state = home.state(home.spin("ev-tokyo"), "current_price")
    assert state.attributes["estimated"] is True
    assert state.attributes["estimated_since"] == jst("2026-12-01T00:00")
    home.simulator.faults.clear()
    await home.pass_time(31 * MINUTE)
    assert (
        price(home, "ev-tokyo")
        == home.simulator.truth.price(home.spin("ev-tokyo"), home.simulator.clock.now()).total
    )
    assert home.state(home.spin("ev-tokyo"), "current_price").attributes["estimated"] is False


@ev
async def test_prices_know_what_the_account_clock_knows_while_readings_fail(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    await go_to(home, "2026-11-30T22:00")
    home.leave_readings_out()
    await go_to(home, "2026-12-01T00:30")
    spin = home.spin("ev-tokyo")
    assert (
        price(home, "ev-tokyo") == home.simulator.truth.price(spin, jst("2026-12-01T00:30")).total
    )


IN_STEP_2 = "2026-12-07T12:00:00+09:00"
"""A time at which the household has used more than the first 120 kWh of its billing period."""


@pytest.mark.parametrize("now", [datetime.fromisoformat(IN_STEP_2)])
@pytest.mark.parametrize("since", [date(2026, 11, 10)])
async def test_the_step_is_known_after_a_restart_while_readings_fail(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    band = home.state(spin, "rate_band").state
    assert band == "step_2"
    home.leave_readings_out()
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.state(spin, "rate_band").state == band
    at = home.simulator.clock.now()
    used = home.simulator.truth.used(spin, at)
    assert price(home, "green-tokyo") == home.simulator.truth.price(spin, at, used).total
    response = await home.hass.services.async_call(
        DOMAIN, "get_prices", {}, blocking=True, return_response=True
    )
    assert response is not None
    assert {rate["band"] for rate in response["prices"]} == {"step_2"}  # type: ignore[index,union-attr,call-overload]


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
@pytest.mark.parametrize("now", [datetime.fromisoformat(IN_STEP_2)])
@pytest.mark.parametrize("since", [date(2026, 11, 10)])
async def test_the_step_is_known_while_the_readings_of_one_point_fail(home: Home) -> None:
    """Those of the others come; before a restart and after it."""
    failing, other = (home.spin("three-points-two-accounts", index) for index in (0, 1))
    entry = await home.sign_in("three-points-two-accounts")
    fault = home.simulator.faults.add("internal_error", field="halfHourlyReadings", point=failing)
    for _ in range(2):
        await home.pass_time(timedelta(minutes=31))
        at = home.simulator.clock.now()
        for spin in (failing, other):
            used = home.simulator.truth.used(spin, at)
            true = home.simulator.truth.price(spin, at, used)
            assert spin == other or true.band.endswith("02")
            assert Decimal(home.state(spin, "current_price").state) == true.total
        await home.hass.config_entries.async_reload(entry.entry_id)
        await home.settle()
    assert fault.fired


async def test_nothing_is_known_of_the_use(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    state = home.state(home.spin("green-tokyo"), "current_price")
    assert state.state == STATE_UNKNOWN
    assert state.attributes["reason"] == "use_unknown"
    with pytest.raises(HomeAssistantError) as caught:
        await home.hass.services.async_call(
            DOMAIN, "get_prices", {}, blocking=True, return_response=True
        )
    assert caught.value.translation_key == "use_unknown"
