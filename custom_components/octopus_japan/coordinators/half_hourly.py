"""What the two clocks of half-hourly readings share: of energy taken from the grid, and of energy fed into it."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
import operator
from typing import Any, ClassVar, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..identity import digest, last_four
from ..oejp.household.hour import Pricing, whole_hour
from ..oejp.interval import Interval
from ..oejp.kraken import (
    LONGEST_WINDOW,
    AccountAnswers,
    KrakenClient,
    KrakenError,
    KrakenUnlistedError,
    PathFinder,
    concerns_login,
    listed_since,
)
from ..oejp.kraken.models import RateLimit, Reading
from ..recorder.claims import async_release
from ..recorder.holes import THIRTEEN_MONTHS
from ..recorder.meter_history import MeterHistory, energy_series, money_series
from ..recorder.statistic_names import statistic_name
from ..store import OctopusStore
from .account import AccountCoordinator
from .backfill import RECENT, Backfill
from .errors import log_defect, translated_errors
from .tariff_book import TariffBook

INTERVAL = timedelta(minutes=30)

type News = Callable[[Collection[str]], None]
"""Called with the numbers of the points whose usage is another."""


class HalfHourlyCoordinator[UsageT](DataUpdateCoordinator[Mapping[str, UsageT]]):
    """Asks for a recent window; `data` by point, without those that failed this time.

    The window is a week; it is longer where less is stored, but one request always fetches it. What it brings is held in memory
    and shown; `backfill` writes it, and reads all that is older, in the background. So nothing waits for the recorder.
    """

    config_entry: ConfigEntry[Any]
    clock: ClassVar[str]
    """What the log calls it."""
    energy: ClassVar[tuple[str, Callable[[str], str]]]
    money: ClassVar[tuple[str, Callable[[str], str]]]
    """The statistics of a point, each by what it is called and how its id follows from the digest."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        memory: OctopusStore,
        account: AccountCoordinator,
        *,
        book: TariffBook,
    ) -> None:
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=self.clock,
            update_interval=INTERVAL,
            # Most polls bring nothing new, and then nothing has to be shown.
            always_update=False,
        )
        self.account = account
        self.memory = memory
        self.client = client
        self.book = book
        self.backfill = Backfill(self)
        self._meters: dict[str, MeterHistory] = {}
        self._ways: dict[str, PathFinder] = {}
        self._recent: dict[str, dict[datetime, Reading]] = {}
        self._news: list[News] = []
        self._told: Mapping[str, UsageT] = {}

    @abstractmethod
    def numbers(self) -> Collection[str]:
        """Return the numbers of the points listed now: others have been, and may be again."""

    @abstractmethod
    def supply_spans(self, number: str) -> Sequence[tuple[datetime | None, datetime | None]]:
        """Return from when until when a point was on supply; None where that is not told, or has no end."""

    @callback
    def learn(self, number: str) -> None:
        """Hand on what the recent readings tell beside energy."""

    @abstractmethod
    def pricing(self, number: str) -> Pricing:
        """Return what the energy of a point is worth, frozen: the only place where recording meets the tariff book."""

    @abstractmethod
    def accounts(self, number: str, span: Interval) -> Sequence[tuple[Interval, str]]:
        """Cut a time where a point changed its account; each part with the account that its readings are asked of."""

    @abstractmethod
    def make_ways(self, number: str) -> PathFinder:
        """Return how the readings of a point are asked for."""

    @abstractmethod
    def reread_start(self, number: str, now: datetime) -> datetime:
        """Return since when a point is read again every day."""

    @abstractmethod
    async def fresh(self, number: str) -> UsageT:
        """Return what the rows of a point say."""

    def has_history(self, number: str) -> bool:
        """Tell whether anything measures the energy of a point."""
        return True

    async def left_of_allowance(self) -> RateLimit | None:
        """Return what is left of the hourly points allowance; None where none is used. Raises KrakenError."""
        return await self.client.login.rate_limit()

    @callback
    def async_start(self) -> None:
        """Poll even when every entity is disabled, and write once the recorder takes it."""
        entry = self.config_entry
        entry.async_on_unload(self.async_add_listener(lambda: None))
        entry.async_on_unload(async_at_started(self.hass, self._async_started))
        entry.async_on_unload(self.book.async_add_listener(self.backfill.async_start))
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_new_day, hour=15, minute=0, second=1)
        )
        entry.async_on_unload(self.backfill.async_stop)
        entry.async_on_unload(partial(async_release, self.hass, entry.entry_id))

    @callback
    def async_on_news(self, news: News) -> CALLBACK_TYPE:
        """Call with the numbers of the points whose usage is another; return what ends that."""
        self._news.append(news)
        return partial(self._news.remove, news)

    async def _async_new_day(self, _now: datetime) -> None:
        """Begin the periods of a new day: in Japan it begins at 15:00 UTC."""
        await self.async_show(list(self.data or ()))

    @callback
    def _async_started(self, hass: HomeAssistant) -> None:
        self.backfill.async_start()

    def meter(self, number: str) -> MeterHistory:
        """Return the history of a point, made when it is first asked for."""
        if number not in self._meters:
            hass, point, end = self.hass, digest(number), last_four(number)
            (energy, energy_id), (money, money_id) = type(self).energy, type(self).money
            self._meters[number] = MeterHistory(
                hass,
                energy_series(hass, energy_id(point), statistic_name(hass, energy, end)),
                money_series(hass, money_id(point), statistic_name(hass, money, end)),
                self.config_entry.entry_id,
            )
        return self._meters[number]

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

    def supply_start(self, number: str) -> datetime | None:
        """Return when supply began, None where that is not told."""
        starts = [start for start, _ in self.supply_spans(number)]
        return min((start for start in starts if start), default=None) if all(starts) else None

    def supply(self, number: str, end: datetime) -> tuple[Interval, ...]:
        """Return the times on supply before `end`; whole hours. Where the start of supply is not known, readings are asked for thirteen months back."""
        spans = [
            Interval(whole_hour(start or end - THIRTEEN_MONTHS), min(until or end, end))
            for start, until in self.supply_spans(number)
        ]
        return tuple(span for span in spans if span.start < span.end)

    @callback
    def keep(self, number: str, readings: Iterable[Reading]) -> None:
        """Remember the half hours of the last weeks, for their bands and for the latest of them."""
        since = dt_util.utcnow() - LONGEST_WINDOW
        kept = self._recent.get(number, {}) | {
            reading.start_at: reading for reading in readings if reading.start_at >= since
        }
        self._recent[number] = {start: kept[start] for start in sorted(kept) if start >= since}
        self.learn(number)

    async def usage(self, number: str) -> UsageT:
        """Return what the rows of a point say: the same object as long as they say the same."""
        fresh = await self.fresh(number)
        known = (self.data or {}).get(number)
        same = await self.hass.async_add_executor_job(operator.eq, fresh, known)
        return known if known is not None and same else fresh

    async def async_show(self, numbers: Iterable[str]) -> None:
        """Show what was stored in the background meanwhile, of these points and to those who look at them."""
        for number in numbers:
            if number not in (self.data or {}) or number not in self.numbers():
                continue
            usage = await self.usage(number)
            if usage is self.data.get(number):
                continue
            self.data = {**self.data, number: usage}
            for update, context in list(self._listeners.values()):
                if context in {None, number}:
                    update()
        self._tell_news()

    @override
    @callback
    def async_update_listeners(self) -> None:
        super().async_update_listeners()
        self._tell_news()

    @callback
    def _tell_news(self) -> None:
        data = self.data or {}
        numbers = [n for n, usage in data.items() if usage is not self._told.get(n)]
        self._told = data
        if numbers:
            for news in list(self._news):
                news(numbers)

    @override
    async def _async_update_data(self) -> Mapping[str, UsageT]:
        now, answers = dt_util.utcnow(), AccountAnswers()
        found: dict[str, UsageT] = {}
        failures: list[Exception] = []
        with translated_errors():
            for number in list(self.numbers()):
                try:
                    await self._poll(number, now, answers)
                except KrakenError as error:
                    if concerns_login(error):
                        raise
                    LOGGER.debug("No readings of one point: %s", error)
                    # A list that leaves a point out may be short: the point keeps what its rows say.
                    if number in self.numbers() and not isinstance(error, KrakenUnlistedError):
                        failures.append(error)
                        continue
                except Exception as error:  # noqa: BLE001  # A defect that one point brings out costs that point.
                    log_defect("No readings of one point", error)
                    failures.append(error)
                    continue
                if number in self.numbers():
                    found[number] = await self.usage(number)
            if failures and not found:
                raise failures[0]
        self.backfill.async_start()
        return found

    async def _poll(self, number: str, now: datetime, answers: AccountAnswers) -> None:
        """Take the recent window of a point: points of one account that lack the same are told of by one answer."""
        newest = await self.meter(number).newest()
        if number not in self.numbers():
            return
        start = listed_since(now)
        if newest is not None:
            start = max(start, min(whole_hour(now - RECENT), newest))
        for span in self.supply(number, now):
            window = span.clip(Interval(start, now))
            if window is not None and number in self.numbers():
                readings = await self.fetch(number, window, answers=answers)
                self.keep(number, readings)
                self.meter(number).hold((reading.start_at, reading.value) for reading in readings)

    async def fetch(
        self,
        number: str,
        window: Interval,
        *,
        supplied: bool = False,
        answers: AccountAnswers | None = None,
    ) -> Sequence[Reading]:
        """Return the readings of a window, each part asked of the account that the point belonged to then. Raises KrakenError.

        An account that the point has left may no longer list it: then that part stays unknown, and the others are returned.
        """
        ways, now = self.ways(number), dt_util.utcnow()
        _, owner = self.accounts(number, Interval(now, now + INTERVAL))[0]
        readings: list[Reading] = []
        for part, account in self.accounts(number, window):
            try:
                readings += await ways.fetch(
                    account, part.start, part.end, supplied=supplied, answers=answers
                )
            except KrakenUnlistedError:
                if account == owner:
                    raise
        return readings
