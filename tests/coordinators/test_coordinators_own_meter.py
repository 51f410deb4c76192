"""A sensor of the household's own, behind the publishing delay: real states, real statistics, a real automation."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from automating import automating
from clamp import Clamp
from freezegun.api import FrozenDateTimeFactory
from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.octopus_japan.const import CONF_OWN_METER, DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOUSEHOLD = "green-tokyo"
NOW = datetime.fromisoformat("2026-11-28T12:00:00+09:00")
"""107.80 kWh of the billing period are published then, until seven in the morning, without the day before; the second step
begins at 120."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2026, 11, 10)


async def with_clamp(
    home: Home, unit: str = "kWh", *, named: bool = True
) -> tuple[Clamp, MockConfigEntry]:
    """Sign in with an own meter that has counted since the day before: 0.1 kWh in every hour, 0.2 since seven."""
    assert await async_setup_component(home.hass, "sensor", {})
    clamp = Clamp(home, unit)
    clamp.has_counted(NOW.astimezone(UTC) - 36 * HOUR, *["0.1"] * 31, *["0.2"] * 5)
    clamp.shows()
    await home.recorded()
    chosen = {"registered": clamp.registered.id, "entity_id": clamp.entity_id}
    options = {CONF_OWN_METER: {digest(home.spin(HOUSEHOLD)): chosen}}
    entry = await home.sign_in(HOUSEHOLD, **(options if named else {}))
    return clamp, entry


def number(home: Home, key: str) -> Decimal:
    return Decimal(home.state(home.spin(HOUSEHOLD), key).state)


@pytest.mark.parametrize("unit", ["kWh", "Wh"])
async def test_the_own_meter_carries_an_automation_through_a_step(home: Home, unit: str) -> None:
    clamp, _ = await with_clamp(home, unit)
    spin, truth = home.spin(HOUSEHOLD), home.simulator.truth
    told = async_capture_events(home.hass, "told")
    band = home.state(spin, "rate_band")
    assert band.state == "step_1"
    # 107.80 are published; the own meter has a day of 0.1 and five hours of 0.2.
    assert number(home, "left_in_step") == Decimal("8.8")
    assert number(home, "consumption_today") == truth_today(home) + 1
    cost = home.state(spin, "cost_today")
    assert cost.attributes["estimated"] is True
    assert cost.attributes["own_meter_until"] == NOW
    assert cost.attributes["complete"] is False
    automation = {
        "triggers": {"trigger": "state", "entity_id": band.entity_id, "to": "step_2"},
        "actions": {"event": "told"},
    }
    async with automating(home, automation):
        await clamp.uses("6")
        assert number(home, "left_in_step") == Decimal("2.8")
        assert not told
        await clamp.uses("3.1")
        assert len(told) == 1
    assert home.state(spin, "rate_band").attributes["step_since"] == NOW
    assert number(home, "left_in_step") == Decimal("179.7")
    price = home.state(spin, "current_price")
    assert Decimal(price.state) == truth.price(spin, NOW, Decimal("120.3")).total
    assert price.attributes["estimated"] is True
    assert price.attributes["own_meter_until"] == NOW + 10 * MINUTE


def truth_today(home: Home) -> Decimal:
    """What is published of the day."""
    begin = NOW.replace(hour=0)
    hours = home.simulator.truth.hours(home.spin(HOUSEHOLD), begin, begin + 24 * HOUR)
    return sum(hours.values(), Decimal(0))


async def test_what_is_published_takes_its_place_and_nothing_of_it_is_written(home: Home) -> None:
    clamp, _ = await with_clamp(home)
    await clamp.uses("3")
    spin = home.spin(HOUSEHOLD)
    before = number(home, "consumption_billing_period")
    assert home.state(spin, "consumption_billing_period").attributes["estimated"] is True
    await home.pass_time(5 * 24 * HOUR)
    await home.pass_time(HOUR / 2)
    hours = home.simulator.truth.hours(
        spin, NOW.replace(day=18, hour=0), home.simulator.clock.now()
    )
    known = sum(hours.values(), Decimal(0))
    assert known > before
    usage = home.state(spin, "consumption_billing_period")
    assert float(usage.state) == pytest.approx(float(known))
    assert "own_meter_until" not in usage.attributes
    rows = await get_instance(home.hass).async_add_executor_job(
        statistics_during_period,
        home.hass,
        NOW.replace(day=18, hour=0).astimezone(UTC),
        None,
        {consumption_id(digest(spin))},
        "hour",
        None,
        {"state"},
    )
    (stored,) = rows.values()
    assert {datetime.fromtimestamp(row["start"], UTC): row["state"] for row in stored} == {
        at: pytest.approx(float(kwh)) for at, kwh in hours.items()
    }


async def test_the_difference_of_the_two_meters_is_told_over_whole_days(home: Home) -> None:
    begin = NOW.replace(day=20, hour=0).astimezone(UTC)
    hours = home.simulator.truth.hours(home.spin(HOUSEHOLD), begin, begin + 48 * HOUR)
    clamp, entry = await with_clamp(home)
    clamp.has_counted(begin, *(str(kwh * Decimal("1.05")) for _, kwh in sorted(hours.items())))
    await home.recorded()
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    state = home.state(home.spin(HOUSEHOLD), "own_meter_difference")
    assert float(state.state) == pytest.approx(5)
    assert state.attributes["days"] == 2
    assert state.attributes["published"] == pytest.approx(float(sum(hours.values())))


async def test_the_option_takes_an_energy_sensor_and_forgets_it(home: Home) -> None:
    clamp, entry = await with_clamp(home, named=False)
    spin, options = home.spin(HOUSEHOLD), home.hass.config_entries.options
    registry = er.async_get(home.hass)

    async def enter(**fields: str) -> tuple[str, dict[str, str] | None]:
        menu = await options.async_init(entry.entry_id)
        form = await options.async_configure(menu["flow_id"], {"next_step_id": "own_meter"})
        assert form["step_id"] == "meter"
        done = await options.async_configure(form["flow_id"], fields)
        await home.settle()
        return done["type"], done.get("errors")

    assert (
        registry.async_get_entity_id("sensor", DOMAIN, f"{digest(spin)}_own_meter_difference")
        is None
    )
    ours = home.state(spin, "consumption_today").entity_id
    assert await enter(meter=ours) == (FlowResultType.FORM, {"base": "meter_is_ours"})
    home.hass.states.async_set("sensor.power", "3", {"unit_of_measurement": "W"})
    assert await enter(meter="sensor.power") == (
        FlowResultType.FORM,
        {"base": "not_an_energy_meter"},
    )
    assert (await enter(meter=clamp.entity_id))[0] == FlowResultType.CREATE_ENTRY
    assert home.state(spin, "own_meter_difference").state == STATE_UNKNOWN
    assert number(home, "left_in_step") == Decimal("8.8")
    # Under a new name it is the same sensor, with its statistics.
    registry.async_update_entity(clamp.entity_id, new_entity_id="sensor.meter_in_the_hall")
    await home.settle()
    await home.pass_time(5 * MINUTE)
    assert number(home, "left_in_step") == Decimal("8.8")
    assert not home.issues()
    # Removed from the registry it is missed by the name that it had.
    registry.async_remove("sensor.meter_in_the_hall")
    await home.pass_time(20 * MINUTE)
    (issue,) = home.issues()
    assert issue.translation_key == "own_meter_missing"
    assert issue.translation_placeholders == {"number": spin[-4:], "entity": clamp.entity_id}
    assert (await enter())[0] == FlowResultType.CREATE_ENTRY
    assert entry.options[CONF_OWN_METER] == {}
    assert (
        registry.async_get_entity_id("sensor", DOMAIN, f"{digest(spin)}_own_meter_difference")
        is None
    )
    assert "own_meter_until" not in home.state(spin, "current_price").attributes


async def test_a_meter_that_fails_is_harmless_and_told_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    clamp, entry = await with_clamp(home)
    spin = home.spin(HOUSEHOLD)
    assert number(home, "left_in_step") == Decimal("8.8")
    # It is away for an hour and a half, and comes back with what it counted meanwhile.
    await clamp.uses("0.1")
    clamp.shows(state=STATE_UNAVAILABLE)
    await home.pass_time(85 * MINUTE)
    await clamp.uses("1")
    await clamp.uses("0")
    # One of the hours of 0.2 is published meanwhile, as a hundredth more.
    assert number(home, "left_in_step") == Decimal("7.69")
    # It goes silent for more than a day: what it told is published by then, and the user learns of it once.
    clamp.shows(state=STATE_UNAVAILABLE)
    await home.pass_time(26 * HOUR)
    await home.pass_time(30 * MINUTE)
    assert [issue.translation_key for issue in home.issues()] == ["own_meter_silent"]
    assert "own_meter_until" not in home.state(spin, "consumption_yesterday").attributes
    # It is taken out of the recorder: nothing is left of it, and all that is published goes on.
    get_instance(home.hass).async_clear_statistics([clamp.entity_id])
    await home.recorded()
    await home.pass_time(5 * MINUTE)
    assert [issue.translation_key for issue in home.issues()] == ["own_meter_missing"]
    assert home.state(spin, "left_in_step").state not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    # Another one counts something else under its name.
    power = clamp.statistic | {"unit_class": "power", "unit_of_measurement": "W"}
    async_import_statistics(
        home.hass,
        power,  # type: ignore[arg-type]
        [StatisticData(start=NOW.astimezone(UTC), state=0, sum=1)],
    )
    await home.recorded()
    await home.pass_time(5 * MINUTE)
    assert [issue.translation_key for issue in home.issues()] == ["own_meter_not_energy"]
    home.hass.config_entries.async_update_entry(entry, options={})
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()


async def test_hours_that_cannot_be_are_logged_once(
    home: Home, caplog: pytest.LogCaptureFixture, freezer: FrozenDateTimeFactory
) -> None:
    clamp, _ = await with_clamp(home)
    begin = NOW.astimezone(UTC) - 36 * HOUR
    clamp.has_counted(begin, *["0.1"] * 32, "-3", "70", "0.2", "0.2")
    await home.recorded()
    for _ in range(2):
        await home.pass_time(5 * MINUTE)
        async_fire_time_changed(home.hass)
    assert caplog.text.count("2 hours are left out") == 1
    assert home.state(home.spin(HOUSEHOLD), "rate_band").state == "step_1"
