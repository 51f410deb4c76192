"""What all subjects of the client share: who asks, and how answers are read. A subject is a file of questions about one thing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from .by_point import ByPoint
from .graphql.points import points
from .graphql.requester import Requester
from .model import KrakenModel
from .parsing import Reader, as_list

MANY_ROWS = 2000
"""Rows that are read in the event loop at most: about 20 ms."""


class Run(Protocol):
    """Runs a function elsewhere than in the event loop."""

    def __call__[T](self, function: Callable[[], T], /) -> Awaitable[T]:
        """Return what the function returns."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Questions about one thing. Every coroutine is one request unless it says otherwise, and raises only `KrakenError`.

    `run` is given what takes long: to read an answer of more than `MANY_ROWS` rows.
    """

    _requester: Requester
    _reader: Reader
    _run: Run

    async def _read[T](self, rows: int, read: Callable[[], T]) -> T:
        """Read so many rows of an answer: many of them elsewhere than in the event loop."""
        return await self._run(read) if rows > MANY_ROWS else read()

    async def _by_point[M: KrakenModel](
        self, name: str, part: str, model: type[M], account_number: str, **variables: str
    ) -> ByPoint[tuple[M, ...]]:
        """Ask the document `name`; return the list `part` of each electricity supply point."""
        given = {"accountNumber": account_number, **variables}
        told = points(await self._requester.ask(name, given), part)
        rows = sum(len(as_list(point.get(part))) for _, point in told.found)
        return await self._read(
            rows, partial(told.joined, lambda parts: self._items(model, parts, part))
        )

    def _items[M: KrakenModel](
        self, model: type[M], parts: Sequence[Mapping[str, Any]], name: str
    ) -> tuple[M, ...]:
        """Return the items of all listings of a point, each once."""
        found: list[M] = []
        for part in parts:
            found += [
                item for item in self._reader.items(model, part.get(name)) if item not in found
            ]
        return tuple(found)


def instant_text(moment: datetime) -> str:
    """Return an instant as the API takes it; one without offset is refused there (KT-CT-1609) and here."""
    if moment.tzinfo is None:
        raise ValueError("the API needs aware times")
    return moment.astimezone(UTC).isoformat()
