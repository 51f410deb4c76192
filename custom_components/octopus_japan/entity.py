"""Devices, and what every entity of a supply point or an account has."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .identity import digest, last_four
from .oejp.household.supply import SupplyPointData, generation_end, generation_has_ended
from .oejp.kraken.models import GenerationPoint
from .runtime import OctopusConfigEntry
from .shared_points import kept_by_others

MANUFACTURER = "TG Octopus Energy"

PERIODS_PASS = timedelta(days=62)
"""So long after the end of supply every period that an entity shows has passed: the longest is last month."""


class Use(IntEnum):
    """How long an entity is of use, and in the same terms how far from its supply a point is."""

    SUPPLY = 0
    """While the point is on supply: prices, and how late its readings are."""
    PERIODS = 1
    """Until the periods that it shows have passed: a last day, a last month."""
    HISTORY = 2
    """For ever: what is said of the history that is kept."""


def use_of(point: SupplyPointData, now: datetime) -> Use:
    """Return which entities a point supports: those whose use reaches as far."""
    if not point.has_ended(now):
        return Use.SUPPLY
    if point.supply_end is not None and now < point.supply_end + PERIODS_PASS:
        return Use.PERIODS
    return Use.HISTORY


def use_of_generation(point: GenerationPoint, now: datetime) -> Use:
    """Return which entities a generation point supports, like `use_of`."""
    if not generation_has_ended(point, now):
        return Use.SUPPLY
    end = generation_end(point)
    return Use.PERIODS if end is not None and now < end + PERIODS_PASS else Use.HISTORY


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


type Make = Callable[[str, DeviceInfo], Iterable[OctopusEntity[Any]]]


@callback
def add_entities_of(
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    for_account: Make = lambda *_: (),
    for_supply_point: Make = lambda *_: (),
    for_generation_point: Make = lambda *_: (),
) -> None:
    """Add the entities of every account and point now, and of those that appear later without a reload.

    A point whose supply has ended keeps those that its history supports; the others go. What another entry keeps has none here.
    """
    account = entry.runtime_data.account
    devices, entities = dr.async_get(account.hass), er.async_get(account.hass)
    platform = async_get_current_platform().domain
    kept: set[str] = set()
    seen: dict[str, Use] = {}
    added: set[str] = set()

    def follow(number: str, device: DeviceInfo, make: Make, use: Use = Use.SUPPLY) -> None:
        if seen.get(number) is use or digest(number) in kept:
            return
        seen[number] = use
        new: list[Entity] = []
        for item in make(number, device):
            unique_id = item.unique_id or ""
            if item.use >= use:
                if unique_id not in added:
                    new.append(item)
                    added.add(unique_id)
                continue
            added.discard(unique_id)
            if entity_id := entities.async_get_entity_id(platform, DOMAIN, unique_id):
                entities.async_remove(entity_id)
        async_add_entities(new)

    @callback
    def update() -> None:
        nonlocal kept
        now, kept = dt_util.utcnow(), kept_by_others(account.hass, entry)
        for number, data in account.data.accounts.items():
            device, via = device_info(number, "account"), None
            if digest(number) not in kept:
                via = devices.async_get_or_create(config_entry_id=entry.entry_id, **device).id
            follow(number, device, for_account)
            for spin, point in data.supply_points.items():
                supply_point = device_info(spin, "electricity_supply_point", via)
                follow(spin, supply_point, for_supply_point, use_of(point, now))
            for gpin, source in data.generation_points.items():
                feeding = device_info(gpin, "electricity_generation_point", via)
                follow(gpin, feeding, for_generation_point, use_of_generation(source, now))

    update()
    entry.async_on_unload(account.async_add_listener(update))


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
    def use(self) -> Use:
        """How long it is of use."""
        return Use.SUPPLY

    @property
    @override
    def available(self) -> bool:
        """One point's failure is its own. Before the first data nothing has failed: the state is unknown."""
        return super().available and (
            not self.coordinator.data or self.number in self.coordinator.data
        )
