"""How the half hours of one point are asked for: which of the three ways, found by trying and remembered (FACTS 5).

A way is left only for what lasts. A refusal by code is taken at its word; an internal error has to come again and again; an
empty answer counts only where another way answers the same question with something.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..identity import digest
from ..oejp.household.hour import HALF_HOUR, whole_hour
from ..oejp.kraken import (
    LONGEST_WINDOW,
    Direction,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenServiceError,
    ReadingPath,
    next_path,
    read,
)
from ..oejp.kraken.models import Reading
from ..store import ChosenPath, OctopusStore
from .errors import passes_on

LASTING_COUNT = 3
LASTING_TIME = timedelta(hours=1)
"""Internal errors in a row, and over how long, after which a way counts as broken for a point (FACTS 4: 7899)."""

CHECKED = timedelta(days=7)
"""Of windows longer than this the front is asked for again where it is missing: an answer may be cut off without a sign."""


def listed_since(now: datetime) -> datetime:
    """Return the first hour that every way answers for: some accounts get nothing older than 31 days (FACTS 5)."""
    return whole_hour(now - LONGEST_WINDOW) + 2 * HALF_HOUR


def _is_old(found: Sequence[Reading]) -> bool:
    """Tell whether an answer has anything that not every way would have."""
    return bool(found) and found[0].start_at < whole_hour(dt_util.utcnow() - LONGEST_WINDOW)


def windows(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a time into pieces that the service answers whole, oldest first."""
    cuts = []
    while start < end:
        cuts.append((start, min(start + LONGEST_WINDOW, end)))
        start += LONGEST_WINDOW
    return cuts


@dataclass(slots=True)
class _Failing:
    """Internal errors in a row: since when, and how many."""

    since: datetime
    count: int = 0


class Ways:
    """Asks for the readings of one point. Raises KrakenError."""

    def __init__(
        self,
        client: KrakenClient,
        memory: OctopusStore,
        account_number: str,
        number: str,
        direction: Direction = Direction.CONSUMPTION,
    ) -> None:
        self._client = client
        self._store = memory
        self._failing: dict[ReadingPath, _Failing] = {}
        self._account_number = account_number
        self._number = number
        self._direction = direction

    @property
    def path(self) -> ReadingPath:
        """The way in which readings are asked for."""
        return self._chosen.recent

    @property
    def old_path(self) -> ReadingPath:
        """The same for readings older than 31 days."""
        return self._chosen.old or self.path

    @property
    def _chosen(self) -> ChosenPath:
        return self._store.parts.reading_paths.get(digest(self._number), ChosenPath())

    @_chosen.setter
    def _chosen(self, chosen: ChosenPath) -> None:
        self._store.parts.reading_paths[digest(self._number)] = chosen
        self._store.async_save()

    def windows(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Cut a time into pieces, and at the age where another way begins to serve."""
        since = listed_since(dt_util.utcnow())
        if self.old_path is not self.path and start < since < end:
            return [*windows(start, since), *windows(since, end)]
        return windows(start, end)

    async def fetch(
        self, start: datetime, end: datetime, *, supplied: bool = False
    ) -> Sequence[Reading]:
        """Return the readings from `start` until before `end`, at most 31 days apart.

        `supplied` tells that the point was on supply then, so that something is missing where nothing comes.
        """
        if end > listed_since(dt_util.utcnow()):
            return await self._fetch(start, end)
        return await self._fetch_old(start, end, supplied=supplied)

    async def probe(self, start: datetime, end: datetime) -> None:
        """Go back to the first way where it answers again: a refusal may be lifted, and the others take many requests."""
        first = ReadingPath.HALF_HOURLY
        for name in ("recent", "old"):
            if getattr(self._chosen, name) in {None, first}:
                continue
            try:
                found = await self._read(first, start, end)
            except KrakenError as error:
                if passes_on(error):
                    raise
                return
            if not found:
                return
            LOGGER.info("Readings of one point are asked for by %s again", first.value)
            chosen = self._chosen
            self._chosen = (
                replace(chosen, recent=first) if name == "recent" else replace(chosen, old=None)
            )
            end = listed_since(dt_util.utcnow())
            start = end - CHECKED

    async def _fetch(self, start: datetime, end: datetime) -> Sequence[Reading]:
        path = self.path
        try:
            found = await self._whole(path, start, end)
        except KrakenError as error:
            if next_path(path, error) is None or not self._lasts(path, error):
                raise
            return await self._elsewhere(path, error, start, end)
        self._works(path)
        return found

    async def _elsewhere(
        self, path: ReadingPath, error: KrakenError, start: datetime, end: datetime
    ) -> Sequence[Reading]:
        """Ask by the ways after a closed one, and stay with the first that has something to say."""
        ways = list(ReadingPath)
        answer: Sequence[Reading] | None = None
        for way in ways[ways.index(path) + 1 :]:
            try:
                found = await self._read(way, start, end)
            except KrakenError as closed:
                if next_path(way, closed) is None or not self._lasts(way, closed):
                    raise
                continue
            self._works(way)
            if found:
                LOGGER.info("Readings of one point are asked for by %s from now on", way.value)
                self._chosen = replace(self._chosen, recent=way)
                return found
            answer = found
        if answer is None:
            raise error
        return answer

    async def _fetch_old(
        self, start: datetime, end: datetime, *, supplied: bool
    ) -> Sequence[Reading]:
        known = self._chosen.old
        if self.path is not ReadingPath.HALF_HOURLY or known is None:
            found = await self._fetch(start, end)
        else:
            found = await self._whole(known, start, end)
        if known is not None or self.path is not ReadingPath.HALF_HOURLY:
            return found
        if supplied and not _is_old(found):
            # One read returned nothing, and the full data a minute later (FACTS 5): nothing twice is something.
            found = await self._fetch(start, end)
        if _is_old(found):
            self._chosen = replace(self._chosen, old=ReadingPath.HALF_HOURLY)
        elif supplied:
            found = await self._older_way(start, end) or found
        return found

    async def _older_way(self, start: datetime, end: datetime) -> Sequence[Reading]:
        for way in list(ReadingPath)[1:]:
            try:
                found = await self._read(way, start, end)
            except KrakenError as error:
                if passes_on(error) or isinstance(error, KrakenConnectionError):
                    raise
                continue
            if found:
                LOGGER.info("History of one point is asked for by %s", way.value)
                self._chosen = replace(self._chosen, old=way)
                return found
        return []

    async def _whole(self, path: ReadingPath, start: datetime, end: datetime) -> Sequence[Reading]:
        """Return an answer with its front: the oldest rows of a long one may be dropped without a sign (FACTS 5)."""
        found = await self._read(path, start, end)
        while (
            path is ReadingPath.HALF_HOURLY
            and end - start > CHECKED
            and found
            and found[0].start_at > start
            and (front := await self._read(path, start, found[0].start_at))
        ):
            found = [*front, *found]
        return found

    async def _read(self, path: ReadingPath, start: datetime, end: datetime) -> Sequence[Reading]:
        return await read(
            self._client, path, self._account_number, self._number, start, end, self._direction
        )

    def _lasts(self, path: ReadingPath, error: KrakenError) -> bool:
        """Tell whether an error that may speak against a way does: an internal one only when it stays."""
        if not isinstance(error, KrakenServiceError):
            return True
        now = dt_util.utcnow()
        failing = self._failing.setdefault(path, _Failing(now))
        failing.count += 1
        return failing.count >= LASTING_COUNT and now - failing.since >= LASTING_TIME

    def _works(self, path: ReadingPath) -> None:
        self._failing.pop(path, None)
