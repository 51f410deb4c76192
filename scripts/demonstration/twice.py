"""A supply point that is listed twice, beside an account that the service refuses."""

from datetime import UTC, datetime
from pathlib import Path

from simulator import Simulator

from .check import Check, settled_rows
from .connection import Connection
from .home_assistant import HomeAssistant, free_port
from .households import (
    Home,
    enable,
    homes,
    requests_of,
    save_energy_preferences,
    settle,
    sign_in,
)
from .rows import Row

HOUSEHOLD = "refused-account"
"""Two accounts, of which the service refuses the second."""


async def twice_rows(folder: Path) -> list[Row]:
    """Return all that is shown of the point beside the truth: it is one, and all of it is there, nothing twice."""
    simulator = Simulator((HOUSEHOLD,), datetime.now(UTC), regular_readings=True)
    (home,) = homes(simulator)
    simulator.world.list_again(home.spin, home.account)
    await simulator.start()
    try:
        running = HomeAssistant(folder, free_port(), lambda: requests_of(simulator))
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            await sign_in(simulator, connection, home)
            await settle(connection, home)
            await save_energy_preferences(connection, [home])
            await enable(connection, [home], {"consumption_this_month", "cost_this_month"})
            check = Check(simulator, connection, [home])
            return [
                *await settled_rows(connection, check.rows),
                await _points_row(connection, home),
            ]
    finally:
        await simulator.stop()


async def _points_row(connection: Connection, home: Home) -> Row:
    """Count the supply points that are shown, by the entities that each has once."""
    found = [each for each in await connection.entity_ids() if each.endswith("_current_price")]
    return Row(f"{home.name} supply points", str(len(found)), "1", len(found) == 1)
