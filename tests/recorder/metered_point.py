"""A point in a real recorder, beside its exact model."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
import random
from typing import Any
from unittest.mock import patch

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from point_model import HOUR, START, PointModel, StepPricing, lines

from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.recorder.meter_history import (
    MeterHistory,
    energy_series,
    money_series,
)
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id

POINT = "0f3a9c21b7de"
HALF = timedelta(minutes=30)
DAY = timedelta(days=1)
PRICING = StepPricing()

type HalfHours = dict[datetime, Decimal]


def meter_history(hass: HomeAssistant) -> MeterHistory:
    """Both statistics of the point."""
    return MeterHistory(
        hass,
        energy_series(hass, consumption_id(POINT), "Consumption"),
        money_series(hass, cost_id(POINT), "Cost"),
        "entry",
    )


def readings(days: float, *, first: float = 0, seed: int = 1, gaps: float = 0) -> HalfHours:
    """Half hours of so many days, from so many days after START on, of which a part is missing."""
    chance = random.Random(seed)
    return {
        START + DAY * first + n * HALF: Decimal(chance.randrange(1500)) / 1000
        for n in range(int(days * 48))
        if chance.random() >= gaps
    }


class MeteredPoint:
    """A point as it is stored, and as it must be."""

    def __init__(self, hass: HomeAssistant, recorder: Recorder, model: PointModel) -> None:
        self.hass = hass
        self.recorder = recorder
        self.meter = meter_history(hass)
        self.model = model

    async def record(self, half_hours: Mapping[datetime, Decimal]) -> bool:
        """Record an answer: into both."""
        changed = await self.meter.record(half_hours.items(), PRICING)
        self.model.record(half_hours, PRICING)
        return changed

    async def queued(self, half_hours: HalfHours) -> asyncio.Task[bool]:
        """Let an answer be recorded, and return once its pass stands in the recorder's queue."""
        stands = asyncio.Event()
        real = self.recorder.queue_task

        def queue_task(task: Any) -> None:
            real(task)
            stands.set()

        with patch.object(self.recorder, "queue_task", queue_task):
            waiting = asyncio.ensure_future(self.meter.record(half_hours.items(), PRICING))
            await stands.wait()
        return waiting

    async def review(self) -> None:
        """Compare all money, as the worker does after each start."""
        if self.model.energy.values:
            hours = sorted(self.model.energy.values)
            for n in range(0, len(hours), 2000):
                last = hours[min(n + 2000, len(hours)) - 1]
                await self.meter.review(Interval(hours[n], last + HOUR), PRICING)
            self.model.price(hours[0], hours[-1], PRICING)

    async def check(self) -> int:
        """Compare every row and every sum; return how many there are."""
        count = 0
        for series, wanted in (
            (self.meter.energy, self.model.energy),
            (self.meter.money, self.model.money),
        ):
            stored = lines(await series.async_read(START - 9999 * DAY))
            assert stored == wanted.lines()
            count += len(stored)
        return count
