"""What an account owes and paid: its balance, its billing documents, its payments. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..interval import Interval
from ..japan_time import day_of
from ..kraken.models import (
    BillTotal,
    BillTransaction,
    DueDate,
    IntervalReading,
    Payment,
    Statement,
)

_EARLIER = {timedelta(0), timedelta(days=1)}
"""How much before its billing period a document begins (docs/api.md#bills)."""


@dataclass(frozen=True, kw_only=True)
class AccountMoney:
    """Yen as the service tells it. None: not told; the signs of the balances are not established (docs/api.md).

    `statements` and `payments` are oldest first; `listed`, `due_dates` and `totals` are what the statements are put together from. `transactions`: what a document charges, by its identifier, where its lines
    are refused.
    """

    balance: int | None = None
    overdue_balance: int | None = None
    payments: tuple[Payment, ...] | None = None
    statements: tuple[Statement, ...] | None = None
    listed: tuple[Statement, ...] | None = None
    due_dates: tuple[DueDate, ...] = ()
    totals: tuple[BillTotal, ...] = ()
    transactions: Mapping[str, tuple[BillTransaction, ...]] = field(default_factory=dict)

    @property
    def last_bill(self) -> Statement | None:
        """The newest billing document."""
        return self.statements[-1] if self.statements else None

    @property
    def last_payment(self) -> Payment | None:
        """The newest payment."""
        return self.payments[-1] if self.payments else None


def begins_with(statement: Statement, start: datetime) -> bool:
    """Tell whether a document is about a billing period that begins at `start`: a document begins with it, or the day before."""
    return day_of(start) - day_of(statement.start_at) in _EARLIER


def billed_time(statement: Statement, intervals: Iterable[IntervalReading]) -> Interval | None:
    """Return the billing periods that a document is about, from the first start to the last end; None where none is known.

    They end before the document does: of several points on one document each has a period of its own.
    """
    found = [
        interval
        for interval in intervals
        if statement.start_at <= interval.start_at and interval.end_at <= statement.end_at
    ]
    if not any(begins_with(statement, interval.start_at) for interval in found):
        return None
    return Interval(min(i.start_at for i in found), max(i.end_at for i in found))
