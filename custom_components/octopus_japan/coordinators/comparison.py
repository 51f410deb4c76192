"""The same year on other plans, worked out once a day in an executor. It asks the network for nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..oejp.household.comparison import Comparison, RatesOf
from ..oejp.household.hour import Hour
from ..oejp.household.plans import OnSale, on_other_plans
from ..oejp.household.year_of_use import YearOfUse, start_of_year, year_of_use
from ..oejp.japan_time import day_of
from ..oejp.tariff import BillingCalendar, Capacity
from .account import AccountCoordinator
from .readings import ReadingsCoordinator
from .tariff_book import TariffBook


class ComparisonCoordinator(DataUpdateCoordinator[Mapping[str, Comparison]]):
    """Compares each supply point once a day, and when what it rests on comes for the first time; `data` by SPIN.

    It goes by today's monthly rates. A point of which no billing period is over has no comparison.
    """

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: AccountCoordinator,
        book: TariffBook,
        readings: ReadingsCoordinator,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="comparison")
        self.data = {}
        self._account = account
        self._book = book
        self._readings = readings
        self._made: dict[str, tuple[object, ...]] = {}
        self._running = False

    @callback
    def async_start(self) -> None:
        """Compare now, and follow the clocks until the entry is unloaded."""
        entry = self.config_entry
        entry.async_on_unload(self._account.async_add_listener(self._async_look))
        entry.async_on_unload(self._readings.async_on_news(self._async_news))
        # In the early morning of Japan, when most of the day before is published, if nothing else comes first.
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_look, hour=20, minute=10, second=0)
        )
        self._async_look()

    async def year(self, spin: str) -> YearOfUse:
        """Return the last year of a supply point as it is recorded."""
        calendar = self._book.tariff(spin).calendar
        start = start_of_year(calendar, dt_util.utcnow())
        hours = await self._readings.meter(spin).hours(start)
        return await self.hass.async_add_executor_job(_year, hours, calendar)

    def on_sale(self, spin: str) -> OnSale:
        """Return what is on sale in the area of a supply point."""
        point = self._account.data.supply_points[spin]
        return OnSale(point.area, point.catalogue, self._book.contract(spin).capacity)

    async def compare(
        self, spin: str, use: YearOfUse, rates_of: RatesOf, changed: Capacity | None = None
    ) -> Comparison:
        """Price a year on every plan. `changed`: for another contracted capacity."""
        return await self.hass.async_add_executor_job(
            partial(
                on_other_plans,
                self._book.tariff(spin),
                use,
                self.on_sale(spin),
                dt_util.utcnow(),
                rates_of=rates_of,
                changed=changed,
            )
        )

    @callback
    def _async_news(self, _numbers: Collection[str]) -> None:
        self._async_look()

    @callback
    def _async_look(self, _now: datetime | None = None) -> None:
        if not self._running and self._due():
            self._running = True
            self.config_entry.async_create_background_task(
                self.hass, self._async_compare(), f"{DOMAIN} comparison"
            )

    def _due(self) -> dict[str, tuple[object, ...]]:
        """Return what the comparisons that are to be made rest on, by SPIN."""
        now = dt_util.utcnow()
        points = self._account.data.supply_points
        rests = {
            spin: self._rests_on(spin, now)
            for spin in self._readings.numbers()
            if spin in points and not points[spin].has_ended(now)
        }
        return {spin: on for spin, on in rests.items() if self._made.get(spin) != on}

    def _rests_on(self, spin: str, now: datetime) -> tuple[object, ...]:
        """Return the day, and what comes bit by bit after set-up: catalogue, agreements, billing periods, the whole of history."""
        usage = (self._readings.data or {}).get(spin)
        return (
            day_of(now),
            self._account.data.supply_points[spin].catalogue,
            self._account.data.supply_points[spin].agreements,
            len(self._book.tariff(spin).calendar.closed),
            usage is not None and usage.imported == 1,
        )

    async def _async_compare(self) -> None:
        try:
            for spin, rests_on in self._due().items():
                use = await self.year(spin)
                self._made[spin] = rests_on
                if use.periods:
                    found = await self.compare(spin, use, RatesOf.TODAY)
                    self.data = {**self.data, spin: found}
        except RuntimeError:
            # Once it is told to stop, the recorder takes no more questions.
            if self.hass.is_running and not get_instance(self.hass).stop_requested:
                raise
        finally:
            self._running = False
        # Nothing is fetched: what the entities show moves, and the update's success stays as it is.
        self.async_update_listeners()


def _year(hours: list[Hour], calendar: BillingCalendar) -> YearOfUse:
    return year_of_use([(hour.start, hour.kwh) for hour in hours], calendar)
