"""Each blueprint loads and runs in a real Home Assistant."""

from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from automating import automating
from home import Home
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint import Blueprint
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.octopus_japan.const import DOMAIN

SOURCE = Path(__file__).parents[1] / "blueprints" / "automation" / DOMAIN
NAMES = sorted(path.name for path in SOURCE.glob("*.yaml"))
MINUTES = timedelta(minutes=1)
HOUR = timedelta(hours=1)

APPLIANCE = "input_boolean.appliance"
ev = pytest.mark.parametrize("households", [("ev-tokyo",)])


@pytest.fixture(autouse=True)
async def configuration(home: Home, tmp_path: Path) -> None:
    """A configuration folder that holds the blueprints as a user has them, and something to turn on and off."""
    shutil.copytree(SOURCE, tmp_path / "blueprints" / "automation" / DOMAIN)
    home.hass.config.config_dir = str(tmp_path)
    for component in ("homeassistant", "persistent_notification"):
        assert await async_setup_component(home.hass, component, {})
    assert await async_setup_component(
        home.hass, "input_boolean", {"input_boolean": {"appliance": None}}
    )


def use(name: str, **inputs: Any) -> dict[str, Any]:
    return {"use_blueprint": {"path": f"{DOMAIN}/{name}", "input": inputs}}


def device_id(home: Home, household: str) -> str:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, home.spin(household)), entry.entry_id
    )
    assert device is not None
    return device.id


def is_on(home: Home) -> bool:
    return home.hass.states.is_state(APPLIANCE, "on")


async def test_all_load(home: Home) -> None:
    await async_setup_component(home.hass, "automation", {})
    blueprints = await async_get_blueprints(home.hass).async_get_blueprints()
    ours = {path: found for path, found in blueprints.items() if path.startswith(DOMAIN)}
    assert sorted(ours) == [f"{DOMAIN}/{name}" for name in NAMES]
    assert all(isinstance(found, Blueprint) for found in ours.values()), ours


@ev
async def test_an_appliance_runs_in_the_cheapest_time_and_no_longer(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    blueprint = use("cheapest_time.yaml", appliance={"entity_id": APPLIANCE})
    async with automating(home, blueprint):
        await home.pass_time(12 * HOUR + 55 * MINUTES)
        assert not is_on(home)
        await home.pass_time(5 * MINUTES)
        # 01:00
        assert is_on(home)
        await home.pass_time(HOUR + 55 * MINUTES)
        assert is_on(home)
        await home.pass_time(5 * MINUTES)
        # 03:00
        assert not is_on(home)
        # What is turned on by hand stays on.
        await home.hass.services.async_call("input_boolean", "turn_on", {"entity_id": APPLIANCE})
        await home.pass_time(5 * MINUTES)
        assert is_on(home)


@ev
async def test_an_appliance_runs_in_parts_as_late_as_possible(home: Home) -> None:
    # Three hours from 10:00 on: the two cheap ones (11 to 13) and the last possible one before 16:00.
    await home.sign_in("ev-tokyo")
    blueprint = use(
        "cheapest_time.yaml",
        appliance={"entity_id": APPLIANCE},
        duration={"hours": 3},
        plan_from="10:00:00",
        ready_by="16:00:00",
        shortest_part={"hours": 1},
        as_late_as_possible=True,
        supply_point=device_id(home, "ev-tokyo"),
    )
    on = []
    async with automating(home, blueprint):
        await home.pass_time(22 * HOUR)
        for hour in range(10, 17):
            if is_on(home):
                on.append(hour)
            await home.pass_time(HOUR)
    # In one piece 11 to 14 costs the same, and fewer parts win before later ones.
    assert on == [11, 12, 13]


@ev
async def test_on_while_electricity_is_cheapest(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    cheapest = home.state(home.spin("ev-tokyo"), "cheapest_rate", "binary_sensor").entity_id
    blueprint = use(
        "while_cheapest.yaml", cheapest_rate=cheapest, appliance={"entity_id": APPLIANCE}
    )
    async with automating(home, blueprint):
        await home.pass_time(22 * HOUR)
        assert not is_on(home)
        await home.pass_time(HOUR)
        # 11:00
        assert is_on(home)
        await home.pass_time(2 * HOUR)
        assert not is_on(home)


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_a_message_when_a_dearer_step_begins(home: Home) -> None:
    await home.sign_in("green-tokyo")
    told = async_capture_events(home.hass, "told")
    blueprint = use(
        "step_crossed.yaml",
        supply_point=device_id(home, "green-tokyo"),
        notify=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
    )
    async with automating(home, blueprint):
        for _ in range(3):
            await home.pass_time(5 * 24 * HOUR)
            if told:
                break
    assert [event.data["message"] for event in told] == [
        "Step 2 has begun: from now on a kWh costs more."
    ]


@ev
async def test_a_message_of_yesterdays_cost(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    told = async_capture_events(home.hass, "told")
    blueprint = use(
        "daily_report.yaml",
        at="12:30:00",
        notify=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
    )
    async with automating(home, blueprint):
        await home.pass_time(48 * HOUR)
        told.clear()
        await home.pass_time(30 * MINUTES)
    truth, spin = home.simulator.truth, home.spin("ev-tokyo")
    yesterday = datetime.fromisoformat("2025-11-21T00:00:00+09:00")
    hours = truth.hours(spin, yesterday, yesterday + 24 * HOUR)
    yen = sum(truth.costs(spin, yesterday, yesterday + 24 * HOUR).values())
    assert [event.data["message"] for event in told] == [
        f"Yesterday: {sum(hours.values()):.1f} kWh, {yen:.0f} yen"
        + ("" if len(hours) == 24 else " so far")
    ]


@ev
async def test_without_a_choice_the_messages_are_shown_in_home_assistant(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    async with automating(home, use("daily_report.yaml", at="12:30:00")):
        calls = async_capture_events(home.hass, "call_service")
        await home.pass_time(30 * MINUTES)
    assert ("persistent_notification", "create") in [
        (call.data["domain"], call.data["service"]) for call in calls
    ]
