"""A Home Assistant with a recorder in this process and the simulator in another one, for the benchmarks to measure."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from statistics import median
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

from aiohttp import ThreadedResolver
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import aiohttp_client, frame
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.recorder import (
    async_initialize_recorder,
    get_instance,
)
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.coordinators.readings import ReadingsCoordinator

POLLS = 10


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
            frame.async_setup(hass)
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
