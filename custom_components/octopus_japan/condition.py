"""Conditions: electricity is at its cheapest of the day, or costs less than a limit."""

from collections.abc import Mapping
from typing import override

from homeassistant.const import CONF_OPTIONS, STATE_ON, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
import voluptuous as vol

from .automation_targets import CHEAPEST_RATE, CURRENT_PRICE, OPTION_PRICE, number, with_key


class _Condition(EntityConditionBase):
    """Looks at the entities with `_key` among the target's; those without a state do not count."""

    _domain_specs: Mapping[str, DomainSpec]
    _key: str

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return with_key(self._hass, super().entity_filter(entities), self._key)


class IsCheapestRate(_Condition):
    """It is the cheapest time of the day."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.BINARY_SENSOR: DomainSpec()}
    _key = CHEAPEST_RATE

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state == STATE_ON


class PriceBelow(_Condition):
    """The next kWh costs less than a limit. Without a price it does not."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.SENSOR: DomainSpec()}
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {
            vol.Required(CONF_OPTIONS): {
                vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
                    [BEHAVIOR_ANY, BEHAVIOR_ALL]
                ),
                vol.Required(OPTION_PRICE): vol.Coerce(float),
            }
        }
    )
    _key = CURRENT_PRICE

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._price: float = (config.options or {})[OPTION_PRICE]

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        price = number(entity_state)
        return price is not None and price < self._price


CONDITIONS: dict[str, type[Condition]] = {
    "is_cheapest_rate": IsCheapestRate,
    "price_below": PriceBelow,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
