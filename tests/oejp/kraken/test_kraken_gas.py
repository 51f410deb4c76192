"""Gas, campaigns and rewards over real HTTP: the simulator's answers, and shapes that it does not produce."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession, web
from kraken_service import Asked, Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenRefusedError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.campaigns import DailyResult, Participation
from custom_components.octopus_japan.oejp.kraken.gas import GasReadingDates
from custom_components.octopus_japan.oejp.kraken.rewards import LoyaltyPoints, Vouchers
from simulator import Simulator

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SINCE = datetime(2016, 1, 1, tzinfo=UTC)
ACCOUNT = "A-1"


def account(*points: Any, **parts: Any) -> dict[str, Any]:
    known = [{"spin": point.get("spin")} for point in points if point]
    places = [{"known": known, "points": list(points)}] if points else []
    return {"data": {"account": {"properties": places, **parts}}}


def reading(**changes: Any) -> dict[str, Any]:
    return {
        "startAt": "2026-09-24T00:00:00+09:00",
        "endAt": "2026-10-24T00:00:00+09:00",
        "usage": 30,
        "daysOfGasUsage": 30,
        "readingDate": "2026-10-24",
        "readingReason": "REGULAR",
    } | changes


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(households=("gas-tokyo", "challenger-tokyo"), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


def signed_in(simulator: Simulator, session: ClientSession, key: str) -> tuple[KrakenClient, str]:
    login = simulator.world.households[key]
    client = KrakenClient(
        session,
        simulator.url,
        EmailPassword(login.email, login.password),
        now=simulator.clock.timestamp,
    )
    return client, login.accounts[0].number


async def test_gas_readings_are_the_truth(simulator: Simulator, session: ClientSession) -> None:
    client, number = signed_in(simulator, session, "gas-tokyo")
    (spin,) = simulator.world.gas_points
    assert set(await client.gas.supply_points(number)) == {spin}
    told = (await client.gas.readings(number, SINCE))[spin]
    bills = simulator.truth.gas_bills(spin)
    assert [(item.usage, item.days_of_gas_usage) for item in told] == [
        (bill.volume, bill.period.days) for bill in bills
    ]
    dates = (await client.gas.reading_dates(number))[spin]
    assert dates.next_reading_date == simulator.truth.gas_periods(spin)[-1][1].date() + timedelta(
        days=1
    )
    # One date that is refused costs itself, and so does each question.
    simulator.faults.add("refused_field", field="GasSupplyPoint.nextReadingDate")
    assert (await client.gas.reading_dates(number))[spin].next_next_reading_date is not None
    simulator.faults.add("refused_field", field="GasSupplyPoint.nextNextReadingDate")
    with pytest.raises(KrakenRefusedError):
        await client.gas.reading_dates(number)
    simulator.faults.add("refused_field", field="GasSupplyPoint.intervalReadings")
    with pytest.raises(KrakenRefusedError):
        await client.gas.readings(number, SINCE)
    assert set(await client.gas.supply_points(number)) == {spin}


@pytest.mark.parametrize(
    "changes",
    [
        {"endAt": "2026-09-24T00:00:00+09:00"},
        {"startAt": "2026-07-01T00:00:00+09:00"},
        {"usage": -1},
        {"usage": 50_001},
        {"usage": None},
        {"startAt": None},
        {"endAt": "2101-01-01T00:00:00+09:00"},
        {"usage": "many"},
    ],
)
async def test_a_gas_reading_that_cannot_be_costs_itself(
    client: KrakenClient, service: Service, changes: dict[str, Any]
) -> None:
    rows = [
        reading(**changes),
        None,
        reading(startAt="2026-08-24T00:00:00+09:00", endAt="2026-09-24T00:00:00+09:00"),
    ]
    service.answer("GasReadings", account({"spin": "G", "intervalReadings": rows}))
    (found,) = (await client.gas.readings(ACCOUNT, SINCE))["G"]
    assert found.end_at == datetime(2026, 9, 23, 15, tzinfo=UTC)
    assert sum(client.left_out.values()) == 1


async def test_gas_readings_are_sorted_and_each_is_told_once(
    client: KrakenClient, service: Service
) -> None:
    later = reading(startAt=reading()["endAt"], endAt="2026-11-22T00:00:00+09:00", usage="12.5")
    odd = reading(
        startAt=later["endAt"],
        endAt="2026-12-24T00:00:00+09:00",
        daysOfGasUsage="?",
        readingDate="x",
        readingReason=[],
    )
    point = {"spin": "G", "intervalReadings": [later, reading(), odd, later]}
    service.answer("GasReadings", account(point, {**point}))
    found = (await client.gas.readings(ACCOUNT, SINCE))["G"]
    assert [item.usage for item in found] == [30, Decimal("12.5"), 30]
    assert found[-1].days_of_gas_usage is found[-1].reading_date is found[-1].reading_reason is None


async def test_the_first_listing_that_tells_a_reading_date_counts(
    client: KrakenClient, service: Service
) -> None:
    silent = {"spin": "G", "nextReadingDate": None, "nextNextReadingDate": "soon"}
    telling = {"spin": "G", "nextReadingDate": "2026-12-24"}
    service.answer("GasReadingDates", account(silent, telling), account(silent))
    assert (await client.gas.reading_dates(ACCOUNT))["G"] == GasReadingDates(date(2026, 12, 24))
    assert (await client.gas.reading_dates(ACCOUNT))["G"] == GasReadingDates()


async def test_a_gas_point_is_on_supply_if_any_listing_says_so(
    client: KrakenClient, service: Service
) -> None:
    statuses = ({"status": "OFF_SUPPLY"}, {"status": "ON_SUPPLY"}, {"status": 5})
    service.answer(
        "GasSupplyPoints",
        account(*({"spin": "G", "agreements": [], **status} for status in statuses)),
        account({"spin": "G", "agreements": [], "status": None}),
    )
    assert (await client.gas.supply_points(ACCOUNT))["G"].status == "ON_SUPPLY"
    assert (await client.gas.supply_points(ACCOUNT))["G"].status is None


async def test_campaigns_are_the_truth(simulator: Simulator, session: ClientSession) -> None:
    client, number = signed_in(simulator, session, "challenger-tokyo")
    programme = simulator.world.households["challenger-tokyo"].accounts[0].programme
    assert await client.campaigns.open(number) == ("ピークシフト・チャレンジ",)
    past, running = await client.campaigns.joined(number)
    results = programme.results(running.campaign_name, NOW)
    assert [day.shifted for day in running.demand_response_daily_results] == [
        result.shifted for result in results
    ]
    assert [day.amount_saved for day in running.demand_response_daily_results] == [
        result.saved for result in results
    ]
    assert running.successful_days_count == sum(result.met for result in results)
    assert past.campaign_end == datetime(2026, 2, 28, 15, tzinfo=UTC)

    await client.campaigns.register(number, "ピークシフト・チャレンジ")
    assert await client.campaigns.open(number) == ()
    with pytest.raises(KrakenRefusedError) as refused:
        await client.campaigns.register(number, "ピークシフト・チャレンジ")
    assert number not in str(refused.value)
    assert programme.sent == ["ピークシフト・チャレンジ"] * 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failure("KT-CT-1124"), KrakenServiceError),
        (failure("KT-CT-7899"), KrakenServiceError),
        (failure("KT-CT-1111", "AUTHORIZATION"), KrakenRefusedError),
        ({"data": {"registration": {"__typename": "SomethingNew"}}}, KrakenServiceError),
        ({"data": {"registration": None}}, KrakenServiceError),
        (lambda _: web.Response(status=401), KrakenServiceError),
        (lambda _: web.Response(status=502), KrakenConnectionError),
        (lambda _: web.Response(text="<html>"), KrakenConnectionError),
    ],
)
async def test_a_registration_is_sent_once_whatever_comes_of_it(
    client: KrakenClient,
    service: Service,
    answer: dict[str, Any] | Callable[[Asked], Any],
    error: type[KrakenError],
) -> None:
    service.answer("RegisterForCampaign", answer)
    with pytest.raises(error):
        await client.campaigns.register(ACCOUNT, "冬")
    assert service.count("RegisterForCampaign") == 1
    assert service.asked[-1].variables == {"accountNumber": ACCOUNT, "campaign": "冬"} or (
        service.operations()[-1] == "ObtainToken"
    )


async def test_what_makes_no_sense_of_a_campaign_costs_itself(
    client: KrakenClient, service: Service
) -> None:
    open_ = "availableDemandResponseCampaignsForRegistration"
    joined = "demandResponseCampaignParticipants"
    service.answer(
        "CampaignsOpen", account(**{open_: ["冬", None, 5, " ", "冬", " 夏 "]}), account()
    )
    assert await client.campaigns.open(ACCOUNT) == ("冬", "夏")
    with pytest.raises(KrakenServiceError):
        await client.campaigns.open(ACCOUNT)
    days = [
        {"eventDate": "2026-12-02", "baselineConsumptionKwh": 2.0, "outturnConsumptionKwh": "?"},
        5,
        {
            "eventDate": "2026-12-01",
            "baselineConsumptionKwh": 2.0,
            "outturnConsumptionKwh": 1.5,
            "amountSaved": 20.5,
        },
    ]
    told = [
        {
            "campaignName": "冬",
            "campaignStart": "soon",
            "successfulDaysCount": 0.5,
            "isOptedIntoEvents": 1,
            "demandResponseDailyResults": days,
        },
        {"campaignName": None},
        "冬",
        None,
    ]
    service.answer("CampaignsJoined", account(**{joined: told}), account())
    assert await client.campaigns.joined(ACCOUNT) == (
        Participation(
            "冬",
            demand_response_daily_results=(
                DailyResult(
                    date(2026, 12, 1),
                    baseline_consumption_kwh=Decimal("2.0"),
                    outturn_consumption_kwh=Decimal("1.5"),
                    amount_saved=Decimal("20.5"),
                ),
                DailyResult(date(2026, 12, 2), baseline_consumption_kwh=Decimal("2.0")),
            ),
        ),
    )
    with pytest.raises(KrakenServiceError):
        await client.campaigns.joined(ACCOUNT)
    assert DailyResult().shifted is None


async def test_rewards(simulator: Simulator, session: ClientSession) -> None:
    client, number = signed_in(simulator, session, "challenger-tokyo")
    assert await client.rewards.loyalty_points(number) == LoyaltyPoints(1250, 1250)
    assert await client.rewards.vouchers(number) == Vouchers(2000, 500)
    client, number = signed_in(simulator, session, "gas-tokyo")
    with pytest.raises(KrakenRefusedError):
        await client.rewards.loyalty_points(number)
    with pytest.raises(KrakenRefusedError):
        await client.rewards.vouchers(number)


async def test_rewards_of_which_nothing_is_told(client: KrakenClient, service: Service) -> None:
    service.answer(
        "LoyaltyPoints",
        {"data": {"loyaltyPointsBalance": {"loyaltyPoints": "many"}}},
        {"data": {"loyaltyPointsBalance": None}},
    )
    for _ in range(2):
        with pytest.raises(KrakenNotFoundError):
            await client.rewards.loyalty_points(ACCOUNT)
