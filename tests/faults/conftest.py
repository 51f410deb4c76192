"""A household whose every entity has a value, at a service that publishes regularly."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from stay import HOUSEHOLD

from simulator import Simulator


@pytest.fixture
def now() -> datetime:
    """After the first payment."""
    return datetime.fromisoformat("2026-01-16T12:00:00+09:00")


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record statistics, which are what is looked at, and no states."""
    return {"exclude": {"entity_globs": ["*"]}}


@pytest.fixture
async def simulator(
    now: datetime, freezer: FrozenDateTimeFactory, socket_enabled: None
) -> AsyncIterator[Simulator]:
    """A service that tells half hours in time, so that no entity is without a value for another reason than the fault."""
    freezer.move_to(now)
    simulator = Simulator(
        households=(HOUSEHOLD,), now=now, since=date(2025, 11, 1), regular_readings=True
    )
    await simulator.start()
    yield simulator
    await simulator.stop()
