"""Statements, bills and charges as the API shows them (docs/api.md#bills). Whole yen, but for the lines of `charges`.

A document covers more days than the billing period that it is about: 17 June to 22 July for 18 June to 17 July. A client that
takes its dates for the meter's is wrong. `world.practice` decides the rest that nobody knows (practice.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from ..accounts import Account
from ..bills import Bill, Line
from ..dates import Period, chance, jst_date, midnight
from ..errors import KrakenError
from ..gas import GasBill
from ..points import GasPoint, Listing, Point
from ..practice import Credit
from . import transactions
from .context import Context, Node
from .pages import connection, empty, paging
from .transactions import WELCOME, Transaction

_AFTER = timedelta(days=5)
_ISSUED_AFTER = timedelta(days=1)
_GAS_CLOSED_AFTER = timedelta(hours=30)
_DUE_AFTER = timedelta(days=27)
_BEFORE = timedelta(days=1)


class Share(NamedTuple):
    """A point and the period that it is billed for; `closed`: when the reading that ends it was taken."""

    period: Period
    closed: datetime
    point: Point | GasPoint

    @property
    def number(self) -> str:
        """The number of the point."""
        return self.point.spin if isinstance(self.point, GasPoint) else self.point.identifier


@dataclass(frozen=True)
class Statement:
    """An issued document: what it charges for each point, and what was given back on it."""

    shares: tuple[Share, ...]
    bills: tuple[Bill | GasBill, ...]
    credits: tuple[Credit, ...] = ()
    days_before: int = 1

    @property
    def issued(self) -> datetime:
        """When it was issued."""
        return _issued(self.shares)

    @property
    def id(self) -> int:
        """The document's number, an Int here and an ID there."""
        return chance("statement", self.shares[0].number, self.shares[0].period.end) % 10**8

    @property
    def identifier(self) -> str:
        """What `charges` asks for."""
        return f"S-{self.id:08}"

    @property
    def first_day(self) -> date:
        """The first day of the document."""
        start = min(share.period.start for share in self.shares)
        return start - timedelta(days=self.days_before)

    @property
    def last_day(self) -> date:
        """The last day of the document."""
        return max(share.period.last for share in self.shares) + _AFTER

    @property
    def due(self) -> datetime:
        """When it is paid."""
        return self.issued + _DUE_AFTER

    @property
    def charged(self) -> int:
        """Whole yen including tax."""
        return sum(bill.total for bill in self.bills)

    @property
    def tax(self) -> int:
        """The tax in what is charged."""
        return sum(bill.tax for bill in self.bills)

    @property
    def credited(self) -> int:
        """Whole yen given back."""
        return sum(credit.yen for credit in self.credits)

    @property
    def to_pay(self) -> int:
        """Whole yen, below zero when the credit is more than the charge."""
        return self.charged - self.credited

    @property
    def transactions(self) -> list[Transaction]:
        """What the document lists."""
        given = [
            Transaction("Credit", self.issued - _BEFORE, credit.yen, self.id, number)
            for number, credit in enumerate(self.credits)
        ]
        return given + [
            Transaction("Charge", self.issued, bill.total, self.id, number, bill)
            for number, bill in enumerate(self.bills)
        ]


def statements(context: Context, account: Account) -> list[Statement]:
    """Return the statements issued by now, oldest first."""
    practice, now = context.world.practice, context.clock.now()
    shares = sorted(_shares(context, account), key=lambda share: (share.period.end, share.number))
    groups: list[tuple[Share, ...]] = [(share,) for share in shares]
    if practice.together:
        groups = [tuple(same) for _, same in groupby(shares, key=lambda share: share.period.label)]
    issued = sorted((group for group in groups if _issued(group) <= now), key=_issued)
    credits_ = [Credit(date.min, WELCOME, "紹介クレジット"), *account.credits]
    found: list[Statement] = []
    for group in issued:
        day = jst_date(_issued(group))
        given = tuple(credit for credit in credits_ if credit.day <= day)
        credits_ = [credit for credit in credits_ if credit.day > day]
        bills_ = tuple(_bill_of(context, share) for share in group)
        found.append(Statement(group, bills_, given, practice.days_before))
    return found


def overdue(context: Context, account: Account) -> int:
    """Return what was due by now and is not paid, in whole yen."""
    now = context.clock.now()
    return sum(
        item.to_pay
        for item in statements(context, account)
        if item.to_pay > 0 and item.due <= now and not _paid(account, item)
    )


def ledger(context: Context, account: Account) -> Node:
    """Return the account's ledger."""
    return {
        "_account": account.number,
        "id": account.id,
        "name": "電気",
        "number": f"L-{account.number[2:]}",
        "ledgerType": "JPN_ELECTRICITY",
        "balance": account.balance,
        "amountOwedByCustomer": overdue(context, account),
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
    nodes = [
        _charge(context, account, share, bill, point_node)
        for share, bill in zip(statement.shares, statement.bills, strict=True)
    ]
    if context.world.practice.credit_lines and statement.credits:
        nodes.append(_credit(statement))
    return nodes


def _charge(
    context: Context,
    account: Account,
    share: Share,
    bill: Bill | GasBill,
    point_node: Callable[[Listing], Node],
) -> Node:
    point = share.point
    about: Node = {}
    if isinstance(point, GasPoint):
        about = {"gasSupplyPoint": {"spin": point.spin}}
    else:
        listed = (
            item for item in account.listings() if item.point is point and item.covers(share.period)
        )
        # A point that left the lists stays on its bills.
        about = {"electricitySupplyPoint": next(map(point_node, listed), None)}
        sizes = (("A", point.amperage), ("KVA", point.kva), ("KW", point.kw))
        unit, value = next((size for size in sizes if size[1]), (None, None))
        about |= {"contractedCapacityUnit": unit, "contractedCapacityValue": value}
    return {
        "grossAmount": bill.total,
        "salesTaxAmount": bill.tax,
        "lineItems": [_line(line) | about for line in bill.lines],
    }


def _line(line: Line) -> Node:
    return {
        "supplyType": line.supply_type,
        "periodStartAt": midnight(line.start),
        "periodEndAt": midnight(line.end),
        "numberOfUnits": line.units,
        "netAmount": line.net,
        "grossAmount": line.gross,
        "currency": "JPY",
        "productCode": line.product_code,
    }


def _credit(statement: Statement) -> Node:
    """Return the credits as lines, negative and of no point. How the service names them is not known."""
    return {
        "grossAmount": -statement.credited,
        "salesTaxAmount": 0,
        "lineItems": [
            {
                "supplyType": "JPN_ACCOUNT_CREDIT",
                "periodStartAt": midnight(statement.first_day),
                "periodEndAt": midnight(statement.last_day),
                "numberOfUnits": 1,
                "netAmount": -credit.yen,
                "grossAmount": -credit.yen,
                "currency": "JPY",
            }
            for credit in statement.credits
        ],
    }


def _shares(context: Context, account: Account) -> Iterator[Share]:
    """Yield what an account is billed for, closed or not. Gas has been billed only on documents of all points together."""
    now = context.clock.now()
    for point in context.world.supply_points.values():
        for period in point.periods(jst_date(now)):
            if context.world.payer(point, period.start) is account:
                closed = datetime.fromtimestamp(point.meter.closed_at(period.start), now.tzinfo)
                yield Share(period, closed, point)
    for gas in [gas for place in account.properties for gas in place.gas_points]:
        for period in gas.periods(jst_date(now)) if context.world.practice.together else ():
            yield Share(period, midnight(period.end) + _GAS_CLOSED_AFTER, gas)


def _issued(shares: tuple[Share, ...]) -> datetime:
    return max(share.closed for share in shares) + _ISSUED_AFTER


def _bill_of(context: Context, share: Share) -> Bill | GasBill:
    period = midnight(share.period.start), midnight(share.period.end)
    if isinstance(share.point, GasPoint):
        return context.truth.gas_bill(share.point.spin, period)
    return context.truth.bill(share.point.identifier, period)


def _paid(account: Account, item: Statement) -> bool:
    return account.unpaid_since is None or jst_date(item.due) < account.unpaid_since


def _moved(context: Context, account: Account) -> list[Transaction]:
    """Return what moved by now: what statements list, and the payment of each on the day that it is due."""
    issued = statements(context, account)
    paid = [
        Transaction("Payment", item.due, item.to_pay)
        for item in issued
        if item.to_pay > 0 and item.due <= context.clock.now() and _paid(account, item)
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
        "earliestChargeAt": midnight(min(share.period.start for share in item.shares)),
        "latestChargeAt": midnight(max(share.period.end for share in item.shares)),
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
    tax = item.tax
    return {
        "identifier": item.identifier,
        "totalCharges": {
            "netTotal": item.charged - tax,
            "taxTotal": tax,
            "grossTotal": item.charged,
        },
        "totalCredits": {"netTotal": item.credited, "taxTotal": 0, "grossTotal": item.credited},
        "transactions": lambda **given: transactions.on_bill(item.transactions, **given),
    }
