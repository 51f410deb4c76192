"""Sensors of an account."""

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.util import dt as dt_util

from ..oejp.household.supply import AccountData
from .description import YEN, OctopusSensorDescription

ACCOUNT_SENSORS: tuple[OctopusSensorDescription[AccountData], ...] = (
    OctopusSensorDescription(
        key="balance",
        translation_key="balance",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        value_fn=lambda account: account.balance,
    ),
    OctopusSensorDescription(
        key="plan",
        translation_key="plan",
        value_fn=lambda account: account.plan(dt_util.utcnow()),
    ),
)
