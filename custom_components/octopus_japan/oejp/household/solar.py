"""What a kilowatt of solar power yields in an hour of the day, on the average day of a month: a standard profile by area.

The shape is that of the sun over a roof that faces south at 30 degrees under a clear sky, at the largest city of the area; the
height that of a thousand kWh a kilowatt and year, the rule of thumb of Japan's association of solar power
(docs/comparison.md#solar-power). Weather is in neither: rainy June and sunny May come out alike. Pure.
"""

from decimal import Decimal
from functools import cache
import math

YIELD = Decimal(1000)
"""kWh a kilowatt and year."""

_TILT = math.radians(30)
_MERIDIAN = 135.0
"""Degrees east: where the sun stands highest at noon of Japan's time."""
_CITIES = {
    "01": (43.06, 141.35),
    "02": (38.27, 140.87),
    "03": (35.69, 139.69),
    "04": (35.18, 136.91),
    "05": (36.70, 137.21),
    "06": (34.69, 135.50),
    "07": (34.40, 132.46),
    "08": (34.34, 134.05),
    "09": (33.59, 130.40),
    "10": (26.21, 127.68),
}
"""Degrees north and east of Sapporo, Sendai, Tokyo, Nagoya, Toyama, Osaka, Hiroshima, Takamatsu, Fukuoka, Naha."""
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TRANSMITTANCE, _THICKNESS = 0.7, 0.678
"""Of direct light through a clear sky: 0.7 to the power of the air mass to the power of 0.678."""
_PLACES = Decimal("0.0001")


def known(area: str) -> bool:
    """Tell whether there is a profile of an area (grid operator code)."""
    return area in _CITIES


def solar_yield(area: str, month: int, hour: int) -> Decimal:
    """Return the kWh a kilowatt in an hour of the day in Japan, on an average day of a month (1 to 12)."""
    return _profile(area)[month - 1][hour]


@cache
def _profile(area: str) -> tuple[tuple[Decimal, ...], ...]:
    latitude, longitude = _CITIES[area]
    months = [
        [_light(latitude, longitude, month, hour) for hour in range(24)] for month in range(12)
    ]
    year = sum(days * sum(light) for days, light in zip(_DAYS, months, strict=True))
    return tuple(
        tuple((Decimal(light / year) * YIELD).quantize(_PLACES) for light in hours)
        for hours in months
    )


def _light(latitude: float, longitude: float, month: int, hour: int) -> float:
    """Return the light on the roof in the middle of an hour, in the middle of a month, in no unit."""
    day = sum(_DAYS[:month]) + 15
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day) / 365)
    turn = math.radians(15 * (hour + 0.5 - 12) + longitude - _MERIDIAN)
    north = math.radians(latitude)

    def toward(slope: float) -> float:
        return math.sin(slope) * math.sin(declination) + math.cos(slope) * math.cos(
            declination
        ) * math.cos(turn)

    height = toward(north)
    if height <= 0:
        return 0.0
    direct: float = _TRANSMITTANCE ** ((1 / height) ** _THICKNESS)
    return direct * max(0.0, toward(north - _TILT))
