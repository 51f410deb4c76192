"""Half hours exactly as the service tells them now: not from the recorder, nothing added up, nothing left out (docs/api.md#readings)."""

from datetime import datetime
from typing import Final

from homeassistant.util.json import JsonValueType

from ..coordinators.without_login import is_without_login
from ..oejp.interval import Interval
from ..oejp.kraken import LONGEST_WINDOW, KrakenError
from ..oejp.kraken.models import Reading
from .fields import ChosenPoint, iso, mistake, unanswered

BY_HALF_HOUR: Final = "half_hour"
"""What `get_consumption` is asked by."""


async def async_half_hours(
    point: ChosenPoint, start: datetime, end: datetime
) -> list[JsonValueType]:
    """Return the readings of a time, ascending: kWh, times in Home Assistant's zone. A month at most, which is one question.

    Raises a translated error.
    """
    if is_without_login(point.entry.data):
        raise mistake("needs_login")
    if end - start > LONGEST_WINDOW:
        raise mistake("window_too_long", most=str(LONGEST_WINDOW.days))
    readings = point.entry.runtime_data.readings
    try:
        found = await readings.fetch(point.spin, Interval(start, end))
    except KrakenError as error:
        raise unanswered("readings_failed", error) from error
    return [_told(reading) for reading in found]


def _told(reading: Reading) -> JsonValueType:
    return {
        "start": iso(reading.start_at),
        "end": iso(reading.end_at),
        "consumption": float(reading.value),
        "version": reading.version,
        "band": reading.consumption_rate_band,
    }
