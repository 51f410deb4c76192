"""Several points of one login: what happens to one of them happens to no other."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from home import Home
import pytest

from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id
from custom_components.octopus_japan.recorder.sync import exact

HOUSEHOLD = "three-points-two-accounts"

pytestmark = pytest.mark.parametrize("households", [(HOUSEHOLD,)])


def asked(home: Home) -> list[str]:
    """Return the requests for readings since the last call."""
    found = [request.operation for request in home.simulator.requests]
    home.simulator.requests.clear()
    return [name for name in found if name == "HalfHourlyReadings"]


async def test_a_point_that_fails_keeps_nothing_from_the_others(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    readings = entry.runtime_data.readings
    barn = home.simulator.world.households[HOUSEHOLD].accounts[1].supply_points[0].identifier
    others = [spin for spin in readings.numbers() if spin != barn]
    fault = home.simulator.faults.add("http_500", operation="HalfHourlyReadings", point=barn)
    await home.pass_time(timedelta(hours=7))
    assert fault.fired
    assert readings.last_update_success
    assert home.state(barn, "consumption_today").state == "unavailable"
    now = home.simulator.clock.now()
    for spin in others:
        assert home.state(spin, "consumption_today").state not in {"unavailable", "unknown"}
        hours = home.simulator.truth.hours(spin, now - timedelta(days=3), now)
        stored = await readings.meter(spin).hours(now - timedelta(days=3))
        assert {hour.start: hour.kwh for hour in stored} == hours
    home.simulator.faults.remove(fault)
    await home.pass_time(timedelta(minutes=31))
    shown = home.state(barn, "consumption_billing_period").state
    assert shown not in {"unavailable", "unknown"}

    # A short list says nothing of a point: what is known of it stays, whether another way tells more or not.
    home.simulator.faults.add("empty_list", field="properties")
    home.simulator.faults.add("refused_field", field="importReadings")
    await home.pass_time(timedelta(minutes=31))
    assert home.state(barn, "consumption_billing_period").state == shown
    home.simulator.faults.clear()
    short = home.simulator.faults.add("empty_list", field="properties")
    now = home.simulator.clock.now()
    await home.pass_time(timedelta(days=2))
    assert short.fired
    hours = home.simulator.truth.hours(barn, now, home.simulator.clock.now())
    stored = await readings.meter(barn).hours(now.replace(minute=0, second=0, microsecond=0))
    assert {hour.start: hour.kwh for hour in stored if hour.start >= now} == hours != {}


@pytest.mark.parametrize("since", [None])
async def test_an_import_asks_an_account_once_for_the_windows_of_all_its_points(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    windows = Counter(
        (names["accountNumber"], names["start"], names["end"])
        for request in home.simulator.requests
        if request.operation == "HalfHourlyReadings" and (names := request.variables)
    )
    assert len(windows) > 4
    assert set(windows.values()) == {1}
    readings = entry.runtime_data.readings
    for spin in readings.numbers():
        now, long_ago = home.simulator.clock.now(), datetime(2020, 1, 1, tzinfo=UTC)
        rows = await Series(home.hass, consumption_id(digest(spin)), "", "").async_read(long_ago)
        true = home.simulator.truth.hours(spin, long_ago, now)
        assert {row.start: exact(row.state) for row in rows} == true


async def test_a_credential_that_is_rejected_ends_the_background(home: Home) -> None:
    """The other points would be refused too, and each further attempt brings the login nearer to being locked."""
    entry = await home.sign_in(HOUSEHOLD)
    readings = entry.runtime_data.readings
    await home.pass_time(timedelta(minutes=31))
    simulator = home.simulator
    simulator.world.households[HOUSEHOLD].password = "changed"
    simulator.tokens.forget()
    simulator.faults.add("expired_token", operation="HalfHourlyReadings")
    asked(home)
    for spin in readings.numbers():
        readings.backfill.async_ask(spin)
    await home.settle()
    assert asked(home) == ["HalfHourlyReadings"]
    # A pause would end now; nothing is asked for until the next poll, which asks the user.
    await home.pass_time(timedelta(minutes=6))
    assert asked(home) == []
    await home.pass_time(timedelta(minutes=31))
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]
