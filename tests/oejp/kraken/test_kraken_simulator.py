"""The client against the simulator: a real GraphQL engine over the schema, with its limits, refusals and faults."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession, ClientTimeout
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    AuthFailure,
    Direction,
    EmailPassword,
    KrakenAuthError,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenSignInEndedError,
    KrakenThrottledError,
    KrakenTooComplexError,
    PreSignedKey,
    Question,
    ReadingPath,
    RefreshToken,
    SignIn,
    speaks_against,
)
from custom_components.octopus_japan.oejp.kraken.half_hours import half_hour_from
from custom_components.octopus_japan.oejp.kraken.models import (
    ElectricityFitProduct,
    ElectricitySingleStepProduct,
    ElectricitySteppedProduct,
    GasTieredProduct,
    Reading,
)
from simulator import Simulator
from simulator.schemas import SchemaVersion

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
START = datetime(2026, 10, 9, 15, tzinfo=UTC)
END = START + timedelta(days=31)
HOUSEHOLDS = ("green-tokyo", "ev-tokyo", "solar-tokyo", "moved", "gas-tokyo", "newcomer", "veteran")

GRAPHQL = [path for path in ReadingPath if path is not ReadingPath.REST]


class House:
    """A household of the simulator with a client signed in to it."""

    def __init__(self, simulator: Simulator, session: ClientSession, key: str) -> None:
        self.simulator = simulator
        self.session = session
        self.household = simulator.world.households[key]
        self.account = self.household.accounts[-1].number
        self.spins = [point.spin for point in self.household.accounts[-1].supply_points]
        self.client = self.by(EmailPassword(self.household.email, self.household.password))

    def by(self, credential: Any) -> KrakenClient:
        return KrakenClient(
            self.session,
            self.simulator.url,
            credential,
            now=self.simulator.clock.timestamp,
            timeout=ClientTimeout(total=60),
        )

    def truth(self, start: datetime = START, end: datetime = END) -> dict[datetime, Decimal]:
        return self.simulator.truth.half_hours(self.spins[0], start, end)

    def asked(self, operation: str) -> int:
        return sum(request.operation == operation for request in self.simulator.requests)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(households=HOUSEHOLDS, now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def green(simulator: Simulator, session: ClientSession) -> House:
    return House(simulator, session, "green-tokyo")


def values(readings: tuple[Reading, ...]) -> dict[datetime, Decimal]:
    assert all(r.end_at - r.start_at == timedelta(minutes=30) for r in readings)
    assert list(readings) == sorted(readings, key=lambda r: r.start_at)
    return {reading.start_at: reading.value for reading in readings}


async def test_every_way_gives_the_truth(green: House) -> None:
    truth = green.truth()
    assert len(truth) == 31 * 48
    for path in GRAPHQL:
        readings = await Question(
            green.client.readings, green.account, green.spins[0], START, END
        ).by(path)
        assert values(readings) == truth, path
    assert green.asked("HalfHourlyReadings") == 1


async def test_a_year_by_pages_is_the_truth(green: House) -> None:
    start = END - timedelta(days=100)
    readings = await green.client.readings.supply_point(green.spins[0], start, END)
    assert values(readings) == green.truth(start, END)
    readings = await green.client.readings.measurements(green.account, green.spins[0], start, END)
    assert values(readings) == green.truth(start, END)


@pytest.mark.parametrize("path", GRAPHQL)
async def test_a_window_may_end_between_two_half_hours(green: House, path: ReadingPath) -> None:
    end = END + timedelta(minutes=10)
    start = END - timedelta(hours=2)

    readings = await Question(green.client.readings, green.account, green.spins[0], start, end).by(
        path
    )

    assert list(values(readings)) == [start + number * timedelta(minutes=30) for number in range(5)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20T12:00:00+09:00", "2026-11-20T03:00:00+00:00"),
        ("2026-11-20T12:00:01+09:00", "2026-11-20T03:30:00+00:00"),
        ("2026-11-20T12:29:59.999999+09:00", "2026-11-20T03:30:00+00:00"),
        ("2026-11-20T12:15:00+05:45", "2026-11-20T06:30:00+00:00"),
    ],
)
def test_the_half_hour_from_a_time(at: str, expected: str) -> None:
    assert half_hour_from(datetime.fromisoformat(at)) == datetime.fromisoformat(expected)


class TestTooComplex:
    """Refused with 1188, a page is asked for smaller, and stays so."""

    async def test_a_smaller_page_is_asked_for(self, green: House) -> None:
        limits = green.simulator.engine.limits
        start = END - timedelta(days=2)
        limits.nodes = 20
        for _ in range(2):
            readings = await green.client.readings.supply_point(green.spins[0], start, END)
            assert values(readings) == green.truth(start, END)
        sizes = [
            (request.variables.get("first"), request.codes)
            for request in green.simulator.requests
            if request.operation == "SupplyPointImport"
        ]
        refused, answered = sizes[:2], sizes[2:]
        assert refused == [(None, ("KT-CT-1189",)), (36, ("KT-CT-1189",))]
        assert answered == [(18, ())] * (2 * -(-96 // 18))

    async def test_measurements_and_statements_too(self, green: House) -> None:
        everything = await green.client.billing.statements(green.account)
        green.simulator.engine.limits.nodes = 9
        start = END - timedelta(days=1)

        readings = await green.client.readings.measurements(
            green.account, green.spins[0], start, END
        )
        with pytest.raises(KrakenTooComplexError):
            await green.client.billing.statements(
                green.account
            )  # 60, 30, 15: eight is the smallest
        green.simulator.engine.limits.nodes = 15

        assert await green.client.billing.statements(green.account) == everything
        assert values(readings) == green.truth(start, END)

    async def test_what_has_no_pages_is_refused_for_good(self, green: House) -> None:
        green.simulator.engine.limits.complexity = 3
        with pytest.raises(KrakenTooComplexError):
            await green.client.supply.agreements(green.account)
        assert green.asked("Agreements") == 1


@pytest.mark.parametrize(
    ("version", "asked"),
    [("june", ["StatementDueDates", "StatementDueDatesJune"]), ("august", ["StatementDueDates"])],
)
async def test_due_dates_come_by_either_schema(
    green: House, version: SchemaVersion, asked: list[str]
) -> None:
    green.simulator.engine.speak(version)

    statements = await green.client.billing.statements(green.account)

    assert all(item.payment_due_date for item in statements)
    assert [
        request.operation
        for request in green.simulator.requests
        if "DueDates" in str(request.operation)
    ] == asked


async def test_statements_of_more_than_five_years(
    simulator: Simulator, session: ClientSession
) -> None:
    house = House(simulator, session, "veteran")
    closed = simulator.truth.periods(house.spins[0])[:-1]
    assert len(closed) > 60

    statements = await house.client.billing.statements(house.account)

    assert len(statements) == len({item.identifier for item in statements}) == len(closed)
    assert house.asked("Statements") == 2
    dated = [item for item in statements if item.payment_due_date]
    assert dated == list(statements[-60:])


@pytest.mark.parametrize("kind", ["duplicates", "out_of_order"])
@pytest.mark.parametrize("path", GRAPHQL)
async def test_order_and_repetition_do_not_matter(
    green: House, kind: Any, path: ReadingPath
) -> None:
    # One page, even of rows that come twice: the simulator shuffles anew for each page, which loses rows between pages.
    start = END - timedelta(hours=18)
    green.simulator.faults.add(kind)

    readings = await Question(green.client.readings, green.account, green.spins[0], start, END).by(
        path
    )

    assert values(readings) == green.truth(start, END)


async def test_half_hours_carry_their_version_and_band(green: House) -> None:
    readings = (await green.client.readings.half_hourly(green.account, START, END)).of(
        green.spins[0]
    )

    assert {reading.version for reading in readings} <= {"DAILY", "MONTHLY", "UPDATED"}
    assert all(
        (reading.consumption_rate_band or "").startswith("CONSUMPTION") for reading in readings
    )


@pytest.mark.parametrize("key", HOUSEHOLDS)
async def test_every_question_is_answered_for_every_household(
    simulator: Simulator, session: ClientSession, key: str
) -> None:
    house = House(simulator, session, key)
    client = house.client

    viewer = await client.login.viewer()
    assert viewer.id == house.household.viewer_id
    assert [a.number for a in viewer.accounts] == [a.number for a in house.household.accounts]
    for account in house.household.accounts:
        number, spins = account.number, {point.spin for point in account.supply_points}
        supply = await client.supply.points(number)
        listed = {p.spin for place in supply.properties for p in place.electricity_supply_points}
        assert listed == spins
        agreements = await client.supply.agreements(number)
        assert set(agreements) == spins
        assert all(a.product for points in agreements.values() for a in points)
        assert set(await client.supply.periods(number)) == spins
        assert set(await client.supply.reading_dates(number)) == spins
        closed = await client.supply.interval_readings(number, START - timedelta(days=90))
        assert set(closed) == spins
        assert all(
            p.value is not None and p.end_at > p.start_at for s in closed.values() for p in s
        )
        assert isinstance(await client.billing.balance(number), int)
        statements = await client.billing.statements(number)
        assert list(statements) == sorted(statements, key=lambda s: s.start_at)
        generation = await client.supply.generation_points(number)
        assert set(generation) == {point.gpin for point in account.generation_points}
        await client.gas.supply_points(number)
        await client.readings.half_hourly(number, START, END)
        await client.readings.half_hourly(number, START, END, Direction.GENERATION)
    limit = await client.login.rate_limit()
    assert limit.used_points + limit.remaining_points == limit.limit
    assert max(request.complexity for request in simulator.requests) <= 200
    assert not [request for request in simulator.requests if request.codes]


async def test_products_of_every_shape(simulator: Simulator, session: ClientSession) -> None:
    async def product(key: str) -> Any:
        house = House(simulator, session, key)
        agreements = await house.client.supply.agreements(house.account)
        return agreements[house.spins[0]][-1].product

    stepped = await product("green-tokyo")
    assert isinstance(stepped, ElectricitySteppedProduct)
    assert stepped.standing_charge_price_per_day is not None
    assert stepped.fuel_cost_adjustment is not None
    assert stepped.renewable_energy_levy is not None
    ev = await product("ev-tokyo")
    assert isinstance(ev, ElectricitySingleStepProduct)
    assert len(ev.consumption_charges) > 1

    solar = House(simulator, session, "solar-tokyo")
    (point,) = (await solar.client.supply.generation_points(solar.account)).values()
    assert isinstance(point.agreements[0].product, ElectricityFitProduct)
    gas = House(simulator, session, "gas-tokyo")
    (meter,) = (await gas.client.gas.supply_points(gas.account)).values()
    assert isinstance(meter.agreements[0].product, GasTieredProduct)


async def test_exports_by_every_way(simulator: Simulator, session: ClientSession) -> None:
    house = House(simulator, session, "solar-tokyo")
    (roof,) = house.household.generation_points
    truth = simulator.truth.half_hours(roof.gpin, START, END)
    assert sum(truth.values()) > 0

    for path in GRAPHQL:
        for number in (
            {roof.gpin} if path is ReadingPath.HALF_HOURLY else {roof.gpin, house.spins[0]}
        ):
            readings = await Question(
                house.client.readings, house.account, number, START, END, Direction.GENERATION
            ).by(path)
            assert values(readings) == truth, path


async def test_the_lines_of_the_latest_bill(green: House) -> None:
    latest = (await green.client.billing.statements(green.account))[-1]

    lines = await green.client.billing.charges(green.account, latest.identifier)

    assert any((line.supply_type or "").startswith("JPN_ELECTRICITY") for line in lines)
    assert {line.spin for line in lines} <= {green.spins[0], None}


async def test_what_is_to_pay_and_was_paid(green: House) -> None:
    latest = (await green.client.billing.statements(green.account))[-1]
    ledger = await green.client.billing.payments(green.account)
    assert latest.charged is not None
    (charge,) = await green.client.billing.bill_transactions(green.account, latest.identifier)
    assert charge.gross == latest.charged
    assert (latest.credited, ledger[-1].amount) == (0, latest.charged)
    assert ledger[-1].posted_date == latest.payment_due_date
    assert await green.client.billing.overdue_balance(green.account) == 0
    green.household.accounts[-1].unpaid_since = latest.payment_due_date
    assert await green.client.billing.overdue_balance(green.account) == latest.charged


async def test_charges_may_be_refused(green: House) -> None:
    green.simulator.faults.add("refused_field", field="charges", code="KT-CT-3824")

    with pytest.raises(KrakenRefusedError):
        await green.client.billing.charges(green.account, "1")


async def test_discounts(green: House) -> None:
    assert isinstance(
        await green.client.billing.meti_credits(date(2026, 1, 1), date(2026, 12, 31)), tuple
    )


async def test_addon_rates(green: House) -> None:
    assert isinstance(await green.client.terms.addon_rates(green.account), dict)

    green.simulator.faults.add("refused_field", field="addonRates", code="KT-CT-1111")
    with pytest.raises(KrakenRefusedError):
        await green.client.terms.addon_rates(green.account)


@pytest.mark.parametrize("code", ["KT-CT-4501", "KT-CT-1111", "KT-CT-1113"])
async def test_a_refused_way_leads_to_the_next(green: House, code: str) -> None:
    green.simulator.faults.add("refused_field", field="halfHourlyReadings", code=code)

    with pytest.raises(KrakenRefusedError) as caught:
        await Question(green.client.readings, green.account, green.spins[0], START, END).by(
            ReadingPath.HALF_HOURLY
        )
    assert speaks_against(ReadingPath.HALF_HOURLY, caught.value)

    path = ReadingPath.SUPPLY_POINT
    readings = await Question(green.client.readings, green.account, green.spins[0], START, END).by(
        path
    )
    assert values(readings) == green.truth()


async def test_an_internal_error_of_one_account_is_not_no_data(green: House) -> None:
    green.simulator.faults.add("internal_error", account=green.account)

    with pytest.raises(KrakenServiceError) as caught:
        await green.client.readings.half_hourly(green.account, START, END)

    assert caught.value.codes == {"KT-CT-7899"}


async def test_an_internal_error_may_pass(simulator: Simulator, session: ClientSession) -> None:
    simulator.faults.add("internal_error", times=1)
    house = House(simulator, session, "moved")
    with pytest.raises(KrakenServiceError):
        await house.client.readings.half_hourly(house.account, START, END)
    assert (await house.client.readings.half_hourly(house.account, START, END)).of(house.spins[0])


async def test_a_removed_field_costs_only_itself(green: House) -> None:
    for field in (
        "consumptionRateBand",
        "StatementBillingDocumentType.paymentDueDate",
        "addonRates",
    ):
        green.simulator.faults.add("removed_field", field=field)

    readings = (await green.client.readings.half_hourly(green.account, START, END)).of(
        green.spins[0]
    )

    assert values(readings) == green.truth()
    assert {reading.consumption_rate_band for reading in readings} == {None}
    assert all(
        s.payment_due_date is None for s in await green.client.billing.statements(green.account)
    )
    assert await green.client.supply.agreements(green.account)


async def test_half_hours_that_left_the_schema_are_no_empty_answer(green: House) -> None:
    green.simulator.faults.add("removed_field", field="halfHourlyReadings")
    for direction in Direction:
        with pytest.raises(KrakenQueryError) as caught:
            await green.client.readings.half_hourly(green.account, START, END, direction)
        assert caught.value.field == "halfHourlyReadings"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("http_500", KrakenError),
        ("http_502", KrakenConnectionError),
        ("truncated", KrakenConnectionError),
        ("html", KrakenConnectionError),
        ("throttled", KrakenThrottledError),
    ],
)
async def test_a_fault_passes(green: House, kind: Any, expected: type[KrakenError]) -> None:
    await green.client.login.viewer()
    green.simulator.faults.add(kind, times=1)

    with pytest.raises(expected):
        await green.client.billing.balance(green.account)

    assert isinstance(await green.client.billing.balance(green.account), int)


async def test_no_answer_is_given_up(simulator: Simulator, session: ClientSession) -> None:
    house = House(simulator, session, "green-tokyo")
    client = KrakenClient(
        session,
        simulator.url,
        EmailPassword(house.household.email, house.household.password),
        timeout=ClientTimeout(total=0.3),
    )
    simulator.faults.add("timeout", times=1, seconds=0.6)

    with pytest.raises(KrakenConnectionError):
        await client.login.viewer()
    await asyncio.sleep(0.6)


async def test_throttling_says_until_when(green: House) -> None:
    await green.client.login.viewer()
    green.simulator.points.limit = 10

    with pytest.raises(KrakenThrottledError) as caught:
        await asyncio.gather(*(green.client.supply.points(green.account) for _ in range(20)))

    assert caught.value.codes == {"KT-CT-1199"}
    assert caught.value.retry_after is None or timedelta() < caught.value.retry_after <= timedelta(
        hours=1
    )


async def test_every_credential_signs_in(green: House) -> None:
    household = green.household
    for credential in (ApiKey(household.api_key), PreSignedKey(household.pre_signed_key)):
        assert (await green.by(credential).login.viewer()).id == household.viewer_id
    known = SignIn(EmailPassword(household.email, household.password))
    await green.by(known).login.viewer()
    assert known.token
    assert known.token.refresh
    refresh = RefreshToken(known.token.refresh)
    assert (await green.by(refresh).login.viewer()).id == household.viewer_id


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (EmailPassword("nobody@example.jp", "wrong"), AuthFailure.INVALID_CREDENTIALS),
        (ApiKey("wrong"), AuthFailure.INVALID_CREDENTIALS),
        (RefreshToken("wrong"), AuthFailure.REFRESH_TOKEN_REJECTED),
    ],
)
async def test_a_rejected_credential_is_sent_once(
    green: House, credential: Any, reason: AuthFailure
) -> None:
    client = green.by(credential)

    results = await asyncio.gather(
        *(client.login.viewer() for _ in range(4)), return_exceptions=True
    )
    with pytest.raises(KrakenAuthError):
        await client.login.viewer()

    assert all(isinstance(result, KrakenAuthError) for result in results)
    assert {result.reason for result in results} == {reason}
    assert green.asked("ObtainToken") == 1


async def test_api_keys_may_be_unavailable(green: House) -> None:
    green.simulator.tokens.api_keys = False

    with pytest.raises(KrakenSignInEndedError):
        await green.by(ApiKey("any")).login.viewer()


async def test_the_token_is_renewed_for_a_week_and_then_by_the_credential(green: House) -> None:
    for _ in range(9):
        await asyncio.gather(*(green.client.billing.balance(green.account) for _ in range(3)))
        green.simulator.clock.advance(days=1)

    given = [
        {name for name, value in r.variables["input"].items() if value}
        for r in green.simulator.requests
        if r.operation == "ObtainToken"
    ]
    assert given == [
        {"email", "password"},
        *[{"refreshToken"}] * 6,
        {"email", "password"},
        {"refreshToken"},
    ]
    assert not [request for request in green.simulator.requests if request.codes]


async def test_a_token_that_expired_unnoticed_is_renewed(green: House) -> None:
    await green.client.login.viewer()
    green.simulator.faults.add("expired_token", operation="Balance", times=1)

    assert isinstance(await green.client.billing.balance(green.account), int)


async def test_forgotten_refresh_tokens_lead_to_a_sign_in(green: House) -> None:
    await green.client.login.viewer()
    green.simulator.tokens.forget()
    green.simulator.clock.advance(hours=2)

    assert await green.client.login.viewer()


async def test_anothers_account_is_not_found(green: House, simulator: Simulator) -> None:
    other = simulator.world.households["ev-tokyo"].accounts[0].number
    for number in (other, "A-00000000"):
        with pytest.raises(KrakenNotFoundError):
            await green.client.supply.points(number)
        with pytest.raises(KrakenNotFoundError) as caught:
            await green.client.readings.half_hourly(number, START, END)
        assert number not in str(caught.value)
    with pytest.raises(KrakenNotFoundError):
        await green.client.readings.supply_point("0" * 22, START, END)


async def test_an_empty_answer_is_empty(green: House) -> None:
    green.simulator.faults.add("empty")

    for path in GRAPHQL:
        assert (
            await Question(green.client.readings, green.account, green.spins[0], START, END).by(
                path
            )
            == ()
        )


def test_readings_compare_by_value() -> None:
    reading = Reading(START, START + timedelta(minutes=30), Decimal("0.40"))
    assert reading == replace(reading, value=Decimal("0.4"))
