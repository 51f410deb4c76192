"""Half hours, out of answers that are late, doubled, shuffled, in part, in other units."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import threading
from typing import Any

from aiohttp import ClientSession, web
from hypothesis import given, strategies as st
from kraken_service import CREDENTIAL, Clock, Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    AuthFailure,
    ByPoint,
    Direction,
    KrakenAuthError,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    KrakenTooComplexError,
    Question,
    ReadingPath,
    speaks_against,
)
from custom_components.octopus_japan.oejp.kraken.half_hours import half_hours
from custom_components.octopus_japan.oejp.kraken.parsing import Reader

ACCOUNT = "A-12345678"
ONE, TWO, THREE = "0300000000000000000001", "0300000000000000000002", "0300000000000000000003"
START = datetime(2026, 11, 1, 15, tzinfo=UTC)
END = START + timedelta(days=1)
HALF = timedelta(minutes=30)


def row(index: int, value: Any = "0.4", *, minutes: int = 30, **more: Any) -> dict[str, Any]:
    at = START + index * HALF
    end = at + timedelta(minutes=minutes)
    return {"startAt": at.isoformat(), "endAt": end.isoformat(), "value": value} | more


def place(**points: list[Any] | None) -> dict[str, Any]:
    return {
        "known": [{"spin": spin.removeprefix("p")} for spin in points],
        "points": [
            {"spin": spin.removeprefix("p"), "halfHourlyReadings": rows}
            if rows is not None
            else None
            for spin, rows in points.items()
        ],
    }


def account(*places: Any, errors: Any = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": {"account": {"properties": list(places)}}}
    return answer | ({"errors": errors} if errors else {})


def fault(code: str, kind: str, *path: str | int) -> dict[str, Any]:
    return {
        "message": "No.",
        "path": list(path),
        "extensions": {"errorCode": code, "errorType": kind},
    }


def p(spin: str) -> str:
    return f"p{spin}"


class TestHalfHourlyReadings:
    async def test_all_points_of_an_account_come_at_once(
        self, client: KrakenClient, service: Service
    ) -> None:
        rows = [row(1, version="DAILY", consumptionRateBand="B"), row(0)]
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): rows, p(TWO): []}), None))

        readings = await client.readings.half_hourly(ACCOUNT, START, END)

        first, second = readings.of(ONE)
        assert (first.start_at, first.end_at) == (START, START + HALF)
        assert first.value == Decimal("0.4")
        assert (second.version, second.consumption_rate_band) == ("DAILY", "B")
        assert readings.of(TWO) == ()
        with pytest.raises(KrakenNotFoundError):
            readings.of(THREE)
        assert service.asked[-1].variables == {
            "accountNumber": ACCOUNT,
            "start": "2026-11-01T15:00:00+00:00",
            "end": "2026-11-02T15:00:00+00:00",
        }

    @pytest.mark.parametrize(
        ("absurd", "told"),
        [
            (row(1, None), "a malformed Reading (value)"),
            (row(1, "NaN"), "a malformed Reading (value)"),
            (row(1, "1E+21"), "a malformed Reading (value)"),
            (row(1, 1e15), "a malformed Reading (value)"),
            (row(1, True), "a malformed Reading (value)"),
            (row(1, "-0.1"), "a negative reading"),
            (row(1, "100.1"), "a reading over 100 kWh"),
            (row(1, minutes=29), "a reading that is not of one half hour"),
            (row(1, startAt="9999-12-31T23:30:00+00:00"), "a malformed Reading (start_at)"),
            (row(1, startAt="2026-11-01T15:30:00"), "a malformed Reading (start_at)"),
            (row(1, startAt=7), "a malformed Reading (start_at)"),
        ],
    )
    async def test_an_absurd_reading_is_a_gap_that_is_counted_and_told_once(
        self,
        client: KrakenClient,
        service: Service,
        told: str,
        absurd: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        rows = [row(0), absurd, row(2, "100")]
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): rows})))
        for times in (1, 2):
            readings = await client.readings.half_hourly(ACCOUNT, START, END)
            assert [r.value for r in readings.of(ONE)] == [Decimal("0.4"), Decimal(100)]
            assert client.left_out == {told: times}
        assert caplog.text.count(told) == 1

    @pytest.mark.parametrize("absurd", [{}, [], "x" * 5000, 1e308, True])
    async def test_an_absurd_band_costs_the_band(
        self, client: KrakenClient, service: Service, absurd: Any
    ) -> None:
        rows = [row(0, consumptionRateBand=absurd, version=absurd)]
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): rows})))
        (only,) = (await client.readings.half_hourly(ACCOUNT, START, END)).of(ONE)
        assert (only.value, only.consumption_rate_band) == (Decimal("0.4"), None)

    async def test_more_rows_than_a_window_can_have_are_none(
        self, client: KrakenClient, service: Service
    ) -> None:
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): [None] * 50_001})))
        with pytest.raises(KrakenServiceError):
            (await client.readings.half_hourly(ACCOUNT, START, END)).of(ONE)

    @pytest.mark.parametrize("fault", [lambda _: web.Response(status=400), "named"])
    async def test_a_rejection_drops_the_band_for_a_day_only_if_it_names_a_field(
        self, client: KrakenClient, service: Service, clock: Clock, fault: Any
    ) -> None:
        if named := fault == "named":
            message = "Cannot query field 'consumptionRateBand' on type 'X'."
            fault = lambda _: web.json_response({"errors": [{"message": message}]}, status=400)  # noqa: E731
        rows = account(place(**{p(ONE): [row(0)]}))
        service.answer("HalfHourlyReadings", fault, rows)
        service.answer("HalfHourlyReadingsPlain", rows)
        await client.readings.half_hourly(ACCOUNT, START, END)
        await client.readings.half_hourly(ACCOUNT, START, END)
        assert service.count("HalfHourlyReadings") == (1 if named else 2)
        clock.at += 86401
        await client.readings.half_hourly(ACCOUNT, START, END)
        assert service.count("HalfHourlyReadings") == (2 if named else 3)

    async def test_what_two_listings_of_a_point_tell_is_joined(
        self, client: KrakenClient, service: Service
    ) -> None:
        former, latter = place(**{p(ONE): [row(0), row(1)]}), place(**{p(ONE): [row(1), row(2)]})
        service.answer("HalfHourlyReadings", account(former, latter, place(**{p(ONE): []})))
        readings = await client.readings.half_hourly(ACCOUNT, START, END)
        assert [reading.start_at for reading in readings.of(ONE)] == [
            START,
            START + HALF,
            START + 2 * HALF,
        ]

    async def test_a_failed_point_says_why_and_leaves_the_others(
        self, client: KrakenClient, service: Service
    ) -> None:
        at = ("account", "properties", 0, "points")
        errors = [
            fault("KT-CT-7899", "APPLICATION", *at, 1, "halfHourlyReadings"),
            fault("KT-CT-4501", "AUTHORIZATION", *at, 2, "halfHourlyReadings"),
        ]
        points = place(**{p(ONE): [row(0)], p(TWO): None, p(THREE): None})
        service.answer("HalfHourlyReadings", account(points, errors=errors))

        readings = await client.readings.half_hourly(ACCOUNT, START, END)

        assert len(readings.of(ONE)) == 1
        with pytest.raises(KrakenServiceError):
            readings.of(TWO)
        with pytest.raises(KrakenRefusedError):
            readings.of(THREE)
        assert set(readings.errors) == {TWO, THREE}
        with pytest.raises(KrakenServiceError):
            readings.of("0300000000000000000009")

    async def test_only_failed_points_are_an_error(
        self, client: KrakenClient, service: Service
    ) -> None:
        error = fault("KT-CT-7899", "APPLICATION", "account", "properties", 0, "points", 0)
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): None}), errors=[error]))

        with pytest.raises(KrakenServiceError) as caught:
            await client.readings.half_hourly(ACCOUNT, START, END)

        assert speaks_against(ReadingPath.HALF_HOURLY, caught.value)

    async def test_a_list_that_failed_whole_says_why(
        self, client: KrakenClient, service: Service
    ) -> None:
        error = fault("KT-CT-4501", "AUTHORIZATION", "account", "properties", 1, "points")
        lost = {"known": [{"spin": TWO}], "points": None}
        service.answer("HalfHourlyReadings", account(place(**{p(ONE): []}), lost, errors=[error]))

        readings = await client.readings.half_hourly(ACCOUNT, START, END)

        assert readings.of(ONE) == ()
        with pytest.raises(KrakenRefusedError):
            readings.of(TWO)

    async def test_rows_of_which_none_makes_sense_are_no_answer(
        self, client: KrakenClient, service: Service
    ) -> None:
        points = place(**{p(ONE): [row(0, "?"), None], p(TWO): [row(0)]})
        service.answer("HalfHourlyReadings", account(points))

        readings = await client.readings.half_hourly(ACCOUNT, START, END)

        assert len(readings.of(TWO)) == 1
        with pytest.raises(KrakenServiceError):
            readings.of(ONE)

    async def test_usage_survives_the_loss_of_the_rate_band(
        self, client: KrakenClient, service: Service
    ) -> None:
        body = {"errors": [{"message": "Cannot query field 'consumptionRateBand' on type 'X'."}]}
        service.answer("HalfHourlyReadings", lambda _: web.json_response(body, status=400))
        service.answer("HalfHourlyReadingsPlain", account(place(**{p(ONE): [row(0)]})))

        for _ in range(2):
            assert len((await client.readings.half_hourly(ACCOUNT, START, END)).of(ONE)) == 1

        assert service.count("HalfHourlyReadings") == 1

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (START, START + timedelta(days=31, minutes=30)),
            (START, START),
            (END, START),
            (START.replace(tzinfo=None), END),
            (START, END.replace(tzinfo=None)),
        ],
    )
    async def test_a_window_that_would_lose_rows_is_a_mistake(
        self, client: KrakenClient, service: Service, start: datetime, end: datetime
    ) -> None:
        with pytest.raises(ValueError, match="window"):
            await client.readings.half_hourly(ACCOUNT, start, end)

        assert service.asked == []

    async def test_exports_come_by_generation_point(
        self, client: KrakenClient, service: Service
    ) -> None:
        points = {
            "known": [{"gpin": "G"}],
            "points": [{"gpin": "G", "halfHourlyReadings": [row(0)]}],
        }
        service.answer("GenerationHalfHourlyReadings", account(points))

        readings = await Question(
            client.readings, ACCOUNT, "G", START, END, Direction.GENERATION
        ).by(ReadingPath.HALF_HOURLY)

        assert [reading.start_at for reading in readings] == [START]


def spoil(rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    return half_hours(Reader(), rows, START, END)


class TestHalfHours:
    @given(st.permutations(range(8)), st.lists(st.integers(0, 7)))
    def test_order_and_repetition_do_not_matter(self, order: list[int], again: list[int]) -> None:
        rows = [row(index, f"0.{index}") for index in [*order, *again]]

        readings = spoil(rows)

        assert [r.start_at for r in readings] == [START + i * HALF for i in range(8)]
        assert [r.value for r in readings] == [Decimal(f"0.{i}") for i in range(8)]

    @pytest.mark.parametrize(
        ("versions", "expected"),
        [
            (("DAILY", "MONTHLY"), 1),
            (("MONTHLY", "DAILY"), 0),
            (("UPDATED", "MONTHLY"), 0),
            (("DAILY", "DAILY"), 1),
            ((None, None), 1),
            (("DAILY", "NEVER SEEN"), 0),
        ],
    )
    def test_the_better_version_counts_else_the_later(
        self, versions: tuple[str | None, str | None], expected: int
    ) -> None:
        (reading,) = spoil([row(0, str(i), version=version) for i, version in enumerate(versions)])

        assert reading.value == expected

    def test_the_window_is_half_open(self) -> None:
        assert [r.start_at for r in spoil([row(-1), row(0), row(47), row(48)])] == [
            START,
            END - HALF,
        ]

    def test_rows_outside_the_window_alone_are_an_empty_answer(self) -> None:
        assert spoil([row(48)]) == ()

    @pytest.mark.parametrize(
        "odd",
        [
            row(0, minutes=60),
            row(0, minutes=0),
            row(0) | {"startAt": "2026-11-01T15:10:00+00:00", "endAt": "2026-11-01T15:40:00+00:00"},
            row(0) | {"startAt": "2026-11-01T15:00:01+00:00", "endAt": "2026-11-01T15:30:01+00:00"},
            row(0) | {"startAt": "2026-11-01T15:00:00", "endAt": "2026-11-01T15:30:00"},
            row(0, "-0.1"),
            row(0, "NaN"),
            row(0, "0.4", unit="J"),
            row(0, "0.4", unit=None),
            {"value": "0.4"},
        ],
    )
    def test_what_is_not_a_half_hour_of_use_is_left_out_and_told_once(
        self, odd: dict[str, Any], told: Callable[[], list[str]]
    ) -> None:
        reader = Reader()
        for _ in range(2):
            assert len(half_hours(reader, [odd, row(1)], START, END)) == 1
        assert len(told()) == 1

    @pytest.mark.parametrize(
        ("unit", "value"),
        [
            ("KILOWATT_HOURS", "0.4"),
            ("kWh", "0.4"),
            ("kilowatt hours", "0.4"),
            ("WATT_HOURS", "400"),
            ("Wh", "400"),
            ("MEGAWATT_HOURS", "0.0004"),
            ("MWh", "0.0004"),
            ("kWh", 0.4),
        ],
    )
    def test_every_spelling_of_the_unit_is_understood(self, unit: str, value: Any) -> None:
        assert spoil([row(0, value, unit=unit)])[0].value == Decimal("0.4")

    def test_japans_time_is_the_same_instant(self) -> None:
        jst = row(0) | {
            "startAt": "2026-11-02T00:00:00+09:00",
            "endAt": "2026-11-02T00:30:00+09:00",
        }
        assert spoil([jst]) == spoil([row(0)])


def page(*rows: Any, after: str | None = None, **information: Any) -> dict[str, Any]:
    """A page of which the last cursor is `after`; it has a next one if there is a cursor."""
    edges = [{"node": r, "cursor": f"{after}-{i}"} if r else None for i, r in enumerate(rows)]
    return {
        "edges": edges,
        "pageInfo": {"hasNextPage": bool(after), "endCursor": after} | information,
    }


def kwh(index: int, value: str = "0.4") -> dict[str, Any]:
    return row(index, value, unit="kWh")


class TestSupplyPointReadings:
    @staticmethod
    def answer(connection: Any) -> dict[str, Any]:
        return {"data": {"supplyPoint": {"readings": {"page": connection}}}}

    async def test_pages_are_followed_newest_first(
        self, client: KrakenClient, service: Service
    ) -> None:
        service.answer(
            "SupplyPointImport",
            self.answer(page(kwh(2), None, after="a")),
            self.answer(page(kwh(1), kwh(0))),
        )

        readings = await client.readings.supply_point(ONE, START, END)

        assert [r.start_at for r in readings] == [START, START + HALF, START + 2 * HALF]
        assert [a.variables.get("after") for a in service.asked[1:]] == [None, "a"]

    async def test_exports_are_a_document_of_their_own(
        self, client: KrakenClient, service: Service
    ) -> None:
        service.answer("SupplyPointExport", self.answer(page(kwh(0))))

        assert await client.readings.supply_point(ONE, START, END, Direction.GENERATION)

    @pytest.mark.parametrize("end_cursor", [None, ""])
    async def test_the_last_edges_cursor_serves_where_the_page_has_none(
        self, client: KrakenClient, service: Service, end_cursor: str | None
    ) -> None:
        first = page(kwh(0), kwh(1), after="a", endCursor=end_cursor)
        service.answer("SupplyPointImport", self.answer(first), self.answer(page()))

        await client.readings.supply_point(ONE, START, END)

        assert service.asked[-1].variables["after"] == "a-1"

    @pytest.mark.parametrize(
        "connection",
        [
            {"edges": None, "pageInfo": {"hasNextPage": False}},
            {"edges": [], "pageInfo": {"hasNextPage": True}},
            None,
        ],
    )
    async def test_a_page_in_part_is_no_answer(
        self, client: KrakenClient, service: Service, connection: Any
    ) -> None:
        service.answer("SupplyPointImport", self.answer(connection))

        with pytest.raises(KrakenServiceError):
            await client.readings.supply_point(ONE, START, END)

    async def test_pages_in_a_circle_are_left(self, client: KrakenClient, service: Service) -> None:
        service.answer("SupplyPointImport", self.answer(page(kwh(0), after="a")))

        with pytest.raises(KrakenServiceError, match="do not end"):
            await client.readings.supply_point(ONE, START, END)
        assert service.count("SupplyPointImport") == 2

    async def test_pages_without_end_are_left(self, client: KrakenClient, service: Service) -> None:
        pages = iter(range(1000))
        service.answer(
            "SupplyPointImport", lambda _: self.answer(page(kwh(0), after=f"a{next(pages)}"))
        )

        with pytest.raises(KrakenServiceError, match="do not end"):
            await client.readings.supply_point(ONE, START, END)
        assert service.count("SupplyPointImport") < 30

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ({"data": {"supplyPoint": None}}, KrakenNotFoundError),
            (failure("KT-CT-4719", data={"supplyPoint": None}), KrakenNotFoundError),
            (failure("KT-CT-4722", data={"supplyPoint": {"readings": None}}), KrakenNotFoundError),
            (
                failure("KT-CT-4501", "AUTHORIZATION", data={"supplyPoint": {"readings": None}}),
                KrakenRefusedError,
            ),
        ],
    )
    async def test_a_supply_point_that_is_not_read_is_an_error(
        self, client: KrakenClient, service: Service, answer: Any, expected: type[KrakenError]
    ) -> None:
        service.answer("SupplyPointImport", answer)

        with pytest.raises(expected):
            await client.readings.supply_point(ONE, START, END)


class TestMeasurements:
    @staticmethod
    def home(measured: Any, *spins: str) -> dict[str, Any]:
        return {"known": [{"spin": spin} for spin in spins], "measurements": measured}

    async def test_the_property_that_lists_the_point_is_read(
        self, client: KrakenClient, service: Service
    ) -> None:
        other, broken = self.home(page(kwh(5)), TWO), self.home(None, THREE)
        service.answer(
            "Measurements",
            account(other, broken, self.home(page(kwh(1), after="a"), ONE)),
            account(other, broken, self.home(page(kwh(0)), ONE)),
        )

        readings = await client.readings.measurements(ACCOUNT, ONE, START, END)

        assert [r.start_at for r in readings] == [START, START + HALF]
        variables = service.asked[-1].variables
        assert (variables["spin"], variables["direction"]) == (ONE, "CONSUMPTION")
        assert variables["after"] == "a"

    async def test_where_no_property_lists_the_point_all_are_read(
        self, client: KrakenClient, service: Service
    ) -> None:
        first, second = page(kwh(0), after="a"), page(kwh(2), after="b")
        answers = {
            None: account(self.home(first), self.home(second)),
            "a": account(self.home(page(kwh(1))), self.home(page(kwh(9)))),
            "b": account(self.home(page(kwh(9))), self.home(page(kwh(3)))),
        }
        service.answer("Measurements", lambda asked: answers[asked.variables["after"]])

        readings = await client.readings.measurements(
            ACCOUNT, ONE, START, END, Direction.GENERATION
        )

        assert [r.start_at for r in readings] == [START + i * HALF for i in range(4)]

    @pytest.mark.parametrize(
        ("errors", "expected"),
        [
            (None, KrakenServiceError),
            ([fault("KT-CT-4501", "AUTHORIZATION", "account")], KrakenRefusedError),
        ],
    )
    async def test_a_property_without_measurements_is_an_error(
        self, client: KrakenClient, service: Service, errors: Any, expected: type[KrakenError]
    ) -> None:
        service.answer("Measurements", account(self.home(None, ONE), errors=errors))

        with pytest.raises(expected):
            await client.readings.measurements(ACCOUNT, ONE, START, END)


A, B, *_ = ReadingPath
GRAPHQL = [path for path in ReadingPath if path is not ReadingPath.REST]


class TestWhatSpeaksAgainstAWay:
    @pytest.mark.parametrize(
        "error",
        [
            KrakenRefusedError("x", codes=frozenset({"KT-CT-4501"})),
            KrakenRefusedError("x", codes=frozenset({"KT-CT-1111"})),
            KrakenRefusedError("x", codes=frozenset({"KT-CT-1113"})),
            KrakenNotFoundError("x", codes=frozenset({"KT-CT-4719"})),
            KrakenNotFoundError("x", codes=frozenset({"KT-CT-4722"})),
            KrakenServiceError("x", codes=frozenset({"KT-CT-7899"})),
        ],
    )
    def test_what_may_last_does(self, error: KrakenError) -> None:
        assert all(speaks_against(path, error) for path in GRAPHQL)

    @pytest.mark.parametrize(
        "error",
        [
            KrakenConnectionError("x"),
            KrakenThrottledError("x", codes=frozenset({"KT-CT-1199"})),
            KrakenAuthError("x", reason=AuthFailure.INVALID_CREDENTIALS),
            KrakenQueryError("x", codes=frozenset({"KT-CT-4723"})),
            KrakenQueryError("x", codes=frozenset({"KT-CT-1201"})),
            KrakenQueryError("x", field="spin"),
            KrakenNotFoundError("x", codes=frozenset({"KT-CT-4178"})),
            KrakenServiceError("x"),
            KrakenRefusedError("x (HTTP 403)"),
        ],
    )
    def test_what_may_pass_or_is_our_mistake_does_not(self, error: KrakenError) -> None:
        assert not any(speaks_against(path, error) for path in GRAPHQL)

    def test_a_way_that_the_schema_lost_does(self) -> None:
        gone = KrakenQueryError("x", field="halfHourlyReadings")
        assert speaks_against(A, gone)
        assert not speaks_against(B, gone)
        assert speaks_against(B, KrakenQueryError("x", field="importReadings"))
        # Even the smallest page is too much: that lasts.
        assert speaks_against(B, KrakenTooComplexError("x"))


def test_readings_are_a_value() -> None:
    assert ByPoint({ONE: ()}, {}).of(ONE) == ()


class Elsewhere:
    """Runs what it is given in a thread, and remembers in which."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    async def __call__[T](self, function: Callable[[], T], /) -> T:
        def run() -> T:
            self.threads.append(threading.get_ident())
            return function()

        return await asyncio.to_thread(run)


class TestManyRows:
    """More than 2,000 rows are not read in the event loop."""

    @pytest.fixture
    def elsewhere(self) -> Elsewhere:
        return Elsewhere()

    @pytest.fixture
    def client(
        self, session: ClientSession, service: Service, clock: Clock, elsewhere: Elsewhere
    ) -> KrakenClient:
        return KrakenClient(session, service.url, CREDENTIAL, now=clock, run=elsewhere)

    async def test_of_an_account(
        self, client: KrakenClient, service: Service, elsewhere: Elsewhere
    ) -> None:
        end = START + timedelta(days=31)
        one, two = [row(i) for i in range(1000)], [row(i) for i in range(1001)]
        service.answer(
            "HalfHourlyReadings",
            account(place(**{p(ONE): one, p(TWO): one})),
            account(place(**{p(ONE): one, p(TWO): two, p(THREE): [row(0, "x")]})),
        )
        readings = await client.readings.half_hourly(ACCOUNT, START, end)
        assert len(readings.of(TWO)) == 1000
        assert elsewhere.threads == []
        readings = await client.readings.half_hourly(ACCOUNT, START, end)
        assert len(readings.of(TWO)) == 1001
        with pytest.raises(KrakenServiceError):
            readings.of(THREE)
        assert len(elsewhere.threads) == 1
        assert threading.get_ident() not in elsewhere.threads
        assert sum(client.left_out.values()) == 1

    async def test_of_pages(
        self, client: KrakenClient, service: Service, elsewhere: Elsewhere
    ) -> None:
        end = START + timedelta(days=50)
        rows = page(*map(kwh, range(2001)))
        service.answer("SupplyPointImport", {"data": {"supplyPoint": {"readings": {"page": rows}}}})
        assert len(await client.readings.supply_point(ONE, START, end)) == 2001
        service.answer("Measurements", account(TestMeasurements.home(rows, ONE)))
        assert len(await client.readings.measurements(ACCOUNT, ONE, START, end)) == 2001
        assert len(elsewhere.threads) == 2
        assert threading.get_ident() not in elsewhere.threads

    async def test_of_billing_periods(
        self, client: KrakenClient, service: Service, elsewhere: Elsewhere
    ) -> None:
        periods = [
            {"startAt": at.isoformat(), "endAt": (at + HALF).isoformat(), "value": "300"}
            for at in (START + i * HALF for i in range(2001))
        ]
        answer = {"known": [{"spin": ONE}], "points": [{"spin": ONE, "intervalReadings": periods}]}
        service.answer("IntervalReadings", account(answer))
        assert len((await client.supply.interval_readings(ACCOUNT, START))[ONE]) == 2001
        assert len(elsewhere.threads) == 1
