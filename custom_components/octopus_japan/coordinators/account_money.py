"""Asks for what an account owes and paid, each by itself: what is refused costs only its own entities."""

import asyncio
from dataclasses import replace
from functools import partial

from ..identity import digest
from ..oejp.household.account_money import AccountMoney
from ..oejp.kraken import KrakenClient
from ..oejp.kraken.billing import completed
from ..oejp.kraken.models import BillTransaction
from ..store import OctopusStore
from .asking import Asking, Topic
from .bills import async_read_bills

BILLS = "the bills"
LINES = "the lines of bills"


def bills_expected(asking: Asking, number: str, known: AccountMoney) -> bool:
    """Tell whether bills of an account are still to be read, which may tell rates of past months."""
    if asking.is_expected(Topic(BILLS, number)):
        return True
    return known.last_bill is not None and asking.is_expected(Topic(LINES, number))


async def async_ask_money(
    asking: Asking, client: KrakenClient, number: str, known: AccountMoney
) -> AccountMoney:
    """Ask for the balances, the bills and the payments that are due to be asked for; what is not told stays out."""
    balance, overdue, listed, due_dates, totals, payments = await asyncio.gather(
        asking.ask(
            Topic("the balance", number),
            partial(client.billing.balance, number),
            known.balance,
            None,
        ),
        asking.ask(
            Topic("the overdue balance", number),
            partial(client.billing.overdue_balance, number),
            known.overdue_balance,
            None,
        ),
        asking.ask(
            Topic(BILLS, number),
            partial(client.billing.listed, number),
            known.listed,
            None,
        ),
        # Apart, because what fails for a moment is asked for again by itself. What is refused was never missed.
        asking.ask(
            Topic("the due dates of bills", number, quiet=True),
            partial(client.billing.due_dates, number),
            known.due_dates,
            (),
        ),
        asking.ask(
            Topic("the totals of bills", number, quiet=True),
            partial(client.billing.totals, number),
            known.totals,
            (),
        ),
        asking.ask(
            Topic("the payments", number),
            partial(client.billing.payments, number),
            known.payments,
            None,
        ),
    )
    return replace(
        known,
        balance=balance,
        overdue_balance=overdue,
        listed=listed,
        due_dates=due_dates,
        totals=totals,
        statements=None if listed is None else completed(listed, due_dates, totals),
        payments=payments,
    )


async def async_read_lines(
    asking: Asking, client: KrakenClient, number: str, known: AccountMoney, store: OctopusStore
) -> AccountMoney:
    """Read the lines of bills that were not read; where the last bill's are refused, what it charges all the same."""
    if known.last_bill is None:
        return known
    read = partial(async_read_bills, client, number, known.statements or (), store)
    await asking.ask(Topic(LINES, number), read, None, None)
    last = known.last_bill.identifier
    if any(bill.identifier == last for bill in store.parts.bills.get(digest(number), ())):
        return replace(known, transactions={})
    nothing: tuple[BillTransaction, ...] = ()
    told = await asking.ask(
        Topic("what the last bill charges", number),
        partial(client.billing.bill_transactions, number, last),
        known.transactions.get(last, nothing),
        nothing,
    )
    return replace(known, transactions={last: told} if told else {})
