"""One supply or generation point: its energy and its money, kept equal to its half hours in the recorder."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
import logging

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant, callback

from ..oejp.household.hour import Hour, Pricing
from .series import ClaimedError, NotWrittenError, Series
from .sync import Row, exact, hourly, sync

_LOGGER = logging.getLogger(__name__)

YEN = "JPY"

type Span = tuple[datetime, datetime]
"""From an hour to a later one, the later included."""


class PointHistory:
    """The two statistics of a point. What could not be written yet waits, and is not asked for again."""

    def __init__(self, hass: HomeAssistant, energy: Series, money: Series) -> None:
        self.energy = energy
        self.money = money
        self._hass = hass
        self._pending: dict[datetime, Decimal] = {}
        self._stale: Span | None = None
        """The hours whose money may differ from their energy."""
        self._reviewed: Pricing | None = None
        self._lock = asyncio.Lock()

    @callback
    def claim(self) -> bool:
        """Claim both statistics; False while another config entry has them."""
        return self.energy.claim() and self.money.claim()

    @property
    def waits(self) -> bool:
        """Whether something could not be written yet."""
        return bool(self._pending or self._stale)

    async def record(
        self, half_hours: Iterable[tuple[datetime, Decimal]], pricing: Pricing
    ) -> bool:
        """Make the energy equal to the half hours (start, kWh), and the money of the billing periods that this touches equal to the energy.

        Returns False if the recorder does not take it now: then it waits for the next call.
        """
        async with self._lock:
            self._pending.update(half_hours)
            try:
                await self._record_energy()
                await self._record_money(pricing)
            except NotWrittenError as error:
                _LOGGER.debug("Waiting for the recorder: %s", error)
                return False
            except ClaimedError:
                _LOGGER.debug("Another entry writes the statistics of one point")
                self._pending.clear()
                self._stale = None
            return True

    async def review(self, pricing: Pricing) -> bool:
        """Make all money equal to all energy; True if that changed anything. A pricing that stays the same is not reviewed twice.

        Raises NotWrittenError, ClaimedError.
        """
        async with self._lock:
            first, last = await self.energy.first(), await self.energy.last()
            if first is None or last is None:
                return False
            if pricing == self._reviewed and await self.money.last() is not None:
                return False
            differing: dict[datetime, Decimal] = {}
            at = first.start
            while at <= last.start:
                start, end = pricing.period(at)
                differing |= await self.money.differing(await self._worth(pricing, start, end))
                at = end
            await self.money.update(differing)
            self._reviewed = pricing
            return bool(differing)

    async def hours(self, start: datetime) -> list[Hour]:
        """Return the hours of energy from `start` on as they are stored, or will be once the recorder takes them."""
        return _hours(await self._rows(start))

    async def _rows(self, start: datetime) -> list[Row]:
        stored = await self.energy.read(start)
        if not self._pending:
            return stored.rows
        hours = hourly({at: kwh for at, kwh in self._pending.items() if at >= start})
        newest = stored.rows[-1].start if stored.rows else None
        rows = {row.start: row for row in stored.rows}
        rows |= {
            row.start: row
            for row in sync(stored.rows, hours.values(stored.rows, newest), stored.before)
        }
        return sorted(rows.values(), key=lambda row: row.start)

    async def _record_energy(self) -> None:
        if not self._pending:
            return
        hours = await self._hass.async_add_executor_job(hourly, self._pending)
        before = self._stale
        self._stale = _joined(before, (min(self._pending), max(self._pending)))
        if not await self.energy.update(hours):
            self._stale = before
        self._pending.clear()

    async def _record_money(self, pricing: Pricing) -> None:
        if self._stale is None:
            return
        start, end = pricing.period(self._stale[0])[0], pricing.period(self._stale[1])[1]
        if await self.money.last() is None:
            self._reviewed = None
        await self.money.update(await self._worth(pricing, start, end))
        self._stale = None

    async def _worth(
        self, pricing: Pricing, start: datetime, end: datetime
    ) -> dict[datetime, Decimal]:
        stored = await self.energy.read(start, end)
        return dict(await self._hass.async_add_executor_job(pricing.price, _hours(stored.rows)))


def _hours(rows: Iterable[Row]) -> list[Hour]:
    """Turn rows into hours: the one place where the recorder's floats become decimals."""
    return [Hour(row.start, exact(row.state), row.half is None) for row in rows]


def _joined(span: Span | None, other: Span) -> Span:
    return other if span is None else (min(span[0], other[0]), max(span[1], other[1]))


def energy_series(hass: HomeAssistant, statistic_id: str, name: str, entry_id: str) -> Series:
    """Return a statistic in kWh."""
    return Series(hass, statistic_id, name, UnitOfEnergy.KILO_WATT_HOUR, entry_id=entry_id)


def money_series(hass: HomeAssistant, statistic_id: str, name: str, entry_id: str) -> Series:
    """Return a statistic in yen."""
    return Series(hass, statistic_id, name, YEN, entry_id=entry_id)
