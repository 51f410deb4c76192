"""`/_simulator/...`: what a test in another process, or a person with curl, may turn while it runs.

GET state · GET truth · POST clock {"set", "advance_seconds", "run", "stop"} · POST faults {"kind", ...} · DELETE faults
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from aiohttp import web

from .dates import midnight
from .simulation import Simulation
from .world import Point

type Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(application: web.Application, simulation: Simulation) -> None:
    """Add the control routes to the server."""
    control = Control(simulation)
    application.router.add_get("/_simulator/state", control.state)
    application.router.add_get("/_simulator/truth", control.truth)
    application.router.add_post("/_simulator/clock", control.clock)
    application.router.add_post("/_simulator/faults", control.add_fault)
    application.router.add_delete("/_simulator/faults", control.clear_faults)


class Control:
    """The control routes' handlers."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def state(self, _request: web.Request) -> web.Response:
        """Answer with the clock, the faults, the households and how many requests came."""
        return web.json_response(self._state())

    async def truth(self, request: web.Request) -> web.Response:
        """Answer with totals by point from `start` until before `end` (ISO, aware; default all until now)."""
        now = self._simulation.clock.now()
        try:
            start = _instant(request.query.get("start"))
            end = _instant(request.query.get("end")) or now
        except ValueError as error:
            return _bad(error)
        world = self._simulation.world
        points: list[Point] = [*world.supply_points.values(), *world.generation_points.values()]
        wanted = request.query.get("point")
        totals = {
            point.identifier: self._total(point, start or midnight(point.start), end)
            for point in points
            if wanted in {None, point.identifier}
        }
        return web.json_response({"now": now.isoformat(), "points": totals})

    async def clock(self, request: web.Request) -> web.Response:
        """Turn the clock, in the order set, advance, run or stop."""
        clock = self._simulation.clock
        try:
            given = await request.json()
            if "set" in given:
                clock.set(datetime.fromisoformat(given["set"]))
            if "advance_seconds" in given:
                clock.advance(seconds=float(given["advance_seconds"]))
            if "run" in given:
                clock.run(float(given["run"]))
            if given.get("stop"):
                clock.stop()
        except (TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

    async def add_fault(self, request: web.Request) -> web.Response:
        """Switch a fault on: {"kind": ..., and any of its options}."""
        try:
            given = await request.json()
            self._simulation.faults.add(given.pop("kind"), **given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Switch every fault off."""
        self._simulation.faults.clear()
        return web.json_response(self._state())

    def _state(self) -> dict[str, Any]:
        simulation = self._simulation
        return {
            "now": simulation.clock.now().isoformat(),
            "speed": simulation.clock.speed,
            "faults": simulation.faults.state(),
            "requests": len(simulation.requests),
            "households": {
                key: {
                    "accounts": [account.number for account in household.accounts],
                    "supply_points": [point.spin for point in household.supply_points],
                    "generation_points": [point.gpin for point in household.generation_points],
                }
                for key, household in simulation.world.households.items()
            },
        }

    def _total(self, point: Point, start: datetime, end: datetime) -> dict[str, Any]:
        truth = self._simulation.truth
        hours = truth.hours(point.identifier, start, end)
        costs = truth.costs(point.identifier, start, end)
        return {
            "hours": len(hours),
            "kwh": str(sum(hours.values(), Decimal(0))),
            "yen": f"{sum(costs.values(), Decimal(0)):.4f}",
            "newest_hour": max(hours).isoformat() if hours else None,
        }


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an offset is needed")
    return at


def _bad(error: Exception) -> web.Response:
    return web.json_response({"error": str(error) or type(error).__name__}, status=400)
