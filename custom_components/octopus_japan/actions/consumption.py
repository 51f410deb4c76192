"""Use and cost by hour, day, month or billing period, from the hours that the recorder holds. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ..oejp.household.hour import HOUR, Hour
from ..oejp.household.totals import Period, Total, totals
from ..oejp.household.usage import energy
from ..oejp.tariff import Component, Tariff, costs
from ..oejp.tariff.japan_time import day_of, midnight, month_of, month_start


class By(StrEnum):
    """What use is added up by."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    BILLING_PERIOD = "billing_period"


@dataclass(slots=True)
class Used:
    """Use (kWh) and cost (yen, by component, not rounded) of a period.

    `unpriced`: hours that could not be priced and that `cost` lacks.
    """

    period: Period
    kwh: Total
    cost: dict[Component, Decimal] = field(default_factory=dict)
    priced: int = 0

    @property
    def unpriced(self) -> int:
        """The hours that have no price, and that the cost lacks."""
        return self.kwh.hours - self.priced


def split(by: By, start: datetime, end: datetime, tariff: Tariff) -> list[Period]:
    """List the whole periods that a time touches. Days and months are those of Japan."""
    if by is By.BILLING_PERIOD:
        return [Period(p.start, p.end) for p in tariff.calendar.periods(start, end)]
    return list(_calendar(by, start, end))


def _calendar(by: By, start: datetime, end: datetime) -> Iterator[Period]:
    if by is By.MONTH:
        for month in range(month_of(start), month_of(end) + 1):
            if month_start(month) < end:
                yield Period(month_start(month), month_start(month + 1))
        return
    length = HOUR if by is By.HOUR else timedelta(days=1)
    at = (
        midnight(day_of(start))
        if by is By.DAY
        else start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    )
    while at < end:
        yield Period(at, at + length)
        at += length


def used(
    tariff: Tariff, hours: Sequence[Hour], periods: Sequence[Period], since: datetime | None
) -> list[Used]:
    """Add up `hours` (from the start of the first period's billing period on) by ascending periods.

    `since` is the start of supply: earlier hours are not missing.
    """
    named = {str(index): period for index, period in enumerate(periods)}
    sums = totals(energy(hours), named, since)
    found = [Used(period, sums[name]) for name, period in named.items()]
    starts = [period.start for period in periods]
    metered = [(hour.start, hour.kwh) for hour in hours]
    for cost in costs(tariff, metered, skip_unpriced=True):
        index = bisect_right(starts, cost.start) - 1
        if index < 0 or cost.start >= periods[index].end:
            continue
        of_period = found[index]
        of_period.priced += 1
        for component, yen in cost.components.items():
            of_period.cost[component] = of_period.cost.get(component, Decimal(0)) + yen
    return found
