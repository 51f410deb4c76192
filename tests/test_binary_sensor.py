"""Cheapest rate: on during the cheapest band of the day, turning at the boundary itself."""

from datetime import timedelta

from home import Home
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest

HALF_HOUR = timedelta(minutes=30)


def cheapest(home: Home, household: str) -> State:
    return home.state(home.spin(household), "cheapest_rate", "binary_sensor")


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_on_in_the_cheapest_band_and_off_when_it_ends(home: Home) -> None:
    # In November 2025 this plan is cheapest by day, 11:00 to 13:00 (13.10 against 15.10 by night). It is noon.
    await home.sign_in("ev-tokyo")
    state = cheapest(home, "ev-tokyo")
    assert state.state == STATE_ON
    assert state.attributes["next_end"].isoformat() == "2025-11-20T13:00:00+09:00"
    assert state.attributes["next_start"].isoformat() == "2025-11-21T11:00:00+09:00"

    await home.pass_time(HALF_HOUR)
    assert cheapest(home, "ev-tokyo").state == STATE_ON

    requests = len(home.simulator.requests)
    await home.pass_time(HALF_HOUR)
    state = cheapest(home, "ev-tokyo")
    assert state.state == STATE_OFF
    assert state.attributes["next_start"].isoformat() == "2025-11-21T11:00:00+09:00"
    assert state.attributes["next_end"].isoformat() == "2025-11-21T13:00:00+09:00"
    # It turned by the clock: nothing was asked but what the half-hourly reading of usage asks.
    assert {r.operation for r in home.simulator.requests[requests:]} <= {
        "ObtainToken",
        "HalfHourlyReadings",
    }


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_a_cheapest_time_across_midnight_is_one(home: Home) -> None:
    # Night (19.50, from 22:00 to 06:00) is the cheapest of this plan.
    await home.sign_in("solar-tokyo")
    state = cheapest(home, "solar-tokyo")
    assert state.state == STATE_OFF
    assert state.attributes["next_start"].isoformat() == "2025-11-20T22:00:00+09:00"
    assert state.attributes["next_end"].isoformat() == "2025-11-21T06:00:00+09:00"

    await home.pass_time(timedelta(hours=11))
    state = cheapest(home, "solar-tokyo")
    assert state.state == STATE_ON
    assert state.attributes["next_end"].isoformat() == "2025-11-21T06:00:00+09:00"
    assert state.attributes["next_start"].isoformat() == "2025-11-21T22:00:00+09:00"

    await home.pass_time(timedelta(hours=2))
    state = cheapest(home, "solar-tokyo")
    assert state.state == STATE_ON
    assert state.attributes["next_end"].isoformat() == "2025-11-21T06:00:00+09:00"


@pytest.mark.parametrize("households", [("simple-kansai",), ("green-tokyo",)])
async def test_not_there_where_a_day_has_one_price(home: Home, households: tuple[str]) -> None:
    home.leave_readings_out()
    await home.sign_in(households[0])
    unique_id = f"{digest(home.spin(households[0]))}_cheapest_rate"
    registry = er.async_get(home.hass)
    assert registry.async_get_entity_id("binary_sensor", DOMAIN, unique_id) is None
