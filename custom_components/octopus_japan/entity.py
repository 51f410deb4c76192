"""Devices, and what every entity of a supply point or an account has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, override

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator
from homeassistant.util import dt as dt_util, slugify

from .const import DOMAIN
from .coordinators.tariff_book import TariffBook
from .identity import digest, last_four
from .oejp.household.accounts import AccountData, generation_end, generation_has_ended
from .oejp.household.gas import GasPointData
from .oejp.household.plan_shape import Feature, plan_features
from .oejp.household.supply import SupplyPointData
from .oejp.kraken.models import GenerationPoint
from .runtime import OctopusConfigEntry
from .shared_points import kept_by_others

MANUFACTURER = "TG Octopus Energy"
WEBSITE = "https://octopusenergy.co.jp/"

ACCOUNT = "account"
SUPPLY_POINT = "electricity_supply_point"
GENERATION_POINT = "electricity_generation_point"
GAS_POINT = "gas_supply_point"
CAMPAIGNS = "campaigns"
"""Of the device of an account: once the service tells anything of campaigns."""

_OBJECTS = {
    ACCOUNT: "octopus_energy_account",
    SUPPLY_POINT: "electricity",
    GENERATION_POINT: "generation",
    GAS_POINT: "gas",
}
"""What entity ids begin with, by the translation key of the device: the same in every language."""

PERIODS_PASS = timedelta(days=62)
"""So long after the end of supply every period that an entity shows has passed: the longest is last month."""


class Lifetime(IntEnum):
    """How long an entity is of use, and in the same terms how far from its supply a point is."""

    SUPPLY = 0
    """While the point is on supply: prices, and how late its readings are."""
    PERIODS = 1
    """Until the periods that it shows have passed: a last day, a last month."""
    HISTORY = 2
    """For ever: what is said of the history that is kept."""


def lifetime_of(point: SupplyPointData, now: datetime) -> Lifetime:
    """Return which entities a point supports: those whose use reaches as far."""
    if not point.has_ended(now):
        return Lifetime.SUPPLY
    if point.supply_end is not None and now < point.supply_end + PERIODS_PASS:
        return Lifetime.PERIODS
    return Lifetime.HISTORY


def lifetime_of_generation(point: GenerationPoint, now: datetime) -> Lifetime:
    """Return which entities a generation point supports, like `lifetime_of`."""
    if not generation_has_ended(point, now):
        return Lifetime.SUPPLY
    end = generation_end(point)
    return Lifetime.PERIODS if end is not None and now < end + PERIODS_PASS else Lifetime.HISTORY


def device_info(
    number: str, kind: str, plan: str | None, via_device_id: str | None = None
) -> DeviceInfo:
    """Return the device of an account or a point: `kind` is its translation key, its plan is its model."""
    device = DeviceInfo(
        identifiers={(DOMAIN, digest(number))},
        translation_key=kind,
        translation_placeholders={"number": last_four(number)},
        manufacturer=MANUFACTURER,
        model=plan,
        configuration_url=WEBSITE,
        entry_type=DeviceEntryType.SERVICE,
    )
    if via_device_id is not None:
        device["via_device_id"] = via_device_id
    return device


def lifetime_of_gas(point: GasPointData, now: datetime) -> Lifetime:
    """Return which entities a gas point supports: of one that has ended, those of its last reading."""
    return Lifetime.HISTORY if point.has_ended(now) else Lifetime.SUPPLY


type Make = Callable[[str, DeviceInfo], Iterable[OctopusEntity[Any]]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What has a device: `kind` is its translation key."""

    number: str
    kind: str
    plan: str | None
    lifetime: Lifetime = Lifetime.SUPPLY
    features: frozenset[Feature] | None = None
    """What its plan has; None where that is not known."""


def _parts(account: AccountData, book: TariffBook, now: datetime) -> Iterator[_Part]:
    """Yield an account, if there is one, then its points."""
    if not account.entered:
        yield _Part(account.number, ACCOUNT, account.plan(now))
    if account.campaigns.told:
        yield _Part(account.number, CAMPAIGNS, account.plan(now))
    for spin, point in account.supply_points.items():
        features = plan_features(book.tariff(spin), now)
        yield _Part(spin, SUPPLY_POINT, point.product_name(now), lifetime_of(point, now), features)
    for gpin, source in account.generation_points.items():
        yield _Part(gpin, GENERATION_POINT, None, lifetime_of_generation(source, now))
    for spin, gas in account.gas_points.items():
        yield _Part(spin, GAS_POINT, gas.product_name(now), lifetime_of_gas(gas, now))


@callback
def add_entities_of(
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    *,
    for_account: Make = lambda *_: (),
    for_supply_point: Make = lambda *_: (),
    for_generation_point: Make = lambda *_: (),
    for_gas_point: Make = lambda *_: (),
    for_campaigns: Make = lambda *_: (),
) -> None:
    """Add the entities of every account and point now, and of those that appear later without a reload.

    A point whose supply has ended keeps those that its history supports; the others go, and so does what its plan does not have.
    While that is not known, what there was stays. What another entry keeps has none here.
    """
    makes = {
        ACCOUNT: for_account,
        SUPPLY_POINT: for_supply_point,
        GENERATION_POINT: for_generation_point,
        GAS_POINT: for_gas_point,
        CAMPAIGNS: for_campaigns,
    }
    follower = _Follower(entry, async_add_entities, makes)
    follower.async_update()
    account, book = entry.runtime_data.account, entry.runtime_data.book
    entry.async_on_unload(account.async_add_listener(follower.async_update))
    entry.async_on_unload(book.async_add_listener(follower.async_update))


class _Follower:
    """Keeps the devices and the entities of one platform as what is listed has them."""

    def __init__(
        self,
        entry: OctopusConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
        makes: Mapping[str, Make],
    ) -> None:
        self._entry = entry
        self._hass = entry.runtime_data.account.hass
        self._add = async_add_entities
        self._makes = makes
        self._entities = er.async_get(self._hass)
        self._platform = async_get_current_platform().domain
        self._seen: dict[tuple[str, str], tuple[Lifetime, frozenset[Feature] | None]] = {}
        self._added: set[str] = set()

    @callback
    def async_update(self) -> None:
        """Bring devices and entities up to date."""
        clocks, now = self._entry.runtime_data, dt_util.utcnow()
        kept = kept_by_others(self._hass, self._entry)
        devices = dr.async_get(self._hass)
        for data in clocks.account.data.accounts.values():
            via: str | None = None
            for part in _parts(data, clocks.book, now):
                if digest(part.number) in kept:
                    continue
                kind = ACCOUNT if part.kind == CAMPAIGNS else part.kind
                device = device_info(part.number, kind, part.plan, None if kind == ACCOUNT else via)
                # The device says what is known now: a plan changes.
                known = devices.async_get_or_create(config_entry_id=self._entry.entry_id, **device)
                if part.kind == ACCOUNT:
                    via = known.id
                self._follow(part, device)

    def _follow(self, part: _Part, device: DeviceInfo) -> None:
        which = part.kind, part.number
        if self._seen.get(which) == (part.lifetime, part.features):
            return
        self._seen[which] = part.lifetime, part.features
        new: list[Entity] = []
        for item in self._makes[part.kind](part.number, device):
            unique_id = item.unique_id or ""
            entity_id = self._entities.async_get_entity_id(self._platform, DOMAIN, unique_id)
            if _belongs(item, part, known=entity_id is not None):
                if unique_id not in self._added:
                    new.append(item)
                    self._added.add(unique_id)
                continue
            self._added.discard(unique_id)
            if entity_id is not None:
                self._entities.async_remove(entity_id)
        self._add(new)


def _belongs(item: OctopusEntity[Any], part: _Part, *, known: bool) -> bool:
    """Tell whether an entity is of use; `known` if the registry has it."""
    if item.lifetime < part.lifetime:
        return False
    if item.needs is None:
        return True
    return known if part.features is None else item.needs in part.features


def object_id(device: DeviceInfo, number: str) -> str:
    """Return what the entity ids of a device begin with: `electricity_1234`."""
    return slugify(f"{_OBJECTS[device['translation_key'] or '']}_{last_four(number)}")


class OctopusEntity[CoordinatorT: DataUpdateCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """An entity of what `number` names.

    Its unique id is the same after the entry was removed and added again. Its entity id is proposed in English, so that the
    documentation shows it as it is in every language.
    """

    _attr_has_entity_name = True
    _domain: Platform

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
        self.entity_id = f"{self._domain}.{object_id(device, number)}_{description.key}"

    @property
    def lifetime(self) -> Lifetime:
        """How long it is of use."""
        return Lifetime.SUPPLY

    @property
    def needs(self) -> Feature | None:
        """What the plan has to have."""
        return None

    @property
    @override
    def available(self) -> bool:
        """One point's failure is its own. Before the first data nothing has failed: the state is unknown."""
        return super().available and (
            not self.coordinator.data or self.number in self.coordinator.data
        )
