"""Gas, campaigns and rewards of the simulator."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from simulator_client import NOW, Connect

from simulator.dates import JST, Period, midnight
from simulator.gas import gas_bill
from simulator.households import PLANS
from simulator.simulation import Simulation

READINGS = """query ($number: String!) { account(accountNumber: $number) { properties { gasSupplyPoints {
  spin status nextReadingDate nextNextReadingDate
  intervalReadings { startAt endAt usage daysOfGasUsage readingDate } } } } }"""
REGISTER = """mutation ($number: String!, $name: String!) {
  registerDemandResponseCampaignParticipant(input: { accountNumber: $number, campaignName: $name }) {
    ... on RegisterDemandResponseCampaignParticipantRegistered { campaignName registeredAt }
    ... on CommonError { message field } } }"""
CAMPAIGNS = """query ($number: String!) { account(accountNumber: $number) {
  availableDemandResponseCampaignsForRegistration
  demandResponseCampaignParticipants { campaignName campaignStart campaignEnd successfulDaysCount totalDiffKwh
    demandResponseDailyResults { eventDate validFrom validTo baselineConsumptionKwh outturnConsumptionKwh amountSaved } } } }"""


def test_bills_by_hand() -> None:
    """The table without tax: 1,930.00 + 10 x 482.86 = 6,758.60; 6,758 + 675. A part of 20 days: 10 m³ are 15 of thirty."""
    simulation = Simulation(("gas-untaxed", "gas-tokyo"), now=NOW)
    spin = next(p.spin for p in simulation.world.households["gas-untaxed"].gas_points)
    point = simulation.world.gas_points[spin]
    point.subsidy = False
    whole = Period(date(2025, 11, 20), date(2025, 12, 20))
    point.said[whole.end] = 10
    found = gas_bill(point, whole)
    assert (found.total, found.tax) == (7433, 675)
    assert sum(line.gross for line in found.lines) == Decimal("6758.60") * Decimal("1.1")
    part = Period(date(2025, 11, 20), date(2025, 12, 10))
    point.said[part.end] = 10
    # 1,930 x 20 / 30 = 1,286.66; + 4,828.60 = 6,115; + 611.
    assert gas_bill(point, part).total == 6726
    # With 11 yen off, 10 of which are without tax: 6,758.60 - 100.
    point.subsidy = True
    point.said[date(2026, 2, 20)] = 10
    # 18 yen off in January, 16.3636 of which are without tax: 6,594 + 659.
    assert gas_bill(point, Period(date(2026, 1, 21), date(2026, 2, 20))).total == 7253
    # With tax: 1,056 + 30 x 136.97, the price since April, though the period begins in March.
    point.subsidy = False
    point.said[date(2026, 4, 20)] = 30
    assert gas_bill(point, Period(date(2026, 3, 20), date(2026, 4, 20))).total == 5165
    with pytest.raises(ValueError, match="nobody"):
        gas_bill(point, Period(date(2025, 8, 1), date(2025, 9, 1)))


async def test_what_happens_to_gas_readings(connect: Connect) -> None:
    client = await connect("gas-tokyo")
    world = client.simulator.world
    (point,) = world.households["gas-tokyo"].gas_points

    async def told() -> tuple[dict[str, object], list[tuple[str, int]]]:
        answer = await client.ask(READINGS, number=client.number)
        (found,) = answer.data["account"]["properties"][0]["gasSupplyPoints"]
        rows = found.pop("intervalReadings")
        return found, [(row["readingDate"], row["usage"]) for row in rows]

    found, before = await told()
    assert found["status"] == "ON_SUPPLY"
    assert (
        NOW.date().isoformat() < str(found["nextReadingDate"]) < str(found["nextNextReadingDate"])
    )
    last = date.fromisoformat(before[-1][0])
    world.correct_gas(point.spin, last, 99)
    assert (await told())[1] == [*before[:-1], (before[-1][0], 99)]
    world.withdraw_gas_reading(point.spin, date.fromisoformat(before[-2][0]))
    assert (await told())[1] == [*before[:-2], (before[-1][0], 99)]
    early = last - timedelta(days=10)
    world.read_gas(point.spin, early)
    assert early.isoformat() in dict((await told())[1])
    world.end_gas(point.spin, date(2026, 11, 10))
    found, rows = await told()
    assert (found["status"], found["nextReadingDate"]) == ("OFF_SUPPLY", None)
    assert rows[-1][0] == "2026-11-10"
    client.simulator.faults.add("empty", field="intervalReadings", point=point.spin)
    assert (await told())[1] == []


async def test_campaigns(connect: Connect) -> None:
    client = await connect("challenger-tokyo")
    programme = client.household.accounts[0].programme
    account = (await client.ask(CAMPAIGNS, number=client.number)).data["account"]
    assert account["availableDemandResponseCampaignsForRegistration"] == [
        "ピークシフト・チャレンジ"
    ]
    past, running = account["demandResponseCampaignParticipants"]
    assert past["campaignEnd"] == "2026-02-28T15:00:00+00:00"
    assert len(past["demandResponseDailyResults"]) == 34
    # 4 November 2026 is a Wednesday: the 6th, 10th, 13th and 17th are told by noon of the 20th.
    assert [day["eventDate"][-2:] for day in running["demandResponseDailyResults"]] == [
        "06", "10", "13", "17",
    ]  # fmt: skip
    first = running["demandResponseDailyResults"][0]
    assert first["validFrom"] == "2026-11-06T17:00:00+09:00"
    shifted = first["baselineConsumptionKwh"] - first["outturnConsumptionKwh"]
    assert first["amountSaved"] == pytest.approx(max(shifted, 0) * 40)

    async def register(name: str) -> dict[str, str]:
        answer = await client.ask(REGISTER, number=client.number, name=name)
        found: dict[str, str] = answer.data["registerDemandResponseCampaignParticipant"]
        return found

    assert (await register("ピークシフト・チャレンジ"))[
        "campaignName"
    ] == "ピークシフト・チャレンジ"
    assert (await register("ピークシフト・チャレンジ"))["field"] == "campaignName"
    assert programme.sent == ["ピークシフト・チャレンジ"] * 2
    account = (await client.ask(CAMPAIGNS, number=client.number)).data["account"]
    assert account["availableDemandResponseCampaignsForRegistration"] == []
    assert account["demandResponseCampaignParticipants"][-1]["demandResponseDailyResults"] == []
    # Days before it was joined are not its own.
    client.simulator.clock.advance(timedelta(days=30))
    joined = programme.joined["ピークシフト・チャレンジ"]
    assert joined is not None
    results = programme.results("ピークシフト・チャレンジ", client.simulator.clock.now())
    assert min(result.start for result in results) >= joined
    client.simulator.world.offer_campaign(
        client.number, "夏", date(2026, 12, 1), date(2027, 1, 1), joined=True
    )
    assert "夏" in programme.joined


async def test_rewards(connect: Connect) -> None:
    query = """query ($number: String!, $id: ID!) { loyaltyPointsBalance(input: { accountNumber: $number }) {
      loyaltyPoints totalMonetaryAmount } vouchersBalanceDetail(accountNumber: $id) { redeemableToday redeemableInFuture } }"""
    client = await connect("challenger-tokyo")
    answer = await client.ask(query, number=client.number, id=client.number)
    assert answer.data == {
        "loyaltyPointsBalance": {"loyaltyPoints": 1250, "totalMonetaryAmount": 1250},
        "vouchersBalanceDetail": {"redeemableToday": 2000, "redeemableInFuture": 500},
    }
    client = await connect("green-tokyo")
    answer = await client.ask(query, number=client.number, id=client.number)
    assert sorted(answer.codes) == ["KT-CT-1111", "KT-CT-9215"]
    answer = await client.ask("{ loyaltyPointsBalance { loyaltyPoints } }")
    assert answer.codes == ["KT-CT-9222"]


def test_gas_plans_begin_no_earlier_than_asked() -> None:
    simulation = Simulation(("gas-untaxed",), now=NOW, since=date(2026, 5, 20))
    (point,) = simulation.world.gas_points.values()
    assert (point.start, len(point.agreements)) == (date(2026, 5, 20), 1)
    assert midnight(point.start) == datetime(2026, 5, 20, tzinfo=JST)
    gas = PLANS["gas-tokyo"].accounts[0][0].gas
    assert gas is not None
    ended = gas.since(date(2025, 9, 1))
    assert ended == gas
