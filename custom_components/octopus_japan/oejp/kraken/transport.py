"""One request, one answer: HTTP and JSON, without a thought for what is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import re
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
import orjson

from .errors import (
    KrakenConnectionError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    KrakenTokenError,
    KrakenTooLargeError,
)
from .graphql import faults
from .graphql.documents import Document
from .graphql.faults import Fault

TIMEOUT = ClientTimeout(total=60, connect=15, sock_read=45)
LONGEST_WAIT = timedelta(hours=2)
"""What the service asks us to wait is believed up to this."""
_DIGITS = re.compile(r"[0-9]+")
_LARGEST = 8 * 1024 * 1024
"""Bytes of an answer, unpacked: the half hours of almost thirty points in the longest window. Of more points less is asked for at once."""
_MOST_PARTS = 400_000
"""Of an answer, before it is read as JSON: its commas, lists and objects. A part takes up to a hundred times its text in memory."""
_MOST_FAULTS = 100
"""Of the errors of an answer. Those of our documents have a path each; nobody has asked for more at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the data, perhaps in part, and the errors beside it."""

    data: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    retry_after: timedelta | None = None


class Transport:
    """Posts documents to one address."""

    def __init__(
        self, session: ClientSession, url: str, now: Callable[[], float], timeout: ClientTimeout
    ) -> None:
        self._session = session
        self._url = url
        self._now = now
        self._timeout = timeout

    async def post(
        self, document: Document, variables: Mapping[str, Any], token: str | None = None
    ) -> Answer:
        """Send a document. Raises where the answer is not GraphQL's; errors inside the answer are handed on."""
        body = {"query": document.text, "variables": variables, "operationName": document.operation}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"JWT {token}"
        try:
            async with self._session.post(
                self._url,
                data=orjson.dumps(body),
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                content = await _content(document.operation, response)
        except TimeoutError as err:
            raise KrakenConnectionError(f"{document.operation}: no answer in time") from err
        except (ClientError, OSError, ValueError) as err:
            raise KrakenConnectionError(f"{document.operation}: no connection") from err
        except RuntimeError as err:
            # A session that was closed, when Home Assistant stops.
            raise KrakenConnectionError(f"{document.operation}: no session") from err
        return self._answer(document, response, content)

    def _answer(self, document: Document, response: ClientResponse, content: bytes) -> Answer:
        """Read an answer: its own errors first, the HTTP status where there are none."""
        if sum(map(content.count, (b",", b"[", b"{"))) > _MOST_PARTS:
            raise KrakenTooLargeError(f"{document.operation}: an answer of too many parts")
        try:
            payload = orjson.loads(content)
        except orjson.JSONDecodeError:
            payload = None
        payload = payload if isinstance(payload, dict) else None
        asked, status = document.operation, response.status
        retry_after = self._retry_after(response.headers.get("Retry-After"))
        found: tuple[Fault, ...] = ()
        if payload is not None and isinstance(errors := payload.get("errors"), list):
            found = tuple(faults.read(entry, document.text) for entry in errors[:_MOST_FAULTS])
        coded = any(fault.code for fault in found)
        if not coded:
            self._check_status(asked, status, retry_after, found)
        if payload is None:
            raise KrakenConnectionError(f"{asked}: not an answer of the API (HTTP {status})")
        data = payload.get("data")
        if not isinstance(data, dict):
            data = {}
            if not found:
                raise KrakenServiceError(f"{asked}: neither data nor errors")
        return Answer(data, found, retry_after)

    @staticmethod
    def _check_status(
        asked: str, status: int, retry_after: timedelta | None, found: tuple[Fault, ...]
    ) -> None:
        """Raise for an HTTP status that speaks for an answer without error codes."""
        if status == 400:
            field = next((fault.field for fault in found if fault.field), None)
            if any(fault.input_field for fault in found):
                return
            raise KrakenQueryError(f"{asked} was not accepted (HTTP 400)", field=field)
        if status == 401:
            raise KrakenTokenError(f"{asked}: the access token was not accepted (HTTP 401)")
        if status == 403:
            raise KrakenRefusedError(f"{asked}: refused (HTTP 403)")
        if status == 429:
            raise KrakenThrottledError(
                f"{asked}: too many requests (HTTP 429)", retry_after=retry_after
            )
        if status != 200:
            raise KrakenConnectionError(f"{asked}: HTTP {status}")

    def _retry_after(self, header: str | None) -> timedelta | None:
        """Read `Retry-After`: seconds or a date, two hours at most; None for what is neither."""
        if header is None:
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
