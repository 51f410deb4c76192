"""Triggers: the price changes or crosses a limit, the cheapest rate begins, use crosses into the next step."""

import asyncio
from collections.abc import Callable, Mapping
import operator
from typing import Any, override

from homeassistant.const import CONF_OPTIONS, STATE_ON, Platform
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR,
    EntityTriggerBase,
    Trigger,
    TriggerActionRunner,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .automation_targets import (
    CHEAPEST_RATE,
    CURRENT_PRICE,
    OPTION_PRICE,
    OPTION_STEP,
    PRICE_OPTIONS,
    RATE_BAND,
    check_target,
    limit_of,
    number,
    with_key,
)

_STEP = "step_"


class _Trigger(EntityTriggerBase):
    """Follows the entities with `_key` among the target's. A state that was not known before is no change."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.SENSOR: DomainSpec()}
    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR
    _key = CURRENT_PRICE

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        validated = await super().async_validate_config(hass, config)
        check_target(hass, validated, cls._key)
        return validated

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return with_key(self._hass, super().entity_filter(entities), self._key, self._target)

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, *reporter: Any
    ) -> CALLBACK_TYPE:
        """Run the action once everything that moves with the price has moved.

        The states of a half hour are written one after the other. Without this, a condition beside the trigger reads those of before.
        """

        async def run(payload: dict[str, Any], description: str, context: Context | None) -> None:
            await asyncio.sleep(0)
            await run_action(payload, description, context)

        def run_later(
            extra_trigger_payload: dict[str, Any], description: str, context: Context | None = None
        ) -> asyncio.Task[Any]:
            return self._hass.async_create_task(run(extra_trigger_payload, description, context))

        return await super().async_attach_runner(run_later, *reporter)


class PriceChanged(_Trigger):
    """The price of the next kWh is another."""

    _schema = ENTITY_STATE_TRIGGER_SCHEMA


class _PriceCrossed(_Trigger):
    """Compares with the limit as it is when the price changes; that the limit moves triggers nothing."""

    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR.extend(PRICE_OPTIONS)
    _is_beyond: Callable[[float, float], bool]

    @override
    def is_valid_state(self, state: State, report_not_triggered: Any) -> bool:
        return self._beyond(state) is True

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        return self._beyond(from_state) is False

    def _beyond(self, state: State) -> bool | None:
        price, limit = number(state), limit_of(self._hass, self._options[OPTION_PRICE])
        return None if price is None or limit is None else self._is_beyond(price, limit)


class PriceFellBelow(_PriceCrossed):
    """The price was not below a limit, and is now."""

    _is_beyond = staticmethod(operator.lt)


class PriceRoseAbove(_PriceCrossed):
    """The price was not above a limit, and is now."""

    _is_beyond = staticmethod(operator.gt)


class CheapestRateBegins(_Trigger):
    """The cheapest time of the day begins."""

    _domain_specs: Mapping[str, DomainSpec] = {Platform.BINARY_SENSOR: DomainSpec()}
    _key = CHEAPEST_RATE

    @override
    def is_valid_state(self, state: State, report_not_triggered: Any) -> bool:
        return state.state == STATE_ON


class StepCrossed(_Trigger):
    """Use in the billing period reaches a dearer step; that the next period begins at the first one is no crossing."""

    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR.extend(
        {
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(OPTION_STEP): vol.All(vol.Coerce(int), vol.Range(min=2, max=5))
            }
        }
    )
    _key = RATE_BAND

    @override
    def is_valid_state(self, state: State, report_not_triggered: Any) -> bool:
        step = self._options.get(OPTION_STEP)
        return state.state.startswith(_STEP) and step in {None, _step(state)}

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        return from_state.state.startswith(_STEP) and _step(from_state) < _step(to_state)


def _step(state: State) -> int:
    return int(state.state.removeprefix(_STEP))


TRIGGERS: dict[str, type[Trigger]] = {
    "price_changed": PriceChanged,
    "price_fell_below": PriceFellBelow,
    "price_rose_above": PriceRoseAbove,
    "cheapest_rate_begins": CheapestRateBegins,
    "step_crossed": StepCrossed,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
