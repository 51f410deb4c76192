"""One hour of a point, and what its energy is worth: the shapes in which the recorder and the household meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ..interval import Interval

PLACES = 8
"""Decimal places of kWh and yen that are kept of an hour."""


def whole_hour(at: datetime) -> datetime:
    """Return the start of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Hour:
    """The energy of one hour: `start` is the whole hour in UTC, `kwh` what is published of it.

    `whole` is False while only one of its half hours is published. `own`: the household's own meter told it (own_meter.py), and
    it is not published yet.
    """

    start: datetime
    kwh: Decimal
    whole: bool = True
    own: bool = False


class Pricing(Protocol):
    """What the energy of a point is worth. Two that are equal price every hour the same."""

    def period(self, at: datetime) -> Interval:
        """Return the time whose hours must be priced together with the one at `at`: a step depends on the use before."""

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        """Return (hour, yen) for hours that begin with a period; hours without a price are left out."""
