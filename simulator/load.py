"""Plausible half-hourly energy: what a household draws, what its roof feeds in. Whole hundredths of a kWh.

Weather is shared by an area, the rest belongs to the point. All figures are invented; none is anyone's real usage.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
import math
from random import Random
from typing import NamedTuple

from .dates import SLOTS_A_DAY, chance

# Mean temperature in °C by grid area in the middle of January and of August; a rough climate is all that is needed.
_CLIMATE = {
    "01": (-3, 22),
    "02": (2, 24),
    "03": (6, 28),
    "06": (6, 29),
    "07": (5, 28),
    "08": (6, 28),
}


class Weather(NamedTuple):
    """One day in one area."""

    temperature: float
    sunshine: float


@lru_cache(maxsize=8192)
def weather(seed: int, area: str, day: date) -> Weather:
    """Return the day's mean temperature (°C) and the share of a clear day's sun (0-1)."""
    winter, summer = _CLIMATE.get(area, (6, 28))
    # The coldest day is about 30 January, the hottest about 1 August.
    season = -math.cos(2 * math.pi * (day.timetuple().tm_yday - 30) / 365.25)
    random = Random(chance(seed, "weather", area, day))
    temperature = (winter + summer) / 2 + season * (summer - winter) / 2 + random.gauss(0, 2.2)
    return Weather(temperature, min(1.0, max(0.08, random.betavariate(2.2, 1.4))))


@dataclass(frozen=True)
class Load:
    """What makes up a household's draw, in kW unless it says otherwise."""

    base: float = 0.18
    morning: float = 0.35
    evening: float = 0.6
    day: float = 0.1
    heating: float = 0.045  # kW a degree below 17 °C
    cooling: float = 0.055  # kW a degree above 25 °C
    water_heater: float = 0.0  # at night
    ev: float = 0.0  # while charging, 01:00-05:00
    solar: float = 0.0  # peak power of the roof
    works: float = 0.0  # a workshop's draw on weekdays
    export: bool = False  # feed in what the roof makes beyond the draw, instead of drawing

    def day_of(self, seed: int, key: str, area: str, day: date) -> tuple[int, ...]:
        """Return a JST day's 48 half hours in hundredths of a kWh."""
        return _day_of(self, seed, key, area, day)

    def _drawn(self, seed: int, key: str, area: str, day: date) -> tuple[int, ...]:
        air = weather(seed, area, day)
        random = Random(chance(seed, "load", key, day))
        draws = random.random
        weekend = day.weekday() >= 5
        away = draws() < 0.02
        charging = self.ev if draws() < 0.55 else 0.0
        charge_until = 4 + random.randrange(
            3, 9
        )  # half hours counted from 01:00, which is the second slot
        climate = self.heating * max(0.0, 17 - air.temperature) + self.cooling * max(
            0.0, air.temperature - 25
        )
        energy: list[int] = []
        for position in range(SLOTS_A_DAY):
            hour = position / 2
            kw = self.base * (0.8 + 0.4 * draws())
            if not away:
                kw += self._people(hour, weekend=weekend) * (0.5 + draws())
                kw += climate * _AT_HOME[position] * (0.7 + 0.6 * draws())
            if self.works and not weekend and 8 <= hour < 18:
                kw += self.works * (0.4 + 0.8 * draws())
            if 3 <= hour < 6:
                kw += self.water_heater
            if charging and 2 <= position < charge_until:
                kw += charging
            if self.solar:
                kw -= self.solar * air.sunshine * _sun(day, hour) * (0.8 + 0.3 * draws())
            if self.export:
                kw = -kw
            energy.append(max(0, round(kw * 50)))
        return tuple(energy)

    def _people(self, hour: float, *, weekend: bool) -> float:
        late = 1.5 if weekend else 0.0
        return (
            self.morning * math.exp(-(((hour - 7.2 - late) / 1.3) ** 2))
            + self.evening * math.exp(-(((hour - 19.8) / 2.3) ** 2))
            + (self.day * (1.8 if weekend else 1.0) if 9 <= hour < 17 else 0.0)
        )


@lru_cache(maxsize=8192)
def _day_of(load: Load, seed: int, key: str, area: str, day: date) -> tuple[int, ...]:
    """Remember a day: many worlds of a test are the same world."""
    return load._drawn(seed, key, area, day)


_AT_HOME = [
    0.45 if position < 12 else 1.0 if position < 18 else 0.55 if position < 34 else 1.0
    for position in range(SLOTS_A_DAY)
]


def _sun(day: date, hour: float) -> float:
    """Return the share of a roof's peak power under a clear sky: a half sine from sunrise to sunset."""
    half_day = 6 + 1.25 * math.sin(2 * math.pi * (day.timetuple().tm_yday - 80) / 365.25)
    phase = (hour + 0.25 - (11.75 - half_day)) / (2 * half_day)
    return math.sin(math.pi * phase) * (0.62 + 0.06 * half_day / 6) if 0 < phase < 1 else 0.0
