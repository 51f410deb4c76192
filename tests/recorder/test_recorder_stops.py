"""A recorder that does not run: killed, not started yet, stopped, migrating, standing still for a backup."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import signal
import sys
import threading
from typing import Any, override
from unittest.mock import patch

from database_faults import SQLITE, Database
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.backup import async_post_backup, async_pre_backup
from homeassistant.components.recorder.db_schema import SCHEMA_VERSION
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
from killed_recorder import HISTORY
from metered_point import PRICING, MeteredPoint, readings
from point_model import PointModel
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.octopus_japan.recorder import recorder_pass
from custom_components.octopus_japan.recorder.recorder_pass import NotWrittenError

pytestmark = [
    pytest.mark.parametrize("persistent_database", [True]),
    pytest.mark.usefixtures("hass_storage"),
]

BEFORE = readings(4, seed=1, gaps=0.05)
AFTER = readings(4, first=3, seed=2, gaps=0.05)


class Machine:
    """A Home Assistant to start again and again on one database, and what it must hold."""

    def __init__(self, async_test_recorder: Any) -> None:
        self.model = PointModel()
        self._recorder = async_test_recorder

    @asynccontextmanager
    async def started(self, state: CoreState = CoreState.running) -> AsyncIterator[MeteredPoint]:
        async with (
            async_test_home_assistant(initial_state=state) as hass,
            self._recorder(hass, wait_recorder=False) as recorder,
        ):
            recorder.db_retry_wait = 0
            yield MeteredPoint(hass, recorder, self.model)
            await hass.async_stop(force=True)


@pytest.fixture
def machine(async_test_recorder: Any) -> Machine:
    return Machine(async_test_recorder)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant leaves timers behind when it stops."""
    return True


def start(metered: MeteredPoint) -> None:
    metered.hass.set_state(CoreState.running)
    metered.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


@pytest.mark.parametrize("row", [1, 70, 145, 200])
async def test_killed_in_the_middle(
    machine: Machine, database: Database, recorder_db_url: str, row: int
) -> None:
    """A pass is two transactions: energy is in the database whole or not at all, and so is money."""
    tests = Path(__file__).parents[1]
    folders = [str(tests.parent), str(tests), str(tests / "recorder")]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(tests / "recorder" / "killed_recorder.py"),
        recorder_db_url,
        str(row),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )
    assert await process.wait() == -signal.SIGKILL
    async with machine.started() as metered:
        if row > len({at.replace(minute=0) for at in HISTORY}):
            machine.model.record(HISTORY, None)
        await metered.check()
        # The worker: what is due, then all money once after a start.
        await metered.record(HISTORY)
        await metered.review()
        assert await metered.check() > 280


async def test_a_queue_that_stands_still_before_start(machine: Machine) -> None:
    async with machine.started(CoreState.starting) as metered:
        waiting = await metered.queued(AFTER)
        await metered.check()
        assert not waiting.done()
        start(metered)
        assert await waiting
        machine.model.record(AFTER, PRICING)
        await metered.check()


async def test_a_stop_before_start(machine: Machine) -> None:
    """The recorder throws its queue away; who waits is told, and the next start reads again what is due."""
    with patch.object(recorder_pass, "ALIVE", 0.01):
        async with machine.started(CoreState.starting) as metered:
            waiting = await metered.queued(AFTER)
            await metered.hass.async_stop(force=True)
            with pytest.raises(NotWrittenError, match="ended"):
                await waiting
    async with machine.started() as metered:
        await metered.check()
        await metered.record(AFTER)
        await metered.check()


class Busy(RecorderTask):
    """The recorder's thread has something to do until it is told otherwise."""

    __slots__ = ("go_on", "reached")

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    @override
    def run(self, instance: Recorder) -> None:
        self.reached.set()
        self.go_on.wait()


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_stop_with_the_task_in_the_queue(machine: Machine, cancelled: bool) -> None:
    """What stands in front of the stop is done, unless unloading has cancelled who waited for it."""
    async with machine.started() as metered:
        await metered.record(BEFORE)
        busy = Busy()
        metered.recorder.queue_task(busy)
        await metered.hass.async_add_executor_job(busy.reached.wait)
        waiting = await metered.queued(AFTER)
        if cancelled:
            waiting.cancel()
        stopping = asyncio.ensure_future(metered.recorder._async_shutdown(None))
        await asyncio.sleep(0)
        busy.go_on.set()
        await stopping
        if cancelled:
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            assert await waiting
            machine.model.record(AFTER, PRICING)
    async with machine.started() as metered:
        await metered.check()
        await metered.record(AFTER)
        await metered.check()


async def test_a_pass_behind_the_stop(machine: Machine) -> None:
    with patch.object(recorder_pass, "ALIVE", 0.01):
        async with machine.started() as metered:
            await metered.record(BEFORE)
            await metered.recorder._async_shutdown(None)
            with pytest.raises(NotWrittenError, match="ended"):
                await metered.meter.record(AFTER.items(), PRICING)
    async with machine.started() as metered:
        await metered.check()
        await metered.record(AFTER)
        await metered.check()


async def test_a_migration(machine: Machine, database: Database) -> None:
    """A pass that comes meanwhile waits until the tables are what they must be."""
    async with machine.started() as metered:
        await metered.record(BEFORE)
    insert = (
        "insert into schema_changes (schema_version, changed) values (49, '2026-01-01 00:00:00')"
    )
    database.run([insert])
    async with machine.started(CoreState.starting) as metered:
        assert metered.recorder.migration_in_progress
        waiting = await metered.queued(AFTER)
        assert not waiting.done()
        start(metered)
        assert await waiting
        assert not metered.recorder.migration_in_progress
        assert metered.recorder.schema_version == SCHEMA_VERSION
        machine.model.record(AFTER, PRICING)
        await metered.check()


async def test_a_backup(machine: Machine, database: Database) -> None:
    """SQLite's file is not written while it is copied; servers go on. Nothing of a pass is in the copy by half."""
    async with machine.started() as metered:
        await metered.record(BEFORE)
        await async_pre_backup(metered.hass)
        waiting = await metered.queued(AFTER)
        if database.kind == SQLITE:
            await metered.check()
            assert not waiting.done()
        await async_post_backup(metered.hass)
        assert await waiting
        machine.model.record(AFTER, PRICING)
        await metered.check()
