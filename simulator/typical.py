"""Typical use of a plan in an area: what the service makes of its many homes, here the mean of a few that the load model makes up."""

from datetime import date
from decimal import Decimal
from functools import cache

from .dates import SLOTS_A_DAY
from .errors import KrakenError
from .load import Load
from .products import product, product_keys

_SEED = 12401
_HOMES = (
    Load(),
    Load(base=0.12, morning=0.2, evening=0.35),
    Load(base=0.3, morning=0.5, evening=0.9, day=0.2),
)
_ALL_ELECTRIC = (Load(base=0.25, evening=0.7, heating=0.09, water_heater=1.3),)
_DAYS = (3, 8, 13, 18, 23, 28)
_CENTS = Decimal("0.01")


def typical_use(grid_operator_code: str, month: int, product_code: str) -> list[Decimal]:
    """Return the kWh of a typical day's 48 half hours in a month. Raises KrakenError for what is not known."""
    sold = [item for item in map(product, product_keys()) if item.area == grid_operator_code]
    if not sold:
        raise KrakenError("KT-JP-12401")
    if not 1 <= month <= 12:
        raise KrakenError("KT-JP-12402")
    item = next((item for item in sold if item.code == product_code), None)
    if item is None or item.kind not in {"stepped", "single"}:
        raise KrakenError("KT-JP-12403")
    return list(_mean(grid_operator_code, month, by_the_hour=item.scheme is not None))


@cache
def _mean(area: str, month: int, *, by_the_hour: bool) -> tuple[Decimal, ...]:
    """Return the mean of some days of some homes; a plan by the hour is bought by homes that heat by it."""
    homes = _ALL_ELECTRIC if by_the_hour else _HOMES
    days = [
        home.day_of(_SEED, f"typical {number}", area, date(2025, month, day))
        for number, home in enumerate(homes)
        for day in _DAYS
    ]
    return tuple(
        (Decimal(sum(day[slot] for day in days)) * _CENTS / len(days)).quantize(Decimal("0.0001"))
        for slot in range(SLOTS_A_DAY)
    )
