"""The fast clock: what the next kWh costs. It follows the wall clock and asks the network for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..oejp.household.outlook import has_steps, outlook
from ..oejp.household.usage import PointUsage
from ..oejp.tariff import (
    DayPrices,
    Price,
    Tariff,
    Unpriced,
    day_prices,
    kwh_left_in_step,
    next_change,
    price_at,
)
from ..oejp.tariff.japan_time import day_of, midnight
from .account import AccountCoordinator
from .readings import ReadingsCoordinator


@dataclass(frozen=True, kw_only=True)
class PointPrices:
    """The prices of one supply point at this moment, in JPY/kWh including tax.

    `usage`: what is known of its use, None while nothing is. `used`: kWh in the billing period so far; `used_estimated` where
    a part of it is not published yet. `reason` is the translation key of why there is no price.
    """

    tariff: Tariff
    usage: PointUsage | None
    used: Decimal
    used_estimated: bool
    current: Price | None = None
    next: Price | None = None
    today: DayPrices | None = None
    tomorrow: DayPrices | None = None
    left_in_step: Decimal | None = None
    reason: str | None = None


class PricesCoordinator(DataUpdateCoordinator[Mapping[str, PointPrices]]):
    """Moves on at every half hour, the finest boundary that a schedule has, and with news of the slower clocks."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: AccountCoordinator,
        readings: ReadingsCoordinator,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="prices")
        self._account = account
        self._readings = readings

    @callback
    def async_start(self) -> None:
        """Price now, and follow the clock and the other coordinators until the entry is unloaded."""
        entry = self.config_entry
        entry.async_on_unload(self._account.async_add_listener(self._async_move_on))
        entry.async_on_unload(self._readings.async_add_listener(self._async_move_on))
        entry.async_on_unload(
            async_track_utc_time_change(self.hass, self._async_move_on, minute=(0, 30), second=0)
        )
        self._async_move_on()

    @callback
    def _async_move_on(self, now: datetime | None = None) -> None:
        at = now or dt_util.utcnow()
        self.async_set_updated_data(
            {spin: self._prices(spin, at) for spin in self._account.data.supply_points}
        )

    def _prices(self, spin: str, at: datetime) -> PointPrices:
        usage = (self._readings.data or {}).get(spin)
        if usage is None:
            tariff, used, estimated = self._readings.tariff(spin), Decimal(0), True
        else:
            tariff = usage.tariff
            used, estimated = usage.used(at)
        tomorrow = midnight(day_of(at) + timedelta(days=1))
        try:
            return PointPrices(
                tariff=tariff,
                usage=usage,
                used=used,
                used_estimated=estimated,
                current=price_at(tariff, at, used),
                next=_next(tariff, at, used, usage),
                today=_day(tariff, at, used),
                tomorrow=_day(tariff, tomorrow, usage.used(tomorrow)[0] if usage else Decimal(0)),
                left_in_step=kwh_left_in_step(tariff, at, used),
            )
        except Unpriced as error:
            return PointPrices(
                tariff=tariff,
                usage=usage,
                used=used,
                used_estimated=estimated,
                reason=error.reason,
            )


def _next(tariff: Tariff, at: datetime, used: Decimal, usage: PointUsage | None) -> Price | None:
    """Return the next price of another amount, and when: by the clock, or where the use is expected to cross a step."""
    current = price_at(tariff, at, used).total
    if has_steps(tariff):
        end = tariff.calendar.period_at(at).end + timedelta(days=1)
        for period in outlook(tariff, at, end, usage):
            if period.start > at and period.price.total != current:
                return period.price
        return None
    change = next_change(tariff, at, used)
    while change is not None and change.total == current:
        change = next_change(tariff, change.at)
    return change


def _day(tariff: Tariff, at: datetime, used: Decimal) -> DayPrices | None:
    try:
        return day_prices(tariff, day_of(at), used)
    except Unpriced:
        return None
