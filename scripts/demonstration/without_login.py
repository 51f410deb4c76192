"""An entry without a login: its price and the cost of a household's own meter, beside those of the household that has the same plan."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from simulator import Simulator
from simulator.dates import jst_date, midnight

from .connection import Connection
from .households import FLOW, Home, digest_of
from .meter import clamp, settled
from .progress import DemoError
from .rows import Row, number_row

HOUSEHOLD = "simple-kansai"
PLAN = "SHIPPED_SIMPLE_06"
NUMBER = "0600000000000000000001"
"""What stands for the number of the first point without a login in Kansai."""
COST = f"octopus_japan:electricity_{digest_of(NUMBER)}_cost"


async def add(simulator: Simulator, connection: Connection, home: Home) -> None:
    """Add the entry as a user does: area, plan, since two days ago, and the own meter of a household."""
    menu = await connection.post(FLOW, {"handler": "octopus_japan"})
    flow = f"{FLOW}/{menu['flow_id']}"
    await connection.post(flow, {"next_step_id": "without_login"})
    await connection.post(flow, {"area": "06", "advanced": {"url": simulator.url}})
    contract = {"plan": PLAN, "since": str(jst_date(_since(simulator))), "meter": clamp(home)}
    result = await connection.post(flow, contract)
    if result["type"] != "create_entry":
        raise DemoError(f"the config flow without a login ended with {result}")


async def without_login_rows(simulator: Simulator, connection: Connection, home: Home) -> list[Row]:
    """Return the rows of the entry once the meter's hours are stored."""
    now = simulator.clock.now()
    # The truth of a household that has this plan by a contract: nothing of it is told to the entry.
    price = partial(simulator.truth.price, home.spin)
    used = settled(simulator, home, _since(simulator), now)
    worth = sum((kwh * price(at, Decimal(0)).total for at, kwh in used.items()), Decimal(0))
    ids, states = await connection.entity_ids(), await connection.states()
    state = states.get(ids.get(f"{digest_of(NUMBER)}_current_price", ""), {})
    found = await connection.call(
        "recorder/statistics_during_period",
        start_time=(_since(simulator) - timedelta(days=1)).isoformat(),
        statistic_ids=[COST],
        period="hour",
        types=["state"],
    )
    stored = sum((Decimal(str(row["state"])) for row in found.get(COST, [])), Decimal(0))
    estimated = state.get("attributes", {}).get("estimated")
    return [
        number_row(
            "without a login, the price",
            state.get("state"),
            price(now, Decimal(0)).total,
            "JPY/kWh",
        ),
        Row("without a login, estimated", str(estimated), "True", estimated is True),
        number_row(f"without a login, cost of {len(used)} hours", stored, worth, "JPY"),
    ]


def _since(simulator: Simulator) -> datetime:
    """Return when the plan begins to hold: the own meter has counted since the day before."""
    return midnight(jst_date(simulator.clock.now()) - timedelta(days=2))
