"""Asks for accounts when new rates begin, beside the account clock's regular poll."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..identity import digest
from ..oejp.household.supply_tariff import awaits_rates
from ..oejp.household.timetable import next_ask, told_ends
from .account import AccountCoordinator
from .tariff_book import TariffBook

_SPREAD = timedelta(minutes=10)


class Timetable:
    """Refreshes the account clock when a month begins, when a window ends, and again until the new one is told."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: AccountCoordinator,
        book: TariffBook,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._account = account
        self._book = book
        # The same at every start, and another one for every installation.
        share = int(digest(entry.entry_id), 16) % int(_SPREAD.total_seconds())
        self._spread = timedelta(seconds=share)
        self._cancel: Callable[[], None] | None = None

    @callback
    def async_start(self) -> None:
        """Wait for the next time, until the entry is unloaded."""
        self._entry.async_on_unload(self._account.async_add_listener(self._async_wait))
        self._entry.async_on_unload(self._async_stop)
        self._async_wait()

    @callback
    def _async_stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _async_wait(self) -> None:
        self._async_stop()
        if isinstance(self._account.last_exception, ConfigEntryAuthFailed):
            # Nothing is asked until the user has signed in again, which reloads the entry.
            return
        now = dt_util.utcnow()
        points = self._account.data.supply_points if self._account.data else {}
        at = next_ask(
            now,
            told_ends(item for point in points.values() for item in point.agreements),
            told=not any(awaits_rates(self._book.tariff(spin), now) for spin in points),
            spread=self._spread,
        )
        self._cancel = async_track_point_in_utc_time(self._hass, self._async_ask, at)

    @callback
    def _async_ask(self, _now: datetime) -> None:
        self._cancel = None
        self._entry.async_create_background_task(
            self._hass, self._async_refresh(), "octopus_japan new rates"
        )

    async def _async_refresh(self) -> None:
        await self._account.async_ask_anew()
        # Only the first failure in a row is logged.
        self._async_wait()
