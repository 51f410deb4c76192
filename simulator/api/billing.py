"""Statements, bills and charges as the API shows them (docs/api.md#bills). Whole yen, but for the lines of `charges`.

A document covers more days than the billing period that it is about: 17 June to 22 July for 18 June to 17 July. A client that
takes its dates for the meter's is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..accounts import Account
from ..bills import Bill
from ..dates import Period, chance, jst_date, midnight
from ..errors import KrakenError
from ..points import Listing, Point
from . import transactions
from .context import Context, Node
from .pages import connection, empty, paging
from .transactions import WELCOME, Transaction

_BEFORE = timedelta(days=1)
_AFTER = timedelta(days=5)
_ISSUED_AFTER = timedelta(days=1)
_DUE_AFTER = timedelta(days=27)


@dataclass(frozen=True)
class Statement:
    """An issued bill; `credit` is what was given back on it, in whole yen."""

    point: Point
    period: Period
    bill: Bill
    issued: datetime
    credit: int = 0

    @property
    def id(self) -> int:
        """The document's number, an Int here and an ID there."""
        return chance("statement", self.point.identifier, self.period.end) % 10**8

    @property
    def identifier(self) -> str:
        """What `charges` asks for."""
        return f"S-{self.id:08}"

    @property
    def first_day(self) -> date:
        """The first day of the document."""
        return self.period.start - _BEFORE

    @property
    def last_day(self) -> date:
        """The last day of the document."""
        return self.period.last + _AFTER

    @property
    def due(self) -> datetime:
        """When it is paid."""
        return self.issued + _DUE_AFTER

    @property
    def transactions(self) -> list[Transaction]:
        """What the document lists."""
        charge = Transaction("Charge", self.issued, self.bill.total, self.id, self.bill)
        if not self.credit:
            return [charge]
        return [Transaction("Credit", self.issued - _BEFORE, self.credit, self.id), charge]

    @property
    def to_pay(self) -> int:
        """Whole yen, below zero when the credit is more than the charge."""
        return self.bill.total - self.credit


def statements(context: Context, account: Account) -> list[Statement]:
    """Return the statements issued by now, oldest first."""
    return sorted(_statements(context, account), key=lambda item: item.issued)


def ledger(context: Context, account: Account) -> Node:
    """Return the account's ledger."""
    return {
        "_account": account.number,
        "id": account.id,
        "name": "電気",
        "number": f"L-{account.number[2:]}",
        "ledgerType": "JPN_ELECTRICITY",
        "balance": account.balance,
        "amountOwedByCustomer": 0,
        "affectsAccountBalance": True,
        "acceptsPayments": True,
        "supportsStatements": True,
        "supportsInvoices": False,
        "invoices": empty,
        "statements": lambda **given: _statement_pages(context, account, **given),
        "transactions": lambda **given: transactions.page(
            account.number, _moved(context, account), **given
        ),
    }


def bills(context: Context, account: Account, **given: Any) -> Node:
    """Return the account's bills, newest first; all are `PeriodBasedDocumentType`, whatever else was included."""
    items = [item for item in statements(context, account)[::-1] if _asked(item, given)]
    return connection(items, _bill, **paging(given))


def bill(context: Context, account: Account, **given: Any) -> Node | None:
    """Return the bill of an id or identifier, None where there is none."""
    wanted = {given.get("id"), given.get("identifier")} - {None}
    if not wanted:
        raise KrakenError("KT-CT-4148")
    found = (
        item for item in statements(context, account) if wanted <= {str(item.id), item.identifier}
    )
    return next(map(_bill, found), None)


def charges(
    context: Context, account: Account, identifier: str, point_node: Callable[[Listing], Node]
) -> list[Node]:
    """Return the lines of a statement; some accounts were refused them and others not."""
    found = [item for item in statements(context, account) if item.identifier == identifier]
    if not found:
        raise KrakenError("KT-CT-3822")
    statement = found[0]
    point = statement.point
    listed = (
        item for item in account.listings() if item.point is point and item.covers(statement.period)
    )
    node = next(map(point_node, listed), None)  # a point that left the lists stays on its bills
    sizes = (("A", point.amperage), ("KVA", point.kva), ("KW", point.kw))
    capacity = next((size for size in sizes if size[1]), (None, None))
    return [
        {
            "grossAmount": statement.bill.total,
            "salesTaxAmount": statement.bill.tax,
            "lineItems": [
                {
                    "supplyType": line.supply_type,
                    "periodStartAt": midnight(line.start),
                    "periodEndAt": midnight(line.end),
                    "numberOfUnits": line.units,
                    "netAmount": line.net,
                    "grossAmount": line.gross,
                    "currency": "JPY",
                    "productCode": line.product_code,
                    "electricitySupplyPoint": node,
                    "contractedCapacityUnit": capacity[0],
                    "contractedCapacityValue": capacity[1],
                }
                for line in statement.bill.lines
            ],
        }
    ]


def _statements(context: Context, account: Account) -> Iterator[Statement]:
    now = context.clock.now()
    welcome = WELCOME
    for point in context.world.supply_points.values():
        for period in point.periods(jst_date(now)):
            if context.world.payer(point, period.start) is not account:
                continue
            closed = datetime.fromtimestamp(point.meter.closed_at(period.start), now.tzinfo)
            if closed + _ISSUED_AFTER <= now:
                bill = context.truth.bill(
                    point.identifier, (midnight(period.start), midnight(period.end))
                )
                yield Statement(point, period, bill, closed + _ISSUED_AFTER, welcome)
                welcome = 0


def _moved(context: Context, account: Account) -> list[Transaction]:
    """Return what moved by now: what statements list, and the payment of each on the day that it is due."""
    issued = statements(context, account)
    paid = [
        Transaction("Payment", item.due, item.to_pay)
        for item in issued
        if item.to_pay > 0 and item.due <= context.clock.now()
    ]
    return [moved for item in issued for moved in item.transactions] + paid


def _asked(item: Statement, given: dict[str, Any]) -> bool:
    """Whether a bill is within the dates asked for."""
    bounds = (
        (given.get("fromDate"), given.get("toDate"), item.first_day),
        (given.get("issuedFromDate"), given.get("issuedToDate"), jst_date(item.issued)),
    )
    return all(
        (start is None or start <= day) and (end is None or day <= end)
        for start, end, day in bounds
    )


def _statement_pages(context: Context, account: Account, **given: Any) -> Node:
    # The order without `orderBy` is not newest first: here it is oldest first.
    items = statements(context, account)
    if given.get("orderBy") == "FINALIZED_AT_DESC":
        items.reverse()
    if (wanted := given.get("statementId")) is not None:
        items = [item for item in items if item.id == wanted]
    return connection(items, _statement, **paging(given))


def _statement(item: Statement) -> Node:
    due = jst_date(item.due)
    return _document(item) | {
        "id": item.id,
        "startAt": midnight(item.first_day),
        "endAt": midnight(item.last_day + timedelta(days=1)),
        "firstIssuedAt": item.issued,
        "earliestChargeAt": midnight(item.period.start),
        "latestChargeAt": midnight(item.period.end),
        "paymentDueDate": due,
        "dueDate": due,
        "isFinal": None,
    }


def _bill(item: Statement) -> Node:
    return _document(item) | {
        "__typename": "PeriodBasedDocumentType",
        "id": str(item.id),
        "billType": "STATEMENT",
        "fromDate": item.first_day,
        "toDate": item.last_day,
        "issuedDate": jst_date(item.issued),
        "reversalsAfterClose": "NONE",
        "isAnnulled": False,
        "isHeld": False,
        "printedCopyRequests": [],
        "openingBalance": lambda **_: 0,
        "closingBalance": lambda **_: item.to_pay,
    }


def _document(item: Statement) -> Node:
    """Return what a statement and a bill have in common."""
    tax = item.bill.tax
    return {
        "identifier": item.identifier,
        "totalCharges": {
            "netTotal": item.bill.total - tax,
            "taxTotal": tax,
            "grossTotal": item.bill.total,
        },
        "totalCredits": {"netTotal": item.credit, "taxTotal": 0, "grossTotal": item.credit},
        "transactions": lambda **given: transactions.on_bill(item.transactions, **given),
    }
