"""The middle clock's other half: energy fed into the grid, and what is paid for it, by generation point."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import override

from homeassistant.util import dt as dt_util

from ..oejp.household.hour import Hour
from ..oejp.household.supply_tariff import credits_estimated_since
from ..oejp.household.totals import Total, calendar_periods, totals
from ..oejp.household.usage import GenerationPricing, energy, half_hours
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR
from ..oejp.kraken import Direction, PathFinder, listed_since
from ..oejp.kraken.models import Reading
from ..oejp.tariff import GenerationTariff, Unpriced, credit_at
from ..recorder.statistic_ids import compensation_id, return_id
from .half_hourly import HalfHourlyCoordinator
from .reading_paths import path_finder


@dataclass(frozen=True, kw_only=True)
class PointExport:
    """Energy fed in (kWh) and compensation (yen) of one generation point by period, with `complete` where all is published.

    `age` is for how many whole hours there has been no newer reading, `credit` the yen paid for the next kWh, None where that
    is not told.
    """

    periods: Mapping[str, Interval]
    export: Mapping[str, Total]
    compensation: Mapping[str, Total]
    latest: Reading | None
    age: int | None
    credit: Decimal | None
    imported: float | None
    tariff: GenerationTariff

    def estimated_since(self, period: str) -> datetime | None:
        """Return since when the compensation of a period rests on credits that ended; None where it does not."""
        span = self.periods[period]
        return credits_estimated_since(self.tariff, span.start, span.end)


class ExportsCoordinator(HalfHourlyCoordinator[PointExport]):
    """Energy fed into the grid, by GPIN."""

    clock = "exports"
    energy = ("return", return_id)
    money = ("compensation", compensation_id)

    @override
    def numbers(self) -> Collection[str]:
        return self.account.data.generation_points.keys()

    @override
    def supply_spans(self, number: str) -> Sequence[tuple[datetime | None, datetime | None]]:
        agreements = self.account.data.generation_points[number][1].agreements
        return [(item.valid_from, item.valid_to) for item in agreements] or [(None, None)]

    @override
    def pricing(self, number: str) -> GenerationPricing:
        return GenerationPricing(self.book.generation(number))

    @override
    def make_ways(self, number: str) -> PathFinder:
        return path_finder(self.client, self.memory, number, Direction.GENERATION)

    @override
    def accounts(self, number: str, span: Interval) -> Sequence[tuple[Interval, str]]:
        return [(span, self.account.data.generation_points[number][0])]

    @override
    def reread_start(self, number: str, now: datetime) -> datetime:
        return min(calendar_periods(now)["last_month"].start, listed_since(now))

    @override
    async def fresh(self, number: str) -> PointExport:
        now, since = dt_util.utcnow(), self.supply_start(number)
        hours, yen = await self.meter(number).read(calendar_periods(now)["last_month"].start)
        return await self.hass.async_add_executor_job(
            partial(
                _export,
                hours,
                yen,
                self.book.generation(number),
                now,
                since,
                latest=self.latest(number),
                imported=self.backfill.progress(number),
            )
        )


def _export(
    hours: Sequence[Hour],
    yen: Mapping[datetime, Decimal],
    tariff: GenerationTariff,
    now: datetime,
    since: datetime | None,
    *,
    latest: Reading | None,
    imported: float | None,
) -> PointExport:
    periods, halves = calendar_periods(now), half_hours(hours)
    try:
        credit = credit_at(tariff, now)
    except Unpriced:
        credit = None
    return PointExport(
        periods=periods,
        export=totals(energy(hours), periods, since, halves),
        compensation=totals(yen, periods, since, halves),
        latest=latest,
        age=None if latest is None else (now - latest.end_at) // HOUR,
        credit=credit,
        imported=imported,
        tariff=tariff,
    )
