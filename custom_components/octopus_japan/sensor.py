"""Sensors: the tables of `entities`, made into entities of each account, supply point and generation point."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .entities.account import ACCOUNT_SENSORS
from .entities.bills import BILL_SENSORS
from .entities.campaigns import CAMPAIGN_SENSORS
from .entities.comparison import COMPARISON_SENSORS
from .entities.contract import CONTRACT_SENSORS
from .entities.description import OctopusSensorDescription, Value
from .entities.gas import GAS_SENSORS
from .entities.hourly_prices import HOURLY_PRICES, LISTS
from .entities.own_meter import OWN_METER_SENSORS
from .entities.prices import PRICE_SENSORS
from .entities.projection import PROJECTION_SENSORS
from .entities.rewards import REWARD_SENSORS
from .entities.supply import GENERATION_POINT_SENSORS, SUPPLY_POINT_SENSORS
from .entities.usage import EXPORT_SENSORS, READINGS_SENSORS, USAGE_SENSORS
from .entity import Lifetime, OctopusEntity, add_entities_of
from .oejp.household.accounts import AccountData
from .oejp.household.plan_shape import Feature
from .oejp.household.supply import SupplyPointData
from .oejp.kraken.models import GenerationPoint
from .presentation import shown
from .runtime import OctopusConfigEntry, OctopusRuntimeData

PARALLEL_UPDATES = 0


class OctopusSensor(OctopusEntity[DataUpdateCoordinator[Any]], SensorEntity):
    """Shows what its description takes from what its coordinator knows of its number."""

    _domain = Platform.SENSOR

    entity_description: OctopusSensorDescription[Any]
    _unrecorded_attributes = LISTS | {"best", "rates", "tiers", "results", "campaigns"}

    def _data(self) -> Any:
        """Return what is known of the number, None while nothing is."""
        return (self.coordinator.data or {}).get(self.number)

    @property
    @override
    def lifetime(self) -> Lifetime:
        return self.entity_description.lifetime

    @property
    @override
    def needs(self) -> Feature | None:
        return self.entity_description.needs

    @property
    @override
    def native_value(self) -> Value:
        data = self._data()
        return None if data is None else self.entity_description.value_fn(data)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        data = self._data()
        attributes = None if data is None else self.entity_description.attributes_fn(data)
        return None if attributes is None else shown(attributes)


class AccountSensor(OctopusSensor):
    """A fact about an account, as the account clock's last answer had it."""

    @property
    @override
    def available(self) -> bool:
        data = self._data()
        return self.coordinator.last_update_success and data is not None and data.answers

    @override
    def _data(self) -> AccountData | None:
        known: AccountData | None = self.coordinator.data.accounts.get(self.number)
        return known


class SupplyPointSensor(OctopusSensor):
    """What the account clock's last answer said of a supply point."""

    @override
    def _data(self) -> SupplyPointData | None:
        known: SupplyPointData | None = self.coordinator.data.supply_points.get(self.number)
        return known

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.last_update_success and self._data() is not None


class GenerationPointSensor(OctopusSensor):
    """What the account clock's last answer said of a generation point."""

    @override
    def _data(self) -> GenerationPoint | None:
        _, point = self.coordinator.data.generation_points.get(self.number, (None, None))
        known: GenerationPoint | None = point
        return known

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.last_update_success and self._data() is not None


@dataclass(frozen=True, kw_only=True)
class Family:
    """A table of descriptions, and the coordinator that their values come from: its data is by number."""

    clock: Callable[[OctopusRuntimeData], DataUpdateCoordinator[Any]]
    sensors: tuple[OctopusSensorDescription[Any], ...]
    sensor: type[OctopusSensor] = OctopusSensor
    wanted: Callable[[OctopusRuntimeData, str], bool] = lambda *_: True
    """Whether a number has them: some rest on what an option names, or only a login tells."""


def _measured(clocks: OctopusRuntimeData, spin: str) -> bool:
    return clocks.readings.has_history(spin)


def _told(clocks: OctopusRuntimeData, spin: str) -> bool:
    """Tell whether the service tells of a point: of one that was entered there are no bills, and nothing to compare with."""
    return not clocks.account.data.supply_points[spin].entered


OF_ACCOUNT = (
    Family(clock=lambda clocks: clocks.account, sensors=ACCOUNT_SENSORS, sensor=AccountSensor),
    Family(clock=lambda clocks: clocks.rewards, sensors=REWARD_SENSORS),
)
OF_CAMPAIGNS = (
    Family(clock=lambda clocks: clocks.account, sensors=CAMPAIGN_SENSORS, sensor=AccountSensor),
)
OF_SUPPLY_POINT = (
    Family(clock=lambda clocks: clocks.prices, sensors=(*PRICE_SENSORS, *HOURLY_PRICES)),
    Family(clock=lambda clocks: clocks.prices, sensors=CONTRACT_SENSORS),
    Family(clock=lambda clocks: clocks.readings, sensors=USAGE_SENSORS, wanted=_measured),
    Family(clock=lambda clocks: clocks.readings, sensors=READINGS_SENSORS, wanted=_told),
    Family(clock=lambda clocks: clocks.bills, sensors=BILL_SENSORS, wanted=_told),
    Family(clock=lambda clocks: clocks.projection, sensors=PROJECTION_SENSORS, wanted=_measured),
    Family(clock=lambda clocks: clocks.comparison, sensors=COMPARISON_SENSORS, wanted=_measured),
    Family(
        clock=lambda clocks: clocks.readings,
        sensors=OWN_METER_SENSORS,
        wanted=lambda clocks, spin: clocks.readings.own.has(spin) and _told(clocks, spin),
    ),
    Family(
        clock=lambda clocks: clocks.account,
        sensors=SUPPLY_POINT_SENSORS,
        sensor=SupplyPointSensor,
        wanted=_told,
    ),
)
OF_GENERATION_POINT = (
    Family(clock=lambda clocks: clocks.exports, sensors=EXPORT_SENSORS),
    Family(
        clock=lambda clocks: clocks.account,
        sensors=GENERATION_POINT_SENSORS,
        sensor=GenerationPointSensor,
    ),
)
OF_GAS_POINT = (Family(clock=lambda clocks: clocks.gas, sensors=GAS_SENSORS),)


def _forget(registry: er.EntityRegistry, sensors: Iterable[OctopusSensor]) -> None:
    """Take sensors out of the registry that are of no use any more."""
    for sensor in sensors:
        unique_id = sensor.unique_id or ""
        if entity_id := registry.async_get_entity_id(SENSOR_DOMAIN, DOMAIN, unique_id):
            registry.async_remove(entity_id)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors."""
    clocks, registry = entry.runtime_data, er.async_get(hass)

    def make(families: Iterable[Family]) -> Callable[[str, DeviceInfo], list[OctopusSensor]]:
        def sensors(number: str, device: DeviceInfo) -> list[OctopusSensor]:
            found: list[OctopusSensor] = []
            for family in families:
                made = [
                    family.sensor(family.clock(clocks), number, description, device)
                    for description in family.sensors
                ]
                if family.wanted(clocks, number):
                    found += made
                else:
                    _forget(registry, made)
            return found

        return sensors

    add_entities_of(
        entry,
        async_add_entities,
        for_account=make(OF_ACCOUNT),
        for_supply_point=make(OF_SUPPLY_POINT),
        for_generation_point=make(OF_GENERATION_POINT),
        for_gas_point=make(OF_GAS_POINT),
        for_campaigns=make(OF_CAMPAIGNS),
    )
