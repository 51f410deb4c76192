"""Home Assistant is off for thirteen months: all that was missed is there afterwards."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from simulator import Simulator
from simulator.dates import JST, Month, midnight

from .check import Check, settled_rows
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, requests_of, settle, sign_in
from .progress import step
from .rows import Row

HOUSEHOLD = "green-tokyo"
MONTHS = 13


async def outage_rows(folder: Path) -> list[Row]:
    """Return every month of the statistics beside the truth, after the outage."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    month = Month.of(now.astimezone(JST).date()).plus(-MONTHS)
    off = midnight(month.first) + timedelta(days=20, hours=15)
    simulator = Simulator((HOUSEHOLD,), off, regular_readings=True)
    (home,) = homes(simulator)
    await simulator.start()
    try:
        running = HomeAssistant(folder, free_port(), lambda: requests_of(simulator), off)
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            await sign_in(simulator, connection, home)
            await settle(connection, home)
            check = Check(simulator, connection, [home])
            before = await settled_rows(connection, partial(_months, check, home))
            step(f"{HOUSEHOLD}: Home Assistant is off from {off:%Y-%m-%d} on, for {MONTHS} months")
            await home_assistant.stop()
            simulator.clock.set(now)
            await home_assistant.start()
            after = await settled_rows(connection, lambda: check.month_rows(home))
    finally:
        await simulator.stop()
    return [
        *(row._replace(what=f"{row.what}, before an outage") for row in before),
        *(row._replace(what=f"{row.what}, after an outage") for row in after),
    ]


async def _months(check: Check, home: Home) -> list[Row]:
    """Compare the months that there are; that they are thirteen is due only afterwards."""
    *months, _number = await check.month_rows(home)
    return months
