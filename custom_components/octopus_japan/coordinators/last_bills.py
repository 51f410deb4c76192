"""The last closed bill of each supply point, worked out from the stored hours and put beside the supplier's. Asks for nothing.

It is made anew when the tariff, the bills or the import change it, and once a day for readings that were corrected.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..oejp.household.account_money import AccountMoney
from ..oejp.household.accounts import AccountData
from ..oejp.household.point_bill import (
    PointBill,
    compared,
    gas_point_bill,
    last_closed,
    point_bill,
)
from ..oejp.household.reconcile import is_credit
from ..oejp.household.supply import SupplyPointData
from ..oejp.japan_time import day_of
from ..oejp.kraken.models import LineItem
from ..oejp.tariff import BillingPeriod, Tariff
from ..store import OctopusStore
from .account import AccountCoordinator
from .bills import lines_of, lines_without_point
from .readings import ReadingsCoordinator
from .tariff_book import TariffBook


@dataclass(frozen=True, slots=True)
class _Rests:
    """What a bill was made from: while it is the same, the bill is."""

    tariff: Tariff
    money: AccountMoney
    lines: int
    imported: float | None
    today: date

    def same_as(self, other: _Rests) -> bool:
        """Tell whether nothing differs; a tariff that is equal is the same object."""
        return self.tariff is other.tariff and (
            (self.money, self.lines, self.imported, self.today)
            == (other.money, other.lines, other.imported, other.today)
        )


class LastBillsCoordinator(DataUpdateCoordinator[Mapping[str, PointBill | None]]):
    """Keeps the last closed bill by SPIN; None of a point without a closed period."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: OctopusStore,
        *,
        account: AccountCoordinator,
        book: TariffBook,
        readings: ReadingsCoordinator,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="bills")
        self.data = {}
        self._store = memory
        self._account = account
        self._book = book
        self._readings = readings
        self._made: dict[str, _Rests] = {}
        self._again = False
        self._busy = False

    @callback
    def async_start(self) -> None:
        """Follow the account clock, the tariff book and the readings until the entry is unloaded."""
        entry = self.config_entry
        entry.async_on_unload(self._account.async_add_listener(self._async_look))
        entry.async_on_unload(self._book.async_add_listener(self._async_look))
        entry.async_on_unload(self._readings.async_on_news(self._async_news))

    async def bill(
        self, spin: str, period: BillingPeriod, until: datetime | None = None
    ) -> PointBill:
        """Work out the bill of any period of a supply point, beside the supplier's where there is one."""
        point = self._account.data.supply_points[spin]
        tariff, meter = self._book.tariff(spin), self._readings.meter(spin)
        hours, _ = await meter.read(period.start)
        own = await self.hass.async_add_executor_job(
            partial(point_bill, tariff, point, period, hours, until)
        )
        if until is not None:
            return own
        account = self.account_of(point, period)
        return compared(own, self.lines(account, point), account.money, self.points(account))

    def account_of(self, point: SupplyPointData, period: BillingPeriod) -> AccountData:
        """Return the account that is billed for a point in a period."""
        accounts = self._account.data.accounts
        return accounts.get(point.account_at(period.start)) or accounts[point.account_number]

    def lines(self, account: AccountData, point: SupplyPointData) -> list[LineItem]:
        """Return the lines of an account's bills about a point; those that name no point only where there is no other."""
        found = point.own_lines(account.number, lines_of(self._store, account.number, point.spin))
        return [line for line in found if line.spin or self.points(account) == 1]

    def gas_bill(self, spin: str, at: datetime) -> PointBill | None:
        """Work out the bill of a gas point for the reading of an instant; None where none is told."""
        login, now = self._account.data, dt_util.utcnow()
        point = login.gas_points[spin]
        lines = [
            line
            for account in login.accounts.values()
            if spin in account.gas_points
            for line in lines_of(self._store, account.number, spin)
        ]
        return gas_point_bill(point, point.tariff(login.meti_credits), now, at, lines)

    def credits(self, account: AccountData, bills: Iterable[PointBill]) -> list[LineItem]:
        """Return what the documents of some bills give back."""
        documents = {bill.document for bill in bills if bill.document is not None}
        return [
            line
            for line in lines_without_point(self._store, account.number)
            if line.document in documents and is_credit(line)
        ]

    @staticmethod
    def points(account: AccountData) -> int:
        """Return how many points an account is billed for, gas too."""
        return len(account.supply_points) + len(account.gas_points)

    @callback
    def _async_news(self, _numbers: Collection[str]) -> None:
        self._async_look()

    @callback
    def _async_look(self) -> None:
        """Work out in the background what rests on something else than before, one look at a time."""
        self._again = True
        if not self._busy:
            self._busy = True
            self.config_entry.async_create_background_task(
                self.hass, self._async_make(), f"{DOMAIN} last bills"
            )

    async def _async_make(self) -> None:
        try:
            while self._again:
                self._again = False
                spins = list(self._account.data.supply_points)
                self.data = {spin: self.data.get(spin) for spin in spins}
                for spin in spins:
                    await self._async_make_one(spin)
        finally:
            self._busy = False

    async def _async_make_one(self, spin: str) -> None:
        now = dt_util.utcnow()
        if (point := self._account.data.supply_points.get(spin)) is None:
            return
        tariff = self._book.tariff(spin)
        period = last_closed(tariff, now)
        if period is None:
            return
        account = self.account_of(point, period)
        rests = _Rests(
            tariff,
            account.money,
            len(self.lines(account, point)),
            self._readings.backfill.progress(spin),
            day_of(now),
        )
        if (made := self._made.get(spin)) is not None and rests.same_as(made):
            return
        self._made[spin] = rests
        bill = await self.bill(spin, period)
        if bill != self.data.get(spin):
            self.data = {**self.data, spin: bill}
            self.async_update_listeners()
