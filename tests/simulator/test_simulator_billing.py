"""Statements, bills and charges."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulator_client import NOW, Client, Connect

from simulator.dates import jst_date

STATEMENTS = """
query ($number: String!, $order: _BillingDocumentsOrderBy, $id: Int) { account(accountNumber: $number) {
  bill { id }
  ledgers { number balance
    transactions(first: 3) { totalCount edges { node { __typename amount title ... on Charge { id } } } }
    payments: transactions(first: 3, transactionTypes: [IMPORTED_PAYMENTS]) { totalCount }
    statements(first: 3, orderBy: $order, statementId: $id) { totalCount pageInfo { hasNextPage endCursor } edges { node {
      id identifier startAt endAt firstIssuedAt paymentDueDate isFinal totalCharges { netTotal taxTotal grossTotal }
      transactions(first: 1) { edges { node { ... on BillCharge { amounts { net tax gross }
        consumption { startDate endDate quantity unit } } } } } } } } }
  bills(first: 3) { edges { node { __typename id billType fromDate toDate issuedDate
    ... on PeriodBasedDocumentType { identifier openingBalance closingBalance
      total: totalCharges { grossTotal } transactions(first: 1) { totalCount } }
    ... on StatementType { due: paymentDueDate } } } }
} }
"""
CHARGES = """
query ($number: String!, $id: String!) { charges(accountNumber: $number, billingDocumentIdentifier: $id) {
  grossAmount salesTaxAmount lineItems { supplyType periodStartAt periodEndAt numberOfUnits netAmount grossAmount productCode
    electricitySupplyPoint { spin } contractedCapacityUnit contractedCapacityValue } } }
"""


async def _account(client: Client, **given: Any) -> Any:
    answer = await client.ask(STATEMENTS, number=client.number, **given)
    assert answer.codes == []
    return answer.data["account"]


async def test_statements(connect: Connect) -> None:
    client = await connect()
    truth = client.simulator.truth
    closed = truth.periods(client.spin)[:-1]
    account = await _account(client, order="FINALIZED_AT_DESC")
    ledger = account["ledgers"][0]["statements"]
    newest = ledger["edges"][0]["node"]
    # The newest period closed less than a day ago or so: its bill is not out before that.
    issued = [
        period for period in closed if ledger["totalCount"] == len(closed) or period != closed[-1]
    ]
    bill = truth.bill(client.spin, issued[-1])
    assert newest["startAt"] == issued[-1][0].isoformat()
    assert newest["endAt"] > issued[-1][1].isoformat()
    assert newest["totalCharges"]["grossTotal"] == bill.total
    assert newest["isFinal"] is None
    charge = newest["transactions"]["edges"][0]["node"]
    assert charge["consumption"]["quantity"] == str(bill.kwh)
    assert charge["amounts"]["gross"] == bill.total
    oldest = (await _account(client))["ledgers"][0]["statements"]["edges"][0]["node"]
    assert oldest["startAt"] == closed[0][0].isoformat()
    again = (await _account(client, id=newest["id"]))["ledgers"][0]["statements"]
    assert [edge["node"]["id"] for edge in again["edges"]] == [newest["id"]]
    first = account["bills"]["edges"][0]["node"]
    assert first["__typename"] == "PeriodBasedDocumentType"
    assert (first["id"], first["identifier"]) == (str(newest["id"]), newest["identifier"])
    assert first["fromDate"] == jst_date(issued[-1][0]).isoformat()
    assert first["total"]["grossTotal"] == first["closingBalance"] == bill.total
    assert account["ledgers"][0]["payments"]["totalCount"] == 0
    assert account["ledgers"][0]["transactions"]["edges"][0]["node"]["amount"] == bill.total
    assert account["bill"] is None


async def test_charges_are_the_bill(connect: Connect) -> None:
    client = await connect("power-tokyo")
    truth = client.simulator.truth
    newest = (await _account(client, order="FINALIZED_AT_DESC"))["ledgers"][0]["statements"][
        "edges"
    ][0]["node"]
    (charge,) = (await client.ask(CHARGES, number=client.number, id=newest["identifier"])).data[
        "charges"
    ]
    period = next(
        period
        for period in truth.periods(client.spin)
        if period[0].isoformat() == newest["startAt"]
    )
    bill = truth.bill(client.spin, period)
    assert (charge["grossAmount"], charge["salesTaxAmount"]) == (bill.total, bill.tax)
    for item, line in zip(charge["lineItems"], bill.lines, strict=True):
        assert item["supplyType"] == line.supply_type
        assert Decimal(item["grossAmount"]) / Decimal(item["numberOfUnits"]) == line.price
        assert item["electricitySupplyPoint"] == {"spin": client.spin}
        assert (item["contractedCapacityUnit"], item["contractedCapacityValue"]) == ("KW", "5")


async def test_charges_can_be_refused(connect: Connect) -> None:
    client = await connect("green-tokyo", "simple-kansai")
    assert (await client.ask(CHARGES, number=client.number, id="S-0")).codes == ["KT-CT-3822"]
    client.household.accounts[0].refused["charges"] = "KT-CT-3824"
    answer = await client.ask(CHARGES, number=client.number, id="S-0")
    assert answer.codes == ["KT-CT-3824"]
    assert answer.data == {"charges": None}


async def test_bills_come_out_as_time_goes_by(connect: Connect) -> None:
    client = await connect()
    before = (await _account(client))["ledgers"][0]["statements"]["totalCount"]
    client.simulator.clock.set(NOW + timedelta(days=40))
    await client.sign_in()
    assert (await _account(client))["ledgers"][0]["statements"]["totalCount"] == before + (
        len(client.simulator.truth.periods(client.spin)) - 1 - before
    )


async def test_pages_backwards(connect: Connect) -> None:
    client = await connect()
    query = """query ($number: String!, $last: Int, $first: Int, $before: String) { account(accountNumber: $number) {
      bills(last: $last, first: $first, before: $before) { edgeCount totalCount edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""

    async def bills(**given: Any) -> Any:
        return (await client.ask(query, number=client.number, **given)).data["account"]["bills"]

    everything = await bills(first=50)
    ids = [edge["node"]["id"] for edge in everything["edges"]]
    tail = await bills(last=2)
    assert [edge["node"]["id"] for edge in tail["edges"]] == ids[-2:]
    assert tail["pageInfo"]["hasPreviousPage"]
    earlier = await bills(last=2, before=tail["pageInfo"]["startCursor"])
    assert [edge["node"]["id"] for edge in earlier["edges"]] == ids[-4:-2]
    head = await bills(first=50, before=everything["edges"][2]["cursor"])
    assert [edge["node"]["id"] for edge in head["edges"]] == ids[:2]
    assert head["edgeCount"] == 2
