"""Three ways to the same half hours.

None works for every account, and which one does is found by trying (FACTS 5). A way is given up only for what lasts; a fault that
may pass, or a mistake of ours, never changes it.
"""

from datetime import datetime
from enum import StrEnum

from .client import KrakenClient
from .errors import (
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenTooComplexError,
)
from .models import Direction, Reading


class ReadingPath(StrEnum):
    """The ways, in the order in which they are tried."""

    HALF_HOURLY = "half_hourly"
    SUPPLY_POINT = "supply_point"
    MEASUREMENTS = "measurements"


_FIELDS = {
    ReadingPath.HALF_HOURLY: {"halfHourlyReadings"},
    ReadingPath.SUPPLY_POINT: {"supplyPoint", "readings", "importReadings", "exportReadings"},
    ReadingPath.MEASUREMENTS: {"measurements"},
}
_NO_READINGS_API = {"KT-CT-4719", "KT-CT-4722"}
_INTERNAL = "KT-CT-7899"


async def read(  # noqa: PLR0917  # The contract's order: what, whose, when.
    client: KrakenClient,
    path: ReadingPath,
    account_number: str,
    spin: str,
    start: datetime,
    end: datetime,
    direction: Direction = Direction.CONSUMPTION,
) -> tuple[Reading, ...]:
    """Return the half hours of one point by one way, from `start` until before `end`, at most 31 days apart for `HALF_HOURLY`.

    For `GENERATION` by `HALF_HOURLY`, the point's number is a GPIN.
    """
    match path:
        case ReadingPath.HALF_HOURLY if direction is Direction.GENERATION:
            exported = await client.generation_half_hourly_readings(account_number, start, end)
            return exported.of(spin)
        case ReadingPath.HALF_HOURLY:
            return (await client.half_hourly_readings(account_number, start, end)).of(spin)
        case ReadingPath.SUPPLY_POINT:
            return await client.supply_point_readings(spin, start, end, direction)
    return await client.measurements(account_number, spin, start, end, direction)


def next_path(path: ReadingPath, error: KrakenError) -> ReadingPath | None:
    """Return the way to try after `path` failed with `error`; None when the failure says nothing against the way, or no way is left.

    An internal error (7899) counts here, though it may pass: whether it lasts is for the caller, who sees it more than once.
    """
    match error:
        case KrakenRefusedError():
            lasting = bool(error.codes)
        case KrakenNotFoundError():
            lasting = bool(error.codes & _NO_READINGS_API)
        case KrakenTooComplexError():
            lasting = True
        case KrakenQueryError():
            lasting = error.field in _FIELDS[path]
        case KrakenServiceError():
            lasting = _INTERNAL in error.codes
        case _:
            lasting = False
    ways = list(ReadingPath)
    later = ways[ways.index(path) + 1 :]
    return later[0] if lasting and later else None
