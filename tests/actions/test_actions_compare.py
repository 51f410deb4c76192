"""The last year on every plan on sale: in sensors and by action, against what the simulator bills on each of them."""

from datetime import timedelta
from typing import Any

from home import Home
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.octopus_japan.const import DOMAIN
from simulator.products import product, product_keys

HOUSEHOLD = "denka-tokyo"
WITHOUT_PRICE = {
    "power-03": "no_standing_charge",
    "unknown-03": "unknown_schedule",
    "common-03": "no_capacity",
}
CURRENT = "denka-03"


async def compare(home: Home, **fields: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, "compare_plans", fields, blocking=True, return_response=True
    )


def bills(home: Home, key: str, *, today: bool) -> list[int]:
    """What the periods that are over cost on a plan, by the kWh that are published."""
    spin, truth = home.spin(HOUSEHOLD), home.simulator.truth
    now = home.simulator.clock.now()
    over = [period for period in truth.periods(spin) if period[1] <= now]
    return [truth.plan_bill(spin, period, key, today=today).total for period in over]


def sold() -> dict[str, str]:
    """What is on sale in Tokyo: the simulator's keys and the codes."""
    found = {key: product(key) for key in product_keys()}
    return {
        key: item.code
        for key, item in found.items()
        if item.area == "03" and item.kind in {"stepped", "single"}
    }


households = pytest.mark.parametrize("households", [(HOUSEHOLD,)])


@households
async def test_every_plan_costs_what_it_would_have_been_billed(home: Home) -> None:
    await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    answer = await compare(home)
    rows = {row["code"]: row for row in answer["plans"]}
    assert rows.keys() == set(sold().values())
    now = {
        rates: sum(bills(home, CURRENT, today=rates == "today"))
        for rates in ("today", "each_month")
    }
    for key, code in sold().items():
        row = rows[code]
        assert row["plan"] == product(key).name
        assert row["current"] == (key == CURRENT)
        assert row["reason"] == WITHOUT_PRICE.get(key)
        assert (row["explanation"] is None) == (row["reason"] is None)
        for rates in ("today", "each_month"):
            table = row[f"rates_of_{rates}"]
            if row["reason"]:
                assert (table["cost"], table["difference"], table["months"]) == (None, None, [])
                continue
            expected = bills(home, key, today=rates == "today")
            assert table["months"] == expected, key
            assert table["cost"] == sum(expected)
            assert table["difference"] == sum(expected) - now[rates]
    costs = [row["rates_of_today"]["cost"] for row in answer["plans"] if not row["reason"]]
    assert costs == sorted(costs)
    assert "capacity" in rows["JPN_COMMON_OCTOPUS_03"]["explanation"]
    # One period is over: from the start of supply until the meter was read.
    (month,) = answer["months"]
    assert (answer["start"], answer["end"]) == (month["start"], month["end"])
    assert month["start"] == "2025-10-21T00:00:00+09:00"
    assert month["end"] == "2025-11-10T00:00:00+09:00"
    assert month["missing_hours"] == 0
    assert answer["left_out"] == []
    assert answer["consumption"] == month["consumption"]
    assert answer["cost_without_changes"] == now["today"]
    assert answer["capacity"] == {"amperes": 40.0, "kva": None}
    assert answer["catalogue"] is True

    best = [row for row in answer["plans"] if not row["reason"]][:3]
    cheapest = home.state(spin, "cheapest_plan")
    assert cheapest.state == best[0]["plan"]
    assert cheapest.attributes["yearly_difference"] == best[0]["rates_of_today"]["difference"]
    assert cheapest.attributes["best"] == [
        {
            "plan": row["plan"],
            "cost": row["rates_of_today"]["cost"],
            "difference": row["rates_of_today"]["difference"],
        }
        for row in best
    ]
    assert (cheapest.attributes["months"], cheapest.attributes["estimated"]) == (1, False)
    saving = home.state(spin, "saving_on_cheapest_plan")
    assert float(saving.state) == -best[0]["rates_of_today"]["difference"] > 0
    assert saving.attributes["unit_of_measurement"] == "JPY"

    # What if. 20 days.
    more = await compare(home, add={"consumption": 6, "start": "22:30", "end": "05:30"})
    assert more["consumption"] == pytest.approx(answer["consumption"] + 6 * 20)
    assert more["cost_without_changes"] == now["today"]
    less = await compare(
        home,
        scale=90,
        shift=[
            {
                "consumption": 0.2,
                "from_start": "18:00",
                "from_end": "22:00",
                "to_start": "11:00",
                "to_end": "13:00",
            }
        ],
    )
    assert less["consumption"] == pytest.approx(answer["consumption"] * 0.9, abs=0.01)
    solar = await compare(home, solar=3)
    assert 0 < solar["consumption"] < answer["consumption"]
    smaller = await compare(home, capacity={"amperes": 30})
    assert smaller["capacity"] == {"amperes": 30.0, "kva": None}
    ladder = {row["code"]: row["rates_of_today"]["cost"] for row in smaller["plans"]}
    # 9.70 yen a day for 10 A.
    saved = rows["JPN_GREEN_OCTOPUS_03"]["rates_of_today"]["cost"] - ladder["JPN_GREEN_OCTOPUS_03"]
    assert saved in {193, 194, 195}
    assert ladder["JPN_BIG_OCTOPUS_03"] is None

    shift = {
        "consumption": 50,
        "from_start": "01:00",
        "from_end": "05:00",
        "to_start": "11:00",
        "to_end": "13:00",
    }
    for fields, key in (
        ({"shift": shift}, "shift_too_much"),
        ({"shift": {"consumption": 1}}, "shift_incomplete"),
        ({"shift": shift | {"from_start": "25:00"}}, "not_a_time_of_day"),
        ({"add": 6}, "add_incomplete"),
        ({"add": {"consumption": "much", "start": "1:00", "end": "2:00"}}, "not_a_number"),
        ({"scale": -1}, "not_a_number"),
        ({"scale": True}, "not_a_number"),
        ({"solar": float("nan")}, "not_a_number"),
        ({"capacity": 40}, "not_a_capacity"),
        ({"capacity": {"amperes": 40, "kva": 4}}, "not_a_capacity"),
        ({"capacity": {"volts": 100}}, "not_a_capacity"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await compare(home, **fields)
        assert error.value.translation_key == key
        assert "{" not in str(error.value)


@households
@pytest.mark.parametrize("since", [None])
async def test_nothing_is_compared_before_a_period_is_over_and_each_day_afterwards(
    home: Home,
) -> None:
    # What is on sale is optional: without it there is the plan of now alone.
    refused = home.simulator.faults.add("refused_field", field="tariffSummary", code="KT-CT-1111")
    readings = home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    entry = await home.sign_in(HOUSEHOLD)
    spin = home.spin(HOUSEHOLD)
    assert home.state(spin, "cheapest_plan").state == "unknown"
    assert home.state(spin, "saving_on_cheapest_plan").state == "unknown"
    with pytest.raises(ServiceValidationError) as error:
        await compare(home)
    assert error.value.translation_key == "nothing_to_compare"
    home.simulator.faults.remove(readings)
    await home.pass_time(timedelta(minutes=31))
    answer = await compare(home)
    assert answer["catalogue"] is False
    assert [row["plan"] for row in answer["plans"]] == [product(CURRENT).name]
    assert home.state(spin, "cheapest_plan").state == product(CURRENT).name
    assert home.state(spin, "saving_on_cheapest_plan").state == "0"
    home.simulator.faults.remove(refused)
    # An hour after it was refused the catalogue is asked for again.
    await home.pass_time(timedelta(minutes=31))
    first = entry.runtime_data.comparison.data[spin]
    assert len(first.priced) > 1
    assert home.state(spin, "cheapest_plan").attributes["months"] == len(first.use.periods) == 2
    # Later the same day it is the same comparison; the next day another.
    await home.pass_time(timedelta(minutes=31))
    assert entry.runtime_data.comparison.data[spin] is first
    await home.pass_time(timedelta(hours=24))
    assert entry.runtime_data.comparison.data[spin] is not first
