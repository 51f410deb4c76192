"""Hours that are never read: once their billing period is closed their standing charge is a cost, as it is on the bill."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from home import Home
import pytest

from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import HALF_HOUR, HOUR
from custom_components.octopus_japan.recorder import recorder_pass as recorder_pass_module
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from custom_components.octopus_japan.recorder.sync import exact

HOUSEHOLD = "green-tokyo"
NOW = datetime.fromisoformat("2025-11-23T12:00:00+09:00")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NEVER = NOW + timedelta(days=900)
STANDING = Decimal("38.80") / 24
"""Yen an hour, at 40 A."""


@pytest.fixture
def since() -> None:
    """From September on: periods that are closed, and the one that is open."""


@pytest.fixture
def now() -> datetime:
    """Days after a reading: the service has told of it."""
    return NOW


async def rows(home: Home) -> dict[datetime, Decimal]:
    """Return the yen stored by hour, after comparing both statistics with the truth."""
    spin, truth, now = home.spin(HOUSEHOLD), home.simulator.truth, home.simulator.clock.now()
    energy, money = [
        await Series(home.hass, statistic_id(digest(spin)), "", "").async_read(LONG_AGO)
        for statistic_id in (consumption_id, cost_id)
    ]
    assert {row.start: exact(row.state) for row in energy} == truth.hours(spin, LONG_AGO, now)
    costs = truth.costs(spin, LONG_AGO, now)
    yen = {row.start: exact(row.state) for row in money}
    assert yen.keys() == costs.keys()
    assert all(abs(yen[at] - costs[at]) < Decimal("1e-6") for at in yen)
    assert abs(exact(money[-1].sum) - sum(costs.values())) < Decimal("0.005")
    return yen


async def test_a_closed_period_with_gaps_adds_up_to_its_bill(home: Home) -> None:
    spin = home.spin(HOUSEHOLD)
    # The bill has what is used in a gap; so nothing is, in the last three days of a period, before it is closed.
    start, end = home.simulator.truth.periods(spin)[-2]
    gap = [end - HALF_HOUR * number for number in range(144, 0, -1)]
    home.simulator.clock.set(start)
    for at in gap:
        home.simulator.world.correct(spin, at, "0")
    home.simulator.clock.set(NOW)
    home.simulator.world.withhold(spin, gap[0], end, NEVER)
    await home.sign_in(HOUSEHOLD)
    yen = await rows(home)
    assert {yen[at] for at in gap[::2]} == {round(STANDING, 8)}
    paid = sum(amount for at, amount in yen.items() if start <= at < end)
    # Half a kWh is rounded away at most, and the levy and the total are cut. The gap is 116 yen.
    assert abs(paid - home.simulator.truth.bill(spin, (start, end)).total) < 25


@pytest.mark.parametrize("now", [datetime.fromisoformat("2026-01-10T12:00:00+09:00")])
async def test_an_import_writes_each_hour_of_money_once(home: Home) -> None:
    """An hour that the next pass will bring is not one without a reading."""
    written: Counter[str] = Counter()
    real = recorder_pass_module.import_statistics

    def count(instance: Any, metadata: Any, statistics: Any, table: Any) -> bool:
        written[metadata["statistic_id"]] += len(statistics)
        return real(instance, metadata, statistics, table)

    with patch.object(recorder_pass_module, "import_statistics", count):
        await home.sign_in(HOUSEHOLD)
    assert written[cost_id(digest(home.spin(HOUSEHOLD)))] == len(await rows(home)) > 91 * 24


async def test_an_hour_of_the_open_period_waits_until_it_is_closed(home: Home) -> None:
    spin = home.spin(HOUSEHOLD)
    start, end = home.simulator.truth.periods(spin)[-1]
    gap = start + timedelta(days=1)
    home.simulator.world.withhold(spin, gap, gap + 5 * HOUR, NEVER)
    entry = await home.sign_in(HOUSEHOLD)
    assert gap not in await rows(home)
    await home.pass_time(end - NOW + timedelta(days=3))
    await home.pass_time(timedelta(minutes=31))
    yen = await rows(home)
    assert yen[gap] == round(STANDING, 8)

    # Comparing all of it again writes nothing.
    readings = entry.runtime_data.readings
    with patch.object(recorder_pass_module, "import_statistics") as write:
        span = Interval(start, start + timedelta(days=31))
        assert not await readings.meter(spin).review(span, readings.pricing(spin))
    write.assert_not_called()

    # What comes in the end takes its place.
    home.simulator.world.publish_all(spin)
    await home.pass_time(timedelta(days=1))
    await home.pass_time(timedelta(minutes=31))
    assert (await rows(home))[gap] > yen[gap]
