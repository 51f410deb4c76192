"""Every table of descriptions: what holds for all of them, whoever adds one."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
import re

from home import Home
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.octopus_japan import entities

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
EXAMPLE = re.compile(
    r"\b(?:sensor|binary_sensor|calendar)\.(?:electricity|generation|gas|octopus_energy_account)_\w{4}_(\w+)"
)
OTHERS = {"cheapest_rate", "cheapest_times", "prices"}
"""Keys of entities that are no sensors."""


def sensors() -> Iterator[SensorEntityDescription]:
    """All descriptions of sensors that a module of `entities` has in a table."""
    for module in iter_modules(entities.__path__):
        for table in vars(import_module(f"{entities.__name__}.{module.name}")).values():
            if isinstance(table, tuple):
                yield from (each for each in table if isinstance(each, SensorEntityDescription))


SENSORS = {each.key: each for each in sensors()}


@pytest.mark.parametrize("key", sorted(SENSORS))
def test_no_sensor_has_a_state_class(key: str) -> None:
    """The recorder would make statistics of it, and the Energy dashboard would offer them beside the right ones."""
    assert SENSORS[key].state_class is None


def test_the_band_alone_is_an_enumeration() -> None:
    """By that the editor offers what a trigger of steps can follow."""
    assert [key for key, each in SENSORS.items() if each.device_class == "enum"] == ["rate_band"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documentation_shows_entity_ids_that_are_there(page: Path) -> None:
    assert set(EXAMPLE.findall(page.read_text("utf-8"))) <= SENSORS.keys() | OTHERS


@pytest.mark.parametrize("households", [("switching-tokyo",)])
@pytest.mark.parametrize("since", [date(2026, 11, 21)])
@pytest.mark.parametrize("now", [datetime.fromisoformat("2026-12-09T12:00:00+09:00")])
async def test_a_point_has_what_its_plan_has_and_follows_when_that_changes(home: Home) -> None:
    """From a stepped plan to one that goes by the hour, on 10 December: without a reload."""
    home.leave_readings_out()
    entry = await home.sign_in("switching-tokyo")
    stepped, hourly = {"left_in_step"}, {"next_cheapest_time", "cheapest_rate", "cheapest_times"}

    def keys() -> set[str]:
        found = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
        return {each.translation_key or "" for each in found}

    assert keys() >= stepped
    assert not keys() & hourly
    await home.pass_time(timedelta(hours=13))
    await home.pass_time(timedelta(hours=12))
    assert keys() >= hourly
    assert not keys() & stepped
    (device,) = [
        each
        for each in dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
        if each.name == f"Electricity {home.spin('switching-tokyo')[-4:]}"
    ]
    assert device.model == "EVオクトパス"
