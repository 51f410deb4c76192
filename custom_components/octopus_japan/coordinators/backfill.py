"""The worker behind a clock of readings: it writes what a poll brought, and reads what is due, in the background.

What is due is derived from the rows each time anew (`recorder/holes.py`). Whole history comes oldest first, so that rows are
appended; what the polls hold waits until then, for an import in front of rows writes all of these again.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from homeassistant.core import CALLBACK_TYPE, CoreState, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..identity import digest
from ..oejp.household.hour import Pricing, whole_hour
from ..oejp.interval import Interval
from ..oejp.japan_time import DAY, HOUR, midnight
from ..oejp.kraken import (
    AccountAnswers,
    KrakenAuthError,
    KrakenError,
    KrakenThrottledError,
    ReadingPath,
    concerns_login,
)
from ..oejp.kraken.models import Reading
from ..recorder.holes import (
    Asked,
    Due,
    answered,
    due,
    together,
    window_start,
    windows_of,
)
from ..recorder.meter_history import LONGEST_PASS
from ..recorder.recorder_pass import NotWrittenError
from ..store import AskedWindow
from .errors import log_defect

if TYPE_CHECKING:
    from .half_hourly import HalfHourlyCoordinator

_EVER = datetime.min.replace(tzinfo=UTC)
_ALMOST = 0.99
"""Of the history that is there while its newest readings are not written yet."""

RECENT = timedelta(days=7)
"""What each poll reads."""
PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=2)

ALLOWANCE = 4
"""Of the hourly points allowance we take at most this part."""
SURVEY = 1000
"""Points after which we ask how many are left."""
RESERVE = 2000
"""What is asked for until the next look at them."""
COSTS = {ReadingPath.HALF_HOURLY: 10, ReadingPath.REST: 10}
"""What a window costs, generously: one request of few points, or 16 pages of 17 each. REST counts no points that anybody knows of."""
PAGED_COST = 17 * 16


class Paused(Exception):  # noqa: N818  # Nothing is wrong.
    """Go on later."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


class Backfill:
    """Works through what is due. Nothing runs while it waits: it starts again by a timer, or with the next poll."""

    def __init__(self, clock: HalfHourlyCoordinator[Any]) -> None:
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._again = False
        self._reviewed: dict[str, Pricing] = {}
        self._progress: dict[str, float] = {}
        self._unwritten: dict[str, float] = {}
        """How much was read of points whose newest readings are held, and written behind what is read of their history."""
        self._failures = 0
        self._spent = SURVEY

    @callback
    def async_start(self) -> None:
        """Do what is due: now, or once what is under way is done. While it pauses, only what is held is written."""
        clock = self._clock
        if clock.hass.state is not CoreState.running:
            return
        if self._task is not None and not self._task.done():
            self._again = True
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
    def async_ask(self, number: str, start: datetime | None = None) -> None:
        """Read a point's history again from a time on, or all of it. It is remembered over a restart."""
        windows = windows_of(self._clock.supply(number, dt_util.utcnow()))
        asked = [window for window in windows if start is None or window.end > start]
        self._remember(number, asked, changed=None)
        self.async_stop()
        self.async_start()

    def progress(self, number: str) -> float | None:
        """Return the part of the history that was read, 0 to 1; None while unknown, and where another entry keeps it."""
        return self._progress.get(number)

    async def _async_run(self) -> None:
        while True:
            self._again = False
            changed: set[str] = set()
            waits = await self._round(changed)
            await self._clock.async_show(changed)
            if waits and self._timer is None:
                self._async_pause(min(waits))
            if not self._again:
                return

    async def _round(self, changed: set[str]) -> list[timedelta]:
        """Work on every point, and return after how long what waits is worth trying again.

        The point that reads furthest back is next, so that points of one account read the same windows one after the other, and
        one answer serves them all.
        """
        waits: list[timedelta] = []
        answers = AccountAnswers()
        works = {number: self._work(number, answers, changed) for number in self._clock.numbers()}
        wanted = dict.fromkeys(works, _EVER)
        try:
            while wanted:
                number = min(wanted, key=wanted.__getitem__)
                answers.forget_before(wanted[number])
                try:
                    wanted[number] = await anext(works[number])
                    continue
                except StopAsyncIteration:
                    pass
                except KrakenAuthError:
                    # The coordinators start the reauthentication, and the entry is reloaded after it.
                    self._again = False
                    return []
                except KrakenThrottledError as error:
                    # It concerns the login: the others write what they hold, and ask for nothing.
                    self._async_pause(error.retry_after or PAUSE)
                except KrakenError as error:
                    LOGGER.debug("The history of one point waits: %s", error)
                    waits.append(PAUSE)
                except NotWrittenError as error:
                    LOGGER.debug("The history of one point waits for the recorder: %s", error)
                    waits.append(min(PAUSE * 2**self._failures, LONGEST_PAUSE))
                    self._failures += 1
                except Paused as pause:
                    waits.append(pause.wait)
                except Exception as error:  # noqa: BLE001  # The others are worked on.
                    log_defect("The history of one point cannot be kept", error)
                del wanted[number]
        finally:
            for work in works.values():
                await work.aclose()
        return waits

    @callback
    def _async_pause(self, wait: timedelta) -> None:
        """Ask for nothing until then."""
        if self._timer is None:
            self._timer = async_call_later(self._clock.hass, wait, self._async_resume)

    @callback
    def _async_resume(self, _now: datetime) -> None:
        self._timer = None
        self.async_start()

    async def _work(
        self, number: str, answers: AccountAnswers, changed: set[str]
    ) -> AsyncGenerator[datetime]:
        """Write what is held and read what is due of a point, oldest first, in passes of at most 91 days.

        Before each pass it yields from when on it reads. What changes something shown is added to `changed`.
        """
        clock = self._clock
        meter = clock.meter(number)
        if not meter.claim():
            meter.drop()
            if self._progress.pop(number, None) is not None:
                changed.add(number)
            return
        pricing = clock.pricing(number)
        whole = await meter.whole_hours()
        found = await self._due(number, whole)
        if found is None:
            return
        appended = _appended(found.windows, whole)
        if appended and clock.meter(number).held is not None:
            self._unwritten[number] = 0.0
        news = self._note(number, found)
        if not appended:
            news |= await self._write_held(number, pricing)
        try:
            for group in together(found.windows, LONGEST_PASS):
                yield group[0].start
                if self._timer is not None or number not in clock.numbers():
                    # While a pause lasts nothing is asked for.
                    break
                news |= await self._read(number, group, whole, pricing, answers)
        except KrakenError, NotWrittenError, Paused:
            if appended:
                await self._write_held(number, pricing)
            raise
        if appended:
            news |= await self._write_held(number, pricing)
        news |= await self._review(number, pricing)
        if news:
            changed.add(number)
        self._failures = 0

    async def _due(self, number: str, whole: Mapping[date, int]) -> Due | None:
        """Derive what is due; None where the point is no longer listed."""
        clock = self._clock
        now = dt_util.utcnow()
        end = whole_hour(now - RECENT) + HOUR
        if (held := clock.meter(number).held) is not None:
            # The poll has just read the rest.
            end = min(end, held.start)
        if number not in clock.numbers():
            return None
        return await clock.hass.async_add_executor_job(
            due,
            clock.supply(number, end),
            whole,
            self._asked(number),
            now,
            clock.reread_start(number, now),
        )

    def _note(self, number: str, found: Due) -> bool:
        """Keep how much of history is there; True if that is news. What polls hold is there once it is written."""
        progress = found.progress
        if number in self._unwritten:
            self._unwritten[number], progress = progress, min(progress, _ALMOST)
        before = self._progress.get(number)
        self._progress[number] = progress
        return before != progress

    async def _write_held(self, number: str, pricing: Pricing) -> bool:
        """Write what polls brought. Windows that it covers need not be asked for now."""
        clock = self._clock
        meter = clock.meter(number)
        if (held := meter.held) is None:
            return False
        changed = await meter.record_held(pricing)
        read = self._unwritten.pop(number, None)
        news = read is not None and self._note(number, Due(progress=read))
        if number in clock.numbers():
            until = whole_hour(dt_util.utcnow() - RECENT) + HOUR
            covered = [w for w in windows_of(clock.supply(number, until)) if w.start >= held.start]
            self._remember(number, covered, changed=changed)
        return changed or news

    async def _read(
        self,
        number: str,
        group: Sequence[Interval],
        whole: Mapping[date, int],
        pricing: Pricing,
        answers: AccountAnswers,
    ) -> bool:
        """Read windows that follow each other, and write them in one pass; True if that changed anything."""
        clock = self._clock
        await self._pace()
        readings: list[Reading] = []
        for window in group:
            readings += await self._fetch(number, window, answers)
        clock.keep(number, readings)
        changed = await clock.meter(number).record(
            ((reading.start_at, reading.value) for reading in readings), pricing
        )
        self._remember(number, group, changed=changed)
        if (left := await self._due(number, whole)) is not None and self._note(number, left):
            LOGGER.info("History of one point read: %.0f %%", 100 * left.progress)
            await clock.async_show([number])
        return changed

    async def _fetch(
        self, number: str, window: Interval, answers: AccountAnswers
    ) -> Sequence[Reading]:
        clock = self._clock
        ways = clock.ways(number)
        if number not in clock.numbers():
            raise Paused(PAUSE)
        supplied = clock.supply_start(number) is not None
        readings: list[Reading] = []
        for part in ways.windows(window.start, window.end):
            self._spent += COSTS.get(ways.old, PAGED_COST)
            readings += await clock.fetch(number, part, supplied=supplied, answers=answers)
        return readings

    async def _review(self, number: str, pricing: Pricing) -> bool:
        """Compare all money with what the pricing says, once for each pricing, and when money is gone.

        Newest first; but oldest first where there is none, so that rows are appended.
        """
        meter = self._clock.meter(number)
        if pricing == self._reviewed.get(number) and not meter.money_lost:
            return False
        whole = await meter.whole_hours()
        changed = False
        if whole:
            first, last = midnight(min(whole)), midnight(max(whole)) + DAY
            spans = list(_pieces(first, last))
            for span in spans if meter.money_lost else reversed(spans):
                changed |= await meter.review(span, pricing)
        meter.money_lost = False
        self._reviewed[number] = pricing
        return changed

    async def _pace(self) -> None:
        """Leave most of the hourly points to others. A service that does not tell them has not complained."""
        if self._spent < SURVEY:
            return
        try:
            limit = await self._clock.left_of_allowance()
        except KrakenError as error:
            if concerns_login(error):
                raise
            self._spent = 0
            return
        if limit is not None and (limit.used_points + RESERVE) * ALLOWANCE > limit.limit:
            left = limit.ttl - dt_util.utcnow().timestamp() if limit.ttl else HOUR.total_seconds()
            raise Paused(timedelta(seconds=min(max(left, 60.0), 3600.0)))
        self._spent = 0

    # What is remembered

    def _asked(self, number: str) -> dict[datetime, Asked]:
        stored = self._clock.memory.parts.asked_windows.get(digest(number), ())
        return {window.start: Asked(window.asked_at, window.empty) for window in stored}

    @callback
    def _remember(self, number: str, windows: Iterable[Interval], *, changed: bool | None) -> None:
        """Remember that windows were answered now; with `changed` None that they are to be read again."""
        now = dt_util.utcnow()
        asked = self._asked(number)
        for window in windows:
            start = window_start(window.start)
            asked[start] = (
                Asked() if changed is None else answered(asked.get(start), now, changed=changed)
            )
        self._clock.memory.parts.asked_windows[digest(number)] = [
            AskedWindow(start, known.at, known.empty) for start, known in sorted(asked.items())
        ]
        self._clock.memory.async_save()


def _appended(windows: Sequence[Interval], whole: Mapping[date, int]) -> bool:
    """Tell whether nothing is stored that is newer than what is due."""
    return bool(windows) and (not whole or midnight(max(whole)) < windows[-1].start)


def _pieces(start: datetime, end: datetime) -> Iterator[Interval]:
    while start < end:
        yield Interval(start, min(start + LONGEST_PASS, end))
        start += LONGEST_PASS
