"""What the recorder holds of an energy sensor of the household's own: what it had counted, by the hour and of late by five minutes.

Read only. The recorder's statistics take care of units, and of a counter that begins anew.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import EnergyConverter

from ..oejp.japan_time import HOUR
from .sync import exact

FIVE_MINUTES = timedelta(minutes=5)


class Unusable(StrEnum):
    """Why the statistics of a sensor are no use."""

    MISSING = "missing"
    """There are none: the sensor is not there, or is not recorded."""
    NOT_ENERGY = "not_energy"
    """They are no sums of energy."""


def counter(
    hass: HomeAssistant, statistic_id: str, start: datetime, end: datetime | None = None
) -> dict[datetime, Decimal] | Unusable:
    """Return what a sensor had counted (kWh) by the ends of the hours and five minutes that begin within a time (UTC).

    Reads the database: for one of the recorder's executor's threads.
    """
    found = get_metadata(hass, statistic_ids={statistic_id}).get(statistic_id)
    if found is None:
        return Unusable.MISSING
    metadata = found[1]
    if not metadata["has_sum"] or metadata["unit_class"] != EnergyConverter.UNIT_CLASS:
        return Unusable.NOT_ENERGY
    hours = _counts(hass, statistic_id, start, end, HOUR)
    # Hours are summed up when they are over, five minutes are kept for some days.
    since = max(hours, default=start)
    return hours | _counts(hass, statistic_id, since, end, FIVE_MINUTES)


def _counts(
    hass: HomeAssistant,
    statistic_id: str,
    start: datetime,
    end: datetime | None,
    length: timedelta,
) -> dict[datetime, Decimal]:
    rows = statistics_during_period(
        hass,
        start,
        end,
        {statistic_id},
        "hour" if length == HOUR else "5minute",
        {EnergyConverter.UNIT_CLASS: UnitOfEnergy.KILO_WATT_HOUR},
        {"sum"},
    )
    return {
        dt_util.utc_from_timestamp(row["start"]) + length: exact(total)
        for row in rows.get(statistic_id, [])
        if (total := row.get("sum")) is not None
    }
