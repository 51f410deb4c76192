"""Who is supplied, where, and by which agreement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .by_point import ByPoint
from .graphql.points import account, points, properties
from .introductory import lay_durations
from .models import (
    AccountSupply,
    Agreement,
    GenerationPoint,
    IntervalReading,
    Property,
    ReadingDates,
    SupplyPeriod,
    SupplyPoint,
)
from .parsing import as_text
from .subject import Subject, instant_text


class Supply(Subject):
    """The questions about accounts and supply points."""

    async def points(self, account_number: str) -> AccountSupply:
        """Return the places of an account and their electricity supply points."""
        result = await self._requester.ask("supply_points", {"accountNumber": account_number})
        found = account(result)
        places = tuple(
            Property(
                as_text(place.get("id")),
                self._reader.items(SupplyPoint, place["electricitySupplyPoints"]),
            )
            for _, place in properties(result)
            if isinstance(place.get("electricitySupplyPoints"), list)
        )
        if not places and (error := result.error):
            raise error
        return AccountSupply(account_number, as_text(found.get("status")), places)

    async def agreements(self, account_number: str) -> ByPoint[tuple[Agreement, ...]]:
        """Return the agreements of each supply point, past and present, with their products and rates."""
        result = await self._requester.ask("agreements", {"accountNumber": account_number})
        lay_durations(result)
        return points(result, "agreements").joined(
            lambda parts: self._items(Agreement, parts, "agreements")
        )

    async def periods(self, account_number: str) -> ByPoint[tuple[SupplyPeriod, ...]]:
        """Return the times on supply of each supply point."""
        return await self._by_point("supply_periods", "supplyPeriods", SupplyPeriod, account_number)

    async def interval_readings(
        self, account_number: str, start_at: datetime
    ) -> ByPoint[tuple[IntervalReading, ...]]:
        """Return the closed billing periods of each supply point from `start_at` on."""
        return await self._by_point(
            "interval_readings",
            "intervalReadings",
            IntervalReading,
            account_number,
            startAt=instant_text(start_at),
        )

    async def reading_dates(self, account_number: str) -> ByPoint[ReadingDates]:
        """Return the scheduled meter readings of each supply point; often stale."""
        result = await self._requester.ask("reading_dates", {"accountNumber": account_number})
        told = points(result).joined(self._reading_dates)
        read = ByPoint({spin: dates for spin, dates in told.items() if dates}, told.errors)
        if (error := result.error) and all(dates == ReadingDates() for dates in read.values()):
            raise error
        return read

    def _reading_dates(self, parts: Sequence[Mapping[str, Any]]) -> ReadingDates | None:
        """Return what the first listing tells that tells any date; None if none could be read."""
        told = [dates for part in parts if (dates := self._reader.item(ReadingDates, part))]
        return max(told, key=lambda dates: dates != ReadingDates(), default=None)

    async def generation_points(self, account_number: str) -> ByPoint[GenerationPoint]:
        """Return the points of an account that feed the grid."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("generation_points", variables)
        return points(result, key="gpin").joined(
            lambda parts: GenerationPoint(
                parts[0]["gpin"],
                as_text(parts[0].get("status")),
                self._items(Agreement, parts, "agreements"),
            )
        )
