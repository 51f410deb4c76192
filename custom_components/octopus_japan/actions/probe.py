"""The action that asks everything once, and answers with a report that identifies nobody (docs/api.md#probe)."""

from homeassistant.core import ServiceCall, ServiceResponse
import voluptuous as vol

from ..oejp.kraken import KrakenError
from ..probing import async_probe_entry
from .fields import CONFIG_ENTRY, chosen_entry, unanswered

SCHEMA = vol.Schema(CONFIG_ENTRY)


async def async_probe(call: ServiceCall) -> ServiceResponse:
    """Probe the service with the login of an entry; it takes about two minutes."""
    try:
        return await async_probe_entry(chosen_entry(call.hass, call.data))
    except KrakenError as error:
        raise unanswered("probe_failed", error) from error
