"""Sensors of a gas supply point: the last reading whose time is over, the table of prices, and when the meter is read next.

Nothing tells of the time since the last reading, so that nothing shows it.
"""

from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfTime, UnitOfVolume

from ..const import YEN
from ..entity import Lifetime
from ..oejp.household.gas import GasUsage, days_of
from ..oejp.tariff.gas import GasTier
from ..presentation import COMPONENT_NAMES
from .description import Attributes, OctopusSensorDescription, number

YEN_PER_CUBIC_METRE = "JPY/m³"


def _reading(usage: GasUsage) -> Attributes:
    reading = usage.reading
    if reading is None:
        return None
    return {
        "start": reading.start_at,
        "end": reading.end_at,
        "reading_date": reading.reading_date,
    }


def _cost(usage: GasUsage) -> Attributes:
    """Return the parts of the bill; without a price, why."""
    if usage.bill is None:
        return None if usage.reason is None else {"reason": usage.reason}
    parts = {COMPONENT_NAMES[part]: number(yen) for part, yen in usage.bill.components.items()}
    return {**parts, "tax": usage.bill.tax, "estimated": usage.estimated}


def _tier(tier: GasTier) -> dict[str, Any]:
    return {
        "above": number(tier.start),
        "up_to": number(tier.end),
        "price": number(tier.price),
        "standing_charge": number(tier.standing_charge.price),
    }


def _prices(usage: GasUsage) -> Attributes:
    """Return the whole table: volumes in m³ above one and up to another, with the price of all of it and its standing charge."""
    if usage.table is None:
        return None if usage.reason is None else {"reason": usage.reason}
    return {
        "standing_charge": number(usage.tier.standing_charge.price) if usage.tier else None,
        "tax_included": not usage.table.without_tax,
        "estimated": usage.table.estimated,
        "tiers": [_tier(tier) for tier in usage.table.tiers],
    }


GAS_SENSORS: tuple[OctopusSensorDescription[GasUsage], ...] = (
    OctopusSensorDescription(
        key="last_reading",
        translation_key="gas_last_reading",
        device_class=SensorDeviceClass.GAS,
        native_unit_of_measurement=UnitOfVolume.CUBIC_METERS,
        suggested_display_precision=0,
        lifetime=Lifetime.HISTORY,
        value_fn=lambda usage: number(usage.reading.usage) if usage.reading else None,
        attributes_fn=_reading,
    ),
    OctopusSensorDescription(
        key="last_reading_cost",
        translation_key="gas_last_reading_cost",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        lifetime=Lifetime.HISTORY,
        value_fn=lambda usage: usage.bill.total if usage.bill else None,
        attributes_fn=_cost,
    ),
    OctopusSensorDescription(
        key="last_reading_days",
        translation_key="gas_last_reading_days",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.DAYS,
        suggested_display_precision=0,
        lifetime=Lifetime.HISTORY,
        value_fn=lambda usage: days_of(usage.reading) if usage.reading else None,
    ),
    OctopusSensorDescription(
        key="unit_price",
        translation_key="gas_unit_price",
        native_unit_of_measurement=YEN_PER_CUBIC_METRE,
        suggested_display_precision=2,
        value_fn=lambda usage: number(usage.tier.price) if usage.tier else None,
        attributes_fn=_prices,
    ),
    OctopusSensorDescription(
        key="next_reading",
        translation_key="gas_next_reading",
        device_class=SensorDeviceClass.DATE,
        value_fn=lambda usage: usage.next_reading,
    ),
    OctopusSensorDescription(
        key="plan",
        translation_key="gas_plan",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda usage: usage.plan,
    ),
)
