"""A meter of the household's own, as tests use it: real states, real statistics."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from home import Home
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType
from homeassistant.components.recorder.statistics import (
    StatisticMetaData,
    async_import_statistics,
)
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.components.recorder.common import do_adhoc_statistics

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Clamp:
    """A meter of the household: an energy sensor whose states the recorder sums up, in kWh or Wh."""

    entity_id = "sensor.clamp"

    def __init__(self, home: Home, unit: str = "kWh") -> None:
        self._home = home
        self._unit = unit
        self._count = Decimal(5000)
        registry = er.async_get(home.hass)
        self.registered = registry.async_get_or_create(
            "sensor", "clamp", "1", suggested_object_id="clamp"
        )

    @property
    def statistic(self) -> StatisticMetaData:
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=None,
            source="recorder",
            statistic_id=self.entity_id,
            unit_class="energy",
            unit_of_measurement=self._unit,
        )

    def has_counted(self, since: datetime, *hours: str) -> None:
        """Store hours that were summed up before (kWh): the recorder goes on from a sum of nothing after them."""
        factor = 1000 if self._unit == "Wh" else 1
        total, rows = -sum(map(Decimal, hours), Decimal(0)) * factor, []
        rows.append(StatisticData(start=since - HOUR, state=0, sum=float(total)))
        for number, kwh in enumerate(hours):
            total += Decimal(kwh) * factor
            rows.append(StatisticData(start=since + number * HOUR, state=0, sum=float(total)))
        async_import_statistics(self._home.hass, self.statistic, rows)

    def shows(self, kwh: str = "0", state: str | None = None) -> None:
        """Count some more, and say so."""
        self._count += Decimal(kwh) * (1000 if self._unit == "Wh" else 1)
        self._home.hass.states.async_set(
            self.entity_id,
            state or str(self._count),
            {
                "device_class": "energy",
                "state_class": "total_increasing",
                "unit_of_measurement": self._unit,
            },
        )

    async def uses(self, kwh: str) -> None:
        """Use something within five minutes, and let the recorder sum them up."""
        home = self._home
        begin = home.simulator.clock.now().astimezone(UTC)
        await home.pass_time(2 * MINUTE)
        self.shows(kwh)
        await home.settle()
        await home.pass_time(3 * MINUTE)
        do_adhoc_statistics(home.hass, start=begin)
        await home.recorded()
        await home.pass_time(timedelta(seconds=30))
        home.simulator.clock.advance(timedelta(seconds=-30))
        home.freezer.tick(timedelta(seconds=-30))
