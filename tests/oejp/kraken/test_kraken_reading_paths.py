"""The ways to the readings of a point, and what makes us change."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.kraken import (
    AccountAnswers,
    Direction,
    EmailPassword,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    KrakenUnlistedError,
    PathChoice,
    PathFinder,
    ReadingPath,
    listed_since,
    windows,
)
from custom_components.octopus_japan.oejp.kraken.models import Reading
from simulator import Simulator

NOW = datetime(2025, 12, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = (NOW - 7 * DAY, NOW)
OLD = (NOW - 70 * DAY, NOW - 40 * DAY)
A, B, C, _ = ReadingPath


class Service:
    """The simulator, a client and the ways of one point."""

    def __init__(
        self, simulator: Simulator, client: KrakenClient, generation: bool = False
    ) -> None:
        self.simulator = simulator
        home = simulator.world.households["solar-tokyo"]
        self.point = (home.generation_points if generation else home.supply_points)[0]
        self.number = self.point.identifier
        self.account_number = home.accounts[0].number
        self.client = client
        self.direction = Direction.GENERATION if generation else Direction.CONSUMPTION
        self.kept: list[PathChoice] = []
        self.finder = self.choose(PathChoice())

    def choose(self, choice: PathChoice) -> PathFinder:
        """Begin with what was kept of an earlier run."""
        self.finder = PathFinder(
            self.client.readings,
            self.number,
            self.direction,
            choice=choice,
            keep=self.kept.append,
            now=lambda: datetime.now(UTC),
        )
        return self.finder

    async def fetch(
        self, start: datetime, end: datetime, *, supplied: bool = False
    ) -> Sequence[Reading]:
        return await self.finder.fetch(self.account_number, start, end, supplied=supplied)

    @property
    def chosen(self) -> PathChoice:
        return self.kept[-1] if self.kept else PathChoice()

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
        await client.login.viewer()
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
    assert [part.length for part in cut] == [31 * DAY, 31 * DAY, 8 * DAY]
    assert all(one.end == other.start for one, other in pairwise(cut))


async def test_one_request_for_a_window(service: Service) -> None:
    found = await service.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]
    assert service.kept == []


async def test_exports(client: tuple[Simulator, KrakenClient]) -> None:
    service = Service(*client, generation=True)
    found = await service.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    again = await service.fetch(*WEEK)
    assert [r.value for r in again] == [r.value for r in found]


async def stays_closed(service: Service, freezer: FrozenDateTimeFactory) -> None:
    """Ask until what is refused counts as lasting: three times over an hour."""
    for _ in range(3):
        assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
        freezer.tick(timedelta(minutes=30))
    assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)


async def test_a_single_refusal_is_asked_around_and_changes_nothing(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings", times=1)
    found = await service.fetch(*WEEK)
    assert len(found) == service.truth(*WEEK)
    assert service.kept == []
    service.asked()
    await service.fetch(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]


async def test_many_refusals_within_an_hour_change_nothing(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    for _ in range(5):
        assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.kept == []


async def test_a_refusal_that_stays_does(service: Service, freezer: FrozenDateTimeFactory) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    await stays_closed(service, freezer)
    assert service.finder.recent is service.chosen.recent is B
    service.asked()
    await service.fetch(*WEEK)
    assert set(service.asked()) == {"SupplyPointImport"}


async def test_the_third_way(service: Service, freezer: FrozenDateTimeFactory) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("refused_field", field="importReadings")
    await stays_closed(service, freezer)
    assert service.finder.recent is C


async def test_from_a_later_way_back_to_the_first(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.choose(PathChoice(C, checked_at=NOW))
    service.simulator.faults.add("refused_field", field="measurements")
    await stays_closed(service, freezer)
    assert service.finder.recent is A


async def test_every_way_refused(service: Service) -> None:
    for field in ("halfHourlyReadings", "importReadings", "measurements"):
        service.simulator.faults.add("refused_field", field=field)
    with pytest.raises(KrakenRefusedError):
        await service.fetch(*WEEK)
    assert service.finder.recent is A


async def test_a_way_that_has_nothing_to_say_is_not_kept(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("empty", field="importReadings")
    service.simulator.faults.add("empty", field="measurements")
    assert list(await service.fetch(*WEEK)) == []
    assert service.finder.recent is A


@pytest.mark.parametrize("window", [WEEK, OLD])
async def test_a_point_that_its_account_does_not_list_is_asked_for_by_its_own_number(
    service: Service, window: tuple[datetime, datetime]
) -> None:
    """The list may have come short: that says nothing about the way."""
    service.simulator.faults.add("empty_list", field="electricitySupplyPoints")
    assert len(await service.fetch(*window)) == service.truth(*window) > 0
    assert service.asked()[:2] == ["HalfHourlyReadings", "SupplyPointImport"]
    assert service.kept == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("empty", KrakenUnlistedError),
        ("refused_field", KrakenUnlistedError),
        ("throttled", KrakenThrottledError),
    ],
)
async def test_a_point_that_nobody_tells_of(
    service: Service, kind: str, error: type[KrakenError]
) -> None:
    service.simulator.faults.add("empty_list", field="properties")
    field = (
        {"operation": "SupplyPointImport"} if kind == "throttled" else {"field": "importReadings"}
    )
    service.simulator.faults.add(kind, **field)
    with pytest.raises(error):
        await service.fetch(*WEEK)


@pytest.mark.parametrize("kind", ["http_500", "html", "truncated", "throttled"])
async def test_what_may_pass_changes_nothing(service: Service, kind: str) -> None:
    service.simulator.faults.add(kind)  # type: ignore[arg-type]
    for _ in range(5):
        with pytest.raises((KrakenConnectionError, KrakenThrottledError)):
            await service.fetch(*WEEK)
    assert service.kept == []


async def test_a_fault_of_the_next_way_decides_nothing(service: Service) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("http_500", operation="supplyPoint")
    with pytest.raises(KrakenConnectionError):
        await service.fetch(*WEEK)
    assert service.kept == []


async def test_internal_errors_count_when_they_stay(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("internal_error")
    for _ in range(5):
        with pytest.raises(KrakenServiceError):
            await service.fetch(*WEEK)
    freezer.tick(timedelta(hours=1))
    assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.finder.recent is B


async def test_an_answer_in_between_starts_the_count_again(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(2):
        service.simulator.faults.add("internal_error", times=2)
        for _ in range(2):
            with pytest.raises(KrakenServiceError):
                await service.fetch(*WEEK)
            freezer.tick(timedelta(hours=1))
        assert await service.fetch(*WEEK)
    assert service.finder.recent is A


async def test_internal_errors_of_the_second_way_have_a_count_of_their_own(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    service.simulator.faults.add("internal_error", field="importReadings")
    for _ in range(2):
        with pytest.raises(KrakenServiceError):
            await service.fetch(*WEEK)
        freezer.tick(timedelta(hours=1))
    await service.fetch(*WEEK)
    assert service.finder.recent is C


async def test_answers_that_make_no_sense_never_count(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.simulator.faults.add("refused_field", field="HalfHourReading.value", code="KT-CT-7899")
    for _ in range(3):
        try:
            await service.fetch(*WEEK)
        except KrakenError:
            freezer.tick(timedelta(hours=1))
    assert service.finder.recent in {A, B}


async def test_the_front_of_a_long_answer_is_asked_for_again(service: Service) -> None:
    """Rows cut off at the front leave no sign."""
    month = (NOW - 30 * DAY, NOW - 1 * DAY)
    service.simulator.faults.add("short", share=0.4, times=1)
    assert len(await service.fetch(*month)) == service.truth(*month)
    assert len(service.asked()) == 2
    # Of the recent week it is asked for by the next poll.
    service.simulator.faults.add("short", share=0.4, times=1)
    await service.fetch(*WEEK)
    assert len(service.asked()) == 1


# Older than 31 days


async def test_old_readings_by_the_usual_way(service: Service) -> None:
    assert len(await service.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.chosen.old is A
    assert service.asked() == ["HalfHourlyReadings"]
    # From now on nothing is a gap, and no reason to look elsewhere.
    service.simulator.faults.add("empty", times=1)
    assert list(await service.fetch(*OLD, supplied=True)) == []
    assert service.asked() == ["HalfHourlyReadings"]


async def test_nothing_older_than_31_days_on_that_way(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    assert len(await service.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.chosen.old is B
    assert service.finder.recent is A
    assert service.finder.old is B
    service.asked()
    await service.fetch(*OLD, supplied=True)
    assert set(service.asked()) == {"SupplyPointImport"}
    await service.fetch(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]
    since = listed_since(NOW)
    assert service.finder.windows(since - DAY, since + DAY) == [
        Interval(since - DAY, since),
        Interval(since, since + DAY),
    ]
    assert len(service.finder.windows(since, since + DAY)) == 1


async def test_a_moment_of_silence_is_no_reason_to_look_elsewhere(service: Service) -> None:
    service.simulator.faults.add("empty", times=1)
    assert await service.fetch(*OLD, supplied=True)
    assert service.chosen.old is A


async def test_before_a_supply_that_nobody_knows_of_nothing_is_missing(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    assert list(await service.fetch(*OLD)) == []
    assert service.asked() == ["HalfHourlyReadings"]


async def test_old_readings_that_no_way_has(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    service.simulator.faults.add("refused_field", field="importReadings")
    service.simulator.faults.add("empty", field="measurements")
    assert list(await service.fetch(*OLD, supplied=True)) == []
    assert service.chosen.old is None


async def test_a_fault_while_looking_for_an_older_way(service: Service) -> None:
    service.point.unlisted_beyond_31_days = True
    service.simulator.faults.add("http_500", operation="supplyPoint")
    with pytest.raises(KrakenConnectionError):
        await service.fetch(*OLD, supplied=True)
    assert service.chosen.old is None


async def test_what_is_refused_is_refused_for_old_readings_too(service: Service) -> None:
    service.choose(PathChoice(B, checked_at=NOW))
    assert len(await service.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.finder.recent is service.finder.old is B
    assert set(service.asked()) == {"SupplyPointImport"}


async def test_a_way_of_old_readings_that_closes_is_looked_for_anew(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.point.unlisted_beyond_31_days = True
    service.choose(PathChoice(old=B, checked_at=NOW))
    service.simulator.faults.add("refused_field", field="importReadings")
    for _ in range(3):
        with pytest.raises(KrakenRefusedError):
            await service.fetch(*OLD, supplied=True)
        freezer.tick(timedelta(minutes=30))
    assert service.chosen.old is None
    assert len(await service.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.finder.old is C


# Back to the first way, which takes the fewest requests


async def test_the_first_way_is_tried_once_a_day(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.choose(PathChoice(B, checked_at=NOW))
    await service.fetch(*WEEK)
    assert set(service.asked()) == {"SupplyPointImport"}
    service.simulator.faults.add("refused_field", field="halfHourlyReadings")
    freezer.tick(DAY)
    assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.asked()[0] == "HalfHourlyReadings"
    await service.fetch(*WEEK)
    assert "HalfHourlyReadings" not in service.asked()
    service.simulator.faults.clear()
    freezer.tick(DAY)
    assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.chosen == PathChoice()
    assert service.asked() == ["HalfHourlyReadings"]


async def test_nothing_is_no_reason_to_go_back(service: Service) -> None:
    service.choose(PathChoice(B))
    service.simulator.faults.add("empty", field="halfHourlyReadings")
    assert len(await service.fetch(*WEEK)) == service.truth(*WEEK)
    assert service.finder.recent is B


async def test_a_check_that_is_throttled(service: Service) -> None:
    service.choose(PathChoice(B))
    service.simulator.faults.add("throttled")
    with pytest.raises(KrakenThrottledError):
        await service.fetch(*WEEK)
    assert service.finder.recent is B


async def test_a_time_kept_by_a_clock_that_was_wrong(service: Service) -> None:
    service.choose(PathChoice(B, checked_at=NOW + 3650 * DAY))
    await service.fetch(*WEEK)
    assert service.finder.recent is A


async def test_old_readings_by_the_first_way_again(
    service: Service, freezer: FrozenDateTimeFactory
) -> None:
    service.choose(PathChoice(old=B, checked_at=NOW - DAY))
    assert len(await service.fetch(*OLD, supplied=True)) == service.truth(*OLD)
    assert service.chosen.old is A
    assert service.asked() == ["HalfHourlyReadings"]


async def test_one_answer_of_an_account_serves_all_that_ask_in_the_same_poll(
    service: Service,
) -> None:
    answers = AccountAnswers()
    other = PathFinder(
        service.client.readings,
        service.number,
        choice=PathChoice(),
        keep=service.kept.append,
        now=lambda: datetime.now(UTC),
    )
    one = await service.finder.fetch(service.account_number, *WEEK, answers=answers)
    two = await other.fetch(service.account_number, *WEEK, answers=answers)
    assert one == two
    assert len(one) == service.truth(*WEEK)
    assert service.asked() == ["HalfHourlyReadings"]
    # Another time is another question, and so is the next poll.
    await other.fetch(service.account_number, WEEK[0] + DAY, WEEK[1], answers=answers)
    await other.fetch(service.account_number, *WEEK)
    assert service.asked() == ["HalfHourlyReadings"] * 2


async def test_what_failed_is_asked_for_again_in_the_same_poll(service: Service) -> None:
    answers = AccountAnswers()
    service.simulator.faults.add("http_500", times=1)
    with pytest.raises(KrakenConnectionError):
        await service.finder.fetch(service.account_number, *WEEK, answers=answers)
    assert await service.finder.fetch(service.account_number, *WEEK, answers=answers)
