"""All history older than the last week, in the background: the whole of it once, then again and again what may have changed.

The whole history is read oldest first, in imports of about half a year: each goes in front of what is stored and rewrites it
with higher sums, so few and large ones are cheap, and what an interruption loses is small. How far it came is remembered.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, CoreState, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..oejp.household.hour import HALF_HOUR, HOUR, whole_hour
from ..oejp.kraken import (
    LONGEST_WINDOW,
    KrakenAuthError,
    KrakenError,
    KrakenThrottledError,
    ReadingPath,
    concerns_login,
    listed_since,
    windows,
)
from ..oejp.kraken.models import Reading
from ..recorder.series import ClaimedError, NotWrittenError

if TYPE_CHECKING:
    from .half_hourly import HistoryCoordinator

CHUNK = 6
"""Windows of an import."""
RECENT = timedelta(days=7)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
THIRTEEN_MONTHS = timedelta(days=397)
PAUSE = timedelta(minutes=5)

ALLOWANCE = 4
"""Of the hourly points allowance we take at most this part."""
SURVEY = 1000
"""Points after which we ask how many are left."""
RESERVE = 2000
"""What is asked for until the next look at them."""
COSTS = {ReadingPath.HALF_HOURLY: 10}
"""What a window costs, generously: one request of few points, or 16 pages of 17 each (FACTS 3)."""
PAGED_COST = 17 * 16


class Paused(Exception):  # noqa: N818  # Nothing is wrong.
    """Go on later."""

    def __init__(self, wait: timedelta = PAUSE) -> None:
        super().__init__()
        self.wait = wait


class HistoryImport:
    """Works through what is due. Nothing runs while it waits: it starts again by a timer, or with the next poll."""

    def __init__(self, clock: HistoryCoordinator[Any]) -> None:
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._read: dict[str, datetime] = {}
        self._behind: dict[str, datetime] = {}
        self._anew: set[str] = set()
        self._spent = SURVEY

    @callback
    def async_start(self) -> None:
        """Do what is due, unless that is under way or waits."""
        clock = self._clock
        running = self._task is not None and not self._task.done()
        if running or self._timer or clock.hass.state is not CoreState.running:
            return
        self._task = clock.config_entry.async_create_background_task(
            clock.hass, self._async_run(), f"{DOMAIN} {clock.name} history"
        )

    @callback
    def async_stop(self) -> None:
        """Start no more."""
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def async_again(self, number: str, start: datetime | None = None) -> None:
        """Read a point's history again from an hour on, or all of it."""
        memory = self._clock.memory.parts
        memory.imported.pop(number, None)
        if start is not None:
            memory.imported[number] = whole_hour(start)
        if number in memory.complete:
            memory.complete.remove(number)
        memory.gaps.pop(number, None)
        self._read.pop(number, None)
        self._anew.add(number)
        self._clock.memory.async_save()
        self.async_stop()
        self.async_start()

    @callback
    def async_check(self, number: str, first: datetime | None, last: datetime | None) -> None:
        """Note since when something is missing.

        Rows that there were can be gone: the user can clear a statistic any day. Then all is read again.
        """
        if last is not None and last < listed_since(dt_util.utcnow()):
            self._behind.setdefault(number, last)
        memory = self._clock.memory.parts
        known = memory.oldest.get(number)
        if known is not None and (first is None or first > known):
            LOGGER.info("Statistics of one point are gone; its history is read again")
            del memory.oldest[number]
            self.async_again(number)
        elif first is not None and (known is None or first < known):
            memory.oldest[number] = first
            self._clock.memory.async_save()

    def progress(self, number: str) -> float | None:
        """Return the part of the history that was read, 0 to 1; None where another entry keeps it."""
        memory = self._clock.memory.parts
        if not self._clock.point(number).claim():
            return None
        if number in memory.complete:
            return 1.0
        start, end = self._span(number)
        reached = memory.imported.get(number, start)
        return min(1.0, max(0.0, (reached - start) / (end - start))) if start < end else 1.0

    def _span(self, number: str) -> tuple[datetime, datetime]:
        """Return since when there may be history, and where the first poll of all began."""
        now = dt_util.utcnow()
        start = self._clock.supply(number).start or now - THIRTEEN_MONTHS
        return self._clock.clip(number, whole_hour(start), listed_since(now))

    async def _async_run(self) -> None:
        waits: list[timedelta] = []
        for number in list(self._clock.numbers()):
            try:
                await self._work(number)
            except KrakenAuthError:
                # The coordinators start the reauthentication, and the entry is reloaded after it.
                return
            except KrakenThrottledError as error:
                waits = [error.retry_after or PAUSE]
                break
            except ClaimedError:
                LOGGER.debug("Another entry keeps the history of one point")
            except KrakenError as error:
                LOGGER.debug("The history of one point waits: %s", error)
                waits.append(PAUSE)
            except NotWrittenError as error:
                LOGGER.debug("The history of one point waits for the recorder: %s", error)
                waits.append(PAUSE)
            except Paused as pause:
                waits.append(pause.wait)
        if waits:
            self._timer = async_call_later(self._clock.hass, min(waits), self._again)

    @callback
    def _again(self, _now: datetime) -> None:
        self._timer = None
        self.async_start()

    async def _work(self, number: str) -> None:
        clock = self._clock
        point = clock.point(number)
        if not point.claim():
            return
        if point.waits:
            # What was fetched while the recorder stood still.
            await self._record(number, [])
        changed = await self._import(number)
        changed |= await self._reread(number)
        changed |= await point.review(await clock.pricing(number))
        if changed:
            await clock.async_show(number)

    async def _import(self, number: str) -> bool:
        """Read the history from where it was left; True if there was any left."""
        store = self._clock.memory
        memory = store.parts
        if number in memory.complete:
            return False
        start, end = self._span(number)
        if (reached := memory.imported.get(number)) is not None:
            start = max(start, reached)
        for chunk in batched(windows(start, end), CHUNK, strict=False):
            await self._pace(number)
            readings: list[Reading] = []
            for window in chunk:
                readings += await self._fetch(number, *window)
            await self._record(number, readings)
            memory.imported[number] = chunk[-1][1]
            store.async_save()
            LOGGER.info("History of one point read: %.0f %%", 100 * (self.progress(number) or 0))
            await self._clock.async_show(number)
        await self._fill_gaps(number)
        memory.complete.append(number)
        memory.reread[number] = dt_util.utcnow()
        store.async_save()
        if number not in self._anew:
            # The first poll has just read the rest.
            self._read[number] = dt_util.utcnow()
        self._anew.discard(number)
        LOGGER.info("The history of one point is complete")
        return True

    async def _reread(self, number: str) -> bool:
        """Read again what is due, until where the polls begin; True if anything was."""
        clock = self._clock
        memory = clock.memory.parts
        now = dt_util.utcnow()
        weekly = _due(memory.reread.get(number), now, WEEK)
        if not weekly and not _due(self._read.get(number), now, DAY):
            return False
        await self._pace(number)
        ways = clock.ways(number)
        start = min(clock.reread_start(number, now), self._behind.get(number, now))
        if weekly:
            start = min(start, whole_hour(now - THIRTEEN_MONTHS))
        for window in ways.windows(*clock.clip(number, start, whole_hour(now - RECENT) + HOUR)):
            await self._record(number, await self._fetch(number, *window))
            await self._pace(number)
        if weekly:
            await self._fill_gaps(number)
            memory.reread[number] = now
            clock.memory.async_save()
        self._read[number] = now
        self._behind.pop(number, None)
        return True

    async def _fill_gaps(self, number: str) -> None:
        """Ask again for the windows that came with half hours missing: no later pass may reach back to them."""
        gaps = self._clock.memory.parts.gaps.pop(number, [])
        end = self._span(number)[1]
        self._clock.memory.parts.gaps[number] = list(gaps)
        for start in gaps:
            for window in windows(start, min(start + LONGEST_WINDOW, end)):
                await self._pace(number)
                await self._record(number, await self._fetch(number, *window))

    async def _fetch(self, number: str, start: datetime, end: datetime) -> Sequence[Reading]:
        clock = self._clock
        ways = clock.ways(number)
        supplied = clock.supply(number).start is not None
        self._spent += COSTS.get(ways.old, PAGED_COST)
        found = await ways.fetch(clock.account_number(number), start, end, supplied=supplied)
        gaps = clock.memory.parts.gaps.setdefault(number, [])
        if start in gaps:
            gaps.remove(start)
        if supplied and len(found) < (end - start) // HALF_HOUR and end <= self._span(number)[1]:
            gaps.append(start)
        return found

    async def _record(self, number: str, readings: Sequence[Reading]) -> None:
        if not await self._clock.record(number, readings):
            raise Paused

    async def _pace(self, number: str) -> None:
        """Leave most of the hourly points to others. A service that does not tell them has not complained."""
        if self._spent < SURVEY:
            return
        try:
            limit = await self._clock.client.rate_limit()
        except KrakenError as error:
            if concerns_login(error):
                raise
            self._spent = 0
            return
        if (limit.used_points + RESERVE) * ALLOWANCE > limit.limit:
            left = limit.ttl - dt_util.utcnow().timestamp() if limit.ttl else HOUR.total_seconds()
            raise Paused(timedelta(seconds=min(max(left, 60.0), 3600.0)))
        self._spent = 0


def _due(last: datetime | None, now: datetime, interval: timedelta) -> bool:
    return last is None or now - last >= interval
