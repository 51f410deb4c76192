"""A sensor of hourly prices, in the two shapes that programs read which know no others: Nord Pool's and ENTSO-e's."""

from collections.abc import Iterable
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..coordinators.prices import PointPrices
from ..oejp.household.outlook import price_estimated_since
from ..oejp.japan_time import DAY, HOUR, day_of
from ..oejp.tariff import PricePeriod
from ..oejp.tariff.resolution import in_steps
from ..presentation import estimation
from .description import YEN_PER_KWH, Attributes, OctopusSensorDescription

HOURS_OF_A_DAY: Final = DAY // HOUR
LISTS: Final = frozenset({"raw_today", "raw_tomorrow", "prices_today", "prices_tomorrow"})
"""Attributes that the recorder does not keep."""


def _hours(prices: PointPrices, day: int) -> list[PricePeriod]:
    """Return the priced hours of a day in Japan, 0 today and 1 tomorrow; an hour without any price is left out."""
    found = prices.outlook.day(day_of(dt_util.utcnow()) + day * DAY)
    return [] if found is None else list(in_steps(found.periods, HOUR))


def _raw(hours: Iterable[PricePeriod]) -> list[dict[str, Any]]:
    return [
        {"start": hour.start, "end": hour.end, "value": float(hour.price.total)} for hour in hours
    ]


def _listed(hours: Iterable[PricePeriod]) -> list[dict[str, Any]]:
    return [{"time": hour.start, "price": float(hour.price.total)} for hour in hours]


def _value(prices: PointPrices) -> float | None:
    """Return the mean price of the running hour."""
    now = dt_util.utcnow()
    running = (hour for hour in _hours(prices, 0) if hour.start <= now < hour.end)
    return next((float(hour.price.total) for hour in running), None)


def _attributes(prices: PointPrices) -> Attributes:
    today, tomorrow = _hours(prices, 0), _hours(prices, 1)
    outlook = prices.outlook
    guesses = [
        since
        for hour in (*today, *tomorrow)
        if (since := price_estimated_since(outlook.tariff, hour, outlook.use)) is not None
    ]
    return {
        "raw_today": _raw(today),
        "raw_tomorrow": _raw(tomorrow),
        "tomorrow_valid": len(tomorrow) == HOURS_OF_A_DAY,
        "prices_today": _listed(today),
        "prices_tomorrow": _listed(tomorrow),
        **estimation(min(guesses, default=None)),
    }


HOURLY_PRICES: Final = (
    OctopusSensorDescription(
        key="hourly_prices",
        translation_key="hourly_prices",
        native_unit_of_measurement=YEN_PER_KWH,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        value_fn=_value,
        attributes_fn=_attributes,
    ),
)
