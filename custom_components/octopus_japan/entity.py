"""Devices, and what every entity of a supply point or an account has."""

from collections.abc import Callable, Iterable
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator

from .const import DOMAIN
from .identity import digest, last_four
from .runtime import OctopusConfigEntry

MANUFACTURER = "TG Octopus Energy"


def device_info(number: str, kind: str, via_device_id: str | None = None) -> DeviceInfo:
    """Return the device of an account or a point: `kind` is its translation key."""
    device = DeviceInfo(
        identifiers={(DOMAIN, digest(number))},
        translation_key=kind,
        translation_placeholders={"number": last_four(number)},
        manufacturer=MANUFACTURER,
        entry_type=DeviceEntryType.SERVICE,
    )
    if via_device_id is not None:
        device["via_device_id"] = via_device_id
    return device


@callback
def add_entities_of(
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    for_account: Callable[[str, DeviceInfo], Iterable[Entity]] = lambda *_: (),
    for_supply_point: Callable[[str, DeviceInfo], Iterable[Entity]] = lambda *_: (),
    for_generation_point: Callable[[str, DeviceInfo], Iterable[Entity]] = lambda *_: (),
) -> None:
    """Add the entities of every account and point now, and of those that appear later without a reload."""
    account = entry.runtime_data.account
    registry = dr.async_get(account.hass)
    seen: set[str] = set()

    def add(
        number: str, device: DeviceInfo, make: Callable[[str, DeviceInfo], Iterable[Entity]]
    ) -> None:
        if number not in seen:
            seen.add(number)
            async_add_entities(make(number, device))

    @callback
    def add_new() -> None:
        for number, data in account.data.accounts.items():
            device = device_info(number, "account")
            via = registry.async_get_or_create(config_entry_id=entry.entry_id, **device).id
            add(number, device, for_account)
            for spin in data.supply_points:
                add(spin, device_info(spin, "electricity_supply_point", via), for_supply_point)
            for gpin in data.generation_points:
                point = device_info(gpin, "electricity_generation_point", via)
                add(gpin, point, for_generation_point)

    add_new()
    entry.async_on_unload(account.async_add_listener(add_new))


class OctopusEntity[CoordinatorT: DataUpdateCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """An entity of what `number` names. Its unique id is the same after the entry was removed and added again."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: CoordinatorT,
        number: str,
        description: EntityDescription,
        device: DeviceInfo,
    ) -> None:
        super().__init__(coordinator, context=number)
        self.entity_description = description
        self.number = number
        self._attr_unique_id = f"{digest(number)}_{description.key}"
        self._attr_device_info = device

    @property
    @override
    def available(self) -> bool:
        """One point's failure is its own."""
        return super().available and self.number in self.coordinator.data
