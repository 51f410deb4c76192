"""A storm of the user's adjustments, clearings and renames among passes. The recorder's queue says what came in which order."""

import asyncio
from decimal import Decimal
import random
from typing import Any
from unittest.mock import patch

from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_add_external_statistics, get_metadata
from homeassistant.components.recorder.tasks import (
    AdjustStatisticsTask,
    ClearStatisticsTask,
    ImportStatisticsTask,
)
from metered_point import HALF, PRICING, MeteredPoint, readings
from point_model import START
import pytest

from custom_components.octopus_japan.recorder.recorder_pass import RecorderPass

pytestmark = pytest.mark.parametrize("persistent_database", [True])

DAYS = 5
PASSES = 40
"""With five events to each."""


class Storm:
    """Whatever the user does."""

    def __init__(self, metered: MeteredPoint, chance: random.Random) -> None:
        self.metered = metered
        self.chance = chance
        self.queue: list[Any] = []
        self.names: dict[str, str] = {}

    async def blow(self) -> None:
        """So many events while a pass waits, is under way, or is just done: whatever the recorder is at."""
        kinds = [self.adjust, self.adjust, self.adjust, self.clear, self.rename]
        for kind in self.chance.sample(kinds, len(kinds)):
            kind()
            await asyncio.sleep(self.chance.choice((0, 0.001, 0.01)))

    def adjust(self) -> None:
        series = self._series()
        at = START + HALF * 2 * self.chance.randrange(-5, DAYS * 24)
        by, unit = self.chance.randrange(-500, 500) / 10, series.unit
        self.metered.recorder.async_adjust_statistics(series.statistic_id, at, by, unit)

    def clear(self) -> None:
        if self.chance.random() < 0.3:
            self.metered.recorder.async_clear_statistics([self._series().statistic_id])

    def rename(self) -> None:
        series = self._series()
        name = f"Mine {self.chance.randrange(1000)}"
        metadata = {**METADATA[series.unit], "statistic_id": series.statistic_id, "name": name}
        async_add_external_statistics(self.metered.hass, metadata, [])

    def _series(self) -> Any:
        return self.chance.choice((self.metered.meter.energy, self.metered.meter.money))

    def replay(self) -> None:
        """Do to the model what was done to the recorder, in the order of its queue."""
        model, meter = self.metered.model, self.metered.meter
        statistics = {
            meter.energy.statistic_id: model.energy,
            meter.money.statistic_id: model.money,
        }
        for task in self.queue:
            match task:
                case AdjustStatisticsTask():
                    by = Decimal(repr(task.sum_adjustment))
                    statistics[task.statistic_id].adjust(task.start_time, by)
                case ClearStatisticsTask():
                    for statistic_id in task.statistic_ids:
                        statistics[statistic_id].clear()
                        self.names.pop(statistic_id, None)
                case ImportStatisticsTask():
                    self.names[task.metadata["statistic_id"]] = task.metadata["name"]
                case RecorderPass():
                    hours = task.hours
                    model.answer(hours.complete, hours.partial, hours.held, task.pricing)
        self.queue.clear()


METADATA: dict[str, Any] = {
    "kWh": {
        "source": "octopus_japan",
        "has_sum": True,
        "mean_type": StatisticMeanType.NONE,
        "unit_of_measurement": "kWh",
        "unit_class": "energy",
    },
    "JPY": {
        "source": "octopus_japan",
        "has_sum": True,
        "mean_type": StatisticMeanType.NONE,
        "unit_of_measurement": "JPY",
        "unit_class": None,
    },
}


@pytest.mark.parametrize("seed", [1])
async def test_a_storm(metered: MeteredPoint, seed: int) -> None:
    chance = random.Random(seed)
    storm = Storm(metered, chance)
    real = metered.recorder.queue_task

    def queue_task(task: Any) -> None:
        storm.queue.append(task)
        real(task)

    with patch.object(metered.recorder, "queue_task", queue_task):
        for _ in range(PASSES):
            days = chance.randrange(1, 4)
            first = chance.randrange(DAYS - days)
            answer = readings(days, first=first, seed=chance.randrange(99), gaps=0.1)
            blowing = asyncio.ensure_future(storm.blow())
            await metered.meter.record(answer.items(), PRICING)
            await blowing
    await metered.recorder.async_block_till_done()
    storm.replay()
    await metered.check()

    # Afterwards the service says the whole again, and money is compared.
    await metered.record(readings(DAYS, seed=7))
    await metered.review()
    assert await metered.check() == 2 * DAYS * 24
    stored = await metered.recorder.async_add_executor_job(
        lambda: get_metadata(metered.hass, statistic_source="octopus_japan")
    )
    assert {name: found[1]["name"] for name, found in stored.items()} == {
        series.statistic_id: storm.names.get(series.statistic_id, series.name)
        for series in (metered.meter.energy, metered.meter.money)
    }
