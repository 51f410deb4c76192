"""What the two statistics of a point must hold: an exact model, which shares no code with what it models.

Sums are never stored here. Of each hour the model knows its value and what users have added to the sums from it on; a row's sum is
all of that up to its hour, in decimals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.recorder.sync import Row

HOUR = timedelta(hours=1)
START = datetime(2025, 3, 31, 15, tzinfo=UTC)
"""Midnight in Japan."""
TOKYO = timedelta(hours=9)
PLACES = 8

type Line = tuple[datetime, Decimal, Decimal, datetime | None]
"""A row: hour, value, sum, and the half hour that is counted alone."""


@dataclass(frozen=True)
class StepPricing:
    """A month in Japan costs 20 yen a kWh up to 100 kWh, 30.5 yen beyond: an hour depends on all hours before it."""

    factor: int = 1

    def period(self, at: datetime) -> Interval:
        first = (at + TOKYO).replace(day=1, hour=0, minute=0)
        after = (first + timedelta(days=32)).replace(day=1)
        return Interval(first - TOKYO, after - TOKYO)

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        found: list[tuple[datetime, Decimal]] = []
        month, used = None, Decimal(0)
        for hour in hours:
            if month != (month := self.period(hour.start).start):
                used = Decimal(0)
            cheap = min(max(100 - used, Decimal(0)), hour.kwh)
            used += hour.kwh
            yen = 20 * cheap + Decimal("30.5") * (hour.kwh - cheap)
            found.append((hour.start, self.factor * yen))
        return found


@dataclass
class Statistic:
    """One statistic."""

    values: dict[datetime, Decimal] = field(default_factory=dict)
    marks: dict[datetime, datetime] = field(default_factory=dict)
    added: dict[datetime, Decimal] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        total, found = Decimal(0), []
        for hour in sorted(self.values):
            total += self.values[hour] + self.added.get(hour, 0)
            found.append((hour, self.values[hour], total, self.marks.get(hour)))
        return found

    def adjust(self, at: datetime, by: Decimal) -> None:
        """The user's adjustment moves the sums that are stored from a time on; it belongs to the first of these hours from then on."""
        first = min((hour for hour in self.values if hour >= at), default=None)
        if first is not None:
            self.added[first] = self.added.get(first, Decimal(0)) + by

    def clear(self) -> None:
        self.values.clear()
        self.marks.clear()
        self.added.clear()


@dataclass
class PointModel:
    """A point: half hours come in, whatever was known before, and money follows."""

    energy: Statistic = field(default_factory=Statistic)
    money: Statistic = field(default_factory=Statistic)

    def record(self, half_hours: Mapping[datetime, Decimal], pricing: StepPricing | None) -> None:
        """The answer of one pass."""
        whole: dict[datetime, Decimal] = {}
        alone: dict[datetime, Decimal] = {}
        for at, kwh in half_hours.items():
            other = at + timedelta(minutes=-30 if at.minute else 30)
            if other not in half_hours:
                alone[at] = kwh
            elif not at.minute:
                whole[at] = kwh + half_hours[other]
        newest = max(half_hours)
        self.answer(whole, alone, newest if newest in alone else None, pricing)

    def answer(
        self,
        whole: Mapping[datetime, Decimal],
        alone: Mapping[datetime, Decimal],
        waiting: datetime | None,
        pricing: StepPricing | None,
    ) -> None:
        """Whole hours, half hours alone, and the one of them that is the newest of all."""
        energy = self.energy
        latest = max(energy.values, default=None)
        changed: list[datetime] = []
        for hour, kwh in whole.items():
            if (energy.values.get(hour), hour in energy.marks) != (kwh, False):
                changed.append(hour)
            energy.values[hour] = kwh
            energy.marks.pop(hour, None)
        for at, kwh in alone.items():
            hour, known = at.replace(minute=0), energy.marks.get(at.replace(minute=0))
            if hour not in energy.values:
                if at == waiting and (latest is None or hour > latest):
                    continue
                energy.values[hour], energy.marks[hour] = kwh, at
            elif known is None or (known == at and energy.values[hour] == kwh):
                continue
            elif known == at:
                energy.values[hour] = kwh
            else:
                energy.values[hour] += kwh
                del energy.marks[hour]
            changed.append(hour)
        if changed:
            last = max([*whole, *(at.replace(minute=0) for at in alone)])
            self.price(min(changed), last, pricing)

    def price(self, first: datetime, last: datetime, pricing: StepPricing | None) -> None:
        """Money of whole billing periods, from that of one hour to that of another."""
        if pricing is None:
            return
        start, end = pricing.period(first).start, pricing.period(last).end
        hours = [
            Hour(hour, kwh)
            for hour, kwh in sorted(self.energy.values.items())
            if start <= hour < end
        ]
        self.money.values.update(pricing.price(hours))


def lines(rows: Sequence[Row]) -> list[Line]:
    """Rows as decimals: what a double is off by a user's adjustment is far behind the last place."""
    return [(row.start, decimal(row.state), decimal(row.sum), row.half) for row in rows]


def decimal(value: float) -> Decimal:
    return round(Decimal(repr(value)), PLACES)
