"""How the billing period of each supply point is expected to end: made anew when its use or its tariff is another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..oejp.household.habit import Basis, Habit, TypicalUse, learn
from ..oejp.household.own_meter import stand_in
from ..oejp.household.projection import Projection, project
from ..oejp.household.usage import PointUsage
from ..oejp.japan_time import day_of
from ..oejp.kraken import KrakenClient, KrakenError
from ..oejp.tariff import Tariff, Unpriced
from .readings import ReadingsCoordinator
from .tariff_book import TariffBook

LEARNT_FROM = timedelta(days=420)
"""A year of weeks, and what is before them to compare with."""


@dataclass(frozen=True, slots=True)
class PointProjection:
    """The projection of a point; `own_until`: until when it rests on the household's own meter, None where it does not."""

    projection: Projection
    own_until: datetime | None = None


class ProjectionCoordinator(DataUpdateCoordinator[Mapping[str, PointProjection | None]]):
    """Follows readings, own meters and tariffs; None of a point of which too little is known.

    The habit is learnt once a day, and when all of the history was read: that takes thirteen months of rows.
    """

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        book: TariffBook,
        readings: ReadingsCoordinator,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="projection")
        self.data = {}
        self._client = client
        self._book = book
        self._readings = readings
        self._due: set[str] = set()
        self._running = False
        self._habits: dict[str, tuple[tuple[date, bool], Habit | None]] = {}
        self._typical: dict[tuple[str, str, date], TypicalUse | None] = {}

    @callback
    def async_start(self) -> None:
        """Follow what a projection rests on until the entry is unloaded; every hour the next step may be another."""
        entry = self.config_entry
        entry.async_on_unload(self._readings.async_on_news(self._async_news))
        entry.async_on_unload(self._book.async_add_listener(self._async_all))
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_hour, minute=1, second=0)
        )

    @callback
    def _async_hour(self, _now: datetime) -> None:
        self._async_all()

    @callback
    def _async_all(self) -> None:
        self._async_news(list(self._readings.data or ()))

    @callback
    def _async_news(self, numbers: Collection[str]) -> None:
        self._due |= set(numbers)
        if self._due and not self._running:
            self._running = True
            self.config_entry.async_create_background_task(
                self.hass, self._async_project(), "octopus_japan projection"
            )

    async def _async_project(self) -> None:
        try:
            while self._due:
                spin = self._due.pop()
                usage = (self._readings.data or {}).get(spin)
                if usage is None or spin not in self._readings.numbers():
                    continue
                found = await self._projection(spin, usage)
                if spin not in self.data or found != self.data[spin]:
                    self.data = {**self.data, spin: found}
                    self.async_update_listeners()
        finally:
            self._running = False

    async def _projection(self, spin: str, usage: PointUsage) -> PointProjection | None:
        now, tariff = dt_util.utcnow(), self._book.tariff(spin)
        habit = await self._habit(spin, usage, tariff, now)
        if habit is None:
            return None
        period = tariff.calendar.period_at(now)
        hours = stand_in(usage.hours, usage.own)
        found = await self.hass.async_add_executor_job(project, tariff, period, hours, habit, now)
        return None if found is None else PointProjection(found, usage.own_until)

    async def _habit(
        self, spin: str, usage: PointUsage, tariff: Tariff, now: datetime
    ) -> Habit | None:
        whole = usage.imported is None or usage.imported >= 1
        key, known = (day_of(now), whole), self._habits.get(spin)
        if known is not None and known[0] == key and known[1] is not None:
            return known[1]
        past = await self._readings.meter(spin).hours(now - LEARNT_FROM)
        hours = stand_in(past, usage.own)
        habit = await self.hass.async_add_executor_job(learn, hours)
        if habit is not None and habit.basis is not Basis.LAST_YEAR:
            typical = await self._typical_use(tariff, now)
            habit = await self.hass.async_add_executor_job(partial(learn, hours, typical))
        self._habits[spin] = (key, habit)
        return habit

    async def _typical_use(self, tariff: Tariff, now: datetime) -> TypicalUse | None:
        """Ask what is typical of the plan in force, at most once a day; None where the service does not tell."""
        try:
            card = tariff.card_at(now)
        except Unpriced:
            return None
        if card.area is None or card.product_code is None:
            return None
        key = (card.area, card.product_code, day_of(now))
        if key not in self._typical:
            self._typical = {k: told for k, told in self._typical.items() if k[2] == key[2]}
            try:
                self._typical[key] = await self._client.typical_use.by_month(*key[:2])
            except KrakenError as error:
                LOGGER.debug("No typical use: %s", error)
                self._typical[key] = None
        return self._typical[key]
