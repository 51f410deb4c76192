"""`/_simulator/...`: what a test in another process, or a person with curl, may turn while it runs.

GET state · GET truth · GET refused · POST schema {"speak"} · POST clock {"set", "advance_seconds", "run", "stop"} · POST faults {"kind", ...}
DELETE faults · POST world {"do": "move", ...} · POST cookies {"on"} · GET cookies

A fault's `raw` is JSON text that the answer holds as it is; its `value` is any JSON.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web

from .absurd import Raw
from .dates import Month, midnight
from .points import Point
from .simulation import Simulation
from .world import World

type Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_routes(application: web.Application, simulation: Simulation) -> None:
    """Add the control routes to the server."""
    control = Control(simulation)
    application.router.add_get("/_simulator/state", control.state)
    application.router.add_get("/_simulator/truth", control.truth)
    application.router.add_get("/_simulator/refused", control.refused)
    application.router.add_post("/_simulator/schema", control.schema)
    application.router.add_post("/_simulator/clock", control.clock)
    application.router.add_post("/_simulator/faults", control.add_fault)
    application.router.add_delete("/_simulator/faults", control.clear_faults)
    application.router.add_post("/_simulator/world", control.world)
    application.router.add_post("/_simulator/cookies", control.set_cookies)
    application.router.add_get("/_simulator/cookies", control.cookies)


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

    async def refused(self, _request: web.Request) -> web.Response:
        """Answer with the requests that were refused, whole or in part, and why."""
        refused = [
            {
                "at": record.at.isoformat(),
                "operation": record.operation,
                "fields": record.fields,
                "status": record.status,
                "reasons": record.reasons,
            }
            for record in self._simulation.requests.refused
        ]
        return web.json_response({"refused": refused})

    async def schema(self, request: web.Request) -> web.Response:
        """Speak the schema of another month: {"speak": "august"}."""
        try:
            self._simulation.engine.speak((await request.json())["speak"])
        except (KeyError, TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

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
            if "raw" in given:
                given["value"] = Raw(given.pop("raw"))
            self._simulation.faults.add(given.pop("kind"), **given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Switch every fault off."""
        self._simulation.faults.clear()
        return web.json_response(self._state())

    async def world(self, request: web.Request) -> web.Response:
        """Edit the world: {"do": one of `EDITS`, and its arguments}. Days and months are ISO text, prices decimal text."""
        try:
            given = await request.json()
            arguments = {name: _argument(name, value) for name, value in given.items()}
            EDITS[arguments.pop("do")](self._simulation.world)(**arguments)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

    async def set_cookies(self, request: web.Request) -> web.Response:
        """Let answers set cookies, or not: {"on": true}."""
        try:
            self._simulation.cookies.on = bool((await request.json())["on"])
        except (KeyError, TypeError, ValueError) as error:
            return _bad(error)
        return web.json_response(self._state())

    async def cookies(self, _request: web.Request) -> web.Response:
        """Answer with the requests that brought cookies, and with those that brought another login's."""
        cookies = self._simulation.cookies
        return web.json_response(
            {
                "carried": [item._asdict() for item in cookies.carried],
                "strayed": [item._asdict() for item in cookies.strayed()],
            }
        )

    def _state(self) -> dict[str, Any]:
        simulation = self._simulation
        return {
            "now": simulation.clock.now().isoformat(),
            "speed": simulation.clock.speed,
            "schema": simulation.engine.version,
            "faults": simulation.faults.state(),
            "requests": simulation.requests.total,
            "households": {
                key: {
                    "accounts": [account.number for account in household.accounts],
                    "supply_points": [point.spin for point in household.supply_points],
                    "generation_points": [point.gpin for point in household.generation_points],
                    "gas_points": [point.spin for point in household.gas_points],
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


# What may be done to the world from outside, by name.
EDITS: dict[str, Callable[[World], Callable[..., object]]] = {
    "list_again": lambda world: world.list_again,
    "move": lambda world: world.move,
    "hide": lambda world: world.hide,
    "show": lambda world: world.show,
    "end_supply": lambda world: world.end_supply,
    "correct_gas": lambda world: world.correct_gas,
    "read_gas": lambda world: world.read_gas,
    "withdraw_gas_reading": lambda world: world.withdraw_gas_reading,
    "end_gas": lambda world: world.end_gas,
    "offer_campaign": lambda world: world.offer_campaign,
    "reverse": lambda world: world.reverse,
    "refuse": lambda world: world.refuse,
    "subsidise": lambda world: world.subsidise,
    "correct": lambda world: world.correct,
    "withhold": lambda world: world.withhold,
    "publish_all": lambda world: world.publish_all,
    "restate_fuel": lambda world: world.monthly_rates.restate_fuel,
    "restate_levy": lambda world: world.monthly_rates.restate_levy,
}


def _argument(name: str, value: Any) -> Any:
    if name == "on" and isinstance(value, str):
        return date.fromisoformat(value)
    if name in {"half_hour_start", "start", "end", "until"}:
        days = isinstance(value, str) and len(value) == len("2026-11-01")
        return date.fromisoformat(value) if days else _instant(value)
    return Month.of(date.fromisoformat(f"{value}-01")) if name == "month" else value


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an offset is needed")
    return at


def _bad(error: Exception) -> web.Response:
    return web.json_response({"error": str(error) or type(error).__name__}, status=400)
