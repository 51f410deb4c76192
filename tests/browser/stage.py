"""A simulated service and a Home Assistant of its own, for people to click through."""

from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripts.demonstration.connection import Connection
from scripts.demonstration.home_assistant import HomeAssistant, free_port
from scripts.demonstration.households import requests_of
from simulator import Simulator
from simulator.dates import jst_date

HISTORY = timedelta(days=50)
"""So much is quickly read, and has a closed billing period."""


@dataclass
class Stage:
    """What a person meets, and what knows the truth."""

    simulator: Simulator
    address: str
    connection: Connection


@contextlib.asynccontextmanager
async def stage(folder: Path, *households: str) -> AsyncIterator[Stage]:
    """Run both. The service's clock stands still at the present: nothing is published while two things are compared."""
    now = datetime.now(UTC)
    simulator = Simulator(households, now, since=jst_date(now - HISTORY), regular_readings=True)
    await simulator.start()
    try:
        running = HomeAssistant(
            folder, free_port(), lambda: requests_of(simulator), service=simulator.url
        )
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            yield Stage(simulator, home_assistant.address, connection)
    finally:
        await simulator.stop()
