"""Histories that once lost hours, each in a running Home Assistant; none of them has code of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import logging
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from home import NOW, Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.const import STATE_UNKNOWN
import pytest

from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.household.usage import ConsumptionPricing
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.kraken import HalfHourReadings, KrakenServiceError
from custom_components.octopus_japan.oejp.kraken.models import Reading
from custom_components.octopus_japan.recorder import recorder_pass as recorder_pass_module
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from custom_components.octopus_japan.recorder.sync import Row, exact
from custom_components.octopus_japan.store import AskedWindow

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUSEHOLD = "simple-kansai"
DAY = timedelta(days=1)

pytestmark = pytest.mark.parametrize("households", [(HOUSEHOLD,)])


@pytest.fixture
def since() -> None:
    """Six weeks of history: more than the first poll reads."""


async def rows(home: Home, name: Callable[[str], str], spin: str | None = None) -> list[Row]:
    series = Series(home.hass, name(digest(spin or home.spin(HOUSEHOLD))), "", "")
    return await series.async_read(LONG_AGO)


async def whole(home: Home) -> None:
    """No hour is missing, none is wrong, and each has its money."""
    spin, now = home.spin(HOUSEHOLD), home.simulator.clock.now()
    energy, money = await rows(home, consumption_id), await rows(home, cost_id)
    assert {row.start: exact(row.state) for row in energy} == home.simulator.truth.hours(
        spin, LONG_AGO, now
    )
    assert {row.start for row in money} == {row.start for row in energy}


async def clear(home: Home, *names: Callable[[str], str]) -> None:
    spin = digest(home.spin(HOUSEHOLD))
    recorder = get_instance(home.hass)
    recorder.async_clear_statistics([name(spin) for name in names])
    future = home.hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(future))
    await future


async def restart(home: Home, entry: Any, off: timedelta) -> None:
    """Unload the entry, and set it up again later."""
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.simulator.clock.advance(off)
    home.freezer.tick(off)
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()


@pytest.mark.parametrize("days", [20, 65, 180])
async def test_a_long_time_off(home: Home, days: int) -> None:
    """More than 62 days off left a hole for ever."""
    entry = await home.sign_in(HOUSEHOLD)
    await restart(home, entry, timedelta(days=days))
    await whole(home)
    await home.pass_time(timedelta(minutes=31))
    await whole(home)


async def test_statistics_that_are_cleared_in_the_middle_of_an_import(home: Home) -> None:
    readings = None
    real = None

    async def cleared(*args: Any, **options: Any) -> Any:
        assert real is not None
        found = await real(*args, **options)
        patched.stop()
        await clear(home, consumption_id, cost_id)
        return found

    entry = await home.sign_in(HOUSEHOLD)
    readings = entry.runtime_data.readings
    await clear(home, consumption_id, cost_id)
    ways = readings.ways(home.spin(HOUSEHOLD))
    real = ways.fetch
    patched = patch.object(ways, "fetch", cleared)
    patched.start()
    readings.backfill.async_ask(home.spin(HOUSEHOLD))
    await home.settle()
    await home.pass_time(timedelta(minutes=31))
    await whole(home)


async def test_cost_alone_that_is_cleared(home: Home) -> None:
    await home.sign_in(HOUSEHOLD)
    await home.pass_time(timedelta(minutes=31))
    await clear(home, cost_id)
    await home.pass_time(timedelta(minutes=31))
    await whole(home)


async def test_a_supply_that_began_earlier_than_was_told(home: Home) -> None:
    faults = home.simulator.faults
    faults.add("value", field="supplyStartAt", value="2025-11-01T00:00:00+09:00")
    entry = await home.sign_in(HOUSEHOLD)
    assert (await rows(home, consumption_id))[0].start > NOW - 21 * DAY
    faults.clear()
    await entry.runtime_data.account.async_ask_anew()
    # The window that it lies in was answered a moment ago.
    await home.pass_time(timedelta(hours=1.1))
    await whole(home)


async def test_asking_again_during_an_import_loses_nothing(home: Home) -> None:
    """A date in the middle of an unfinished import made it jump there; or the wish was dropped."""
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    entry = await home.sign_in(HOUSEHOLD)
    backfill = entry.runtime_data.readings.backfill
    home.simulator.faults.clear()
    backfill.async_ask(home.spin(HOUSEHOLD), NOW - 10 * DAY)
    backfill.async_ask(home.spin(HOUSEHOLD), NOW - 20 * DAY)
    await home.settle()
    await home.pass_time(timedelta(minutes=31))
    await whole(home)
    assert backfill.progress(home.spin(HOUSEHOLD)) == 1


async def test_a_window_that_could_not_be_written_is_read_again(home: Home) -> None:
    """In minutes: an hour later it would be asked for as a hole that came back empty."""
    with patch.object(recorder_pass_module, "import_statistics", return_value=False):
        await home.sign_in(HOUSEHOLD)
    await home.pass_time(timedelta(minutes=6))
    await whole(home)


async def test_what_polls_bring_is_stored_while_old_history_fails(home: Home) -> None:
    real = HalfHourReadings.half_hourly

    async def recent(client: HalfHourReadings, number: str, start: datetime, *more: Any) -> Any:
        if start < NOW - timedelta(days=31):
            raise KrakenServiceError("no history")
        return await real(client, number, start, *more)

    entry = await home.sign_in(HOUSEHOLD)
    await clear(home, consumption_id, cost_id)
    entry.runtime_data.memory.parts.asked_windows.clear()
    with patch.object(HalfHourReadings, "half_hourly", recent):
        await entry.runtime_data.readings.async_refresh()
        await home.settle()
    stored = await rows(home, consumption_id)
    truth = home.simulator.truth.hours(home.spin(HOUSEHOLD), NOW - 30 * DAY, NOW)
    assert {row.start: exact(row.state) for row in stored}.items() >= truth.items()
    await home.pass_time(timedelta(minutes=31))
    await whole(home)


async def test_an_entry_that_is_unloaded_asks_for_nothing(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    entry.runtime_data.readings.backfill.async_ask(home.spin(HOUSEHOLD))
    await home.settle()
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.simulator.requests.clear()
    await home.pass_time(timedelta(hours=2))
    assert not list(home.simulator.requests)


async def test_a_wish_outlives_a_restart(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.correct(spin, (NOW - 41 * DAY).replace(minute=0), "4.56")
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    entry.runtime_data.readings.backfill.async_ask(spin)
    await home.settle()
    home.simulator.faults.clear()
    await restart(home, entry, timedelta(minutes=1))
    await whole(home)


@pytest.mark.parametrize("wrong", ["2020-01-01T00:00:00+09:00", "2031-05-01T00:00:00+09:00"])
async def test_a_clock_that_was_wrong(
    home: Home, freezer: FrozenDateTimeFactory, wrong: str
) -> None:
    """Before supply began everything was "complete"; times in the future stopped re-reading."""
    freezer.move_to(datetime.fromisoformat(wrong))
    entry = await home.sign_in(HOUSEHOLD)
    freezer.move_to(NOW)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    await whole(home)


async def test_times_in_the_future_that_were_stored(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    parts = entry.runtime_data.memory.parts
    parts.asked_windows[digest(spin)] = [
        AskedWindow(window.start, NOW + 900 * DAY) for window in parts.asked_windows[digest(spin)]
    ]
    home.simulator.world.correct(spin, (NOW - 30 * DAY).replace(minute=0), "4.56")
    await home.pass_time(timedelta(minutes=31))
    await whole(home)


async def no_longer_listed(home: Home, entry: Any) -> None:
    """Supply ended two days ago, and the account lists the point no more; another one still is there."""
    spin = home.spin(HOUSEHOLD)
    home.simulator.world.end_supply(spin, (NOW - 2 * DAY).date())
    await entry.runtime_data.account.async_ask_anew()
    home.simulator.world.hide(spin)
    await entry.runtime_data.account.async_ask_anew()


async def test_a_point_that_is_no_longer_listed(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """It raised KeyError at every half hour, with its number in the log, and stopped the other points' work."""
    entry = await home.sign_in(HOUSEHOLD)
    spin, readings = home.spin(HOUSEHOLD), entry.runtime_data.readings
    before = await rows(home, consumption_id)
    await no_longer_listed(home, entry)
    assert spin not in readings.numbers()
    caplog.clear()
    readings.backfill.async_start()
    await readings.async_show([spin])
    await readings._async_new_day(NOW)
    await readings.async_refresh()
    await home.settle()
    assert "Traceback" not in caplog.text
    assert spin not in caplog.text
    assert await rows(home, consumption_id, spin) == before


@pytest.mark.parametrize("by_the_worker", [True, False])
async def test_a_point_that_goes_while_it_is_read(
    home: Home, caplog: pytest.LogCaptureFixture, by_the_worker: bool
) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin, readings = home.spin(HOUSEHOLD), entry.runtime_data.readings
    ways = readings.ways(spin)
    real = ways.fetch

    async def gone(*args: Any, **options: Any) -> Any:
        found = await real(*args, **options)
        await no_longer_listed(home, entry)
        return found

    if by_the_worker:
        readings.backfill.async_ask(spin)
    with patch.object(ways, "fetch", gone):
        await (home.settle() if by_the_worker else readings.async_refresh())
        await home.settle()
    assert readings.last_update_success
    assert spin not in readings.numbers()
    assert "Traceback" not in caplog.text


# Money


async def test_cost_sensors_show_what_the_rows_hold(home: Home) -> None:
    """They priced the rows anew: 0 yen, where the dashboard kept what was paid."""
    entry = await home.sign_in(HOUSEHOLD)
    spin, readings = home.spin(HOUSEHOLD), entry.runtime_data.readings
    shown = float(home.state(spin, "cost_yesterday").state)
    assert shown > 0
    unpriced = ConsumptionPricing(type(readings.book.tariff(spin))(()))
    home.simulator.world.correct(spin, (NOW - 2 * DAY).replace(minute=0), "0.01")
    with patch.object(readings, "pricing", return_value=unpriced):
        await home.pass_time(timedelta(minutes=31))
    assert float(home.state(spin, "cost_yesterday").state) == shown


async def test_what_is_not_known_is_unknown(home: Home) -> None:
    """Nothing of today is published yet, and nothing has a price."""
    readings = "custom_components.octopus_japan.coordinators.readings.ReadingsCoordinator"
    home.simulator.world.withhold(
        home.spin(HOUSEHOLD), NOW.replace(hour=0), NOW + 2 * DAY, NOW + 3 * DAY
    )
    with patch(f"{readings}.pricing", side_effect=lambda _: ConsumptionPricing(_no_tariff())):
        await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    assert home.state(spin, "consumption_today").state == STATE_UNKNOWN
    assert home.state(spin, "cost_today").state == STATE_UNKNOWN
    assert float(home.state(spin, "consumption_yesterday").state) > 0
    assert home.state(spin, "cost_yesterday").state == STATE_UNKNOWN


def _no_tariff() -> Any:
    from custom_components.octopus_japan.oejp.tariff import Tariff

    return Tariff(())


async def test_a_price_that_fails_is_told_once_and_costs_no_energy(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(ConsumptionPricing, "price", side_effect=ZeroDivisionError):
        entry = await home.sign_in(HOUSEHOLD)
        await home.pass_time(timedelta(hours=1))
        assert await rows(home, cost_id) == []
    told = [r for r in caplog.records if "ZeroDivisionError" in r.getMessage()]
    assert [record.levelno for record in told] == [logging.WARNING]
    # The next tariff, or the next start, tries again.
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    await whole(home)


async def test_money_is_compared_once_for_each_tariff(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin, readings = home.spin(HOUSEHOLD), entry.runtime_data.readings
    meter = readings.meter(spin)
    reviewed: list[Interval] = []
    real = meter.review

    async def review(span: Interval, pricing: Any) -> bool:
        reviewed.append(span)
        return await real(span, pricing)

    with patch.object(meter, "review", review):
        await home.pass_time(timedelta(minutes=31))
        assert reviewed == []
        with patch.object(readings, "pricing", return_value=ConsumptionPricing(_no_tariff())):
            await home.pass_time(timedelta(minutes=31))
        assert len(reviewed) == 1


async def test_a_defect_is_told_by_its_place_and_not_by_what_it_quotes(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw costs its own part; its message may quote a number."""
    entry = await home.sign_in(HOUSEHOLD)
    marker, book = "0399999999999999999999", entry.runtime_data.book
    tariff = book.tariff(home.spin(HOUSEHOLD))
    meter = entry.runtime_data.readings.meter(home.spin(HOUSEHOLD))
    room = "custom_components.octopus_japan.coordinators.tariff_book"
    with (
        patch.object(meter, "whole_hours", side_effect=KeyError(marker)),
        patch(f"{room}.supply_tariff", side_effect=KeyError(marker)),
    ):
        book.async_update()
        await home.pass_time(timedelta(minutes=31))
    assert book.tariff(home.spin(HOUSEHOLD)) == tariff
    told = {r.getMessage().partition(" at ")[0] for r in caplog.records if r.levelname == "ERROR"}
    assert told == {
        "The history of one point cannot be kept: KeyError",
        "No tariff of one supply point: KeyError",
    }
    assert "tariff_book.py:" in caplog.text
    assert marker not in caplog.text


# Values


@pytest.mark.parametrize("kwh", ["NaN", "-0.01", "100.01", "1E+21", "1e15"])
async def test_readings_that_cannot_be_are_left_out_and_told_once(
    home: Home, caplog: pytest.LogCaptureFixture, kwh: str
) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    before = await rows(home, consumption_id)
    meter = entry.runtime_data.readings.meter(home.spin(HOUSEHOLD))
    at = before[-3].start
    odd = Reading(start_at=at + timedelta(minutes=7), end_at=at + DAY, version="", value=Decimal(1))
    bad = Reading(start_at=at, end_at=at + DAY, version="", value=Decimal(kwh))
    for _ in range(2):
        given = [(reading.start_at, reading.value) for reading in (odd, bad)]
        assert not await meter.record(given, entry.runtime_data.readings.pricing(""))
        meter.hold(given)
        assert meter.held is None
    assert await rows(home, consumption_id) == before
    told = [r.getMessage() for r in caplog.records if "left out" in r.getMessage()]
    assert len(told) == 1
    assert "(2)" in told[0]
    assert home.spin(HOUSEHOLD) not in told[0]
