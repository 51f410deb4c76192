"""Actions: prices, the best time to run something, use and cost. Called as automations call them."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
import re
from typing import Any

from automating import automating
from home import Home
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
import voluptuous as vol

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest

HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


async def ask(home: Home, action: str, **fields: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, action, fields, blocking=True, return_response=True
    )


def device_id(home: Home, number: str) -> str:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(number)), entry.entry_id
    )
    assert device is not None
    return device.id


def short(periods: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Start and end without what is the same for all of them."""
    assert all(edge.endswith(":00+09:00") for p in periods for edge in (p["start"], p["end"]))
    return [(p["start"][5:16], p["end"][5:16]) for p in periods]


# get_prices


@ev
async def test_prices_of_today_and_tomorrow_by_default(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(home, "get_prices")
    assert response["unit"] == "JPY/kWh"
    assert response["tax_included"] is True
    assert short(response["prices"]) == [
        ("11-20T00:00", "11-20T01:00"),
        ("11-20T01:00", "11-20T05:00"),
        ("11-20T05:00", "11-20T11:00"),
        ("11-20T11:00", "11-20T13:00"),
        ("11-20T13:00", "11-21T01:00"),
        ("11-21T01:00", "11-21T05:00"),
        ("11-21T05:00", "11-21T11:00"),
        ("11-21T11:00", "11-21T13:00"),
        ("11-21T13:00", "11-22T00:00"),
    ]
    truth = home.simulator.truth
    for rate in response["prices"]:
        at = datetime.fromisoformat(rate["start"])
        assert rate["price"] == float(truth.price(home.spin("ev-tokyo"), at).total)
        assert rate["estimated"] is False
    assert [rate["band"] for rate in response["prices"][:4]] == [
        "standard",
        "night",
        "standard",
        "day",
    ]


@ev
async def test_prices_by_half_hour(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(
        home,
        "get_prices",
        start="2025-11-20 00:30:00",
        end="2025-11-20 01:45:00",
        resolution="half_hour",
    )
    assert [(p["start"][11:16], p["end"][11:16], p["band"]) for p in response["prices"]] == [
        ("00:30", "01:00", "standard"),
        ("01:00", "01:30", "night"),
        ("01:30", "01:45", "night"),
    ]


@ev
async def test_prices_of_a_date_are_those_of_the_day_in_japan(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(home, "get_prices", start="2025-12-01", end="2025-12-01")
    assert response["prices"][0]["start"] == "2025-12-01T00:00:00+09:00"
    assert response["prices"][-1]["end"] == "2025-12-02T00:00:00+09:00"


@ev
async def test_components_and_prices_without_tax(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    window = {"start": jst("2025-11-21T02:00:00"), "end": jst("2025-11-21T03:00:00")}
    (rate,) = (await ask(home, "get_prices", components=True, **window))["prices"]
    price = home.simulator.truth.price(home.spin("ev-tokyo"), window["start"])
    assert rate["components"] == {
        "energy_charge": 15.1,
        "fuel_cost_adjustment": float(price.fuel),
        "renewable_energy_levy": float(price.levy),
    }
    response = await ask(home, "get_prices", components=True, without_tax=True, **window)
    (rate,) = response["prices"]
    assert response["tax_included"] is False
    # 15.10 / 1.1 = 13.72727...
    assert rate["components"]["energy_charge"] == 13.72727
    assert rate["price"] == pytest.approx(float(price.total) / 1.1, abs=0.0001)


@pytest.mark.parametrize("households", [("green-tokyo",)])
@pytest.mark.parametrize("since", [None])
async def test_past_prices_follow_the_steps_that_use_climbed(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    begin, end = home.simulator.truth.periods(spin)[0]
    response = await ask(home, "get_prices", start=begin, end=end)
    bands = [(p["band"], p["start"], p["end"]) for p in response["prices"]]
    steps = [band for band, _, _ in bands]
    assert steps == sorted(steps)
    assert steps[-1] == "step_2"
    # The second step begins within the half hour in which 120 kWh are reached.
    start = next(datetime.fromisoformat(start) for band, start, _ in bands if band == "step_2")
    used = sum(home.simulator.truth.half_hours(spin, begin, start).values())
    hour_before = sum(home.simulator.truth.half_hours(spin, begin, start - HOUR).values())
    assert hour_before < 120 <= used + Decimal("0.5")
    assert not response["prices"][0]["estimated"]


@ev
async def test_no_prices_before_supply(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "get_prices", start="2020-01-01", end="2020-01-02")
    assert str(caught.value) == "No agreement for supply is in force at that time"


@ev
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"start": "2025-11-21", "end": "2025-11-20"},
            "The end (2025-11-21T00:00:00+09:00) is not after the start (2025-11-21T00:00:00+09:00)",
        ),
        (
            {"start": "2025-01-01", "end": "2027-12-31"},
            "This is too long for one response. Ask for at most 416 days, or for a coarser period",
        ),
        (
            {"start": "tomorrow"},
            'Cannot read "tomorrow" as a time. Write a date (2026-10-01), a date and time (2026-10-01 07:00), or a time of day (07:00)',
        ),
        (
            {"device_id": "nonsense"},
            "“Supply point” (device_id) is not the device of an electricity supply point. Choose the device that is named Electricity followed by the last four digits of the supply point number",
        ),
    ],
)
async def test_mistakes_are_explained(home: Home, fields: dict[str, str], message: str) -> None:
    await home.sign_in("ev-tokyo")
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "get_prices", **fields)
    assert str(caught.value) == message


# Which supply point


async def test_actions_say_that_nothing_is_set_up(home: Home) -> None:
    await async_setup_component(home.hass, DOMAIN, {})
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "get_prices")
    assert caught.value.translation_key == "service_found_no_config_entry_for_domain"


@ev
async def test_actions_say_that_the_entry_is_not_loaded(home: Home) -> None:
    entry = await home.sign_in("ev-tokyo")
    point = device_id(home, home.spin("ev-tokyo"))
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    for fields in ({}, {"device_id": point}):
        with pytest.raises(ServiceValidationError) as caught:
            await ask(home, "get_prices", **fields)
        assert "not" in str(caught.value)


@pytest.mark.parametrize("households", [("ev-tokyo", "simple-kansai")])
async def test_one_of_several_supply_points_must_be_chosen(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    simple = await home.sign_in("simple-kansai")
    numbers = [home.spin("ev-tokyo"), home.spin("simple-kansai")]
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "get_prices")
    assert caught.value.translation_key == "several_supply_points"
    assert all(f"…{number[-4:]}" in str(caught.value) for number in numbers)
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(numbers[1])), simple.entry_id
    )
    assert device is not None
    response = await ask(home, "get_prices", device_id=device.id)
    assert {rate["band"] for rate in response["prices"]} == {"single"}


@pytest.mark.parametrize("households", [("moved",)])
async def test_a_supply_point_that_was_left_is_not_meant(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("moved")
    response = await ask(home, "get_prices")
    assert {rate["band"] for rate in response["prices"]} == {"single"}


@ev
async def test_an_account_is_no_supply_point(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    account = home.simulator.world.households["ev-tokyo"].accounts[0].number
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "get_prices", device_id=device_id(home, account))
    assert caught.value.translation_key == "not_a_supply_point"


@pytest.mark.parametrize("households", [("unknown-tou",)])
async def test_what_has_no_price_says_why(home: Home) -> None:
    # Without readings the hours of its bands cannot be learned.
    home.leave_readings_out()
    await home.sign_in("unknown-tou")
    with pytest.raises(HomeAssistantError) as caught:
        await ask(home, "get_prices")
    assert not isinstance(caught.value, ServiceValidationError)
    assert str(caught.value).startswith("The hours of this time-of-use plan are not known yet")


# find_cheapest_period


@ev
async def test_the_cheapest_two_hours_before_seven(home: Home) -> None:
    # It is noon: the cheap hours of the day (11 to 13) leave one; the night (01 to 05) has two in one piece.
    await home.sign_in("ev-tokyo")
    response = await ask(home, "find_cheapest_period", duration="02:00", latest_end="07:00:00")
    assert response["start"] == "2025-11-21T01:00:00+09:00"
    assert response["end"] == "2025-11-21T03:00:00+09:00"
    night = home.simulator.truth.price(home.spin("ev-tokyo"), jst("2025-11-21T01:00:00"))
    assert response["mean_price"] == float(night.total)
    assert response["consumption"] is None
    assert response["cost"] is None
    assert response["estimated"] is False
    assert short(response["periods"]) == [("11-21T01:00", "11-21T03:00")]


@ev
async def test_as_late_as_possible_among_equals(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(
        home,
        "find_cheapest_period",
        duration={"hours": 2},
        latest_end="07:00",
        as_late_as_possible=True,
    )
    assert short(response["periods"]) == [("11-21T03:00", "11-21T05:00")]


@ev
async def test_in_parts(home: Home) -> None:
    # In parts of an hour the hour left of the cheap day comes first, then one of the night.
    await home.sign_in("ev-tokyo")
    response = await ask(
        home,
        "find_cheapest_period",
        duration="02:00",
        latest_end="07:00",
        shortest_part={"minutes": 60},
        consumption=3,
    )
    assert short(response["periods"]) == [
        ("11-20T12:00", "11-20T13:00"),
        ("11-21T01:00", "11-21T02:00"),
    ]
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    day = truth.price(spin, jst("2025-11-20T12:00:00")).total
    night = truth.price(spin, jst("2025-11-21T01:00:00")).total
    assert response["consumption"] == 3
    assert response["cost"] == pytest.approx(float(Decimal("1.5") * (day + night)), abs=0.0001)
    assert [part["consumption"] for part in response["periods"]] == [1.5, 1.5]


@ev
async def test_the_dearest_time(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(
        home,
        "find_cheapest_period",
        duration="01:00",
        earliest_start="2025-11-20 12:00:00",
        latest_end="2025-11-20 14:00:00",
        look_for="dearest",
    )
    assert short(response["periods"]) == [("11-20T13:00", "11-20T14:00")]


@ev
async def test_a_profile_puts_the_heavy_part_into_the_cheap_time(home: Home) -> None:
    # Heating first, then little: the first half hour in the last cheap one, or all of it, is as good as any; late wins.
    await home.sign_in("ev-tokyo")
    response = await ask(
        home,
        "find_cheapest_period",
        profile=[1.0, 0.0, 0.0],
        latest_end="2025-11-20 16:00:00",
        as_late_as_possible=True,
    )
    assert short(response["periods"]) == [("11-20T12:30", "11-20T14:00")]
    assert response["consumption"] == 1
    day = home.simulator.truth.price(home.spin("ev-tokyo"), jst("2025-11-20T12:00:00"))
    assert response["cost"] == float(day.total)


@ev
async def test_a_time_of_day_that_is_now_means_now(home: Home) -> None:
    # It is noon to the second.
    await home.sign_in("ev-tokyo")
    fields = {"duration": "01:00", "earliest_start": "12:00:00"}
    response = await ask(home, "find_cheapest_period", **fields, latest_end="13:00")
    assert short(response["periods"]) == [("11-20T12:00", "11-20T13:00")]
    # An end that is now would leave no time: the next one.
    response = await ask(home, "find_cheapest_period", **fields, latest_end="12:00")
    assert response["start"] == "2025-11-20T12:00:00+09:00"


@ev
async def test_hours_are_hours_where_the_clock_of_home_assistant_is_changed(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    await home.hass.config.async_set_time_zone("America/New_York")
    # On 8 March 2026 there is no 02:00 there.
    response = await ask(
        home,
        "find_cheapest_period",
        duration="05:00",
        earliest_start="2026-03-08 00:00:00",
        latest_end="2026-03-08 06:00:00",
    )
    start, end = (datetime.fromisoformat(response[key]) for key in ("start", "end"))
    assert (start.isoformat(), end.isoformat()) == (
        "2026-03-08T00:00:00-05:00",
        "2026-03-08T06:00:00-04:00",
    )
    with pytest.raises(ServiceValidationError) as caught:
        await ask(
            home,
            "find_cheapest_period",
            duration="05:30",
            earliest_start="2026-03-08 00:00:00",
            latest_end="2026-03-08 06:00:00",
        )
    assert caught.value.translation_key == "window_too_short"


@ev
async def test_a_limit_that_nothing_meets_leaves_no_start(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    response = await ask(home, "find_cheapest_period", duration="02:00", limit_price=5)
    assert response["start"] is None
    assert response["periods"] == []


@ev
@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({}, "no_duration"),
        ({"duration": "00:00"}, "duration_not_positive"),
        ({"duration": "30:00"}, "window_too_short"),
        ({"duration": "01:00", "shortest_part": "02:00"}, "parts_do_not_fit"),
        ({"duration": "01:05", "shortest_part": "00:30"}, "not_in_half_hours"),
        ({"duration": "01:03"}, "not_in_five_minutes"),
        ({"duration": "01:00", "latest_end": "2025-11-29"}, "window_too_long"),
        ({"duration": "01:00", "profile": [1, 2, 3]}, "profile_does_not_fit"),
        ({"duration": "01:00", "latest_end": "2025-11-19"}, "window_empty"),
        ({"duration": "01:00", "latest_end": "soon"}, "not_a_time"),
    ],
)
async def test_what_cannot_be_found_is_explained(
    home: Home, fields: dict[str, Any], key: str
) -> None:
    await home.sign_in("ev-tokyo")
    with pytest.raises(ServiceValidationError) as caught:
        await ask(home, "find_cheapest_period", **fields)
    assert caught.value.translation_key == key
    assert "{" not in str(caught.value)
    assert str(caught.value) != key


@ev
async def test_a_field_that_is_no_number_is_refused(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    with pytest.raises(vol.Invalid):
        await ask(home, "find_cheapest_period", duration="01:00", limit_price="cheap")


@ev
async def test_a_switch_is_on_in_the_cheapest_two_hours_before_seven(home: Home) -> None:
    """The issue's automation, from noon until the next morning."""
    await home.sign_in("ev-tokyo")
    assert await async_setup_component(
        home.hass, "input_boolean", {"input_boolean": {"water_heater": None}}
    )
    plan = {
        "triggers": {"trigger": "time_pattern", "minutes": "/30"},
        "actions": [
            {
                "action": f"{DOMAIN}.find_cheapest_period",
                "data": {
                    "duration": "02:00",
                    "earliest_start": "{{ today_at('21:00') if now() >= today_at('21:00')"
                    " else today_at('21:00') - timedelta(days=1) }}",
                    "latest_end": "07:00",
                },
                "response_variable": "best",
            },
            {
                "action": "input_boolean.turn_{{ 'on' if as_datetime(best.start) <= now()"
                " < as_datetime(best.end) else 'off' }}",
                "target": {"entity_id": "input_boolean.water_heater"},
            },
        ],
    }
    changes = async_capture_events(home.hass, "state_changed")
    async with automating(home, plan):
        for _ in range(2 * 20):
            await home.pass_time(HALF_HOUR)
    turned = [
        (event.data["new_state"].last_changed.astimezone(jst("2025-11-20T00:00:00").tzinfo), state)
        for event in changes
        if event.data["entity_id"] == "input_boolean.water_heater"
        and event.data["old_state"] is not None
        and event.data["old_state"].state != (state := event.data["new_state"].state)
    ]
    assert [(f"{at:%m-%dT%H:%M}", state) for at, state in turned] == [
        ("11-21T01:00", "on"),
        ("11-21T03:00", "off"),
    ]


# get_consumption


@ev
async def test_consumption_and_cost_by_day(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    response = await ask(
        home, "get_consumption", start="2025-11-13", end="2025-11-20", period="day"
    )
    days = response["consumption"]
    assert [day["start"] for day in days] == [
        f"2025-11-{day}T00:00:00+09:00" for day in range(13, 21)
    ]
    for day in days[:-1]:
        start, end = map(datetime.fromisoformat, (day["start"], day["end"]))
        assert day["complete"] is (len(truth.hours(spin, start, end)) == 24)
        assert day["unpriced_hours"] == 0
        if not truth.hours(spin, start, end):
            # What is not published is not 0.
            assert day["consumption"] is None
            assert day["cost"] is None
            continue
        assert day["consumption"] == float(sum(truth.hours(spin, start, end).values()))
        assert day["cost"]["total"] == pytest.approx(
            float(sum(truth.costs(spin, start, end).values())), abs=0.001
        )
        parts = {key: value for key, value in day["cost"].items() if key != "total"}
        assert sum(parts.values()) == pytest.approx(day["cost"]["total"], abs=0.001)
        if day["complete"]:
            # 38.80 a day at 40 A.
            assert day["cost"]["standing_charge"] == 38.8
    assert [day["complete"] for day in days].count(True) > 3
    assert not days[-1]["complete"]


@pytest.mark.parametrize(
    "households",
    [
        (household,)
        for household in (
            "green-tokyo",
            "simple-kansai",
            "denka-tokyo",
            "solar-tokyo",
            "intro-rate",
            "subsidised",
            "twice-two-accounts",
        )
    ],
)
async def test_parts_add_up_for_every_household(home: Home, households: tuple[str]) -> None:
    await home.sign_in(households[0])
    days = (await ask(home, "get_consumption", start="2025-11-10", end="2025-11-20"))["consumption"]
    known = [day for day in days if day["consumption"]]
    assert len(known) > 5
    for day in known:
        assert day["pending"] is False
        parts = {key: value for key, value in day["cost"].items() if key != "total"}
        assert sum(parts.values()) == pytest.approx(day["cost"]["total"], abs=0.001)


@ev
async def test_half_hours_are_told_exactly_as_they_are_served(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    start, end = jst("2025-11-16T00:00:00"), jst("2025-11-18T00:00:00")
    requests = home.simulator.requests.total
    told = (
        await ask(home, "get_consumption", period="half_hour", start="2025-11-16", end="2025-11-17")
    )["consumption"]
    assert home.simulator.requests.total == requests + 1
    expected = truth.half_hours(spin, start, end)
    assert {datetime.fromisoformat(each["start"]): each["consumption"] for each in told} == {
        at: float(kwh) for at, kwh in expected.items()
    }
    assert len(told) == 96
    assert {each["version"] for each in told} <= {"DAILY", "MONTHLY"}
    assert all(each["band"] for each in told)
    # Without a time: what is published since yesterday, which nobody fills up.
    told = (await ask(home, "get_consumption", period="half_hour"))["consumption"]
    yesterday = jst("2025-11-19T00:00:00")
    expected = truth.half_hours(spin, yesterday, yesterday + 2 * DAY)
    assert len(told) == len(expected)


@ev
async def test_half_hours_of_more_than_a_month_or_refused(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    with pytest.raises(ServiceValidationError) as mistyped:
        await ask(home, "get_consumption", period="half_hour", start="2025-10-01")
    assert mistyped.value.translation_placeholders == {"most": "31"}
    home.simulator.faults.add("throttled")
    with pytest.raises(HomeAssistantError) as refused:
        await ask(home, "get_consumption", period="half_hour")
    assert refused.value.translation_key == "readings_failed"


@ev
async def test_consumption_by_hour_month_and_billing_period(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    hours = await ask(
        home,
        "get_consumption",
        start="2025-11-17 02:00",
        end="2025-11-17 04:00",
        period="hour",
    )
    start = jst("2025-11-17T02:00:00")
    expected = truth.hours(spin, start, start + 2 * HOUR)
    assert [hour["consumption"] for hour in hours["consumption"]] == [
        float(kwh) for kwh in expected.values()
    ]
    months = (await ask(home, "get_consumption", period="month"))["consumption"]
    assert len(months) == 12
    assert months[-1]["start"] == "2025-11-01T00:00:00+09:00"
    october = truth.hours(spin, jst("2025-10-01T00:00:00"), jst("2025-11-01T00:00:00"))
    assert months[-2]["consumption"] == pytest.approx(float(sum(october.values())))
    # Before supply there is nothing, and nothing is missing.
    assert months[0]["consumption"] == 0
    assert months[0]["complete"]
    assert months[0]["cost"] is None
    periods = (await ask(home, "get_consumption", period="billing_period"))["consumption"]
    first, _ = truth.periods(spin)[0]
    assert first in [datetime.fromisoformat(period["start"]) for period in periods]


@pytest.mark.parametrize("households", [("green-tokyo",)])
@pytest.mark.parametrize("since", [None])
async def test_the_cost_of_a_late_day_counts_the_steps_from_the_periods_start(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    response = await ask(home, "get_consumption", start="2025-10-16", end="2025-10-16")
    (day,) = response["consumption"]
    start = jst("2025-10-16T00:00:00")
    assert truth.used(spin, start) > 120
    assert day["cost"]["total"] == pytest.approx(
        float(sum(truth.costs(spin, start, start + DAY).values())), abs=0.001
    )


# Texts


CHANGES = {"reimport_history", "set_monthly_rate", "set_schedule", "register_for_campaign"}
"""Actions that answer nothing."""


async def test_every_field_has_a_text_and_every_action_an_icon(home: Home) -> None:
    await async_setup_component(home.hass, DOMAIN, {})
    described = (await async_get_all_descriptions(home.hass))[DOMAIN]
    assert set(described) == {
        "get_prices",
        "find_cheapest_period",
        "get_consumption",
        "get_bill",
        "get_cost_of",
        "reimport_history",
        "set_monthly_rate",
        "set_schedule",
        "register_for_campaign",
        "compare_plans",
        "probe",
        "list_products",
        "get_product",
        "get_meter_point",
        "get_grid_supply_point",
        "create_quote",
    }
    for language in ("en", "ja"):
        texts = await async_get_translations(home.hass, language, "services", {DOMAIN})
        for action, description in described.items():
            base = f"component.{DOMAIN}.services.{action}"
            changes = action in CHANGES
            assert description.get("response") == (None if changes else {"optional": False})
            assert f"{base}.name" in texts
            fields = dict(description["fields"])
            for section in [fields.pop(key) for key in list(fields) if "fields" in fields[key]]:
                fields |= section["fields"]
            for field in fields:
                assert f"{base}.fields.{field}.name" in texts
                assert f"{base}.fields.{field}.description" in texts


async def test_every_reason_for_a_missing_price_has_a_text(home: Home) -> None:
    await async_setup_component(home.hass, DOMAIN, {})
    source = Path(__file__).parents[2] / "custom_components" / DOMAIN / "oejp" / "tariff"
    text = "".join(path.read_text() for path in source.glob("*.py"))
    reasons = set(re.findall(r'(?:Unpriced|NotFound|Gap)\("(\w+)"', text)) - {"no_readings"}
    assert len(reasons) > 15
    for language in ("en", "ja"):
        texts = await async_get_translations(home.hass, language, "exceptions", {DOMAIN})
        missing = {
            reason
            for reason in reasons
            if f"component.{DOMAIN}.exceptions.{reason}.message" not in texts
        }
        assert not missing
