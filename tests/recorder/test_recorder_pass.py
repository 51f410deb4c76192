"""A pass in the real recorder: what it writes, and each trap of the recorder by what it does."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
import random
import threading
from typing import Any, override
from unittest.mock import patch

from homeassistant.components.recorder import Recorder, statistics as recorder_statistics
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_metadata,
    valid_statistic_id,
)
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant
from sqlalchemy.exc import IntegrityError, OperationalError

from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.recorder import (
    recorder_pass as recorder_pass_module,
    series as series_module,
)
from custom_components.octopus_japan.recorder.claims import async_claim, async_release
from custom_components.octopus_japan.recorder.recorder_pass import (
    NotWrittenError,
    Outcome,
    async_pass,
)
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.recorder.sync import Hours, Row

POINT = "0f3a9c21b7de"
START = datetime(2026, 6, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

type Values = dict[datetime, Decimal]


def hours(*values: str | None, first: int = 0) -> Values:
    """Return values by hour: hours("0.1", None, "0.2", first=3) has the hours 3 and 5 after START."""
    return {
        START + timedelta(hours=first + index): Decimal(value)
        for index, value in enumerate(values)
        if value is not None
    }


@dataclass
class DailyPricing:
    """Ten yen a kWh, by day in UTC; hours from `unpriced` on have no price."""

    yen: str = "10"
    unpriced: datetime | None = None
    asked: list[int] = field(default_factory=list)

    def period(self, at: datetime) -> Interval:
        start = at.replace(hour=0)
        return Interval(start, start + DAY)

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        self.asked.append(len(hours))
        return [
            (hour.start, hour.kwh * Decimal(self.yen))
            for hour in hours
            if self.unpriced is None or hour.start < self.unpriced
        ]


class Point:
    """Both statistics of a point, and a pass of them."""

    def __init__(self, hass: HomeAssistant, recorder: Recorder) -> None:
        self.hass = hass
        self.recorder = recorder
        self.energy = Series(hass, consumption_id(POINT), "Consumption", "kWh")
        self.money = Series(hass, cost_id(POINT), "Cost", "JPY")

    async def update(
        self,
        compared: Values | Hours | None = None,
        pricing: Any = None,
        review: Interval | None = None,
    ) -> Outcome:
        given = compared if isinstance(compared, Hours) else Hours(compared or {})
        return await async_pass(self.hass, self.energy, self.money, given, review, pricing)

    async def stored(self, series: Series | None = None) -> list[tuple[float, float]]:
        rows = await (series or self.energy).async_read(START - 99 * DAY)
        return [(row.state, row.sum) for row in rows]

    async def synchronize(self) -> None:
        future = self.hass.loop.create_future()
        self.recorder.queue_task(SynchronizeTask(future))
        await asyncio.wait_for(future, 10)

    async def metadata(self) -> dict[str, Any]:
        found = await self.recorder.async_add_executor_job(
            lambda: get_metadata(self.hass, statistic_ids={self.energy.statistic_id})
        )
        metadata = dict(found[self.energy.statistic_id][1])
        metadata.pop("has_mean", None)
        return metadata


@pytest.fixture
def point(recorder_mock: Recorder, hass: HomeAssistant) -> Point:
    return Point(hass, recorder_mock)


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


def broken(error: Exception) -> Any:
    """Imports that fail."""
    return patch.object(recorder_statistics, "_import_statistics_with_session", side_effect=error)


FULL = OperationalError("INSERT", {}, Exception("database or disk is full"))


# Energy


async def test_a_pass_writes_and_repeating_it_does_not(point: Point) -> None:
    outcome = await point.update(hours("0.1", "0.2"))
    assert outcome == Outcome(Interval(START, START + 2 * HOUR))
    assert outcome.changed
    assert await point.stored() == [(0.1, 0.1), (0.2, 0.3)]
    again = await point.update(hours("0.1", "0.2"))
    assert again == Outcome()
    assert not again.changed
    assert (await point.update(hours("0.3", first=2))).energy == Interval(
        START + 2 * HOUR, START + 3 * HOUR
    )
    assert await point.stored() == [(0.1, 0.1), (0.2, 0.3), (0.3, 0.6)]


async def test_nothing_to_write(point: Point) -> None:
    assert await point.update() == Outcome()
    assert await point.update(Hours({}, {}, START)) == Outcome()
    assert await point.stored() == []


async def test_half_an_hour_never_replaces_a_stored_one(point: Point) -> None:
    await point.update(hours("1", "2"))
    one, three = hours("0.5", None, None, "0.7").items()
    await point.update(Hours({START + 4 * HOUR: Decimal(1)}, dict([one, three])))
    assert await point.stored() == [(1, 1), (2, 3), (0.7, 3.7), (1, 4.7)]
    marked = Row(START + 3 * HOUR, 0.7, 3.7, START + 3 * HOUR)
    assert (await point.energy.async_read(START + 3 * HOUR))[0] == marked
    await point.update(Hours({}, hours("0.8", first=3)))
    assert await point.stored() == [(1, 1), (2, 3), (0.8, 3.8), (1, 4.8)]
    await point.update(hours("0.9", first=3))
    assert await point.stored() == [(1, 1), (2, 3), (0.9, 3.9), (1, 4.9)]


async def test_random_passes_end_in_the_truth(point: Point) -> None:
    chance = random.Random(4)
    truth = {START + n * HOUR: Decimal(chance.randrange(3000)) / 1000 for n in range(100)}
    for _ in range(25):
        start = chance.randrange(100)
        await point.update(
            {
                START + n * HOUR: Decimal(chance.randrange(9)) / 10
                for n in range(start, min(100, start + chance.randrange(30)))
                if chance.random() < 0.7
            }
        )
    await point.update(truth)
    sums = accumulate(truth.values())
    assert await point.stored() == [
        (float(value), float(total)) for value, total in zip(truth.values(), sums, strict=True)
    ]


async def test_a_correction_moves_every_later_sum(point: Point) -> None:
    await point.update(hours("1", "1", "1", "1"))
    await point.update(hours("9", first=1))
    assert await point.stored() == [(1, 1), (9, 10), (1, 11), (1, 12)]


async def test_history_in_front_moves_every_sum(point: Point) -> None:
    await point.update(hours("5", "1"))
    outcome = await point.update(hours("2", "3", first=-50))
    # Their money is to be compared; that of the rows that only moved is not.
    assert outcome.energy == Interval(START - 50 * HOUR, START - 48 * HOUR)
    assert await point.stored() == [(2, 2), (3, 5), (5, 10), (1, 11)]


async def test_an_hour_without_an_answer_is_kept(point: Point) -> None:
    await point.update(hours("1", "2", "3", "4"))
    assert await point.update(hours("1", None, None, "4")) == Outcome()
    await point.update(hours("2", None, None, "5"))
    assert await point.stored() == [(2, 2), (2, 4), (3, 7), (5, 12)]


async def test_doubles_return_exactly(point: Point) -> None:
    answer = hours(*(["0.1", "0.2", "0.7", "0.001"] * 50))
    await point.update(answer)
    assert await point.update(answer) == Outcome()
    sums = [float(total) for total in accumulate(answer.values())]
    assert [total for _, total in await point.stored()] == sums


async def test_rows_without_numbers_are_filled_in(point: Point) -> None:
    """Somebody else's import of a row without state or sum."""
    await point.update(hours("1"))
    metadata: Any = await point.metadata()
    rows: Any = [{"start": START + HOUR, "state": 5.0}, {"start": START + 2 * HOUR, "sum": 5.0}]
    async_add_external_statistics(point.hass, metadata, rows)
    await point.synchronize()
    assert await point.stored() == [(1, 1)]
    await point.update(hours("1", "2", "3"))
    assert await point.stored() == [(1, 1), (2, 3), (3, 6)]


async def test_a_long_time_is_read_in_pieces(point: Point) -> None:
    answer = hours(*(["1"] * 11))
    with patch.object(series_module, "CHUNK", 3 * HOUR):
        await point.update(answer)
        assert await point.update(answer) == Outcome()
        rows = await point.energy.async_read(START - 50 * HOUR, START + 5 * HOUR)
        assert rows == [Row(START + n * HOUR, 1, n + 1) for n in range(5)]


async def test_whole_hours_are_counted_by_the_days_of_japan(point: Point) -> None:
    assert await point.recorder.async_add_executor_job(point.energy.whole_hours) == {}
    await point.update(hours("1", *["1"] * 26, first=-1))
    await point.update(Hours(hours("1", first=40), hours("1", first=30)))
    counted = await point.recorder.async_add_executor_job(point.energy.whole_hours)
    assert counted == {date(2026, 6, 1): 1, date(2026, 6, 2): 24, date(2026, 6, 3): 3}


# Money


async def test_money_of_the_periods_touched_follows_energy(point: Point) -> None:
    pricing = DailyPricing()
    outcome = await point.update(hours("1", "2", None, "3", first=7), pricing)
    assert outcome.money
    assert outcome.began
    assert await point.stored(point.money) == [(10, 10), (20, 30), (30, 60)]
    await point.update(hours("5", first=40), pricing)
    # Two days, then a third one alone.
    assert pricing.asked == [3, 1]
    assert await point.update(hours("5", first=40), pricing) == Outcome()
    await point.update(hours("2", first=7), pricing)
    assert pricing.asked == [3, 1, 2]
    assert await point.stored(point.money) == [(20, 20), (20, 40), (30, 70), (50, 120)]


class SteppedPricing(DailyPricing):
    """Ten yen each for the first three kWh of a day, 20 yen each for the hours after them."""

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        used = list(accumulate((hour.kwh for hour in hours), initial=Decimal(0)))
        return [
            (hour.start, hour.kwh * (10 if before < 3 else 20))
            for hour, before in zip(hours, used, strict=False)
        ]


async def test_steps_count_from_the_start_of_the_period(point: Point) -> None:
    """Only one late hour differs, and its price rests on the hours before it."""
    await point.update(hours("1", "2", first=5), SteppedPricing())
    await point.update(hours("1", first=7), SteppedPricing())
    assert await point.stored(point.money) == [(10, 10), (20, 30), (20, 50)]


async def test_money_is_reviewed_where_energy_stays(point: Point) -> None:
    await point.update(hours("1", "2", first=9), DailyPricing())
    span = Interval(START, START + DAY)
    outcome = await point.update(None, DailyPricing("20"), span)
    assert outcome == Outcome(None, money=True)
    assert await point.stored(point.money) == [(20, 20), (40, 60)]
    assert await point.update(None, DailyPricing("20"), span) == Outcome()


async def test_an_hour_without_a_price_has_no_money(point: Point) -> None:
    await point.update(hours("1", "2", first=9), DailyPricing(unpriced=START + 10 * HOUR))
    assert await point.stored(point.money) == [(10, 10)]


@pytest.mark.parametrize("broken_at", ["period", "price"])
async def test_a_pricing_that_fails_costs_no_energy(point: Point, broken_at: str) -> None:
    await point.update(hours("1", first=9), DailyPricing())
    with patch.object(DailyPricing, broken_at, side_effect=ZeroDivisionError):
        outcome = await point.update(hours("1", "2", first=9), DailyPricing())
    assert isinstance(outcome.unpriced, ZeroDivisionError)
    assert await point.stored() == [(1, 1), (2, 3)]
    assert await point.stored(point.money) == [(10, 10)]


async def test_a_price_that_is_no_number_costs_no_energy(point: Point) -> None:
    outcome = await point.update(hours("1", first=9), DailyPricing("NaN"))
    assert isinstance(outcome.unpriced, ValueError)
    assert await point.stored() == [(1, 1)]
    assert await point.stored(point.money) == []


# The queue


async def test_nothing_comes_between_comparing_and_writing(point: Point, block: Block) -> None:
    """An adjustment queued while a pass waits, before and after it; comparing outside lost one of them by half."""
    block.go_on.set()
    await point.update(hours("1", "1", "1"))
    again = Block()
    point.recorder.queue_task(again)
    adjust = point.recorder.async_adjust_statistics
    adjust(point.energy.statistic_id, START + HOUR, 100.0, "kWh")
    waiting = asyncio.ensure_future(point.update(hours("2", "1", "1", "1")))
    await asyncio.sleep(0)
    adjust(point.energy.statistic_id, START, 1000.0, "kWh")
    again.go_on.set()
    await waiting
    await point.synchronize()
    assert await point.stored() == [(2, 1002), (1, 1103), (1, 1104), (1, 1105)]


async def test_passes_wait_for_each_other(point: Point) -> None:
    await asyncio.gather(*(point.update(hours("1", first=n)) for n in range(5) for _ in range(2)))
    assert await point.stored() == [(1, n + 1) for n in range(5)]


async def test_what_fails_for_good_is_told(point: Point, caplog: pytest.LogCaptureFixture) -> None:
    """The recorder's import returns True after a full disk: only the rows tell."""
    await point.update(hours("1", "2", "5"))
    with broken(FULL), pytest.raises(NotWrittenError, match="read back"):
        # The last row would be the same.
        await point.update(hours("2", "1"))
    assert await point.stored() == [(1, 1), (2, 3), (5, 8)]
    await point.update(hours("2", "1"))
    assert await point.stored() == [(2, 2), (1, 3), (5, 8)]


async def test_what_is_to_be_tried_again_is_told(point: Point) -> None:
    with (
        patch.object(recorder_pass_module, "import_statistics", return_value=False),
        pytest.raises(NotWrittenError, match="read back"),
    ):
        await point.update(hours("1"))


async def test_money_that_fails_after_energy(point: Point) -> None:
    real = recorder_pass_module.import_statistics

    def energy_only(instance: Any, metadata: Any, *rest: Any) -> bool:
        return metadata["unit_of_measurement"] == "JPY" or real(instance, metadata, *rest)

    with (
        patch.object(recorder_pass_module, "import_statistics", energy_only),
        pytest.raises(NotWrittenError),
    ):
        await point.update(hours("1"), DailyPricing())
    assert await point.stored() == [(1, 1)]


async def test_an_error_reaches_the_recorder_and_who_waits(
    point: Point, caplog: pytest.LogCaptureFixture
) -> None:
    """The recorder reopens its session; the names that it remembers are read anew."""
    error = IntegrityError("INSERT", {}, Exception("no"))
    reopened = point.recorder._reopen_event_session
    with (
        broken(error),
        patch.object(point.recorder, "_reopen_event_session", side_effect=reopened) as reopen,
    ):
        with pytest.raises(NotWrittenError, match="IntegrityError"):
            await point.update(hours("1"))
        await point.synchronize()
        reopen.assert_called_once()
    # The recorder logs the task: nothing of the point.
    assert "RecorderPass()" in caplog.text
    assert POINT not in caplog.text.split("RecorderPass()")[1][:40]
    await point.update(hours("1"))
    assert await point.stored() == [(1, 1)]


async def test_a_first_import_that_is_rolled_back_can_be_repeated(point: Point) -> None:
    """A name that was only in the transaction must not be remembered."""
    real = recorder_statistics._import_statistics_with_session

    def cut(*args: Any) -> bool:
        real(*args)
        raise FULL

    with (
        patch.object(recorder_statistics, "_import_statistics_with_session", cut),
        pytest.raises(NotWrittenError),
    ):
        await point.update(hours("1"))
    assert await point.stored() == []
    await point.update(hours("1", "2"), DailyPricing())
    assert await point.stored() == [(1, 1), (2, 3)]


async def test_a_pass_that_the_recorder_drops_is_told(point: Point) -> None:
    """It does when the commit before a task fails."""
    failures = iter([FULL])
    real = point.recorder._commit_event_session_or_retry

    def commit() -> None:
        for error in failures:
            raise error
        real()

    with (
        patch.object(point.recorder, "_commit_event_session_or_retry", commit),
        pytest.raises(NotWrittenError, match="dropped"),
    ):
        await point.update(hours("1"))
    await point.update(hours("1"))
    assert await point.stored() == [(1, 1)]


async def test_who_no_longer_waits_gets_nothing_written(point: Point, block: Block) -> None:
    task = asyncio.ensure_future(point.update(hours("1")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    block.go_on.set()
    await point.synchronize()
    assert await point.stored() == []


async def test_a_recorder_that_has_ended_is_not_waited_for(point: Point, block: Block) -> None:
    with (
        patch.object(recorder_pass_module, "ALIVE", 0.01),
        patch.object(point.recorder, "is_alive", side_effect=[True, False]),
        pytest.raises(NotWrittenError, match="ended"),
    ):
        await point.update(hours("1"))


async def test_an_event_loop_that_is_closed_is_not_told(point: Point) -> None:
    with patch.object(point.hass.loop, "call_soon_threadsafe", side_effect=RuntimeError):
        recorder_pass_module._settle(
            point.recorder, point.hass.loop.create_future(), NotWrittenError()
        )


async def test_reading_uses_the_recorders_executor(point: Point) -> None:
    threads = set()
    real = recorder_statistics.statistics_during_period

    def spy(*args: Any, **kwargs: Any) -> Any:
        threads.add(threading.current_thread().name)
        return real(*args, **kwargs)

    with patch.object(series_module, "statistics_during_period", side_effect=spy):
        await point.update(hours("1"), DailyPricing())
        assert threads == {"Recorder"}
        threads.clear()
        await point.energy.async_read(START)
    assert all(name.startswith("DbWorker") for name in threads)


# Names and units


async def test_metadata(point: Point) -> None:
    await point.update(hours("1", first=9), DailyPricing())
    found = await point.recorder.async_add_executor_job(
        lambda: get_metadata(point.hass, statistic_source="octopus_japan")
    )
    for series, unit, unit_class in (
        (point.energy, "kWh", "energy"),
        (point.money, "JPY", None),
    ):
        metadata: Any = found[series.statistic_id][1]
        assert metadata["mean_type"] is StatisticMeanType.NONE
        assert metadata["has_sum"]
        assert metadata["name"] == series.name
        assert (metadata["unit_of_measurement"], metadata["unit_class"]) == (unit, unit_class)


async def test_a_name_of_the_user_is_kept_and_a_wrong_unit_is_not(point: Point) -> None:
    """Units of external statistics are only ever relabelled, never converted: the rows are still kWh."""
    await point.update(hours("1", "2", "3"))
    metadata: Any = await point.metadata()
    mine = {"name": "Mine", "unit_class": None, "unit_of_measurement": "carrots"}
    async_add_external_statistics(point.hass, metadata | mine, [])
    point.recorder.async_change_statistics_unit(
        point.energy.statistic_id, new_unit_of_measurement="Wh", old_unit_of_measurement="kWh"
    )
    await point.synchronize()
    assert await point.update(hours("1", "2", "3")) == Outcome()
    await point.update(hours("4", first=1))
    assert await point.stored() == [(1, 1), (4, 5), (3, 8)]
    metadata = await point.metadata()
    assert (metadata["name"], metadata["unit_class"]) == ("Mine", "energy")
    assert metadata["unit_of_measurement"] == "kWh"


async def test_without_a_name_ours_is_given(point: Point) -> None:
    await point.update(hours("1"))
    metadata: Any = await point.metadata()
    async_add_external_statistics(point.hass, metadata | {"name": None}, [])
    await point.synchronize()
    await point.update(hours("2"))
    assert (await point.metadata())["name"] == "Consumption"


async def test_statistics_cleared_by_the_user_start_again(point: Point) -> None:
    await point.update(hours("1", "1", "1"))
    point.recorder.async_clear_statistics([point.energy.statistic_id])
    await point.synchronize()
    await point.update(hours("2", first=5))
    assert await point.stored() == [(2, 2)]


@pytest.mark.parametrize(
    ("build", "kind"),
    [
        (consumption_id, "consumption"),
        (cost_id, "cost"),
        (return_id, "return"),
        (compensation_id, "compensation"),
    ],
)
def test_ids_are_slugs_of_the_digest(build: Callable[[str], str], kind: str) -> None:
    assert build(POINT) == f"octopus_japan:electricity_{POINT}_{kind}"
    assert valid_statistic_id(build(POINT))


# Entries


def test_one_entry_at_a_time_claims_a_statistic(hass: HomeAssistant) -> None:
    async_release(hass, "one")
    assert async_claim(hass, "a", "one")
    assert async_claim(hass, "a", "one")
    assert not async_claim(hass, "a", "two")
    assert async_claim(hass, "b", "two")
    async_release(hass, "two")
    assert not async_claim(hass, "a", "two")
    async_release(hass, "one")
    assert async_claim(hass, "a", "two")


@pytest.mark.parametrize("persistent_database", [True])
@pytest.mark.usefixtures("hass_storage")
async def test_a_restart_continues(async_test_recorder: Any) -> None:
    """The rows are the only memory: nothing is loaded."""
    for n in range(3):
        async with async_test_home_assistant() as hass, async_test_recorder(hass) as recorder:
            point = Point(hass, recorder)
            await point.update(hours("1", first=n))
            assert await point.stored() == [(1, k + 1) for k in range(n + 1)]
            await hass.async_stop()
