"""A time-of-use household goes through the start of its night rate: Home Assistant's clock runs from 00:58:45 in Japan."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
import tempfile
from typing import Any

from simulator import Simulator
from simulator.dates import JST, midnight

from .check import Row, number_row
from .connection import CallError, Connection
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, sign_in

HOUSEHOLD = "denka-tokyo"
BEFORE = timedelta(seconds=75)
"""From the start of the process until the boundary: time to start, to sign in and to look."""

PATIENCE = 120
"""Seconds."""

HISTORY = timedelta(days=10)


async def night_rows() -> list[Row]:
    """Return what Home Assistant shows before and after 01:00, beside the truth."""
    tomorrow = datetime.now(JST).date() + timedelta(days=1)
    boundary = midnight(tomorrow) + timedelta(hours=1)
    start = boundary - BEFORE
    simulator = Simulator(
        (HOUSEHOLD,), start, regular_readings=True, since=(start - HISTORY).astimezone(JST).date()
    )
    await simulator.start()
    try:
        with tempfile.TemporaryDirectory(prefix="octopus-japan-night-") as folder:
            simulator.clock.run()
            async with HomeAssistant(Path(folder), free_port(), start) as home_assistant:
                connection = await home_assistant.sign_up()
                (home,) = homes(simulator)
                await sign_in(simulator, connection, home)
                night = Night(simulator, connection, home)
                rows = await night.rows(boundary)
                await connection.close()
                return rows
    finally:
        await simulator.stop()


class Night:
    """Watches the household's price card, calendar and binary sensor."""

    def __init__(self, simulator: Simulator, connection: Connection, home: Home) -> None:
        self._truth = simulator.truth
        self._connection = connection
        self._home = home

    async def rows(self, boundary: datetime) -> list[Row]:
        """Look at both sides of the boundary."""
        shown = await self._wait_for("off")
        before = self._side(shown, boundary - timedelta(seconds=1), "off", "Day")
        shown = await self._wait_for("on")
        turned = _instant(shown["cheapest_rate"]["last_changed"])
        on_time = boundary <= turned < boundary + timedelta(seconds=2)
        return [
            *before,
            Row(
                f"{HOUSEHOLD} cheapest rate turned on",
                f"{turned.astimezone(JST):%H:%M:%S}",
                f"{boundary.astimezone(JST):%H:%M:%S}",
                on_time,
            ),
            *self._side(shown, boundary, "on", "Night"),
        ]

    def _side(
        self, shown: Mapping[str, dict[str, Any]], at: datetime, turned: str, band: str
    ) -> list[Row]:
        clock = f"{at.astimezone(JST):%H:%M:%S}"
        price = self._truth.price(self._home.spin, at).total
        event = f"{band} {price:.2f} JPY/kWh"
        seen = {key: shown[key]["state"] for key in ("cheapest_rate", "rate_band")}
        message = shown["prices"]["attributes"]["message"]
        what = f"{HOUSEHOLD} {clock}"
        return [
            number_row(f"{what} price", shown["current_price"]["state"], price, "JPY/kWh"),
            Row(f"{what} band", seen["rate_band"], band.lower(), seen["rate_band"] == band.lower()),
            Row(
                f"{what} cheapest rate",
                seen["cheapest_rate"],
                turned,
                seen["cheapest_rate"] == turned,
            ),
            Row(f"{what} calendar", message, event, message == event),
        ]

    async def _wait_for(self, turned: str) -> dict[str, dict[str, Any]]:
        """Wait until the binary sensor is on or off, and everything else has moved on with it."""
        shown: dict[str, dict[str, Any]] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while shown.get("cheapest_rate", {}).get("state") != turned:
                    await asyncio.sleep(0.5)
                    shown = await self._shown()
                await asyncio.sleep(0.5)
                return await self._shown()
        except TimeoutError:
            raise CallError(f"the cheapest rate has not turned {turned}") from None

    async def _shown(self) -> dict[str, dict[str, Any]]:
        states = await self._connection.states()
        ids = await self._connection.entity_ids()
        keys = ("current_price", "rate_band", "cheapest_rate", "prices")
        found = {key: states.get(ids.get(f"{self._home.spin}_{key}", "")) for key in keys}
        return {key: state for key, state in found.items() if state is not None}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
