"""Each blueprint loads and runs in a real Home Assistant, through its starts and stops."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from automating import automating
from freezegun.api import FrozenDateTimeFactory
from home import Home
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint import Blueprint
from homeassistant.config_entries import ConfigEntryState
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from starting import APPLIANCE, LATE_APPLIANCE, PLUGGED, Residence

from custom_components.octopus_japan.const import DOMAIN
from simulator import Simulator

SOURCE = Path(__file__).parents[1] / "blueprints" / "automation" / DOMAIN
NAMES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.yaml"))
MINUTES = timedelta(minutes=1)
HOUR = timedelta(hours=1)

HOUSEHOLD = "ev-tokyo"
"""Its cheapest times are 11:00 to 13:00 (19.56 yen) of the day, and 1:00 to 5:00 (21.56 yen) from the evening to the morning."""

TOMORROW = "2025-11-21"

ev = pytest.mark.parametrize("households", [(HOUSEHOLD,)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder that holds the blueprints as a user has them."""
    shutil.copytree(SOURCE, tmp_path / "blueprints" / "automation" / DOMAIN)
    return tmp_path


@pytest.fixture
async def home(home: Home, folder: Path) -> Home:
    """A Home Assistant that has long been running, with something to turn on and off."""
    home.hass.config.config_dir = str(folder)
    for component in ("homeassistant", "persistent_notification"):
        assert await async_setup_component(home.hass, component, {})
    assert await async_setup_component(
        home.hass, "input_boolean", {"input_boolean": {"appliance": None}}
    )
    return home


def use(name: str, **inputs: Any) -> dict[str, Any]:
    return {"use_blueprint": {"path": f"{DOMAIN}/{name}", "input": inputs}}


def entity_id(home: Home, platform: str, key: str) -> str:
    return home.state(home.spin(HOUSEHOLD), key, platform).entity_id


def is_on(home: Home) -> bool:
    return home.hass.states.is_state(APPLIANCE, "on")


async def turn(home: Home, how: str, entity_id: str = APPLIANCE) -> None:
    await home.hass.services.async_call(
        "homeassistant", f"turn_{how}", {"entity_id": entity_id}, blocking=True
    )
    await home.settle()


async def test_all_load(home: Home) -> None:
    await async_setup_component(home.hass, "automation", {})
    blueprints = await async_get_blueprints(home.hass).async_get_blueprints()
    ours = {path: found for path, found in blueprints.items() if path.startswith(DOMAIN)}
    assert sorted(ours) == [f"{DOMAIN}/{name}" for name in NAMES]
    assert all(isinstance(found, Blueprint) for found in ours.values()), ours


@ev
async def test_an_appliance_runs_in_the_cheapest_time_and_no_longer(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    blueprint = use(
        "cheapest_time.yaml", prices=entity_id(home, "sensor", "current_price"), appliance=APPLIANCE
    )
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
        # What is turned on by hand stays on, past the end of the window too.
        await turn(home, "on")
        await home.pass_time(5 * MINUTES)
        assert is_on(home)
        await home.pass_time(4 * HOUR)
        assert is_on(home)


@ev
async def test_an_appliance_runs_in_parts_as_late_as_possible(home: Home) -> None:
    # Three hours from 10:00 on: the two cheap ones (11 to 13) and the last possible one before 16:00.
    await home.sign_in("ev-tokyo")
    blueprint = use(
        "cheapest_time.yaml",
        prices=entity_id(home, "sensor", "current_price"),
        appliance=APPLIANCE,
        duration={"hours": 3},
        plan_from="10:00:00",
        ready_by="16:00:00",
        shortest_part={"hours": 1},
        as_late_as_possible=True,
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
    cheapest = entity_id(home, "binary_sensor", "cheapest_rate")
    blueprint = use("while_cheapest.yaml", cheapest_rate=cheapest, appliance=APPLIANCE)
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
        rate_band=home.state(home.spin("green-tokyo"), "rate_band").entity_id,
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
        prices=entity_id(home, "sensor", "current_price"),
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
    prices = entity_id(home, "sensor", "current_price")
    async with automating(home, use("daily_report.yaml", prices=prices, at="12:30:00")):
        calls = async_capture_events(home.hass, "call_service")
        await home.pass_time(30 * MINUTES)
    assert ("persistent_notification", "create") in [
        (call.data["domain"], call.data["service"]) for call in calls
    ]


@pytest.fixture
async def residence(
    folder: Path,
    simulator: Simulator,
    households: tuple[str, ...],
    freezer: FrozenDateTimeFactory,
    async_test_recorder: Callable[..., AbstractAsyncContextManager[Any]],
    hass_storage: dict[str, Any],
) -> Residence:
    """The integration has been set up, at noon; Home Assistant is down."""
    residence = Residence(folder, simulator, freezer, async_test_recorder)
    simulator.faults.add("http_500", operation="HalfHourlyReadings")
    async with residence.running() as home:
        entry = await home.sign_in(households[0])
        # The test kit adds entries without having them stored.
        home.hass.config_entries.async_update_entry(entry, title="Home")
    return residence


@pytest.fixture(params=["cheapest_time.yaml", "while_cheapest.yaml"])
def blueprint(request: pytest.FixtureRequest, residence: Residence) -> dict[str, Any]:
    """A blueprint that turns the appliance on from 11:00 to 13:00."""
    inputs: dict[str, Any] = {"appliance": APPLIANCE}
    if request.param == "cheapest_time.yaml":
        inputs |= {"plan_from": "06:00:00", "ready_by": "16:00:00", "prices": prices(residence)}
    else:
        inputs["cheapest_rate"] = f"binary_sensor.electricity_{number(residence)}_cheapest_rate"
    return use(request.param, **inputs)


def number(residence: Residence) -> str:
    (household,) = residence.simulator.world.households.values()
    return household.supply_points[0].spin[-4:]


def prices(residence: Residence) -> str:
    return f"sensor.electricity_{number(residence)}_current_price"


@ev
async def test_started_in_the_window(residence: Residence, blueprint: dict[str, Any]) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "12:00")
    async with residence.running() as home:
        assert is_on(home)
        await home.pass_time(55 * MINUTES)
        assert is_on(home)
        await home.pass_time(5 * MINUTES)
        # 13:00
        assert not is_on(home)


@ev
@pytest.mark.parametrize("time", ["14:00", "18:00"])
async def test_home_assistant_was_down_at_the_end(
    residence: Residence, blueprint: dict[str, Any], time: str
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        assert not is_on(home)
        await home.pass_time(30 * MINUTES)
        # 11:00
        assert is_on(home)
    residence.move_to(TOMORROW, time)
    async with residence.running() as home:
        assert not is_on(home)


@ev
async def test_home_assistant_was_down_at_the_beginning(
    residence: Residence, blueprint: dict[str, Any]
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        assert not is_on(home)
    residence.move_to(TOMORROW, "12:00")
    async with residence.running() as home:
        assert is_on(home)


@ev
async def test_what_is_switched_by_hand_stays_so_until_a_restart(
    residence: Residence, blueprint: dict[str, Any]
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        await home.pass_time(HOUR)
        await turn(home, "off")
        await home.pass_time(30 * MINUTES)
        # 12:00
        assert not is_on(home)
    async with residence.running() as home:
        assert is_on(home)


async def late_network(residence: Residence, home: Home, span: timedelta) -> None:
    """Let the network come after a time."""
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await home.pass_time(span)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    residence.simulator.faults.clear()
    residence.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    for _ in range(30):
        await home.pass_time(MINUTES)
        if entry.state is ConfigEntryState.LOADED:
            await home.pass_time(MINUTES)
            return
    raise AssertionError("not set up again")


@ev
async def test_the_network_comes_late(residence: Residence, blueprint: dict[str, Any]) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "11:00")
    residence.simulator.faults.add("http_500")
    async with residence.running() as home:
        assert home.hass.states.is_state(prices(residence), "unavailable")
        assert not is_on(home)
        await late_network(residence, home, HOUR)
        assert is_on(home)
        await home.pass_time(HOUR)
        assert not is_on(home)


@ev
async def test_the_network_comes_after_the_end(
    residence: Residence, blueprint: dict[str, Any]
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        await home.pass_time(30 * MINUTES)
        # 11:00
        assert is_on(home)
    residence.simulator.faults.add("http_500")
    async with residence.running() as home:
        assert is_on(home), "it is not known yet"
        await late_network(residence, home, 3 * HOUR)
        assert not is_on(home)


@ev
async def test_the_end_of_the_window_is_known_without_prices(residence: Residence) -> None:
    residence.save(use("cheapest_time.yaml", prices=prices(residence), appliance=APPLIANCE))
    residence.move_to(TOMORROW, "02:00")
    async with residence.running() as home:
        assert is_on(home)
    residence.simulator.faults.add("http_500")
    residence.move_to(TOMORROW, "06:55")
    async with residence.running() as home:
        assert is_on(home)
        await home.pass_time(5 * MINUTES)
        # 7:00
        assert not is_on(home)


@ev
async def test_the_automation_is_off_at_the_beginning_and_turned_on_after(
    residence: Residence, blueprint: dict[str, Any]
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        await turn(home, "off", "automation.automation_0")
        await home.pass_time(HOUR)
        assert not is_on(home)
        await turn(home, "on", "automation.automation_0")
        assert is_on(home)


@ev
async def test_the_automation_is_off_at_the_end_and_turned_on_after(
    residence: Residence, blueprint: dict[str, Any]
) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "10:30")
    async with residence.running() as home:
        await home.pass_time(HOUR)
        await turn(home, "off", "automation.automation_0")
        await home.pass_time(3 * HOUR)
        # 14:30
        assert is_on(home)
        await turn(home, "on", "automation.automation_0")
        assert not is_on(home)


@ev
@pytest.mark.parametrize("data", [{}, {"id": "0"}], ids=["all", "one"])
async def test_the_automation_is_made_in_the_window_and_changed(
    residence: Residence, blueprint: dict[str, Any], data: dict[str, Any]
) -> None:
    residence.move_to(TOMORROW, "12:00")
    async with residence.running() as home:

        async def save(**changes: Any) -> None:
            residence.save(blueprint | changes)
            await home.hass.services.async_call("automation", "reload", data, blocking=True)
            await home.settle()

        await save()
        assert is_on(home)
        await turn(home, "off")
        await save(description="another")
        assert is_on(home)


@ev
async def test_the_integration_is_reloaded(residence: Residence, blueprint: dict[str, Any]) -> None:
    residence.save(blueprint)
    residence.move_to(TOMORROW, "12:00")
    async with residence.running() as home:
        await turn(home, "off")
        (entry,) = home.hass.config_entries.async_entries(DOMAIN)
        assert await home.hass.config_entries.async_reload(entry.entry_id)
        await home.pass_time(MINUTES)
        assert is_on(home)


@ev
async def test_the_appliance_comes_late(residence: Residence, blueprint: dict[str, Any]) -> None:
    inputs = blueprint["use_blueprint"]["input"]
    inputs["appliance"] = [LATE_APPLIANCE]
    residence.save(blueprint)
    residence.move_to(TOMORROW, "12:00")
    async with residence.running() as home:
        assert home.hass.states.is_state(LATE_APPLIANCE, "unavailable")
        assert not is_on(home)
        await turn(home, "on", PLUGGED)
        assert is_on(home)


@ev
@pytest.mark.parametrize("since", [date(2025, 11, 15)])
async def test_yesterdays_cost_is_told_once_though_home_assistant_was_down(
    residence: Residence,
) -> None:
    residence.simulator.faults.clear()
    residence.save(
        use(
            "daily_report.yaml",
            prices=prices(residence),
            at="12:30:00",
            message="of {{ day.start[:10] }}",
            notify=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
        )
    )

    async def told(span: timedelta = timedelta(0)) -> list[str]:
        async with residence.running() as home:
            await home.pass_time(span)
        return [event.data["message"] for event in residence.told]

    # A new automation begins with the next one.
    assert await told() == []
    assert await told(30 * MINUTES) == ["of 2025-11-19"]
    assert await told() == []
    residence.move_to(TOMORROW, "12:29")
    assert await told() == []
    residence.move_to(TOMORROW, "14:00")
    assert await told() == ["of 2025-11-20"]
    assert await told() == []


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_a_dearer_step_is_told_once_though_home_assistant_was_down(
    residence: Residence,
) -> None:
    residence.simulator.faults.clear()
    residence.save(
        use(
            "step_crossed.yaml",
            rate_band=f"sensor.electricity_{number(residence)}_rate_band",
            message="{{ step }}",
            notify=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
        )
    )

    async def told() -> list[str]:
        async with residence.running() as home:
            await home.pass_time(HOUR)
        return [event.data["message"] for event in residence.told]

    async with residence.running() as home:
        while not residence.told:
            await home.pass_time(24 * HOUR)
        assert [event.data["message"] for event in residence.told] == [2]
    assert await told() == []
    residence.move_to("2025-12-17", "12:00")
    assert await told() == [3]
    assert await told() == []
