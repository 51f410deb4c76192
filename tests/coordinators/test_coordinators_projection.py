"""The end of the billing period in a real Home Assistant: against what the simulated home really uses by then."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from home import Home
from homeassistant.const import STATE_UNKNOWN
import pytest

HOUR = timedelta(hours=1)
HOUSEHOLD = "green-tokyo"
NOW = datetime.fromisoformat("2026-12-05T12:00:00+09:00")
START = datetime.fromisoformat("2026-11-18T00:00:00+09:00")
END = datetime.fromisoformat("2026-12-18T00:00:00+09:00")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2026, 11, 10)


def asked(home: Home) -> int:
    """How often it was asked what is typical."""
    return [request.operation for request in home.simulator.requests].count("TypicalUse")


async def test_the_end_of_the_period_is_projected(home: Home) -> None:
    entry = await home.sign_in(HOUSEHOLD)
    spin, truth = home.spin(HOUSEHOLD), home.simulator.truth
    used = home.state(spin, "projected_consumption")
    cost = home.state(spin, "projected_cost")
    for state in (used, cost):
        # A month of history has no season of its own.
        assert state.attributes["basis"] == "typical"
        assert state.attributes["billing_period_end"] == END
        assert state.attributes["low"] < float(state.state) < state.attributes["high"]
    assert asked(home) == 1
    # What the simulator has the home use until then, published or not.
    home.simulator.clock.advance(END - NOW + timedelta(days=6))
    real = sum(truth.half_hours(spin, START, END, published=False).values(), Decimal(0))
    yen = sum(truth.costs(spin, START, END).values(), Decimal(0))
    home.simulator.clock.advance(NOW - END - timedelta(days=6))
    assert float(used.state) == pytest.approx(float(real), rel=0.12)
    assert float(cost.state) == pytest.approx(float(yen), rel=0.12)
    assert float(used.state) != pytest.approx(
        float(home.state(spin, "consumption_billing_period").state)
    )
    # The third step begins at 300 kWh: about when the real use reaches it.
    step = home.state(spin, "next_step")
    assert step.attributes["begins_at"] == 300
    assert abs(date.fromisoformat(step.state) - date(2026, 12, 12)) <= timedelta(days=4)
    # The service does not tell what is typical: recent weeks alone are left.
    home.simulator.faults.add("refused_field", field="typicalConsumptionByHalfHourInterval")
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.state(spin, "projected_consumption").attributes["basis"] == "recent"
    # An hour later nothing is asked again.
    before = asked(home)
    await home.pass_time(HOUR)
    await home.pass_time(2 * timedelta(minutes=1))
    assert asked(home) == before


@pytest.mark.parametrize("now", [datetime.fromisoformat("2026-11-11T12:00:00+09:00")])
async def test_of_less_than_a_day_nothing_is_projected(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    for key in ("projected_consumption", "projected_cost", "next_step"):
        assert home.state(spin, key).state == STATE_UNKNOWN
