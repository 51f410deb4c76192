"""Values that no honest service says, in any scalar of any answer."""

from datetime import timedelta
from decimal import Decimal
import json
import math
from typing import Any

import pytest
from simulator_client import NOW, Client, Connect

from simulator.absurd import ABSURD, Raw, absurdities, said, written
from simulator.schemas import load_schema

DAY = timedelta(days=1)
READINGS = """
query ($number: String!, $from: DateTime, $to: DateTime) {
  account(accountNumber: $number) { balance status properties { electricitySupplyPoints {
    spin
    halfHourlyReadings(fromDatetime: $from, toDatetime: $to) { startAt value costEstimate consumptionRateBand }
    supplyPeriods { supplyStartAt }
    agreements { validFrom product { ... on ProductInterface {
      params tags standingChargePricePerDay fuelCostAdjustment { pricePerUnitIncTax }
      ... on ElectricitySteppedProduct { consumptionCharges { band stepStart pricePerUnitIncTax } } } } }
  } } }
}
"""


async def _text(client: Client, number: str | None = None) -> str:
    start = NOW - 8 * DAY
    variables = {
        "number": number or client.number,
        "from": start.isoformat(),
        "to": (start + timedelta(hours=2)).isoformat(),
    }
    async with client.session.post(
        client.simulator.url,
        json={"query": READINGS, "variables": variables},
        headers={"Authorization": client.header or ""},
    ) as response:
        assert response.status == 200
        return await response.text()


async def _points(client: Client, number: str | None = None) -> list[dict[str, Any]]:
    body = json.loads(await _text(client, number))
    assert "errors" not in body
    return [
        point
        for place in body["data"]["account"]["properties"]
        for point in place["electricitySupplyPoints"]
    ]


@pytest.mark.parametrize("value", ["1e400", "NaN", "-5", "1E+21", "null", '"1E+21"', "[]"])
async def test_any_json_goes_into_a_scalar(connect: Connect, value: str) -> None:
    client = await connect()
    client.simulator.faults.add("value", field="ElectricityHalfHourReading.value", value=Raw(value))
    text = await _text(client)
    assert text.count(f'"value": {value},') == 4
    client.simulator.faults.clear()
    assert f'"value": {value},' not in await _text(client)


async def test_a_value_is_said_as_often_as_it_is_asked_for(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("value", field="costEstimate", value=-1.5, times=1)
    (point,) = await _points(client)
    estimates = [row["costEstimate"] for row in point["halfHourlyReadings"]]
    assert estimates[0] == -1.5
    assert all(isinstance(text, str) for text in estimates[1:])


async def test_one_point_has_no_band(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    spin = client.household.supply_points[1].spin
    for field in ("consumptionRateBand", "band"):
        client.simulator.faults.add("value", field=field, value=None, point=spin)
    honest, bare = await _points(client)
    assert {row["consumptionRateBand"] for row in bare["halfHourlyReadings"]} == {None}
    assert None not in {row["consumptionRateBand"] for row in honest["halfHourlyReadings"]}
    for account in client.household.accounts[1:]:
        (other,) = await _points(client, account.number)
        assert None not in {row["consumptionRateBand"] for row in other["halfHourlyReadings"]}


async def test_bands_of_charges_are_null(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    client.simulator.faults.add("value", field="band", value=None, account=client.number)
    point, _ = await _points(client)
    charges = point["agreements"][0]["product"]["consumptionCharges"]
    assert len(charges) == 6
    assert {charge["band"] for charge in charges} == {None}


@pytest.mark.parametrize("params", [{}, "stepped", [], ["a"], None, 5])
async def test_params_of_a_product_in_another_shape(connect: Connect, params: Any) -> None:
    client = await connect()
    client.simulator.faults.add("value", field="ElectricitySteppedProduct.params", value=params)
    (point,) = await _points(client)
    assert point["agreements"][0]["product"]["params"] == params


async def test_the_start_of_supply_is_told_late(connect: Connect) -> None:
    client = await connect()
    faults = client.simulator.faults
    fault = faults.add("empty_list", field="supplyPeriods")
    (point,) = await _points(client)
    assert point["supplyPeriods"] == []
    faults.remove(fault)
    faults.add("value", field="supplyStartAt", value="1900-01-01T00:00:00+09:00", times=1)
    (point,) = await _points(client)
    assert point["supplyPeriods"] == [{"supplyStartAt": "1900-01-01T00:00:00+09:00"}]
    (point,) = await _points(client)
    assert point["supplyPeriods"] == [{"supplyStartAt": "2025-09-17T15:00:00+00:00"}]


async def test_a_rate_is_told_late(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("value", field="fuelCostAdjustment", value=None, times=1)
    (point,) = await _points(client)
    assert point["agreements"][0]["product"]["fuelCostAdjustment"] is None
    (point,) = await _points(client)
    assert point["agreements"][0]["product"]["fuelCostAdjustment"]


async def test_an_unknown_status_and_tags_of_anything(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("value", field="Account.status", value="SOMETHING_NEW")
    client.simulator.faults.add("value", field="Account.balance", value=Raw("1e400"))
    client.simulator.faults.add("value", field="tags", value=["a", 5, None])
    body = json.loads(await _text(client))
    assert body["data"]["account"]["status"] == "SOMETHING_NEW"
    assert math.isinf(body["data"]["account"]["balance"])
    (point,) = body["data"]["account"]["properties"][0]["electricitySupplyPoints"]
    assert point["agreements"][0]["product"]["tags"] == ["a", 5, None]


async def test_an_object_and_a_list_that_are_something_else(connect: Connect) -> None:
    client = await connect()
    faults = client.simulator.faults
    faults.add("value", field="product", value=Raw('{"__typename": "Nobody"}'))
    faults.add("value", field="supplyPeriods", value=Raw("5"))
    (point,) = await _points(client)
    assert {agreement["product"]["__typename"] for agreement in point["agreements"]} == {"Nobody"}
    assert point["supplyPeriods"] == 5
    # What is gone itself has nothing below it that could be something else.
    faults.add("value", field="electricitySupplyPoints", value=Raw('"text"'))
    (place,) = json.loads(await _text(client))["data"]["account"]["properties"]
    assert place == {"electricitySupplyPoints": "text"}


def test_there_is_something_absurd_for_every_scalar() -> None:
    schema = load_schema()
    found = list(absurdities(schema))
    assert ("ElectricityHalfHourReading.value", Raw("1e400")) in found
    assert ("SupplyPeriodType.supplyStartAt", Raw('"9999-12-31T23:59:59+00:00"')) in found
    assert ("Account.status", Raw('"SOMETHING_NEW"')) in found
    assert len({name for name, _ in found}) > 200
    for values in ABSURD.values():
        assert Raw("null") in values


async def test_every_absurd_value_of_an_answer_gets_out(connect: Connect) -> None:
    client = await connect()
    names = ("ElectricityHalfHourReading.", "Account.balance", "Account.status", "SupplyPeriodType.supplyStartAt",
             "ElectricitySteppedProduct.params", "Agreement.validFrom")  # fmt: skip
    shown = ("startAt", "value", "costEstimate", "consumptionRateBand")
    tried = 0
    for name, value in absurdities(client.simulator.engine.schema):
        last = name.rpartition(".")[2]
        if name.startswith(names) and (last in shown or not name.startswith(names[0])):
            fault = client.simulator.faults.add("value", field=name, value=value)
            assert f'"{last}": {value}' in await _text(client), (name, value)
            client.simulator.faults.remove(fault)
            tried += 1
    assert tried > 50


def test_plain_values_are_written_as_ever() -> None:
    assert written({"a": "b", "あ": [1, None]}) == '{"a": "b", "あ": [1, null]}'
    kind = load_schema().get_type("ElectricitySteppedProduct")
    assert said([], kind.fields["consumptionCharges"].type) == []  # type: ignore[union-attr]
    assert said(None, kind.fields["fuelCostAdjustment"].type) is None  # type: ignore[union-attr]
    with pytest.raises(TypeError):
        said(Decimal(1), kind.fields["code"].type)  # type: ignore[union-attr]
