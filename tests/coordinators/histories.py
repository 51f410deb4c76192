"""A history of one household: everything that can happen to its statistics, and what they must be in the end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import queue
import threading
from time import sleep
from typing import Any, override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from graphql import GraphQLError, specified_rules, validate
from homeassistant import loader
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import async_add_external_statistics, get_metadata
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_test_home_assistant,
)

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.household.hour import HALF_HOUR
from custom_components.octopus_japan.recorder import recorder_pass as recorder_pass_module
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.recorder.sync import Row, exact
from simulator import Simulator
from simulator.dates import midnight
from simulator.engine import Engine
from simulator.world import Point

HOUSEHOLDS = ("simple-kansai", "green-tokyo", "ev-tokyo", "solar-tokyo", "green-kansai")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Block(RecorderTask):
    """Keep the recorder's thread busy."""

    go_on: threading.Event = field(default_factory=threading.Event)

    @override
    def run(self, instance: Recorder) -> None:
        assert self.go_on.wait(60)


class Machinery:
    """Home Assistant on one database, started again and again, and the simulator of the history at hand."""

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
        self._ticker = ThreadPoolExecutor(1)
        self._engine: Engine | None = None
        self._stack = AsyncExitStack()

    async def start(
        self, entry: MockConfigEntry | None = None, *, before_start: bool = False
    ) -> None:
        """Start Home Assistant; with `before_start`, the entry is set up while it starts."""
        self._stack = AsyncExitStack()
        state = CoreState.not_running if before_start else CoreState.running
        hass = await self._stack.enter_async_context(async_test_home_assistant(initial_state=state))
        self.hass = hass
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        await self._stack.enter_async_context(
            self.recorder(hass, {"exclude": {"entity_globs": ["*"]}}, wait_recorder=False)
        )
        await hass.config.async_set_time_zone("Asia/Tokyo")
        if entry is not None:
            await self.ticking(self.add(entry))
        if before_start:
            hass.set_state(CoreState.running)
            hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)

    async def add(self, entry: MockConfigEntry) -> None:
        """Set an entry up."""
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)

    async def stop(self) -> None:
        """Stop Home Assistant.

        The recorder closes its connections under whoever reads, which can crash SQLite: let what reads now finish, and nothing
        read after it.
        """
        executor = get_instance(self.hass)._db_executor
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

    async def synchronize(self) -> None:
        """Wait until the recorder has done all that it was given."""
        future = self.hass.loop.create_future()
        get_instance(self.hass).queue_task(SynchronizeTask(future))
        await future

    async def settle(self) -> None:
        """Wait for everything that is under way."""
        await self.ticking(self._settle())

    async def _settle(self) -> None:
        for _ in range(2):
            await self.hass.async_block_till_done(wait_background_tasks=True)
            await self.synchronize()
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def ticking[T](self, wait: Coroutine[Any, Any, T]) -> T:
        """Wait while time goes on a little, for those who wait for time to pass: the event loop's time is made up too."""
        loop = asyncio.get_running_loop()
        waiting = loop.create_task(wait)
        for _ in range(6000):
            await loop.run_in_executor(self._ticker, sleep, 0.005)
            if waiting.done():
                break
            self.tick(timedelta(milliseconds=10))
        return await waiting

    def tick(self, span: timedelta) -> None:
        """Move on the one time that all have."""
        self.freezer.tick(span)
        if self.simulator is not None:
            self.simulator.clock.advance(span)

    async def begin(self, household: str, world: int, days: int, *, before_start: bool) -> History:
        """Begin a history some days after the start of supply."""
        simulator = Simulator(households=(household,), now=LONG_AGO, seed=world)
        start = simulator.world.households[household].supply_points[0].start
        now = midnight(start) + timedelta(days=days, hours=9, minutes=10)
        simulator.clock.set(now)
        self.freezer.move_to(now)
        # Documents are parsed once for all histories.
        self._engine = simulator.engine = self._engine or simulator.engine
        await simulator.start()
        self.simulator = simulator
        self.storage.clear()
        history = History(self, simulator, household)
        # Hypothesis may have been in this world before.
        await self.ticking(history.clear(energy=True, money=True))
        if before_start:
            await self.stop()
            await self.start(history.entry, before_start=True)
        else:
            await self.ticking(self.add(history.entry))
        await self.settle()
        return history

    async def end(self, history: History) -> None:
        """Leave Home Assistant to the next history."""
        history.release()
        if self.hass.state is not CoreState.running:
            await self.start()
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            await self.hass.config_entries.async_remove(entry.entry_id)
        await self.settle()
        self.simulator = None
        await history.simulator.stop()


def _validated_once() -> Callable[..., list[GraphQLError]]:
    """Validate each document once; the simulator's engine keeps them."""
    known: dict[tuple[int, int], list[GraphQLError]] = {}

    def validated(schema: Any, document: Any, *rules: Any) -> list[GraphQLError]:
        if rules and rules[0] is not specified_rules:
            return validate(schema, document, *rules)
        key = id(schema), id(document)
        if key not in known:
            known[key] = validate(schema, document, *rules)
        return known[key]

    return validated


@asynccontextmanager
async def running(machinery: Machinery) -> AsyncIterator[Machinery]:
    """Run a machinery."""
    # Debugging the loop takes half of the time; entities are not what is looked at.
    asyncio.get_running_loop().set_debug(False)
    with (
        patch("custom_components.octopus_japan.PLATFORMS", []),
        patch("simulator.engine.validate", _validated_once()),
    ):
        await machinery.start()
        try:
            yield machinery
        finally:
            await machinery.stop()
            machinery.close()


@dataclass
class Watched:
    """A statistic of the history, and what the user did to it: sums moved from an hour on, and the name given."""

    statistic_id: str
    point: Point
    money: bool
    adjustments: list[tuple[datetime, Decimal]] = field(default_factory=list)
    name: str | None = None


class History:
    """One household with its service, its entry and its statistics."""

    def __init__(self, machinery: Machinery, simulator: Simulator, household: str) -> None:
        self.machinery = machinery
        self.simulator = simulator
        self.household = simulator.world.households[household]
        self.entry = self._entry()
        self._block: Block | None = None
        self.watched = [
            Watched(name(digest(point.identifier)), point, money)
            for points, names in (
                (self.household.supply_points, ((consumption_id, False), (cost_id, True))),
                (self.household.generation_points, ((return_id, False), (compensation_id, True))),
            )
            for point in points
            for name, money in names
        ]

    @property
    def hass(self) -> HomeAssistant:
        return self.machinery.hass

    def _entry(self) -> MockConfigEntry:
        data = {
            CONF_EMAIL: self.household.email,
            CONF_PASSWORD: self.household.password,
            CONF_URL: self.simulator.url,
        }
        return MockConfigEntry(
            domain=DOMAIN, title="Home", data=data, unique_id=self.household.viewer_id
        )

    # The world

    def _half_hour(self, ago: float) -> datetime:
        """Return a half hour of the supply so far: 0 the newest, 1 the first."""
        now = self.simulator.clock.now()
        start = midnight(self.household.supply_points[0].start)
        halves = max(1, round((now - start) / HALF_HOUR * ago))
        at = now - halves * HALF_HOUR
        return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)

    def correct(self, ago: float, centi: int) -> None:
        at = self._half_hour(ago)
        for point in {item.point.identifier for item in self.watched}:
            self.simulator.world.correct(point, at, Decimal(centi) / 100)

    def withhold(self, ago: float, halves: int, hours: int) -> None:
        start, until = self._half_hour(ago), self.simulator.clock.now() + timedelta(hours=hours)
        for point in {item.point.identifier for item in self.watched}:
            self.simulator.world.withhold(point, start, start + halves * HALF_HOUR, until)

    def fault(self, kind: Any, **options: Any) -> None:
        self.simulator.faults.add(kind, **options)

    def refuse(self, times: int, code: str) -> None:
        field_ = "halfHourlyReadings"
        if code.endswith("7899"):
            self.simulator.faults.add("internal_error", field=field_, times=times)
        else:
            self.simulator.faults.add("refused_field", field=field_, times=times, code=code)

    def _advance(self, span: timedelta) -> None:
        self.machinery.tick(span)

    async def pass_time(self, **parts: float) -> None:
        """Let time pass for Home Assistant and for the service."""
        self._advance(timedelta(**parts))
        async_fire_time_changed(self.hass)
        await self.machinery.settle()

    # Home Assistant

    async def restart(self, *, before_start: bool) -> None:
        await self.machinery.stop()
        self._advance(timedelta(minutes=7))
        self.entry = self._same_entry()
        await self.machinery.start(self.entry, before_start=before_start)
        await self.machinery.settle()

    async def restart_in_the_middle(self, **parts: float) -> None:
        """Stop while a poll and the import are under way."""
        self._advance(timedelta(**parts))
        async_fire_time_changed(self.hass)
        await self._moment(0.03)
        await self.restart(before_start=True)

    async def killed(self, **parts: float) -> None:
        """Lose what the recorder was given and did not do yet, and what was to be saved."""
        self.fault("slow", seconds=0.01, times=2)
        storage = copy.deepcopy(self.machinery.storage)
        block = self._blocked()
        self._advance(timedelta(**parts))
        async_fire_time_changed(self.hass)
        await self._moment(0.08)
        waiting = get_instance(self.hass)._queue
        while True:
            try:
                waiting.get_nowait()
            except queue.Empty:
                break
        block.go_on.set()
        await self.machinery.stop()
        self.machinery.storage.clear()
        self.machinery.storage.update(storage)
        self.entry = self._same_entry()
        await self.machinery.start(self.entry, before_start=True)
        await self.machinery.settle()

    async def busy(self, **parts: float) -> None:
        """Keep the recorder busy for longer than anybody waits."""
        block = self._blocked()
        with patch.object(recorder_pass_module, "ALIVE", 0.02):
            self._advance(timedelta(**parts))
            async_fire_time_changed(self.hass)
            await self._moment(0.2)
        block.go_on.set()
        await self.machinery.settle()

    async def _moment(self, seconds: float) -> None:
        await asyncio.get_running_loop().run_in_executor(None, sleep, seconds)

    def _blocked(self) -> Block:
        self._block = Block()
        get_instance(self.hass).queue_task(self._block)
        return self._block

    def release(self) -> None:
        if self._block:
            self._block.go_on.set()

    def _same_entry(self) -> MockConfigEntry:
        return MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            data=dict(self.entry.data),
            unique_id=self.entry.unique_id,
            entry_id=self.entry.entry_id,
        )

    async def remove_and_add(self) -> None:
        await self.hass.config_entries.async_remove(self.entry.entry_id)
        self.entry = self._entry()
        await self.machinery.ticking(self.machinery.add(self.entry))
        await self.machinery.settle()

    # The user

    async def stored(self) -> dict[str, list[Row]]:
        """Return all rows of each statistic."""
        return {
            item.statistic_id: await self._series(item).async_read(LONG_AGO)
            for item in self.watched
        }

    def _series(self, item: Watched) -> Series:
        return Series(self.hass, item.statistic_id, "", "")

    async def adjust(self, ago: float, centi: int, *, money: bool) -> bool:
        """Move the sums from some stored hour on."""
        item = self.watched[money]
        rows = (await self.stored())[item.statistic_id]
        if not rows:
            return False
        at, amount = rows[int(ago * (len(rows) - 1))].start, Decimal(centi) / 100
        unit = "JPY" if money else "kWh"
        get_instance(self.hass).async_adjust_statistics(item.statistic_id, at, float(amount), unit)
        await self.machinery.synchronize()
        item.adjustments.append((at, amount))
        return True

    async def rename(self, name: str) -> bool:
        item = self.watched[0]
        found = await get_instance(self.hass).async_add_executor_job(
            lambda: get_metadata(self.hass, statistic_ids={item.statistic_id})
        )
        if item.statistic_id not in found:
            return False
        metadata = dict(found[item.statistic_id][1]) | {"name": name}
        metadata.pop("has_mean", None)
        async_add_external_statistics(self.hass, metadata, [])  # type: ignore[arg-type]
        await self.machinery.synchronize()
        item.name = name
        return True

    async def clear(self, *, energy: bool, money: bool) -> None:
        chosen = [item for item in self.watched if (money if item.money else energy)]
        for item in chosen:
            item.adjustments.clear()
            item.name = None
        get_instance(self.hass).async_clear_statistics([item.statistic_id for item in chosen])
        await self.machinery.synchronize()

    # The end

    async def honest_end(self, *, waits: bool = True) -> int:
        """Let the service answer honestly, then compare; return how many hours were.

        `waits`: until all is read again by itself, which is a week; else the user asks for it.
        """
        self.release()
        self.simulator.faults.clear()
        for item in self.watched:
            self.simulator.world.publish_all(item.point.identifier)
        if waits:
            await self.pass_time(days=8)
        for hours in (1.2, 0.6):
            await self.pass_time(hours=hours)
        if not waits:
            await self.ask_again()
        for _ in range(12):
            if self._calendars_agree():
                break
            await self.pass_time(days=1)
            await self.pass_time(days=0.03)
        for item in self.watched:
            await self._compare(item)
        return sum(len(rows) for rows in (await self.stored()).values())

    async def ask_again(self) -> None:
        """Read all history again, as the action does."""
        clocks = self.entry.runtime_data
        for clock in (clocks.readings, clocks.exports):
            for number in clock.numbers():
                clock.backfill.async_ask(number)
        await self.machinery.settle()

    def _calendars_agree(self) -> bool:
        """Tell whether the open billing period is known: it is while its reading is not due yet."""
        readings = self.entry.runtime_data.readings
        for point in self.household.supply_points:
            calendar = readings.book.tariff(point.identifier).calendar
            start, _ = self.simulator.truth.periods(point.identifier)[-1]
            now = self.simulator.clock.now()
            known = calendar.period_at(now)
            if known.start != start:
                return False
        return True

    async def _compare(self, item: Watched) -> None:
        truth = self.simulator.truth
        now = self.simulator.clock.now()
        values = (truth.costs if item.money else truth.hours)(item.point.identifier, LONG_AGO, now)
        rows = await self._series(item).async_read(LONG_AGO)
        starts = {row.start for row in rows}
        assert len(starts) == len(rows), item.statistic_id
        assert (starts - values.keys(), values.keys() - starts) == (set(), set()), (
            item.statistic_id,
            now,
            f"too many: {sorted(map(str, starts - values.keys()))}",
            f"missing: {sorted(map(str, values.keys() - starts))}",
        )
        total = Decimal(0)
        for row in rows:
            value = values[row.start]
            total += value
            expected = total + sum(amount for at, amount in item.adjustments if at <= row.start)
            if item.money:
                assert abs(exact(row.state) - value) < Decimal("1e-6"), (row, value)
                assert abs(exact(row.sum) - expected) < Decimal("0.005"), (row, expected)
            else:
                assert exact(row.state) == value, (row, value)
                assert exact(row.sum) == expected, (row, expected)
        if item.name is not None:
            found = await get_instance(self.hass).async_add_executor_job(
                lambda: get_metadata(self.hass, statistic_ids={item.statistic_id})
            )
            assert found[item.statistic_id][1]["name"] == item.name
