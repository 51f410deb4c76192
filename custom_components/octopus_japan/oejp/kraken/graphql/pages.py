"""Relay pages, followed to their end and no further."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...japan_time import HALF_HOUR
from ..errors import KrakenServiceError
from ..parsing import as_dict, as_list, nodes

SMALLEST_PAGE = 8


@dataclass(frozen=True, slots=True)
class Page:
    """The nodes of one page, and the cursor of the next."""

    nodes: tuple[Mapping[str, Any], ...]
    after: str | None


def page(connection: Mapping[str, Any]) -> Page:
    """Read a connection. Where `endCursor` is missing, the last edge's own cursor serves."""
    if not isinstance(connection.get("edges"), list):
        raise KrakenServiceError("a page came without its edges")
    information = as_dict(connection.get("pageInfo"))
    after = None
    if information.get("hasNextPage"):
        after = information.get("endCursor")
        for edge in as_list(connection.get("edges")):
            if not information.get("endCursor") and as_dict(edge).get("cursor"):
                after = as_dict(edge)["cursor"]
        if not isinstance(after, str):
            raise KrakenServiceError("a page has a next one, but no cursor")
    return Page(tuple(nodes(connection)), after)


class Cursors:
    """Guards against pages that lead in a circle or never end."""

    def __init__(self, start: datetime, end: datetime) -> None:
        # Twice the half hours of the window, should each come in two versions, in the smallest pages, and a few to spare.
        self._left = 2 * ((end - start) // HALF_HOUR) // SMALLEST_PAGE + 10
        self._seen: set[str] = set()

    def check(self, after: str) -> str:
        """Pass a cursor on, once."""
        self._left -= 1
        if after in self._seen or self._left < 0:
            raise KrakenServiceError("the pages do not end")
        self._seen.add(after)
        return after
