"""What moved on a ledger: charges, credits and payments, and the lines of a statement (docs/api.md#bills).

The sign of a balance was never measured above zero; here it is Kraken's own: money owed to the customer counts above zero. The
credit on an account's first statement is invented, so that a client sees one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ..bills import Bill
from ..dates import jst_date
from ..gas import GasBill
from .context import Node
from .pages import connection, empty, paging

type Kind = Literal["Charge", "Credit", "Payment"]
WELCOME = 3000
_TITLES: dict[Kind, str] = {"Charge": "電気料金", "Credit": "紹介クレジット", "Payment": "お支払い"}
_ENERGY = "ENERGY_CHARGES"


@dataclass(frozen=True)
class Transaction:
    """Whole yen, never below zero; `bill`: what a charge is for.

    `statement` is the id of the document that lists it, `number` its place among those of its kind there.
    """

    kind: Kind
    at: datetime
    yen: int
    statement: int | None = None
    number: int = 0
    bill: Bill | GasBill | None = None

    @property
    def effect(self) -> int:
        """What it adds to the balance."""
        return -self.yen if self.kind == "Charge" else self.yen

    @property
    def amounts(self) -> Node:
        """Net, tax and gross; only a charge holds tax."""
        tax = self.bill.tax if self.bill else 0
        return {"net": self.yen - tax, "tax": tax, "gross": self.yen}


def page(account: str, transactions: list[Transaction], **given: Any) -> Node:
    """Return a ledger's transactions, by default newest first."""
    kinds = given.get("transactionTypes") or []
    if kinds and _ENERGY not in kinds:
        return empty(**paging(given))
    balance = 0
    carried: list[tuple[Transaction, int]] = []
    for item in sorted(transactions, key=lambda item: item.at):
        balance += item.effect
        carried.append((item, balance))
    shown = [
        pair
        for pair in carried
        if (not kinds or pair[0].kind == "Charge") and _within(pair[0].at, given)
    ]
    return connection(
        _ordered(shown, given), lambda pair: _transaction(account, *pair), **paging(given)
    )


def on_bill(transactions: Iterable[Transaction], **given: Any) -> Node:
    """Return what a statement lists, by default newest first."""
    items = sorted(transactions, key=lambda item: item.at)
    return connection(_ordered(items, given), _line, **paging(given))


def _transaction(account: str, item: Transaction, balance: int) -> Node:
    listed = item.statement is not None
    return _common(item) | {
        "__typename": item.kind,
        "id": f"t{item.kind[:2].lower()}{int(item.at.timestamp())}{item.number or ''}",
        "accountNumber": account,
        "amount": item.yen,
        "balanceCarriedForward": balance,
        "isCredit": item.kind == "Credit",
        "isAccountCharge": item.kind == "Charge",
        "isAccountPayment": item.kind == "Payment",
        "isHeld": False,
        "isIssued": listed,
        "isReversed": False,
        "isLateFailedPayment": False,
        "hasStatement": listed,
        "statementId": item.statement,
        "billingDocumentIdentifier": item.statement,
    }


def _line(item: Transaction) -> Node:
    return _common(item) | {
        "__typename": f"Bill{item.kind}",
        "id": f"b{item.kind[:2].lower()}{item.statement}{item.number or ''}",
    }


def _common(item: Transaction) -> Node:
    return {
        "postedDate": jst_date(item.at),
        "createdAt": item.at,
        "amounts": item.amounts,
        "title": _TITLES[item.kind],
        "note": "",
        "consumption": _consumption(item.bill) if item.bill else None,
    }


def _consumption(bill: Bill | GasBill) -> Node:
    gas = isinstance(bill, GasBill)
    return {
        "startDate": bill.period.start,
        "endDate": bill.period.last,
        "quantity": str(bill.volume if isinstance(bill, GasBill) else bill.kwh),
        "unit": "cubicMetres" if gas else "kWh",
        "usageCost": None,
        "supplyCharge": None,
    }


def _within(at: datetime, given: dict[str, Any]) -> bool:
    start, end, day = given.get("fromDate"), given.get("toDate"), jst_date(at)
    return (start is None or start <= day) and (end is None or day <= end)


def _ordered[T](items: list[T], given: dict[str, Any]) -> list[T]:
    return items if given.get("orderBy") == "POSTED_DATE_ASC" else items[::-1]
