"""What was billed, and what money there is on the account."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from .errors import KrakenError, KrakenNotFoundError, KrakenServiceError
from .graphql.pages import Page, page
from .graphql.points import account
from .graphql.requester import Result
from .models import (
    BillTotal,
    BillTransaction,
    DueDate,
    LineItem,
    MetiCredit,
    Payment,
    Statement,
)
from .parsing import as_dict, nodes
from .scalars import LARGEST
from .subject import Subject


class Billing(Subject):
    """The questions about money."""

    async def balance(self, account_number: str) -> int:
        """Return the balance of an account in yen, as the service signs it."""
        result = await self._requester.ask("balance", {"accountNumber": account_number})
        return _yen(result, "balance")

    async def overdue_balance(self, account_number: str) -> int:
        """Return what was due and is not paid, in yen, as the service signs it."""
        result = await self._requester.ask("overdue_balance", {"accountNumber": account_number})
        return _yen(result, "overdueBalance")

    async def payments(self, account_number: str) -> tuple[Payment, ...]:
        """Return the last payments of an account, oldest first: those among the newest transactions of each ledger."""
        result = await self._requester.ask("payments", {"accountNumber": account_number})
        moved = [
            node
            for ledger in _ledgers(result, "transactions")
            for node in ledger.page.nodes
            if node.get("__typename") == "Payment"
        ]
        paid = self._reader.items(Payment, moved)
        return tuple(sorted(paid, key=lambda payment: payment.posted_date))

    async def statements(self, account_number: str) -> tuple[Statement, ...]:
        """Return the billing documents of an account, oldest first, with all that is told of them.

        Three requests, and one more for every five years. The due dates and the totals, which are those of the newest, may fail
        without a word; who has to know asks for the three apart.
        """
        listed = await self.listed(account_number)
        due: tuple[DueDate, ...] = ()
        with suppress(KrakenError):
            due = await self.due_dates(account_number)
        totals: tuple[BillTotal, ...] = ()
        with suppress(KrakenError):
            totals = await self.totals(account_number)
        return completed(listed, due, totals)

    async def listed(self, account_number: str) -> tuple[Statement, ...]:
        """Return the billing documents of an account without due dates and totals, oldest first.

        What is older than the newest page may fail without a word: it is asked for again the next time.
        """
        variables = {"accountNumber": account_number}
        ledgers = _ledgers(await self._requester.ask("statements", variables))
        listed = [node for ledger in ledgers for node in ledger.page.nodes]
        for ledger in ledgers:
            # Without its number a ledger can be followed only where it is the only one.
            if ledger.number is not None or len(ledgers) == 1:
                with suppress(KrakenError):
                    async for read in self._older(variables, ledger):
                        listed.extend(read.nodes)
        found = self._reader.items(Statement, listed)
        return tuple(sorted(found, key=lambda statement: (statement.start_at, statement.end_at)))

    async def due_dates(self, account_number: str) -> tuple[DueDate, ...]:
        """Return when the newest documents are to be paid."""
        names = ("statement_due_dates", "statement_due_dates_june")
        result = await self._requester.ask_newest(names, {"accountNumber": account_number})
        told = [node for ledger in _ledgers(result) for node in ledger.page.nodes]
        return self._reader.items(DueDate, told)

    async def totals(self, account_number: str) -> tuple[BillTotal, ...]:
        """Return what the newest documents come to."""
        result = await self._requester.ask("bills", {"accountNumber": account_number})
        bills = account(result).get("bills")
        if not isinstance(bills, dict):
            raise result.missing(KrakenServiceError("the account came without its bills"))
        return self._reader.items(BillTotal, list(nodes(bills)))

    async def bill_transactions(
        self, account_number: str, identifier: str
    ) -> tuple[BillTransaction, ...]:
        """Return what one billing document charges and credits: all that tells of it where its lines are refused."""
        variables = {"accountNumber": account_number, "identifier": identifier}
        result = await self._requester.ask("bill_transactions", variables)
        listed = as_dict(account(result).get("bill")).get("transactions")
        if not isinstance(listed, dict):
            raise result.missing(KrakenNotFoundError("the transactions were not found"))
        return self._reader.items(BillTransaction, list(page(listed).nodes))

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


def _yen(result: Result, field: str) -> int:
    """Return an amount of an account."""
    found = account(result).get(field)
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) > LARGEST:
        raise result.missing(KrakenServiceError(f"the account came without its {field}"))
    return found


def completed(
    listed: Iterable[Statement], due_dates: Iterable[DueDate], totals: Iterable[BillTotal]
) -> tuple[Statement, ...]:
    """Add what other documents tell of billing documents: bills name one by its number or by its id (docs/api.md#bills)."""
    due = {item.identifier: item for item in due_dates}
    total = {key: item for item in totals for key in (item.id, item.identifier) if key}
    return tuple(_completed(item, due.get(item.identifier), total) for item in listed)


def _completed(
    statement: Statement, due: DueDate | None, totals: Mapping[str, BillTotal]
) -> Statement:
    number = due.id if due else None
    total = totals.get(statement.identifier) or totals.get(number or "") or BillTotal()
    return replace(
        statement,
        payment_due_date=due.payment_due_date if due else None,
        issued_date=total.issued_date,
        charged=None if total.charged is None else abs(total.charged),
        credited=None if total.credited is None else abs(total.credited),
    )


def _ledgers(result: Result, what: str = "statements") -> list[_Ledger]:
    """Return the ledgers of an account that came with their statements, or their transactions."""
    ledgers = account(result).get("ledgers")
    if not isinstance(ledgers, list):
        raise result.missing(KrakenServiceError("the account came without its ledgers"))
    found = [
        _Ledger(ledger.get("number"), page(ledger[what]))
        for ledger in map(as_dict, ledgers)
        if isinstance(ledger.get(what), dict)
    ]
    if not found and (error := result.error):
        raise error
    return found
