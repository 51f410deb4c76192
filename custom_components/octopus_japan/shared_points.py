"""Accounts and points that two logins see: the entry that had them first keeps them, and the other says so.

Whose they are is read from the entity registry, so that it is the same after a restart. When the entry that keeps them is
removed, the other takes over.
"""

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from .const import DOMAIN
from .identity import digest, last_four
from .issues import async_report, async_settle
from .runtime import OctopusConfigEntry

KEPT = "kept_by_another_entry"


@callback
def kept_by_others(hass: HomeAssistant, entry: OctopusConfigEntry) -> set[str]:
    """Return the digests of the accounts and points that have entities in another entry."""
    registry = er.async_get(hass)
    return {
        entity.unique_id.partition("_")[0]
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.entry_id != entry.entry_id
        for entity in er.async_entries_for_config_entry(registry, other.entry_id)
    }


@callback
def async_watch_shared_points(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Tell the user of points that another entry keeps, and take over when that entry is removed."""
    account = entry.runtime_data.account

    @callback
    def update() -> None:
        login, kept = account.data, kept_by_others(hass, entry)
        shared = [
            number
            for number in (*login.supply_points, *login.generation_points)
            if digest(number) in kept
        ]
        if shared:
            numbers = ", ".join(f"…{last_four(number)}" for number in sorted(shared))
            async_report(hass, entry, KEPT, numbers=numbers)
        else:
            async_settle(hass, entry, KEPT)

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry) -> None:
        if change is ConfigEntryChange.REMOVED and other.domain == DOMAIN:
            account.async_update_listeners()

    update()
    entry.async_on_unload(account.async_add_listener(update))
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed))
