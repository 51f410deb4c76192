"""Compares bills with what the simulator bills: as the supplier tells them, and as the integration works them out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator import Simulator
from simulator.bills import Bill
from simulator.dates import jst_date
from simulator.points import SupplyPoint

from .connection import Connection
from .households import Home
from .rows import Row, number_row

_ISSUED_AFTER = timedelta(days=1)
_DUE_AFTER = timedelta(days=27)
_NEAR = Decimal("0.01")
"""Of a total: readings may be corrected after a bill, into another band or month."""


async def bill_rows(simulator: Simulator, connection: Connection, home: Home) -> list[Row]:
    """Return the rows of the last bill of a household, of the sensors and of the action `get_bill`."""
    ids, states = await connection.entity_ids(), await connection.states()

    def state(key: str) -> Mapping[str, Any]:
        return states.get(ids.get(key, ""), {})

    def text(what: str, key: str, truth: str) -> Row:
        shown = str(state(key).get("state"))
        return Row(f"{home.name} {what}", shown, truth, shown == truth)

    point = simulator.world.supply_points[home.spin]
    closed = _bills(simulator, point, timedelta(0))
    issued = _bills(simulator, point, _ISSUED_AFTER)
    reading = jst_date(simulator.truth.periods(home.spin)[-1][1])
    rows = [text("next meter reading", f"{home.digest}_next_reading_date", reading.isoformat())]
    if not issued or not closed:
        return rows
    bill, last = closed[-1][1], issued[-1]
    due = jst_date(last[0] + _ISSUED_AFTER + _DUE_AFTER)
    amount = state(f"{home.account_digest}_last_bill_amount").get("state")
    computed = f"{home.digest}_last_bill_computed"
    answer = await connection.act(
        "get_bill",
        date=bill.period.start.isoformat(),
        device_id=await connection.device(computed),
    )
    return [
        *rows,
        number_row(f"{home.name} last bill", amount, Decimal(last[1].total), "JPY"),
        text("last bill due", f"{home.account_digest}_last_bill_due_date", due.isoformat()),
        _near(f"{home.name} last bill, computed", state(computed).get("state"), bill.total),
        _near(f"{home.name} last bill by action", answer["total"], bill.total),
        _difference(home, state(f"{home.digest}_bill_difference"), closed[-1] == last, bill),
    ]


def _bills(
    simulator: Simulator, point: SupplyPoint, after: timedelta
) -> list[tuple[datetime, Bill]]:
    """Return the bills of the periods whose last reading was taken so long ago, each with that time."""
    now = simulator.clock.now()
    found = []
    for period in simulator.truth.periods(point.spin):
        closed = datetime.fromtimestamp(point.meter.closed_at(jst_date(period[0])), UTC)
        if closed + after <= now:
            found.append((closed, simulator.truth.bill(point.spin, period)))
    return found


def _near(what: str, shown: Any, truth: int) -> Row:
    try:
        ok = abs(Decimal(str(shown)) - truth) <= truth * _NEAR
    except ArithmeticError:
        ok = False
    return Row(what, f"{shown} JPY", f"{truth} JPY", ok)


def _difference(home: Home, state: Mapping[str, Any], issued: bool, bill: Bill) -> Row:
    """Return the row of the difference: within a hundredth, and unknown as long as there is no bill to compare with."""
    what, shown = f"{home.name} bill difference", str(state.get("state"))
    if not issued:
        return Row(what, shown, "unknown", shown == "unknown")
    try:
        ok = abs(Decimal(shown)) <= bill.total * _NEAR
    except ArithmeticError:
        ok = False
    return Row(what, f"{shown} JPY", "0 JPY", ok)
