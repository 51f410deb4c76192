"""Compares the table of plans with what the simulator bills on each of them by its own arithmetic."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulator import Simulator
from simulator.api.products import tariff_summary
from simulator.dates import jst_date
from simulator.products import sold_as

from .connection import Connection
from .households import Home
from .rows import Row, number_row

MONTHS = 12


async def comparison_rows(
    connection: Connection,
    simulator: Simulator,
    home: Home,
    states: tuple[Mapping[str, Any], Mapping[str, Any]],
    billed: dict[tuple[str, str], int],
) -> list[Row]:
    """Return a row for each plan with a price, and one for each sensor. `states`: of the cheapest plan and of the saving on it.

    `billed` keeps what the simulator billed, by SPIN and code: the rows are looked at again and again while its clock stands still.
    """
    cheapest, saving = states
    truth, point = simulator.truth, simulator.world.point(home.spin)
    now = simulator.clock.now()
    answer = await connection.act(
        "compare_plans", device_id=await connection.device(f"{home.digest}_cheapest_plan")
    )
    closed = point.meter.closed_at
    # A period is over once the service states it, some hours after the meter was read.
    periods = [
        period
        for period in truth.periods(home.spin)
        if closed(jst_date(period[0])) <= now.timestamp()
    ][-MONTHS:]
    compared = [(_time(month["start"]), _time(month["end"])) for month in answer["months"]]
    sold = tariff_summary(point.area, None, jst_date(now))
    rows = [
        _row(home, "months compared", len(compared), len(periods), compared == periods),
        _row(home, "plans on sale", len(answer["plans"]), len(sold)),
    ]
    yen: dict[str, int] = {}
    for plan in answer["plans"]:
        if plan["reason"] is not None:
            continue
        of = home.spin, plan["code"]
        if of not in billed:
            key = sold_as(plan["code"], point.kva)
            bills = [truth.plan_bill(home.spin, period, key, today=True) for period in periods]
            billed[of] = sum(bill.total for bill in bills)
        yen[plan["code"]] = total = billed[of]
        what = f"{home.name} a year on {plan['plan']}"
        rows.append(number_row(what, plan["rates_of_today"]["cost"], Decimal(total), "JPY"))
    names = {plan["code"]: plan["plan"] for plan in answer["plans"]}
    current = next(plan["code"] for plan in answer["plans"] if plan["current"])
    best = min(yen.values())
    shown = str(cheapest.get("state"))
    rows.append(
        Row(
            f"{home.name} cheapest plan",
            shown,
            " or ".join(sorted(names[code] for code in yen if yen[code] == best)),
            shown in {names[code] for code in yen if yen[code] == best},
        )
    )
    less = Decimal(yen[current] - best)
    what = f"{home.name} saving on the cheapest plan"
    rows.append(number_row(what, saving.get("state"), less, "JPY"))
    return rows


def _row(home: Home, what: str, shown: int, truth: int, ok: bool = True) -> Row:
    return Row(f"{home.name} {what}", str(shown), str(truth), ok and shown == truth)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
