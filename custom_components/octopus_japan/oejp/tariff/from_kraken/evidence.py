"""What is known of a supply point beside its agreements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...kraken.models import (
    AddonRate,
    IntervalReading,
    LineItem,
    MetiCredit,
    Rate,
    Reading,
    ReadingDates,
    SupplyPeriod,
)
from ..capacity import Capacity
from ..monthly_rates import MonthlyRate
from ..schedule import Schedule, SeenBands


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside the agreements; each part may be missing.

    `charges`: line items of past bills. `observed`: what `observations` and `subsidy_rates` returned in the past, and what the
    user entered. `meti_credits`: what the service tells now; the months that it does not name are those of the shipped table.
    `readings`: the last weeks, with their bands; `seen`: by product code, what `bands_seen` returned in the past. `schedules`:
    the hours that the user entered, by product code. `schemes`: time-of-use scheme by product code, from the tariff summary.
    `addons`, `standing_charges`: by agreement. `capacity`: of the point's contract (capacity.py). `agreed` is False where nobody
    told of a contract, and the agreements are what the user entered: their prices are those on sale, and so an estimate.
    """

    intervals: Sequence[IntervalReading] = ()
    reading_dates: ReadingDates | None = None
    supply_periods: Sequence[SupplyPeriod] = ()
    charges: Sequence[LineItem] = ()
    observed: Sequence[MonthlyRate] = ()
    meti_credits: Sequence[MetiCredit] | None = None
    readings: Sequence[Reading] = ()
    seen: Mapping[str, Sequence[SeenBands]] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    schemes: Mapping[str, str] = field(default_factory=dict)
    capacity: Capacity = field(default_factory=Capacity)
    addons: Mapping[int, Sequence[AddonRate]] = field(default_factory=dict)
    standing_charges: Mapping[int, Sequence[Rate]] = field(default_factory=dict)
    agreed: bool = True

    @property
    def bands(self) -> list[tuple[datetime, str | None]]:
        """The start and band of each reading."""
        return [(reading.start_at, reading.consumption_rate_band) for reading in self.readings]


NOTHING = Evidence()
