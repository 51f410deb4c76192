"""One external statistic in Home Assistant's recorder: read it, compare it, write it, and be sure that it was written."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
import logging

from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    StatisticsRow,
    async_add_external_statistics,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util
from sqlalchemy import ColumnElement, select

from ..oejp.household.hour import HOUR
from .claims import Queued, async_claim, async_get_claim
from .statistic_ids import SOURCE
from .sync import TOLERANCE, Hours, Row, differs, sync

_LOGGER = logging.getLogger(__name__)

WRITE_TIMEOUT = 300.0
"""Seconds to wait for the recorder: five years of hours take it 30 s here, and a slow disk longer."""

LOST_AFTER = 600.0
"""Seconds after which a write that the recorder got past and that is not there counts as dropped, not as retried."""


CHUNK = timedelta(hours=4000)
"""What one query reads: fetching five years at once keeps the event loop from running for 50 ms."""


class NotWrittenError(HomeAssistantError):
    """Statistics cannot be compared or are not known to be written now; the same pass is worth repeating later."""


class ClaimedError(HomeAssistantError):
    """Another config entry writes this statistic."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows of a window, ascending, and the sum just before it (0 if nothing is older)."""

    rows: list[Row]
    before: float


class Series:
    """An hourly statistic, written by one config entry.

    `unit` is kWh or JPY. A name that the statistic was given since is kept.
    """

    def __init__(
        self, hass: HomeAssistant, statistic_id: str, name: str, unit: str, *, entry_id: str
    ) -> None:
        self.statistic_id = statistic_id
        self.unit = unit
        self._hass = hass
        self._entry_id = entry_id
        self._claim = async_get_claim(hass, statistic_id)
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
        self._metadata = StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=name,
            source=SOURCE,
            statistic_id=statistic_id,
            unit_class=converter.UNIT_CLASS if converter else None,
            unit_of_measurement=unit,
        )

    async def read(self, start: datetime, end: datetime | None = None) -> Stored:
        """Return the rows from `start` to before `end` (aware; None: to the last one)."""
        return await get_instance(self._hass).async_add_executor_job(self._read, start, end)

    async def last(self) -> Row | None:
        """Return the latest row, None without any."""
        return await get_instance(self._hass).async_add_executor_job(self._last)

    async def first(self) -> Row | None:
        """Return the earliest row, None without any."""
        return await get_instance(self._hass).async_add_executor_job(self._first)

    async def span(self) -> tuple[Row | None, Row | None]:
        """Return the earliest and the latest row."""
        return await get_instance(self._hass).async_add_executor_job(
            lambda: (self._first(), self._last())
        )

    @callback
    def claim(self) -> bool:
        """Claim the statistic for the config entry; False while another entry has it."""
        return async_claim(self._hass, self.statistic_id, self._entry_id)

    @callback
    def write(self, rows: Sequence[Row]) -> None:
        """Queue rows as one import; nothing for no rows. Whether they are in, only `written` tells.

        Rows after the last one given keep their sums, so give every row to the last one stored: `update` does.
        Raises ClaimedError if another entry has the statistic, NotWrittenError before Home Assistant has started and while
        an earlier write has not been read back.
        """
        if not self.claim():
            raise ClaimedError(f"{self.statistic_id} is written by another config entry")
        if self._hass.state is not CoreState.running:
            raise NotWrittenError(
                "Home Assistant is not running: the recorder's queue stands still"
            )
        if self._claim.queued:
            raise NotWrittenError(f"An earlier write of {self.statistic_id} is not in yet")
        if rows:
            self._queue(rows, _data(rows))

    async def written(self) -> bool:
        """Wait until the rows queued last can be read; True if they can, or if there are none.

        False if not in WRITE_TIMEOUT, if the recorder went past them without storing them (its failures are only logged),
        and at once, without waiting, while Home Assistant is not running.
        """
        queued = self._claim.queued
        if self._hass.state is not CoreState.running:
            return False
        if queued is None:
            return True
        if not await self._synchronized():
            return False
        instance = get_instance(self._hass)
        holds = await instance.async_add_executor_job(self._holds, queued)
        lost = not holds and self._hass.loop.time() - queued.at >= LOST_AFTER
        if lost:
            _LOGGER.warning("The recorder dropped a write of %s", self.statistic_id)
        if (holds or lost) and self._claim.queued is queued:
            self._claim.queued = None
        return holds

    async def update(self, values: Hours | Mapping[datetime, Decimal]) -> list[Row]:
        """Make the statistic equal to the values (whole hours) and return the rows written, [] if none differed.

        Reads the rows of these hours, compares, writes from the first difference to the last row as one import, and waits
        until it can be read back: one pass at a time, whoever calls. Values older than everything stored go in front.
        Hours without a value are kept.

        Raises ClaimedError if another entry has the statistic; NotWrittenError while Home Assistant is not running, while
        an earlier write is not in, and if this one could not be read back in time. Then nothing is lost: repeat later.
        """
        async with self._claim.lock:
            if not self.claim():
                raise ClaimedError(f"{self.statistic_id} is written by another config entry")
            if self._hass.state is not CoreState.running:
                raise NotWrittenError("Home Assistant is not running")
            if not await self.written() and self._claim.queued:
                raise NotWrittenError(f"An earlier write of {self.statistic_id} is not in yet")
            instance = get_instance(self._hass)
            rows, data = await instance.async_add_executor_job(self._compare, values)
            if rows:
                self._queue(rows, data)
                if not await self.written():
                    raise NotWrittenError(f"{self.statistic_id} could not be read back")
            return rows

    async def differing(self, values: Mapping[datetime, Decimal]) -> dict[datetime, Decimal]:
        """Return those of the values (whole hours) that are not what is stored."""
        return await get_instance(self._hass).async_add_executor_job(self._differing, values)

    # On the event loop.

    @callback
    def _queue(self, rows: Sequence[Row], data: list[StatisticData]) -> None:
        """Hand over a list that nobody else holds: the recorder keeps it by reference."""
        async_add_external_statistics(self._hass, self._metadata.copy(), data)
        self._claim.queued = Queued(rows[0], rows[-1], self._hass.loop.time())

    async def _synchronized(self) -> bool:
        """Wait until the recorder has gone past everything queued before: its own wait returns while an import runs."""
        future: asyncio.Future[None] = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(future))
        try:
            async with asyncio.timeout(WRITE_TIMEOUT):
                await future
        except TimeoutError:
            return False
        return True

    # In the recorder's executor.

    def _compare(
        self, values: Hours | Mapping[datetime, Decimal]
    ) -> tuple[list[Row], list[StatisticData]]:
        """Compare within the hours of the values; only a difference makes the rows after them worth reading."""
        hours = values if isinstance(values, Hours) else Hours(values)
        if (first := hours.first) is None or (last := hours.last) is None:
            return [], []
        newest = self._newest()
        after = last + HOUR
        stored = Stored(self._during(first, after, newest), self._before(first))
        wanted = hours.values(stored.rows, newest)
        rows = sync(stored.rows, wanted, stored.before)
        if rows and newest is not None and newest >= after:
            rows = sync([*stored.rows, *self._during(after, None, newest)], wanted, stored.before)
        if rows:
            self._keep_name()
        return rows, _data(rows)

    def _differing(self, values: Mapping[datetime, Decimal]) -> dict[datetime, Decimal]:
        if not values:
            return {}
        rows = self._during(min(values), max(values) + HOUR, self._newest())
        states = {row.start: row.state for row in rows}
        return {
            start: value for start, value in values.items() if differs(value, states.get(start))
        }

    def _read(self, start: datetime, end: datetime | None) -> Stored:
        return Stored(self._during(start, end, self._newest()), self._before(start))

    def _during(self, start: datetime, end: datetime | None, newest: datetime | None) -> list[Row]:
        if newest is None:
            return []
        stop = newest + HOUR if end is None else min(newest + HOUR, end)
        rows: list[Row] = []
        while start < stop:
            found = statistics_during_period(
                self._hass,
                start,
                min(start + CHUNK, stop),
                {self.statistic_id},
                "hour",
                None,
                {"state", "sum", "last_reset"},
            )
            rows += [
                row
                for recorded in found.get(self.statistic_id, [])
                if (row := _row(recorded)) is not None
            ]
            start += CHUNK
        return rows

    def _newest(self) -> datetime | None:
        last = self._last_recorded()
        return dt_util.utc_from_timestamp(last["start"]) if last else None

    def _last(self) -> Row | None:
        last = self._last_recorded()
        return _row(last) if last else None

    def _last_recorded(self) -> StatisticsRow | None:
        found = get_last_statistics(
            self._hass, 1, self.statistic_id, True, {"state", "sum", "last_reset"}
        )
        return found[self.statistic_id][0] if found else None

    def _first(self) -> Row | None:
        found = self._select(Statistics.start_ts.asc())
        if found is None:
            return None
        start, state, total = found
        return _row(StatisticsRow(start=start, end=start, state=state, sum=total))

    def _before(self, start: datetime) -> float:
        """Return the sum at the end of the last hour before `start`, 0 if nothing is older."""
        found = self._select(
            Statistics.start_ts.desc(),
            Statistics.start_ts < start.timestamp(),
            Statistics.sum.is_not(None),
        )
        return found[2] if found else 0.0

    def _select(
        self, order: ColumnElement[float | None], *conditions: ColumnElement[bool]
    ) -> tuple[float, float, float] | None:
        """Return start, state and sum of one row. Home Assistant has no look-up for it; the table's index answers."""
        metadata = select(StatisticsMeta.id).where(StatisticsMeta.statistic_id == self.statistic_id)
        statement = (
            select(Statistics.start_ts, Statistics.state, Statistics.sum)
            .where(Statistics.metadata_id == metadata.scalar_subquery(), *conditions)
            .order_by(order)
            .limit(1)
        )
        with session_scope(hass=self._hass, read_only=True) as session:
            found = session.execute(statement).first()
        return None if found is None else (found[0], found[1], found[2])

    def _holds(self, queued: Queued) -> bool:
        """One import is one transaction, and its first row always differs from what was stored."""
        newest = self._newest()
        return all(
            any(
                abs(row.state - expected.state) <= TOLERANCE
                for row in self._during(expected.start, expected.start + HOUR, newest)
            )
            for expected in (queued.first, queued.last)
        )

    def _keep_name(self) -> None:
        """Take over the name that the statistic has: an import overwrites it."""
        found = get_metadata(self._hass, statistic_ids={self.statistic_id})
        if self.statistic_id in found and (name := found[self.statistic_id][1]["name"]):
            self._metadata["name"] = name


def _data(rows: Sequence[Row]) -> list[StatisticData]:
    """`last_reset` is ours to use: it marks an hour of which only the half hour that begins then is counted."""
    return [
        StatisticData(start=row.start, state=row.state, sum=row.sum, last_reset=row.half)
        for row in rows
    ]


def _row(recorded: StatisticsRow) -> Row | None:
    """None for a row that lacks a number: we write none such."""
    state, total = recorded.get("state"), recorded.get("sum")
    if state is None or total is None:
        return None
    half = recorded.get("last_reset")
    return Row(
        dt_util.utc_from_timestamp(recorded["start"]),
        state,
        total,
        None if half is None else dt_util.utc_from_timestamp(half),
    )
