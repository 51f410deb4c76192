"""A simulated service and a Home Assistant of its own, for people to click through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator import Simulator
from simulator.dates import jst_date, midnight

from .connection import Connection
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, requests_of, settle, sign_in
from .progress import DemoError

NOW = datetime.fromisoformat("2026-11-26T12:10:00+09:00")
"""A Thursday on which a time-of-use plan is in its cheap hours of noon. No shipped table tells this month's rates."""

LOOKS = 120
BETWEEN = 0.5
"""Seconds between two looks. A busy machine answers later, which is why looks are counted and not seconds."""

HISTORY = timedelta(days=50)
"""So much is quickly read, and has a closed billing period."""


@dataclass
class Stage:
    """What a person meets, and what knows the truth."""

    simulator: Simulator
    address: str
    connection: Connection
    language: str = "en"
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def now(self) -> datetime:
        """What Home Assistant's clock says."""
        return NOW + (datetime.now(UTC) - self.began)

    def home(self, household: str) -> Home:
        """Return a household by its name."""
        return next(home for home in homes(self.simulator) if home.name == household)

    async def add(self, household: str) -> Home:
        """Sign a household in without a browser, and wait for its history."""
        home = self.home(household)
        await sign_in(self.simulator, self.connection, home)
        await self.settled(home)
        return home

    async def settled(self, home: Home) -> None:
        """Wait until a household's history is there, yesterday's last hour included."""
        await settle(self.connection, home)
        today = midnight(jst_date(self.simulator.clock.now()))

        async def look() -> tuple[bool, str]:
            found = await self.connection.call(
                "recorder/statistics_during_period",
                start_time=(today - timedelta(hours=1)).isoformat(),
                end_time=today.isoformat(),
                statistic_ids=[home.statistic("consumption"), home.statistic("cost")],
                period="hour",
            )
            return len(found) == 2, f"{len(found)} of 2 statistics"

        await self.until(f"yesterday of {home.name}", look)

    async def until(self, what: str, look: Callable[[], Awaitable[tuple[bool, str]]]) -> None:
        """Look until it is so. Raises DemoError, with what was seen last, after many looks."""
        for _ in range(LOOKS):
            there, seen = await look()
            if there:
                return
            await asyncio.sleep(BETWEEN)
        raise DemoError(f"{what}: {seen}")

    async def ask_again(self, home: Home) -> None:
        """Have the account's news asked for now, as a user may."""
        balance = (await self.connection.entity_ids())[f"{home.account_digest}_balance"]
        await self.connection.call(
            "call_service",
            domain="homeassistant",
            service="update_entity",
            service_data={"entity_id": balance},
        )


@contextlib.asynccontextmanager
async def stage(
    folder: Path, *households: str, history: timedelta = HISTORY, language: str = "en"
) -> AsyncIterator[Stage]:
    """Run both. The service's clock stands still: nothing is published while two things are compared."""
    simulator = Simulator(households, NOW, since=jst_date(NOW - history), regular_readings=True)
    await simulator.start()
    try:
        running = HomeAssistant(
            folder, free_port(), lambda: requests_of(simulator), NOW, service=simulator.url
        )
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            await connection.call("config/core/update", language=language)
            yield Stage(simulator, home_assistant.address, connection, language)
    finally:
        await simulator.stop()
