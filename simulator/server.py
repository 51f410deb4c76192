"""The HTTP side: POST /v1/graphql/ as the service does it, with its misbehaviour on demand."""

import asyncio
from typing import Any

from aiohttp import web

from .absurd import written
from .engine import Answer
from .errors import response
from .faults import Fault
from .simulation import Exchange, Simulation

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
        cookies = self._simulation.cookies
        cookies.take(exchange.household, dict(request.cookies))
        answer = await self._answer(request, exchange)
        if not answer.prepared:
            for name, value in cookies.give(exchange.household).items():
                answer.set_cookie(name, value, path="/")
        return answer

    @staticmethod
    async def _answer(request: web.Request, exchange: Exchange) -> web.StreamResponse:
        fault = exchange.fault
        if fault is not None and fault.kind == "timeout":
            exchange.finish(Answer(504, {}))  # now, since a client that gives up ends this handler
            await asyncio.sleep(fault.seconds)
            return dropped(request)
        if fault is not None and (spoiled := await struck(fault)) is not None:
            exchange.finish(Answer(spoiled.status, {}))
            return spoiled
        answer = exchange.answer()
        exchange.finish(answer)
        if fault is not None and fault.kind == "truncated":
            return await truncated(request, answer.body)
        return web.json_response(answer.body, status=answer.status, dumps=written)


# What stands before the service answers for itself, in pages for people.
_GATEWAY = {
    "http_401": (401, "401 Authorization Required"),
    "http_403": (403, "403 Forbidden"),
    "http_429": (429, "429 Too Many Requests"),
    "http_502": (502, "502 Bad Gateway"),
    "http_503": (503, "503 Service Temporarily Unavailable"),
    "html": (200, "Scheduled maintenance"),
}


async def struck(fault: Fault) -> web.Response | None:
    """Return the answer that a fault gives instead of the service's, if it does."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.kind in _GATEWAY:
        status, title = _GATEWAY[fault.kind]
        text = _HTML.format(title)
        return web.Response(text=text, status=status, headers=headers, content_type="text/html")
    if fault.kind == "http_500":
        return web.json_response({"error": "Internal Server Error"}, status=500, headers=headers)
    if fault.code:
        return web.json_response(response(fault.code), headers=headers)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return None


def dropped(request: web.Request) -> web.Response:
    """Close the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=504)


async def truncated(request: web.Request, body: Any) -> web.StreamResponse:
    """Send half of a body, then close the connection."""
    encoded = written(body).encode()
    answer = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(encoded))}
    )
    await answer.prepare(request)
    await answer.write(encoded[: len(encoded) // 2])
    dropped(request)
    return answer


async def _given(request: web.Request) -> dict[str, Any] | None:
    try:
        given = await request.json()
    except ValueError:
        return None
    return given if isinstance(given, dict) and isinstance(given.get("query"), str) else None
