"""Households to back-cast over: what appliances, people and weather make of thirteen months and more.

A load model of its own: it shares nothing with the projection that it is to judge, neither shapes nor constants. All invented.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
import math
from random import Random

from custom_components.octopus_japan.oejp.household.habit import TypicalUse

FIRST_DAY = date(2025, 4, 18)
DAYS = 400
_DAY = timedelta(days=1)
_JST_AHEAD = timedelta(hours=9)
_CENT = Decimal("0.01")

_HOLIDAYS = [
    (date(2025, 5, 3), 4),
    (date(2025, 8, 12), 5),
    (date(2025, 12, 30), 5),
    (date(2026, 5, 2), 5),
]
"""When many are away or at home: Golden Week, Obon, New Year."""


@cache
def temperatures(area_seed: int) -> tuple[float, ...]:
    """Return daily mean temperatures (°C) of Tokyo or thereabouts: warm and cold spells last some days."""
    random = Random(f"weather {area_seed}")
    spell, year_off, found = 0.0, random.gauss(0, 0.7), []
    for number in range(DAYS):
        spell = 0.72 * spell + random.gauss(0, 1.7)
        day = FIRST_DAY + number * _DAY
        season = -math.cos(2 * math.pi * (day.timetuple().tm_yday - 28) / 365.25)
        found.append(16.5 + year_off + 10.8 * season + spell)
    return tuple(found)


@dataclass(frozen=True)
class Household:
    """Who lives there and what they run, kW unless it says otherwise."""

    seed: int
    people: int
    standby: float
    comfort: float
    """kW a degree of heating or cooling while someone is at home."""
    heats: float
    """Which part of the heating is electric, 0 to 1."""
    hot_water: float
    """kWh a day by an electric water heater at night; 0 with gas."""
    car: float
    """kWh of a charge."""
    home_days: frozenset[int]
    """Weekdays on which someone works at home."""
    away: frozenset[int]
    """Days, counted from the first, on which nobody is there."""
    change: tuple[int, float]
    """From which day on everything but the weather's part is by so much more or less."""

    @property
    def hours(self) -> list[tuple[datetime, Decimal]]:
        """Return the kWh of every hour, in hundredths."""
        random = Random(f"days {self.seed}")
        air = temperatures(self.seed % 7)
        found: list[tuple[datetime, Decimal]] = []
        for number in range(DAYS):
            day = FIRST_DAY + number * _DAY
            begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - _JST_AHEAD
            for hour, kwh in enumerate(self._day(number, day, air[number], random)):
                found.append(
                    (begin + timedelta(hours=hour), Decimal(repr(max(kwh, 0.0))).quantize(_CENT))
                )
        return found

    def _day(self, number: int, day: date, air: float, random: Random) -> list[float]:
        level = self.change[1] if number >= self.change[0] else 1.0
        mood = math.exp(random.gauss(0, 0.13))
        gone = number in self.away
        free = day.weekday() >= 5 or day.weekday() in self.home_days
        charges = self.car and not gone and random.random() < 0.4
        bath = self.hot_water * (1.5 - 0.025 * air) * math.exp(random.gauss(0, 0.12))
        degrees = self.heats * max(0.0, 18.0 - air) + 1.15 * max(0.0, air - 23.5)
        kwh = []
        for hour in range(24):
            used = self.standby * level * (0.9 + 0.2 * random.random())
            if not gone:
                used += level * mood * self._awake(hour, free) * (0.5 + random.random())
                used += (
                    degrees
                    * self.comfort
                    * self._there(hour, free)
                    * (0.75 + 0.5 * random.random())
                )
            if self.hot_water and 2 <= hour < 6:
                used += (0.15 if gone else 1.0) * bath / 4
            if charges and 1 <= hour < 4:
                used += self.car / 3
            kwh.append(used)
        return kwh

    def _awake(self, hour: int, free: bool) -> float:
        rise = 8 if free else 6
        each = 0.05 + 0.045 * self.people
        if hour in {rise, rise + 1}:
            return 1.6 * each
        if 17 <= hour < 23:
            return (2.4 if 18 <= hour < 21 else 1.7) * each
        if rise < hour < 17:
            return (1.0 if free else 0.25) * each
        return 0.1 * each

    def _there(self, hour: int, free: bool) -> float:
        if 9 <= hour < 17:
            return 0.9 if free else 0.25
        return 0.45 if hour < 6 else 1.0


def household(seed: int) -> Household:
    """Make up the household of a seed."""
    random = Random(f"household {seed}")
    people = random.choice((1, 1, 2, 2, 3, 3, 4, 4, 5))
    all_electric = random.random() < 0.25
    away: set[int] = set()
    for begin, most in _HOLIDAYS:
        if random.random() < 0.3:
            first = (begin - FIRST_DAY).days + random.randrange(-1, 2)
            away |= set(range(first, first + random.randrange(2, most + 1)))
    for _ in range(random.randrange(0, 4)):
        first = random.randrange(DAYS)
        away |= set(range(first, first + random.randrange(1, 7)))
    changes = random.random() < 0.3
    return Household(
        seed=seed,
        people=people,
        standby=random.uniform(0.07, 0.16) + 0.025 * people,
        comfort=random.uniform(0.02, 0.055),
        heats=1.0 if all_electric else random.choice((0.2, 0.6, 0.9)),
        hot_water=random.uniform(3.0, 6.0) if all_electric else 0.0,
        car=random.uniform(6.0, 12.0) if random.random() < 0.1 else 0.0,
        home_days=frozenset(random.sample(range(5), random.choice((0, 0, 1, 2, 5)))),
        away=frozenset(away),
        change=(random.randrange(40, DAYS), random.uniform(0.75, 1.35) if changes else 1.0),
    )


def typical(seeds: range) -> TypicalUse:
    """Return the typical use that a supplier knows of many homes: the mean of some, by month and half hour."""
    sums: dict[int, list[Decimal]] = {month: [Decimal(0)] * 24 for month in range(1, 13)}
    days: dict[int, int] = dict.fromkeys(sums, 0)
    for seed in seeds:
        for at, kwh in household(seed).hours[: 365 * 24]:
            local = at + _JST_AHEAD
            sums[local.month][local.hour] += kwh
            days[local.month] += local.hour == 0
    return {
        month: [kwh / days[month] / 2 for kwh in hours for _ in range(2)]
        for month, hours in sums.items()
    }
