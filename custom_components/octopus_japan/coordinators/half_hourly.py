"""What the two clocks of half-hourly readings share: of energy taken from the grid, and of energy fed into it."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import operator
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..oejp.household.hour import Pricing, whole_hour
from ..oejp.kraken import (
    LONGEST_WINDOW,
    KrakenClient,
    KrakenError,
    PathFinder,
    concerns_login,
    listed_since,
)
from ..oejp.kraken.models import Reading
from ..recorder.claims import async_release
from ..recorder.meter_history import PointHistory
from ..store import OctopusStore
from .account import AccountCoordinator
from .backfill import HistoryImport
from .errors import translated_errors

INTERVAL = timedelta(minutes=30)
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Supply:
    """When a point was on supply; None where that is not told, or has no end."""

    start: datetime | None
    end: datetime | None = None


class HistoryCoordinator[UsageT](DataUpdateCoordinator[Mapping[str, UsageT]]):
    """Re-reads a recent window and rewrites what differs; `data` by point, without those that failed this time.

    The window is a week; it is longer where less is stored, but one request always fetches it. All that is older is the
    matter of the importer, in the background.
    """

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        memory: OctopusStore,
        account: AccountCoordinator,
        *,
        name: str,
    ) -> None:
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=name,
            update_interval=INTERVAL,
            # Most polls bring nothing new, and then nothing has to be shown.
            always_update=False,
        )
        self.account = account
        self.memory = memory
        self.client = client
        self.importer = HistoryImport(self)
        self._points: dict[str, PointHistory] = {}
        self._ways: dict[str, PathFinder] = {}
        self._recent: dict[str, dict[datetime, Reading]] = {}

    @abstractmethod
    def numbers(self) -> Iterable[str]:
        """Return the numbers of the points."""

    @abstractmethod
    def supply(self, number: str) -> Supply:
        """Return when a point was on supply."""

    @callback
    def learn(self, number: str) -> None:
        """Hand on what the recent readings tell beside energy."""

    @abstractmethod
    async def pricing(self, number: str) -> Pricing:
        """Return what the energy of a point is worth."""

    @abstractmethod
    def make_point(self, number: str) -> PointHistory:
        """Return the history of a point."""

    @abstractmethod
    def make_ways(self, number: str) -> PathFinder:
        """Return how the readings of a point are asked for."""

    @abstractmethod
    def account_number(self, number: str) -> str:
        """Return the account that a point's readings are asked of."""

    @abstractmethod
    def reread_start(self, number: str, now: datetime) -> datetime:
        """Return since when a point is read again every day."""

    @abstractmethod
    async def fresh(self, number: str) -> UsageT:
        """Return what the rows of a point say."""

    @callback
    def async_start(self) -> None:
        """Poll even when every entity is disabled, and write once the recorder takes it."""
        entry = self.config_entry
        entry.async_on_unload(self.async_add_listener(lambda: None))
        entry.async_on_unload(async_at_started(self.hass, self._async_started))
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_new_day, hour=15, minute=0, second=1)
        )
        entry.async_on_unload(self.importer.async_stop)
        entry.async_on_unload(partial(async_release, self.hass, entry.entry_id))

    async def _async_new_day(self, _now: datetime) -> None:
        """Begin the periods of a new day: in Japan it begins at 15:00 UTC."""
        if self.data:
            usages = {number: await self.usage(number) for number in self.data}
            self.async_set_updated_data(usages)

    @callback
    def _async_started(self, hass: HomeAssistant) -> None:
        self.importer.async_start()

    def point(self, number: str) -> PointHistory:
        """Return the history of a point, made when it is first asked for."""
        if number not in self._points:
            self._points[number] = self.make_point(number)
        return self._points[number]

    def ways(self, number: str) -> PathFinder:
        """Return how the readings of a point are asked for, made when it is first asked for."""
        if number not in self._ways:
            self._ways[number] = self.make_ways(number)
        return self._ways[number]

    def recent(self, number: str) -> tuple[Reading, ...]:
        """Return the half hours of the last 31 days that were seen, ascending."""
        return tuple(self._recent.get(number, {}).values())

    def latest(self, number: str) -> Reading | None:
        """Return the newest half hour."""
        return next(reversed(self._recent.get(number, {}).values()), None)

    async def record(self, number: str, readings: Sequence[Reading]) -> bool:
        """Write readings and what they are worth; False if the recorder does not take it now."""
        self._keep(number, readings)
        self.learn(number)
        return await self.point(number).record(
            ((reading.start_at, reading.value) for reading in readings), await self.pricing(number)
        )

    async def usage(self, number: str) -> UsageT:
        """Return what the rows of a point say: the same object as long as they say the same."""
        fresh = await self.fresh(number)
        known = (self.data or {}).get(number)
        same = await self.hass.async_add_executor_job(operator.eq, fresh, known)
        return known if known is not None and same else fresh

    async def async_show(self, number: str) -> None:
        """Show what was stored in the background meanwhile."""
        if number in (self.data or {}):
            usage = await self.usage(number)
            self.async_set_updated_data({**self.data, number: usage})

    @override
    async def _async_update_data(self) -> Mapping[str, UsageT]:
        found: dict[str, UsageT] = {}
        failures: list[KrakenError] = []
        with translated_errors():
            for number in self.numbers():
                try:
                    await self._update(number)
                except KrakenError as error:
                    if concerns_login(error):
                        raise
                    LOGGER.debug("No readings of one point: %s", error)
                    failures.append(error)
                else:
                    found[number] = await self.usage(number)
            if failures and not found:
                raise failures[0]
        self.importer.async_start()
        return found

    async def _update(self, number: str) -> None:
        """Fetch and write the recent window."""
        now = dt_util.utcnow()
        first, last = await self.point(number).energy.span()
        if self.hass.state is CoreState.running:
            self.importer.async_check(
                number, first.start if first else None, last.start if last else None
            )
        start, end = self.clip(number, listed_since(now), now)
        if last is not None:
            start = max(start, min(whole_hour(now - RECENT), last.start))
        readings: Sequence[Reading] = []
        if start < end:
            account_number = self.account_number(number)
            readings = await self.ways(number).fetch(account_number, start, end)
        await self.record(number, readings)

    def clip(self, number: str, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """Leave of a time what the point was on supply for."""
        supply = self.supply(number)
        if supply.start is not None:
            start = max(start, whole_hour(supply.start))
        if supply.end is not None:
            end = min(end, supply.end)
        return start, end

    def _keep(self, number: str, readings: Sequence[Reading]) -> None:
        """Remember the half hours of the last weeks, for their bands and for the latest of them."""
        since = dt_util.utcnow() - LONGEST_WINDOW
        kept = self._recent.get(number, {}) | {
            reading.start_at: reading for reading in readings if reading.start_at >= since
        }
        self._recent[number] = {start: kept[start] for start in sorted(kept) if start >= since}
