"""A scripted service on the loopback address, for shapes that the simulator does not produce."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from typing import Any

from aiohttp import web
import jwt

from custom_components.octopus_japan.oejp.kraken import EmailPassword

CREDENTIAL = EmailPassword("hanako@example.jp", "himitsu-no-kotoba")


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: float = datetime(2026, 11, 20, 3, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.at


@dataclass
class Asked:
    """A request as it reached the service."""

    operation: str
    variables: dict[str, Any]
    authorization: str | None
    query: str = ""


type Response = dict[str, Any] | web.Response | Callable[[Asked], Any]


@dataclass
class Service:
    """A service that answers what a test tells it."""

    clock: Clock
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    responses: dict[str, list[Response]] = field(default_factory=dict)
    skew: float = 0.0
    tokens: int = 0

    def answer(self, operation: str, *responses: Response) -> None:
        """Answer an operation with these in turn; the last one stays."""
        self.responses[operation] = list(responses)

    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def count(self, operation: str) -> int:
        return self.operations().count(operation)

    def grant(self, **changes: Any) -> dict[str, Any]:
        """What `obtainKrakenToken` gives: an hour of access, seven days of refresh."""
        now = int(self.clock.at + self.skew)
        self.tokens += 1
        claims = {"iat": now, "exp": now + 3600, "sub": f"kraken|account-user:{self.tokens}"}
        token = {
            "token": jwt.encode(claims, "k" * 32),
            "refreshToken": "refresh-1",
            "refreshExpiresIn": now + 7 * 86400,
        }
        return {"data": {"obtainKrakenToken": token | changes}}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.text())
        asked = Asked(
            body["operationName"],
            body["variables"],
            request.headers.get("Authorization"),
            body["query"],
        )
        self.asked.append(asked)
        queue = self.responses.get(asked.operation)
        if queue is None:
            assert asked.operation == "ObtainToken", f"unexpected: {asked.operation}"
            return web.json_response(self.grant())
        response = queue.pop(0) if len(queue) > 1 else queue[0]
        if callable(response):
            response = response(asked)
        if hasattr(response, "__await__"):
            response = await response
        return response if isinstance(response, web.StreamResponse) else web.json_response(response)


def failure(
    code: str | None = None, kind: str = "APPLICATION", *, data: Any = None, **more: Any
) -> dict[str, Any]:
    """An answer of one error."""
    extensions = {"errorCode": code, "errorType": kind} if code else {}
    return {"data": data, "errors": [{"message": "Secret.", "extensions": extensions} | more]}
