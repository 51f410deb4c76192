"""The middle clock's other half: energy fed into the grid, and what is paid for it, by generation point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import NAME
from ..identity import digest, last_four
from ..oejp.household.hour import HOUR, Hour
from ..oejp.household.totals import Period, Total, calendar_periods, totals
from ..oejp.household.usage import GenerationPricing, energy, valued
from ..oejp.kraken import Direction, KrakenClient, PathFinder, listed_since
from ..oejp.kraken.models import Reading
from ..oejp.tariff import GenerationTariff, Unpriced, credit_at
from ..recorder.meter_history import PointHistory, energy_series, money_series
from ..recorder.statistic_ids import compensation_id, return_id
from ..store import OctopusStore
from .account import AccountCoordinator
from .half_hourly import HistoryCoordinator, Supply
from .reading_paths import path_finder
from .tariff_book import TariffBook


@dataclass(frozen=True, kw_only=True)
class PointExport:
    """Energy fed in (kWh) and compensation (yen) of one generation point by period, with `complete` where all is published.

    `age` is for how many whole hours there has been no newer reading, `credit` the yen paid for the next kWh, None where that
    is not told.
    """

    periods: Mapping[str, Period]
    export: Mapping[str, Total]
    compensation: Mapping[str, Total]
    latest: Reading | None
    age: int | None
    credit: Decimal | None
    imported: float | None


class ExportsCoordinator(HistoryCoordinator[PointExport]):
    """Energy fed into the grid, by GPIN."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        client: KrakenClient,
        memory: OctopusStore,
        account: AccountCoordinator,
        *,
        book: TariffBook,
    ) -> None:
        super().__init__(hass, entry, client, memory, account, name="exports")
        self.book = book

    @override
    def numbers(self) -> Iterable[str]:
        return self.account.data.generation_points

    @override
    def supply(self, number: str) -> Supply:
        agreements = self.account.data.generation_points[number][1].agreements
        starts = [agreement.valid_from for agreement in agreements if agreement.valid_from]
        ends = [agreement.valid_to for agreement in agreements]
        end = max((at for at in ends if at), default=None) if all(ends) else None
        return Supply(min(starts, default=None), end)

    @override
    async def pricing(self, number: str) -> GenerationPricing:
        return GenerationPricing(self.book.generation(number))

    @override
    def make_point(self, number: str) -> PointHistory:
        hass, entry_id = self.hass, self.config_entry.entry_id
        name, point = f"{NAME} …{last_four(number)}", digest(number)
        return PointHistory(
            hass,
            energy_series(hass, return_id(point), f"{name} return", entry_id),
            money_series(hass, compensation_id(point), f"{name} compensation", entry_id),
        )

    @override
    def make_ways(self, number: str) -> PathFinder:
        return path_finder(self.client, self.memory, number, Direction.GENERATION)

    @override
    def account_number(self, number: str) -> str:
        return self.account.data.generation_points[number][0]

    @override
    def reread_start(self, number: str, now: datetime) -> datetime:
        return min(calendar_periods(now)["last_month"].start, listed_since(now))

    @override
    async def fresh(self, number: str) -> PointExport:
        now = dt_util.utcnow()
        hours = await self.point(number).hours(calendar_periods(now)["last_month"].start)
        return await self.hass.async_add_executor_job(
            partial(
                _export,
                hours,
                self.book.generation(number),
                now,
                self.supply(number).start,
                latest=self.latest(number),
                imported=self.importer.progress(number),
            )
        )


def _export(
    hours: Sequence[Hour],
    tariff: GenerationTariff,
    now: datetime,
    since: datetime | None,
    *,
    latest: Reading | None,
    imported: float | None,
) -> PointExport:
    periods = calendar_periods(now)
    try:
        credit = credit_at(tariff, now)
    except Unpriced:
        credit = None
    return PointExport(
        periods=periods,
        export=totals(energy(hours), periods, since),
        compensation=totals(valued(hours, GenerationPricing(tariff)), periods, since),
        latest=latest,
        age=None if latest is None else (now - latest.end_at) // HOUR,
        credit=credit,
        imported=imported,
    )
