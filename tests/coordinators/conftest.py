"""What the tests of the coordinators share."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from home import A_MONTH_AGO
from machinery import Machinery, running
import pytest


@pytest.fixture
def since() -> date | None:
    """A month of history: more than one answer holds."""
    return A_MONTH_AGO


@pytest.fixture
def persistent_database(request: pytest.FixtureRequest) -> bool:
    """Keep the database over restarts of Home Assistant."""
    return "machinery" in request.fixturenames


@pytest.fixture
def expected_lingering_timers(request: pytest.FixtureRequest) -> bool:
    """Home Assistant leaves timers behind when it stops; so do we."""
    return "machinery" in request.fixturenames


@pytest.fixture
async def machinery(
    freezer: FrozenDateTimeFactory,
    socket_enabled: None,
    hass_storage: dict[str, Any],
    async_test_recorder: Any,
) -> AsyncIterator[Machinery]:
    """A Home Assistant to start again and again."""
    async with running(Machinery(freezer, hass_storage, async_test_recorder)) as machinery:
        yield machinery
