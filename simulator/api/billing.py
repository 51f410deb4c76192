"""Statements, bills and charges as the API shows them (FACTS 8). Whole yen, but for the lines of `charges`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..accounts import Account
from ..bills import Bill
from ..dates import Period, chance, jst_date, midnight
from ..errors import KrakenError
from ..points import Point
from .context import Context, Node
from .pages import connection, empty

# A document covers more days than the billing period: 6/18-7/22 for 6/18-7/17 (FACTS 8).
_DOCUMENT_DAYS = timedelta(days=5)
_ISSUED_AFTER = timedelta(days=1)
_DUE_AFTER = timedelta(days=27)


@dataclass(frozen=True)
class Statement:
    """An issued bill."""

    point: Point
    period: Period
    bill: Bill
    issued: datetime

    @property
    def id(self) -> int:
        """The document's number, an Int here and an ID there."""
        return chance("statement", self.point.identifier, self.period.end) % 10**8

    @property
    def identifier(self) -> str:
        """What `charges` asks for."""
        return f"S-{self.id:08}"

    @property
    def last_day(self) -> date:
        """The last day of the document, which is not the last of the billing period."""
        return self.period.end + _DOCUMENT_DAYS - timedelta(days=1)


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
        "supportsStatements": True,
        "statements": lambda **given: _statement_pages(context, account, **given),
        "transactions": lambda **given: _transactions(context, account, **given),
    }


def bills(context: Context, account: Account, **given: Any) -> Node:
    """Return the account's bills, newest first; all are `PeriodBasedDocumentType`."""
    return connection(statements(context, account)[::-1], _bill, **_paging(given))


def charges(context: Context, account: Account, identifier: str) -> list[Node]:
    """Return the lines of a statement; some accounts were refused them and others not (FACTS 8)."""
    found = [item for item in statements(context, account) if item.identifier == identifier]
    if not found:
        raise KrakenError("KT-CT-3822")
    statement = found[0]
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
                    "electricitySupplyPoint": {
                        "_account": account.number,
                        "spin": statement.point.identifier,
                        "status": statement.point.status,
                    },
                    "contractedCapacityUnit": "A"
                    if statement.point.amperage
                    else "KW"
                    if statement.point.kw
                    else None,
                    "contractedCapacityValue": statement.point.amperage or statement.point.kw,
                }
                for line in statement.bill.lines
            ],
        }
    ]


def _statements(context: Context, account: Account) -> Iterator[Statement]:
    now = context.clock.now()
    for point in account.supply_points:
        for period in point.periods(jst_date(now)):
            if context.world.payer(point, period.start) is not account:
                continue
            closed = datetime.fromtimestamp(point.meter.closed_at(period.start), now.tzinfo)
            if closed + _ISSUED_AFTER <= now:
                bill = context.truth.bill(
                    point.identifier, (midnight(period.start), midnight(period.end))
                )
                yield Statement(point, period, bill, closed + _ISSUED_AFTER)


def _statement_pages(context: Context, account: Account, **given: Any) -> Node:
    # The order without `orderBy` is not newest first (FACTS 8): here it is oldest first.
    items = statements(context, account)
    if given.get("orderBy") == "FINALIZED_AT_DESC":
        items.reverse()
    if (wanted := given.get("statementId")) is not None:
        items = [item for item in items if item.id == wanted]
    return connection(items, _statement, **_paging(given))


def _statement(item: Statement) -> Node:
    return {
        "id": item.id,
        "identifier": item.identifier,
        "startAt": midnight(item.period.start),
        "endAt": midnight(item.last_day + timedelta(days=1)),
        "firstIssuedAt": item.issued,
        "earliestChargeAt": midnight(item.period.start),
        "latestChargeAt": midnight(item.period.end),
        "paymentDueDate": jst_date(item.issued + _DUE_AFTER),
        "isFinal": None,
        "totalCharges": _total(item.bill),
        "totalCredits": {"netTotal": 0, "taxTotal": 0, "grossTotal": 0},
        "transactions": lambda **given: connection([item], _bill_charge, **_paging(given)),
    }


def _bill(item: Statement) -> Node:
    return {
        "__typename": "PeriodBasedDocumentType",
        "id": str(item.id),
        "billType": "STATEMENT",
        "fromDate": item.period.start,
        "toDate": item.last_day,
        "issuedDate": jst_date(item.issued),
        "identifier": item.identifier,
        "totalCharges": _total(item.bill),
        "totalCredits": {"netTotal": 0, "taxTotal": 0, "grossTotal": 0},
        "isAnnulled": False,
        "openingBalance": lambda **_: 0,
        "closingBalance": lambda **_: item.bill.total,
        "transactions": lambda **given: connection([item], _bill_charge, **_paging(given)),
    }


def _bill_charge(item: Statement) -> Node:
    return {
        "__typename": "BillCharge",
        "id": f"c{item.id}",
        "postedDate": jst_date(item.issued),
        "createdAt": item.issued,
        "title": "電気料金",
        "amounts": _amounts(item.bill),
        "consumption": {
            "startDate": item.period.start,
            "endDate": item.period.end - timedelta(days=1),
            "quantity": str(item.bill.kwh),
            "unit": "kWh",
        },
    }


def _transactions(context: Context, account: Account, **given: Any) -> Node:
    def node(item: Statement) -> Node:
        return {
            "__typename": "Charge",
            "id": f"t{item.id}",
            "postedDate": jst_date(item.issued),
            "createdAt": item.issued,
            "accountNumber": account.number,
            "amount": item.bill.total,
            "amounts": _amounts(item.bill),
            "title": "電気料金",
        }

    wanted = given.get("transactionTypes")
    if wanted and "ENERGY_CHARGES" not in wanted:
        return empty(**_paging(given))
    return connection(statements(context, account)[::-1], node, **_paging(given))


def _amounts(bill: Bill) -> Node:
    return {"net": bill.total - bill.tax, "tax": bill.tax, "gross": bill.total}


def _total(bill: Bill) -> Node:
    return {"netTotal": bill.total - bill.tax, "taxTotal": bill.tax, "grossTotal": bill.total}


def _paging(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.get(name) for name in ("first", "last", "after", "before")}
