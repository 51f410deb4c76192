"""The two statistics of a gas point: a row a reading, and what happens when there is no price."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest

from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.recorder.claims import async_release
from custom_components.octopus_japan.recorder.gas_history import GasHistory, volume_series
from custom_components.octopus_japan.recorder.meter_history import money_series
from custom_components.octopus_japan.recorder.statistic_ids import gas_consumption_id, gas_cost_id
from custom_components.octopus_japan.recorder.sync import exact

POINT = "0f3a9c21b7de"
FIRST = datetime(2026, 1, 23, 14, tzinfo=UTC)
LATER = [FIRST + timedelta(days=30 * number) for number in range(6)]


class HundredYen:
    """A hundred yen a m³; or no price that is a number."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken

    def period(self, at: datetime) -> Interval:
        return Interval(at, at + HOUR)

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        if self.broken:
            raise ValueError("no price")
        return [(hour.start, 100 * hour.kwh) for hour in hours]


def made(hass: HomeAssistant, entry_id: str = "one") -> GasHistory:
    return GasHistory(
        hass,
        volume_series(hass, gas_consumption_id(POINT), "Gas"),
        money_series(hass, gas_cost_id(POINT), "Cost"),
        entry_id,
    )


async def stored(history: GasHistory) -> list[list[tuple[int, Decimal, Decimal]]]:
    """Both statistics: the number of the row, its state and its sum."""
    return [
        [
            (LATER.index(row.start), exact(row.state), exact(row.sum))
            for row in await series.async_read(FIRST - HOUR)
        ]
        for series in (history.volume, history.money)
    ]


async def test_readings_become_rows_and_corrections_shift_what_follows(
    recorder_mock: Recorder, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    history, pricing = made(hass), HundredYen()
    assert await history.hours(FIRST) == []
    assert not await history.record({}, (), pricing)
    assert await history.record({LATER[0]: Decimal(20), LATER[2]: Decimal(30)}, (), pricing)
    assert not await history.record({LATER[0]: Decimal(20)}, (), pricing)
    # An older one that comes late, and one that is corrected.
    assert await history.record({LATER[1]: Decimal(5), LATER[0]: Decimal(21)}, (), pricing)
    assert await stored(history) == [
        [(0, 21, 21), (1, 5, 26), (2, 30, 56)],
        [(0, 2100, 2100), (1, 500, 2600), (2, 3000, 5600)],
    ]
    # Without a price the gas is written, the money stays, and that is told once.
    for volume in (31, 32):
        assert await history.record({LATER[2]: Decimal(volume)}, (), HundredYen(broken=True))
    assert caplog.text.count("cost stays as it was (ValueError)") == 1
    assert (await stored(history))[1][-1] == (2, 3000, 5600)
    # What another row has now holds nothing.
    assert await history.record({LATER[2]: Decimal(37)}, {LATER[1]}, pricing)
    assert await stored(history) == [
        [(0, 21, 21), (1, 0, 21), (2, 37, 58)],
        [(0, 2100, 2100), (1, 0, 2100), (2, 3700, 5800)],
    ]
    assert await history.hours(LATER[1]) == [LATER[1], LATER[2]]


async def test_one_entry_writes(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    assert made(hass).claim()
    assert not made(hass, "two").claim()
    async_release(hass, "one")
    assert made(hass, "two").claim()
