"""How long a new entry takes until its entities are there, and how many requests: without latency, and with 250 ms a request.

Home Assistant and its recorder are real and run in this process, the simulator in another one, over loopback. Times are by the
clock, so they count what else the machine does.

Usage: scripts/bench setup [--runs N] [--json FILE]
"""

import asyncio
from time import perf_counter

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
)

from custom_components.octopus_japan.const import DOMAIN
from scripts.figures import options, save, told
from scripts.measured_home import Service, home_assistant, service

HOUSEHOLDS = ("green-tokyo", "three-points-two-accounts")
LATENCIES = (0.0, 0.25)
WANTED = "wanted with 250 ms: entities within 3 s, at most eight requests in a row"


async def _slow_down(hass: HomeAssistant, simulator: Service, seconds: float) -> None:
    session = async_get_clientsession(hass)
    fault = {"kind": "slow", "seconds": seconds}
    async with session.post(f"{simulator.base}/_simulator/faults", json=fault) as answer:
        answer.raise_for_status()


async def _set_up(simulator: Service, latency: float) -> tuple[float, int, int]:
    """Return seconds until the entities are there, requests until then, and how many entities there are."""
    async with home_assistant() as hass:
        hass.config.components.add("homeassistant")
        if latency:
            await _slow_down(hass, simulator, latency)
        before = await simulator.operations(hass)
        entry = MockConfigEntry(domain=DOMAIN, data=simulator.credentials)
        entry.add_to_hass(hass)
        began = perf_counter()
        await hass.config_entries.async_setup(entry.entry_id)
        seconds = perf_counter() - began
        asked = await simulator.operations(hass) - before
        if entry.state is not ConfigEntryState.LOADED:
            raise SystemExit(f"set-up failed: {entry.reason}")
        entities = len([s for s in hass.states.async_all() if s.entity_id.split(".")[0] in SHOWN])
        await hass.config_entries.async_remove(entry.entry_id)
        return seconds, asked, entities


SHOWN = {"sensor", "binary_sensor", "calendar"}


def main() -> None:
    """Measure, print medians, and write all figures."""
    given = options(__doc__, 3)
    found: dict[str, list[float]] = {}
    for household in HOUSEHOLDS:
        for latency in LATENCIES:
            name = f"{household} at {1000 * latency:.0f} ms"
            for _ in range(given.runs):
                with service(household) as simulator:
                    seconds, asked, entities = asyncio.run(_set_up(simulator, latency))
                found.setdefault(f"{name}: until entities (s)", []).append(seconds)
                found.setdefault(f"{name}: requests", []).append(asked)
                found.setdefault(f"{name}: entities", []).append(entities)
    figures = told(found)
    print(WANTED)
    save(given.json, figures)


if __name__ == "__main__":
    main()
