"""How bills are made where nobody knows how the real ones are: each switch of `world.practice`, arrears and credits."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from simulator_client import Client, Connect

from simulator.dates import jst_date
from simulator.practice import Credit, Practice

NEWEST = -3
"""Of the periods, the one of the newest bill: the last closed one is read, and not billed yet."""

ACCOUNT = """
query ($number: String!) { account(accountNumber: $number) { overdueBalance
  ledgers { amountOwedByCustomer transactions(first: 50) { edges { node { __typename amount } } }
    statements(first: 3, orderBy: FINALIZED_AT_DESC) { edges { node {
      identifier startAt totalCharges { grossTotal } totalCredits { grossTotal }
      transactions(first: 9) { edges { node { __typename ... on BillCharge { amounts { gross } consumption { unit } } } } } } } } }
} }
"""
CHARGES = """
query ($number: String!, $id: String!) { charges(accountNumber: $number, billingDocumentIdentifier: $id) {
  grossAmount lineItems { supplyType numberOfUnits grossAmount electricitySupplyPoint { spin } gasSupplyPoint { spin } } } }
"""


async def _account(client: Client) -> Any:
    answer = await client.ask(ACCOUNT, number=client.number)
    assert answer.codes == []
    return answer.data["account"]


async def _newest(client: Client) -> Any:
    return (await _account(client))["ledgers"][0]["statements"]["edges"][0]["node"]


async def _lines(client: Client) -> list[Any]:
    identifier = (await _newest(client))["identifier"]
    answer = await client.ask(CHARGES, number=client.number, id=identifier)
    assert answer.codes == []
    return [
        line | {"of": charge} for charge in answer.data["charges"] for line in charge["lineItems"]
    ]


def _of(lines: list[Any], name: str) -> list[Any]:
    return [line for line in lines if name in line["supplyType"]]


async def test_a_standing_charge_by_the_month_is_30_days_of_it(connect: Connect) -> None:
    client = await connect()
    world, truth = client.simulator.world, client.simulator.truth
    world.practice = Practice(standing="month")
    (line,) = _of(await _lines(client), "STANDING")
    # 40 A at 38.80 yen a day.
    assert (Decimal(line["numberOfUnits"]), Decimal(line["grossAmount"])) == (1, Decimal("1164.00"))
    start, end = truth.periods(client.spin)[NEWEST]
    hour = next(iter(truth.costs(client.spin, start, end)))
    by_month = truth.costs(client.spin, start, end)[hour]
    world.practice = Practice()
    by_day = truth.costs(client.spin, start, end)[hour]
    days = Decimal((end - start) // timedelta(days=1))
    assert by_month - by_day == Decimal("1164.00") / days / 24 - Decimal("38.80") / 24


async def test_each_line_in_whole_yen(connect: Connect) -> None:
    client = await connect()
    exact = [Decimal(line["grossAmount"]) for line in await _lines(client)]
    assert any(yen % 1 >= Decimal("0.5") for yen in exact)
    for how, expected in (
        ("cut", [int(yen) for yen in exact]),
        ("half_up", [int(yen + Decimal("0.5")) for yen in exact]),
    ):
        client.simulator.world.practice = Practice(amounts=how)
        lines = await _lines(client)
        assert [Decimal(line["grossAmount"]) for line in lines] == expected
        assert lines[0]["of"]["grossAmount"] == sum(expected)


async def test_kwh_as_measured(connect: Connect) -> None:
    client = await connect()
    client.simulator.world.practice = Practice(kwh="exact")
    truth = client.simulator.truth
    window = truth.periods(client.spin)[NEWEST]
    kwh = sum(truth.half_hours(client.spin, *window, published=False).values(), Decimal(0))
    charged = [Decimal(line["numberOfUnits"]) for line in _of(await _lines(client), "STEPPED")]
    assert sum(charged) == kwh != int(kwh)


async def test_all_points_of_an_account_on_one_document(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    assert len((await _newest(client))["transactions"]["edges"]) == 1
    client.simulator.world.practice = Practice(together=True)
    newest = await _newest(client)
    charges = [edge["node"]["amounts"]["gross"] for edge in newest["transactions"]["edges"]]
    assert len(charges) == 2
    assert newest["totalCharges"]["grossTotal"] == sum(charges)
    spins = {line["electricitySupplyPoint"]["spin"] for line in await _lines(client)}
    assert spins == {point.spin for point in client.household.accounts[0].supply_points}


async def test_gas_stands_on_the_document_of_all_points(connect: Connect) -> None:
    client = await connect("gas-tokyo")
    assert not _of(await _lines(client), "GAS")
    client.simulator.world.practice = Practice(together=True)
    lines = _of(await _lines(client), "GAS")
    (gas,) = client.household.gas_points
    bill = client.simulator.truth.gas_bill(
        gas.spin, client.simulator.truth.gas_periods(gas.spin)[-2]
    )
    # The newest document holds the newest gas period only once both are read.
    assert [line["supplyType"] for line in lines] == ["JPN_GAS_STANDING", "JPN_GAS_CONSUMPTION"]
    assert {line["gasSupplyPoint"]["spin"] for line in lines} == {gas.spin}
    yen = sum(Decimal(line["grossAmount"]) for line in lines)
    assert lines[0]["of"]["grossAmount"] == int(yen)
    assert bill.total == int(bill.standing + bill.volume * bill.price)


async def test_credits(connect: Connect) -> None:
    client = await connect()
    account = client.household.accounts[0]
    _, end = client.simulator.truth.periods(client.spin)[NEWEST]
    account.credits.append(Credit(jst_date(end), 1500))
    newest = await _newest(client)
    assert newest["totalCredits"]["grossTotal"] == 1500
    assert [edge["node"]["__typename"] for edge in newest["transactions"]["edges"]] == [
        "BillCharge",
        "BillCredit",
    ]
    assert not _of(await _lines(client), "CREDIT")
    client.simulator.world.practice = Practice(credit_lines=True)
    (line,) = _of(await _lines(client), "CREDIT")
    assert (Decimal(line["grossAmount"]), line["electricitySupplyPoint"]) == (-1500, None)


async def test_arrears(connect: Connect) -> None:
    client = await connect()
    account = await _account(client)
    assert account["overdueBalance"] == 0
    kinds = [edge["node"]["__typename"] for edge in account["ledgers"][0]["transactions"]["edges"]]
    client.household.accounts[0].unpaid_since = date(2026, 10, 1)
    later = await _account(client)
    left = [edge["node"]["__typename"] for edge in later["ledgers"][0]["transactions"]["edges"]]
    unpaid = kinds.count("Payment") - left.count("Payment")
    assert unpaid >= 1
    assert later["overdueBalance"] == later["ledgers"][0]["amountOwedByCustomer"] > 0


async def test_how_long_before_its_period_a_document_begins(connect: Connect) -> None:
    client = await connect()
    start, _ = client.simulator.truth.periods(client.spin)[NEWEST]
    assert (await _newest(client))["startAt"] == (start - timedelta(days=1)).isoformat()
    client.simulator.world.practice = Practice(days_before=0)
    assert (await _newest(client))["startAt"] == start.isoformat()
