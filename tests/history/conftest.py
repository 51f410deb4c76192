"""A statistic in a real recorder."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest

from custom_components.octopus_japan.history.series import Series
from custom_components.octopus_japan.history.statistic_ids import consumption_id

SPIN = "0300000000000000000000"
START = datetime(2026, 6, 1, 15, tzinfo=UTC)


@pytest.fixture
async def mock_recorder_before_hass(async_test_recorder: Any) -> None:
    """Set the database up before `hass`, whatever autouse fixture wants `hass`."""


@pytest.fixture
def series(recorder_mock: Recorder, hass: HomeAssistant) -> Series:
    """The consumption of a supply point, written by the entry "one"."""
    return Series(hass, consumption_id(SPIN), "Consumption", "kWh", entry_id="one")


@pytest.fixture
def hours() -> Callable[..., dict[datetime, Decimal]]:
    """Return values by hour: hours("0.1", None, "0.2", first=3) has the hours 3 and 5 after START."""

    def build(*values: str | None, first: int = 0) -> dict[datetime, Decimal]:
        return {
            START + timedelta(hours=first + index): Decimal(value)
            for index, value in enumerate(values)
            if value is not None
        }

    return build
