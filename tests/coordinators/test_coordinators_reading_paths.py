"""Three ways to the readings of a point, and what makes us change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.octopus_japan.coordinators.reading_paths import Ways, listed_since, windows
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.kraken import (
    Direction,
    EmailPassword,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    ReadingPath,
)
from custom_components.octopus_japan.store import ChosenPath, Parts
from simulator import Simulator

NOW = datetime(2025, 12, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = (NOW - 7 * DAY, NOW)
OLD = (NOW - 70 * DAY, NOW - 40 * DAY)
A, B, C = ReadingPath


class Store:
    """What is remembered, without Home Assistant."""

    def __init__(self) -> None:
        self.parts = Parts()
        self.saved = 0

    def async_save(self) -> None:
        self.saved += 1


class Service:
    """The simulator, a client and the ways of one point."""

    def __init__(
        self, simulator: Simulator, client: KrakenClient, generation: bool = False
    ) -> None:
        self.simulator = simulator
        home = simulator.world.households["solar-tokyo"]
        self.point = (home.generation_points if generation else home.supply_points)[0]
        self.number = self.point.identifier
        self.store = Store()
        self.ways = Ways(
            client,
            self.store,  # type: ignore[arg-type]
            home.accounts[0].number,
            self.number,
            Direction.GENERATION if generation else Direction.CONSUMPTION,
        )

    def choose(self, chosen: ChosenPath) -> None:
        self.store.parts.reading_paths[digest(self.number)] = chosen

    def chosen(self) -> ChosenPath:
        return self.store.parts.reading_paths.get(digest(self.number), ChosenPath())

    def asked(self) -> list[str | None]:
        """Return the operations since the last call."""
        found = [request.operation for request in self.simulator.requests]
        self.simulator.requests.clear()
        return found

    def truth(self, start: datetime, end: datetime) -> int:
        return len(self.simulator.truth.half_hours(self.number, start, end))


@pytest.fixture
async def client(
    freezer: FrozenDateTimeFactory, socket_enabled: None
) -> AsyncIterator[tuple[Simulator, KrakenClient]]:
    freezer.move_to(NOW)
    simulator = Simulator(households=("solar-tokyo",), now=NOW)
    await simulator.start()
    home = simulator.world.households["solar-tokyo"]
    async with ClientSession() as session:
        client = KrakenClient(session, simulator.url, EmailPassword(home.email, home.password))
        await client.viewer()
        simulator.requests.clear()
        yield simulator, client
    await simulator.stop()


@pytest.fixture
def service(client: tuple[Simulator, KrakenClient]) -> Service:
    return Service(*client)


def test_windows_are_what_the_service_answers_whole() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert windows(start, start) == []
    cut = windows(start, start + 70 * DAY)
    assert [end - begin for begin, end in cut] == [31 * DAY, 31 * DAY, 8 * DAY]
    assert all(one[1] == other[0] for one, other in pairwise(cut))


async def test_one_request_for_a_window(service: Service) -> None:
    found = await service.ways.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]
    assert service.store.saved == 0


async def test_exports(client: tuple[Simulator, KrakenClient]) -> None:
    service = Service(*client, generation=True)
    found = await service.ways.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    again = await service.ways.fetch(*WEEK)
    assert [r.value for r in again] == [r.value for r in found]
    assert service.ways.path is B


async def test_a_refusal_is_taken_at_its_word(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    found = await service.ways.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    assert service.ways.path is B
    assert service.store.saved == 1
    service.asked()
    await service.ways.fetch(*WEEK)
    assert set(service.asked()) == {"SupplyPointImport"}


async def test_the_third_way(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("refused_field", field="importReadings")
    assert len(await service.ways.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.ways.path is C


async def test_every_way_refused(service: Service) -> None:
    for field in ("halfHourlyReadings", "importReadings", "measurements"):
        service.simulator.faults.add("refused_field", field=field)
    with pytest.raises(KrakenRefusedError):
        await service.ways.fetch(*WEEK)
    assert service.ways.path is A


async def test_a_way_that_has_nothing_to_say_is_not_kept(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("empty", field="importReadings")
    service.simulator.faults.add("empty", field="measurements")
    assert list(await service.ways.fetch(*WEEK)) == []
    assert service.ways.path is A


@pytest.mark.parametrize("kind", ["http_500", "html", "truncated", "throttled"])
async def test_what_may_pass_changes_nothing(service: Service, kind: str) -> None:
    service.simulator.faults.add(kind)  # type: ignore[arg-type]
    for _ in range(5):
        with pytest.raises((KrakenConnectionError, KrakenThrottledError)):
            await service.ways.fetch(*WEEK)
    assert service.store.parts == Parts()


async def test_a_fault_of_the_next_way_decides_nothing(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("http_500", operation="supplyPoint")
    with pytest.raises(KrakenConnectionError):
        await service.ways.fetch(*WEEK)
    assert service.store.parts == Parts()


async def test_internal_errors_count_when_they_stay(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("internal_error")
    for _ in range(5):
        with pytest.raises(KrakenServiceError):
            await service.ways.fetch(*WEEK)
    freezer.tick(timedelta(hours=1))
    assert len(await service.ways.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.ways.path is B


async def test_an_answer_in_between_starts_the_count_again(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(2):
        service.simulator.faults.add("internal_error", times=2)
        for _ in range(2):
            with pytest.raises(KrakenServiceError):
                await service.ways.fetch(*WEEK)
            freezer.tick(timedelta(hours=1))
        assert await service.ways.fetch(*WEEK)
    assert service.ways.path is A


async def test_internal_errors_of_the_second_way_have_a_count_of_their_own(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("internal_error", field="importReadings")
    for _ in range(2):
        with pytest.raises(KrakenServiceError):
            await service.ways.fetch(*WEEK)
        freezer.tick(timedelta(hours=1))
    await service.ways.fetch(*WEEK)
    assert service.ways.path is C


async def test_answers_that_make_no_sense_never_count(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("refused_field", field="HalfHourReading.value", code="KT-CT-7899")
    for _ in range(3):
        try:
            await service.ways.fetch(*WEEK)
        except KrakenError:
            freezer.tick(timedelta(hours=1))
    assert service.ways.path in {A, B}


async def test_the_front_of_a_long_answer_is_asked_for_again(service: Service) -> None:
    """Rows cut off at the front leave no sign."""
    month = (NOW - 30 * DAY, NOW - 1 * DAY)
    service.simulator.faults.add("short", share=0.4, times=1)
    assert len(await service.ways.fetch(*month)) == service.truth(*month)
    assert len(service.asked()) == 2
    # Of the recent week it is asked for by the next poll.
    service.simulator.faults.add("short", share=0.4, times=1)
    await service.ways.fetch(*WEEK)
    assert len(service.asked()) == 1


# Older than 31 days


async def test_old_readings_by_the_usual_way(service: Service) -> None:
    assert len(await service.ways.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.chosen().old is A
    assert service.asked() == ["HalfHourlyReadings"]
    # From now on nothing is a gap, and no reason to look elsewhere.
    service.simulator.faults.add("empty", times=1)
    assert list(await service.ways.fetch(*OLD, supplied=True)) == []
    assert service.asked() == ["HalfHourlyReadings"]


async def test_nothing_older_than_31_days_on_that_way(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    assert len(await service.ways.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.chosen().old is B
    assert service.ways.path is A
    assert service.ways.old_path is B
    service.asked()
    await service.ways.fetch(*OLD, supplied=True)
    assert set(service.asked()) == {"SupplyPointImport"}
    await service.ways.fetch(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]
    since = listed_since(NOW)
    assert service.ways.windows(since - DAY, since + DAY) == [
        (since - DAY, since),
        (since, since + DAY),
    ]
    assert len(service.ways.windows(since, since + DAY)) == 1


async def test_a_moment_of_silence_is_no_reason_to_look_elsewhere(service: Service) -> None:
    service.simulator.faults.add("empty", times=1)
    assert await service.ways.fetch(*OLD, supplied=True)
    assert service.chosen().old is A


async def test_before_a_supply_that_nobody_knows_of_nothing_is_missing(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    assert list(await service.ways.fetch(*OLD)) == []
    assert service.asked() == ["HalfHourlyReadings"]


async def test_old_readings_that_no_way_has(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    service.simulator.faults.add("refused_field", field="importReadings")
    service.simulator.faults.add("empty", field="measurements")
    assert list(await service.ways.fetch(*OLD, supplied=True)) == []
    assert service.chosen().old is None


async def test_a_fault_while_looking_for_an_older_way(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    service.simulator.faults.add("http_500", operation="supplyPoint")
    with pytest.raises(KrakenConnectionError):
        await service.ways.fetch(*OLD, supplied=True)
    assert service.chosen().old is None


async def test_what_is_refused_is_refused_for_old_readings_too(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    assert len(await service.ways.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.ways.path is service.ways.old_path is B


# Back to the first way


async def test_back_to_the_first_way_when_it_answers_again(service: Service) -> None:
    service.choose(ChosenPath(C, B))
    await service.ways.probe(*WEEK)
    assert service.chosen() == ChosenPath()
    service.asked()
    await service.ways.probe(*WEEK)
    assert service.asked() == []


@pytest.mark.parametrize("fault", ["refused_field", "empty"])
async def test_not_while_it_stays_closed(service: Service, fault: str) -> None:
    service.choose(ChosenPath(B))
    service.simulator.faults.add(fault, field="halfHourlyReadings")  # type: ignore[arg-type]
    await service.ways.probe(*WEEK)
    assert service.ways.path is B


async def test_a_probe_that_is_throttled(service: Service) -> None:
    service.choose(ChosenPath(B))
    service.simulator.faults.add("throttled")
    with pytest.raises(KrakenThrottledError):
        await service.ways.probe(*WEEK)
