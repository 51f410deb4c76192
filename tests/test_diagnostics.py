"""Diagnostics, system health and repair issues."""

from datetime import timedelta
import json
from typing import Any

from home import Home
from homeassistant.components.diagnostics import REDACTED
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.octopus_japan import async_remove_config_entry_device
from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics
from custom_components.octopus_japan.entity import device_info
from custom_components.octopus_japan.identity import digest


async def diagnostics(home: Home, household: str) -> dict[str, Any]:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    found = await async_get_config_entry_diagnostics(home.hass, entry)
    decoded: dict[str, Any] = json.loads(json.dumps(found, cls=JSONEncoder))
    return decoded


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_diagnostics_tell_what_prices_and_history_rest_on(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    found = await diagnostics(home, "ev-tokyo")
    (point,) = found["accounts"][0]["supply_points"]
    assert found["entry"]["data"]["password"] == REDACTED
    assert point["area"] == "03"
    assert point["price"]["cards"][-1]["scheme"] == "tgoe_ev_tou_jan_25_scheme"
    assert point["price"]["sources"]["fuel_cost_adjustment"] == "api"
    assert point["history_imported"] == 1.0
    assert point["usage"]["hours"]["billing_period"]["hours"] > 0


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_diagnostics_tell_of_exports_too(home: Home) -> None:
    await home.sign_in("solar-tokyo")
    found = await diagnostics(home, "solar-tokyo")
    (point,) = found["accounts"][0]["generation_points"]
    assert found["clocks"]["exports"]["last_update_success"]
    assert point["history_imported"] == 1.0
    assert point["export"]["has_credit"]
    assert point["export"]["hours"]["yesterday"]["complete"]
    assert home.simulator.world.households["solar-tokyo"].generation_points[
        0
    ].identifier not in json.dumps(found)


async def test_neither_diagnostics_nor_logs_tell_who_the_customer_is(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="custom_components.octopus_japan")
    await home.sign_in("green-tokyo")
    home.simulator.faults.add("internal_error", account=home.spin("green-tokyo"))
    await home.pass_time(timedelta(hours=12))
    text = json.dumps(await diagnostics(home, "green-tokyo"), ensure_ascii=False)
    ours = [r.getMessage() for r in caplog.records if "octopus_japan" in r.name]
    login = home.simulator.world.households["green-tokyo"]
    assert ours
    for private in (
        login.email,
        login.password,
        login.viewer_id,
        login.accounts[0].number,
        home.spin("green-tokyo"),
    ):
        assert private not in text
        assert not [line for line in ours if private in line]


async def test_system_health_tells_the_allowance(home: Home) -> None:
    await home.sign_in("green-tokyo")
    assert await async_setup_component(home.hass, "system_health", {})
    await home.hass.async_block_till_done()
    info = await get_system_health_info(home.hass, DOMAIN)
    limit = home.simulator.points.limit
    assert str(await info["remaining_points"]).endswith(f"/ {limit}")
    info["can_reach_server"].close()
    home.simulator.faults.add("refused_field", field="rateLimitInfo")
    info = await get_system_health_info(home.hass, DOMAIN)
    assert await info["remaining_points"] == "unknown"
    info["can_reach_server"].close()


async def test_system_health_without_an_entry_names_the_service(home: Home) -> None:
    assert await async_setup_component(home.hass, DOMAIN, {})
    assert await async_setup_component(home.hass, "system_health", {})
    await home.hass.async_block_till_done()
    info = await get_system_health_info(home.hass, DOMAIN)
    assert "remaining_points" not in info
    info["can_reach_server"].close()


@pytest.mark.parametrize("households", [("unknown-tou",)])
async def test_a_learned_schedule_is_told_by_the_price_and_asks_nothing_of_the_user(
    home: Home,
) -> None:
    await home.sign_in("unknown-tou")
    issues = [
        issue for (domain, _), issue in ir.async_get(home.hass).issues.items() if domain == DOMAIN
    ]
    assert not issues
    price = home.state(home.spin("unknown-tou"), "current_price")
    assert price.attributes["sources"]["energy_charge"] == "learned"


async def test_only_what_is_no_longer_listed_may_be_removed(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    registry = dr.async_get(home.hass)
    gone = registry.async_get_or_create(
        config_entry_id=entry.entry_id, **device_info("0300000000000000000000", "account", None)
    )
    listed = registry.async_get_device_by_identifier(
        (DOMAIN, digest(home.spin("green-tokyo"))), entry.entry_id
    )
    assert listed is not None
    assert await async_remove_config_entry_device(home.hass, entry, gone)
    assert not await async_remove_config_entry_device(home.hass, entry, listed)
