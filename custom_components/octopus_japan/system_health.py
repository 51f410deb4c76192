"""System health: can the service be reached, and how much of its allowance is left."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from yarl import URL

from .const import DEFAULT_URL, DOMAIN
from .coordinators.without_login import is_without_login
from .oejp.kraken import KrakenError
from .runtime import OctopusConfigEntry


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the callback."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the system health page shows."""
    entries: list[OctopusConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    entries = [entry for entry in entries if not is_without_login(entry.data)]
    url = URL(entries[0].data[CONF_URL] if entries else DEFAULT_URL)
    info: dict[str, Any] = {
        "can_reach_server": system_health.async_check_can_reach_url(hass, str(url.origin()))
    }
    if entries:
        info["remaining_points"] = _remaining_points(entries[0])
    return info


async def _remaining_points(entry: OctopusConfigEntry) -> str:
    try:
        limit = await entry.runtime_data.readings.client.login.rate_limit()
    except KrakenError:
        return "unknown"
    return f"{limit.remaining_points} / {limit.limit}"
