"""Statements, bills and charges."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from simulator_client import NOW, Client, Connect

from simulator.api.billing import Share, Statement
from simulator.dates import Period, jst_date
from simulator.simulation import Simulation

STATEMENTS = """
query ($number: String!, $order: _BillingDocumentsOrderBy, $id: Int) { account(accountNumber: $number) {
  ledgers { number balance
    transactions(first: 3, transactionTypes: [ENERGY_CHARGES]) { totalCount edges { node { __typename amount title ... on Charge { id } } } }
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
    # A document covers a day more before the billing period, and five more after it.
    assert newest["startAt"] == (issued[-1][0] - timedelta(days=1)).isoformat()
    assert newest["endAt"] == (issued[-1][1] + timedelta(days=5)).isoformat()
    assert newest["totalCharges"]["grossTotal"] == bill.total
    assert newest["isFinal"] is None
    charge = newest["transactions"]["edges"][0]["node"]
    assert charge["consumption"]["quantity"] == str(bill.kwh)
    assert charge["amounts"]["gross"] == bill.total
    oldest = (await _account(client))["ledgers"][0]["statements"]["edges"][0]["node"]
    assert oldest["startAt"] == (closed[0][0] - timedelta(days=1)).isoformat()
    again = (await _account(client, id=newest["id"]))["ledgers"][0]["statements"]
    assert [edge["node"]["id"] for edge in again["edges"]] == [newest["id"]]
    first = account["bills"]["edges"][0]["node"]
    assert first["__typename"] == "PeriodBasedDocumentType"
    assert (first["id"], first["identifier"]) == (str(newest["id"]), newest["identifier"])
    assert first["fromDate"] == jst_date(issued[-1][0] - timedelta(days=1)).isoformat()
    assert first["toDate"] == jst_date(issued[-1][1] + timedelta(days=4)).isoformat()
    assert first["total"]["grossTotal"] == first["closingBalance"] == bill.total
    assert account["ledgers"][0]["payments"]["totalCount"] == 0
    assert account["ledgers"][0]["transactions"]["edges"][0]["node"]["amount"] == bill.total


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
        if (period[0] - timedelta(days=1)).isoformat() == newest["startAt"]
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


def test_the_dates_of_a_document_are_those_measured() -> None:
    """18 June to 17 July was billed by a document of 17 June to 22 July."""
    simulation = Simulation(now=NOW)
    (point,) = simulation.world.supply_points.values()
    bill = simulation.truth.bill(point.spin, simulation.truth.periods(point.spin)[0])
    share = Share(Period(date(2026, 6, 18), date(2026, 7, 18)), NOW, point)
    statement = Statement((share,), (bill,))
    assert (statement.first_day, statement.last_day) == (date(2026, 6, 17), date(2026, 7, 22))


BILL = """
query ($number: String!, $id: ID, $identifier: String) {
  account(accountNumber: $number) { bill(id: $id, identifier: $identifier) { __typename id } }
}
"""


async def test_one_bill(connect: Connect) -> None:
    client = await connect()
    newest = (await _account(client))["bills"]["edges"][0]["node"]
    expected = {"__typename": "PeriodBasedDocumentType", "id": newest["id"]}
    for given in ({"id": newest["id"]}, {"identifier": newest["identifier"]}):
        answer = await client.ask(BILL, number=client.number, **given)
        assert answer.data["account"]["bill"] == expected
    assert (await client.ask(BILL, number=client.number, id="0")).data["account"]["bill"] is None
    assert (await client.ask(BILL, number=client.number)).codes == ["KT-CT-4148"]


BILLS_BETWEEN = """
query ($number: String!, $from: Date, $to: Date, $issuedFrom: Date, $issuedTo: Date) {
  account(accountNumber: $number) {
    bills(first: 50, fromDate: $from, toDate: $to, issuedFromDate: $issuedFrom, issuedToDate: $issuedTo) {
      edges { node { fromDate issuedDate } }
    }
  }
}
"""


async def test_bills_between_days(connect: Connect) -> None:
    client = await connect()

    async def bills(**given: str) -> list[dict[str, str]]:
        answer = await client.ask(BILLS_BETWEEN, number=client.number, **given)
        return [edge["node"] for edge in answer.data["account"]["bills"]["edges"]]

    everything = await bills()
    third = everything[2]
    assert await bills(**{"from": third["fromDate"]}) == everything[:3]
    assert await bills(to=third["fromDate"]) == everything[2:]
    assert await bills(issuedFrom=third["issuedDate"]) == everything[:3]
    assert await bills(issuedTo=third["issuedDate"]) == everything[2:]


MOVED = """
query ($number: String!, $types: [TransactionTypeFilter], $from: Date, $to: Date, $order: TransactionsOrderBy) {
  account(accountNumber: $number) {
    transactions(first: 1) { totalCount }
    ledgers {
      transactions(first: 50, transactionTypes: $types, fromDate: $from, toDate: $to, orderBy: $order) {
        edges { node { __typename id postedDate amount balanceCarriedForward isHeld isIssued isReversed hasStatement
          billingDocumentIdentifier amounts { net tax gross }
          ... on Charge { consumption { startDate endDate quantity } } ... on Payment { isLateFailedPayment } } }
      }
      statements(first: 50) { edges { node { id totalCredits { grossTotal }
        transactions(first: 5) { edges { node { __typename amounts { gross } } } } } } }
    }
  }
}
"""


async def _moved(client: Client, **given: Any) -> Any:
    answer = await client.ask(MOVED, number=client.number, **given)
    assert answer.codes == []
    assert answer.data["account"]["transactions"]["totalCount"] == 0
    return answer.data["account"]["ledgers"][0]


async def test_what_moved_on_a_ledger(connect: Connect) -> None:
    client = await connect()
    ledger = await _moved(client, order="POSTED_DATE_ASC")
    moved = [edge["node"] for edge in ledger["transactions"]["edges"]]
    assert [item["__typename"] for item in moved[:4]] == ["Credit", "Charge", "Payment", "Charge"]
    balance = 0
    for item in moved:
        balance += -item["amount"] if item["__typename"] == "Charge" else item["amount"]
        assert item["balanceCarriedForward"] == balance
        assert item["amounts"]["gross"] == item["amount"]
        assert (item["isHeld"], item["isReversed"]) == (False, False)
        listed = item["billingDocumentIdentifier"] is not None
        assert (
            item["hasStatement"] == item["isIssued"] == listed == (item["__typename"] != "Payment")
        )
    # What the first bill came to less its credit was paid, and nothing was owed in between.
    assert moved[2]["amount"] == moved[1]["amount"] - moved[0]["amount"]
    assert moved[2]["balanceCarriedForward"] == 0
    assert len({item["id"] for item in moved}) == len(moved)
    statements = [edge["node"] for edge in ledger["statements"]["edges"]]
    assert {str(item["id"]) for item in statements} == {
        item["billingDocumentIdentifier"] for item in moved if item["hasStatement"]
    }
    first, second = (
        [edge["node"]["__typename"] for edge in item["transactions"]["edges"]]
        for item in statements[:2]
    )
    assert (first, second) == (["BillCharge", "BillCredit"], ["BillCharge"])
    assert [item["totalCredits"]["grossTotal"] for item in statements[:2]] == [
        moved[0]["amount"],
        0,
    ]


async def test_some_of_what_moved(connect: Connect) -> None:
    client = await connect()
    everything = (await _moved(client))["transactions"]["edges"]

    async def moved(**given: Any) -> Any:
        return (await _moved(client, **given))["transactions"]["edges"]

    charges = [edge for edge in everything if edge["node"]["__typename"] == "Charge"]
    assert await moved(types=["ENERGY_CHARGES"]) == charges
    assert await moved(types=["IMPORTED_PAYMENTS"]) == []
    day = everything[2]["node"]["postedDate"]
    assert await moved(**{"from": day}) == everything[:3]
    assert await moved(to=day) == everything[2:]
