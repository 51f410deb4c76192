"""The action `probe`, and the report in the diagnostics."""

from typing import Any

from home import Home
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.octopus_japan import probing
from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "PAUSE", 0)


async def call(home: Home, **data: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, "probe", data, blocking=True, return_response=True
    )


async def test_the_report_is_answered_and_kept_for_the_diagnostics(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("removed_field", field="durationMonths")
    entry = await home.sign_in("green-tokyo")
    told = await async_get_config_entry_diagnostics(home.hass, entry)
    assert told["last_probe"] is None
    assert told["gone_from_the_schema"]["Agreements"] == ["durationMonths"]
    requests = home.simulator.requests.total
    report = await call(home)
    assert report["documents"]["balance"]["outcome"] == "works"
    assert report["sign_in"] == "password"
    asked = home.simulator.requests.total - requests
    assert asked <= report["requests"] + 1
    told = await async_get_config_entry_diagnostics(home.hass, entry)
    assert told["last_probe"] == report
    assert home.simulator.requests.total == requests + asked

    # It outlives a restart.
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    told = await async_get_config_entry_diagnostics(home.hass, entry)
    assert told["last_probe"] == report


@pytest.mark.parametrize("text", ["{", "[1]"])
async def test_a_report_that_cannot_be_read_is_none(home: Home, text: str) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    entry.runtime_data.memory.parts.probe_report = text
    told = await async_get_config_entry_diagnostics(home.hass, entry)
    assert told["last_probe"] is None


async def test_what_ends_it(home: Home) -> None:
    with pytest.raises(ServiceValidationError):
        await call(home)
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    home.simulator.faults.add("throttled")
    with pytest.raises(HomeAssistantError) as caught:
        await call(home, config_entry_id=entry.entry_id)
    assert caught.value.translation_key == "probe_failed"
    assert home.simulator.world.households["green-tokyo"].accounts[0].number not in str(
        caught.value
    )
