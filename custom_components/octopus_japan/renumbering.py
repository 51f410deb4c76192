"""A supply point gets another number: its entities, its device and what the user entered of it are kept.

An entry becomes a login, or the other way round, and the household behind it is the same one. Statistics stay where they are: those of
an own meter are estimates, and those of the supplier's readings are not.
"""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import CONF_CAPACITY, CONF_OWN_METER, CONF_SERIAL_NUMBER, DOMAIN
from .runtime import OctopusConfigEntry

_PRICE = "current_price"
"""What every supply point has."""


@callback
def points_of(hass: HomeAssistant, entry: OctopusConfigEntry) -> dict[str, str]:
    """Return the names of an entry's supply points by the digests of their numbers, whether it runs or not."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    found: dict[str, str] = {}
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        point, _, key = entity.unique_id.partition("_")
        if key == _PRICE and (device := devices.async_get(entity.device_id or "")) is not None:
            found[point] = device.name_by_user or device.name or point
    return found


@callback
def async_renumber(hass: HomeAssistant, entry: OctopusConfigEntry, old: str, new: str) -> bool:
    """Give what a digest names to another one. False, and nothing done, where the other one is there already."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    if old == new:
        return True
    ours = (entity for entity in registry.entities.values() if entity.platform == DOMAIN)
    if any(entity.unique_id.partition("_")[0] == new for entity in ours):
        return False
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        point, _, key = entity.unique_id.partition("_")
        if point == old:
            registry.async_update_entity(entity.entity_id, new_unique_id=f"{new}_{key}")
    if device := devices.async_get_device_by_identifier((DOMAIN, old), entry.entry_id):
        devices.async_update_device(device.id, new_identifiers={(DOMAIN, new)})
    if entry.state is ConfigEntryState.LOADED:
        rates = entry.runtime_data.memory.parts.entered_rates
        if old in rates:
            rates[new] = rates.pop(old)
    return True


def renumbered(options: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return an entry's options with what they say of one digest said of another."""
    found = dict(options)
    for key in (CONF_CAPACITY, CONF_OWN_METER, CONF_SERIAL_NUMBER):
        named = found.get(key, {})
        if old in named:
            found[key] = {(new if point == old else point): of for point, of in named.items()}
    return found
