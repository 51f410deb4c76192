"""What can be asked of the Kraken API."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import time
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from .credential import Credential
from .errors import KrakenError, KrakenNotFoundError, KrakenServiceError
from .intervals import Readings, check_window, half_hours
from .models import (
    AccountReference,
    AccountSupply,
    AddonRate,
    Agreement,
    Direction,
    DueDate,
    GasSupplyPoint,
    GenerationPoint,
    IntervalReading,
    KrakenModel,
    LineItem,
    MetiCredit,
    Property,
    RateLimit,
    Reading,
    ReadingDates,
    Statement,
    SupplyPeriod,
    SupplyPoint,
    Viewer,
)
from .pages import Cursors, page
from .parsing import Reader, as_dict, as_list, nodes
from .points import account, numbers, points, properties
from .requester import Requester, Result
from .tokens import TokenKeeper
from .transport import TIMEOUT, Transport

LONGEST_WINDOW = timedelta(days=31)
"""Of half-hourly readings: the service answers 1,488 rows at most and drops the oldest without a sign."""


class KrakenClient:
    """A login at the Kraken API. Every coroutine is one request unless it says otherwise, and raises only `KrakenError`.

    A part that the service answered is returned even where another part of the answer failed; only when the part asked for is
    missing is the error raised. Mappings by supply point hold the points that were answered for: one that is known and absent
    was not answered this time.
    """

    def __init__(
        self,
        session: ClientSession,
        url: str,
        credential: Credential,
        *,
        now: Callable[[], float] = time.time,
        timeout: ClientTimeout = TIMEOUT,
    ) -> None:
        transport = Transport(session, url, now, timeout)
        self._requester = Requester(transport, TokenKeeper(transport, credential, now), now)
        self._reader = Reader()

    async def viewer(self) -> Viewer:
        """Return the login and the accounts that it can see."""
        result = await self._requester.ask("viewer")
        found = as_dict(result.data.get("viewer"))
        if not isinstance(found.get("id"), str):
            raise result.missing(KrakenServiceError("the viewer came without an id"))
        if not isinstance(found.get("accounts"), list):
            raise result.missing(KrakenServiceError("the viewer came without accounts"))
        return Viewer(found["id"], self._reader.items(AccountReference, found["accounts"]))

    async def supply_points(self, account_number: str) -> AccountSupply:
        """Return the places of an account and their electricity supply points."""
        result = await self._requester.ask("supply_points", {"accountNumber": account_number})
        found = account(result)
        places = tuple(
            Property(
                str(place["id"]), self._reader.items(SupplyPoint, place["electricitySupplyPoints"])
            )
            for _, place in properties(result)
            if place.get("id") is not None
            and isinstance(place.get("electricitySupplyPoints"), list)
        )
        if not places and (error := result.error):
            raise error
        return AccountSupply(account_number, found.get("status"), places)

    async def agreements(self, account_number: str) -> Mapping[str, tuple[Agreement, ...]]:
        """Return the agreements of each supply point, past and present, with their products and rates."""
        return await self._by_point("agreements", account_number, "agreements", Agreement)

    async def addon_rates(self, account_number: str) -> Mapping[int, tuple[AddonRate, ...]]:
        """Return the rates added to agreements, by the id of the agreement. Nobody has measured whether they can be read."""
        result = await self._requester.ask("addon_rates", {"accountNumber": account_number})
        return {
            agreement["id"]: self._reader.items(AddonRate, agreement["addonRates"])
            for _, point in points(result, "agreements").resolved()
            for agreement in map(as_dict, as_list(point["agreements"]))
            if isinstance(agreement.get("id"), int)
            and isinstance(agreement.get("addonRates"), list)
        }

    async def supply_periods(self, account_number: str) -> Mapping[str, tuple[SupplyPeriod, ...]]:
        """Return the times on supply of each supply point."""
        return await self._by_point("supply_periods", account_number, "supplyPeriods", SupplyPeriod)

    async def interval_readings(
        self, account_number: str, start_at: datetime
    ) -> Mapping[str, tuple[IntervalReading, ...]]:
        """Return the closed billing periods of each supply point from `start_at` on."""
        return await self._by_point(
            "interval_readings",
            account_number,
            "intervalReadings",
            IntervalReading,
            {"startAt": _text(start_at)},
        )

    async def reading_dates(self, account_number: str) -> Mapping[str, ReadingDates]:
        """Return the scheduled meter readings of each supply point; often stale."""
        result = await self._requester.ask("reading_dates", {"accountNumber": account_number})
        read = {
            number: dates
            for number, point in points(result).resolved()
            if (dates := self._reader.item(ReadingDates, point))
        }
        if (error := result.error) and all(dates == ReadingDates() for dates in read.values()):
            raise error
        return read

    async def balance(self, account_number: str) -> int:
        """Return the balance of an account in yen, as the service signs it."""
        result = await self._requester.ask("balance", {"accountNumber": account_number})
        found = account(result).get("balance")
        if not isinstance(found, int):
            raise result.missing(KrakenServiceError("the account came without its balance"))
        return found

    async def statements(self, account_number: str) -> tuple[Statement, ...]:
        """Return the billing documents of an account, oldest first. Two requests; the due dates may fail without a word."""
        statements = await self._statements(("statements",), account_number, Statement)
        due: dict[str, date] = {}
        with suppress(KrakenError):
            names = ("statement_due_dates", "statement_due_dates_june")
            found = await self._statements(names, account_number, DueDate)
            due = {item.identifier: item.payment_due_date for item in found}
        newest_last = sorted(
            statements, key=lambda statement: (statement.start_at, statement.end_at)
        )
        return tuple(
            replace(item, payment_due_date=due.get(item.identifier)) for item in newest_last
        )

    async def charges(self, account_number: str, identifier: str) -> tuple[LineItem, ...]:
        """Return the lines of one billing document."""
        variables = {"accountNumber": account_number, "identifier": identifier}
        result = await self._requester.ask("charges", variables)
        found = result.data.get("charges")
        if not isinstance(found, list):
            raise result.missing(KrakenNotFoundError("the charges were not found"))
        lists = [
            charge["lineItems"]
            for charge in map(as_dict, found)
            if isinstance(charge.get("lineItems"), list)
        ]
        if not lists and (error := result.error):
            raise error
        return tuple(item for raw in lists for item in self._reader.items(LineItem, raw))

    async def generation_points(self, account_number: str) -> Mapping[str, GenerationPoint]:
        """Return the points of an account that feed the grid."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("generation_points", variables)
        return {
            number: GenerationPoint(
                number, point.get("status"), self._reader.items(Agreement, point.get("agreements"))
            )
            for number, point in points(result, key="gpin").resolved()
        }

    async def gas_supply_points(self, account_number: str) -> Mapping[str, GasSupplyPoint]:
        """Return the gas supply points of an account."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("gas_supply_points", variables)
        return {
            number: GasSupplyPoint(
                number, point.get("status"), self._reader.items(Agreement, point.get("agreements"))
            )
            for number, point in points(result).resolved()
        }

    async def meti_credits(self, start: date, end: date) -> tuple[MetiCredit, ...]:
        """Return the government's discounts in force at any time from `start` to `end`."""
        variables = {"start": start.isoformat(), "end": end.isoformat()}
        result = await self._requester.ask("meti_credits", variables)
        if not isinstance(found := result.data.get("metiCredits"), list):
            raise result.missing(KrakenServiceError("the credits are missing"))
        return self._reader.items(MetiCredit, found)

    async def rate_limit(self) -> RateLimit:
        """Return the hourly allowance of points."""
        result = await self._requester.ask("rate_limit")
        found = as_dict(result.data.get("rateLimitInfo")).get("pointsAllowanceRateLimit")
        if (limit := self._reader.item(RateLimit, found)) is None:
            raise result.missing(KrakenServiceError("the allowance is missing"))
        return limit

    async def half_hourly_readings(
        self, account_number: str, start: datetime, end: datetime
    ) -> Readings:
        """Return the half hours of all supply points of an account, over at most 31 days.

        A wider window would lose its oldest rows without a sign, so it is a `ValueError`.
        """
        names = ("half_hourly_readings", "half_hourly_readings_plain")
        return await self._half_hourly(names, account_number, start, end, "spin")

    async def generation_half_hourly_readings(
        self, account_number: str, start: datetime, end: datetime
    ) -> Readings:
        """Return the half hours fed to the grid by all generation points of an account, over at most 31 days."""
        names = ("generation_half_hourly_readings",)
        return await self._half_hourly(names, account_number, start, end, "gpin")

    async def measurements(
        self,
        account_number: str,
        spin: str,
        start: datetime,
        end: datetime,
        direction: Direction = Direction.CONSUMPTION,
    ) -> tuple[Reading, ...]:
        """Return the half hours of a supply point from its property; a request for every two days."""
        check_window(start, end)
        variables = {
            "accountNumber": account_number,
            "spin": spin,
            "direction": direction,
            "start": _text(start),
            "end": _text(end),
        }
        cursors = Cursors(start, end)
        found: list[Mapping[str, Any]] = []
        # A cursor belongs to the property that gave it.
        pending: list[tuple[int | None, str | None]] = [(None, None)]
        while pending:
            place, after = pending.pop()
            result = await self._requester.ask("measurements", {**variables, "after": after})
            for index, connection in self._measured(result, spin, place):
                read = page(connection)
                found.extend(read.nodes)
                if read.after is not None:
                    pending.append((index, cursors.check(read.after)))
        return half_hours(self._reader, found, start, end)

    async def supply_point_readings(
        self,
        spin: str,
        start: datetime,
        end: datetime,
        direction: Direction = Direction.CONSUMPTION,
    ) -> tuple[Reading, ...]:
        """Return the half hours of a supply point by its number; a request for every two days."""
        check_window(start, end)
        exported = direction is Direction.GENERATION
        name = "supply_point_export" if exported else "supply_point_import"
        variables = {"spin": spin, "start": _text(start), "end": _text(end)}
        cursors = Cursors(start, end)
        found: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            result = await self._requester.ask(name, {**variables, "after": after})
            if not isinstance(point := result.data.get("supplyPoint"), dict):
                raise result.missing(KrakenNotFoundError("the supply point was not found"))
            connection = as_dict(point.get("readings")).get("page")
            if not isinstance(connection, dict):
                raise result.missing(KrakenServiceError("the supply point came without readings"))
            read = page(connection)
            found.extend(read.nodes)
            if read.after is None:
                return half_hours(self._reader, found, start, end)
            after = cursors.check(read.after)

    async def _by_point[M: KrakenModel](
        self,
        name: str,
        account_number: str,
        part: str,
        model: type[M],
        variables: Mapping[str, Any] | None = None,
    ) -> dict[str, tuple[M, ...]]:
        """Return a list of each electricity supply point."""
        result = await self._requester.ask(
            name, {"accountNumber": account_number, **(variables or {})}
        )
        return {
            number: self._reader.items(model, point.get(part))
            for number, point in points(result, part).resolved()
        }

    async def _half_hourly(
        self, names: tuple[str, ...], account_number: str, start: datetime, end: datetime, key: str
    ) -> Readings:
        """Return the half hours of all points that an account lists under the number `key`."""
        check_window(start, end, LONGEST_WINDOW)
        variables = {"accountNumber": account_number, "start": _text(start), "end": _text(end)}
        result = await self._requester.ask_newest(names, variables)
        read = points(result, "halfHourlyReadings", key)
        read.resolved()
        by_point: dict[str, tuple[Reading, ...]] = {}
        errors = dict(read.errors)
        for number, point in read.found:
            try:
                by_point[number] = half_hours(
                    self._reader, as_list(point.get("halfHourlyReadings")), start, end
                )
            except KrakenServiceError as err:
                errors[number] = err
        return Readings(by_point, errors, read.error)

    @staticmethod
    def _measured(
        result: Result, spin: str, place: int | None
    ) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the connections to read: of the property at `place`, else of the one that lists the supply point, else of all."""
        among = properties(result)
        if place is not None:
            among = [(index, item) for index, item in among if index == place]
        elif own := [(i, item) for i, item in among if spin in numbers(item)]:
            among = own
        found = [(i, item["measurements"]) for i, item in among if item.get("measurements")]
        if len(found) < len(among):
            raise result.missing(KrakenServiceError("a property came without measurements"))
        return found

    async def _statements[M: KrakenModel](
        self, names: tuple[str, ...], account_number: str, model: type[M]
    ) -> tuple[M, ...]:
        """Return the statements of all ledgers of an account."""
        result = await self._requester.ask_newest(names, {"accountNumber": account_number})
        ledgers = account(result).get("ledgers")
        if not isinstance(ledgers, list):
            raise result.missing(KrakenServiceError("the account came without its ledgers"))
        connections = [
            ledger["statements"]
            for ledger in map(as_dict, ledgers)
            if isinstance(ledger.get("statements"), dict)
        ]
        if not connections and (error := result.error):
            raise error
        return tuple(
            item
            for connection in connections
            for item in self._reader.items(model, list(nodes(connection)))
        )


def _text(moment: datetime) -> str:
    """Return an instant as the API takes it; one without offset is refused there (KT-CT-1609) and here."""
    if moment.tzinfo is None:
        raise ValueError("the API needs aware times")
    return moment.astimezone(UTC).isoformat()
