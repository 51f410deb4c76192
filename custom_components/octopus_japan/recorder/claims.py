"""Who may write which statistic.

Two logins can see the same supply point. The first config entry to claim its statistic writes it, the other may read. What
is kept here belongs to Home Assistant, not to an entry.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

_CLAIMS: HassKey[dict[str, str]] = HassKey("octopus_japan.claims")


@callback
def async_claim(hass: HomeAssistant, statistic_id: str, entry_id: str) -> bool:
    """Claim a statistic for a config entry; False while another entry has it. Repeating it does no harm."""
    return hass.data.setdefault(_CLAIMS, {}).setdefault(statistic_id, entry_id) == entry_id


@callback
def async_release(hass: HomeAssistant, entry_id: str) -> None:
    """Give up everything that a config entry claimed: when it is unloaded."""
    claims = hass.data.get(_CLAIMS, {})
    for statistic_id in [name for name, owner in claims.items() if owner == entry_id]:
        del claims[statistic_id]
