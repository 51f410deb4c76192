"""What triggers and conditions look at: of the entities in a target, those of this integration with one key."""

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
import voluptuous as vol

from .const import DOMAIN

CURRENT_PRICE = "current_price"
RATE_BAND = "rate_band"
CHEAPEST_RATE = "cheapest_rate"

OPTION_PRICE = "price"
OPTION_STEP = "step"

PRICE_OPTIONS = {
    vol.Required(CONF_OPTIONS): {vol.Required(OPTION_PRICE): vol.Coerce(float)},
}


@callback
def with_key(hass: HomeAssistant, entity_ids: set[str], key: str) -> set[str]:
    """Keep the entities of this integration with a key. The registry knows them before their entry is loaded."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entity := registry.async_get(entity_id)) is not None
        and entity.platform == DOMAIN
        and entity.translation_key == key
    }


def number(state: State) -> float | None:
    """Return the number that a state is, None if it is none."""
    try:
        return float(state.state)
    except ValueError:
        return None
