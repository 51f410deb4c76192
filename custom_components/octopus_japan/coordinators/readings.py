"""The middle clock: half-hourly readings, every thirty minutes, into the recorder's long-term statistics."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_SERIAL_NUMBER
from ..identity import digest
from ..oejp.household.hour import Hour
from ..oejp.household.usage import ConsumptionPricing, PointUsage, usage, usage_start
from ..oejp.interval import Interval
from ..oejp.kraken import KrakenClient, PathFinder, listed_since
from ..recorder.statistic_ids import consumption_id, cost_id
from ..store import OctopusStore
from .account import AccountCoordinator
from .half_hourly import HalfHourlyCoordinator
from .own_meter import OwnMeters
from .reading_paths import path_finder
from .tariff_book import TariffBook


class ReadingsCoordinator(HalfHourlyCoordinator[PointUsage]):
    """Energy taken from the grid, by SPIN."""

    clock = "readings"
    energy = ("consumption", consumption_id)
    money = ("cost", cost_id)

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        memory: OctopusStore,
        account: AccountCoordinator,
        *,
        book: TariffBook,
        own: OwnMeters,
    ) -> None:
        super().__init__(hass, entry, client, memory, account, book=book)
        self.own = own

    @override
    @callback
    def async_start(self) -> None:
        super().async_start()
        self.config_entry.async_on_unload(self.own.async_on_news(self._async_own_news))

    @callback
    def _async_own_news(self, numbers: Collection[str]) -> None:
        self.config_entry.async_create_background_task(
            self.hass, self.async_show(numbers), "octopus_japan own meter shown"
        )

    def supposed(self, number: str, at: datetime) -> tuple[Hour, ...]:
        """Return hours that stand for the use of a billing period of which nothing is measured; none where it is unknown."""
        return ()

    @override
    def numbers(self) -> Collection[str]:
        return self.account.data.supply_points.keys()

    @override
    def supply_spans(self, number: str) -> Sequence[tuple[datetime | None, datetime | None]]:
        return self.account.data.supply_points[number].supply_spans

    @override
    def learn(self, number: str) -> None:
        self.book.async_learn(number, self.recent(number))

    @override
    def pricing(self, number: str) -> ConsumptionPricing:
        # What the readings say against a schedule changes no price.
        return ConsumptionPricing(replace(self.book.tariff(number), mismatches=()))

    @override
    def make_ways(self, number: str) -> PathFinder:
        entered = self.config_entry.options.get(CONF_SERIAL_NUMBER, {})
        serial = entered.get(digest(number))
        return path_finder(self.client, self.memory, number, serial_number=serial)

    @override
    def accounts(self, number: str, span: Interval) -> Sequence[tuple[Interval, str]]:
        return self.account.data.supply_points[number].accounts(span)

    @override
    def reread_start(self, number: str, now: datetime) -> datetime:
        calendar = self.book.tariff(number).calendar
        previous = calendar.period_at(calendar.period_at(now).start - timedelta(hours=1))
        return min(previous.start, listed_since(now))

    @override
    async def fresh(self, number: str) -> PointUsage:
        now, since = dt_util.utcnow(), self.supply_start(number)
        tariff = self.book.tariff(number)
        hours, yen = await self.meter(number).read(usage_start(tariff, now))
        return await self.hass.async_add_executor_job(
            partial(
                usage,
                hours,
                yen,
                tariff,
                latest=self.latest(number),
                now=now,
                since=since,
                imported=self.backfill.progress(number),
                own=self.own.of(number),
            )
        )
