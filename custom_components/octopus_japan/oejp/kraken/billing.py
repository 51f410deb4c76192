"""What was billed, and what money there is."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

from .errors import KrakenError, KrakenNotFoundError, KrakenServiceError
from .graphql.points import account
from .login import Login
from .models import DueDate, KrakenModel, LineItem, MetiCredit, RateLimit, Statement
from .parsing import as_dict, nodes


class Billing(Login):
    """The questions about money, and about the allowance of points."""

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
