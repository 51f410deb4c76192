"""A real Home Assistant with its real recorder, signed in to the simulator over loopback. Only time is made up."""

from collections.abc import AsyncIterator
from datetime import date, datetime
import gc
import logging
import sys

from freezegun.api import FrozenDateTimeFactory
from home import NOW, Home
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from hypothesis import settings
import pytest

from simulator import Simulator

# The plugin has every SQL statement logged.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# Nothing is wrong with a machine that is slow.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Let a driver in Python take the place of the compiled one that `--dburl=mysql://...` asks for."""
    if config.getoption("dburl").startswith("mysql:"):
        import pymysql

        pymysql.install_as_MySQLdb()
        # The test kit teaches the compiled driver made-up time under a name that this one has not.
        sys.modules["MySQLdb.converters"] = pymysql.converters
        pymysql.converters.DateTime2literal = pymysql.converters.escape_datetime


def pytest_collection_finish() -> None:
    """Let the collections of garbage, of which every test has one, pass over the modules: they stay to the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests had to tell: seeds and counts."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(text)


@pytest.fixture
def recorder_db_url(request: pytest.FixtureRequest, persistent_database: bool) -> str:
    """Let a database server be reached: its driver uses Python's own sockets, which tests may not unless they say so."""
    if not request.config.getoption("dburl").startswith("sqlite:"):
        request.getfixturevalue("socket_enabled")
    url: str = request.getfixturevalue("recorder_db_url")
    return url


@pytest.fixture
def mock_recorder_before_hass(request: pytest.FixtureRequest) -> None:
    """Set the real recorder's database up before `hass`, where a test wants one."""
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("async_test_recorder")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the loop unwatched: the plugin has it note the stack of every future, a tenth of the time. tests/recorder is watched."""


@pytest.fixture
def households() -> tuple[str, ...]:
    """The households of the simulated service; tests override it by parametrization."""
    return ("green-tokyo",)


@pytest.fixture
def since() -> date | None:
    """When supply began, at the earliest: a few days of history are quickly written. None: as the households' plans say."""
    return date(2025, 11, 14)


@pytest.fixture
def now() -> datetime:
    """When a test begins."""
    return NOW


@pytest.fixture
def every_entity_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that start disabled, as a user may."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
async def simulator(
    households: tuple[str, ...],
    since: date | None,
    now: datetime,
    freezer: FrozenDateTimeFactory,
    socket_enabled: None,
) -> AsyncIterator[Simulator]:
    """A simulated service whose clock stands still."""
    freezer.move_to(now)
    simulator = Simulator(households=households, now=now, since=since)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def home(
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    recorder_mock: None,
    enable_custom_integrations: None,
    hass: HomeAssistant,
) -> Home:
    """A running Home Assistant in Tokyo."""
    await hass.config.async_set_time_zone("Asia/Tokyo")
    hass.config.currency = "JPY"
    hass.config.country = "JP"
    return Home(hass, simulator, freezer)
