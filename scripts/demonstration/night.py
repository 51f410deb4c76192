"""A time-of-use household goes through the start of its night rate: Home Assistant's clock runs from shortly before 01:00."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from simulator import Simulator
from simulator.dates import JST, midnight

from .connection import Connection
from .households import Home
from .rows import Row, number_row
from .running_clock import TooLateError, through

HOUSEHOLD = "denka-tokyo"
KEYS = ("current_price", "rate_band", "cheapest_rate", "cheapest_times")
"""Of the entities that are watched."""

PROMPT = timedelta(minutes=5)
"""After the boundary. The clocks that ask the service come round every half hour, and at another time."""


async def night_rows(folder: Path) -> list[Row]:
    """Return what Home Assistant shows before and after 01:00, beside the truth."""
    tomorrow = datetime.now(JST).date() + timedelta(days=1)
    boundary = midnight(tomorrow) + timedelta(hours=1)
    return await through(boundary, HOUSEHOLD, folder, _watched)


async def _watched(
    simulator: Simulator, connection: Connection, home: Home, boundary: datetime
) -> list[Row]:
    return await Night(simulator, connection, home).rows(boundary)


class Night:
    """Watches the household's price card, calendar and binary sensor."""

    def __init__(self, simulator: Simulator, connection: Connection, home: Home) -> None:
        self._truth = simulator.truth
        self._clock = simulator.clock
        self._connection = connection
        self._home = home

    async def rows(self, boundary: datetime) -> list[Row]:
        """Look at both sides of the boundary. Raises TooLateError."""
        shown = await self._wait_for("off", boundary)
        if self._clock.now() >= boundary:
            raise TooLateError(f"{HOUSEHOLD}: it was {boundary:%H:%M} before all was there")
        before = self._side(shown, boundary, boundary - timedelta(seconds=1), "off", "Day")
        shown = await self._wait_for("on")
        turned = _instant(shown["cheapest_rate"]["last_changed"])
        on_time = boundary <= turned < boundary + PROMPT
        return [
            *before,
            Row(
                f"{HOUSEHOLD} cheapest rate turned on",
                f"{turned.astimezone(JST):%H:%M:%S}",
                f"{boundary.astimezone(JST):%H:%M:%S}",
                on_time,
            ),
            *self._side(shown, boundary, boundary, "on", "Night"),
        ]

    def _side(
        self,
        shown: Mapping[str, dict[str, Any]],
        boundary: datetime,
        at: datetime,
        turned: str,
        band: str,
    ) -> list[Row]:
        clock = f"{at.astimezone(JST):%H:%M:%S}"
        price = self._truth.price(self._home.spin, at).total
        # The calendar has the cheapest time that is on, or comes next.
        event = f"Cheapest rate {self._truth.price(self._home.spin, boundary).total:.2f} JPY/kWh"
        seen = {key: shown[key]["state"] for key in ("cheapest_rate", "rate_band")}
        calendar = shown["cheapest_times"]
        message = calendar["attributes"]["message"]
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
            Row(
                f"{what} calendar",
                f"{calendar['state']}: {message}",
                f"{turned}: {event}",
                (calendar["state"], message) == (turned, event),
            ),
        ]

    async def _wait_for(
        self, turned: str, latest: datetime | None = None
    ) -> dict[str, dict[str, Any]]:
        """Wait until the binary sensor is on or off, and everything else has moved on with it."""
        shown: dict[str, dict[str, Any]] = {}

        async def look() -> tuple[bool, str]:
            nonlocal shown
            shown = await self._shown()
            states = {key: state["state"] for key, state in shown.items()}
            now = self._clock.now().astimezone(JST)
            so = len(shown) == len(KEYS) and states["cheapest_rate"] == turned
            late = latest is not None and now >= latest
            return so or late, f"{now:%H:%M}, cheapest rate {states.get('cheapest_rate')}"

        await self._connection.watch.until(f"the cheapest rate to turn {turned}", look, pause=0.5)
        # All entities move on in one turn of the loop, this one perhaps before others.
        return await self._shown()

    async def _shown(self) -> dict[str, dict[str, Any]]:
        states = await self._connection.states()
        ids = await self._connection.entity_ids()
        found = {key: states.get(ids.get(f"{self._home.digest}_{key}", "")) for key in KEYS}
        return {key: state for key, state in found.items() if state is not None}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
