"""What must not harm the history: a restart in the middle of its import, a gap that fills later, a correction."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
import tempfile

from simulator import Simulator

from .check import Check, Row
from .connection import CallError, Connection
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, imported, reload, settle, sign_in
from .progress import step

HOUSEHOLD = "green-tokyo"
HOUR = timedelta(hours=1)
PATIENCE = 90
"""Seconds in which an import must have begun, and in which changed rows must have been stored."""


async def mishap_rows() -> list[Row]:
    """Return every month of the statistics beside the truth, after all of it has happened."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    simulator = Simulator((HOUSEHOLD,), now, regular_readings=True)
    (home,) = homes(simulator)
    gap = now - 60 * HOUR
    simulator.world.withhold(home.spin, gap, gap + 4 * HOUR, now + HOUR)
    await simulator.start()
    try:
        with tempfile.TemporaryDirectory(prefix="octopus-japan-mishaps-") as folder:
            port = free_port()
            async with HomeAssistant(Path(folder), port) as home_assistant:
                connection = await home_assistant.sign_up()
                await sign_in(simulator, connection, home)
                part = await _under_way(connection, home)
                step(f"{HOUSEHOLD}: stopping Home Assistant while its history is at {part:.0f} %")
                await connection.close()
                await home_assistant.restart()
                connection = await home_assistant.connect()
                await settle(connection, home)
                step(f"{HOUSEHOLD}: the gap fills, a half hour is corrected")
                simulator.clock.advance(2 * HOUR)
                corrected = now - 100 * HOUR
                used = simulator.truth.half_hours(home.spin, corrected, corrected + HOUR)
                simulator.world.correct(home.spin, corrected, used[corrected] + Decimal("1.23"))
                await reload(connection, home)
                rows = await _settled(Check(simulator, connection, [home]), home)
                await connection.close()
    finally:
        await simulator.stop()
    interrupted = 0 < part < 100
    return [
        Row(f"{HOUSEHOLD} import interrupted", f"at {part:.0f} %", "half-way", interrupted),
        *(row._replace(what=f"{row.what}, after mishaps") for row in rows),
    ]


async def _under_way(connection: Connection, home: Home) -> float:
    """Wait until a part of the history is stored, and return how much."""
    try:
        async with asyncio.timeout(PATIENCE):
            part = await imported(connection, home)
            while not part:
                await asyncio.sleep(0.05)
                part = await imported(connection, home)
            return part
    except TimeoutError:
        raise CallError("the history import has not begun") from None


async def _settled(check: Check, home: Home) -> list[Row]:
    """Return the months as soon as all are right or patience ends."""
    rows: list[Row] = []
    for _ in range(PATIENCE):
        rows = await check.month_rows(home)
        if all(row.ok for row in rows):
            break
        await asyncio.sleep(1)
    return rows
