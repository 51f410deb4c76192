"""The action `get_bill`, against the simulator's own bills and what it lists on them."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from home import Home
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from simulator.dates import jst_date
from simulator.practice import Practice

DOCS = (Path(__file__).parents[2] / "docs" / "bills.md").read_text("utf-8")
NOW = datetime.fromisoformat("2025-11-25T12:00:00+09:00")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2025, 10, 18)


async def get_bill(home: Home, **data: Any) -> Any:
    return await home.hass.services.async_call(
        DOMAIN, "get_bill", data, blocking=True, return_response=True
    )


def device(home: Home, number: str) -> str:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    found = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(number)), entry.entry_id
    )
    assert found is not None
    return found.id


def _row(line: Any) -> list[str]:
    billed = line["billed"]
    return [
        line["component"],
        f"{line['units']:.0f}",
        f"{line['price']:.2f}",
        f"{line['amount']:.2f}",
        billed["name"],
        f"{billed['units']:.0f}",
        f"{billed['amount']:.2f}",
        f"{line['difference']:.2f}",
    ]


def _table() -> list[list[str]]:
    """The month that docs/bills.md reconciles."""
    part = DOCS.split("## One month, line by line")[1].split("**total**")[0]
    rows = [row for row in part.splitlines() if row.startswith("| ") and "_" in row]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


async def test_a_closed_bill_line_by_line_and_the_running_one(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    expected = truth.bill(spin, truth.periods(spin)[0])
    bill = await get_bill(home)
    assert (bill["start"], bill["end"]) == (
        f"{expected.period.start}T00:00:00+09:00",
        f"{expected.period.end}T00:00:00+09:00",
    )
    assert (bill["closed"], bill["complete"], bill["estimated"]) == (True, True, False)
    assert (bill["total"], bill["tax"], bill["consumption"]) == (
        expected.total,
        expected.tax,
        expected.kwh,
    )
    assert (bill["compared_by"], bill["billed"], bill["difference"]) == ("lines", expected.total, 0)
    assert bill["difference_percent"] == 0
    lines = [line for line in expected.lines if line.units]
    assert len(bill["lines"]) == len(lines)
    assert sorted((line["billed"]["name"], line["billed"]["amount"]) for line in bill["lines"]) == (
        sorted(
            (line.supply_type.removeprefix("JPN_ELECTRICITY_"), round(float(line.gross), 2))
            for line in lines
        )
    )
    assert all(line["price"] == line["billed"]["price"] for line in bill["lines"])
    assert [_row(line) for line in bill["lines"]] == _table()
    # The hours may have been corrected after the reading: kWh may lie in another month, the sum is the meter's.
    assert abs(sum(line["difference"] for line in bill["lines"])) < 1
    same = await get_bill(home, date=str(expected.period.start), device_id=device(home, spin))
    assert same == bill

    running = await get_bill(home, period="running")
    start = truth.periods(spin)[1][0]
    used = sum(truth.hours(spin, start, home.simulator.clock.now()).values(), Decimal(0))
    assert (running["closed"], running["billed"], running["difference"]) == (False, None, None)
    assert running["end"] == "2025-11-26T00:00:00+09:00"
    assert running["days"] == (date(2025, 11, 26) - jst_date(start)).days
    assert abs(running["consumption"] - float(used)) <= 0.5
    # 40 A: 38.80 yen a day.
    standing = next(line for line in running["lines"] if line["component"] == "standing_charge")
    assert (standing["amount"], standing["billed"]) == (round(38.8 * running["days"], 2), None)
    assert await get_bill(home, date="2025-11-25") == running

    for data, key in (
        ({"date": "2025-11-26"}, "time_ahead"),
        ({"date": "2025-10-01"}, "no_readings_then"),
        ({"date": "soon"}, "not_a_time"),
        ({"device_id": "nothing"}, "not_a_supply_point"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await get_bill(home, **data)
        assert error.value.translation_key == key


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_an_account_s_bill_has_its_points_and_credits(home: Home) -> None:
    home.simulator.world.practice = Practice(together=True, credit_lines=True)
    await home.sign_in("three-points-two-accounts")
    (account, barn) = home.simulator.world.households["three-points-two-accounts"].accounts
    # The shop's first period is not closed where it began on the 18th and the meter is read on the 3rd.
    bill = await get_bill(home, device_id=device(home, account.number))
    assert {point["number"] for point in bill["points"]} == {
        f"…{point.spin[-4:]}" for point in account.supply_points
    }
    assert bill["total"] == sum(point["total"] for point in bill["points"])
    truth = home.simulator.truth
    assert sorted(point["total"] for point in bill["points"]) == sorted(
        truth.bill(point.spin, truth.periods(point.spin)[0]).total
        for point in account.supply_points
    )
    assert bill["billed"] == bill["total"]
    assert bill["credits"] == [{"name": "ACCOUNT_CREDIT", "amount": -3000.0}]
    assert bill["gas"] == []
    # The barn's meter is read on the 24th, and its bill is not there yet.
    barn_bill = await get_bill(home, device_id=device(home, barn.number))
    assert barn_bill["billed"] is None


async def test_before_any_period_has_closed(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("empty_list", field="intervalReadings")
    home.simulator.faults.add("refused_field", field="charges", code="KT-CT-3824")
    await home.sign_in("green-tokyo")
    with pytest.raises(ServiceValidationError) as error:
        await get_bill(home)
    assert error.value.translation_key == "no_closed_bill"


@pytest.mark.parametrize("households", [("gas-tokyo",)])
async def test_gas_is_worked_out_beside_it(home: Home) -> None:
    home.simulator.world.practice = Practice(together=True)
    await home.sign_in("gas-tokyo")
    household = home.simulator.world.households["gas-tokyo"]
    (account,), (gas,) = household.accounts, household.gas_points
    expected = home.simulator.truth.gas_bills(gas.spin)[-1]
    bill = await get_bill(home, device_id=device(home, account.number))
    (found,) = bill["gas"]
    assert (found["number"], found["total"]) == (f"…{gas.spin[-4:]}", expected.total)
    assert found["consumption"] == expected.volume
    assert bill["total"] == expected.total + bill["points"][0]["total"]
    alone = await get_bill(home, device_id=device(home, gas.spin))
    assert {"number": found["number"], **alone} == found
    with pytest.raises(ServiceValidationError) as error:
        await get_bill(home, device_id=device(home, gas.spin), date="2021-01-01")
    assert error.value.translation_key == "no_gas_reading"
