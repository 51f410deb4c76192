"""How long history takes: a poll without news, one new hour on ten years and on one month, the import of five years.

Home Assistant and its recorder (SQLite in a new directory) are real and run in this process, the simulator in another one, over
loopback and without added latency. Event loop time is the processor time of its thread.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import gc
import json
from pathlib import Path
import platform
from resource import getpagesize
from statistics import median
import subprocess
import sys
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter, thread_time
from typing import Any, Self
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant.components.recorder import statistics as recorder_statistics
from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import aiohttp_client
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.recorder import (
    async_initialize_recorder,
    get_instance,
    session_scope,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
    async_test_home_assistant,
)
from sqlalchemy import insert, select

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.coordinators.readings import ReadingsCoordinator
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.household.usage import ConsumptionPricing
from custom_components.octopus_japan.oejp.kraken.graphql.requester import Requester
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    MonthlyRates,
    Tariff,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
)
from custom_components.octopus_japan.recorder import recorder_pass
from custom_components.octopus_japan.recorder.meter_history import (
    MeterHistory,
    energy_series,
    money_series,
)
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from tests.cards import stepped

HOUR = timedelta(hours=1)
HISTORY = ("half_hourly_readings", "supply_point_import", "measurements", "rate_limit")
INCREMENTS = 40
POLLS = 20


@dataclass
class Service:
    """The simulator's process."""

    base: str
    credentials: dict[str, str]
    spin: str

    async def operations(self, hass: HomeAssistant) -> int:
        """Return how many requests came so far."""
        session = async_get_clientsession(hass)
        async with session.get(f"{self.base}/_simulator/state") as answer:
            return int((await answer.json())["requests"])


@contextmanager
def service(household: str) -> Iterator[Service]:
    """Run the simulator in real time."""
    command = [sys.executable, "-m", "simulator", "--household", household, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while "supply point" not in lines[-1]:
            lines.append(process.stdout.readline())
        words = " ".join(lines).split()
        url = words[words.index("GraphQL") + 1]
        try:
            yield Service(
                url.split("/v1/")[0],
                {
                    CONF_EMAIL: words[words.index("e-mail") + 1],
                    CONF_PASSWORD: words[words.index("password") + 1],
                    CONF_URL: url,
                },
                words[-1],
            )
        finally:
            process.terminate()


@asynccontextmanager
async def home_assistant() -> AsyncIterator[HomeAssistant]:
    """Run Home Assistant with a recorder on a new database."""
    with TemporaryDirectory() as directory:
        async with async_test_home_assistant(config_dir=directory) as hass:
            aiohttp_client._async_make_resolver = lambda _: Resolver()  # type: ignore[assignment, return-value]
            hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
            await hass.config.async_set_time_zone("Asia/Tokyo")
            async_initialize_recorder(hass)
            config = {"recorder": {"db_url": f"sqlite:///{directory}/home-assistant_v2.db"}}
            assert await async_setup_component(hass, "recorder", config)
            await hass.async_block_till_done()
            await get_instance(hass).async_block_till_done()
            try:
                yield hass
            finally:
                await hass.async_stop(force=True)


class Blocks:
    """The longest callback of the event loop, by its processor time, and the longest time for which the loop came not round.

    The latter counts what else the machine does, the first does not.
    """

    def __init__(self) -> None:
        self.longest = self.late = 0.0
        self._at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._run = asyncio.Handle._run

    def __enter__(self) -> Self:
        run, blocks = self._run, self

        def timed(handle: asyncio.Handle) -> None:
            begin = thread_time()
            run(handle)
            blocks.longest = max(blocks.longest, thread_time() - begin)

        asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]
        self._at = perf_counter()
        self._beat()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.Handle._run = self._run  # type: ignore[method-assign]
        if self._timer:
            self._timer.cancel()

    def _beat(self) -> None:
        now = perf_counter()
        self.late = max(self.late, now - self._at - 0.001)
        self._at = now
        self._timer = asyncio.get_running_loop().call_later(0.001, self._beat)


class Memory:
    """The most resident memory of this process above what it had at first, in MiB; looked at by a thread of its own."""

    def __init__(self) -> None:
        self.most = 0.0
        self._end = Event()
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._first = self._resident()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            self.most = max(self.most, (self._resident() - self._first) / 2**20)

    @staticmethod
    def _resident() -> int:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()


@dataclass
class Inserts:
    """The recorder's own time for imports, in its thread."""

    seconds: float = 0.0
    rows: int = 0
    _real: Any = field(default=recorder_statistics.import_statistics)

    def __call__(self, instance: Any, metadata: Any, rows: Any, table: Any) -> bool:
        """Do as the recorder does."""
        begin = perf_counter()
        done: bool = self._real(instance, metadata, rows, table)
        self.seconds += perf_counter() - begin
        self.rows += len(rows)
        return done


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the documents asked."""
    real, asked = Requester.ask, Counter[str]()

    async def ask(requester: Requester, name: str, variables: Any = None) -> Any:
        asked[name] += 1
        return await real(requester, name, variables)

    with patch.object(Requester, "ask", ask):
        yield asked


async def signed_in(hass: HomeAssistant, service: Service) -> ReadingsCoordinator:
    """Set the integration up."""
    entry = MockConfigEntry(domain=DOMAIN, data=service.credentials, unique_id="1")
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED, entry.state
    readings: ReadingsCoordinator = entry.runtime_data.readings
    return readings


class Resolver(ThreadedResolver):
    """Home Assistant's own would want multicast."""

    async def real_close(self) -> None:
        """Close nothing."""


async def imported(readings: ReadingsCoordinator) -> None:
    """Wait for the background import."""
    while readings.backfill._task is None or not readings.backfill._task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def five_years(household: str) -> dict[str, float]:
    """Import the whole history of a household into an empty database."""
    inserts = Inserts()
    with (
        service(household) as simulator,
        patch.object(recorder_pass, "import_statistics", inserts),
        counted() as asked,
    ):
        async with home_assistant() as hass:
            before = perf_counter()
            readings = await signed_in(hass, simulator)
            usable = perf_counter() - before
            # Python's collector now and then looks through all that Home Assistant has loaded, 150 ms here, whoever
            # allocates. What was there before is none of our doing.
            gc.collect()
            gc.freeze()
            first = inserts.seconds, inserts.rows
            begin = perf_counter()
            with Blocks() as blocks, Memory() as memory:
                await imported(readings)
            whole = perf_counter() - begin
            inserts.seconds -= first[0]
            inserts.rows -= first[1]
            rows = len(
                await readings.meter(simulator.spin).energy.async_read(
                    datetime(2000, 1, 1, tzinfo=UTC)
                )
            )
            assert readings.backfill.progress(simulator.spin) == 1
            requests = Counter(asked)
            poll = await polls(hass, simulator, readings)
    return {
        "hours stored": rows,
        "requests": sum(requests[name] for name in HISTORY),
        "of them readings": requests["half_hourly_readings"],
        "usable after (s)": usable,
        "whole (s)": whole,
        "recorder inserts (s)": inserts.seconds,
        "recorder rows": inserts.rows,
        "all but inserts (s)": whole - inserts.seconds,
        "whole / inserts": whole / inserts.seconds,
        "longest callback of the loop (ms)": blocks.longest * 1000,
        "loop late by at most (ms)": blocks.late * 1000,
        "memory on top (MiB)": memory.most,
        **poll,
    }


async def polls(
    hass: HomeAssistant, simulator: Service, readings: ReadingsCoordinator
) -> dict[str, float]:
    """Poll without news."""
    loop_time, wall, asked = [], [], []
    for _ in range(POLLS):
        requests = await simulator.operations(hass)
        await asyncio.sleep(0.05)
        begin, cpu = perf_counter(), thread_time()
        await readings.async_refresh()
        await imported(readings)
        loop_time.append(thread_time() - cpu)
        wall.append(perf_counter() - begin)
        asked.append(await simulator.operations(hass) - requests)
    return {
        "poll: requests": median(asked),
        "poll: event loop (ms)": median(loop_time) * 1000,
        "poll: wall (ms)": median(wall) * 1000,
    }


async def increments() -> dict[str, float]:
    """Write one new hour after another on one month, and on ten years, of stored hours."""
    async with home_assistant() as hass:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        stores = {hours: await store(hass, f"03{hours:020}", now, hours) for hours in (720, 87_660)}
        seconds: dict[int, list[float]] = {hours: [] for hours in stores}
        loop_time: dict[int, list[float]] = {hours: [] for hours in stores}
        pricing = ConsumptionPricing(tariff())
        for new in range(INCREMENTS):
            for hours, point in stores.items():
                end = now + new * HOUR
                readings = [
                    (at, Decimal("0.25"))
                    for half in range(2 * 24 * 7)
                    if (at := end + HOUR - (half + 1) * HOUR / 2)
                ]
                begin, cpu = perf_counter(), thread_time()
                assert await point.record(readings, pricing)
                seconds[hours].append(perf_counter() - begin)
                loop_time[hours].append(thread_time() - cpu)
        month, decade = (median(taken[5:]) for taken in seconds.values())
        loop_month, loop_decade = (median(taken[5:]) for taken in loop_time.values())
    return {
        "one new hour on a month (ms)": month * 1000,
        "one new hour on ten years (ms)": decade * 1000,
        "ten years / a month": decade / month,
        "its event loop, a month (ms)": loop_month * 1000,
        "its event loop, ten years (ms)": loop_decade * 1000,
    }


def tariff() -> Tariff:
    """Return a stepped plan of Tokyo with its monthly rates."""
    monthly_rates = MonthlyRates(
        timeline(fuel_cost_adjustments("03")), timeline(renewable_energy_levies())
    )
    card = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
    return Tariff((card,), monthly_rates, BillingCalendar(day=18))


async def store(hass: HomeAssistant, spin: str, now: datetime, hours: int) -> MeterHistory:
    """Put hours into the database as if they had been imported, all of them 0.5 kWh."""
    energy = energy_series(hass, consumption_id(digest(spin)), "Consumption")
    money = money_series(hass, cost_id(digest(spin)), "Cost")
    first = now - hours * HOUR
    meter = MeterHistory(hass, energy, money, "bench")
    recorder = get_instance(hass)
    for series in (energy, money):
        metadata = await recorder.async_add_executor_job(series.metadata)
        async_add_external_statistics(hass, metadata, [])
    await recorder.async_block_till_done()

    def fill() -> None:
        with session_scope(hass=hass) as session:
            for series in (energy, money):
                number = session.execute(
                    select(StatisticsMeta.id).where(
                        StatisticsMeta.statistic_id == series.statistic_id
                    )
                ).scalar_one()
                session.execute(
                    insert(Statistics),
                    [
                        {
                            "metadata_id": number,
                            "created_ts": 0.0,
                            "start_ts": (first + n * HOUR).timestamp(),
                            "state": 0.5,
                            "sum": (n + 1) / 2,
                        }
                        for n in range(hours)
                    ],
                )

    await recorder.async_add_executor_job(fill)
    return meter


def report(runs: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Print medians, and return them with what they are medians of."""
    found = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        found[name] = {
            "median": median(values),
            "min": min(values),
            "max": max(values),
            "runs": len(values),
        }
        print(f"{name:34} {median(values):12.2f}   {min(values):.2f} to {max(values):.2f}")
    return found


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each measurement; default 5")
    parser.add_argument("--import-runs", type=int, help="of the five years' import, if fewer")
    parser.add_argument("--household", default="veteran", help="whose history; default veteran")
    parser.add_argument("--json", type=Path, help="where to write; default the screen")
    options = parser.parse_args()
    found = report([asyncio.run(increments()) for _ in range(options.runs)])
    times = options.import_runs or options.runs
    found |= report([asyncio.run(five_years(options.household)) for _ in range(times)])
    result = {"python": platform.python_version(), "machine": platform.machine(), "results": found}
    text = json.dumps(result, indent=1)
    if options.json is None:
        sys.stdout.write(text + "\n")
    else:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
