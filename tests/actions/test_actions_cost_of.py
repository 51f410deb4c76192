"""What a device cost: real statistics of a sensor, at the prices that the simulator knows to be true."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
import re
from typing import Any

from home import NOW, Home
from homeassistant.components.recorder.models import StatisticData, StatisticMeanType
from homeassistant.components.recorder.statistics import (
    StatisticMetaData,
    async_import_statistics,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.octopus_japan.const import DOMAIN

HOUR = timedelta(hours=1)
MONDAY = datetime.fromisoformat("2025-11-10T00:00:00+09:00")
DRYER = "sensor.dryer_energy"
PAGE = Path(__file__).parents[2] / "docs" / "actions.md"


def record(home: Home, kwh: dict[datetime, str], entity_id: str = DRYER, **changes: Any) -> None:
    """Store what a sensor counted: every hour from a day before the first, until the last day ends; most of them nothing."""
    first = min(kwh) - 24 * HOUR
    last = min(max(kwh).replace(hour=23), NOW - HOUR)
    total, rows, at = Decimal(40), [], first
    while at <= last:
        total += Decimal(kwh.get(at, "0"))
        rows.append(StatisticData(start=at.astimezone(UTC), state=0, sum=float(total)))
        at += HOUR
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id=entity_id,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    async_import_statistics(home.hass, metadata | changes, rows)  # type: ignore[arg-type]


def week() -> dict[datetime, str]:
    """The dryer runs in the night and at noon: 0.8 kWh at two and 0.4 at one in the afternoon, on seven days."""
    return {
        MONDAY + timedelta(days=day, hours=hour): kwh
        for day in range(7)
        for hour, kwh in ((2, "0.8"), (13, "0.4"))
    }


async def ask(home: Home, **fields: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, "get_cost_of", fields, blocking=True, return_response=True
    )


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_a_week_costs_the_prices_of_its_hours(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    record(home, week())
    await home.recorded()
    found = await ask(home, entity_id=DRYER, start="2025-11-10", end="2025-11-16")
    truth, spin = home.simulator.truth, home.spin("ev-tokyo")
    energy = fuel = levy = Decimal(0)
    for at, kwh in week().items():
        price = truth.price(spin, at)
        energy += Decimal(kwh) * price.energy
        fuel += Decimal(kwh) * price.fuel
        levy += Decimal(kwh) * price.levy
    assert found["consumption"] == 8.4
    assert found["cost"] == {
        "total": pytest.approx(float(energy + fuel + levy), abs=1e-4),
        "energy_charge": pytest.approx(float(energy), abs=1e-4),
        "fuel_cost_adjustment": pytest.approx(float(fuel), abs=1e-4),
        "renewable_energy_levy": pytest.approx(float(levy), abs=1e-4),
    }
    assert found["missing_hours"] == 0
    # The example of the documentation is this one.
    example = re.search(r"dryer\n```\n```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example is not None
    assert parse_yaml(example[1]) == found


async def test_on_a_stepped_plan_an_hour_costs_the_step_that_the_home_had_reached(
    home: Home,
) -> None:
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    # The whole billing period before: its steps are known.
    start = datetime.fromisoformat("2025-10-22T00:00:00+09:00")
    hours = [start + n * 12 * HOUR for n in range(52)]
    record(home, dict.fromkeys(hours, "1"))
    await home.recorded()
    found = await ask(home, entity_id=DRYER, start="2025-10-22", end="2025-11-16")
    energy = sum((truth.price(spin, at, truth.used(spin, at)).energy for at in hours), Decimal(0))
    assert len({truth.price(spin, at, truth.used(spin, at)).energy for at in hours}) > 1
    assert found["cost"]["energy_charge"] == pytest.approx(float(energy), rel=0.02)
    assert found["unpriced_hours"] == 0
    assert found["estimated"] is False


async def test_what_the_caller_can_set_right_is_said(home: Home) -> None:
    await home.sign_in("green-tokyo")
    record(home, week())
    record(home, week(), "sensor.power", unit_class="power", unit_of_measurement="W")
    await home.recorded()
    for fields, key in (
        ({"entity_id": "sensor.nothing"}, "no_statistics"),
        ({"entity_id": "sensor.power"}, "not_an_energy_sensor"),
        ({"entity_id": DRYER, "start": "2025-11-21"}, "time_ahead"),
        ({"entity_id": DRYER, "start": "2025-11-11", "end": "2025-11-10"}, "window_empty"),
        ({"entity_id": DRYER, "start": "2024-01-01"}, "window_too_long"),
        # Its statistics end before the billing period begins.
        ({"entity_id": DRYER}, "nothing_counted"),
        ({"entity_id": DRYER, "start": "soon"}, "not_a_time"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await ask(home, **fields)
        assert caught.value.translation_key == key


async def test_the_running_hour_counts_as_far_as_it_is_counted(home: Home) -> None:
    await home.sign_in("green-tokyo")
    record(home, {NOW - 2 * HOUR: "1", NOW - HOUR: "2"})
    await home.recorded()
    found = await ask(home, entity_id=DRYER, start="2025-11-20 09:30:00")
    assert found["start"] == "2025-11-20T09:00:00+09:00"
    assert found["end"] == NOW.isoformat()
    assert (found["consumption"], found["missing_hours"]) == (3, 0)
    # Nobody has published the use of these hours yet.
    assert found["estimated"] is True
