"""Sensors: prices, usage and cost of each supply point, balance and plan of each account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .coordinators.account import AccountCoordinator
from .coordinators.exports import ExportsCoordinator, PointExport
from .coordinators.prices import PointPrices, PricesCoordinator
from .coordinators.readings import ReadingsCoordinator
from .entity import OctopusEntity, Use, add_entities_of
from .oejp.household.supply import AccountData
from .oejp.household.totals import Total
from .oejp.household.usage import PointUsage
from .oejp.tariff import Component, DayPrices, Per, Price
from .presentation import BANDS, band_option, estimation, price_attributes
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

YEN = "JPY"
YEN_PER_KWH = "JPY/kWh"
YEN_PER_DAY = "JPY/d"

type Value = StateType | datetime
type Attributes = Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class OctopusSensorDescription[DataT](SensorEntityDescription):
    """A sensor: what it shows of its coordinator's data, None while that is unknown."""

    value_fn: Callable[[DataT], Value]
    use: Use = Use.SUPPLY
    attributes_fn: Callable[[DataT], Attributes] = lambda _: None
    last_reset_fn: Callable[[DataT], datetime | None] = lambda _: None


def _price(
    key: str,
    value: Callable[[PointPrices], Value],
    *,
    attributes: Callable[[PointPrices], Attributes] = lambda _: None,
    enabled: bool = True,
    category: EntityCategory | None = None,
    unit: str = YEN_PER_KWH,
) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        entity_category=category,
        value_fn=value,
        attributes_fn=attributes,
    )


def _time(key: str, value: Callable[[PointPrices], Value]) -> OctopusSensorDescription[PointPrices]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=value,
    )


def _component(price: Price | None, component: Component) -> float | None:
    part = price.components.get(component) if price else None
    return None if part is None else float(part)


def _of_day(prices: DayPrices | None, name: str) -> float | None:
    return None if prices is None else float(getattr(prices, name))


def _cheapest_start(prices: DayPrices | None) -> datetime | None:
    """On a day of one price no time is the cheapest."""
    if prices is None or len(prices.ranks) == 1:
        return None
    return prices.cheapest[0].start


def _standing_charge(prices: PointPrices) -> float | None:
    charge = prices.rates.standing_charge if prices.rates else None
    return float(charge.price) if charge is not None and charge.per is Per.DAY else None


def _step_attributes(prices: PointPrices) -> Attributes:
    """Only on a stepped plan does anything rest on use."""
    return None if prices.left_in_step is None else estimation(prices.estimated_since)


def _band_attributes(prices: PointPrices) -> Attributes:
    """Add when use reached the step in force, None in the first one: whoever was not there then learns of it."""
    use = prices.outlook.use
    if use is None:
        return None
    since = use.crossed.at if use.crossed else None
    return {**(_step_attributes(prices) or {}), "step_since": since}


PRICE_SENSORS: tuple[OctopusSensorDescription[PointPrices], ...] = (
    _price(
        "current_price",
        lambda p: float(p.current.total) if p.current else None,
        attributes=price_attributes,
    ),
    _price("next_price", lambda p: float(p.next.total) if p.next else None),
    _time("next_price_change", lambda p: p.next.at if p.next else None),
    _price("lowest_price_today", lambda p: _of_day(p.today, "low")),
    _price("highest_price_today", lambda p: _of_day(p.today, "high")),
    _price("mean_price_today", lambda p: _of_day(p.today, "mean"), enabled=False),
    _time("cheapest_time_today", lambda p: _cheapest_start(p.today)),
    _time("cheapest_time_tomorrow", lambda p: _cheapest_start(p.tomorrow)),
    OctopusSensorDescription(
        key="rate_band",
        translation_key="rate_band",
        device_class=SensorDeviceClass.ENUM,
        options=list(BANDS),
        value_fn=lambda p: band_option(p.current) if p.current else None,
        attributes_fn=_band_attributes,
    ),
    OctopusSensorDescription(
        key="left_in_step",
        translation_key="left_in_step",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        value_fn=lambda p: None if p.left_in_step is None else float(p.left_in_step),
        attributes_fn=_step_attributes,
    ),
    _price(
        "fuel_cost_adjustment",
        lambda p: _component(p.rates, Component.FUEL_COST_ADJUSTMENT),
        category=EntityCategory.DIAGNOSTIC,
    ),
    _price(
        "renewable_energy_levy",
        lambda p: _component(p.rates, Component.RENEWABLE_ENERGY_LEVY),
        category=EntityCategory.DIAGNOSTIC,
    ),
    _price(
        "standing_charge",
        _standing_charge,
        category=EntityCategory.DIAGNOSTIC,
        unit=YEN_PER_DAY,
    ),
)

PERIODS = {
    "today": True,
    "yesterday": True,
    "this_month": False,
    "billing_period": True,
}
"""Periods shown, and whether their sensors are enabled from the start."""

EXPORT_PERIODS = {
    "today": True,
    "yesterday": True,
    "this_month": True,
    "last_month": False,
}


_MONEY = SensorDeviceClass.MONETARY

_KINDS = {
    "consumption": (SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, 2),
    "cost": (_MONEY, YEN, 0),
    "export": (SensorDeviceClass.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, 2),
    "compensation": (_MONEY, YEN, 0),
}
"""What is totalled: device class, unit, decimals."""


type Usage = PointUsage | PointExport


def _total(what: str, period: str, *, enabled: bool) -> OctopusSensorDescription[Any]:
    kind, unit, digits = _KINDS[what]

    def total(usage: Usage) -> Total:
        found: Total = getattr(usage, what)[period]
        return found

    return OctopusSensorDescription(
        key=f"{what}_{period}",
        translation_key=f"{what}_{period}",
        device_class=kind,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=digits,
        entity_registry_enabled_default=enabled,
        use=Use.PERIODS,
        value_fn=lambda usage: _number(total(usage).value),
        attributes_fn=lambda usage: {
            "complete": total(usage).complete,
            "complete_until": total(usage).complete_until,
            **(estimation(usage.estimated_since(period)) if kind is _MONEY else {}),
        },
        last_reset_fn=lambda usage: usage.periods[period].start,
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _delay(usage: Usage) -> float | None:
    if usage.latest is None:
        return None
    return (dt_util.utcnow() - usage.latest.end_at) / timedelta(hours=1)


def _latest_attributes(usage: Usage) -> Attributes:
    latest = usage.latest
    if latest is None:
        return None
    return {"start": latest.start_at, "end": latest.end_at, "version": latest.version}


READINGS_SENSORS: tuple[OctopusSensorDescription[Any], ...] = (
    OctopusSensorDescription(
        key="latest_half_hour",
        translation_key="latest_half_hour",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        use=Use.PERIODS,
        value_fn=lambda usage: float(usage.latest.value) if usage.latest else None,
        attributes_fn=_latest_attributes,
    ),
    OctopusSensorDescription(
        key="latest_reading",
        translation_key="latest_reading",
        device_class=SensorDeviceClass.TIMESTAMP,
        use=Use.PERIODS,
        value_fn=lambda usage: usage.latest.end_at if usage.latest else None,
    ),
    OctopusSensorDescription(
        key="data_delay",
        translation_key="data_delay",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_delay,
    ),
    OctopusSensorDescription(
        key="history_import",
        translation_key="history_import",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        use=Use.HISTORY,
        value_fn=lambda usage: None if usage.imported is None else 100 * usage.imported,
    ),
)
"""What is known of the readings themselves, of a supply point as of a generation point."""


USAGE_SENSORS: tuple[OctopusSensorDescription[PointUsage], ...] = (
    *(
        _total(what, period, enabled=enabled)
        for what in ("consumption", "cost")
        for period, enabled in PERIODS.items()
    ),
    *READINGS_SENSORS,
)

EXPORT_SENSORS: tuple[OctopusSensorDescription[PointExport], ...] = (
    *(
        _total(what, period, enabled=enabled)
        for what in ("export", "compensation")
        for period, enabled in EXPORT_PERIODS.items()
    ),
    OctopusSensorDescription(
        key="generation_credit",
        translation_key="generation_credit",
        native_unit_of_measurement=YEN_PER_KWH,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=lambda usage: None if usage.credit is None else float(usage.credit),
    ),
    *READINGS_SENSORS,
)

ACCOUNT_SENSORS: tuple[OctopusSensorDescription[AccountData], ...] = (
    OctopusSensorDescription(
        key="balance",
        translation_key="balance",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=0,
        value_fn=lambda account: account.balance,
    ),
    OctopusSensorDescription(
        key="plan",
        translation_key="plan",
        value_fn=lambda account: account.plan(dt_util.utcnow()),
    ),
)


class _Sensor[CoordinatorT: DataUpdateCoordinator[Any], DataT](
    OctopusEntity[CoordinatorT], SensorEntity
):
    """Shows what its description takes from the data of its number."""

    entity_description: OctopusSensorDescription[DataT]
    _unrecorded_attributes = frozenset({"rates"})

    def _data(self) -> DataT | None:
        """Return what is known of the number, None while nothing is."""
        known: DataT | None = (self.coordinator.data or {}).get(self.number)
        return known

    @property
    @override
    def use(self) -> Use:
        return self.entity_description.use

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
        return None if attributes is None else dict(attributes)

    @property
    @override
    def last_reset(self) -> datetime | None:
        data = self._data()
        return None if data is None else self.entity_description.last_reset_fn(data)


class PriceSensor(_Sensor[PricesCoordinator, PointPrices]):
    """A price of a supply point."""


class UsageSensor(_Sensor[ReadingsCoordinator, PointUsage]):
    """Usage or cost of a supply point."""


class ExportSensor(_Sensor[ExportsCoordinator, PointExport]):
    """Export or compensation of a generation point."""


class AccountSensor(_Sensor[AccountCoordinator, AccountData]):
    """A fact about an account."""

    @property
    @override
    def available(self) -> bool:
        data = self._data()
        return self.coordinator.last_update_success and data is not None and data.answers

    @override
    def _data(self) -> AccountData | None:
        return self.coordinator.data.accounts.get(self.number)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors."""
    clocks = entry.runtime_data
    add_entities_of(
        entry,
        async_add_entities,
        for_account=lambda number, device: [
            AccountSensor(clocks.account, number, description, device)
            for description in ACCOUNT_SENSORS
        ],
        for_supply_point=lambda spin, device: [
            *(PriceSensor(clocks.prices, spin, d, device) for d in PRICE_SENSORS),
            *(UsageSensor(clocks.readings, spin, d, device) for d in USAGE_SENSORS),
        ],
        for_generation_point=lambda gpin, device: [
            ExportSensor(clocks.exports, gpin, description, device)
            for description in EXPORT_SENSORS
        ],
    )
