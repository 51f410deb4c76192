"""The action that reads history again: for corrections older than what is re-read by itself."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..coordinators.half_hourly import HalfHourlyCoordinator
from ..identity import is_ours, number_of
from ..runtime import OctopusConfigEntry
from .fields import instant, mistake

SCHEMA = vol.Schema({vol.Optional("device_id"): cv.string, vol.Optional("start"): object})


async def async_reimport_history(call: ServiceCall) -> None:
    """Read the history of one point, or of all, again from a date on; without one from the start of supply.

    What differs is rewritten, in the background; what the service no longer answers stays.
    """
    data = call.data
    start = instant(data["start"], after=dt_util.utcnow()) if "start" in data else None
    for clock, number in _points(call.hass, data.get("device_id")):
        clock.backfill.async_ask(number, start)


@callback
def _points(
    hass: HomeAssistant, device_id: str | None
) -> list[tuple[HalfHourlyCoordinator[Any], str]]:
    entries: list[OctopusConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    chosen = None
    if device_id is not None:
        device = dr.async_get(hass).async_get(device_id)
        if device is None or not is_ours(device.identifiers):
            raise mistake("not_a_point")
        entries, chosen = [async_get_config_entry(hass, DOMAIN, device.config_entry_id)], device
    elif not entries:
        # Raises what is the matter: none, or not loaded.
        entries = [async_get_config_entry(hass, DOMAIN, None)]
    found: list[tuple[HalfHourlyCoordinator[Any], str]] = [
        (clock, number)
        for entry in entries
        for clock in (entry.runtime_data.readings, entry.runtime_data.exports)
        for number in clock.numbers()
        if chosen is None or number_of(chosen.identifiers, (number,))
    ]
    if chosen is not None and not found:
        raise mistake("not_a_point")
    return found
