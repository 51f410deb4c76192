"""Weeks of a household on end: faults, restarts, reloads and wrong clocks by a seed; what has leaked, grown or been said twice."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
import gc
import logging
from random import Random
import tracemalloc
from typing import override

from histories import History
from history_scripts import DOWN, SPOILT, Script, Step
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.async_ import get_scheduled_timer_handles
from machinery import Machinery
from pytest_homeassistant_custom_component.common import async_fire_time_changed

PRODUCT = "custom_components/octopus_japan/"
MEGABYTE = 1024 * 1024
MOST = 5 * MEGABYTE
HOMES = ("ev-tokyo", "solar-tokyo", "green-kansai")
OURS = "custom_components.octopus_japan"
OTHERS = [tracemalloc.Filter(False, f"*/{room}/*") for room in ("simulator", "tests")]
"""The service's world is in the same process, and grows."""


def soak_script(seed: int, days: int) -> Script:
    """Return what happens in these days: every few hours something, time passing for both clocks in between."""
    random, steps = Random(seed), list[Step]()
    left = days * 48
    while left > 0:
        steps.append(_drawn(random))
        halves = random.choice((1, 1, 2, 4, 9, 15, 23))
        steps.append(Step("wait", {"halves": min(left, halves)}))
        left -= halves
    begin = Step("begin", {"days": 40, "before_start": False, "second": 10, "late": []})
    since = date(2025, 10, 20) + timedelta(days=random.randrange(60))
    return Script(0, random.choice(HOMES), seed, since, begin, tuple(steps), waits=False)


def _drawn(random: Random) -> Step:
    match random.choices(range(8), (3, 6, 3, 1, 2, 2, 2, 1))[0]:
        case 0:
            kind, share = random.choice(SPOILT), random.uniform(0.1, 0.9)
            return Step("spoil", {"kind": kind, "times": random.randint(1, 3), "share": share})
        case 1:
            return Step("fail", {"kind": random.choice(DOWN), "times": random.randint(1, 8)})
        case 2:
            return Step(
                "refuse",
                {
                    "times": random.randint(1, 3),
                    "code": random.choice(("KT-CT-4501", "KT-CT-7899")),
                },
            )
        case 3:
            return Step("restarted", {"before_start": random.random() < 0.5})
        case 4:
            return Step("reloaded")
        case 5:
            return Step("clock_wrong", {"minutes": random.choice((-50, -7, -1, 1, 7, 50))})
        case 6:
            return Step("correct", {"ago": random.random() / 20, "centi": random.randint(1, 900)})
        case _:
            return Step(
                "withhold",
                {
                    "ago": random.random() / 50,
                    "halves": random.randint(1, 20),
                    "hours": random.randint(3, 40),
                },
            )


class Lines(logging.Handler):
    """Collects warnings and errors of ours that are said again while nothing has changed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.state: object = 0
        self.said: dict[tuple[str, str], object] = {}
        self.again: list[str] = []
        self.count = 0

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1
        line = (record.name, record.getMessage())
        if self.said.get(line) == self.state:
            self.again.append(": ".join(line))
        self.said[line] = self.state


@contextmanager
def listening() -> Iterator[Lines]:
    """Hear what our loggers say."""
    lines, logger = Lines(), logging.getLogger(OURS)
    logger.addHandler(lines)
    try:
        yield lines
    finally:
        logger.removeHandler(lines)


def alive(hass: HomeAssistant) -> Counter[str]:
    """Return what is under way: tasks and timers of ours, all listeners, connections in use and kept."""
    found, connector = Counter[str](), async_get_clientsession(hass).connector
    for task in asyncio.all_tasks():
        code = getattr(task.get_coro(), "cr_code", None)
        if code is not None and PRODUCT in code.co_filename:
            found[f"task {code.co_qualname}"] += 1
    for handle in get_scheduled_timer_handles(asyncio.get_running_loop()):
        # Its own repr cuts long names short.
        if not handle.cancelled() and OURS in f"{handle._callback!r} {handle._args!r}":
            found["timers of ours"] += 1
    for name, count in hass.bus.async_listeners().items():
        found[f"listeners of {name}"] += count
    assert connector is not None
    found["connections in use"] += len(connector._acquired)
    return +found


@dataclass
class Soaked:
    """What a soak came to."""

    days: float = 0
    events: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    hours: int = 0
    lines: int = 0
    again: list[str] = field(default_factory=list)
    leaked: Counter[str] = field(default_factory=Counter)
    grown: int = 0
    grown_ours: int = 0

    def __str__(self) -> str:
        events = ", ".join(f"{name} {count}" for name, count in sorted(self.events.items()))
        return (
            f"{self.days:.0f} days; {events}; {self.requests} requests, {self.hours} rows equal to the truth; "
            f"leaked: {dict(self.leaked) or 'nothing'}; {self.lines} warnings, again in the same state: {len(self.again)}; "
            f"grown by {self.grown / MEGABYTE:.2f} MB, of these {self.grown_ours / MEGABYTE:.2f} in our own files"
        )


class Soak(History):
    """A history with entities, whose process is looked at."""

    def __init__(self, machinery: Machinery, script: Script, lines: Lines) -> None:
        super().__init__(machinery, script)
        self.lines = lines
        self.soaked = Soaked()

    def _changed(self) -> None:
        """Note that the household is in another state: something happened, a fault began or is spent."""
        faults = tuple(fault.id for fault in self.simulator.faults.active())
        self.lines.state = (self.events.total(), faults)

    @override
    async def _do(self, step: Step) -> None:
        self._changed()
        await super()._do(step)
        self.soaked.requests += len(self.simulator.requests)
        self.simulator.requests.clear()

    @override
    async def _pass(self, span: timedelta) -> None:
        self._changed()
        await super()._pass(span)

    async def wait(self, halves: int) -> None:
        """Let half hours pass, one by one."""
        for _ in range(halves):
            await self.pass_time(hours=0.5)

    async def reloaded(self) -> None:
        """Reload the entry, as a user does."""
        entries = self.machinery.hass.config_entries
        if self.entry.state in {ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY}:
            await self.machinery.ticking(entries.async_reload(self.entry.entry_id))
        await self.machinery.settle()

    async def clock_wrong(self, minutes: int) -> None:
        """Let the machine's clock go wrong against the service's by some minutes, for an hour; then it is set right."""
        span = timedelta(minutes=abs(minutes))
        (self.machinery.freezer.tick if minutes > 0 else self.simulator.clock.advance)(span)
        async_fire_time_changed(self.machinery.hass)
        await self.machinery.settle()
        await self.pass_time(hours=1)
        self.machinery.freezer.move_to(self.now)
        async_fire_time_changed(self.machinery.hass)
        await self.machinery.settle()

    async def unloaded(self) -> Counter[str]:
        """Return what is under way after a restart, once the entry was loaded and unloaded."""
        await self.restarted(before_start=False)
        await self.machinery.settle()
        await self.machinery.ticking(
            self.machinery.hass.config_entries.async_unload(self.entry.entry_id)
        )
        await self.machinery.settle()
        found = alive(self.machinery.hass)
        await self._set_up_again()
        await self.machinery.settle()
        return found

    async def soak(self) -> Soaked:
        """Live through it all; return what came of it."""
        await self._do(self.script.begin)
        none = await self.unloaded()
        loaded, memory = alive(self.machinery.hass), held()
        for step in self.script.steps:
            await self._do(step)
        self.simulator.faults.clear()
        self.soaked.days, self.soaked.events = self.days - 40, self.events.copy()
        self.soaked.lines, self.soaked.again = self.lines.count, self.lines.again
        self.soaked.hours = await self.honest_end()
        self.soaked.leaked = await self.unloaded() - none
        self.soaked.leaked |= alive(self.machinery.hass) - loaded
        self.soaked.grown, self.soaked.grown_ours = grown(memory)
        return self.soaked


def held() -> tracemalloc.Snapshot | None:
    """Return what memory is held, where it is traced."""
    gc.collect()
    return tracemalloc.take_snapshot().filter_traces(OTHERS) if tracemalloc.is_tracing() else None


def grown(before: tracemalloc.Snapshot | None) -> tuple[int, int]:
    """Return by how many bytes memory has grown since, and in files of ours."""
    now = held()
    if before is None or now is None:
        return 0, 0
    differences = now.compare_to(before, "filename")
    for each in sorted(differences, key=lambda each: -each.size_diff)[:12]:
        print(f"{each.size_diff / MEGABYTE:8.2f} MB {each.traceback}")  # noqa: T201
    ours = sum(each.size_diff for each in differences if PRODUCT in each.traceback[0].filename)
    return sum(each.size_diff for each in differences), ours
