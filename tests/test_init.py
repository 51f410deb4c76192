"""Setting an entry up, taking it down, and what goes wrong in between."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
import logging
from typing import Any
from unittest.mock import patch

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.kraken.transport import TIMEOUT, Transport

ACCOUNT_CLOCK = timedelta(hours=12)
READINGS_CLOCK = timedelta(minutes=30)


async def test_an_entry_loads_and_unloads(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
    await home.hass.config_entries.async_unload(entry.entry_id)
    await home.settle()
    assert entry.state is ConfigEntryState.NOT_LOADED
    asked = len(home.simulator.requests)
    await home.pass_time(ACCOUNT_CLOCK)
    assert len(home.simulator.requests) == asked


FIRST = ["ObtainToken", "Viewer", "SupplyPoints", "Agreements"]


async def set_up(home: Home, household: str) -> MockConfigEntry:
    """Set an entry up, and wait for nothing that it does not wait for."""
    login = home.simulator.world.households[household]
    entry = MockConfigEntry(
        domain=DOMAIN, data=home.credentials(household), unique_id=login.viewer_id
    )
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(entry.entry_id)
    return entry


async def test_set_up_asks_for_accounts_and_agreements_only(home: Home) -> None:
    entry = await set_up(home, "green-tokyo")
    asked = [request.operation for request in home.simulator.requests]
    assert entry.state is ConfigEntryState.LOADED
    assert sorted(asked) == sorted(FIRST)
    # The entities are there, and know what needs no more; the rest is unknown, not unavailable.
    spin = home.spin("green-tokyo")
    assert float(home.state(spin, "fuel_cost_adjustment").state)
    assert home.state(spin, "consumption_yesterday").state == STATE_UNKNOWN
    await home.settle()
    assert float(home.state(spin, "consumption_yesterday").state) > 0


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_of_two_accounts_set_up_asks_two_documents_each_two_at_a_time(home: Home) -> None:
    most = now = 0
    original = Transport.send

    async def counted(self: Transport, *args: Any, **more: Any) -> Any:
        nonlocal most, now
        now += 1
        most = max(most, now)
        try:
            return await original(self, *args, **more)
        finally:
            now -= 1

    with patch.object(Transport, "send", counted):
        await set_up(home, "three-points-two-accounts")
        asked = Counter(request.operation for request in home.simulator.requests)
        assert asked == Counter(FIRST) + Counter(["SupplyPoints", "Agreements"])
        assert most == 2
        await home.settle()
    # Readings go on beside what the account clock asks for.
    assert most <= 4


async def test_no_bill_is_waited_for(home: Home) -> None:
    await set_up(home, "green-tokyo")
    assert not [r for r in home.simulator.requests if r.operation in {"Charges", "Statements"}]
    await home.settle()


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
@pytest.mark.parametrize(
    ("operations", "state"),
    [
        (["ObtainToken"], ConfigEntryState.SETUP_RETRY),
        (["Viewer"], ConfigEntryState.SETUP_RETRY),
        (["SupplyPoints"], ConfigEntryState.SETUP_RETRY),
        # The points are known: prices come later.
        (["Agreements"], ConfigEntryState.LOADED),
        (["SupplyPoints", "Agreements"], ConfigEntryState.SETUP_RETRY),
    ],
)
async def test_a_service_that_hangs_holds_set_up_for_one_time_out(
    home: Home, operations: list[str], state: ConfigEntryState
) -> None:
    faults = [home.simulator.faults.add("timeout", operation=name) for name in operations]
    at_once = 1 if operations[0] in {"ObtainToken", "Viewer"} else 2

    def hanging() -> int:
        return sum(fault.fired for fault in faults)

    task = asyncio.ensure_future(set_up(home, "three-points-two-accounts"))
    while hanging() < at_once:
        await home.hass.async_add_executor_job(int)
    # The event loop's time is made up too; a timer that is due at this very moment does not go off yet.
    home.freezer.tick(timedelta(seconds=(TIMEOUT.total or 0), milliseconds=1))
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    while entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
        # Time stands still from here on: whatever was asked now would be waited for without end.
        assert hanging() == at_once
        await home.hass.async_add_executor_job(int)
    assert entry.state is state
    await task
    if state is ConfigEntryState.LOADED:
        spin = home.spin("three-points-two-accounts")
        assert home.state(spin, "current_price").state == STATE_UNKNOWN
    await home.hass.config_entries.async_unload(entry.entry_id)


async def test_a_reload_asks_for_nothing_old_again(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    asked = len(home.simulator.requests)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    again = [request.operation for request in home.simulator.requests[asked:]]
    assert again.count("HalfHourlyReadings") <= 3
    assert "Charges" not in again


async def test_removal_keeps_the_statistics(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    await home.hass.config_entries.async_remove(entry.entry_id)
    await home.settle()
    stored = await get_instance(home.hass).async_add_executor_job(list_statistic_ids, home.hass)
    spin = home.spin("green-tokyo")
    assert {item["statistic_id"] for item in stored} >= {
        f"octopus_japan:electricity_{digest(spin)}_consumption",
        f"octopus_japan:electricity_{digest(spin)}_cost",
    }


async def test_accounts_and_supply_points_are_devices(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    household = home.simulator.world.households["green-tokyo"]
    registry = dr.async_get(home.hass)
    account, point = (
        registry.async_get_device_by_identifier((DOMAIN, digest(number)), entry.entry_id)
        for number in (household.accounts[0].number, home.spin("green-tokyo"))
    )
    assert account is not None
    assert point is not None
    assert point.via_device_id == account.id
    assert point.model == "KKオクトパス"
    assert point.configuration_url == "https://octopusenergy.co.jp/"
    assert account.entry_type is point.entry_type is dr.DeviceEntryType.SERVICE


async def test_a_rejected_credential_starts_a_reauthentication_and_is_not_sent_again(
    home: Home,
) -> None:
    login = home.simulator.world.households["green-tokyo"]
    known = login.password
    object.__setattr__(login, "password", "changed meanwhile")
    entry = await home.sign_in_with(
        login.viewer_id, home.credentials("green-tokyo") | {"password": known}
    )
    assert entry.state is ConfigEntryState.SETUP_ERROR
    flows = home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    asked = len(home.simulator.requests)
    await home.pass_time(timedelta(hours=1))
    assert len(home.simulator.requests) == asked


@pytest.mark.parametrize("fault", ["http_500", "http_502", "html", "truncated"])
async def test_a_service_that_is_down_is_tried_again(home: Home, fault: str) -> None:
    home.simulator.faults.add(fault)
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    home.simulator.faults.clear()
    await home.pass_time(timedelta(minutes=1))
    assert entry.state is ConfigEntryState.LOADED


async def test_throttling_is_waited_for(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    home.simulator.faults.add("throttled", operation="HalfHourlyReadings")
    await home.pass_time(READINGS_CLOCK)
    assert not entry.runtime_data.readings.last_update_success
    assert home.state(home.spin("green-tokyo"), "consumption_today").state == STATE_UNAVAILABLE
    home.simulator.faults.clear()
    await home.pass_time(timedelta(hours=1))
    assert home.state(home.spin("green-tokyo"), "consumption_today").state != STATE_UNAVAILABLE


OPTIONAL = (
    "supplyPeriods",
    "intervalReadings",
    "nextReadingDate",
    "electricityGenerationPoints",
    "balance",
    "ledgers",
    "charges",
    "metiCredits",
    "rateLimitInfo",
)


# Without billing periods the day of the month on which supply began stands in, which here is the meter reading's.
@pytest.mark.parametrize("since", [date(2025, 10, 18)])
@pytest.mark.parametrize("fault", ["refused_field", "removed_field"])
async def test_price_and_usage_survive_the_loss_of_everything_else(home: Home, fault: str) -> None:
    for field in OPTIONAL:
        home.simulator.faults.add(fault, field=field)
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
    spin = home.spin("green-tokyo")
    assert home.state(spin, "current_price").state == "25.44"
    assert float(home.state(spin, "consumption_yesterday").state) > 0


async def test_usage_survives_the_loss_of_the_agreements(home: Home) -> None:
    home.simulator.faults.add("refused_field", field="agreements")
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    price = home.state(spin, "current_price")
    assert price.state == STATE_UNKNOWN
    assert price.attributes["reason"] == "no_agreement"
    assert float(home.state(spin, "consumption_yesterday").state) > 0


async def test_prices_survive_the_loss_of_the_readings(home: Home) -> None:
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
    spin = home.spin("green-tokyo")
    # Its price depends on the use, of which nothing is known yet; what does not, is told.
    price = home.state(spin, "current_price")
    assert price.state == STATE_UNKNOWN
    assert price.attributes["reason"] == "use_unknown"
    fuel = home.simulator.truth.price(spin, home.simulator.clock.now(), Decimal(0)).fuel
    assert Decimal(home.state(spin, "fuel_cost_adjustment").state) == fuel
    assert home.state(spin, "consumption_yesterday").state == STATE_UNAVAILABLE
    home.simulator.faults.clear()
    await home.pass_time(READINGS_CLOCK)
    assert home.state(spin, "current_price").state == "25.44"
    assert float(home.state(spin, "consumption_yesterday").state) > 0


async def test_a_product_nulled_by_a_passing_fault_keeps_its_price(home: Home) -> None:
    await home.sign_in("green-tokyo")
    home.simulator.faults.add("internal_error", field="product")
    await home.pass_time(ACCOUNT_CLOCK)
    assert home.state(home.spin("green-tokyo"), "current_price").state == "25.44"


@pytest.mark.parametrize("households", [("moved",)])
async def test_every_account_and_supply_point_of_the_login_is_found(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("moved")
    household = home.simulator.world.households["moved"]
    assert len(household.accounts) == 2
    for account in household.accounts:
        assert home.state(account.number, "balance").state == str(account.balance)
    # A plan of one price has no bands: the price alone.
    assert float(home.state(household.supply_points[-1].spin, "current_price").state) > 0


async def test_what_set_up_fails_by_is_not_said_at_each_try(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.simulator.faults.add("http_503")
    entry = await home.sign_in("green-tokyo")
    for _ in range(4):
        await home.pass_time(timedelta(minutes=3))
    assert entry.state is ConfigEntryState.SETUP_RETRY
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.octopus_japan")
        and record.levelno >= logging.WARNING
    ]
    assert said == []
    assert "not ready yet: The service cannot be reached" in caplog.text
    home.simulator.faults.clear()
    await home.pass_time(timedelta(minutes=10))
    assert entry.state is ConfigEntryState.LOADED
