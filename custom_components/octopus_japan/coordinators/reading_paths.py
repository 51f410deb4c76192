"""Where the choice of a reading path is kept. The choosing is the library's (oejp/kraken/reading_paths.py)."""

from dataclasses import asdict

from homeassistant.util import dt as dt_util

from ..identity import digest
from ..oejp.kraken import Direction, KrakenClient, PathChoice, PathFinder
from ..store import ChosenPath, OctopusStore


def path_finder(
    client: KrakenClient,
    store: OctopusStore,
    number: str,
    direction: Direction = Direction.CONSUMPTION,
    *,
    serial_number: str | None = None,
) -> PathFinder:
    """Return how the readings of a point are asked for, with what the store knows of it. `serial_number`: of its meter, as it was entered."""
    if serial_number is not None:
        client.rest_readings.entered[number] = serial_number
    stored = store.parts.reading_paths.get(digest(number), ChosenPath())

    def keep(choice: PathChoice) -> None:
        store.parts.reading_paths[digest(number)] = ChosenPath(**asdict(choice))
        store.async_save()

    return PathFinder(
        client.readings,
        number,
        direction,
        choice=PathChoice(**asdict(stored)),
        keep=keep,
        now=dt_util.utcnow,
        rest=client.rest_readings,
    )
