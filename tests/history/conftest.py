"""A real recorder."""

from typing import Any

import pytest


@pytest.fixture
async def mock_recorder_before_hass(async_test_recorder: Any) -> None:
    """Set the database up before `hass`, whatever autouse fixture wants `hass`."""
