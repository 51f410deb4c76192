"""Accounts, places, points and products, as empty and as stale as they are in practice."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from simulator_client import NOW, Client, Connect

from simulator.households import PLANS

POINT = """
query ($number: String!, $active: Boolean, $from: DateTime) {
  account(accountNumber: $number) {
    id number status balance hasActiveAgreement hasFutureAgreement
    transactions(first: 1) { totalCount }
    properties(activeFrom: $from) { id address postcode electricitySupplyPoints {
      spin status amperage meters { serialNumber } supplyDetails { amperage kva kw validFrom } newAmperageOptions
      nextReadingDate nextNextReadingDate readingDateDayOfMonth
      supplyPeriods { supplyStartAt supplyEndAt isBillable }
      intervalReadings(sortOrder: DESC) { id readingDate billableMonth startAt endAt periodLengthDays value costEstimate
        hasHalfHourlyDataForPeriod }
      agreements(onlyActive: $active) { id validFrom validTo isRevoked addonRates { addon { band } } product {
        __typename
        ... on ProductInterface { code displayName params standingChargeUnitType standingChargePricePerDay
          standingCharges { band pricePerUnitIncTax unitType }
          fuelCostAdjustment { pricePerUnit pricePerUnitIncTax unitType validFrom validTo }
          renewableEnergyLevy { pricePerUnitIncTax validFrom validTo } }
        ... on ElectricitySteppedProduct { consumptionCharges { band stepStart stepEnd pricePerUnit pricePerUnitIncTax
          validFrom validTo timeOfUse gridOperatorCode unitType } }
        ... on ElectricitySingleStepProduct { consumptionCharges { band timeOfUse pricePerUnitIncTax validFrom } }
      } } } } }
}
"""


async def _account(client: Client, number: str | None = None, **given: Any) -> Any:
    answer = await client.ask(POINT, number=number or client.number, **given)
    assert answer.codes == []
    return answer.data["account"]


async def test_a_supply_point(connect: Connect) -> None:
    client = await connect()
    account = await _account(client)
    (point,) = account["properties"][0]["electricitySupplyPoints"]
    assert account["status"] == "ACTIVE"
    assert account["transactions"]["totalCount"] == 0
    assert (point["spin"], point["spin"][:2], len(point["spin"])) == (client.spin, "03", 22)
    assert (point["meters"], point["supplyDetails"], point["amperage"]) == ([], [], None)
    assert 40 not in point["newAmperageOptions"]
    assert len(point["newAmperageOptions"]) == 6
    assert date.fromisoformat(point["nextReadingDate"]) < date.fromisoformat(
        point["nextNextReadingDate"]
    )
    assert date.fromisoformat(point["nextNextReadingDate"]) < NOW.date() - timedelta(days=21)
    assert point["readingDateDayOfMonth"] == 19
    assert point["supplyPeriods"] == [
        {"supplyStartAt": "2025-09-17T15:00:00+00:00", "supplyEndAt": None, "isBillable": True}
    ]
    newest = point["intervalReadings"][0]
    periods = client.simulator.truth.periods(client.spin)
    assert newest["startAt"] == periods[-2][0].isoformat()
    assert newest["endAt"] == periods[-2][1].isoformat()
    assert newest["value"].endswith(".00000")
    assert len(point["intervalReadings"]) == len(periods) - 1


async def test_a_stepped_product(connect: Connect) -> None:
    client = await connect()
    account = await _account(client)
    (agreement,) = account["properties"][0]["electricitySupplyPoints"][0]["agreements"]
    product = agreement["product"]
    assert (agreement["validFrom"], agreement["validTo"]) == ("2025-09-17T15:00:00+00:00", None)
    assert product["__typename"] == "ElectricitySteppedProduct"
    assert (product["code"], product["standingChargePricePerDay"]) == (
        "JPN_KK_OCTOPUS_MAY_26",
        "38.80",
    )
    assert product["standingChargeUnitType"] == "YEN_AMPERE_DAY"
    old, new = product["consumptionCharges"][:3], product["consumptionCharges"][3:]
    assert [rate["pricePerUnitIncTax"] for rate in new] == ["20.62", "25.29", "27.44"]
    assert [rate["pricePerUnit"] for rate in new] == ["18.74545", "22.99091", "24.94545"]
    assert [(rate["stepStart"], rate["stepEnd"]) for rate in new] == [
        (0, 120),
        (120, 300),
        (300, None),
    ]
    assert (
        {rate["validTo"] for rate in old}
        == {rate["validFrom"] for rate in new}
        == {"2026-03-31T15:00:00+00:00"}
    )
    assert product["fuelCostAdjustment"]["validFrom"] == "2026-10-31T15:00:00+00:00"
    assert product["fuelCostAdjustment"]["validTo"] == "2026-11-30T15:00:00+00:00"
    assert product["renewableEnergyLevy"] == {
        "pricePerUnitIncTax": "4.18",
        "validFrom": "2026-04-30T15:00:00+00:00",
        "validTo": "2027-04-30T15:00:00+00:00",
    }


async def test_only_this_months_adjustment_is_served(connect: Connect) -> None:
    client = await connect(now=datetime(2026, 8, 31, 14, 59, tzinfo=UTC))
    query = """query ($number: String!) { account(accountNumber: $number) { properties { electricitySupplyPoints {
      agreements { product { ... on ProductInterface { fuelCostAdjustment { pricePerUnitIncTax } } } } } } } }"""

    async def adjustment() -> Any:
        answer = await client.ask(query, number=client.number)
        point = answer.data["account"]["properties"][0]["electricitySupplyPoints"][0]
        return point["agreements"][0]["product"]["fuelCostAdjustment"]["pricePerUnitIncTax"]

    assert await adjustment() == "4.32"
    client.simulator.clock.advance(minutes=1)
    assert await adjustment() == str(client.simulator.world.monthly_rates.fuel("03", (2026, 9)))  # type: ignore[arg-type]


@pytest.mark.parametrize("household", PLANS)
async def test_every_household_answers(connect: Connect, household: str) -> None:
    client = await connect(household)
    for known in client.household.accounts:
        if known.refusal is not None:
            continue
        account = await _account(client, known.number)
        for place in account["properties"]:
            for point in filter(None, place["electricitySupplyPoints"]):
                assert point["agreements"]
                rates = [
                    rate
                    for term in point["agreements"]
                    for rate in term["product"]["consumptionCharges"]
                ]
                assert all(rate["band"].startswith("CONSUMPTION_") for rate in rates)


async def test_no_adjustment_and_labels(connect: Connect) -> None:
    simple = await connect("simple-kansai")
    point = (await _account(simple))["properties"][0]["electricitySupplyPoints"][0]
    product = point["agreements"][0]["product"]
    assert product["fuelCostAdjustment"] is None
    assert product["standingChargePricePerDay"] == "0.00"
    assert product["standingCharges"] == []
    assert point["newAmperageOptions"] == []
    car = await connect("ev-tokyo")
    point = (await _account(car))["properties"][0]["electricitySupplyPoints"][0]
    product = point["agreements"][0]["product"]
    assert product["__typename"] == "ElectricitySingleStepProduct"
    assert product["params"]["time_of_use_scheme"] == "tgoe_ev_tou_jan_25_scheme"
    assert {rate["timeOfUse"] for rate in product["consumptionCharges"]} == {
        "EV_DAY_TIME",
        "EV_NIGHT_TIME",
        "STANDARD",
    }
    assert point["supplyDetails"] == [
        {"amperage": 40, "kva": None, "kw": None, "validFrom": "2025-09-12"}
    ]
    unknown = await connect("unknown-tou")
    assert (await _account(unknown))["properties"][0]["electricitySupplyPoints"][0]["agreements"][
        0
    ]["product"]["params"] == {}


async def test_moved(connect: Connect) -> None:
    client = await connect("moved")
    old, new = client.household.accounts
    ended = (await _account(client, old.number))["properties"]
    assert ended[0]["electricitySupplyPoints"][0]["status"] == "OFF_SUPPLY"
    assert (
        ended[0]["electricitySupplyPoints"][0]["supplyPeriods"][0]["supplyEndAt"]
        == "2025-10-04T15:00:00+00:00"
    )
    assert (await _account(client, old.number, **{"from": NOW.isoformat()}))["properties"] == []
    place = (await _account(client, new.number, **{"from": NOW.isoformat()}))["properties"][0]
    nothing, point = place["electricitySupplyPoints"]
    assert nothing is None
    first, second = point["agreements"]
    assert first["validTo"] == second["validFrom"] == "2026-09-26T15:00:00+00:00"
    active = (await _account(client, new.number, active=True))["properties"][0][
        "electricitySupplyPoints"
    ][1]
    assert [term["id"] for term in active["agreements"]] == [second["id"]]


async def test_newcomer_and_future_agreement(connect: Connect) -> None:
    newcomer = await connect("newcomer")
    account = await _account(newcomer)
    assert account["properties"][0]["electricitySupplyPoints"] == []
    assert (account["status"], account["hasActiveAgreement"]) == ("PENDING", False)
    switching = await connect("switching-tokyo")
    account = await _account(switching)
    assert account["hasFutureAgreement"] is True
    terms = account["properties"][0]["electricitySupplyPoints"][0]["agreements"]
    assert terms[1]["validFrom"] == "2026-12-09T15:00:00+00:00"


async def test_gas(connect: Connect) -> None:
    client = await connect("gas-tokyo")
    query = """query ($number: String!, $from: DateTime) { account(accountNumber: $number) { properties { gasSupplyPoints {
      spin status physicalMeterNumber supplyPeriods { supplyStartAt }
      intervalReadings(fromDatetime: $from, sortOrder: DESC) { startAt endAt usage daysOfGasUsage }
      agreements { product { __typename ... on GasTieredProduct { standingChargeUnitType standingCharges { tierStart tierEnd
        pricePerUnitIncTax } consumptionCharges { tierStart pricePerUnitIncTax unitType } } } } } } } }"""
    answer = await client.ask(query, number=client.number)
    (point,) = answer.data["account"]["properties"][0]["gasSupplyPoints"]
    truth = client.simulator.truth
    periods = truth.gas_periods(point["spin"])
    assert len(point["intervalReadings"]) == len(periods) - 1
    bill = truth.gas_bill(point["spin"], periods[-2])
    assert point["intervalReadings"][0]["usage"] == bill.volume
    assert bill.total == int(bill.standing + bill.volume * bill.price)
    product = point["agreements"][0]["product"]
    assert product["standingCharges"][1] == {
        "tierStart": 20,
        "tierEnd": 80,
        "pricePerUnitIncTax": "1056.00",
    }
    later = await client.ask(query, number=client.number, **{"from": NOW.isoformat()})
    assert later.data["account"]["properties"][0]["gasSupplyPoints"][0]["intervalReadings"] == []


async def test_catalogue(connect: Connect) -> None:
    client = await connect()
    query = """query ($area: String!, $code: String) { tariffSummary(gridOperatorCode: $area, productCode: $code) {
      code productParams tiers { contractCapacityPattern consumptionRates { band pricePerUnitIncTax }
      standingRates { amperage { label unitType pricePerUnitIncTax } kva { label pricePerUnitIncTax } } } } }"""
    area = (await client.ask(query, area="03")).data["tariffSummary"]
    assert {"JPN_KK_OCTOPUS_MAY_26", "JPN_EV_OCTOPUS_JAN_25"} <= {item["code"] for item in area}
    (kk,) = (await client.ask(query, area="03", code="JPN_KK_OCTOPUS_MAY_26")).data["tariffSummary"]
    amperage = {
        rate["label"]: rate["pricePerUnitIncTax"]
        for rate in kk["tiers"][0]["standingRates"]["amperage"]
    }
    assert float(amperage["30"]) == 29.1
    assert [rate["pricePerUnitIncTax"] for rate in kk["tiers"][0]["consumptionRates"]] == [
        "20.62",
        "25.29",
        "27.44",
    ]
    by_kva = {
        rate["label"]: rate["pricePerUnitIncTax"] for rate in kk["tiers"][0]["standingRates"]["kva"]
    }
    assert float(by_kva["10"]) == 97
    (kansai,) = (await client.ask(query, area="06", code="JPN_GREEN_OCTOPUS_06")).data[
        "tariffSummary"
    ]
    low, high = kansai["tiers"]
    assert low["contractCapacityPattern"] == "TIERED_LOW"
    # A minimum charge is no matter of amperes: one entry, under a label that is made up.
    assert [float(rate["pricePerUnitIncTax"]) for rate in low["standingRates"]["amperage"]] == [
        12.4
    ]
    assert low["standingRates"]["kva"] == []
    assert high["contractCapacityPattern"] == "TIERED_HIGH"
    assert float(high["standingRates"]["kva"][2]["pricePerUnitIncTax"]) == 114.4  # 8 x 14.30
    code = "JPN_GREEN_OCTOPUS_07"
    (both,) = (await client.ask(query, area="07", code=code)).data["tariffSummary"]
    assert [tier["contractCapacityPattern"] for tier in both["tiers"]] == [
        "TIERED_LOW",
        "TIERED_HIGH",
    ]
    assert {rate["band"] for rate in both["tiers"][1]["consumptionRates"]} == {
        f"CONSUMPTION_STEPPED_HIGH_07_0{step}" for step in (1, 2, 3)
    }
    code = "JPN_GREEN_OCTOPUS_INTRO_03"
    (intro,) = (await client.ask(query, area="03", code=code)).data["tariffSummary"]
    assert len(intro["tiers"][0]["consumptionRates"]) == 3
    assert (await client.ask(query, area="10")).data["tariffSummary"] == []


@pytest.mark.parametrize("area", [f"{number:02}" for number in range(1, 10)])
async def test_a_dozen_plans_are_on_sale_in_every_area(connect: Connect, area: str) -> None:
    client = await connect()
    query = """query ($area: String!) { tariffSummary(gridOperatorCode: $area) { displayName productParams
      tiers { consumptionRates { stepStart stepEnd band } standingRates { amperage { label } kva { label } } } } }"""
    found = (await client.ask(query, area=area)).data["tariffSummary"]
    assert len(found) >= 12
    shapes = {item["displayName"]: item for item in found}
    (simple,) = shapes["シンプルオクトパス"]["tiers"]
    assert simple["standingRates"] == {"amperage": [], "kva": []}
    assert shapes["EVオクトパス"]["productParams"]["time_of_use_scheme"]
    assert shapes["夜更かしオクトパス"]["productParams"] == {}
    (common,) = shapes["共用部電力"]["tiers"]
    assert common["standingRates"]["amperage"] == []
    assert common["standingRates"]["kva"]
    for tier in shapes["KKオクトパス"]["tiers"]:
        ladder = tier["consumptionRates"]
        assert [rate["stepStart"] for rate in ladder[1:]] == [r["stepEnd"] for r in ladder[:-1]]


RATES = """query ($number: String!) { account(accountNumber: $number) { properties { electricitySupplyPoints {
  supplyDetails { amperage kva } newAmperageOptions
  agreements { product { ... on ProductInterface { code standingChargePricePerDay standingCharges { pricePerUnitIncTax unitType } }
    ... on ElectricitySteppedProduct { consumptionCharges { band pricePerUnitIncTax durationMonths } }
    ... on ElectricitySingleStepProduct { consumptionCharges { band pricePerUnitIncTax durationMonths } } } } } } } }"""


async def _rates(client: Client) -> tuple[Any, Any]:
    answer = await client.ask(RATES, number=client.number)
    assert answer.codes == []
    (point,) = answer.data["account"]["properties"][0]["electricitySupplyPoints"]
    return point, point["agreements"][0]["product"]


@pytest.mark.parametrize(
    ("household", "standing", "details"),
    [
        ("kansai-high", 114.4, {"amperage": None, "kva": 8}),
        ("chugoku-high", 137, {"amperage": None, "kva": 10}),
        ("shikoku-high", 117.9, {"amperage": None, "kva": 9}),
        ("shikoku-low", 21.5, None),
        ("small-tokyo", 14.55, None),
        ("large-tokyo", 97, {"amperage": None, "kva": 10}),
    ],
)
async def test_the_standing_charge_is_the_contracts(
    connect: Connect, household: str, standing: float, details: Any
) -> None:
    client = await connect(household)
    point, product = await _rates(client)
    assert point["supplyDetails"] == ([details] if details else [])
    assert float(product["standingChargePricePerDay"]) == standing
    assert [float(charge["pricePerUnitIncTax"]) for charge in product["standingCharges"]] == [
        standing
    ]
    if household == "small-tokyo":
        assert point["newAmperageOptions"] == [10, 20, 30, 40, 50, 60]


async def test_charges_of_both_tiers_in_one_product(connect: Connect) -> None:
    client = await connect("chugoku-high")
    _, product = await _rates(client)
    bands = [charge["band"] for charge in product["consumptionCharges"]]
    assert [band[20:24] for band in bands] == ["LOW_"] * 4 + ["HIGH"] * 3
    start = NOW - timedelta(days=5)
    shown = await client.half_hours(start, start + timedelta(hours=1))
    assert len(shown) == 2
    assert "_HIGH_" in client.simulator.truth.price(client.spin, NOW).band


@pytest.mark.parametrize(
    ("household", "months", "prices"),
    [("intro-rate", 6, ["16.62", "21.29", "23.44"]), ("discount-rate", 3, ["-2.00"])],
)
async def test_introductory_rates_say_how_long_they_last(
    connect: Connect, household: str, months: int, prices: list[str]
) -> None:
    client = await connect(household)
    _, product = await _rates(client)
    charges = product["consumptionCharges"]
    limited = [charge for charge in charges if charge["durationMonths"]]
    assert [charge["pricePerUnitIncTax"] for charge in limited] == prices
    assert {charge["durationMonths"] for charge in limited} == {months}
    lasting = {charge["band"] for charge in charges if not charge["durationMonths"]}
    assert {charge["band"] for charge in limited} <= lasting


async def test_a_subsidised_household(connect: Connect) -> None:
    client = await connect("subsidised")
    assert (await client.ask("{ metiCredits { unitPrice } }")).data["metiCredits"]
    truth = client.simulator.truth
    credits_ = [truth.bill(client.spin, period).subsidy for period in truth.periods(client.spin)]
    assert min(credits_) < 0


async def test_subsidy(connect: Connect) -> None:
    client = await connect()
    query = """query ($on: Date, $from: Date, $to: Date, $type: String) { metiCredits(activeOn: $on, activeFrom: $from,
      activeTo: $to, metiCreditType: $type) { creditType startDate endDate unitPrice } }"""
    credits_ = (await client.ask(query)).data["metiCredits"]
    assert {Decimal(credit["unitPrice"]) for credit in credits_} == {0}
    client.household.subsidy = True
    assert (await client.ask(query, on="2026-08-15", type="ELECTRICITY")).data["metiCredits"] == [
        {
            "creditType": "ELECTRICITY",
            "startDate": "2026-08-01",
            "endDate": "2026-08-31",
            "unitPrice": "4.5",
        }
    ]
    assert (
        len(
            (
                await client.ask(
                    query, type="ELECTRICITY", **{"from": "2026-01-01", "to": "2026-12-31"}
                )
            ).data["metiCredits"]
        )
        == 6
    )
    gas = (await client.ask(query, type="GAS")).data["metiCredits"]
    assert {item["creditType"] for item in gas} == {"GAS"}


async def test_viewer_and_property(connect: Connect) -> None:
    client = await connect("moved")
    numbers = [account.number for account in client.household.accounts]
    query = "query ($only: [String]) { viewer { id email liveSecretKey accounts(restrictToAccountNumbers: $only) { number } } }"
    viewer = (await client.ask(query)).data["viewer"]
    assert [account["number"] for account in viewer["accounts"]] == numbers
    assert viewer["liveSecretKey"] is None
    some = (await client.ask(query, only=numbers[:1])).data["viewer"]["accounts"]
    assert [account["number"] for account in some] == numbers[:1]
    place = client.household.accounts[0].properties[0].id
    assert (await client.ask("query ($id: ID!) { property(id: $id) { id } }", id=place)).data == {
        "property": {"id": place}
    }
    assert (await client.ask("query ($id: ID!) { property(id: $id) { id } }", id="0")).data == {
        "property": None
    }


AGREEMENTS = """
query ($number: String!, $active: Boolean, $id: ID, $after: String) { account(accountNumber: $number) {
  marketSupplyAgreements(first: 99, active: $active, id: $id, after: $after) { totalCount
    edges { node { id validFrom validTo agreedAt terminatedAt isActive account { number }
      supplyPoint { externalIdentifier } product { id code displayName fullName marketName } } }
    pageInfo { hasNextPage endCursor } } } }
"""


async def test_market_supply_agreements(connect: Connect) -> None:
    client = await connect("veteran")
    terms = client.household.supply_points[0].agreements

    async def agreements(**given: Any) -> list[dict[str, Any]]:
        answer = await client.ask(AGREEMENTS, number=client.number, **given)
        assert answer.codes == []
        return [edge["node"] for edge in answer.data["account"]["marketSupplyAgreements"]["edges"]]

    everything = await agreements(active=False)
    assert [item["id"] for item in everything] == [str(term.id) for term in terms]
    ended, running = everything[0], everything[-1]
    assert ended["terminatedAt"] == ended["validTo"]
    assert not ended["isActive"]
    assert (running["validTo"], running["terminatedAt"], running["isActive"]) == (None, None, True)
    assert running["agreedAt"] < running["validFrom"]
    assert running["account"] == {"number": client.number}
    assert running["supplyPoint"] == {"externalIdentifier": client.spin}
    assert running["product"]["code"] == terms[-1].product.code
    assert running["product"]["marketName"] == "JPN_ELECTRICITY"
    assert await agreements(active=True) == [running]
    assert await agreements(id=ended["id"]) == [ended]


async def test_one_agreement(connect: Connect) -> None:
    client = await connect("veteran")
    query = "query ($id: ID!) { agreement(id: $id) { id validFrom } }"
    term = client.household.supply_points[0].agreements[0]
    answer = await client.ask(query, id=str(term.id))
    assert answer.data["agreement"]["id"] == term.id
    assert (await client.ask(query, id="0")).data == {"agreement": None}


async def test_preferences_of_the_viewer(connect: Connect) -> None:
    client = await connect()
    answer = await client.ask("{ viewer { preferences { emailFormat isOptedInToOfferMessages } } }")
    assert answer.data["viewer"]["preferences"] == {
        "emailFormat": "HTML",
        "isOptedInToOfferMessages": False,
    }
