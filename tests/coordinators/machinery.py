"""Home Assistant on one database file, started, stopped and killed again and again, with a recorder that can be held still."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import gc
from pathlib import Path
import threading
from time import sleep
from typing import Any, NamedTuple, override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant import loader
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event, HomeAssistant
from homeassistant.helpers import frame
from homeassistant.helpers.recorder import session_scope
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant
from sqlalchemy import event, select
from sqlalchemy.engine import make_url

from simulator import Simulator
from simulator.engine import Engine

WAIT = 600.0
"""Seconds after which something hangs. Nothing is expected to take a part of it."""


class StoredHour(NamedTuple):
    """A row as it stands in the database: Unix times; `half` where it counts one half hour only."""

    start: float
    state: float
    sum: float
    half: float | None


@dataclass(slots=True)
class Block(RecorderTask):
    """Keep the recorder's thread busy."""

    go_on: threading.Event = field(default_factory=threading.Event)

    @override
    def run(self, instance: Recorder) -> None:
        assert self.go_on.wait(WAIT)


class Gate:
    """Holds the recorder's thread inside a pass: before it inserts the row of that number, until it is opened."""

    def __init__(self, rows: int) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self._rows = rows

    def before_execute(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Count the rows that are written."""
        if not statement.startswith("INSERT INTO statistics "):
            return
        self._rows -= 1
        if self._rows == 0:
            self.reached.set()
            assert self.opened.wait(WAIT)

    def open(self, *_: Any) -> None:
        """Let the recorder go on."""
        self.opened.set()


@dataclass(frozen=True)
class Snapshot:
    """What the disk holds at one moment."""

    database: dict[Path, bytes]
    storage: dict[str, Any]


class Machinery:
    """One Home Assistant at a time, and the simulator of the history at hand; both have one time."""

    def __init__(
        self,
        freezer: FrozenDateTimeFactory,
        storage: dict[str, Any],
        recorder: Callable[..., Any],
    ) -> None:
        self.freezer = freezer
        self.storage = storage
        self.recorder = recorder
        self.hass: HomeAssistant
        self.simulator: Simulator | None = None
        self.engine: Engine | None = None
        self._ticker = ThreadPoolExecutor(1)
        self._stack = AsyncExitStack()

    @property
    def instance(self) -> Recorder:
        return get_instance(self.hass)

    async def start(self, *, starting: bool = False) -> None:
        """Start Home Assistant; with `starting`, it has not started until it is told so."""
        self._stack = AsyncExitStack()
        state = CoreState.not_running if starting else CoreState.running
        hass = await self._stack.enter_async_context(async_test_home_assistant(initial_state=state))
        self.hass = hass
        # Home Assistant reports by it how it is used.
        frame.async_setup(hass)
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        await self._stack.enter_async_context(
            self.recorder(hass, {"exclude": {"entity_globs": ["*"]}}, wait_recorder=False)
        )
        await hass.config.async_set_time_zone("Asia/Tokyo")

    def started(self) -> None:
        """Tell Home Assistant that it has started."""
        self.hass.set_state(CoreState.running)
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)

    async def add(self, entry: MockConfigEntry) -> None:
        """Set an entry up."""
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)

    async def stop(self, gate: Gate | None = None) -> None:
        """Stop Home Assistant; a recorder that a gate holds goes on once it is told to end.

        The recorder closes its connections under whoever reads, which can crash SQLite: let what reads now finish, and nothing
        read after it.
        """
        if gate is not None:

            async def final(_event: Event) -> None:
                gate.open()

            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, final)
        executor = self.instance._db_executor
        assert executor is not None
        await asyncio.get_running_loop().run_in_executor(self._ticker, executor.shutdown)
        await self.ticking(self.hass.async_stop(force=True))
        await self._stack.aclose()
        # What would end with the process must not go on in this one.
        for handle in get_scheduled_timer_handles(asyncio.get_running_loop()):
            handle.cancel()

    def close(self) -> None:
        """End what is ours."""
        self._ticker.shutdown()

    def tick(self, span: timedelta) -> None:
        """Move on the one time that all have."""
        self.freezer.tick(span)
        if self.simulator is not None:
            self.simulator.clock.advance(span)

    def move_to(self, at: datetime) -> None:
        """Move on to a time, which may be months away."""
        self.freezer.move_to(at)
        if self.simulator is not None:
            self.simulator.clock.set(at)

    # Waiting

    async def synchronize(self) -> None:
        """Wait until the recorder has done all that it was given."""
        future = self.hass.loop.create_future()
        self.instance.queue_task(SynchronizeTask(future))
        await future

    async def settle(self) -> None:
        """Wait for everything that is under way."""
        await self.ticking(self.settled())

    async def settled(self) -> None:
        """Wait for everything that is under way, if somebody else lets time pass."""
        for _ in range(2):
            await self.hass.async_block_till_done(wait_background_tasks=True)
            await self.synchronize()
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def ticking[T](self, wait: Coroutine[Any, Any, T]) -> T:
        """Wait while time goes on a little, for those who wait for time to pass: the event loop's time is made up too."""
        waiting = asyncio.get_running_loop().create_task(wait)
        await self.until(waiting.done)
        return await waiting

    async def until(self, met: Callable[[], bool]) -> None:
        """Let things go on until a condition is met."""
        loop = asyncio.get_running_loop()
        pause, waited = 0.001, 0.0
        while waited < WAIT:
            await loop.run_in_executor(self._ticker, sleep, pause)
            if met():
                return
            self.tick(timedelta(milliseconds=10))
            waited += pause
            # What is not done at once is the recorder's work: it gets on faster where nobody looks at it.
            pause = min(0.02, pause * 1.3)
        raise TimeoutError("Something hangs")

    # The recorder's thread and its files

    @contextmanager
    def gate(self, rows: int) -> Iterator[Gate]:
        """Hold the recorder before it inserts its n-th row from now on."""
        gate, engine = Gate(rows), self.instance.engine
        assert engine is not None
        event.listen(engine, "before_cursor_execute", gate.before_execute)
        try:
            yield gate
        finally:
            gate.open()
            event.remove(engine, "before_cursor_execute", gate.before_execute)

    def block(self) -> Block:
        """Keep the recorder busy until the block is told to go on."""
        block = Block()
        self.instance.queue_task(block)
        return block

    def _files(self) -> list[Path]:
        database = make_url(self.instance.db_url).database
        assert database is not None
        return [Path(database + suffix) for suffix in ("", "-wal")]

    def snapshot(self) -> Snapshot:
        """Return what a power failure would leave now. SQLite recovers from its file and its write-ahead log."""
        found = {path: path.read_bytes() for path in self._files() if path.exists()}
        return Snapshot(found, copy.deepcopy(self.storage))

    def restore(self, snapshot: Snapshot) -> None:
        """Bring that back, while Home Assistant is stopped."""
        self.storage.clear()
        self.storage.update(copy.deepcopy(snapshot.storage))
        for path in snapshot.database:
            for other in path.parent.glob(path.name + "*"):
                other.unlink(missing_ok=True)
        for path, content in snapshot.database.items():
            path.write_bytes(content)

    def rows(self, statistic_id: str) -> list[StoredHour]:
        """Return all rows of a statistic, ascending; reads the database."""
        statement = (
            select(Statistics.start_ts, Statistics.state, Statistics.sum, Statistics.last_reset_ts)
            .join(StatisticsMeta, Statistics.metadata_id == StatisticsMeta.id)
            .where(StatisticsMeta.statistic_id == statistic_id)
            .order_by(Statistics.start_ts)
        )
        with session_scope(hass=self.hass, read_only=True) as session:
            return [StoredHour(*row) for row in session.execute(statement)]

    async def async_rows(self, statistic_ids: list[str]) -> dict[str, list[StoredHour]]:
        """Return all rows of statistics."""
        return await self.instance.async_add_executor_job(
            lambda: {name: self.rows(name) for name in statistic_ids}
        )


@asynccontextmanager
async def everything(machinery: Machinery) -> AsyncIterator[Machinery]:
    """Run a machinery with entities."""
    gc.collect()
    gc.freeze()  # Home Assistant is large, and nothing of it ends before the process.
    await machinery.start()
    try:
        yield machinery
    finally:
        await machinery.stop()
        machinery.close()
        gc.unfreeze()


@asynccontextmanager
async def running(machinery: Machinery) -> AsyncIterator[Machinery]:
    """Run a machinery. Entities are not what is looked at."""
    with patch("custom_components.octopus_japan.PLATFORMS", []):
        async with everything(machinery):
            yield machinery


def instant(at: float) -> datetime:
    """Return a row's time."""
    return datetime.fromtimestamp(at, UTC)
