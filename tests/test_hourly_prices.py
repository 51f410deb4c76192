"""Hourly prices as Nord Pool's and ENTSO-e's sensors have them, compared with the simulator's truth."""

from datetime import datetime, timedelta
import json

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.util import dt as dt_util
import pytest

from custom_components.octopus_japan.entities.hourly_prices import LISTS

TODAY = datetime.fromisoformat("2025-11-20T00:00:00+09:00")
HOUR = timedelta(hours=1)
MOST = 4096
"""Bytes of an attribute."""


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_each_hour_of_two_days_in_both_shapes(home: Home) -> None:
    home.leave_readings_out()
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    home.want(spin, "hourly_prices")
    await home.sign_in("ev-tokyo")
    state = home.state(spin, "hourly_prices")
    # At noon, in the cheap hours of the day: 12.60 + 2.98 + 3.98.
    assert float(state.state) == 19.56
    found = state.attributes
    expected = [
        (at, float(truth.price(spin, at).total)) for at in (TODAY + n * HOUR for n in range(48))
    ]
    for raw, listed, part in (
        ("raw_today", "prices_today", expected[:24]),
        ("raw_tomorrow", "prices_tomorrow", expected[24:]),
    ):
        assert [(hour["start"], hour["value"]) for hour in found[raw]] == part
        assert all(hour["end"] == hour["start"] + HOUR for hour in found[raw])
        assert [(hour["time"], hour["price"]) for hour in found[listed]] == part
    assert found["tomorrow_valid"] is True
    for name in LISTS:
        assert len(json.dumps(found[name], default=str)) < MOST
    assert home.simulator.world.households["ev-tokyo"].accounts[0].number not in str(found)

    await home.pass_time(HOUR)
    assert float(home.state(spin, "hourly_prices").state) == expected[13][1]
    await home.recorded()
    kept = await get_instance(home.hass).async_add_executor_job(
        lambda: get_significant_states(
            home.hass, dt_util.utcnow() - HOUR, entity_ids=[state.entity_id]
        )
    )
    recorded = kept[state.entity_id][-1].attributes  # type: ignore[union-attr]
    assert "tomorrow_valid" in recorded
    assert not LISTS & recorded.keys()


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_an_estimate_says_so_and_what_is_unknown_is_not_there(home: Home) -> None:
    home.leave_readings_out()
    spin = home.spin("green-tokyo")
    home.want(spin, "hourly_prices")
    await home.sign_in("green-tokyo")
    home.simulator.faults.clear()
    state = home.state(spin, "hourly_prices")
    # Nothing is known of the use so far, so that no hour has a price.
    assert state.state == "unknown"
    assert state.attributes["raw_today"] == []
    assert state.attributes["tomorrow_valid"] is False
    await home.pass_time(timedelta(hours=1))
    state = home.state(spin, "hourly_prices")
    # On a plan with steps the price of hours to come rests on use that is not published.
    assert state.attributes["estimated"] is True
    assert len(state.attributes["raw_today"]) == 24
