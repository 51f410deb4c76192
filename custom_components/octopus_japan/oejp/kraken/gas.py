"""Gas: supply points with their agreements, and what the meter was read at, about monthly, in whole m³."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from .by_point import ByPoint
from .graphql.points import points
from .model import DAY, TEXT, WHOLE, KrakenModel
from .models import Agreement
from .subject import Subject, instant_text

LONGEST: Final = timedelta(days=100)
"""Of the time between two readings: meters are read every month, or every second one."""
HIGHEST: Final = Decimal(50_000)
"""m³ between two readings: twenty times what a household's largest meter can pass."""


@dataclass(frozen=True, slots=True)
class GasSupplyPoint:
    """A gas supply point."""

    spin: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class GasReading(KrakenModel):
    """What was used from `start_at` until before `end_at`, in m³ (docs/api.md#gas).

    `days_of_gas_usage`: the days that are charged for, where they are told.
    """

    start_at: datetime
    end_at: datetime
    usage: Decimal
    days_of_gas_usage: int | None = field(default=None, metadata=WHOLE)
    reading_date: date | None = field(default=None, metadata=DAY)
    reading_reason: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class GasReadingDates(KrakenModel):
    """When the meter is read next; of electricity meters such dates are often weeks stale."""

    next_reading_date: date | None = field(default=None, metadata=DAY)
    next_next_reading_date: date | None = field(default=None, metadata=DAY)


class Gas(Subject):
    """The questions about gas."""

    async def supply_points(self, account_number: str) -> ByPoint[GasSupplyPoint]:
        """Return the gas supply points of an account, by their number."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("gas_supply_points", variables)
        return points(result).joined(
            lambda parts: GasSupplyPoint(
                parts[0]["spin"], _status(parts), self._items(Agreement, parts, "agreements")
            )
        )

    async def readings(
        self, account_number: str, start: datetime
    ) -> ByPoint[tuple[GasReading, ...]]:
        """Return the readings of each gas supply point that end after `start`, ascending.

        One that cannot be (an end before its start, more than `LONGEST`, below zero, beyond `HIGHEST`) is left out.
        """
        variables = {"accountNumber": account_number, "from": instant_text(start)}
        result = await self._requester.ask("gas_readings", variables)
        return points(result, "intervalReadings").joined(self._readings)

    async def reading_dates(self, account_number: str) -> ByPoint[GasReadingDates]:
        """Return when the meter of each gas supply point is read next."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("gas_reading_dates", variables)
        told = points(result).joined(
            lambda parts: next(
                (
                    dates
                    for part in parts
                    if (dates := self._reader.item(GasReadingDates, part))
                    and dates != GasReadingDates()
                ),
                GasReadingDates(),
            )
        )
        if (error := result.error) and all(dates == GasReadingDates() for dates in told.values()):
            raise error
        return told

    def _readings(self, parts: Sequence[Mapping[str, Any]]) -> tuple[GasReading, ...]:
        found = []
        for reading in dict.fromkeys(self._items(GasReading, parts, "intervalReadings")):
            length = reading.end_at - reading.start_at
            if timedelta(0) < length <= LONGEST and 0 <= reading.usage <= HIGHEST:
                found.append(reading)
            else:
                self._reader.leave_out("a gas reading out of reason")
        return tuple(sorted(found, key=lambda reading: (reading.end_at, reading.start_at)))


def _status(parts: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the status: on supply if any listing says so."""
    told = [part["status"] for part in parts if isinstance(part.get("status"), str)]
    return "ON_SUPPLY" if "ON_SUPPLY" in told else next(iter(told), None)
