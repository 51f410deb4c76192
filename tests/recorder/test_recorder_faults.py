"""What a database can do to a pass: it is full, locked, in a deadlock, gone; and the pass is told, repeated, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from unittest.mock import patch

from database_faults import (
    EMPTIED,
    FULL,
    IMPATIENT,
    MYSQL,
    PATIENT,
    POSTGRESQL,
    SQLITE,
    Countdown,
    Database,
    connection_id,
    drained,
    full_after,
    on_connection,
    patience,
    watched,
)
from metered_point import DAY, PRICING, HalfHours, MeteredPoint, readings
from point_model import START, PointModel, StepPricing
import pytest

from custom_components.octopus_japan.recorder.recorder_pass import NotWrittenError

pytestmark = pytest.mark.parametrize("persistent_database", [True])

BEFORE = readings(5, seed=1, gaps=0.05)
AFTER = readings(8, first=4, seed=2, gaps=0.05)
"""Corrects a day, and appends seven."""


@pytest.fixture
async def metered(metered: MeteredPoint) -> MeteredPoint:
    """A point with some history."""
    await metered.record(BEFORE)
    await metered.check()
    return metered


async def fails(metered: MeteredPoint, half_hours: HalfHours) -> None:
    """The pass is told that it failed."""
    with pytest.raises(NotWrittenError):
        await metered.meter.record(half_hours.items(), PRICING)


async def repeated(metered: MeteredPoint, half_hours: HalfHours) -> None:
    """The worker repeats the pass: all is there."""
    await metered.record(half_hours)
    await metered.check()


async def in_thread(metered: MeteredPoint, wait: Callable[[], Any]) -> None:
    await metered.hass.async_add_executor_job(wait)


@pytest.mark.parametrize("which", ["energy", "money"])
async def test_a_full_disk(metered: MeteredPoint, database: Database, which: str) -> None:
    """Money is written after energy: the repeated pass finds energy without a difference, and knows that money may lack."""
    series = getattr(metered.meter, which)
    async with full(metered, database, series.statistic_id, after=int(which == "money")):
        await fails(metered, AFTER)
        if which == "money":
            metered.model.record(AFTER, None)
        await metered.check()
        await fails(metered, AFTER)
        await metered.check()
    await metered.meter.record(AFTER.items(), PRICING)
    metered.model.record(AFTER, PRICING)
    metered.model.price(min(AFTER), max(AFTER), PRICING)
    await metered.check()


async def test_a_first_import_that_is_rolled_back(
    metered: MeteredPoint, database: Database
) -> None:
    """The names of the statistics were in the transaction that is gone: the recorder must not remember their numbers."""
    series = (metered.meter.energy, metered.meter.money)
    metered.recorder.async_clear_statistics([one.statistic_id for one in series])
    await metered.recorder.async_block_till_done()
    metered.model = PointModel()
    long = readings(14, seed=3)
    async with full(metered, database, None, after=0):
        await fails(metered, long)
        await metered.check()
    with suppress(NotWrittenError):
        await metered.record(long)
    metered.model.record(long, PRICING)
    await metered.check()


async def test_a_pricing_that_fails_costs_no_energy(metered: MeteredPoint) -> None:
    with (
        patch.object(StepPricing, "price", side_effect=ZeroDivisionError),
        suppress(NotWrittenError),
    ):
        await metered.meter.record(AFTER.items(), PRICING)
    metered.model.record(AFTER, None)
    await metered.check()
    await metered.review()
    await metered.check()


@asynccontextmanager
async def full(
    metered: MeteredPoint, database: Database, statistic_id: str | None, *, after: int
) -> AsyncIterator[None]:
    """Let there be no room for a statistic, once so many imports are done.

    SQLite may not grow any more. The servers' disks cannot be filled here: a trigger of theirs says that they are, in the middle of
    the rows.
    """
    if database.kind == SQLITE:
        with full_after(metered.recorder, after):
            yield
        await on_connection(metered.hass, metered.recorder, "pragma max_page_count = 1073741823")
    else:
        at = (START + 8 * DAY).timestamp()
        statistic = database.metadata_id(statistic_id) if statistic_id else "new.metadata_id"
        database.run(FULL[database.kind], at=at, statistic=statistic)
        yield
        database.run(EMPTIED[database.kind])


async def test_locked_for_less_than_the_recorder_waits(
    metered: MeteredPoint, database: Database
) -> None:
    """Three seconds, in life: the recorder waits, and so does the pass."""
    writes = Countdown(1)
    with patience(metered.recorder, PATIENT), watched(metered.recorder, writes):
        with database.locked():
            waiting = asyncio.ensure_future(metered.meter.record(AFTER.items(), PRICING))
            await in_thread(metered, writes.reached.wait)
            assert not waiting.done()
        assert await waiting
    metered.model.record(AFTER, PRICING)
    await metered.check()
    assert not await metered.record(AFTER)


async def test_locked_for_longer_than_the_recorder_waits(
    metered: MeteredPoint, database: Database
) -> None:
    """A minute, in life: the recorder's import gives up without a word, but for the log."""
    with patience(metered.recorder, IMPATIENT), database.locked():
        await fails(metered, AFTER)
        await metered.check()
        await fails(metered, AFTER)
        await metered.check()
    await repeated(metered, AFTER)


async def test_a_deadlock(metered: MeteredPoint, database: Database) -> None:
    """The server ends one of two transactions that wait for each other: the pass."""
    if database.kind == SQLITE:
        pytest.skip("SQLite has one writer at a time: nobody to wait for each other with")
    energy = database.metadata_id(metered.meter.energy.statistic_id)
    row = f"update statistics set created_ts = 1 where metadata_id = {energy} and start_ts ="  # noqa: S608
    changed = readings(2, seed=9)
    first, last = START.timestamp(), max(BEFORE).replace(minute=0).timestamp()
    rows = len({at.replace(minute=0) for at in BEFORE})
    writes = Countdown(rows)
    with database.connection() as rival:
        for statement in HEAVIER[database.kind]:
            rival.exec_driver_sql(statement)
        rival.exec_driver_sql(f"{row} {last}")
        with watched(metered.recorder, writes):
            failing = asyncio.ensure_future(fails(metered, changed))
            await in_thread(metered, writes.reached.wait)
            await in_thread(metered, lambda: rival.exec_driver_sql(f"{row} {first}"))
            await failing
        rival.exec_driver_sql("rollback")
    await metered.check()
    await repeated(metered, changed)


KILL = {MYSQL: "kill {number}", POSTGRESQL: "select pg_terminate_backend({number})"}

HEAVIER = {
    # The transaction that has changed less is ended.
    MYSQL: [
        "create table heavy as select seq from seq_1_to_5000",
        "begin",
        "update heavy set seq = seq + 1",
    ],
    # The transaction that looks first is ended.
    POSTGRESQL: ["set deadlock_timeout = '600s'", "begin"],
}


async def test_a_connection_that_is_lost(metered: MeteredPoint, database: Database) -> None:
    """The server ends the recorder's connection in the middle of the rows."""
    if database.kind == SQLITE:
        pytest.skip("SQLite has no connection to lose")

    def end(cursor: Any) -> None:
        number = connection_id(cursor, database.kind)
        database.run([KILL[database.kind]], number=number)

    with watched(metered.recorder, Countdown(60, end)):
        await fails(metered, AFTER)
    await metered.check()
    await repeated(metered, AFTER)


@pytest.mark.parametrize(
    "recorder_config", [{"commit_interval": 3600, "db_max_retries": 1, "db_retry_wait": 0}]
)
async def test_a_commit_before_the_pass_that_fails(
    metered: MeteredPoint, database: Database
) -> None:
    """The recorder drops the task whose turn it was; states that wait to be committed are lost, readings are not."""
    metered.hass.states.async_set("sensor.something", "1")
    await metered.recorder.async_block_till_done()
    with patience(metered.recorder, IMPATIENT):
        metered.hass.states.async_set("sensor.something", "2")
        await drained(metered.hass, metered.recorder)
        await dropped(metered, database)
    await repeated(metered, AFTER)


async def dropped(metered: MeteredPoint, database: Database) -> None:
    """The second task, right behind the pass, tells who waits."""
    with database.locked():
        waiting = await metered.queued(AFTER)
        await drained(metered.hass, metered.recorder)
        for _ in range(10):
            await asyncio.sleep(0)
        assert waiting.done()
        with pytest.raises(NotWrittenError, match="dropped"):
            await waiting
        await metered.check()
