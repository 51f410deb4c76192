"""What was billed, and what money there is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from .errors import KrakenError, KrakenNotFoundError, KrakenServiceError
from .graphql.pages import Page, page
from .graphql.points import account
from .graphql.requester import Result
from .login import Login
from .models import DueDate, LineItem, MetiCredit, RateLimit, Statement
from .parsing import as_dict
from .scalars import LARGEST


class Billing(Login):
    """The questions about money, and about the allowance of points."""

    async def balance(self, account_number: str) -> int:
        """Return the balance of an account in yen, as the service signs it."""
        result = await self._requester.ask("balance", {"accountNumber": account_number})
        found = account(result).get("balance")
        if not isinstance(found, int) or isinstance(found, bool) or abs(found) > LARGEST:
            raise result.missing(KrakenServiceError("the account came without its balance"))
        return found

    async def statements(self, account_number: str) -> tuple[Statement, ...]:
        """Return the billing documents of an account, oldest first.

        Two requests, and one more for every five years. The due dates, which are those of the newest, may fail without a word, and
        so may what is older than the newest page: it is asked for again the next time.
        """
        variables = {"accountNumber": account_number}
        ledgers = _ledgers(await self._requester.ask("statements", variables))
        nodes = [node for ledger in ledgers for node in ledger.page.nodes]
        for ledger in ledgers:
            # Without its number a ledger can be followed only where it is the only one.
            if ledger.number is not None or len(ledgers) == 1:
                with suppress(KrakenError):
                    async for read in self._older(variables, ledger):
                        nodes.extend(read.nodes)
        due: dict[str, date] = {}
        with suppress(KrakenError):
            names = ("statement_due_dates", "statement_due_dates_june")
            newest = _ledgers(await self._requester.ask_newest(names, variables))
            told = [node for ledger in newest for node in ledger.page.nodes]
            due = {
                item.identifier: item.payment_due_date for item in self._reader.items(DueDate, told)
            }
        newest_last = sorted(
            self._reader.items(Statement, nodes),
            key=lambda statement: (statement.start_at, statement.end_at),
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

    async def _older(self, variables: Mapping[str, str], ledger: _Ledger) -> AsyncIterator[Page]:
        """Yield the pages that follow a ledger's newest one."""
        given = (
            dict(variables)
            if ledger.number is None
            else {**variables, "ledgerNumber": ledger.number}
        )
        seen: set[str] = set()
        after = ledger.page.after
        while after is not None and after not in seen:
            seen.add(after)
            found = _ledgers(await self._requester.ask("statements", {**given, "after": after}))
            after = None
            for same in found:
                yield same.page
                after = same.page.after


@dataclass(frozen=True, slots=True)
class _Ledger:
    """A page of a ledger's statements."""

    number: str | None
    page: Page


def _ledgers(result: Result) -> list[_Ledger]:
    """Return the ledgers of an account that came with their statements."""
    ledgers = account(result).get("ledgers")
    if not isinstance(ledgers, list):
        raise result.missing(KrakenServiceError("the account came without its ledgers"))
    found = [
        _Ledger(ledger.get("number"), page(ledger["statements"]))
        for ledger in map(as_dict, ledgers)
        if isinstance(ledger.get("statements"), dict)
    ]
    if not found and (error := result.error):
        raise error
    return found
