"""The probe with the login of an entry, and its last report, which outlives a restart (docs/api.md#probe)."""

import asyncio
import json
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import json_loads_object

from .const import CONF_PRE_SIGNED_KEY
from .oejp.probe import Probe
from .oejp.probe.probe import ADDRESSES
from .runtime import OctopusConfigEntry

KEYS = (CONF_API_KEY, CONF_PRE_SIGNED_KEY)
"""What stands in the data of an entry that signs in with a key, and what the report calls that."""
PAUSE = 1.0
"""Seconds between two requests: the probe is in no hurry."""


async def async_probe_entry(entry: OctopusConfigEntry) -> dict[str, Any]:
    """Ask everything once, which takes about two minutes, keep the report and return it. Raises KrakenError."""
    url = entry.data[CONF_URL]

    async def pause() -> None:
        await asyncio.sleep(PAUSE)

    probe = Probe(
        entry.runtime_data.readings.client,
        dt_util.utcnow,
        pause,
        sign_in=next((way for way in KEYS if way in entry.data), "password"),
        addresses=ADDRESSES if url in ADDRESSES else (),
    )
    report = (await probe.run()).told
    memory = entry.runtime_data.memory
    memory.parts.probe_report = json.dumps(report)
    memory.async_save()
    return report


@callback
def last_report(entry: OctopusConfigEntry) -> dict[str, Any] | None:
    """Return the last report of a probe, for the diagnostics, which ask nothing themselves; None while there is none."""
    try:
        return json_loads_object(entry.runtime_data.memory.parts.probe_report)
    except ValueError:
        return None
