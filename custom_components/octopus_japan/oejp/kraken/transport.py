"""One request and its answer: HTTP and JSON, for GraphQL and REST alike, without a thought for what is asked.

The session, the time and the bytes that an answer may take, and the errors of HTTP are looked after here and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import re

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
import orjson

from .errors import (
    KrakenConnectionError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenThrottledError,
    KrakenTokenError,
    KrakenTooLargeError,
)

TIMEOUT = ClientTimeout(total=60, connect=15, sock_read=45)
LONGEST_WAIT = timedelta(hours=2)
"""What the service asks us to wait is believed up to this."""
_DIGITS = re.compile(r"[0-9]+")
_LARGEST = 8 * 1024 * 1024
"""Bytes of an answer, unpacked: the half hours of almost thirty points in the longest window. Of more points less is asked for at once."""
_MOST_PARTS = 400_000
"""Of an answer, before it is read as JSON: its commas, lists and objects. A part takes up to a hundred times its text in memory."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of HTTP to what was `asked`, a name of ours: its status, and its JSON or None where it is none."""

    asked: str
    status: int
    payload: object = None
    retry_after: timedelta | None = None

    def check(self, field: str | None = None) -> None:
        """Raise for a status that is no success. `field`: the one that a refused question named."""
        asked, status = self.asked, self.status
        if status == 400:
            raise KrakenQueryError(f"{asked} was not accepted (HTTP 400)", field=field)
        if status == 401:
            raise KrakenTokenError(f"{asked}: the access token was not accepted (HTTP 401)")
        if status == 403:
            raise KrakenRefusedError(f"{asked}: refused (HTTP 403)")
        if status == 429:
            raise KrakenThrottledError(
                f"{asked}: too many requests (HTTP 429)", retry_after=self.retry_after
            )
        if status != 200:
            raise KrakenConnectionError(f"{asked}: HTTP {status}")


class Transport:
    """Sends requests, each once. Nothing is sent again here."""

    def __init__(
        self, session: ClientSession, now: Callable[[], float], timeout: ClientTimeout
    ) -> None:
        self._session = session
        self._now = now
        self._timeout = timeout

    async def send(
        self,
        method: str,
        url: str,
        asked: str,
        *,
        body: object = None,
        authorization: str | None = None,
    ) -> Response:
        """Send a request with a body as JSON, if there is one. Raises KrakenConnectionError where no answer comes, KrakenTooLargeError."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if authorization:
            headers["Authorization"] = authorization
        try:
            async with self._session.request(
                method,
                url,
                data=None if body is None else orjson.dumps(body),
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                content = await _content(asked, response)
        except TimeoutError as err:
            raise KrakenConnectionError(f"{asked}: no answer in time") from err
        except (ClientError, OSError, ValueError) as err:
            raise KrakenConnectionError(f"{asked}: no connection") from err
        except RuntimeError as err:
            # A session that was closed, when Home Assistant stops.
            raise KrakenConnectionError(f"{asked}: no session") from err
        retry_after = self._retry_after(response.headers)
        return Response(asked, response.status, _json(asked, content), retry_after)

    def _retry_after(self, headers: Mapping[str, str]) -> timedelta | None:
        """Read `Retry-After`: seconds or a date, two hours at most; None for what is neither."""
        if (header := headers.get("Retry-After")) is None:
            return None
        if _DIGITS.fullmatch(header.strip()):
            # More digits than a year of seconds has need not be computed.
            return min(timedelta(seconds=int(header.strip()[:9])), LONGEST_WAIT)
        try:
            at = parsedate_to_datetime(header)
            if at.tzinfo is None:
                at = at.replace(tzinfo=UTC)
            wait = at - datetime.fromtimestamp(self._now(), UTC)
        except ValueError, OverflowError, TypeError, IndexError:
            return None
        return min(max(timedelta(), wait), LONGEST_WAIT)


async def _content(asked: str, response: ClientResponse) -> bytes:
    """Read a body to its end, as it is unpacked. Raises KrakenTooLargeError where that is too far."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > _LARGEST:
            raise KrakenTooLargeError(f"{asked}: an answer of more than 8 MiB")
    return bytes(content)


def _json(asked: str, content: bytes) -> object:
    """Read JSON, None where it is none. Raises KrakenTooLargeError for one of too many parts."""
    if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_PARTS:
        raise KrakenTooLargeError(f"{asked}: an answer of too many parts")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
