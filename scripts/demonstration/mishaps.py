"""What must not harm the history: a restart in the middle of its import, a gap that fills later, a correction."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from simulator import Simulator

from .check import Check, settled_rows
from .connection import Connection
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, imported, reload, requests_of, settle, sign_in
from .progress import step
from .rows import Row

HOUSEHOLD = "green-tokyo"
HOUR = timedelta(hours=1)


async def mishap_rows(folder: Path) -> list[Row]:
    """Return every month of the statistics beside the truth, after all of it has happened."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    simulator = Simulator((HOUSEHOLD,), now, regular_readings=True)
    (home,) = homes(simulator)
    gap = now - 60 * HOUR
    simulator.world.withhold(home.spin, gap, gap + 4 * HOUR, now + HOUR)
    await simulator.start()
    try:
        running = HomeAssistant(folder, free_port(), lambda: requests_of(simulator))
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            await sign_in(simulator, connection, home)
            part = await _under_way(connection, home)
            step(f"{HOUSEHOLD}: stopping Home Assistant while its history is at {part:.0f} %")
            await home_assistant.stop()
            await home_assistant.start()
            await settle(connection, home)
            step(f"{HOUSEHOLD}: the gap fills, a half hour is corrected")
            simulator.clock.advance(2 * HOUR)
            corrected = now - 100 * HOUR
            used = simulator.truth.half_hours(home.spin, corrected, corrected + HOUR)
            simulator.world.correct(home.spin, corrected, used[corrected] + Decimal("1.23"))
            await reload(connection, home)
            check = Check(simulator, connection, [home])
            rows = await settled_rows(connection, lambda: check.month_rows(home))
    finally:
        await simulator.stop()
    interrupted = 0 < part < 100
    return [
        Row(f"{HOUSEHOLD} import interrupted", f"at {part:.0f} %", "half-way", interrupted),
        *(row._replace(what=f"{row.what}, after mishaps") for row in rows),
    ]


async def _under_way(connection: Connection, home: Home) -> float:
    """Wait until a part of the history is stored, and return how much."""
    part = 0.0

    async def look() -> tuple[bool, str]:
        nonlocal part
        part = await imported(connection, home) or 0
        return part > 0, f"history {part:.0f} %"

    await connection.watch.until(f"the import of {home.name} to begin", look, pause=0.05)
    return part
