"""A point in the recorder, on whichever database `--dburl` names."""

from collections.abc import Iterator

from database_faults import Database
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from metered_point import MeteredPoint
from point_model import PointModel
import pytest


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
