"""What this installation remembers because the service would not tell it again.

The rows of history are not here: the recorder has them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from mashumaro.codecs.basic import BasicDecoder, BasicEncoder

from .const import DOMAIN
from .oejp.kraken import ReadingPath
from .oejp.kraken.models import LineItem
from .oejp.tariff import MonthlyRate

_VERSION = 1
_SAVE_DELAY = 10


@dataclass(slots=True)
class Failing:
    """Internal errors in a row: since when, and how many."""

    since: datetime
    count: int = 0


@dataclass(slots=True)
class Memory:
    """Of one config entry.

    By grid operator code: `observed`, the windows of fuel cost adjustment and levy that the service stated.
    By account number: `charges`, the lines of past bills that charged them, and `bills`, the statements they stand on.
    By point: `paths`, the way in which readings are asked for where it is not the usual one, `history_paths`, the same for
    what is older than 31 days, and `failing`, the ways that fail inside the service; `imported`, the hour up to which the
    history since the start of supply was read; `complete`, the points where that is done; `gaps`, where windows begin of
    which half hours were missing then; `reread`, when thirteen months were last read again; `oldest`, the first hour stored.
    """

    observed: dict[str, list[MonthlyRate]] = field(default_factory=dict)
    charges: dict[str, list[LineItem]] = field(default_factory=dict)
    bills: dict[str, list[str]] = field(default_factory=dict)
    paths: dict[str, ReadingPath] = field(default_factory=dict)
    history_paths: dict[str, ReadingPath] = field(default_factory=dict)
    failing: dict[str, dict[ReadingPath, Failing]] = field(default_factory=dict)
    imported: dict[str, datetime] = field(default_factory=dict)
    complete: list[str] = field(default_factory=list)
    gaps: dict[str, list[datetime]] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)
    reread: dict[str, datetime] = field(default_factory=dict)


_ENCODER = BasicEncoder(Memory)
_DECODER = BasicDecoder(Memory)


class MemoryStore:
    """Loads and saves the memory of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True
        )
        self.memory = Memory()

    async def async_load(self) -> None:
        """Read what was kept."""
        if stored := await self._store.async_load():
            self.memory = _DECODER.decode(stored)

    @callback
    def async_save(self) -> None:
        """Save soon."""
        self._store.async_delay_save(self._encoded, _SAVE_DELAY)

    async def async_save_now(self) -> None:
        """Save before the entry is unloaded."""
        await self._store.async_save(self._encoded())

    async def async_remove(self) -> None:
        """Forget all, when the entry is removed. The statistics stay."""
        await self._store.async_remove()

    def _encoded(self) -> dict[str, Any]:
        encoded: dict[str, Any] = _ENCODER.encode(self.memory)
        return encoded
