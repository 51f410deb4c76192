"""Names of our statistics, as the Energy dashboard's picker shows them: short, in the language of Home Assistant."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .statistic_ids import SOURCE


@callback
def statistic_name(hass: HomeAssistant, what: str, number: str) -> str:
    """Return the name of a statistic: `what` as in `common.statistic_<what>` of the translations, `number` as devices show it.

    Set-up has loaded the translations. A language without ours falls back to English.
    """
    texts = async_get_cached_translations(hass, hass.config.language, "common", SOURCE)
    name = texts[f"component.{SOURCE}.common.statistic_{what}"]
    return name.format(number=number)
