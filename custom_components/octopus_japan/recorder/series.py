"""One external statistic in Home Assistant's recorder: what is stored of it.

What is not `async` reads the database, and belongs into a thread that may: the recorder's own, or one of its executor. Who
writes is `recorder_pass.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    StatisticsRow,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util
from sqlalchemy import BigInteger, cast, func, select

from ..oejp.japan_time import HOUR, JST
from .statistic_ids import SOURCE
from .sync import TOLERANCE, Row

CHUNK = timedelta(hours=4000)
"""What one query reads: fetching five years at once keeps the event loop from running for 50 ms."""

DAY = 86_400
JAPAN = int(JST.utcoffset(None).total_seconds())
"""Seconds by which days in Japan are ahead of those in UTC; there is no summer time."""
EPOCH = date(1970, 1, 1)


class Series:
    """An hourly statistic. `unit` is kWh or JPY. A name that the statistic was given since is kept."""

    def __init__(self, hass: HomeAssistant, statistic_id: str, name: str, unit: str) -> None:
        self.statistic_id = statistic_id
        self.name = name
        self.unit = unit
        self._hass = hass

    async def async_read(self, start: datetime, end: datetime | None = None) -> list[Row]:
        """Return the rows from `start` to before `end` (aware; None: to the last one)."""
        return await get_instance(self._hass).async_add_executor_job(self.during, start, end)

    def during(self, start: datetime, end: datetime | None = None) -> list[Row]:
        """Return the rows from `start` to before `end` (aware; None: to the last one), ascending."""
        newest = self.newest()
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

    def newest(self) -> datetime | None:
        """Return the latest hour, None without any."""
        found = get_last_statistics(self._hass, 1, self.statistic_id, False, {"state"})
        if self.statistic_id not in found:
            return None
        return dt_util.utc_from_timestamp(found[self.statistic_id][0]["start"])

    def before(self, start: datetime) -> float:
        """Return the sum at the end of the last hour before `start`, 0 if nothing is older.

        Home Assistant has no look-up for it; the table's index answers.
        """
        statement = (
            select(Statistics.sum)
            .where(
                Statistics.metadata_id == self._metadata_id(),
                Statistics.start_ts < start.timestamp(),
                Statistics.sum.is_not(None),
            )
            .order_by(Statistics.start_ts.desc())
            .limit(1)
        )
        with session_scope(hass=self._hass, read_only=True) as session:
            found: float | None = session.execute(statement).scalar()
        return found or 0.0

    def whole_hours(self) -> dict[date, int]:
        """Count, by day in Japan, the hours of which both halves are stored."""
        day = (cast(Statistics.start_ts, BigInteger) + JAPAN) // DAY
        statement = (
            select(day, func.count())
            .where(
                Statistics.metadata_id == self._metadata_id(),
                Statistics.state.is_not(None),
                Statistics.sum.is_not(None),
                Statistics.last_reset_ts.is_(None),
            )
            .group_by(day)
        )
        with session_scope(hass=self._hass, read_only=True) as session:
            found = session.execute(statement).all()
        return {EPOCH + timedelta(days=int(number)): count for number, count in found}

    def holds(self, rows: Sequence[Row]) -> bool:
        """Tell whether rows (every one from the first to the last of them) are stored as they are."""
        stored = self.during(rows[0].start, rows[-1].start + HOUR)
        return len(stored) == len(rows) and all(
            one.start == other.start
            and one.half == other.half
            and abs(one.state - other.state) <= TOLERANCE
            and abs(one.sum - other.sum) <= TOLERANCE
            for one, other in zip(stored, rows, strict=True)
        )

    def metadata(self) -> StatisticMetaData:
        """Return what an import says of the statistic: it overwrites the name, so the name that it has is taken over."""
        converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(self.unit)
        found = get_metadata(self._hass, statistic_ids={self.statistic_id}).get(self.statistic_id)
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=(found[1]["name"] if found else None) or self.name,
            source=SOURCE,
            statistic_id=self.statistic_id,
            unit_class=converter.UNIT_CLASS if converter else None,
            unit_of_measurement=self.unit,
        )

    def _metadata_id(self) -> object:
        return (
            select(StatisticsMeta.id)
            .where(StatisticsMeta.statistic_id == self.statistic_id)
            .scalar_subquery()
        )


def recorded(rows: Iterable[Row]) -> list[StatisticData]:
    """Turn rows into the recorder's. `last_reset` is ours to use: it marks an hour of which only the half hour that begins then is counted."""
    return [
        StatisticData(start=row.start, state=row.state, sum=row.sum, last_reset=row.half)
        for row in rows
    ]


def _row(found: StatisticsRow) -> Row | None:
    """None for a row that lacks a number: we write none such."""
    state, total = found.get("state"), found.get("sum")
    if state is None or total is None:
        return None
    half = found.get("last_reset")
    return Row(
        dt_util.utc_from_timestamp(found["start"]),
        state,
        total,
        None if half is None else dt_util.utc_from_timestamp(half),
    )
