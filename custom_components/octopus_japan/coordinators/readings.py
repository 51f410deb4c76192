"""The middle clock: half-hourly readings, every thirty minutes, into the recorder's long-term statistics."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import override

from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER, NAME
from ..history.claims import async_release
from ..history.statistic_ids import consumption_id, cost_id
from ..kraken import LONGEST_WINDOW, KrakenClient, KrakenError
from ..kraken.models import Reading
from ..tariff import Tariff
from .account import AccountCoordinator
from .base import OctopusConfigEntry, passes_on, translated_errors
from .importer import HistoryImport
from .memory import MemoryStore
from .point import PointHistory, energy_series, money_series, whole_hour
from .tariffs import supply_tariff
from .usage import ConsumptionPricing, PointUsage, usage, usage_start

INTERVAL = timedelta(minutes=30)
RECENT = timedelta(days=7)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
THIRTEEN_MONTHS = timedelta(days=397)


class ReadingsCoordinator(DataUpdateCoordinator[Mapping[str, PointUsage]]):
    """Re-reads a recent window and rewrites what differs; `data` by SPIN, without the points that failed this time.

    The window is a week; once a day it reaches back to the start of the previous billing period, once a week over thirteen
    months, and always to the last hour stored. The rest of the history is read once, in the background.
    """

    config_entry: OctopusConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: OctopusConfigEntry,
        client: KrakenClient,
        memory: MemoryStore,
        account: AccountCoordinator,
    ) -> None:
        super().__init__(
            hass, LOGGER, config_entry=entry, name="readings", update_interval=INTERVAL
        )
        self.account = account
        self.memory = memory
        self.client = client
        self.importer = HistoryImport(self)
        self._points: dict[str, PointHistory] = {}
        self._recent: dict[str, dict[datetime, Reading]] = {}
        self._daily: dict[str, datetime] = {}

    @callback
    def async_start(self) -> None:
        """Poll even when every entity is disabled, and write once the recorder takes it."""
        entry = self.config_entry
        entry.async_on_unload(self.async_add_listener(lambda: None))
        entry.async_on_unload(async_at_started(self.hass, self._async_started))
        entry.async_on_unload(partial(async_release, self.hass, entry.entry_id))

    async def _async_started(self, hass: HomeAssistant) -> None:
        """Hand the recorder what was fetched while it stood still, then read the rest of the history."""
        for spin in list(self._points):
            await self.record(spin, [])
        self.importer.async_start()

    def tariff(self, spin: str) -> Tariff:
        """Return the tariff of a supply point, with what its readings say of the hours of bands."""
        login = self.account.data
        point = login.supply_points[spin]
        recent = tuple(self._recent.get(spin, {}).values())
        return supply_tariff(self.config_entry, login, point, self.memory.memory, recent)

    def point(self, spin: str) -> PointHistory:
        """Return the history of a supply point, made when it is first asked for."""
        if spin not in self._points:
            entry_id = self.config_entry.entry_id
            name = f"{NAME} …{spin[-4:]}"
            self._points[spin] = PointHistory(
                self.hass,
                self.client,
                self.memory,
                energy_series(self.hass, consumption_id(spin), f"{name} consumption", entry_id),
                money_series(self.hass, cost_id(spin), f"{name} cost", entry_id),
                number=spin,
                account_number=self.account.data.supply_points[spin].account_number,
            )
        return self._points[spin]

    async def record(self, spin: str, readings: Sequence[Reading]) -> bool:
        """Write readings and what they cost; False if the recorder does not take it now."""
        return await self.point(spin).record(readings, ConsumptionPricing(self.tariff(spin)))

    @override
    async def _async_update_data(self) -> Mapping[str, PointUsage]:
        found: dict[str, PointUsage] = {}
        failures: list[KrakenError] = []
        with translated_errors():
            for spin in self.account.data.supply_points:
                try:
                    await self._update(spin)
                except KrakenError as error:
                    if passes_on(error):
                        raise
                    LOGGER.debug("No readings of one supply point: %s", error)
                    failures.append(error)
                else:
                    found[spin] = await self._usage(spin)
            if failures and not found:
                raise failures[0]
        return found

    async def _update(self, spin: str) -> None:
        """Fetch and write the window that is due."""
        now = dt_util.utcnow()
        start, is_daily, is_weekly = await self._window(spin, now)
        readings = await self.point(spin).fetch(start, now)
        self._keep(spin, readings, now)
        written = await self.record(spin, readings)
        if written and is_daily:
            self._daily[spin] = now
        if written and is_weekly:
            self.memory.memory.reread[spin] = now
            self.memory.async_save()

    async def _window(self, spin: str, now: datetime) -> tuple[datetime, bool, bool]:
        last = await self.point(spin).energy.last()
        if last is None:
            return whole_hour(now - LONGEST_WINDOW), False, False
        start = min(whole_hour(now - RECENT), last.start)
        if self.hass.state is not CoreState.running:
            return start, False, False
        is_weekly = self._due(self.memory.memory.reread.get(spin), now, WEEK)
        is_daily = is_weekly or self._due(self._daily.get(spin), now, DAY)
        if is_daily:
            calendar = self.tariff(spin).calendar
            previous = calendar.period_at(calendar.period_at(now).start - timedelta(hours=1))
            start = min(start, previous.start)
        if is_weekly:
            start = min(start, whole_hour(now - THIRTEEN_MONTHS))
        since = self.account.data.supply_points[spin].supply_start
        return max(start, since) if since else start, is_daily, is_weekly

    @staticmethod
    def _due(last: datetime | None, now: datetime, interval: timedelta) -> bool:
        return last is None or now - last >= interval

    def _keep(self, spin: str, readings: Sequence[Reading], now: datetime) -> None:
        """Remember the half hours of the last weeks, for their bands and for the latest of them."""
        kept = self._recent.get(spin, {}) | {reading.start_at: reading for reading in readings}
        since = now - LONGEST_WINDOW
        self._recent[spin] = {start: kept[start] for start in sorted(kept) if start >= since}

    async def _usage(self, spin: str) -> PointUsage:
        now = dt_util.utcnow()
        tariff = self.tariff(spin)
        rows = await self.point(spin).rows(usage_start(tariff, now))
        return await self.hass.async_add_executor_job(
            partial(
                usage,
                rows,
                tariff,
                latest=next(reversed(self._recent.get(spin, {}).values()), None),
                now=now,
                since=self.account.data.supply_points[spin].supply_start,
                imported=self.importer.progress(spin),
            )
        )

    async def async_show(self, spin: str) -> None:
        """Show what the background import has stored meanwhile."""
        if spin in self.data:
            self.async_set_updated_data({**self.data, spin: await self._usage(spin)})
