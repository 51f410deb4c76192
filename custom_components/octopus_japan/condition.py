"""Conditions: electricity is at its cheapest of the day, costs less or more than a limit, is in a band or step."""

from collections.abc import Callable, Mapping
import operator
from typing import Any, override

from homeassistant.const import CONF_OPTIONS, STATE_ON, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .automation_targets import (
    CHEAPEST_RATE,
    CURRENT_PRICE,
    OPTION_BAND,
    OPTION_PRICE,
    PRICE_OPTIONS,
    RATE_BAND,
    check_target,
    limit_of,
    number,
    with_key,
)
from .presentation import BANDS


class _Condition(EntityConditionBase):
    """Looks at the entities with `_key` among the target's; those without a state do not count."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.SENSOR: DomainSpec()}
    _key: str

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._options: Mapping[str, Any] = config.options or {}

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        validated = await super().async_validate_config(hass, config)
        check_target(hass, validated, cls._key)
        return validated

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return with_key(self._hass, super().entity_filter(entities), self._key, self._target)


class IsCheapestRate(_Condition):
    """It is the cheapest time of the day."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.BINARY_SENSOR: DomainSpec()}
    _key = CHEAPEST_RATE

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state == STATE_ON


class _PriceCondition(_Condition):
    """Compares the price of the next kWh with a limit. Without either it is false."""

    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(PRICE_OPTIONS)
    _key = CURRENT_PRICE
    _is_beyond: Callable[[float, float], bool]

    @property
    @override
    def needs_polling(self) -> bool:
        """A limit that an entity has may change while the price does not."""
        return super().needs_polling or isinstance(self._options[OPTION_PRICE], str)

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        price, limit = number(entity_state), limit_of(self._hass, self._options[OPTION_PRICE])
        return price is not None and limit is not None and self._is_beyond(price, limit)


class PriceBelow(_PriceCondition):
    """The next kWh costs less than a limit."""

    _is_beyond = staticmethod(operator.lt)


class PriceAbove(_PriceCondition):
    """The next kWh costs more than a limit."""

    _is_beyond = staticmethod(operator.gt)


class BandIs(_Condition):
    """One of some bands or steps is in force."""

    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {
            vol.Required(CONF_OPTIONS): {
                vol.Required(OPTION_BAND): vol.All(cv.ensure_list, [vol.In(BANDS)], vol.Length(1))
            }
        }
    )
    _key = RATE_BAND

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state in self._options[OPTION_BAND]


CONDITIONS: dict[str, type[Condition]] = {
    "is_cheapest_rate": IsCheapestRate,
    "price_below": PriceBelow,
    "price_above": PriceAbove,
    "band_is": BandIs,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
