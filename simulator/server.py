"""The HTTP side: POST /v1/graphql/ as the service does it, with its misbehaviour on demand."""

import asyncio
import json
from typing import Any

from aiohttp import web

from .engine import Answer
from .errors import response
from .faults import Fault
from .simulation import Simulation

PATH = "/v1/graphql/"
_HTML = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Server:
    """Answers requests for a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def graphql(self, request: web.Request) -> web.StreamResponse:
        """Answer one GraphQL request."""
        given = await _given(request)
        if given is None:
            return web.json_response(
                {"errors": [{"message": "POST body sent invalid JSON."}]}, status=400
            )
        exchange = self._simulation.begin(
            given, request.headers.get("Authorization"), request.remote or "127.0.0.1"
        )
        fault = exchange.fault
        if fault is not None and fault.kind == "timeout":
            exchange.finish(Answer(504, {}))  # now, since a client that gives up ends this handler
            await asyncio.sleep(fault.seconds)
            return _dropped(request)
        if fault is not None and (spoiled := await _struck(fault)) is not None:
            exchange.finish(Answer(spoiled.status, {}))
            return spoiled
        answer = exchange.answer()
        exchange.finish(answer)
        if fault is not None and fault.kind == "truncated":
            return await _truncated(request, answer.body)
        return web.json_response(answer.body, status=answer.status, dumps=_dumps)


async def _struck(fault: Fault) -> web.Response | None:
    """Return the answer that a fault gives instead of the service's, if it does."""
    match fault.kind:
        case "http_500":
            return web.json_response({"error": "Internal Server Error"}, status=500)
        case "http_502":
            return web.Response(
                text=_HTML.format("502 Bad Gateway"), status=502, content_type="text/html"
            )
        case "html":
            return web.Response(
                text=_HTML.format("Scheduled maintenance"), content_type="text/html"
            )
        case "throttled":
            return web.json_response(response("KT-CT-1199"))
        case "expired_token":
            return web.json_response(response("KT-CT-1124"))
        case "slow":
            await asyncio.sleep(fault.seconds)
    return None


def _dropped(request: web.Request) -> web.Response:
    """Close the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=504)


async def _truncated(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    encoded = _dumps(body).encode()
    answer = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(encoded))}
    )
    await answer.prepare(request)
    await answer.write(encoded[: len(encoded) // 2])
    _dropped(request)
    return answer


async def _given(request: web.Request) -> dict[str, Any] | None:
    try:
        given = await request.json()
    except ValueError:
        return None
    return given if isinstance(given, dict) and isinstance(given.get("query"), str) else None


def _dumps(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)
