"""The fast clock: what the next kWh costs. It follows the wall clock and asks the network for nothing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..identity import digest
from ..oejp.household.forecast import StepCrossed, Use, crossed_at
from ..oejp.household.hour import Hour
from ..oejp.household.outlook import Outlook, has_steps, outlook
from ..oejp.household.own_meter import Live, stand_in
from ..oejp.household.supply_tariff import Contract
from ..oejp.household.usage import usage_start
from ..oejp.japan_time import day_of
from ..oejp.tariff import DayPrices, Kind, Price, Tariff, Unpriced, price_at
from ..store import CrossedStep, OctopusStore
from .readings import ReadingsCoordinator
from .tariff_book import TariffBook


@dataclass(frozen=True, kw_only=True)
class PointPrices:
    """The prices of one supply point at this moment, in JPY/kWh including tax.

    `rates`: the parts of the price that no step changes. `left_in_step`: kWh until the next step begins. `reason` is the
    translation key of why there is no price; `estimated_since` is None where the current price rests on no guess.
    """

    outlook: Outlook
    contract: Contract = field(default_factory=Contract)
    rates: Price | None = None
    current: Price | None = None
    previous: Price | None = None
    next: Price | None = None
    today: DayPrices | None = None
    tomorrow: DayPrices | None = None
    left_in_step: Decimal | None = None
    reason: str | None = None
    estimated_since: datetime | None = None
    own_until: datetime | None = None
    """Until when the household's own meter told the use; None without one."""

    @property
    def tariff(self) -> Tariff:
        """The tariff that the prices come from."""
        return self.outlook.tariff


class PricesCoordinator(DataUpdateCoordinator[Mapping[str, PointPrices]]):
    """Moves on at every half hour, the finest boundary that a schedule has, and with news of tariffs and use."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: OctopusStore,
        book: TariffBook,
        readings: ReadingsCoordinator,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="prices")
        self.data = {}
        self._store = memory
        self._book = book
        self._readings = readings
        self._own = readings.own
        self._hours: dict[str, tuple[Hour, ...]] = {}
        self._rests: dict[str, tuple[tuple[Hour, ...], StepCrossed | None, Live | None]] = {}
        """What the use of a point was made of."""
        self._made: dict[str, tuple[tuple[object, ...], Outlook]] = {}

    @callback
    def async_start(self) -> None:
        """Price now, and follow the clock, the tariff book and the readings until the entry is unloaded."""
        entry = self.config_entry
        entry.async_on_unload(self._book.async_add_listener(self._async_move_on))
        entry.async_on_unload(self._readings.async_on_news(self._async_news))
        entry.async_on_unload(self._own.async_on_news(self._async_news))
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_move_on, minute=(0, 30), second=0)
        )
        self._async_move_on()
        entry.async_create_background_task(
            self.hass, self._async_read_rows(), "octopus_japan use so far"
        )

    async def _async_read_rows(self) -> None:
        """Read from the rows how much was used, where no reading has come: without network, and before one fails."""
        for spin in list(self._readings.numbers()):
            tariff = self._book.tariff(spin)
            if has_steps(tariff) and spin not in (self._readings.data or {}):
                begin = usage_start(tariff, dt_util.utcnow())
                self._hours[spin] = tuple(await self._readings.meter(spin).hours(begin))
        self._async_move_on()

    @callback
    def _async_move_on(self, now: datetime | None = None) -> None:
        at = now or dt_util.utcnow()
        # Nothing is fetched: what the entities show moves, and the update's success stays as it is.
        self.data = {spin: self._prices(spin, at) for spin in self._readings.numbers()}
        self.async_update_listeners()

    @callback
    def _async_news(self, numbers: Collection[str]) -> None:
        """Price those points anew whose usage is another."""
        at, listed = dt_util.utcnow(), self._readings.numbers()
        self.data = {
            **self.data,
            **{spin: self._prices(spin, at) for spin in numbers if spin in listed},
        }
        for update, context in list(self._listeners.values()):
            if context is None or context in numbers:
                update()

    def _prices(self, spin: str, at: datetime) -> PointPrices:
        shown, contract = self._outlook(spin, at), self._book.contract(spin)
        own = self._own.of(spin)
        try:
            rates = price_at(shown.tariff, at)
        except Unpriced as error:
            return PointPrices(outlook=shown, contract=contract, reason=error.reason)
        prices = PointPrices(
            outlook=shown,
            contract=contract,
            own_until=None if own is None or shown.use is None else own.until,
            rates=rates,
            today=shown.day(day_of(at)),
            tomorrow=shown.day(day_of(at) + timedelta(days=1)),
        )
        try:
            return replace(
                prices,
                current=shown.current(at),
                previous=shown.preceding(at),
                next=shown.following(at),
                left_in_step=_left_in_step(shown, at),
                estimated_since=shown.estimated_since(at),
            )
        except Unpriced as error:
            return replace(prices, reason=error.reason)

    def _outlook(self, spin: str, at: datetime) -> Outlook:
        """Return the outlook of a point: the same as long as day, tariff and use are the same."""
        tariff = self._book.tariff(spin)
        use = self._use(spin, tariff, at)
        made = self._made.get(spin)
        key: tuple[object, ...] = (day_of(at), tariff, use)
        if (
            made is None
            or made[0][0] != key[0]
            or made[0][1] is not tariff
            or made[0][2] is not use
        ):
            self._made[spin] = made = (key, outlook(tariff, at, use))
        return made[1]

    def _use(self, spin: str, tariff: Tariff, at: datetime) -> Use | None:
        """Return what is known of the use of a point with steps; where its readings fail, what was known of it stands."""
        if not has_steps(tariff):
            return None
        usage = (self._readings.data or {}).get(spin)
        hours = tuple(usage.hours) if usage else self._hours.get(spin, ())
        if hours:
            self._hours[spin] = hours
        elif not (hours := self._readings.supposed(spin, at)):
            return None
        own = self._own.of(spin)
        filled, live = stand_in(hours, own), own.live if own else None
        before = self._crossed(spin)
        crossed = crossed_at(tariff, filled, before, at, live)
        if crossed != before:
            self._remember(spin, crossed)
        made = self._made.get(spin)
        known = made[1].use if made else None
        rests = (filled, crossed, live)
        if known is not None and self._rests.get(spin) == rests:
            return known
        self._rests[spin] = rests
        return Use(*rests)

    async def use(self, spin: str, start: datetime) -> Use | None:
        """Return what is known of the use of a point with steps, since the billing period of `start`; else None."""
        tariff = self._book.tariff(spin)
        if not has_steps(tariff):
            return None
        point = self.data.get(spin)
        known = point.outlook.use if point else None
        begin = tariff.calendar.period_at(start).start
        if known is not None and known.since <= begin:
            return known
        hours, own = await self._readings.meter(spin).hours(begin), self._own.of(spin)
        if not hours:
            return known
        crossed = known.crossed if known else None
        return Use(stand_in(hours, own), crossed, own.live if own else None)

    def _crossed(self, spin: str) -> StepCrossed | None:
        stored = self._store.parts.crossed_steps.get(digest(spin))
        if stored is None:
            return None
        return StepCrossed(stored.period_start, stored.kwh, stored.at)

    def _remember(self, spin: str, crossed: StepCrossed | None) -> None:
        steps = self._store.parts.crossed_steps
        if crossed is None:
            del steps[digest(spin)]
        else:
            steps[digest(spin)] = CrossedStep(crossed.period, crossed.kwh, crossed.at)
        self._store.async_save()


def _left_in_step(shown: Outlook, at: datetime) -> Decimal | None:
    """Return the kWh until the next step begins; None in the last one and where there are none."""
    card = shown.tariff.card_at(at)
    if card.kind is not Kind.STEPPED or shown.use is None:
        return None
    used = shown.use.counted(shown.tariff.calendar.period_at(at), at)
    end = card.step_at(used).end
    return None if end is None else end - used
