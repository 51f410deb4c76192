"""What triggers and conditions look at: of the entities in a target, those of this integration that can fire them; and limits."""

from typing import Any, Final

from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.const import CONF_OPTIONS, CONF_TARGET, Platform
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import ChooseSelector
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .const import DOMAIN

CURRENT_PRICE: Final = "current_price"
CREDIT: Final = "generation_credit"
RATE_BAND: Final = "rate_band"
CHEAPEST_RATE: Final = "cheapest_rate"

OPTION_PRICE: Final = "price"
OPTION_STEP: Final = "step"
OPTION_BAND: Final = "band"

PRICE_UNIT: Final = "JPY/kWh"

_NUMBER = {"number": {"mode": "box", "step": "any"}}
_ENTITY = {"entity": {"domain": [INPUT_NUMBER_DOMAIN, Platform.NUMBER, Platform.SENSOR]}}
_LIMIT = ChooseSelector(
    {
        "choices": {"number": {"selector": _NUMBER}, "entity": {"selector": _ENTITY}},
        "translation_key": "limit",
    }
)
PRICE_OPTIONS: Final = {vol.Required(CONF_OPTIONS): {vol.Required(OPTION_PRICE): _LIMIT}}
"""A limit: a number in JPY/kWh, or an entity whose state is one."""


@callback
def with_key(
    hass: HomeAssistant, entity_ids: set[str], key: str, target: ConfigType | None
) -> set[str]:
    """Keep the entities of this integration with a key. The registry knows them before their entry is loaded.

    A price that the target names itself is kept as well: who chooses *Next price* means it. By a device or an area the current
    price is meant, by the device of a generation point the credit.
    """
    registry = er.async_get(hass)
    named = TargetSelection(target or {}) if key == CURRENT_PRICE else None

    def fits(entity: er.RegistryEntry) -> bool:
        if entity.translation_key == key:
            return True
        if named is None or entity.unit_of_measurement != PRICE_UNIT:
            return False
        return entity.entity_id in named.entity_ids or (
            entity.translation_key == CREDIT and entity.device_id in named.device_ids
        )

    return {
        entity_id
        for entity_id in entity_ids
        if (entity := registry.async_get(entity_id)) is not None
        and entity.platform == DOMAIN
        and fits(entity)
    }


@callback
def check_target(hass: HomeAssistant, config: ConfigType, key: str) -> None:
    """Raise vol.Invalid for a target in which nothing can fire.

    What the registries do not know yet may come later, and is not complained of.
    """
    target: ConfigType = config[CONF_TARGET]
    selection = TargetSelection(target)
    if not selection.has_any_target:
        raise vol.Invalid("the target is empty: choose the device of an electricity supply point")
    found = async_extract_referenced_entity_ids(hass, selection)
    registry = er.async_get(hass)
    unknown = (
        found.missing_devices
        | found.missing_areas
        | found.missing_floors
        | found.missing_labels
        | {each for each in found.referenced if registry.async_get(each) is None}
    )
    if not unknown and not with_key(
        hass, found.referenced | found.indirectly_referenced, key, target
    ):
        raise vol.Invalid(
            f"nothing in the target has a {key.replace('_', ' ')}: choose the device of an electricity supply point whose plan has one"
        )


def number(state: State) -> float | None:
    """Return the number that a state is, None if it is none."""
    try:
        return float(state.state)
    except ValueError:
        return None


@callback
def limit_of(hass: HomeAssistant, option: Any) -> float | None:
    """Return the limit that an option is or names; None while the entity that it names has no number."""
    if not isinstance(option, str):
        return float(option)
    state = hass.states.get(option)
    return None if state is None else number(state)
