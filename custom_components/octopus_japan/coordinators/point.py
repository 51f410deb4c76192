"""One supply or generation point: its half hours fetched, its energy and money kept equal to them in the recorder."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant

from ..const import LOGGER
from ..history.series import ClaimedError, NotWrittenError, Series
from ..history.sync import Row, hourly, sync
from ..kraken import (
    LONGEST_WINDOW,
    Direction,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenServiceError,
    ReadingPath,
    next_path,
    read,
)
from ..kraken.models import Reading
from .base import passes_on
from .memory import MemoryStore

YEN = "JPY"
LASTING_AFTER = 3
"""Internal errors in a row after which a way of reading counts as broken for the account (FACTS 4: 7899)."""


class Pricing(Protocol):
    """What the energy of a point is worth."""

    def since(self, at: datetime) -> datetime:
        """Return from when on hours must be priced together with the one at `at`: a step depends on the use before."""

    def price(self, rows: Sequence[Row]) -> list[tuple[datetime, Decimal]]:
        """Return (hour, yen) for rows of kWh that begin at a `since`; hours without a price are left out."""


def windows(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a time into pieces that the service answers whole, oldest first."""
    cuts = []
    while start < end:
        cuts.append((start, min(start + LONGEST_WINDOW, end)))
        start += LONGEST_WINDOW
    return cuts


class PointHistory:
    """The two statistics of a point. What could not be written yet waits in `pending`, and no reading is asked for twice."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: KrakenClient,
        memory: MemoryStore,
        energy: Series,
        money: Series,
        *,
        number: str,
        account_number: str,
        direction: Direction = Direction.CONSUMPTION,
    ) -> None:
        self.energy = energy
        self.money = money
        self.number = number
        self.account_number = account_number
        self._hass = hass
        self._client = client
        self._memory = memory
        self._direction = direction
        self._pending: dict[datetime, Decimal] = {}
        self._internal_errors = 0
        self._lock = asyncio.Lock()

    @property
    def path(self) -> ReadingPath:
        """The way in which this point's readings are asked for."""
        return self._memory.memory.paths.get(self.number, ReadingPath.HALF_HOURLY)

    async def fetch(self, start: datetime, end: datetime) -> list[Reading]:
        """Return the readings from `start` until before `end`, changing the way for good where the present one is closed.

        Raises KrakenError; what earlier windows answered is then lost, and asked for again by the next pass.
        """
        found: list[Reading] = []
        for window in windows(start, end):
            found += await self._fetch_window(*window)
        return found

    async def fetch_history(self, start: datetime, end: datetime) -> list[Reading]:
        """Do as `fetch`, for a time more than 31 days ago.

        Some accounts get nothing that old by the first way (FACTS 5). When a supply had begun and a whole `fetch` is empty,
        the other ways are tried once, and the one that answers is kept for history.
        """
        memory = self._memory.memory
        known = memory.history_paths.get(self.number)
        if known is None:
            if found := await self.fetch(start, end):
                return found
            if self.path is not ReadingPath.HALF_HOURLY:
                return []
        for path in [known] if known else list(ReadingPath)[1:]:
            try:
                found = [
                    reading
                    for window in windows(start, end)
                    for reading in await self._read(path, *window)
                ]
            except KrakenError as error:
                if known or passes_on(error) or isinstance(error, KrakenConnectionError):
                    raise
                continue
            if found:
                memory.history_paths[self.number] = path
                self._memory.async_save()
                return found
        return []

    async def _fetch_window(self, start: datetime, end: datetime) -> Sequence[Reading]:
        path = self.path
        while True:
            try:
                readings = await self._read(path, start, end)
            except KrakenError as error:
                if isinstance(error, KrakenServiceError):
                    self._internal_errors += 1
                    if self._internal_errors < LASTING_AFTER:
                        raise
                if (following := next_path(path, error)) is None:
                    raise
                path = following
                continue
            self._internal_errors = 0
            if path is not self.path:
                LOGGER.info("Readings of one point are asked for by %s from now on", path.value)
                self._memory.memory.paths[self.number] = path
                self._memory.async_save()
            return readings

    async def _read(self, path: ReadingPath, start: datetime, end: datetime) -> Sequence[Reading]:
        return await read(
            self._client, path, self.account_number, self.number, start, end, self._direction
        )

    async def record(self, readings: Iterable[Reading], pricing: Pricing) -> bool:
        """Make the energy equal to the readings, and the money equal to the energy.

        Returns False if the recorder does not take it now: then it waits for the next call.
        """
        async with self._lock:
            self._pending.update((reading.start_at, reading.value) for reading in readings)
            if not self._pending:
                return True
            try:
                await self.energy.update(hourly(self._pending))
                await self._reprice(pricing, pricing.since(min(self._pending)))
            except NotWrittenError as error:
                LOGGER.debug("Waiting for the recorder: %s", error)
                return False
            except ClaimedError:
                LOGGER.debug("Another entry writes the statistics of one point")
            self._pending.clear()
            return True

    async def reprice(self, pricing: Pricing, start: datetime) -> None:
        """Make the money equal to the energy stored, from the hour `start` on. Raises NotWrittenError, ClaimedError."""
        async with self._lock:
            await self._reprice(pricing, pricing.since(start))

    async def _reprice(self, pricing: Pricing, since: datetime) -> None:
        stored = await self.energy.read(since)
        yen = await self._hass.async_add_executor_job(pricing.price, stored.rows)
        await self.money.update(dict(yen))

    async def rows(self, start: datetime) -> list[Row]:
        """Return the hours of energy from `start` on as they are stored, or will be once the recorder takes them."""
        stored = await self.energy.read(start)
        if not self._pending:
            return stored.rows
        hours = hourly({at: kwh for at, kwh in self._pending.items() if at >= start})
        rows = {row.start: row for row in stored.rows}
        rows |= {
            row.start: row for row in sync(stored.rows, hours.values(stored.rows), stored.before)
        }
        return sorted(rows.values(), key=lambda row: row.start)


def energy_series(hass: HomeAssistant, statistic_id: str, name: str, entry_id: str) -> Series:
    """Return a statistic in kWh."""
    return Series(hass, statistic_id, name, UnitOfEnergy.KILO_WATT_HOUR, entry_id=entry_id)


def money_series(hass: HomeAssistant, statistic_id: str, name: str, entry_id: str) -> Series:
    """Return a statistic in yen."""
    return Series(hass, statistic_id, name, YEN, entry_id=entry_id)


def whole_hour(at: datetime) -> datetime:
    """Return the start of the hour: windows begin with one, so that no first half is missed."""
    return at.replace(minute=0, second=0, microsecond=0)
