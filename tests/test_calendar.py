"""The calendar of prices: one event for each time of one price."""

from datetime import date, datetime, timedelta
from typing import Any

from automating import automating
from home import A_MONTH_AGO, Home
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def since() -> date:
    """A month of history: steps go by the use of the billing period."""
    return A_MONTH_AGO


@pytest.fixture
def home(home: Home, households: tuple[str, ...]) -> Home:
    """A Home Assistant whose user has enabled the calendar of prices."""
    for household in households:
        home.want(home.spin(household), "prices", "calendar")
    return home


def calendar(home: Home, household: str, key: str = "prices") -> str:
    return home.state(home.spin(household), key, "calendar").entity_id


async def events(hass: HomeAssistant, entity_id: str, start: str, end: str) -> list[dict[str, Any]]:
    response = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "start_date_time": start, "end_date_time": end},
        blocking=True,
        return_response=True,
    )
    return response[entity_id]["events"]  # type: ignore[call-overload,index,return-value]


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_events_are_the_price_periods(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    found = await events(
        home.hass,
        calendar(home, "ev-tokyo"),
        "2025-11-20T12:00:00+09:00",
        "2025-11-21T12:00:00+09:00",
    )
    assert [(e["start"][5:16], e["end"][5:16], e["summary"].split()[0]) for e in found] == [
        ("11-20T11:00", "11-20T13:00", "Day"),
        ("11-20T13:00", "11-21T01:00", "Standard"),
        ("11-21T01:00", "11-21T05:00", "Night"),
        ("11-21T05:00", "11-21T11:00", "Standard"),
        ("11-21T11:00", "11-21T13:00", "Day"),
    ]
    night = datetime.fromisoformat("2025-11-21T01:00:00+09:00")
    price = home.simulator.truth.price(home.spin("ev-tokyo"), night)
    assert found[2]["summary"] == f"Night {price.total:.2f} JPY/kWh"
    assert found[2]["description"].splitlines() == [
        "Energy charge 15.10",
        f"Fuel cost adjustment {price.fuel:.2f}",
        f"Renewable energy levy {price.levy:.2f}",
    ]


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_the_cheapest_times_are_a_calendar_of_their_own(home: Home) -> None:
    # The night (22:00 to 06:00) is the cheapest of this plan; a time over midnight is one event, whatever is asked for.
    await home.sign_in("solar-tokyo")
    entity_id = calendar(home, "solar-tokyo", "cheapest_times")
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert (state.state, state.attributes["start_time"]) == (STATE_OFF, "2025-11-20 22:00:00")
    night = datetime.fromisoformat("2025-11-20T22:00:00+09:00")
    price = home.simulator.truth.price(home.spin("solar-tokyo"), night).total
    for start, end in (("20T12:00", "21T12:00"), ("21T01:00", "21T02:00")):
        (event,) = await events(
            home.hass, entity_id, f"2025-11-{start}:00+09:00", f"2025-11-{end}:00+09:00"
        )
        assert event == {
            "start": "2025-11-20T22:00:00+09:00",
            "end": "2025-11-21T06:00:00+09:00",
            "summary": f"Cheapest rate {price:.2f} JPY/kWh",
        }


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_the_present_event_follows_the_clock(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    entity_id = calendar(home, "ev-tokyo")
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.state == STATE_ON
    assert state.attributes["message"].startswith("Day ")
    await home.pass_time(2 * HALF_HOUR)
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.attributes["message"].startswith("Standard ")
    assert state.attributes["end_time"] == "2025-11-21 01:00:00"


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_prices_change_with_the_month(home: Home) -> None:
    # From December the night costs 14.60 instead of 15.10, and the adjustment is another. What is running goes on.
    await home.sign_in("ev-tokyo")
    found = await events(
        home.hass,
        calendar(home, "ev-tokyo"),
        "2025-11-30T22:00:00+09:00",
        "2025-12-01T02:00:00+09:00",
    )
    assert [(e["start"][5:16], e["end"][5:16]) for e in found] == [
        ("11-30T13:00", "12-01T01:00"),
        ("12-01T01:00", "12-01T05:00"),
    ]
    assert "Energy charge 14.60" in found[1]["description"]
    midnight = datetime.fromisoformat("2025-12-01T00:00:00+09:00")
    price = home.simulator.truth.price(home.spin("ev-tokyo"), midnight)
    assert f"From 12-01 00:00 {price.total:.2f} JPY/kWh:" in found[0]["description"].splitlines()


@pytest.mark.parametrize("households", [("simple-kansai",)])
async def test_an_event_is_the_same_whatever_time_is_asked_for(home: Home) -> None:
    # One price all day: nothing begins at the edges of a question, or calendar triggers would fire there.
    await home.sign_in("simple-kansai")
    entity_id = calendar(home, "simple-kansai")
    whole = await events(
        home.hass, entity_id, "2025-11-20T12:00:00+09:00", "2025-11-28T12:00:00+09:00"
    )
    part = await events(
        home.hass, entity_id, "2025-11-22T12:00:00+09:00", "2025-11-22T12:15:00+09:00"
    )
    assert whole == part
    # The month's levy (3.98) on top of 26.90.
    assert [(e["start"][5:16], e["end"][5:16], e["summary"]) for e in whole] == [
        ("11-01T00:00", "12-01T00:00", "Single rate 30.88 JPY/kWh")
    ]


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_a_step_begins_where_use_is_expected_to_reach_it(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    found = await events(
        home.hass,
        calendar(home, "green-tokyo"),
        "2025-11-20T12:00:00+09:00",
        "2025-12-18T12:00:00+09:00",
    )
    assert found[0]["summary"].startswith("Step 1 ")
    step_2 = next(event for event in found if event["summary"].startswith("Step 2 "))
    assert step_2["description"].endswith("Estimated")
    # Of the period that began on the 18th, the rest of the 120 kWh at the daily mean of the two weeks published last: within
    # a day of that straight line.
    now = home.simulator.clock.now()
    published = home.simulator.truth.hours(spin, now - timedelta(days=20), now)
    until = max(published) + timedelta(hours=1)
    daily = sum(kwh for at, kwh in published.items() if at >= until - timedelta(days=14)) / 14
    begin = datetime.fromisoformat("2025-11-18T00:00:00+09:00")
    left = 120 - sum(kwh for at, kwh in published.items() if at >= begin)
    straight = until + timedelta(days=float(left / daily))
    assert abs(datetime.fromisoformat(step_2["start"]) - straight) < timedelta(days=1)


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_texts_are_in_the_language_of_the_server(home: Home) -> None:
    home.hass.config.language = "ja"
    await home.sign_in("ev-tokyo")
    found = await events(
        home.hass,
        calendar(home, "ev-tokyo"),
        "2025-11-21T01:00:00+09:00",
        "2025-11-21T05:00:00+09:00",
    )
    night = datetime.fromisoformat("2025-11-21T01:00:00+09:00")
    price = home.simulator.truth.price(home.spin("ev-tokyo"), night)
    assert [event["summary"] for event in found] == [f"夜間 {price.total:.2f}円/kWh"]
    assert found[0]["description"].splitlines()[0] == "電力量料金 15.10"


@pytest.mark.parametrize("households", [("moved",)])
async def test_no_calendar_where_supply_ended(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("moved")
    registry = er.async_get(home.hass)
    ended, live = (
        registry.async_get_entity_id("calendar", DOMAIN, f"{digest(home.spin('moved', n))}_prices")
        for n in (0, 1)
    )
    assert ended is None
    assert live is not None


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_an_automation_runs_a_quarter_of_an_hour_before_the_night_rate(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    ran = async_capture_events(home.hass, "warm_up")
    async with automating(
        home,
        {
            "triggers": {
                "trigger": "calendar",
                "entity_id": calendar(home, "ev-tokyo"),
                "event": "start",
                "offset": "-0:15:0",
            },
            "conditions": "{{ trigger.calendar_event.summary.startswith('Night') }}",
            "actions": {
                "event": "warm_up",
                "event_data": {"at": "{{ trigger.calendar_event.start }}"},
            },
        },
    ):
        await home.pass_time(timedelta(hours=12, minutes=25))
        assert not ran
        await home.pass_time(timedelta(minutes=15))
        assert not ran
        await home.pass_time(timedelta(minutes=15))
    # 00:45 has been, 01:00 has not.
    assert [event.data["at"] for event in ran] == ["2025-11-21T01:00:00+09:00"]


async def test_entities_belong_to_the_supply_point(home: Home) -> None:
    await home.sign_in("green-tokyo")
    registry = er.async_get(home.hass)
    spin = home.spin("green-tokyo")
    entry = registry.async_get(calendar(home, "green-tokyo"))
    sensor = registry.async_get_entity_id("sensor", DOMAIN, f"{digest(spin)}_current_price")
    assert sensor is not None
    price = registry.async_get(sensor)
    assert entry is not None
    assert price is not None
    assert entry.device_id == price.device_id
