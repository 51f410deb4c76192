"""Half hours as they come: sorted, each once, within the window, on the half hour, in kWh."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..japan_time import HALF_HOUR
from .errors import KrakenServiceError
from .models import Reading
from .parsing import Reader

HIGHEST_READING = Decimal(100)
"""kWh in a half hour: 200 kW, beyond any fuse of a household."""
MOST_ROWS = 50_000
"""Of one answer: thirty times those of the longest window."""

# The exact spelling of the units is not established (docs/api.md#readings). Powers of ten to kWh.
_UNITS = {
    "KILOWATT_HOURS": 0,
    "KWH": 0,
    "WATT_HOURS": -3,
    "WH": -3,
    "MEGAWATT_HOURS": 3,
    "MWH": 3,
}
_VERSIONS = {"DAILY": 1, "MONTHLY": 2, "UPDATED": 3}


def check_window(start: datetime, end: datetime, longest: timedelta | None = None) -> None:
    """Refuse a window that no caller should ask for."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a window needs aware times")
    if not start < end:
        raise ValueError("a window must end after it starts")
    if longest is not None and end - start > longest:
        raise ValueError(f"a window may span {longest.days} days at most")


def half_hour_from(at: datetime) -> datetime:
    """Return the first half hour at or after a time, in UTC.

    A page leaves out the row that ends after an end between two half hours, which a list does not (docs/api.md#readings): so pages
    are asked for up to a whole one.
    """
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC) + -since % HALF_HOUR


def half_hours(
    reader: Reader, raw: Sequence[Mapping[str, Any] | None], start: datetime, end: datetime
) -> tuple[Reading, ...]:
    """Return the half hours from `start` until before `end`.

    A half hour is identified by its start alone. Where an answer holds it twice, the better version counts, else the later.
    """
    if len(raw) > MOST_ROWS:
        raise KrakenServiceError("more readings than a window has")
    best: dict[datetime, Reading] = {}
    asked = understood = 0
    for item in raw:
        if item is None:
            continue
        asked += 1
        if (reading := _reading(reader, item)) is None:
            continue
        understood += 1
        if not start <= reading.start_at < end:
            reader.leave_out("readings outside the window asked for")
            continue
        other = best.get(reading.start_at)
        if other is None or _rank(reading) >= _rank(other):
            best[reading.start_at] = reading
    if asked and not understood:
        raise KrakenServiceError("none of the readings could be understood")
    return tuple(best[at] for at in sorted(best))


def _rank(reading: Reading) -> int:
    return _VERSIONS.get(reading.version or "", 0)


def _reading(reader: Reader, raw: Mapping[str, Any]) -> Reading | None:
    """One reading in kWh, or None with a warning."""
    reading = reader.item(Reading, raw)
    if reading is None:
        return None
    if "unit" in raw:
        power = _UNITS.get(str(raw["unit"]).strip().upper().replace(" ", "_"))
        if power is None:
            reader.leave_out("a reading in an unknown unit")
            return None
        reading = replace(reading, value=reading.value.scaleb(power))
    at = reading.start_at
    if at.minute % 30 or at.second or at.microsecond or reading.end_at - at != HALF_HOUR:
        reader.leave_out("a reading that is not of one half hour")
        return None
    if not 0 <= reading.value <= HIGHEST_READING:
        reader.leave_out("a negative reading" if reading.value < 0 else "a reading over 100 kWh")
        return None
    return reading
