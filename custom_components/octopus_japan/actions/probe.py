"""The action that asks everything once, and answers with a report that identifies nobody (docs/api.md#probe)."""

import asyncio

from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..oejp.kraken import KrakenError
from ..oejp.probe import Probe
from ..oejp.probe.probe import ADDRESSES
from ..runtime import keep_report
from .fields import CONFIG_ENTRY, chosen_entry

SCHEMA = vol.Schema(CONFIG_ENTRY)

PAUSE = 1.0
"""Seconds between two requests: the probe is in no hurry."""


async def async_probe(call: ServiceCall) -> ServiceResponse:
    """Probe the service with the login of an entry; it takes about two minutes."""
    entry = chosen_entry(call.hass, call.data)
    url = entry.data[CONF_URL]

    async def pause() -> None:
        await asyncio.sleep(PAUSE)

    probe = Probe(
        entry.runtime_data.readings.client,
        dt_util.utcnow,
        pause,
        sign_in="api_key" if CONF_API_KEY in entry.data else "password",
        addresses=ADDRESSES if url in ADDRESSES else (),
    )
    try:
        report = (await probe.run()).told
    except KrakenError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="probe_failed",
            translation_placeholders={"reason": str(error)},
        ) from error
    keep_report(call.hass, entry, report)
    return report
