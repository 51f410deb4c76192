"""Who may write which statistic, one pass at a time.

Two logins can see the same supply point. The first config entry to claim its statistic writes it, the other may read. What
is kept here belongs to Home Assistant, not to an entry: it outlives a reload, so that a write queued before is not forgotten.
"""

import asyncio
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .sync import Row


@dataclass(slots=True)
class Queued:
    """An import that the recorder was given and that nobody has read back yet."""

    first: Row
    last: Row
    at: float
    """The event loop's time, in seconds."""


@dataclass(slots=True)
class Claim:
    """The state of one statistic, shared by everybody."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    entry_id: str | None = None
    queued: Queued | None = None


_CLAIMS: HassKey[dict[str, Claim]] = HassKey("octopus_japan.history")


@callback
def async_get_claim(hass: HomeAssistant, statistic_id: str) -> Claim:
    """Return the shared state of a statistic."""
    return hass.data.setdefault(_CLAIMS, {}).setdefault(statistic_id, Claim())


@callback
def async_claim(hass: HomeAssistant, statistic_id: str, entry_id: str) -> bool:
    """Claim a statistic for a config entry; False while another entry has it. Repeating it does no harm."""
    claim = async_get_claim(hass, statistic_id)
    if claim.entry_id is None:
        claim.entry_id = entry_id
    return claim.entry_id == entry_id


@callback
def async_release(hass: HomeAssistant, entry_id: str) -> None:
    """Give up everything that a config entry claimed: when it is unloaded."""
    for claim in hass.data.get(_CLAIMS, {}).values():
        if claim.entry_id == entry_id:
            claim.entry_id = None
