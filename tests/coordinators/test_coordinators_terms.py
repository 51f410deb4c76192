"""Plans whose price needs the contracted capacity: what else tells of it is asked for where it matters, and nowhere else."""

from decimal import Decimal

from home import Home
import pytest

ASKED = {"AmperageOptions", "StandingCharges"}


def asked(home: Home) -> set[str]:
    return {request.operation for request in home.simulator.requests if request.operation}


@pytest.mark.parametrize("households", [("chugoku-high",)])
async def test_a_plan_of_two_tiers_has_the_price_of_its_capacity(home: Home) -> None:
    await home.sign_in("chugoku-high")
    await home.hass.async_block_till_done(wait_background_tasks=True)
    spin = home.spin("chugoku-high")
    truth = home.simulator.truth
    now = home.simulator.clock.now()
    # The use of today is not published yet: the price is that of the first or of the second step, of the tier from 6 kVA.
    steps = [float(truth.price(spin, now, Decimal(used)).total) for used in (100, 130)]
    assert home.state(spin, "current_price").state in map(str, steps)
    assert asked(home) >= {"SupplyDetails"} | ASKED


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_a_plan_that_needs_no_capacity_asks_for_its_statement_only(home: Home) -> None:
    await home.sign_in("green-tokyo")
    await home.hass.async_block_till_done(wait_background_tasks=True)
    assert not asked(home) & ASKED
