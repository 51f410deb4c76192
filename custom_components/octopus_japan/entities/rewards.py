"""Sensors of an account's rewards. They are disabled at first: nobody has measured whether they can be read."""

from homeassistant.components.sensor import SensorDeviceClass

from ..const import YEN
from ..coordinators.rewards import AccountRewards
from .description import Attributes, OctopusSensorDescription


def _worth(rewards: AccountRewards) -> Attributes:
    points = rewards.loyalty_points
    return None if points is None else {"worth": points.total_monetary_amount}


def _later(rewards: AccountRewards) -> Attributes:
    vouchers = rewards.vouchers
    return None if vouchers is None else {"later": vouchers.redeemable_in_future}


REWARD_SENSORS: tuple[OctopusSensorDescription[AccountRewards], ...] = (
    OctopusSensorDescription(
        key="loyalty_points",
        translation_key="loyalty_points",
        entity_registry_enabled_default=False,
        value_fn=lambda rewards: (
            rewards.loyalty_points.loyalty_points if rewards.loyalty_points else None
        ),
        attributes_fn=_worth,
    ),
    OctopusSensorDescription(
        key="vouchers",
        translation_key="vouchers",
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda rewards: rewards.vouchers.redeemable_today if rewards.vouchers else None,
        attributes_fn=_later,
    ),
)
