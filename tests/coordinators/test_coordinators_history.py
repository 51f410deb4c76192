"""The clocks of readings in a running Home Assistant: what they ask for, what they store, and when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from home import NOW, Home
from homeassistant.components.recorder import get_instance
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import CoreState
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.kraken import (
    AuthFailure,
    HalfHourReadings,
    KrakenAuthError,
    ReadingPath,
)
from custom_components.octopus_japan.recorder import recorder_pass as recorder_pass_module
from custom_components.octopus_japan.recorder.recorder_pass import NotWrittenError
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.recorder.sync import Row, exact
from custom_components.octopus_japan.store import ChosenPath
from simulator.points import serial_number

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUSEHOLD = "simple-kansai"
READINGS = {
    "HalfHourlyReadings",
    "SupplyPointImport",
    "Measurements",
    "GenerationHalfHourlyReadings",
}

pytestmark = pytest.mark.parametrize("households", [(HOUSEHOLD,)])


@pytest.fixture
def since() -> None:
    """Six weeks of history: more than the first poll reads."""


def asked(home: Home) -> list[str]:
    """Return the requests for readings since the last call."""
    found = [request.operation for request in home.simulator.requests]
    home.simulator.requests.clear()
    return [name for name in found if name in READINGS]


async def stored(home: Home, statistic_id: str) -> list[Row]:
    return await Series(home.hass, statistic_id, "", "").async_read(LONG_AGO)


async def equal(home: Home, number: str, *, exported: bool = False) -> None:
    """Both statistics of a point equal the truth."""
    truth, now = home.simulator.truth, home.simulator.clock.now()
    energy = await stored(home, (return_id if exported else consumption_id)(digest(number)))
    money = await stored(home, (compensation_id if exported else cost_id)(digest(number)))
    hours = truth.hours(number, LONG_AGO, now)
    assert {row.start: exact(row.state) for row in energy} == hours
    assert exact(energy[-1].sum) == sum(hours.values())
    costs = truth.costs(number, LONG_AGO, now)
    assert {row.start for row in money} == costs.keys()
    assert all(abs(exact(row.state) - costs[row.start]) < Decimal("1e-6") for row in money)
    assert abs(exact(money[-1].sum) - sum(costs.values())) < Decimal("0.005")


def half_hour(days: float) -> datetime:
    at = NOW - timedelta(days=days)
    return at.replace(minute=0)


async def test_all_history_is_there_after_signing_in(home: Home) -> None:
    await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    await equal(home, spin)
    assert home.state(spin, "history_import").state == "100.0"
    # 42 days: the last 31, then the rest.
    assert asked(home) == ["HalfHourlyReadings"] * 2


async def test_a_poll_asks_once_and_without_news_writes_and_shows_nothing(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    readings = entry.runtime_data.readings
    shown = []
    readings.async_add_listener(lambda: shown.append(1))
    asked(home)
    with patch.object(recorder_pass_module, "import_statistics") as write:
        await readings.async_refresh()
    assert asked(home) == ["HalfHourlyReadings"]
    write.assert_not_called()
    assert not shown


async def test_the_windows_that_are_read_again(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    ways = entry.runtime_data.readings.ways(home.spin(HOUSEHOLD))
    windows: list[int] = []
    real = ways.fetch

    async def fetch(account: str, start: datetime, end: datetime, **options: Any) -> Any:
        windows.append((home.simulator.clock.now() - start).days)
        return await real(account, start, end, **options)

    with patch.object(ways, "fetch", fetch):
        await home.pass_time(timedelta(minutes=31))
        assert windows == [7]
        windows.clear()
        await home.pass_time(timedelta(days=1))
        # Daily to the start of the billing period before this one, 9 October: the windows of 31 days that touch it.
        assert windows[0] == 7
        assert max(windows) == 43
        assert len(windows) <= 4
        windows.clear()
        await home.pass_time(timedelta(hours=1))
        assert windows == [7]


async def test_a_correction_of_weeks_ago_arrives_with_the_daily_reading(home: Home) -> None:
    await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.correct(spin, half_hour(30), "4.56")
    await home.pass_time(timedelta(minutes=31))
    with pytest.raises(AssertionError):
        await equal(home, spin)
    await home.pass_time(timedelta(days=1))
    await equal(home, spin)


async def test_costs_only_of_the_periods_touched(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    pricing = entry.runtime_data.readings.pricing(spin)
    home.simulator.world.correct(spin, half_hour(1), "4.56")
    priced: list[int] = []
    real = type(pricing).price

    def price(self: Any, hours: Any) -> Any:
        priced.append(len(hours))
        return real(self, hours)

    with patch.object(type(pricing), "price", price):
        await home.pass_time(timedelta(minutes=31))
    start = pricing.period(half_hour(1)).start
    # Once, this billing period, of two and of 42 days.
    known = len(home.simulator.truth.hours(spin, start, home.simulator.clock.now()))
    assert known == priced[0] < 14 * 24
    assert len(priced) == 1
    await equal(home, spin)


async def test_statistics_that_the_user_clears_are_read_again(home: Home) -> None:
    await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    await home.pass_time(timedelta(minutes=31))
    for ids in (
        [consumption_id(digest(spin))],
        [cost_id(digest(spin))],
        [consumption_id(digest(spin)), cost_id(digest(spin))],
    ):
        get_instance(home.hass).async_clear_statistics(ids)
        await home.pass_time(timedelta(minutes=31))
        await home.pass_time(timedelta(minutes=31))
        await equal(home, spin)


async def test_history_while_the_recorder_stands_still(home: Home) -> None:
    """Set up before Home Assistant has started: fetched once, shown at once, written after."""
    home.hass.set_state(CoreState.starting)
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    assert asked(home) == ["HalfHourlyReadings"]
    assert await stored(home, consumption_id(digest(spin))) == []
    assert float(home.state(spin, "consumption_yesterday").state) > 0
    home.hass.set_state(CoreState.running)
    entry.runtime_data.readings.backfill.async_start()
    await home.settle()
    await equal(home, spin)
    assert asked(home) == ["HalfHourlyReadings"]


async def test_a_first_poll_that_fails_keeps_nothing_from_coming(home: Home) -> None:
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings", times=1)
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    # The first poll failed, and the import waits for nothing.
    assert entry.runtime_data.readings.backfill.progress(spin) == 1
    await home.pass_time(timedelta(minutes=31))
    await equal(home, spin)


@pytest.mark.parametrize("fault", ["http_500", "throttled"])
async def test_an_import_that_is_disturbed_waits_and_goes_on(home: Home, fault: Any) -> None:
    real = HalfHourReadings.half_hourly
    calls = []

    async def disturbed(client: HalfHourReadings, number: str, *window: Any) -> Any:
        calls.append(window)
        if len(calls) == 2:
            home.simulator.faults.add(fault, operation="HalfHourlyReadings", times=1)
        return await real(client, number, *window)

    with patch.object(HalfHourReadings, "half_hourly", disturbed):
        entry = await home.sign_in(HOUSEHOLD)
        spin = home.spin(HOUSEHOLD)
        importer = entry.runtime_data.readings.backfill
        assert importer.progress(spin) < 1
        importer.async_start()
        await home.settle()
        assert len(calls) == 2
        await home.pass_time(timedelta(minutes=61))
    assert importer.progress(spin) == 1
    await home.pass_time(timedelta(days=1))
    await equal(home, spin)


async def test_most_of_the_allowance_is_left_to_others(home: Home) -> None:
    viewer = home.simulator.world.households[HOUSEHOLD].viewer_id
    home.simulator.points.spend(viewer, 12_000)
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    importer = entry.runtime_data.readings.backfill
    assert asked(home) == ["HalfHourlyReadings"]
    assert importer.progress(spin) < 1
    assert float(home.state(spin, "history_import").state) < 100
    await home.pass_time(timedelta(minutes=61))
    assert importer.progress(spin) == 1


@pytest.mark.parametrize("fault", ["refused_field", "throttled"])
async def test_without_knowing_the_allowance(home: Home, fault: Any) -> None:
    options = {"field": "rateLimitInfo"} if fault == "refused_field" else {"operation": "RateLimit"}
    home.simulator.faults.add(fault, times=1, **options)
    entry = await home.sign_in(HOUSEHOLD)
    progress = entry.runtime_data.readings.backfill.progress(home.spin(HOUSEHOLD))
    assert (progress == 1) is (fault == "refused_field")


async def test_a_hole_is_asked_for_again_and_ever_more_rarely(home: Home) -> None:
    """No re-read by age reaches back to it: of a history of two years."""
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.withhold(spin, half_hour(38), half_hour(36), NOW + timedelta(days=400))
    entry = await home.sign_in(HOUSEHOLD)
    [first, *_] = entry.runtime_data.memory.parts.asked_windows[digest(spin)]
    assert first.empty == 0
    for hours, empty in ((1.1, 1), (1.1, 1), (5, 2), (6, 2), (19, 3)):
        await home.pass_time(timedelta(hours=hours))
        [known, *_] = entry.runtime_data.memory.parts.asked_windows[digest(spin)]
        assert known.empty == empty


async def test_a_long_time_off(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.simulator.clock.advance(timedelta(days=80))
    home.freezer.tick(timedelta(days=80))
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    await home.pass_time(timedelta(minutes=31))
    spin = home.spin(HOUSEHOLD)
    rows = await stored(home, consumption_id(digest(spin)))
    assert {row.start for row in rows} == set(
        home.simulator.truth.hours(spin, LONG_AGO, home.simulator.clock.now())
    )


async def test_removing_and_adding_the_entry_continues(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    before = await stored(home, cost_id(digest(spin)))
    await home.hass.config_entries.async_remove(entry.entry_id)
    with patch.object(recorder_pass_module, "import_statistics") as write:
        await home.sign_in(HOUSEHOLD)
    write.assert_not_called()
    assert await stored(home, cost_id(digest(spin))) == before
    await home.pass_time(timedelta(hours=3))
    await equal(home, spin)


async def test_two_entries_never_write_the_same_statistic(home: Home) -> None:
    one = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    two = await home.sign_in_with("another login", home.credentials(HOUSEHOLD))
    readings = two.runtime_data.readings
    assert readings.backfill.progress(spin) is None
    assert readings.data[spin].consumption == one.runtime_data.readings.data[spin].consumption
    # When the first goes, the other goes on.
    await home.hass.config_entries.async_remove(one.entry_id)
    await home.pass_time(timedelta(hours=3))
    assert readings.backfill.progress(spin) == 1
    await equal(home, spin)


async def test_a_poll_that_fails_shows_it_until_the_next(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings", times=1)
    await home.pass_time(timedelta(minutes=31))
    assert not entry.runtime_data.readings.last_update_success
    assert home.state(home.spin(HOUSEHOLD), "consumption_today").state == "unavailable"
    await home.pass_time(timedelta(minutes=31))
    assert home.state(home.spin(HOUSEHOLD), "consumption_today").state != "unavailable"


async def test_a_pass_that_fails_is_repeated(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    readings = entry.runtime_data.readings
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.correct(spin, half_hour(3), "4.56")
    with patch.object(recorder_pass_module, "import_statistics", return_value=False):
        await readings.async_refresh()
        await home.settle()
    # It is shown already.
    assert readings.data[spin].published_until is not None
    assert readings.meter(spin).held
    assert readings.backfill._timer is not None
    await home.pass_time(timedelta(minutes=6))
    assert readings.meter(spin).held is None
    await equal(home, spin)


# The action


async def test_reading_history_again(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.correct(spin, half_hour(41), "4.56")
    home.simulator.world.correct(spin, half_hour(20), "5.67")
    asked(home)
    await home.hass.services.async_call(
        DOMAIN, "reimport_history", {"start": "2025-10-01"}, blocking=True
    )
    await home.settle()
    await equal(home, spin)
    home.simulator.world.correct(spin, half_hour(41), "1.23")
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(spin)), entry.entry_id
    )
    assert device is not None
    call = {"device_id": device.id}
    await home.hass.services.async_call(DOMAIN, "reimport_history", call, blocking=True)
    await home.settle()
    await equal(home, spin)


async def test_reading_again_what_is_not_ours(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    account = next(iter(entry.runtime_data.account.data.accounts))
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(account)), entry.entry_id
    )
    assert device is not None
    for device_id in ("nothing", device.id):
        with pytest.raises(ServiceValidationError, match="device_id"):
            await home.hass.services.async_call(
                DOMAIN, "reimport_history", {"device_id": device_id}, blocking=True
            )
    await home.hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await home.hass.services.async_call(DOMAIN, "reimport_history", {}, blocking=True)


class TestWays:
    """Ways that the service closes."""

    async def test_an_account_without_half_hourly_readings(self, home: Home) -> None:
        home.simulator.faults.add("refused_field", field="halfHourlyReadings")
        entry = await home.sign_in(HOUSEHOLD)
        spin = home.spin(HOUSEHOLD)
        await equal(home, spin)
        for _ in range(3):
            await home.pass_time(timedelta(minutes=31))
        memory = entry.runtime_data.memory.parts
        assert memory.reading_paths[digest(spin)].recent is ReadingPath.SUPPLY_POINT
        # When it opens again, we go back within a day.
        home.simulator.faults.clear()
        await home.pass_time(timedelta(days=8))
        assert memory.reading_paths[digest(spin)] == ChosenPath()
        await equal(home, spin)

    async def test_an_account_whose_ways_are_all_closed_but_rest(self, home: Home) -> None:
        for field in ("halfHourlyReadings", "importReadings", "measurements"):
            home.simulator.faults.add("refused_field", field=field)
        login, spin = home.simulator.world.households[HOUSEHOLD], home.spin(HOUSEHOLD)
        data = {CONF_API_KEY: login.api_key, CONF_URL: home.simulator.url}
        entry = await home.sign_in_with(login.viewer_id, data)
        # No meter is told of the point, so that nobody knows its serial number.
        assert home.state(spin, "consumption_yesterday").state == "unavailable"
        menu = await home.hass.config_entries.options.async_init(entry.entry_id)
        configure = home.hass.config_entries.options.async_configure
        form = await configure(menu["flow_id"], {"next_step_id": "serial_number"})
        await configure(form["flow_id"], {"meter_serial_number": f" {serial_number(spin)} "})
        await home.settle()
        await equal(home, spin)
        for _ in range(3):
            await home.pass_time(timedelta(minutes=31))
        memory = entry.runtime_data.memory.parts
        assert memory.reading_paths[digest(spin)].recent is ReadingPath.REST
        told = await async_get_config_entry_diagnostics(home.hass, entry)
        assert serial_number(spin) not in str(told)

    async def test_rest_is_for_who_has_a_key(self, home: Home) -> None:
        home.leave_readings_out()
        entry = await home.sign_in(HOUSEHOLD)
        menu = await home.hass.config_entries.options.async_init(entry.entry_id)
        configure = home.hass.config_entries.options.async_configure
        result = await configure(menu["flow_id"], {"next_step_id": "serial_number"})
        assert result["reason"] == "no_api_key"

    async def test_an_account_with_nothing_older_than_31_days(self, home: Home) -> None:
        spin = home.spin(HOUSEHOLD)
        home.simulator.world.point(spin).unlisted_beyond_31_days = True
        entry = await home.sign_in(HOUSEHOLD)
        await equal(home, spin)
        memory = entry.runtime_data.memory.parts
        assert memory.reading_paths[digest(spin)].old is ReadingPath.SUPPLY_POINT
        await home.pass_time(timedelta(days=8))
        await equal(home, spin)


class TestInterruptions:
    """What stops the background, and what starts it again."""

    async def test_unloading_forgets_the_timer(self, home: Home) -> None:
        entry = await home.sign_in(HOUSEHOLD)
        importer = entry.runtime_data.readings.backfill
        home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
        importer.async_ask(home.spin(HOUSEHOLD))
        await home.settle()
        assert importer._timer is not None
        await home.hass.config_entries.async_unload(entry.entry_id)
        assert importer._timer is None

    async def test_a_rejected_credential_ends_it_until_someone_signs_in(self, home: Home) -> None:
        entry = await home.sign_in(HOUSEHOLD)
        readings = entry.runtime_data.readings
        error = KrakenAuthError("no", reason=AuthFailure.INVALID_CREDENTIALS)
        with patch.object(HalfHourReadings, "half_hourly", side_effect=error):
            readings.backfill.async_ask(home.spin(HOUSEHOLD))
            await home.settle()
        assert readings.backfill._timer is None
        assert readings.backfill.progress(home.spin(HOUSEHOLD)) == 0

    async def test_what_waits_is_shown(self, home: Home) -> None:
        entry = await home.sign_in(HOUSEHOLD)
        readings = entry.runtime_data.readings
        spin = home.spin(HOUSEHOLD)
        meter = readings.meter(spin)
        before = await meter.hours(half_hour(2))
        home.simulator.world.correct(spin, half_hour(1), "9.99")
        with patch.object(meter, "record", side_effect=NotWrittenError):
            await readings.async_refresh()
            await home.settle()
        assert meter.held
        assert await stored(home, consumption_id(digest(spin)))
        after = await meter.hours(half_hour(2))
        assert [row.start for row in after] == [row.start for row in before]
        assert sum(hour.kwh for hour in after) > sum(hour.kwh for hour in before)
        await home.pass_time(timedelta(minutes=31))
        assert not meter.held
        await equal(home, spin)

    async def test_without_any_reading_there_is_nothing_to_review(self, home: Home) -> None:
        home.simulator.faults.add("empty", field="halfHourlyReadings")
        home.simulator.faults.add("empty", field="importReadings")
        home.simulator.faults.add("empty", field="measurements")
        await home.sign_in(HOUSEHOLD)
        spin = home.spin(HOUSEHOLD)
        assert await stored(home, consumption_id(digest(spin))) == []
        home.simulator.faults.clear()
        await home.pass_time(timedelta(minutes=31))
        # What was asked for in vain is asked for again.
        await home.pass_time(timedelta(days=8))
        await equal(home, spin)
