"""The bill of one supply point: ours from the hours that are stored, and beside it the supplier's. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..interval import Interval
from ..japan_time import HOUR
from ..kraken.models import LineItem
from ..tariff import BillingPeriod, GasTariff, Tariff, Unpriced, bill_for
from .account_money import AccountMoney
from .gas import GasPointData, bill_of, closed
from .hour import Hour
from .reconcile import Reconciliation, gas_lines_about, lines_about, reconcile, total_alone
from .supply import SupplyPointData


@dataclass(frozen=True, kw_only=True)
class PointBill:
    """What a billing period comes to; `found` is None where it has no price, for a `reason` that is a translation key.

    `complete`: every hour of the time on supply is known, or the meter's own total is. `until`: of a running period, up to when it is billed.
    """

    period: BillingPeriod
    found: Reconciliation | None = None
    complete: bool = False
    until: datetime | None = None
    reason: str | None = None
    document: str | None = None
    """The identifier of the supplier's document that it is compared with line by line."""


def last_closed(tariff: Tariff, at: datetime) -> BillingPeriod | None:
    """Return the newest billing period that is known to be closed."""
    closed = [period for period in tariff.calendar.closed if period.end <= at]
    return closed[-1] if closed else None


def point_bill(
    tariff: Tariff,
    point: SupplyPointData,
    period: BillingPeriod,
    hours: Iterable[Hour],
    until: datetime | None = None,
) -> PointBill:
    """Bill a period by itself. A running one is billed `until` an instant, a midnight in Japan."""
    end = until or period.end
    used = [hour for hour in hours if period.start <= hour.start < end]
    kwh = None if until else _stated(point, period)
    if not used and kwh is None:
        return PointBill(period=period, until=until, reason="no_readings")
    try:
        bill = bill_for(
            tariff, period, [(hour.start, hour.kwh) for hour in used], kwh=kwh, until=until
        )
    except Unpriced as error:
        return PointBill(period=period, until=until, reason=error.reason)
    complete = kwh is not None or _complete(point, Interval(period.start, end), used)
    return PointBill(period=period, found=reconcile(bill, ()), complete=complete, until=until)


def compared(
    own: PointBill, lines: Iterable[LineItem], money: AccountMoney, points: int
) -> PointBill:
    """Put the supplier's bill beside ours: by the point's own lines, else by the total of the document that begins with it.

    `points`: how many points the account is billed for. Where hours are missing nothing is compared.
    """
    if own.found is None or not own.complete:
        return own
    about = lines_about(lines, own.period)
    total = None
    for statement in () if about else money.statements or ():
        listed = money.transactions.get(statement.identifier, ())
        found = total_alone(statement, own.period, listed, points)
        total = total if found is None else found
    return PointBill(
        period=own.period,
        found=reconcile(own.found.bill, about, total),
        complete=own.complete,
        document=about[0].document if about else None,
    )


def gas_point_bill(
    point: GasPointData, tariff: GasTariff, now: datetime, at: datetime, lines: Iterable[LineItem]
) -> PointBill | None:
    """Bill the reading of gas whose time covers an instant, else the last one that is over by it; None where there is none."""
    over = [reading for reading in closed(point.readings, now) if reading.start_at <= at]
    if not over:
        return None
    reading = over[-1]
    period = BillingPeriod(reading.start_at, reading.end_at, closed=True)
    try:
        bill = bill_of(tariff, reading, reading.usage)
    except Unpriced as error:
        return PointBill(period=period, reason=error.reason)
    about = gas_lines_about(lines, period)
    return PointBill(
        period=period,
        found=reconcile(bill, about),
        complete=True,
        document=about[0].document if about else None,
    )


def _stated(point: SupplyPointData, period: BillingPeriod) -> Decimal | None:
    """Return what the meter counted in a closed period, where the service states it."""
    found = (
        reading.value
        for reading in point.interval_readings
        if (reading.start_at, reading.end_at) == (period.start, period.end)
    )
    return next((kwh for kwh in found if kwh is not None), None)


def _complete(point: SupplyPointData, time: Interval, hours: Sequence[Hour]) -> bool:
    """Tell whether every hour of the time on supply is known whole."""
    start = max(filter(None, (point.supply_start, time.start)))
    end = min(filter(None, (point.supply_end, time.end)))
    return len(hours) >= (end - start) // HOUR and all(hour.whole for hour in hours)
