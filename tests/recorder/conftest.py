"""A point in the recorder, on whichever database `--dburl` names."""

import asyncio
from collections.abc import Iterator

from database_faults import Database
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from metered_point import MeteredPoint
from point_model import PointModel
import pytest


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Watch the loop here, where a thread works beside it: what it does to the loop by a call that is not made for it fails."""
    asyncio.get_running_loop().set_debug(True)


@pytest.fixture
def database(recorder_db_url: str) -> Iterator[Database]:
    """The database, to do things to it."""
    database = Database(recorder_db_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def metered(recorder_mock: Recorder, hass: HomeAssistant) -> MeteredPoint:
    """A point in a recorder that runs."""
    recorder_mock.db_retry_wait = 0
    return MeteredPoint(hass, recorder_mock, PointModel())
