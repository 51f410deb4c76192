"""The address that takes GraphQL: posts one document, and reads the errors inside the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..errors import KrakenConnectionError, KrakenServiceError
from ..transport import Response, Transport
from . import faults
from .documents import Document
from .faults import Fault

_MOST_FAULTS = 100
"""Of the errors of an answer. Those of our documents have a path each; nobody has asked for more at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the data, perhaps in part, and the errors beside it."""

    data: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    retry_after: timedelta | None = None


class Endpoint:
    """Posts documents to one address."""

    def __init__(self, transport: Transport, url: str) -> None:
        self._transport = transport
        self._url = url

    async def post(
        self, document: Document, variables: Mapping[str, Any], token: str | None = None
    ) -> Answer:
        """Send a document once. Raises where the answer is not GraphQL's; errors inside the answer are handed on."""
        body = {"query": document.text, "variables": variables, "operationName": document.operation}
        return _answer(
            document,
            await self._transport.send(
                "POST",
                self._url,
                document.operation,
                body=body,
                authorization=f"JWT {token}" if token else None,
            ),
        )


def _answer(document: Document, response: Response) -> Answer:
    """Read an answer: its own errors first, the HTTP status where none of them has a code."""
    payload = response.payload if isinstance(response.payload, dict) else None
    found: tuple[Fault, ...] = ()
    if payload is not None and isinstance(errors := payload.get("errors"), list):
        found = tuple(faults.read(entry, document.text) for entry in errors[:_MOST_FAULTS])
    ended = response.status == 400 and any(fault.input_field for fault in found)
    if not ended and not any(fault.code for fault in found):
        response.check(next((fault.field for fault in found if fault.field), None))
    if payload is None:
        raise KrakenConnectionError(
            f"{document.operation}: not an answer of the API (HTTP {response.status})"
        )
    data = payload.get("data")
    if not isinstance(data, dict):
        data = {}
        if not found:
            raise KrakenServiceError(f"{document.operation}: neither data nor errors")
    return Answer(data, found, response.retry_after)
