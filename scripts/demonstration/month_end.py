"""A household goes through the end of a month: at 00:00 the price is an estimate, and true once the account was asked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from simulator import Simulator
from simulator.dates import JST, Month, midnight

from .connection import Connection
from .households import Home
from .rows import Row, number_row
from .running_clock import TooLateError, through

HOUSEHOLD = "ev-tokyo"
SECOND = timedelta(seconds=1)


async def month_end_rows(folder: Path) -> list[Row]:
    """Return the price before and after the first midnight of the next month, beside the truth."""
    now = datetime.now(JST)
    boundary = midnight(Month.of(now.date()).plus(1).first)
    return await through(boundary, HOUSEHOLD, folder, _watched)


async def _watched(
    simulator: Simulator, connection: Connection, home: Home, boundary: datetime
) -> list[Row]:
    return await MonthEnd(simulator, connection, home).rows(boundary)


class MonthEnd:
    """Watches the household's current price."""

    def __init__(self, simulator: Simulator, connection: Connection, home: Home) -> None:
        self._truth = simulator.truth
        self._clock = simulator.clock
        self._connection = connection
        self._home = home

    async def rows(self, boundary: datetime) -> list[Row]:
        """Look before the boundary, after it, and after the account was asked. Raises TooLateError."""
        before = await self._wait_for("to be known", boundary, estimated=False)
        if self._clock.now() >= boundary:
            raise TooLateError(f"{HOUSEHOLD}: the month had ended before all was there")
        # What the new month's adjustment is, nobody has told yet.
        after = await self._wait_for("to be an estimate", None, estimated=True)
        since = datetime.fromisoformat(after["attributes"]["estimated_since"]).astimezone(UTC)
        await self._connection.post(
            "/api/services/homeassistant/update_entity", {"entity_id": await self._account_entity()}
        )
        told = await self._wait_for("to be told", None, estimated=False)
        last, first = (
            self._truth.price(self._home.spin, at) for at in (boundary - SECOND, boundary)
        )
        what = f"{HOUSEHOLD} month's end"
        return [
            number_row(f"{what} 23:59:59 price", before["state"], last.total, "JPY/kWh"),
            number_row(
                f"{what} 00:00:00 price, estimated",
                after["state"],
                first.total - first.fuel - first.levy + last.fuel + last.levy,
                "JPY/kWh",
            ),
            Row(
                f"{what} estimated since",
                f"{since:%m-%d %H:%M}",
                f"{boundary:%m-%d %H:%M}",
                since == boundary,
            ),
            number_row(f"{what} price once told", told["state"], first.total, "JPY/kWh"),
        ]

    async def _account_entity(self) -> str:
        ids = await self._connection.entity_ids()
        return ids[f"{self._home.account_digest}_balance"]

    async def _wait_for(
        self, what: str, latest: datetime | None, *, estimated: bool
    ) -> dict[str, Any]:
        """Wait until the price is an estimate, or is none."""
        shown: dict[str, Any] = {}

        async def look() -> tuple[bool, str]:
            nonlocal shown
            shown = await self._shown()
            now = self._clock.now()
            so = shown.get("attributes", {}).get("estimated") is estimated
            late = latest is not None and now >= latest
            return so or late, f"{now.astimezone(JST):%H:%M}, price {shown.get('state')}"

        await self._connection.watch.until(f"the price {what}", look, pause=0.5)
        return shown

    async def _shown(self) -> dict[str, Any]:
        states = await self._connection.states()
        ids = await self._connection.entity_ids()
        return states.get(ids.get(f"{self._home.digest}_current_price", ""), {})
