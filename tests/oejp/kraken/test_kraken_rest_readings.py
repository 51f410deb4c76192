"""Half hours by REST: for a login that has an API key, where every way of GraphQL is closed."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    Credential,
    Direction,
    EmailPassword,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    PathChoice,
    PathFinder,
    ReadingPath,
    speaks_against,
)
from custom_components.octopus_japan.oejp.kraken.models import Reading
from custom_components.octopus_japan.oejp.kraken.rest.models import RestConsumption
from custom_components.octopus_japan.oejp.kraken.rest_readings import Meter, RestReadings
from simulator import Simulator
from simulator.points import serial_number

NOW = datetime(2025, 12, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
WEEK = (NOW - 7 * DAY, NOW)
OLD = (NOW - 70 * DAY, NOW - 40 * DAY)
REST = ReadingPath.REST


class Service:
    """The simulator with every way of GraphQL refused, and the ways of one point."""

    def __init__(self, simulator: Simulator, session: ClientSession, credential: str) -> None:
        self.simulator = simulator
        home = simulator.world.households["solar-tokyo"]
        self.number = home.supply_points[0].spin
        self.account = home.accounts[0].number
        given: Credential = (
            ApiKey(home.api_key)
            if credential == "key"
            else EmailPassword(home.email, home.password)
        )
        home.supply_points[0].meters_told = True
        self.client = KrakenClient(
            session, simulator.url, given, now=lambda: datetime.now(UTC).timestamp()
        )
        self.kept: list[PathChoice] = []
        self.finder = self.choose(PathChoice())
        for field in ("halfHourlyReadings", "importReadings", "measurements"):
            simulator.faults.add("refused_field", field=field)

    def choose(
        self, choice: PathChoice, direction: Direction = Direction.CONSUMPTION
    ) -> PathFinder:
        self.finder = PathFinder(
            self.client.readings,
            self.number,
            direction,
            choice=choice,
            keep=self.kept.append,
            now=lambda: datetime.now(UTC),
            rest=self.client.rest_readings,
        )
        return self.finder

    async def fetch(
        self, start: datetime, end: datetime, *, supplied: bool = False
    ) -> Sequence[Reading]:
        return await self.finder.fetch(self.account, start, end, supplied=supplied)

    def truth(self, start: datetime, end: datetime) -> dict[datetime, Decimal]:
        return dict(self.simulator.truth.half_hours(self.number, start, end))

    def asked(self) -> tuple[int, int]:
        """Return how often meters were asked for, and REST, since the last call."""
        meters = sum(each.operation == "Meters" for each in self.simulator.requests)
        rest = len(self.simulator.rest.asked)
        self.simulator.requests.clear()
        self.simulator.rest.asked.clear()
        return meters, rest


@pytest.fixture
def credential() -> str:
    return "key"


@pytest.fixture
async def service(
    freezer: FrozenDateTimeFactory, socket_enabled: None, credential: str
) -> AsyncIterator[Service]:
    freezer.move_to(NOW)
    simulator = Simulator(households=("solar-tokyo",), now=NOW)
    await simulator.start()
    async with ClientSession() as session:
        yield Service(simulator, session, credential)
    await simulator.stop()


def values(readings: Sequence[Reading]) -> dict[datetime, Decimal]:
    assert list(readings) == sorted(readings, key=lambda reading: reading.start_at)
    return {reading.start_at: reading.value for reading in readings}


@pytest.mark.parametrize("window", [WEEK, OLD])
async def test_where_graphql_is_closed_rest_tells_the_same(
    service: Service, window: tuple[datetime, datetime]
) -> None:
    found = await service.fetch(*window, supplied=True)
    assert values(found) == service.truth(*window)
    assert service.asked()[0] == 1
    # The meters of a point are known for a day.
    await service.fetch(*window, supplied=True)
    assert service.asked()[0] == 0


async def test_it_is_kept_once_the_refusal_stays(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(3):
        await service.fetch(*WEEK)
        freezer.tick(HALF_HOUR)
    await service.fetch(*WEEK)
    assert service.finder.recent is REST
    service.asked()
    assert values(await service.fetch(*WEEK)) == service.truth(*WEEK)
    # And the day on which GraphQL opens again it is asked.
    service.simulator.faults.clear()
    freezer.tick(DAY)
    await service.fetch(*WEEK)
    assert service.finder.recent is ReadingPath.HALF_HOURLY


@pytest.mark.parametrize("credential", ["password"])
async def test_without_a_key_rest_is_no_way(service: Service) -> None:
    with pytest.raises(KrakenRefusedError):
        await service.fetch(*WEEK)
    assert service.asked() == (0, 0)
    # Nor is it one any more where a key was there before.
    service.choose(PathChoice(REST, checked_at=NOW))
    assert service.finder.recent is ReadingPath.HALF_HOURLY
    service.choose(PathChoice(old=REST, checked_at=NOW))
    assert service.finder.old is ReadingPath.HALF_HOURLY


async def test_a_generation_point_has_no_such_way(service: Service) -> None:
    service.choose(PathChoice(REST), Direction.GENERATION)
    assert service.finder.recent is ReadingPath.HALF_HOURLY


async def test_a_refusal_is_learnt_of_once_a_day(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.rest.ways.clear()
    for _ in range(3):
        with pytest.raises(KrakenRefusedError):
            await service.fetch(*WEEK)
    # Basic, Token and JWT, each once.
    assert service.asked() == (1, 3)
    freezer.tick(DAY)
    with pytest.raises(KrakenRefusedError):
        await service.fetch(*WEEK)
    assert service.asked()[1] == 3
    service.simulator.rest.ways.add("Basic")
    freezer.tick(DAY)
    assert values(await service.fetch(*WEEK)) == service.truth(*WEEK)


@pytest.mark.parametrize("fault", ["refused_field", "empty_list"])
async def test_a_point_whose_meters_are_not_told(service: Service, fault: Any) -> None:
    service.simulator.faults.add(fault, field="meters")
    for _ in range(2):
        with pytest.raises(KrakenRefusedError):
            await service.fetch(*WEEK)
    assert service.asked() == (1, 0)


async def test_a_serial_number_that_was_entered_needs_no_question(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="meters")
    service.client.rest_readings.entered[service.number] = serial_number(service.number)
    assert values(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.asked()[0] == 0


async def test_a_fault_that_may_pass_decides_nothing(service: Service) -> None:
    service.simulator.rest.fails_with = 503
    with pytest.raises(KrakenConnectionError):
        await service.fetch(*WEEK)
    service.simulator.rest.fails_with = None
    assert values(await service.fetch(*WEEK)) == service.truth(*WEEK)


@pytest.mark.parametrize(
    ("error", "speaks"),
    [
        (KrakenRefusedError("x"), True),
        (KrakenNotFoundError("x"), True),
        (KrakenQueryError("x"), True),
        (KrakenConnectionError("x"), False),
        (KrakenServiceError("x"), False),
    ],
)
def test_what_speaks_against_it(error: KrakenError, speaks: bool) -> None:
    assert speaks_against(REST, error) is speaks


# What the simulator has not: a point whose meter was changed


class Told:
    """Meters and what each of them counted, by serial number."""

    def __init__(self, meters: Sequence[Meter], rows: dict[str, Any]) -> None:
        self._meters, self._rows = meters, rows
        self.access = self
        self.key = "key"
        self.meters = self
        self.asked: list[str] = []

    async def of(self, account_number: str, spin: str) -> Sequence[Meter]:
        return self._meters

    async def consumption(
        self, number: str, serial: str, start: datetime, end: datetime
    ) -> Sequence[RestConsumption]:
        self.asked.append(serial)
        found: Any = self._rows[serial]
        if isinstance(found, Exception):
            raise found
        return [RestConsumption(Decimal(kwh), at, until) for kwh, at, until in found]


async def read(told: Any) -> dict[datetime, Decimal]:
    rest = RestReadings(told, told, NOW.timestamp)
    return values(await rest.half_hours("A-1", "03", *WEEK))


START = WEEK[0]


async def test_a_meter_that_was_changed_tells_what_came_before() -> None:
    meters = [
        Meter("long gone", START - DAY),
        Meter("old", START + HALF_HOUR),
        Meter("new"),
    ]
    told = Told(
        meters,
        {
            "old": [("0.1", START, START + HALF_HOUR)],
            "new": [("0.2", START + HALF_HOUR, START + 2 * HALF_HOUR)],
        },
    )
    assert await read(told) == {START: Decimal("0.1"), START + HALF_HOUR: Decimal("0.2")}
    assert told.asked == ["old", "new"]


async def test_two_meters_that_contradict_each_other_tell_nothing() -> None:
    rows = {name: [(kwh, START, START + HALF_HOUR)] for name, kwh in (("a", "0.1"), ("b", "0.2"))}
    with pytest.raises(KrakenServiceError, match="two meters"):
        await read(Told([Meter("a"), Meter("b")], rows))
    rows["b"] = rows["a"]
    assert await read(Told([Meter("a"), Meter("b")], rows)) == {START: Decimal("0.1")}


async def test_what_is_no_half_hour_of_the_window_is_left_out() -> None:
    rows = [
        ("0.1", START - HALF_HOUR, START),
        ("0.2", START, START + HALF_HOUR),
        ("0.3", START + HALF_HOUR, START + 3 * HALF_HOUR),
        ("0.4", WEEK[1], WEEK[1] + HALF_HOUR),
    ]
    assert await read(Told([Meter("a")], {"a": rows})) == {START: Decimal("0.2")}


async def test_a_point_that_rest_does_not_know_is_not_asked_for_again() -> None:
    told: Any = Told([Meter("a")], {"a": KrakenNotFoundError("x")})
    rest = RestReadings(told, told, NOW.timestamp)
    for expected in (KrakenNotFoundError, KrakenRefusedError):
        with pytest.raises(expected):
            await rest.half_hours("A-1", "03", *WEEK)
    assert told.asked == ["a"]
