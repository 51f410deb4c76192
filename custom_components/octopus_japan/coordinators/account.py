"""The slow clock: accounts, supply points, agreements and what their prices need, every twelve hours."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..oejp.kraken import (
    KrakenClient,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    concerns_login,
)
from ..oejp.kraken.models import (
    AccountSupply,
    AddonRate,
    Agreement,
    ElectricityProduct,
    GenerationPoint,
    IntervalReading,
    MetiCredit,
    ReadingDates,
    SupplyPeriod,
)
from ..store import OctopusStore
from .bills import async_read_bills, observe
from .errors import translated_errors

INTERVAL = timedelta(hours=12)
BACK = timedelta(days=10 * 366)
"""How far back closed billing periods and government discounts are asked for."""

_LASTING = (KrakenRefusedError, KrakenNotFoundError, KrakenQueryError)


@dataclass(frozen=True, kw_only=True)
class SupplyPointData:
    """What the service says of one electricity supply point. `addon_rates` are the account's, by the id of the agreement."""

    spin: str
    account_number: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()
    supply_periods: tuple[SupplyPeriod, ...] = ()
    interval_readings: tuple[IntervalReading, ...] = ()
    reading_dates: ReadingDates | None = None
    addon_rates: Mapping[int, tuple[AddonRate, ...]] = field(default_factory=dict)

    @property
    def area(self) -> str:
        """The grid operator's code: the first two digits of the SPIN (FACTS 6)."""
        return self.spin[:2]

    @property
    def supply_start(self) -> datetime | None:
        """When supply began: by the supply periods, else by the first agreement, else unknown."""
        starts = [period.supply_start_at for period in self.supply_periods]
        starts = starts or [start for item in self.agreements if (start := item.valid_from)]
        return min(starts, default=None)

    @property
    def product_name(self) -> str | None:
        """The name of the product in force, as the customer knows it."""
        now = dt_util.utcnow()
        for agreement in self.agreements:
            product = agreement.product
            if (
                not agreement.is_revoked
                and isinstance(product, ElectricityProduct)
                and (agreement.valid_from is None or agreement.valid_from <= now)
                and (agreement.valid_to is None or now < agreement.valid_to)
            ):
                return product.display_name or product.code
        return None


@dataclass(frozen=True, kw_only=True)
class AccountData:
    """One account. `balance` is in whole yen; its sign is not established (FACTS 8)."""

    number: str
    status: str | None
    supply_points: Mapping[str, SupplyPointData]
    generation_points: Mapping[str, GenerationPoint] = field(default_factory=dict)
    addon_rates: Mapping[int, tuple[AddonRate, ...]] = field(default_factory=dict)
    balance: int | None = None

    @property
    def plan(self) -> str | None:
        """The names of the products in force."""
        names = dict.fromkeys(point.product_name for point in self.supply_points.values())
        return ", ".join(name for name in names if name) or None


@dataclass(frozen=True, kw_only=True)
class LoginData:
    """Everything that one login sees. `meti_credits` are the government's discounts, None where the service tells none."""

    accounts: Mapping[str, AccountData]
    meti_credits: tuple[MetiCredit, ...] | None = None

    @property
    def supply_points(self) -> dict[str, SupplyPointData]:
        """The electricity supply points of all accounts, by SPIN."""
        return {
            spin: point
            for account in self.accounts.values()
            for spin, point in account.supply_points.items()
        }

    @property
    def generation_points(self) -> dict[str, tuple[str, GenerationPoint]]:
        """The generation points of all accounts, by GPIN, with the account's number."""
        return {
            gpin: (account.number, point)
            for account in self.accounts.values()
            for gpin, point in account.generation_points.items()
        }


class AccountCoordinator(DataUpdateCoordinator[LoginData]):
    """Keeps what changes by the month.

    Accounts and supply points are needed. Everything else is optional: refused or missing it costs what it is for, and after
    a passing fault the last answer stands.
    """

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        memory: OctopusStore,
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="account", update_interval=INTERVAL)
        self._client = client
        self._memory = memory

    @override
    async def _async_update_data(self) -> LoginData:
        with translated_errors():
            viewer = await self._client.viewer()
            accounts = {
                reference.number: await self._account(reference.number)
                for reference in viewer.accounts
            }
            now = dt_util.utcnow()
            credits_ = await self._optional(
                self._client.meti_credits((now - BACK).date(), (now + timedelta(days=62)).date()),
                self.data.meti_credits if self.data else None,
                None,
            )
        return LoginData(accounts=accounts, meti_credits=credits_)

    async def _account(self, number: str) -> AccountData:
        client = self._client
        before = self.data.accounts.get(number) if self.data else None
        supply = await client.supply_points(number)
        points = before.supply_points if before else {}

        async def by_point[T](
            ask: Awaitable[Mapping[str, T]], known: dict[str, T]
        ) -> Mapping[str, T]:
            # A point that this answer leaves out keeps what was known of it.
            return {**known, **await self._optional(ask, known, {})}

        agreements = await by_point(
            client.agreements(number), {spin: p.agreements for spin, p in points.items()}
        )
        agreements = {
            spin: _with_known_products(new, points[spin].agreements) if spin in points else new
            for spin, new in agreements.items()
        }
        periods = await by_point(
            client.supply_periods(number), {spin: p.supply_periods for spin, p in points.items()}
        )
        readings = await by_point(
            client.interval_readings(number, dt_util.utcnow() - BACK),
            {spin: p.interval_readings for spin, p in points.items()},
        )
        dates = await by_point(
            client.reading_dates(number),
            {spin: p.reading_dates for spin, p in points.items() if p.reading_dates},
        )
        generation = await by_point(
            client.generation_points(number), dict(before.generation_points) if before else {}
        )
        addons = await self._optional(
            client.addon_rates(number), before.addon_rates if before else {}, {}
        )
        balance = await self._optional(
            client.balance(number), before.balance if before else None, None
        )
        data = AccountData(
            number=number,
            status=supply.status,
            supply_points={
                spin: SupplyPointData(
                    spin=spin,
                    account_number=number,
                    status=status,
                    agreements=agreements.get(spin, ()),
                    supply_periods=periods.get(spin, ()),
                    interval_readings=readings.get(spin, ()),
                    reading_dates=dates.get(spin),
                    addon_rates=addons,
                )
                for spin, status in _points(supply).items()
            },
            generation_points=generation,
            addon_rates=addons,
            balance=balance,
        )
        for point in data.supply_points.values():
            observe(self._memory, point.agreements)
        await self._optional(async_read_bills(client, number, self._memory), None, None)
        return data

    async def _optional[T](self, ask: Awaitable[T], known: T, missing: T) -> T:
        """Ask for what may be refused: `missing` if it is, `known` after a fault that may pass."""
        try:
            return await ask
        except KrakenError as error:
            if concerns_login(error):
                raise
            LOGGER.debug("Optional answer missing: %s", error)
            return missing if isinstance(error, _LASTING) else known


def _with_known_products(
    agreements: tuple[Agreement, ...], known: tuple[Agreement, ...]
) -> tuple[Agreement, ...]:
    """Keep what was known of a product that this answer lacks: a passing fault nulls it."""
    products = {agreement.id: agreement.product for agreement in known if agreement.product}
    return tuple(
        replace(agreement, product=products.get(agreement.id))
        if agreement.product is None
        else agreement
        for agreement in agreements
    )


def _points(supply: AccountSupply) -> dict[str, str | None]:
    return {
        point.spin: point.status
        for place in supply.properties
        for point in place.electricity_supply_points
    }
