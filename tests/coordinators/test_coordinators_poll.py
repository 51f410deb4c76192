"""Several points of one account: a poll asks once for all, and one point's news is no work for the others."""

from dataclasses import replace
from datetime import timedelta

from home import NOW, Home
from homeassistant.core import callback
import pytest

from custom_components.octopus_japan.coordinators.half_hourly import HalfHourlyCoordinator
from custom_components.octopus_japan.oejp.japan_time import HALF_HOUR
from simulator.dates import jst_date
from simulator.load import Load
from simulator.plans import PointPlan

HOUSEHOLD = "green-tokyo"
START = jst_date(NOW - timedelta(days=9))
PLAN = PointPlan("", "03", (("kk-03", START, None),), 18, Load(), START, amperage=40)


@pytest.fixture
def spins(home: Home) -> list[str]:
    """Three points of one account."""
    account = home.simulator.world.households[HOUSEHOLD].accounts[0].number
    added = [home.simulator.world.add_point(account, replace(PLAN, tag=tag)) for tag in "ab"]
    return [home.spin(HOUSEHOLD), *(point.spin for point in added)]


def asked(home: Home) -> list[str]:
    found = [request.operation for request in home.simulator.requests]
    home.simulator.requests.clear()
    return [name for name in found if name == "HalfHourlyReadings"]


async def test_one_request_tells_of_all_points_of_an_account(home: Home, spins: list[str]) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    assert entry.runtime_data.readings.data.keys() == set(spins)
    await home.pass_time(timedelta(minutes=31))
    asked(home)
    await home.pass_time(timedelta(minutes=31))
    assert asked(home) == ["HalfHourlyReadings"]
    for spin in spins:
        newest = entry.runtime_data.readings.latest(spin)
        assert newest.end_at == home.simulator.clock.now() - home.simulator.truth.data_delay(spin)


async def test_news_of_one_point_is_priced_and_shown_for_that_point_only(
    home: Home, spins: list[str]
) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    await home.pass_time(timedelta(minutes=31))
    readings, prices = entry.runtime_data.readings, entry.runtime_data.prices
    shown: list[str] = []
    for clock in (readings, prices):
        for spin in spins:
            _listen(clock, spin, shown)
    used, priced = dict(readings.data), dict(prices.data)
    at = home.simulator.clock.now() - timedelta(days=2)
    at -= (at - at.replace(minute=0)) % HALF_HOUR
    home.simulator.world.correct(spins[1], at, "9.99")
    await readings.async_refresh()
    await home.settle()
    changed = {spin for spin in spins if readings.data[spin] is not used[spin]}
    assert changed == {spins[1]}
    assert {spin for spin in spins if prices.data[spin] is not priced[spin]} == {spins[1]}
    assert set(shown) >= {f"prices {spins[1]}"}
    assert [each for each in shown if each.startswith("prices")] == [f"prices {spins[1]}"] * 2


def _listen(clock: HalfHourlyCoordinator, spin: str, shown: list[str]) -> None:  # type: ignore[type-arg]
    @callback
    def listen() -> None:
        shown.append(f"{clock.name} {spin}")

    clock.async_add_listener(listen, context=spin)
