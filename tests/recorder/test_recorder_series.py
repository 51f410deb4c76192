"""A statistic in the real recorder; each of the fourteen traps of the recorder by its number."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
import random
import threading
from time import sleep
from typing import Any, override
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.components.recorder import Recorder, statistics as recorder_statistics
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_metadata,
    valid_statistic_id,
)
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant
from sqlalchemy.exc import OperationalError

from custom_components.octopus_japan.recorder import series as series_module
from custom_components.octopus_japan.recorder.claims import async_claim, async_release
from custom_components.octopus_japan.recorder.series import (
    ClaimedError,
    NotWrittenError,
    Series,
    Stored,
)
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.recorder.sync import Hours, Row

type Values = Callable[..., dict[datetime, Decimal]]

SPIN = "0300000000000000000000"
START = datetime(2026, 6, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def series(recorder_mock: Recorder, hass: HomeAssistant) -> Series:
    """The consumption of a supply point, written by the entry "one"."""
    return Series(hass, consumption_id(SPIN), "Consumption", "kWh", entry_id="one")


@pytest.fixture
def hours() -> Values:
    """Return values by hour: hours("0.1", None, "0.2", first=3) has the hours 3 and 5 after START."""

    def build(*values: str | None, first: int = 0) -> dict[datetime, Decimal]:
        return {
            START + timedelta(hours=first + index): Decimal(value)
            for index, value in enumerate(values)
            if value is not None
        }

    return build


@dataclass(slots=True)
class Block(RecorderTask):
    """Keep the recorder's thread busy."""

    go_on: threading.Event = field(default_factory=threading.Event)

    @override
    def run(self, instance: Recorder) -> None:
        assert self.go_on.wait(10)


@pytest.fixture
async def block(recorder_mock: Recorder) -> AsyncGenerator[Block]:
    """A recorder that is busy until told otherwise."""
    task = Block()
    recorder_mock.queue_task(task)
    yield task
    task.go_on.set()


@pytest.fixture
def broken() -> Any:
    """Imports that fail for good, as with a full disk."""
    error = OperationalError("INSERT", {}, Exception("database or disk is full"))
    return patch.object(recorder_statistics, "_import_statistics_with_session", side_effect=error)


async def stored(series: Series) -> list[tuple[float, float]]:
    return [(row.state, row.sum) for row in (await series.read(START - timedelta(days=99))).rows]


async def recorded(hass: HomeAssistant, recorder: Recorder, statistic_id: str) -> dict[str, Any]:
    found = await recorder.async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={statistic_id})
    )
    metadata = dict(found[statistic_id][1])
    metadata.pop("has_mean", None)
    return metadata


async def synchronize(hass: HomeAssistant, recorder: Recorder) -> None:
    future = hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(future))
    await asyncio.wait_for(future, 10)


# The whole pass


async def test_a_pass_writes_and_repeating_it_does_not(series: Series, hours: Values) -> None:
    written = await series.update(hours("0.1", "0.2"))
    assert written == [Row(START, 0.1, 0.1), Row(START + HOUR, 0.2, 0.3)]
    assert await stored(series) == [(0.1, 0.1), (0.2, 0.3)]
    assert await series.update(hours("0.1", "0.2")) == []
    assert await series.update(hours("0.3", first=2)) == [Row(START + 2 * HOUR, 0.3, 0.6)]


async def test_nothing_to_write(series: Series) -> None:
    assert await series.update({}) == []
    assert await series.update(Hours({}, {}, START)) == []
    assert await series.first() is None
    assert await series.last() is None
    series.write([])
    assert await series.written()


async def test_half_an_hour_never_replaces_a_stored_one(series: Series, hours: Values) -> None:
    await series.update(hours("1", "2"))
    one, three = hours("0.5", None, None, "0.7").items()
    marked = Row(START + 3 * HOUR, 0.7, 3.7, START + 3 * HOUR)
    await series.update(Hours({START + 4 * HOUR: Decimal(1)}, dict([one, three])))
    assert await stored(series) == [(1, 1), (2, 3), (0.7, 3.7), (1, 4.7)]
    assert (await series.read(START + 3 * HOUR)).rows[0] == marked
    await series.update(Hours({}, hours("0.8", first=3)))
    assert await stored(series) == [(1, 1), (2, 3), (0.8, 3.8), (1, 4.8)]
    await series.update(Hours(hours("0.9", first=3)))
    assert await stored(series) == [(1, 1), (2, 3), (0.9, 3.9), (1, 4.9)]


async def test_first_and_last(series: Series, hours: Values) -> None:
    await series.update(hours("1", "2", None, "3"))
    assert await series.first() == Row(START, 1, 1)
    assert await series.last() == Row(START + 3 * HOUR, 3, 6)
    assert (await series.last()).start.tzinfo is UTC


async def test_differing(series: Series, hours: Values) -> None:
    await series.update(hours("1", "2", None, "4"))
    asked = hours("1", "2.5", "3", "4", "5")
    assert await series.differing(asked) == hours(None, "2.5", "3", None, "5")
    assert await series.differing({}) == {}


async def test_span(series: Series, hours: Values) -> None:
    assert await series.span() == (None, None)
    await series.update(hours("1", "2"))
    assert await series.span() == (Row(START, 1, 1), Row(START + HOUR, 2, 3))


async def test_random_passes_end_in_the_truth(series: Series, hours: Values) -> None:
    chance = random.Random(4)
    truth = {START + n * HOUR: Decimal(chance.randrange(3000)) / 1000 for n in range(100)}
    for _ in range(25):
        start = chance.randrange(100)
        await series.update(
            {
                START + n * HOUR: Decimal(chance.randrange(9)) / 10
                for n in range(start, min(100, start + chance.randrange(30)))
                if chance.random() < 0.7
            }
        )
    await series.update(truth)
    total = Decimal(0)
    expected = []
    for value in truth.values():
        total += value
        expected.append((float(value), float(total)))
    assert await stored(series) == expected


async def test_passes_wait_for_each_other(series: Series, hours: Values) -> None:
    """One lock for passes and actions, whichever object they use."""
    other = Series(series._hass, series.statistic_id, "Consumption", "kWh", entry_id="one")
    await asyncio.gather(
        *(s.update(hours("1", first=n)) for n in range(5) for s in (series, other))
    )
    assert await stored(series) == [(1, n + 1) for n in range(5)]


# Traps


async def test_1_a_write_that_fails_is_reported(
    series: Series, hours: Values, broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await series.update(hours("1"))
    with broken, pytest.raises(NotWrittenError, match="read back"):
        await series.update(hours("2", "3"))
    assert await stored(series) == [(1, 1)]
    # It may have been put behind other jobs: nothing is written on top before that can be told.
    with pytest.raises(NotWrittenError, match="earlier write"):
        await series.update(hours("3", first=1))
    with pytest.raises(NotWrittenError, match="earlier write"):
        series.write([Row(START, 1, 1)])
    with patch.object(series_module, "LOST_AFTER", 0):
        assert await series.update(hours("2", "3")) == [
            Row(START, 2, 2),
            Row(START + HOUR, 3, 5),
        ]
    assert "dropped a write" in caplog.text
    assert await stored(series) == [(2, 2), (3, 5)]


async def test_1_a_failed_correction_is_noticed_though_the_last_row_is_the_same(
    series: Series, hours: Values, broken: Any
) -> None:
    await series.update(hours("1", "2", "5"))
    with broken, pytest.raises(NotWrittenError):
        await series.update(hours("2", "1"))


async def test_1_a_write_that_is_tried_again_behind_later_jobs(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    """A deadlock: the job goes behind the wait. The next pass finds it done and builds upon it."""
    await series.update(hours("1"))
    real, unlocked = recorder_statistics.import_statistics, threading.Event()

    def deadlocked(*args: Any) -> bool:
        if unlocked.is_set():
            return real(*args)
        sleep(0.01)
        return False

    with patch.object(recorder_statistics, "import_statistics", side_effect=deadlocked):
        with pytest.raises(NotWrittenError, match="read back"):
            await series.update(hours("2", "3"))
        with pytest.raises(NotWrittenError, match="earlier write"):
            await series.update(hours("4", first=2))
        unlocked.set()
        await synchronize(hass, recorder_mock)
        assert await series.update(hours("4", first=2)) == [Row(START + 2 * HOUR, 4, 9)]
    assert await stored(series) == [(2, 2), (3, 5), (4, 9)]


async def test_1_a_pass_waits_for_an_earlier_write(
    series: Series, block: Block, hours: Values
) -> None:
    """Read before the write is in, a short answer would start again from 0."""
    series.write([Row(START, 1, 1), Row(START + HOUR, 1, 2)])
    short = asyncio.ensure_future(series.update(hours("1", first=2)))
    await asyncio.sleep(0.1)
    assert not short.done()
    block.go_on.set()
    assert await short == [Row(START + 2 * HOUR, 1, 3)]


async def test_1_the_queued_write_is_known_after_a_reload(
    hass: HomeAssistant, series: Series, hours: Values, broken: Any
) -> None:
    with broken, pytest.raises(NotWrittenError):
        await series.update(hours("1"))
    async_release(hass, "one")
    again = Series(hass, series.statistic_id, "Consumption", "kWh", entry_id="two")
    with pytest.raises(NotWrittenError, match="earlier write"):
        await again.update(hours("1"))


async def test_1_a_busy_recorder_is_not_waited_for_forever(
    series: Series, block: Block, hours: Values, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(series_module, "WRITE_TIMEOUT", 0.05):
        with pytest.raises(NotWrittenError, match="read back"):
            await series.update(hours("1"))
        with (
            patch.object(series_module, "LOST_AFTER", 0),
            pytest.raises(NotWrittenError, match="earlier write"),
        ):
            await series.update(hours("1"))
    block.go_on.set()
    with patch.object(series_module, "LOST_AFTER", 0):
        assert await series.update(hours("1")) == []
    assert "dropped" not in caplog.text
    assert await stored(series) == [(1, 1)]


async def test_1_a_later_write_is_not_taken_for_an_earlier_one(
    hass: HomeAssistant, series: Series, block: Block, hours: Values
) -> None:
    """Two wait for one write; the slower must not strike the next one off."""
    series.write([Row(START, 1, 1)])
    queued = series._claim.queued
    waits = [asyncio.ensure_future(series.written()) for _ in range(2)]
    await asyncio.sleep(0)
    later = series_module.Queued(Row(START, 9, 9), Row(START, 9, 9), 0)
    series._claim.queued = later
    block.go_on.set()
    assert await asyncio.gather(*waits) == [True, True]
    assert series._claim.queued is later
    assert queued is not later


async def test_2_nothing_is_queued_or_awaited_before_start(
    async_setup_recorder_instance: Any, hass: HomeAssistant, hours: Values
) -> None:
    hass.set_state(CoreState.not_running)
    recorder = await async_setup_recorder_instance(hass)
    series = Series(hass, consumption_id(SPIN), "Consumption", "kWh", entry_id="one")
    backlog = recorder.backlog
    async with asyncio.timeout(1):
        assert not await series.written()
        with pytest.raises(NotWrittenError):
            await series.update(hours("1"))
        with pytest.raises(NotWrittenError):
            series.write([Row(START, 1, 1)])
        # Reading does no harm.
        assert await series.read(START) == Stored([], 0.0)
        assert await series.last() is None
    assert recorder.backlog == backlog

    # The queue stands still.
    future = hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(future))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(future), 0.1)

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await future
    assert len(await series.update(hours("1"))) == 1


async def test_3_waits_while_an_import_runs(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    running, go_on = threading.Event(), threading.Event()
    real = recorder_statistics._import_statistics_with_session

    def slow(*args: Any) -> bool:
        running.set()
        assert go_on.wait(10)
        return real(*args)

    with patch.object(recorder_statistics, "_import_statistics_with_session", side_effect=slow):
        task = asyncio.ensure_future(series.update(hours("1")))
        assert await hass.async_add_executor_job(running.wait, 10)
        await asyncio.sleep(0.1)
        assert not task.done()
        go_on.set()
        assert len(await task) == 1
    assert await stored(series) == [(1, 1)]


async def test_4_the_rows_given_are_copied(series: Series, block: Block) -> None:
    rows = [Row(START.astimezone(ZoneInfo("Asia/Tokyo")), 1, 1)]
    series.write(rows)
    rows.clear()
    block.go_on.set()
    assert await series.written()
    assert await stored(series) == [(1, 1)]


async def test_5_a_correction_moves_every_later_sum(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    await series.update(hours("1", "1", "1", "1"))
    await series.update(hours("9", first=1))
    assert await stored(series) == [(1, 1), (9, 10), (1, 11), (1, 12)]
    assert await changes(hass, recorder_mock, series) == [1, 9, 1, 1]


async def changes(hass: HomeAssistant, recorder: Recorder, series: Series) -> list[float]:
    """The bars that Home Assistant draws."""
    found = await recorder.async_add_executor_job(
        recorder_statistics.statistics_during_period,
        hass,
        START - timedelta(days=99),
        None,
        {series.statistic_id},
        "hour",
        None,
        {"change"},
    )
    return [round(row["change"], 6) for row in found[series.statistic_id]]


async def test_6_the_first_bar_is_the_first_hour_also_with_history_in_front(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    await series.update(hours("5", "1"))
    assert await changes(hass, recorder_mock, series) == [5, 1]
    written = await series.update(hours("2", "3", first=-50))
    assert len(written) == 4
    assert await changes(hass, recorder_mock, series) == [2, 3, 5, 1]
    assert (await series.first()).start == START - 50 * HOUR


async def test_7_an_adjustment_by_the_user_is_kept(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    await series.update(hours("1", "1", "1"))
    recorder_mock.async_adjust_statistics(series.statistic_id, START + HOUR, 100.0, "kWh")
    await synchronize(hass, recorder_mock)
    assert await series.update(hours("1", "1", "1")) == []
    await series.update(hours("2", "1", "1", "1"))
    assert await stored(series) == [(2, 2), (1, 103), (1, 104), (1, 105)]


async def test_7_an_adjustment_while_a_write_waits_does_not_look_like_a_failure(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, block: Block
) -> None:
    series.write([Row(START, 1, 1)])
    recorder_mock.async_adjust_statistics(series.statistic_id, START, 100.0, "kWh")
    block.go_on.set()
    assert await series.written()
    assert await stored(series) == [(1, 101)]


async def test_8_doubles_return_exactly(series: Series, hours: Values) -> None:
    answer = hours(*(["0.1", "0.2", "0.7", "0.001"] * 50))
    await series.update(answer)
    assert await series.update(answer) == []
    assert (await series.last()).sum == 50.05
    # The sum before a window comes from a change, which is not exact.
    sums = [float(total) for total in accumulate(answer.values())]
    inexact = [n for n in range(1, 200) if sums[n] - (sums[n] - sums[n - 1]) != sums[n - 1]]
    assert inexact
    for n in inexact[:20]:
        assert (await series.read(START + n * HOUR)).before == sums[n - 1]


async def test_9_metadata(hass: HomeAssistant, recorder_mock: Recorder, hours: Values) -> None:
    expected = {"mean_type": StatisticMeanType.NONE, "has_sum": True, "source": "octopus_japan"}
    for statistic_id, unit, unit_class in (
        (consumption_id(SPIN), "kWh", "energy"),
        (cost_id(SPIN), "JPY", None),
    ):
        series = Series(hass, statistic_id, "Name", unit, entry_id="one")
        await series.update(hours("1"))
        assert await recorded(hass, recorder_mock, statistic_id) == expected | {
            "name": "Name",
            "statistic_id": statistic_id,
            "unit_class": unit_class,
            "unit_of_measurement": unit,
        }


async def test_9_a_name_of_the_user_is_kept_and_a_wrong_unit_is_not(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    """Units of external statistics are only ever relabelled, never converted: the rows are still kWh."""
    await series.update(hours("1", "2", "3"))
    mine = {"name": "Mine", "unit_class": None, "unit_of_measurement": "carrots"}
    async_add_external_statistics(hass, series._metadata | mine, [])
    recorder_mock.async_change_statistics_unit(
        series.statistic_id, new_unit_of_measurement="Wh", old_unit_of_measurement="kWh"
    )
    await synchronize(hass, recorder_mock)
    assert await series.update(hours("1", "2", "3")) == []
    await series.update(hours("4", first=1))
    assert await stored(series) == [(1, 1), (4, 5), (3, 8)]
    metadata = await recorded(hass, recorder_mock, series.statistic_id)
    assert (metadata["name"], metadata["unit_class"]) == ("Mine", "energy")
    assert metadata["unit_of_measurement"] == "kWh"


async def test_9_without_a_name_ours_is_given(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    await series.update(hours("1"))
    async_add_external_statistics(hass, series._metadata | {"name": None}, [])
    await synchronize(hass, recorder_mock)
    await series.update(hours("2"))
    metadata = await recorded(hass, recorder_mock, series.statistic_id)
    assert metadata["name"] == "Consumption"


async def test_10_statistics_cleared_by_the_user_start_again(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    await series.update(hours("1", "1", "1"))
    recorder_mock.async_clear_statistics([series.statistic_id])
    await synchronize(hass, recorder_mock)
    assert await series.first() is None
    await series.update(hours("2", first=5))
    assert await stored(series) == [(2, 2)]


async def test_11_reading_the_last_row_twice(series: Series, hours: Values) -> None:
    """The look-up empties the set of types it is passed."""
    assert await series.last() is None
    await series.update(hours("1"))
    assert await series.last() == await series.last() == Row(START, 1, 1)


async def test_11_everything_reads_in_the_recorders_executor(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    threads = set()
    real = recorder_statistics.get_metadata

    def spy(*args: Any, **kwargs: Any) -> Any:
        threads.add(threading.current_thread().name)
        return real(*args, **kwargs)

    with patch.object(series_module, "get_metadata", side_effect=spy):
        await series.update(hours("1"))
        await series.read(START)
        await series.first()
        await series.last()
    assert threads
    assert all(name.startswith("DbWorker") for name in threads)


async def test_12_baseline_of_a_window(series: Series, hours: Values) -> None:
    assert await series.read(START) == Stored([], 0.0)
    await series.update(hours("1", "2", None, None, "4"))
    last = Row(START + 4 * HOUR, 4, 7)
    assert await series.read(START - HOUR) == Stored(
        [Row(START, 1, 1), Row(START + HOUR, 2, 3), last], 0
    )
    assert await series.read(START + HOUR, START + 2 * HOUR) == Stored([Row(START + HOUR, 2, 3)], 1)
    assert await series.read(START + 2 * HOUR) == Stored([last], 3)
    # Without a row in the window: from the row after it, or from the last one.
    assert await series.read(START + 2 * HOUR, START + 3 * HOUR) == Stored([], 3)
    assert await series.read(START + 9 * HOUR, START + 10 * HOUR) == Stored([], 7)
    assert await series.read(START + 9 * HOUR) == Stored([], 7)
    assert await series.read(START - 9 * HOUR, START - 8 * HOUR) == Stored([], 0)


async def test_5_rows_without_numbers_are_filled_in(
    hass: HomeAssistant, recorder_mock: Recorder, series: Series, hours: Values
) -> None:
    """Somebody else's import of a row without state or sum."""
    await series.update(hours("1"))
    async_add_external_statistics(
        hass,
        series._metadata,
        [{"start": START + HOUR, "state": 5.0}, {"start": START + 2 * HOUR, "sum": 5.0}],
    )
    await synchronize(hass, recorder_mock)
    assert await stored(series) == [(1, 1)]
    assert await series.last() is None
    await series.update(hours("1", "2", "3"))
    assert await stored(series) == [(1, 1), (2, 3), (3, 6)]


async def test_a_long_window_is_read_in_pieces(series: Series, hours: Values) -> None:
    answer = hours(*(["1"] * 11))
    with patch.object(series_module, "CHUNK", 3 * HOUR):
        await series.update(answer)
        assert await series.update(answer) == []
        assert await series.read(START - 50 * HOUR, START + 5 * HOUR) == Stored(
            [Row(START + n * HOUR, 1, n + 1) for n in range(5)], 0
        )
        assert await series.read(START + 4 * HOUR) == Stored(
            [Row(START + n * HOUR, 1, n + 1) for n in range(4, 11)], 4
        )


async def test_13_an_hour_without_an_answer_is_kept(series: Series, hours: Values) -> None:
    await series.update(hours("1", "2", "3", "4"))
    assert await series.update({}) == []
    assert await series.update(hours("1", None, None, "4")) == []
    await series.update(hours("2", None, None, "5"))
    assert await stored(series) == [(2, 2), (2, 4), (3, 7), (5, 12)]


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (consumption_id, "consumption"),
        (cost_id, "cost"),
        (return_id, "return"),
        (compensation_id, "compensation"),
    ],
)
def test_14_ids_are_slugs_of_the_digest(build: Callable[[str], str], kind: str) -> None:
    assert build("0f3a9c21b7de") == f"octopus_japan:electricity_0f3a9c21b7de_{kind}"
    assert valid_statistic_id(build("0f3a9c21b7de"))


async def test_14_only_whole_hours(series: Series) -> None:
    with pytest.raises(HomeAssistantError):
        await series.update({START + timedelta(minutes=30): Decimal(1)})
    assert await series.written()
    assert await series.first() is None


# Entries


async def test_two_entries_never_write_the_same_statistic(
    hass: HomeAssistant, series: Series, hours: Values
) -> None:
    other = Series(hass, series.statistic_id, "Consumption", "kWh", entry_id="two")
    assert series.claim()
    assert series.claim()
    assert not other.claim()
    with pytest.raises(ClaimedError):
        await other.update(hours("9"))
    with pytest.raises(ClaimedError):
        other.write([Row(START, 9, 9)])
    await series.update(hours("1"))
    assert await stored(other) == [(1, 1)]
    async_release(hass, "two")
    assert not other.claim()
    async_release(hass, "one")
    assert other.claim()
    assert not series.claim()
    assert async_claim(hass, cost_id(SPIN), "one")


def test_releasing_without_any_claim(hass: HomeAssistant) -> None:
    async_release(hass, "one")


async def test_removing_and_adding_the_entry_continues(
    hass: HomeAssistant, series: Series, hours: Values
) -> None:
    await series.update(hours("1", "2"))
    async_release(hass, "one")
    again = Series(hass, consumption_id(SPIN), "Consumption", "kWh", entry_id="two")
    assert await again.update(hours("1", "2", "3")) == [Row(START + 2 * HOUR, 3, 6)]


@pytest.mark.parametrize("persistent_database", [True])
@pytest.mark.usefixtures("hass_storage")
async def test_a_restart_continues(async_test_recorder: Any, hours: Values) -> None:
    """The rows are the only memory: nothing is loaded. What was queued before the stop is written."""
    for n in range(3):
        async with async_test_home_assistant() as hass, async_test_recorder(hass):
            series = Series(hass, consumption_id(SPIN), "Consumption", "kWh", entry_id="one")
            assert await series.update(hours("1", first=2 * n)) == [
                Row(START + 2 * n * HOUR, 1, 2 * n + 1)
            ]
            series.write([Row(START + (2 * n + 1) * HOUR, 1, 2 * n + 2)])
            await hass.async_stop()
