"""Prices and costs written apart from the integration: literal, slow, exact.

A day is found by adding nine hours, a billing period by walking back day by day, a step by counting every hundredth of a
kWh, a price by asking each minute. Sums are fractions.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

NINE_HOURS = timedelta(hours=9)
ONE_DAY = timedelta(days=1)
EV = {
    hour: "NIGHT" if 1 <= hour < 5 else "DAY" if 11 <= hour < 13 else "STANDARD"
    for hour in range(24)
}


@dataclass
class Plan:
    """Hundredths of a yen everywhere. `steps`: (kWh up to which, price); `bands`: price by slot of the EV schedule."""

    standing: int
    steps: list[tuple[int | None, int]] = field(default_factory=list)
    bands: dict[str, int] = field(default_factory=dict)
    fuel: bool = True


@dataclass
class World:
    """`plans`: (first day, plan), ascending; `fuel`, `levy`, `subsidy`: by (year, month), from the latest known month on."""

    plans: list[tuple[date, Plan]]
    reading_day: int
    fuel: dict[tuple[int, int], int]
    levy: dict[tuple[int, int], int]
    subsidy: dict[tuple[int, int], int] = field(default_factory=dict)
    by_reading_month: bool = False


def japan(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) + NINE_HOURS


def is_reading_day(world: World, day: date) -> bool:
    return day.day == min(world.reading_day, monthrange(day.year, day.month)[1])


def period(world: World, day: date) -> tuple[date, date]:
    start = day
    while not is_reading_day(world, start):
        start -= ONE_DAY
    end = day + ONE_DAY
    while not is_reading_day(world, end):
        end += ONE_DAY
    return start, end


def plan_on(world: World, day: date) -> Plan:
    return [plan for first, plan in world.plans if first <= day][-1]


def latest(table: dict[tuple[int, int], int], month: tuple[int, int]) -> int:
    while month not in table:
        month = before(month)
    return table[month]


def before(month: tuple[int, int]) -> tuple[int, int]:
    return (month[0] - 1, 12) if month[1] == 1 else (month[0], month[1] - 1)


def monthly_rates(world: World, day: date) -> tuple[int, int, int]:
    month = (day.year, day.month)
    end = period(world, day)[1]
    reading_month = (end.year, end.month)
    if world.by_reading_month:
        month = reading_month
    use = before(reading_month)
    fuel = latest(world.fuel, month) if plan_on(world, day).fuel else 0
    return fuel, latest(world.levy, month), -world.subsidy.get(use, 0)


def energy(world: World, at: datetime, used: int) -> int:
    """The energy price at an instant, `used` hundredths of a kWh into the period."""
    local = japan(at)
    plan = plan_on(world, local.date())
    if plan.bands:
        return plan.bands[EV[local.hour]]
    return next(price for top, price in plan.steps if top is None or used < top * 100)


def total(world: World, at: datetime, used: int) -> int:
    return energy(world, at, used) + sum(monthly_rates(world, japan(at).date()))


def costs(world: World, hours: list[tuple[datetime, int]], used: int) -> list[dict[str, Fraction]]:
    """Yen by component of (start, hundredths of a kWh)."""
    result = []
    current = period(world, japan(hours[0][0]).date())
    for start, centi in hours:
        day = japan(start).date()
        if period(world, day) != current:
            current, used = period(world, day), 0
        cost = 0
        for _ in range(centi):
            cost += energy(world, start, used)
            used += 1
        fuel, levy, subsidy = monthly_rates(world, day)
        result.append(
            {
                "energy": Fraction(cost, 10_000),
                "fuel_cost_adjustment": Fraction(centi * fuel, 10_000),
                "renewable_energy_levy": Fraction(centi * levy, 10_000),
                "subsidy": Fraction(centi * subsidy, 10_000),
                "standing_charge": Fraction(plan_on(world, day).standing, 2_400),
            }
        )
    return result
