"""Accounts and points that two logins see: the entry that had them first keeps them, and the other says so.

Whose they are is read from the entity registry, so that it is the same after a restart. The other takes over when the entry
that keeps them is removed, or when its login no longer lists them.
"""

from collections.abc import Iterator

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
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
    """Return the digests of the accounts and points that another entry keeps.

    It keeps what it has entities of in the registry; while it runs, only what was listed since it was set up.
    """
    registry = er.async_get(hass)
    kept: set[str] = set()
    for other in _others(hass, entry):
        named = {
            entity.unique_id.partition("_")[0]
            for entity in er.async_entries_for_config_entry(registry, other.entry_id)
        }
        if other.state is ConfigEntryState.LOADED:
            named &= {digest(number) for number in other.runtime_data.account.had}
        kept |= named
    return kept


@callback
def async_watch_shared_points(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Tell the user of points that another entry keeps, and take over what it keeps no longer."""
    account = entry.runtime_data.account

    @callback
    def update() -> None:
        login, kept = account.data, kept_by_others(hass, entry)
        shared = [
            number
            for number in (*login.supply_points, *login.generation_points, *login.gas_points)
            if digest(number) in kept
        ]
        if shared:
            numbers = ", ".join(f"…{last_four(number)}" for number in sorted(shared))
            async_report(hass, entry, KEPT, numbers=numbers)
        else:
            async_settle(hass, entry, KEPT)
        for other in _others(hass, entry):
            if other.state is ConfigEntryState.LOADED and (lost := _lost(other, shared)):
                entry.async_create_task(hass, _async_take_over(hass, entry, other, lost))

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry) -> None:
        if other.domain != DOMAIN or other.entry_id == entry.entry_id:
            return
        running = other.state is ConfigEntryState.LOADED
        if change is ConfigEntryChange.REMOVED or (change is ConfigEntryChange.UPDATED and running):
            account.async_update_listeners()

    update()
    entry.async_on_unload(account.async_add_listener(update))
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed))


def _others(hass: HomeAssistant, entry: OctopusConfigEntry) -> Iterator[OctopusConfigEntry]:
    return (
        other
        for other in hass.config_entries.async_entries(DOMAIN)
        if other.entry_id != entry.entry_id
    )


def _lost(other: OctopusConfigEntry, numbers: list[str]) -> set[str]:
    """Return the digests of those points that an entry had since it was set up, and its login lists no longer."""
    account = other.runtime_data.account
    return {digest(n) for n in numbers if n in account.had and not account.lists(n)}


async def _async_take_over(
    hass: HomeAssistant, entry: OctopusConfigEntry, other: OctopusConfigEntry, lost: set[str]
) -> None:
    """Give entities of another entry to this one. It is set up anew, so that nothing of it shows or writes them any more."""
    if not await hass.config_entries.async_unload(other.entry_id):
        return
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, other.entry_id):
        if entity.unique_id.partition("_")[0] in lost:
            registry.async_update_entity(entity.entity_id, config_entry_id=entry.entry_id)
    await hass.config_entries.async_setup(other.entry_id)
    entry.runtime_data.account.async_update_listeners()
