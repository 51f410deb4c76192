"""How REST is asked: the address, the ways of signing in, the errors, and pages (docs/api.md#rest).

It is not known what a customer may use of it: callers must expect a refusal.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..auth.tokens import TokenKeeper
from ..errors import (
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
)
from ..parsing import as_dict, as_list
from ..transport import Response, Transport

MOST_PAGES = 500
"""Of one list: five years of half hours in pages of two hundred."""
LONGEST_DETAIL = 300

type Query = Mapping[str, str | int | bool | None]


class Way(StrEnum):
    """A way of signing in, by what stands before the secret in the header."""

    BASIC = "Basic"
    KEY = "Token"
    TOKEN = "JWT"  # noqa: S105 - the name of a scheme


@dataclass(slots=True)
class Access:
    """Asks REST below scheme and host of the API's `url`.

    `key`: an API key, which is sent as user name of HTTP Basic without a password, else after *Token*; `tokens` gives access tokens.
    The way that worked is kept. Without both what is public can be asked.
    """

    transport: Transport
    url: str
    key: str | None = field(default=None, repr=False)
    tokens: TokenKeeper | None = None
    works: Way | None = None

    async def get(self, path: str, asked: str, query: Query | None = None) -> Any:
        """Return the JSON of one answer. A way that is not accepted (401) gives way to the next one, each once.

        Raises KrakenNotFoundError (404), KrakenRefusedError (403, or 401 by every way), KrakenQueryError (400, with the service's
        `detail`), and what a connection raises.
        """
        address = self._address(path, query)
        for way in self._ways():
            response = await self._send("GET", address, asked, way)
            if response.status != 401:
                self.works = way or self.works
                return _checked(response)
        raise _no_way(asked)

    async def post(self, path: str, asked: str, body: Mapping[str, Any]) -> Any:
        """Send a body once, by the way that is known to work, else by the first: it is never sent a second time.

        Raises as `get` does.
        """
        way = self.works or next(iter(self._ways()))
        return _checked(await self._send("POST", self._address(path), asked, way, body))

    async def pages(
        self, path: str, asked: str, query: Query | None = None
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the results of a list, page by page to its end.

        Of the address of the next page only the question is taken: it is asked of our own address, whatever host it names.
        Raises KrakenServiceError where pages do not end.
        """
        seen: set[tuple[tuple[str, str], ...]] = set()
        following: Query | None = query
        for _ in range(MOST_PAGES):
            page = as_dict(await self.get(path, asked, following))
            if not isinstance(page.get("results"), list):
                raise KrakenServiceError(f"{asked}: a page without results")
            for result in _flat(page["results"]):
                yield result
            if not page.get("next"):
                return
            question = tuple(sorted(parse_qsl(urlsplit(str(page["next"])).query)))
            if not question or question in seen:
                break
            seen.add(question)
            following = dict(question)
        raise KrakenServiceError(f"{asked}: the pages do not end")

    def _ways(self) -> list[Way | None]:
        """Return the ways that there are secrets for, the one that worked first."""
        ways: list[Way | None] = []
        if self.key is not None:
            ways += [Way.BASIC, Way.KEY]
        if self.tokens is not None:
            ways.append(Way.TOKEN)
        return sorted(ways, key=lambda way: way is not self.works) or [None]

    async def _send(
        self, method: str, address: str, asked: str, way: Way | None, body: object = None
    ) -> Response:
        return await self.transport.send(
            method, address, asked, body=body, authorization=await self._authorization(way)
        )

    async def _authorization(self, way: Way | None) -> str | None:
        if way is Way.BASIC:
            return f"{way} {b64encode(f'{self.key}:'.encode()).decode('ascii')}"
        if way is Way.KEY:
            return f"{way} {self.key}"
        if way is Way.TOKEN and self.tokens is not None:
            return f"{way} {await self.tokens.token()}"
        return None

    def _address(self, path: str, query: Query | None = None) -> str:
        base = urlsplit(self.url)
        given = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in (query or {}).items()
            if value is not None
        }
        return urlunsplit((base.scheme, base.netloc, path, urlencode(given), ""))


def _flat(results: list[Any]) -> list[Mapping[str, Any]]:
    """Return the results of a page: the description has a list of objects, its examples a list of lists."""
    inner = [item for part in results for item in (part if isinstance(part, list) else [part])]
    return [item for item in inner if isinstance(item, dict)]


def _checked(response: Response) -> Any:
    """Return the JSON of an answer. Raises what its status means."""
    asked, status = response.asked, response.status
    if status == 202:
        raise KrakenServiceError(f"{asked}: taken, and not carried out yet (HTTP 202)")
    if status == 400:
        raise KrakenQueryError(
            f"{asked} was not accepted (HTTP 400)", detail=_detail(response.payload)
        )
    if status == 401:
        raise _no_way(asked)
    if status == 404:
        raise KrakenNotFoundError(f"{asked}: not found (HTTP 404)")
    if status != 201:
        response.check()
    if response.payload is None:
        raise KrakenServiceError(f"{asked}: not an answer of the API (HTTP {status})")
    return response.payload


def _no_way(asked: str) -> KrakenRefusedError:
    return KrakenRefusedError(f"{asked}: no way of signing in was accepted (HTTP 401)")


def _detail(payload: object) -> str | None:
    """Return what the service says of a mistake: `detail`, or what it says of each field of the body."""
    told = as_dict(payload)
    if isinstance(detail := told.get("detail"), str):
        return detail[:LONGEST_DETAIL]
    said = [
        f"{name}: {text}"
        for name, texts in told.items()
        for text in (as_list(texts) or [texts])
        if isinstance(text, str)
    ]
    return "; ".join(said)[:LONGEST_DETAIL] or None
