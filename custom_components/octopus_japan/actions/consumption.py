"""Use and cost by hour, day, month or billing period, from the hours that the recorder holds. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ..oejp.household.hour import PLACES, Hour
from ..oejp.household.totals import Total, totals
from ..oejp.household.usage import energy, half_hours, hourly_costs
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR, day_of, midnight, month_of, month_start
from ..oejp.tariff import Component, Tariff

# What an hour may differ by: the recorder keeps so many decimal places.
_ROUNDED = Decimal(2).scaleb(-PLACES)


class By(StrEnum):
    """What use is added up by."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    BILLING_PERIOD = "billing_period"


@dataclass(slots=True)
class Used:
    """Use (kWh) and cost (yen, not rounded) of a period.

    `total` is what the rows say, None while they say nothing; `parts` are priced anew, by component. Where the two differ a
    rewrite of the rows is `pending`. `unpriced`: hours with a reading that the cost lacks. `estimated_since`: from when on it
    rests on rates that nobody told yet.
    """

    period: Interval
    kwh: Total
    total: Decimal | None = None
    parts: dict[Component, Decimal] = field(default_factory=dict)
    unpriced: int = 0
    priced: int = 0
    worked_out: int = 0
    estimated_since: datetime | None = None

    @property
    def pending(self) -> bool:
        """Whether the rows do not yet say what the tariff says of the same hours."""
        if self.priced != self.worked_out:
            return True
        parts = sum(self.parts.values(), Decimal(0))
        return abs(parts - (self.total or Decimal(0))) > _ROUNDED * max(self.priced, 1)


def split(by: By, start: datetime, end: datetime, tariff: Tariff) -> list[Interval]:
    """List the whole periods that a time touches. Days and months are those of Japan."""
    if by is By.BILLING_PERIOD:
        return list(tariff.calendar.periods(start, end))
    return list(_calendar(by, start, end))


def _calendar(by: By, start: datetime, end: datetime) -> Iterator[Interval]:
    if by is By.MONTH:
        for month in range(month_of(start), month_of(end) + 1):
            if month_start(month) < end:
                yield Interval(month_start(month), month_start(month + 1))
        return
    length = HOUR if by is By.HOUR else timedelta(days=1)
    at = (
        midnight(day_of(start))
        if by is By.DAY
        else start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    )
    while at < end:
        yield Interval(at, at + length)
        at += length


def used(
    tariff: Tariff,
    hours: Sequence[Hour],
    yen: Mapping[datetime, Decimal],
    periods: Sequence[Interval],
    since: datetime | None,
) -> list[Used]:
    """Add up `hours` and the `yen` of each (from the start of the first period's billing period on) by ascending periods.

    `since` is the start of supply: earlier hours are not missing.
    """
    named = {str(index): period for index, period in enumerate(periods)}
    kwh = energy(hours)
    sums = totals(kwh, named, since, half_hours(hours))
    found = [Used(period, sums[name]) for name, period in named.items()]
    starts = [period.start for period in periods]

    def of_hour(at: datetime) -> Used | None:
        index = bisect_right(starts, at) - 1
        return found[index] if index >= 0 and at < periods[index].end else None

    for at, amount in yen.items():
        if (each := of_hour(at)) is not None:
            each.priced += 1
            each.total = (each.total or Decimal(0)) + amount
    for at in kwh.keys() - yen.keys():
        if (each := of_hour(at)) is not None:
            each.unpriced += 1
    for cost in hourly_costs(tariff, hours):
        if (each := of_hour(cost.start)) is None:
            continue
        each.worked_out += 1
        if cost.estimated and each.estimated_since is None:
            each.estimated_since = cost.start
        for component, part in cost.components.items():
            each.parts[component] = each.parts.get(component, Decimal(0)) + part
    return found
