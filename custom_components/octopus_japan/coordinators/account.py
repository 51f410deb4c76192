"""The slow clock: accounts, supply points, agreements and what their prices need, every twelve hours."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..identity import digest, last_four
from ..oejp.household.accounts import LoginData
from ..oejp.household.supply import with_known_products
from ..oejp.kraken import (
    TIMEOUT,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenRefusedError,
    KrakenThrottledError,
)
from ..oejp.kraken.catalogue import CatalogueProduct
from ..oejp.kraken.models import (
    AccountSupply,
    MetiCredit,
    Viewer,
)
from ..oejp.tariff.from_kraken.by_rest import sold_by_rest
from ..store import OctopusStore
from .account_money import async_read_lines, bills_expected
from .asking import Asking, Lacks, Topic
from .asking_account import async_ask_account
from .bills import observe
from .errors import translated_errors
from .told import Told, joined_login, listed_points

INTERVAL = timedelta(hours=12)
BACK = timedelta(days=10 * 366)
"""How far back closed billing periods and government discounts are asked for."""
AHEAD = timedelta(days=62)
CATALOGUE_INTERVAL = timedelta(days=1)
"""How often at most it is asked what is on sale."""
RELEASED_AFTER = timedelta(days=1)
"""A point that answers leave out for so long is given to another login that lists it."""
FIRST_ACCOUNTS = 6
"""Of so many set-up waits: after two requests to sign in and list them, one more round each, at most eight in a row."""

_ACCOUNTS = Topic("the accounts", needed=True)
_CREDITS = Topic("the government's discounts")
_SUPPLY_POINTS = "the supply points"


class AccountCoordinator(DataUpdateCoordinator[LoginData]):
    """Keeps what changes by the month.

    The list of accounts is needed, and the supply points of one of them. An account that fails costs itself alone. Everything
    else is optional: where it is refused or missing, only what is made of it is unknown; after a fault that may pass the last answer
    is used.
    The first refresh, which set-up waits for, asks for accounts, supply points and agreements only.
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
        self._asking = Asking(INTERVAL)
        self._told: dict[str, Told] = {}
        self._credits: tuple[MetiCredit, ...] | None = None
        self._catalogue: dict[str, tuple[CatalogueProduct, ...]] = {}
        """By grid operator code."""
        self._bills: asyncio.Task[None] | None = None
        self.had: frozenset[str] = frozenset()
        """The numbers of the accounts and points that were listed at any time since set-up."""

    @callback
    def async_start(self) -> None:
        """Poll even when every entity is disabled."""
        self.config_entry.async_on_unload(self.async_add_listener(lambda: None))

    @property
    def refused(self) -> Mapping[Topic, KrakenError]:
        """What the service refuses to tell, again and again, with the error that says why."""
        return self._asking.refused

    def lists(self, number: str) -> bool:
        """Tell whether an account or a point is listed. One that an answer leaves out still is for a day: it may be short."""
        if number not in self.data.numbers:
            return False
        left_out = [
            known.left_out if number in (known.listed or {}) else known.generation_left_out
            for known in self._told.values()
            if number in (known.listed or {}) or number in known.generation_points
        ]
        gone = dt_util.utcnow() - RELEASED_AFTER
        return not left_out or any(
            (since := each.get(number)) is None or since > gone for each in left_out
        )

    @property
    def bills_expected(self) -> bool:
        """Whether bills are still to be read: after the start, or since something that may pass failed."""
        return any(
            bills_expected(self._asking, told.number, told.money)
            for told in self._told.values()
            if told.answers and told.listed is not None
        )

    async def async_ask_anew(self) -> None:
        """Ask for everything now, whether it is due or not."""
        self._asking.expire()
        await self.async_refresh()

    @override
    async def async_request_refresh(self) -> None:
        """Ask for everything soon: somebody asked for it."""
        self._asking.expire()
        await super().async_request_refresh()

    @override
    async def _async_update_data(self) -> LoginData:
        self._asking.begin()
        try:
            with translated_errors():
                if not self.data:
                    await self._first_round()
                else:
                    await self._find()
                    await self._fill()
                    self._asking.check()
                return self._login()
        finally:
            self._schedule_next()

    def _schedule_next(self) -> None:
        """Poll when the first topic is due."""
        self.update_interval = self._asking.wait()

    async def _first_round(self) -> None:
        """Find what set-up waits for, within the time that one request may take. Raises KrakenError, UpdateFailed.

        What was told until then is enough; the rest comes in the background.
        """
        try:
            async with asyncio.timeout(TIMEOUT.total):
                await self._find(FIRST_ACCOUNTS)
        except TimeoutError:
            errors: list[KrakenError] = [KrakenConnectionError("set-up: no answer in time")]
        else:
            errors = [told.error for told in self._told.values() if told.error is not None]
        stopped = self._asking.stopped
        if stopped is not None and not isinstance(stopped, KrakenThrottledError):
            raise stopped
        if not any(told.listed for told in self._told.values()):
            if errors:
                raise errors[0]
            raise UpdateFailed(translation_domain=DOMAIN, translation_key="nothing_listed")

    async def _find(self, most: int | None = None) -> None:
        """Find accounts, supply points and agreements. Raises KrakenError where not even accounts are told."""
        if self._asking.is_due(_ACCOUNTS):
            viewer = await self._asking.need(
                _ACCOUNTS, self._client.login.viewer, self._lacking_accounts
            )
            listed = {account.number for account in viewer.accounts}
            kept = {number for number in self._told if number in listed or self._is_alive(number)}
            self._asking.forget(set(self._told) - kept)
            self._told = {
                number: self._told.get(number, Told(number)) for number in sorted(kept | listed)
            }
        await asyncio.gather(*(self._find_account(told) for told in [*self._told.values()][:most]))

    async def _find_account(self, told: Told) -> None:
        """Find the supply points and agreements of an account."""
        client, number = self._client, told.number
        _, told.agreements = await asyncio.gather(
            self._list(told),
            self._asking.ask_by_point(
                Topic("the agreements", number),
                partial(client.supply.agreements, number),
                told.agreements,
                with_known_products,
            ),
        )

    async def _list(self, told: Told) -> None:
        topic = Topic(_SUPPLY_POINTS, told.number)
        if not self._asking.is_due(topic):
            return
        try:
            supply = await self._asking.need(
                topic,
                partial(self._client.supply.points, told.number),
                partial(self._lacking_points, told),
            )
        except KrakenError as error:
            told.error = error
            return
        told.error = None
        told.status = supply.status
        # A point that an answer leaves out stays while it is not known to have ended: the answer may be short.
        missing = {spin: (told.listed or {})[spin] for spin in self._missing(told, supply)}
        now = dt_util.utcnow()
        told.left_out = {spin: told.left_out.get(spin, now) for spin in missing}
        told.listed = {**missing, **listed_points(supply)}

    def _lacking_accounts(self, viewer: Viewer) -> Lacks:
        """Tell which accounts an answer should list."""
        listed = {account.number for account in viewer.accounts}
        if not listed and not self._told:
            return {str(_ACCOUNTS): None}
        gone = set(self._told) - listed
        return {f"account …{last_four(n)}": None for n in sorted(gone) if self._is_alive(n)}

    def _lacking_points(self, told: Told, supply: AccountSupply) -> Lacks:
        """Tell which supply points an answer should list."""
        if not told.listed and not listed_points(supply):
            return {str(Topic(_SUPPLY_POINTS, told.number)): None}
        missing = self._missing(told, supply)
        return {f"supply point …{last_four(spin)}": None for spin in missing}

    def _missing(self, told: Told, supply: AccountSupply) -> list[str]:
        listed = listed_points(supply)
        return sorted(
            spin for spin in told.listed or {} if spin not in listed and self._is_supplied(spin)
        )

    def _is_supplied(self, spin: str) -> bool:
        point = self.data.supply_points.get(spin) if self.data else None
        return point is not None and not point.has_ended(dt_util.utcnow())

    def _is_alive(self, account_number: str) -> bool:
        return any(self._is_supplied(spin) for spin in self._told[account_number].listed or {})

    async def _fill(self) -> None:
        """Ask for everything that is optional and due; then for bills, in the background."""
        now = dt_util.utcnow()
        accounts = [
            told for told in self._told.values() if told.answers and told.listed is not None
        ]

        async def credits_() -> None:
            ask = partial(
                self._client.billing.meti_credits, (now - BACK).date(), (now + AHEAD).date()
            )
            self._credits = await self._asking.ask(_CREDITS, ask, self._credits, None)

        points = {spin for told in accounts for spin in told.listed or {}}
        areas = sorted({spin[:2] for spin in points if self._is_supplied(spin)})
        await asyncio.gather(
            *(async_ask_account(self._asking, self._client, told, now - BACK) for told in accounts),
            *map(self._fill_catalogue, areas),
            credits_(),
        )
        if self._bills is None or self._bills.done():
            self._bills = self.config_entry.async_create_background_task(
                self.hass, self._read_bills(accounts), f"{DOMAIN} bills"
            )

    async def _fill_catalogue(self, area: str) -> None:
        """Ask what is on sale in an area (grid operator code). The last answer is used until there is another."""
        known = self._catalogue.get(area, ())
        told = await self._asking.ask(
            Topic(f"the catalogue of area {area}", every=CATALOGUE_INTERVAL),
            partial(self._on_sale, area),
            known,
            known,
        )
        self._catalogue[area] = told or known

    async def _on_sale(self, area: str) -> tuple[CatalogueProduct, ...]:
        """Return what is on sale in an area: by REST where GraphQL refuses it and there is an API key. Raises KrakenError."""
        try:
            return await self._client.catalogue.products(area)
        except KrakenRefusedError:
            if not self._client.rest_readings.usable:
                raise
        return sold_by_rest(await self._client.rest.products.sold(), area)

    async def _read_bills(self, accounts: Sequence[Told]) -> None:
        """Read the lines of bills, and let those know who look at them, if there are new ones."""
        news = False
        for told in accounts:
            bills = self._memory.parts.bills
            before = told.money, len(bills.get(digest(told.number), ()))
            told.money = await async_read_lines(
                self._asking, self._client, told.number, told.money, self._memory
            )
            news = news or before != (told.money, len(bills.get(digest(told.number), ())))
        if news:
            self.data = self._login()
            self.async_update_listeners()
        # A topic that failed and may succeed later is due before the clock's next turn.
        self._schedule_next()
        self._schedule_refresh()

    def _login(self) -> LoginData:
        """Join what was told, and keep what will not be told again. Raises nothing."""
        login = joined_login(self._told.values(), self._catalogue, self._credits)
        for point in login.supply_points.values():
            observe(self._memory, point.agreements)
        self.had |= login.numbers
        return login
