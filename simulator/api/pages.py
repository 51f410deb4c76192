"""Relay connections over lists; a cursor is the place in the list, as graphene writes it."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import KrakenError
from ..limits import page
from .context import Node

_PREFIX = "arrayconnection:"


def connection[T](
    items: Sequence[T],
    node: Callable[[T], Node],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Node:
    """Return one page of `items` as a connection; only its own items are turned into nodes."""
    page(first, last)
    begin = _place(after) + 1 if after else 0
    end = min(len(items), _place(before)) if before else len(items)
    if first is not None:
        stop = min(end, begin + first)
    else:
        begin, stop = max(begin, end - (last or 0)), end
    shown = range(begin, stop)
    return {
        "totalCount": len(items),
        "edgeCount": len(shown),
        "edges": [{"cursor": _cursor(place), "node": node(items[place])} for place in shown],
        "pageInfo": {
            "hasNextPage": stop < end,
            "hasPreviousPage": begin > 0,
            "startCursor": _cursor(begin) if shown else None,
            "endCursor": _cursor(stop - 1) if shown else None,
        },
    }


def empty(**arguments: Any) -> Node:
    """Resolve a connection that is always empty; its pagination arguments are checked all the same."""
    sizes = {name: arguments.get(name) for name in ("first", "last")}
    return connection([], dict, **sizes)


def paging(given: dict[str, Any]) -> dict[str, Any]:
    """Return the pagination arguments among a field's arguments."""
    return {name: given.get(name) for name in ("first", "last", "after", "before")}


def _cursor(place: int) -> str:
    return b64encode(f"{_PREFIX}{place}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(b64decode(cursor, validate=True).decode().removeprefix(_PREFIX))
    except Error, ValueError:
        raise KrakenError("KT-CT-1202") from None
