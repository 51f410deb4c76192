"""The whole history of a supply point, from the start of supply, read once in the background.

Oldest first, in imports of about half a year: each goes in front of what is stored and rewrites it with higher sums, so few
and large ones are cheap, and what an interruption loses is small. How far it came is remembered.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..kraken import (
    LONGEST_WINDOW,
    KrakenAuthError,
    KrakenError,
    KrakenThrottledError,
)
from .point import whole_hour

if TYPE_CHECKING:
    from .readings import ReadingsCoordinator

CHUNK = 6 * LONGEST_WINDOW
UNKNOWN_START = timedelta(days=397)
ALLOWANCE = 4
"""Of the hourly points allowance the import takes at most this part."""
PAUSE = timedelta(minutes=5)


class HistoryImport:
    """Reads what the readings coordinator has not: everything older than its first window."""

    def __init__(self, readings: ReadingsCoordinator) -> None:
        self._readings = readings
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_start(self) -> None:
        """Read what is missing, unless that is under way."""
        if self._task is None or self._task.done():
            readings = self._readings
            self._task = readings.config_entry.async_create_background_task(
                readings.hass, self._async_run(), f"{DOMAIN} history import"
            )

    @callback
    def async_again(self, spin: str, start: datetime) -> None:
        """Read a point's history again from an hour on."""
        memory = self._readings.memory
        memory.memory.imported[spin] = whole_hour(start)
        memory.memory.complete = [other for other in memory.memory.complete if other != spin]
        memory.async_save()
        self.async_start()

    def progress(self, spin: str) -> float:
        """Return the part of the history that was read, 0 to 1."""
        memory = self._readings.memory.memory
        if spin in memory.complete:
            return 1.0
        start, end = self._start(spin), self._end()
        reached = memory.imported.get(spin, start)
        return min(1.0, max(0.0, (reached - start) / (end - start))) if start < end else 1.0

    def _start(self, spin: str) -> datetime:
        since = self._readings.account.data.supply_points[spin].supply_start
        return whole_hour(since or dt_util.utcnow() - UNKNOWN_START)

    @staticmethod
    def _end() -> datetime:
        """Where the readings coordinator's first window begins."""
        return whole_hour(dt_util.utcnow() - LONGEST_WINDOW)

    async def _async_run(self) -> None:
        for spin in list(self._readings.account.data.supply_points):
            try:
                await self._import(spin)
            except KrakenAuthError:
                # The coordinators start the reauthentication, and the entry is reloaded after it.
                return

    async def _import(self, spin: str) -> None:
        memory = self._readings.memory
        while spin not in memory.memory.complete:
            start = memory.memory.imported.get(spin) or self._start(spin)
            end = min(start + CHUNK, self._end())
            if start >= end:
                memory.memory.complete.append(spin)
                memory.memory.reread[spin] = dt_util.utcnow()
                memory.async_save()
                LOGGER.info("The history of one supply point is complete")
                await self._readings.async_show(spin)
                return
            try:
                await self._wait_for_allowance()
                found = await self._readings.point(spin).fetch_history(start, end)
            except KrakenAuthError:
                raise
            except KrakenError as error:
                wait = error.retry_after if isinstance(error, KrakenThrottledError) else None
                LOGGER.debug("The history import pauses: %s", error)
                await asyncio.sleep((wait or PAUSE).total_seconds())
                continue
            stored = await self._readings.record(spin, found)
            while not stored:
                await asyncio.sleep(PAUSE.total_seconds())
                stored = await self._readings.record(spin, found)
            memory.memory.imported[spin] = end
            memory.async_save()
            LOGGER.info("History of one supply point read: %.0f %%", 100 * self.progress(spin))
            await self._readings.async_show(spin)

    async def _wait_for_allowance(self) -> None:
        """Leave most of the hourly points to others."""
        try:
            limit = await self._readings.client.rate_limit()
        except KrakenAuthError:
            raise
        except KrakenError:
            return
        if limit.used_points * ALLOWANCE > limit.limit and limit.ttl is not None:
            left = limit.ttl - dt_util.utcnow().timestamp()
            await asyncio.sleep(min(max(left, 0.0), 3600.0))
