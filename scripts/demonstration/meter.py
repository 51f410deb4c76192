"""Compares what rests on meters of the household's own, and what is foreseen: a dryer's cost, an own meter, the projection."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from simulator import Simulator
from simulator.dates import jst_date, midnight

from .connection import Connection
from .households import Home
from .progress import DemoError
from .rows import Row, number_row

DRYER = "sensor.dryer_energy"
OPTIONS = "/api/config/config_entries/options/flow"
HOUR = timedelta(hours=1)
_NEAR = Decimal("0.25")
"""How far a projection may be off on any day of a period: docs/projection.md tells how far it usually is."""


def clamp(home: Home) -> str:
    """Return the entity id of a household's own meter."""
    return f"sensor.clamp_{home.name.replace('-', '_')}"


async def install(simulator: Simulator, connection: Connection, home: Home) -> None:
    """Give a household a dryer that is measured, and a meter of its own that counts what the supplier's does."""
    now = simulator.clock.now()
    await _record(connection, DRYER, {at: Decimal("1.5") for at in _dried(simulator)})
    await _record(connection, clamp(home), settled(simulator, home, now - timedelta(days=3), now))
    await connection.watch.until(
        "the statistics of the meters", partial(_recorded, connection, home)
    )
    attributes = {
        "device_class": "energy",
        "state_class": "total_increasing",
        "unit_of_measurement": "kWh",
    }
    await connection.post(f"/api/states/{clamp(home)}", {"state": "100", "attributes": attributes})
    entities = await connection.call("config/entity_registry/list")
    key = f"{home.digest}_history_import"
    entry = next(each["config_entry_id"] for each in entities if each["unique_id"] == key)
    menu = await connection.post(OPTIONS, {"handler": entry})
    flow = f"{OPTIONS}/{menu['flow_id']}"
    await connection.post(flow, {"next_step_id": "own_meter"})
    await connection.post(flow, {"meter": clamp(home)})


async def meter_rows(simulator: Simulator, connection: Connection, home: Home) -> list[Row]:
    """Return the rows of a household whose meters are installed."""
    ids, states = await connection.entity_ids(), await connection.states()

    def state(key: str) -> Mapping[str, Any]:
        return states.get(ids.get(f"{home.digest}_{key}", ""), {})

    start, end = simulator.truth.periods(home.spin)[-1]
    used = _with_own_meter(simulator, home)
    shown = state("consumption_billing_period").get("state")
    return [
        number_row(f"{home.name} period with an own meter", shown, used, "kWh"),
        _projection(simulator, home, state("projected_consumption"), (start, end)),
        *await _dryer(simulator, connection, home),
    ]


async def _recorded(connection: Connection, home: Home) -> tuple[bool, str]:
    found = await connection.call(
        "recorder/get_statistics_metadata", statistic_ids=[DRYER, clamp(home)]
    )
    return len(found) == 2, f"{len(found)} of 2"


def _dried(simulator: Simulator) -> list[datetime]:
    """Return when the dryer ran: at one o'clock in the afternoon, on a week that is published."""
    today = midnight(jst_date(simulator.clock.now()))
    return [today - timedelta(days=day) + 13 * HOUR for day in range(14, 7, -1)]


def settled(
    simulator: Simulator, home: Home, start: datetime, end: datetime
) -> dict[datetime, Decimal]:
    """Return what a home uses in the whole hours of a time, published or not."""
    first, last = _hour(start), _hour(end)
    found: dict[datetime, Decimal] = {}
    halves = simulator.truth.half_hours(home.spin, first, last, published=False)
    for at, kwh in halves.items():
        found[_hour(at)] = found.get(_hour(at), Decimal(0)) + kwh
    return found


def _with_own_meter(simulator: Simulator, home: Home) -> Decimal:
    """Return what is known of the billing period: what is published, and what the own meter tells of the hours that are not whole."""
    start, now = simulator.truth.periods(home.spin)[-1][0], simulator.clock.now()
    known = settled(simulator, home, max(start, now - timedelta(days=3)), now)
    halves = simulator.truth.half_hours(home.spin, start, now)
    published = {
        at: kwh
        for at, kwh in simulator.truth.hours(home.spin, start, now).items()
        if at not in known or {at, at + HOUR / 2} <= halves.keys()
    }
    return sum((known | published).values(), Decimal(0))


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


async def _record(connection: Connection, entity_id: str, kwh: Mapping[datetime, Decimal]) -> None:
    """Store what a sensor counted by the hour, and nothing in between; the day before the first has nothing."""
    used = {_hour(at): each for at, each in kwh.items()}
    at, total, rows = min(used) - 24 * HOUR, Decimal(0), []
    while at <= max(used):
        total += used.get(at, Decimal(0))
        rows.append({"start": at.isoformat(), "state": float(total), "sum": float(total)})
        at += HOUR
    metadata = {
        "source": "recorder",
        "statistic_id": entity_id,
        "name": None,
        "has_sum": True,
        "mean_type": 0,
        "unit_class": "energy",
        "unit_of_measurement": "kWh",
    }
    await connection.call("recorder/import_statistics", metadata=metadata, stats=rows)


def _projection(
    simulator: Simulator, home: Home, state: Mapping[str, Any], period: tuple[datetime, datetime]
) -> Row:
    """Compare with what the home will have used when the period ends: the simulator knows it already."""
    truth = sum(settled(simulator, home, *period).values(), Decimal(0))
    shown = str(state.get("state"))
    try:
        ok = abs(Decimal(shown) - truth) <= truth * _NEAR
    except ArithmeticError:
        ok = False
    return Row(f"{home.name} projected consumption", f"{shown} kWh", f"{truth:.1f} kWh", ok)


async def _dryer(simulator: Simulator, connection: Connection, home: Home) -> list[Row]:
    """Compare the answer of `get_cost_of`: each hour costs what the next kWh cost then."""
    dried, truth = _dried(simulator), simulator.truth
    device = await connection.device(f"{home.digest}_history_import")
    try:
        found = await connection.act(
            "get_cost_of",
            entity_id=DRYER,
            start=dried[0].isoformat(),
            end=(dried[-1] + HOUR).isoformat(),
            device_id=device,
        )
    except DemoError as error:
        # The recorder may have its statistics in a moment.
        return [Row(f"{home.name} dryer", str(error), "10.50 kWh", ok=False)]
    prices = [truth.price(home.spin, at, truth.used(home.spin, at)).total for at in dried]
    cost = sum((Decimal("1.5") * price for price in prices), Decimal(0))
    return [
        number_row(f"{home.name} dryer", found["consumption"], Decimal("10.5"), "kWh"),
        number_row(f"{home.name} dryer's cost", found["cost"]["total"], cost, "JPY"),
    ]
