"""Points that are listed twice, that move, leave and come; accounts that are refused; rates that are restated."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from simulator_client import HALF_HOURS, NOW, Client, Connect

from simulator import Simulator
from simulator.dates import Month, Period, jst_date, midnight
from simulator.load import Load
from simulator.plans import PointPlan

DAY = timedelta(days=1)
HANDED_OVER = midnight(date(2026, 3, 5))
MOVE = date(2026, 10, 5)

POINTS = """
query Points($number: String!) {
  account(accountNumber: $number) {
    status
    properties { id electricitySupplyPoints {
      spin status
      agreements { validFrom validTo product { ... on ProductInterface { code } } }
      supplyPeriods { supplyStartAt supplyEndAt }
      intervalReadings(sortOrder: ASC) { startAt endAt value }
    } }
    bills(first: 50) { edges { node { id fromDate } } }
  }
}
"""
ACCOUNTS = "{ viewer { accounts { number } } }"
PAGES = """
query Pages($spin: String!, $startAt: DateTime!, $endAt: DateTime!) {
  supplyPoint(externalIdentifier: $spin, marketName: "JPN_ELECTRICITY") {
    readings(startAt: $startAt, endAt: $endAt, readingType: INTERVAL, units: [KILOWATT_HOURS]) {
      importReadings(first: 99) { edges { node { intervalStart value } } }
    }
  }
}
"""
MEASURED = """
query Measured($number: String!, $startAt: DateTime!, $endAt: DateTime!) {
  account(accountNumber: $number) {
    properties { measurements(startAt: $startAt, endAt: $endAt, first: 99) { edges { node {
      ... on IntervalMeasurementType { startAt } } } } }
  }
}
"""


async def _points(client: Client, number: str) -> list[dict[str, Any]]:
    answer = await client.ask(POINTS, number=number)
    assert answer.codes == []
    return [
        point
        for place in answer.data["account"]["properties"]
        for point in place["electricitySupplyPoints"]
    ]


async def _half_hours(client: Client, number: str, start: datetime, end: datetime) -> list[int]:
    """Return how many half hours each listing of an account shows in a window."""
    answer = await client.ask(
        HALF_HOURS,
        accountNumber=number,
        fromDatetime=start.isoformat(),
        toDatetime=end.isoformat(),
    )
    assert answer.codes == []
    return [
        len(point["halfHourlyReadings"])
        for place in answer.data["account"]["properties"]
        for point in place["electricitySupplyPoints"]
    ]


async def _bills(client: Client, number: str) -> list[str]:
    answer = await client.ask(POINTS, number=number)
    return [edge["node"]["fromDate"] for edge in answer.data["account"]["bills"]["edges"]]


def _on_the_day(at: datetime) -> tuple[datetime, datetime]:
    return at - DAY, at + DAY


@pytest.mark.parametrize("household", ["twice-two-accounts", "twice-two-properties"])
async def test_a_point_listed_twice_says_the_same_twice(connect: Connect, household: str) -> None:
    client = await connect(household)
    home = client.household
    assert len(home.supply_points) == 1
    listed = [point for account in home.accounts for point in await _points(client, account.number)]
    assert len(listed) == 2
    assert listed[0] == listed[1]
    assert listed[0]["spin"] == client.spin
    window = NOW - 9 * DAY, NOW - 8 * DAY
    counts = [await _half_hours(client, account.number, *window) for account in home.accounts]
    assert [count for each in counts for count in each] == [48, 48]
    bills = [await _bills(client, account.number) for account in home.accounts]
    assert len(bills[0]) > 10
    assert bills[1:] in ([], [[]])  # one of the accounts pays


@pytest.mark.parametrize(
    ("household", "ended"), [("twice-ended-beside-live", 0), ("twice-live-beside-ended", 1)]
)
async def test_a_point_ended_beside_itself_live(
    connect: Connect, household: str, ended: int
) -> None:
    client = await connect(household)
    former, latter = (client.household.accounts[at].number for at in (ended, 1 - ended))
    ((old,), (new,)) = await _points(client, former), await _points(client, latter)
    assert old["spin"] == new["spin"]
    assert (old["status"], new["status"]) == ("OFF_SUPPLY", "ON_SUPPLY")
    end = HANDED_OVER.isoformat()
    assert [term["validTo"] for term in old["agreements"]] == [end]
    assert [(term["validFrom"], term["validTo"]) for term in new["agreements"]] == [(end, None)]
    assert [period["supplyEndAt"] for period in old["supplyPeriods"]] == [end]
    assert [period["supplyStartAt"] for period in new["supplyPeriods"]] == [end]
    assert old["intervalReadings"][-1]["endAt"] == new["intervalReadings"][0]["startAt"] == end
    # Each account reads and is billed for its own time.
    window = _on_the_day(HANDED_OVER)
    assert await _half_hours(client, former, *window) == [48]
    assert await _half_hours(client, latter, *window) == [48]
    bills = await _bills(client, former), await _bills(client, latter)
    # A document begins a day before its billing period.
    assert max(bills[0]) < "2026-03-04" == min(bills[1])
    times = {"startAt": window[0].isoformat(), "endAt": window[1].isoformat()}
    for number in (former, latter):
        measured = await client.ask(MEASURED, number=number, **times)
        (place,) = measured.data["account"]["properties"]
        assert len(place["measurements"]["edges"]) == 48
    # The login reads the point as a whole by its number.
    pages = await client.ask(PAGES, spin=client.spin, **times)
    assert len(pages.data["supplyPoint"]["readings"]["importReadings"]["edges"]) == 96


@pytest.mark.parametrize("reverse", [False, True])
async def test_a_point_ended_beside_itself_live_in_one_account(
    connect: Connect, reverse: bool
) -> None:
    client = await connect("twice-ended-one-account")
    if reverse:
        client.simulator.world.reverse("twice-ended-one-account")
    points = await _points(client, client.number)
    statuses = [point["status"] for point in points]
    assert statuses == (["ON_SUPPLY", "OFF_SUPPLY"] if reverse else ["OFF_SUPPLY", "ON_SUPPLY"])
    assert {point["spin"] for point in points} == {client.spin}
    assert await _half_hours(client, client.number, *_on_the_day(HANDED_OVER)) == [48, 48]
    bills = await _bills(client, client.number)
    # Each closed period once, whichever property it belongs to; only the open one is not billed yet.
    assert len(bills) == len(set(bills)) == len(client.simulator.truth.periods(client.spin)) - 1


async def test_bills_of_both_accounts_are_exact(connect: Connect) -> None:
    client = await connect("twice-ended-beside-live")
    truth = client.simulator.truth
    periods = truth.periods(client.spin)
    meeting = [at for at in range(len(periods)) if periods[at][1] == HANDED_OVER]
    assert len(meeting) == 1
    before, after = periods[meeting[0]], periods[meeting[0] + 1]
    assert before[1] == after[0] == HANDED_OVER
    assert {line.product_code for line in truth.bill(client.spin, before).lines} == {
        "JPN_KK_OCTOPUS_MAY_26"
    }
    assert {line.product_code for line in truth.bill(client.spin, after).lines} == {
        "JPN_GREEN_OCTOPUS_03"
    }
    # Steps begin anew with the new account.
    assert (
        truth.price(client.spin, HANDED_OVER, truth.used(client.spin, HANDED_OVER)).band[-2:]
        == "01"
    )


async def test_a_point_moves_to_another_account(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    world, truth = client.simulator.world, client.simulator.truth
    home, barn = client.household.accounts
    used = truth.half_hours(client.spin, midnight(MOVE) - DAY, midnight(MOVE) + DAY)
    world.move(client.spin, barn.number, MOVE, product_key="green-03")
    old, _ = await _points(client, home.number)
    _, new = await _points(client, barn.number)
    assert (old["spin"], new["spin"]) == (client.spin, client.spin)
    assert (old["status"], new["status"]) == ("OFF_SUPPLY", "ON_SUPPLY")
    assert new["agreements"][0]["product"]["code"] == "JPN_GREEN_OCTOPUS_03"
    window = _on_the_day(midnight(MOVE))
    assert (await _half_hours(client, home.number, *window))[0] == 48
    assert (await _half_hours(client, barn.number, *window))[1] == 48
    # What was used is the same; what it costs is by the new plan from that day.
    assert truth.half_hours(client.spin, *window).keys() == used.keys()
    assert midnight(MOVE) in {start for start, _ in truth.periods(client.spin)}
    assert truth.price(client.spin, midnight(MOVE) - DAY).energy == Decimal("20.62")
    assert truth.price(client.spin, midnight(MOVE)).energy == Decimal("18.98")
    fresh = await _bills(client, barn.number)
    assert "2026-10-04" in fresh  # a day before the billing period
    assert all(
        start < "2026-10-04" for start in await _bills(client, home.number) if start in fresh
    )


async def test_a_point_moves_and_its_old_account_forgets_it(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    (home, barn), spin = client.household.accounts, client.spin
    client.simulator.world.move(spin, barn.number, still_listed=False, first=True)
    assert spin not in [point["spin"] for point in await _points(client, home.number)]
    assert (await _points(client, barn.number))[0]["spin"] == spin
    assert len(await _bills(client, home.number)) > 20


async def test_a_point_leaves_and_comes(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    world = client.simulator.world
    (home, _), spin = client.household.accounts, client.spin
    before = await _points(client, home.number)
    world.hide(spin)
    assert [point["spin"] for point in await _points(client, home.number)] == [before[1]["spin"]]
    times = {"startAt": (NOW - DAY).isoformat(), "endAt": NOW.isoformat()}
    assert (await client.ask(PAGES, spin=spin, **times)).codes == ["KT-CT-4719"]
    assert client.simulator.truth.hours(spin, NOW - 9 * DAY, NOW - 8 * DAY)
    assert len(await _bills(client, home.number)) > 20
    world.show(spin)
    world.show(spin)
    assert await _points(client, home.number) == before


async def test_a_point_is_hidden_in_one_of_its_accounts(connect: Connect) -> None:
    client = await connect("twice-two-accounts")
    one, other = client.household.accounts
    client.simulator.world.hide(client.spin, one.number)
    assert await _points(client, one.number) == []
    assert len(await _points(client, other.number)) == 1
    # It is billed as before: bills of the past do not change hands.
    assert len(await _bills(client, one.number)) > 10
    assert await _bills(client, other.number) == []


async def test_supply_ends_and_begins_again_after_a_gap(connect: Connect) -> None:
    client = await connect()
    world, truth = client.simulator.world, client.simulator.truth
    end, again = date(2026, 9, 1), date(2026, 9, 11)
    world.end_supply(client.spin, end)
    (point,) = await _points(client, client.number)
    assert point["status"] == "OFF_SUPPLY"
    assert truth.hours(client.spin, midnight(end), NOW) == {}
    world.move(client.spin, client.number, again)
    old, new = await _points(client, client.number)
    assert (old["status"], new["status"]) == ("OFF_SUPPLY", "ON_SUPPLY")
    hours = truth.hours(client.spin, midnight(end) - DAY, midnight(again) + DAY)
    assert len(hours) == 48
    assert all(not midnight(end) <= at < midnight(again) for at in hours)
    assert truth.costs(client.spin, midnight(end), midnight(again)) == {}
    assert not [start for start, _ in truth.periods(client.spin) if start == midnight(end)]
    assert truth.half_hours(client.spin, midnight(end), midnight(again), published=False) == {}


async def test_a_further_point_comes(connect: Connect) -> None:
    client = await connect("newcomer")
    assert await _points(client, client.number) == []
    plan = PointPlan("late", "03", (("ev-03", MOVE, None),), 5, Load(ev=3.0), MOVE, amperage=40)
    spin = client.simulator.world.add_point(client.number, plan).spin
    (point,) = await _points(client, client.number)
    assert (point["spin"], point["status"]) == (spin, "ON_SUPPLY")
    assert client.simulator.truth.hours(spin, NOW - 9 * DAY, NOW - 8 * DAY)
    assert client.household.accounts[0].status == "ACTIVE"
    assert not client.simulator.world.point(spin).subsidy


async def test_a_further_point_of_a_subsidised_login_has_the_discount_too(connect: Connect) -> None:
    client = await connect("subsidised")
    begin = date(2026, 7, 10)
    plan = PointPlan("late", "03", (("ev-03", begin, None),), 5, Load(ev=3.0), begin, amperage=40)
    spin = client.simulator.world.add_point(client.number, plan).spin
    # From the reading of August to that of September: August's.
    assert client.simulator.truth.price(spin, midnight(date(2026, 8, 20))).subsidy == Decimal(
        "-4.5"
    )


async def test_lists_in_the_opposite_order(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    before = [account.number for account in client.household.accounts]
    client.simulator.world.reverse("three-points-two-accounts")
    answer = await client.ask(ACCOUNTS)
    assert [account["number"] for account in answer.data["viewer"]["accounts"]] == before[::-1]
    spins = [point["spin"] for point in await _points(client, before[0])]
    client.simulator.world.reverse("three-points-two-accounts")
    assert [point["spin"] for point in await _points(client, before[0])] == spins[::-1]


async def test_a_point_listed_by_two_logins(connect: Connect) -> None:
    client = await connect("green-tokyo", "newcomer")
    simulator = client.simulator
    other = Client(simulator, client.session, simulator.world.households["newcomer"])
    await other.sign_in()
    simulator.world.list_again(client.spin, other.number, first=True)
    assert (await _points(other, other.number))[0]["spin"] == client.spin
    times = {"startAt": (NOW - 9 * DAY).isoformat(), "endAt": (NOW - 8 * DAY).isoformat()}
    for login in (client, other):
        answer = await login.ask(PAGES, spin=client.spin, **times)
        assert len(answer.data["supplyPoint"]["readings"]["importReadings"]["edges"]) == 48
    with pytest.raises(ValueError, match="no account"):
        simulator.world.list_again(client.spin, "A-00000000")


async def test_a_refused_account(connect: Connect) -> None:
    client = await connect("refused-account")
    good, refused = client.household.accounts
    answer = await client.ask(ACCOUNTS)
    assert len(answer.data["viewer"]["accounts"]) == 2
    assert len(await _points(client, good.number)) == 1
    answer = await client.ask(POINTS, number=refused.number)
    assert (answer.codes, answer.data) == (["KT-CT-4177"], {"account": None})
    refused.refusal = None
    assert len(await _points(client, refused.number)) == 1


async def test_a_fuel_cost_adjustment_is_restated_within_its_month() -> None:
    simulator = Simulator(("green-tokyo",), now=NOW)
    spin = next(iter(simulator.world.supply_points))
    truth, monthly_rates = simulator.truth, simulator.world.monthly_rates
    month = Month(2026, 11)
    at = datetime(2026, 11, 5, 3, tzinfo=UTC)
    before = truth.price(spin, at).fuel
    open_period = truth.periods(spin)[-1]
    bill = truth.bill(spin, open_period)
    monthly_rates.restate_fuel("03", month, "9.99")
    assert truth.price(spin, at).fuel == Decimal("9.99") != before
    restated = truth.bill(spin, open_period)
    assert restated.fuel != bill.fuel
    assert restated.energy == bill.energy
    assert truth.price(spin, at - 30 * DAY).fuel != Decimal("9.99")
    monthly_rates.restate_levy(month, "5.00")
    assert truth.price(spin, at).levy == Decimal("5.00")
    assert truth.price(spin, datetime(2026, 6, 5, 3, tzinfo=UTC)).levy == Decimal("5.00")


async def test_the_api_shows_a_restated_rate(connect: Connect) -> None:
    client = await connect()
    query = """query ($number: String!) { account(accountNumber: $number) { properties {
        electricitySupplyPoints { agreements { product { ... on ProductInterface {
          fuelCostAdjustment { pricePerUnitIncTax validFrom validTo }
          renewableEnergyLevy { pricePerUnitIncTax } } } } } } } }"""

    async def told() -> Any:
        answer = await client.ask(query, number=client.number)
        (point,) = answer.data["account"]["properties"][0]["electricitySupplyPoints"]
        return point["agreements"][0]["product"]

    before = await told()
    client.simulator.world.monthly_rates.restate_fuel("03", Month(2026, 11), "9.99")
    client.simulator.world.monthly_rates.restate_levy(Month(2026, 11), "5.00")
    after = await told()
    assert after["fuelCostAdjustment"].pop("pricePerUnitIncTax") == "9.99"
    assert before["fuelCostAdjustment"].pop("pricePerUnitIncTax") != "9.99"
    assert after["fuelCostAdjustment"] == before["fuelCostAdjustment"]
    assert after["renewableEnergyLevy"]["pricePerUnitIncTax"] == "5.00"


@pytest.mark.parametrize(
    "moves",
    [
        [date(2025, 9, 18)],  # the day on which the supply began
        [date(2026, 2, 18)],
        [date(2026, 10, 31)],
        [date(2026, 11, 20)],  # today
        [date(2026, 12, 24)],  # agreed, and still to come
        [date(2026, 1, 5), date(2026, 1, 6), date(2026, 11, 1)],
        [date(2026, 8, 18), date(2026, 9, 18)],
    ],
)
def test_every_half_hour_and_every_bill_is_one_accounts(moves: list[date]) -> None:
    simulator = Simulator(("three-points-two-accounts",), now=NOW, seed=5)
    world, truth = simulator.world, simulator.truth
    home, barn = world.households["three-points-two-accounts"].accounts
    spin = home.supply_points[0].spin
    point = world.point(spin)
    until = NOW - 8 * DAY
    before = truth.half_hours(spin, midnight(point.start), until, published=False)
    takers = [barn, home, barn]
    for day, taker in zip(moves, takers, strict=False):
        world.move(spin, taker.number, day)
    after = truth.half_hours(spin, midnight(point.start), until, published=False)
    assert after == before
    listings = world.listings_of(spin)
    assert len(listings) == len(moves) + 1
    for at in after:
        covered = [
            item for item in listings if item.slots[0] <= at.timestamp() // 1800 < item.slots[1]
        ]
        assert len(covered) == 1, at
    periods = truth.periods(spin)
    assert periods[0][0] == midnight(point.start)
    for former, latter in pairwise(periods):
        assert former[1] == latter[0]
    holders = {point.start: home} | dict(zip(moves, takers, strict=False))
    for start, end in periods:
        first, last = jst_date(start), jst_date(end)
        begun = max(day for day in holders if day <= first)
        assert all(last <= day for day in holders if day > begun)
        assert world.payer(point, first) is holders[begun]
        own = [item for item in listings if item.covers(Period(first, last))]
        assert [item.start for item in own] == [begun]
        costs = sum(truth.costs(spin, start, end).values())
        if end < NOW - 8 * DAY:
            assert abs(costs - truth.bill(spin, (start, end)).total) < 60


async def test_a_move_that_is_still_to_come(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    (home, barn), spin = client.household.accounts, client.spin
    client.simulator.world.move(spin, barn.number, date(2026, 12, 1))
    (old, _), (_, new) = await _points(client, home.number), await _points(client, barn.number)
    assert (old["status"], new["status"]) == ("ON_SUPPLY", "MOVE_IN_PENDING")
    assert new["intervalReadings"] == []
    client.simulator.clock.advance(days=15)
    await client.sign_in()
    (old, _), (_, new) = await _points(client, home.number), await _points(client, barn.number)
    assert (old["status"], new["status"]) == ("OFF_SUPPLY", "ON_SUPPLY")
