"""The probe against simulated accounts: what works, what is refused, and nothing that identifies anybody."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenAuthError,
    KrakenClient,
    KrakenThrottledError,
)
from custom_components.octopus_japan.oejp.probe import Outcome, Probe, Report, probe as probing
from custom_components.octopus_japan.oejp.probe.facts import Seen, answers, closed_interval, merged
from custom_components.octopus_japan.oejp.probe.shapes import unexpected
from scripts.expected_shapes import FOLDER, written
from simulator import Simulator

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
HOUSEHOLD = "green-tokyo"

type Probed = Callable[..., Awaitable[Report]]


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator((HOUSEHOLD,), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def probed(simulator: Simulator) -> AsyncIterator[Probed]:
    login = simulator.world.households[HOUSEHOLD]
    async with ClientSession() as session:

        async def run(password: str = login.password, **options: Any) -> Report:
            client = KrakenClient(
                session,
                simulator.url,
                EmailPassword(login.email, password),
                now=NOW.timestamp,
            )
            return await Probe(
                client, lambda: NOW, _at_once, addresses=(simulator.url,), **options
            ).run()

        yield run


async def _at_once() -> None:
    """Wait for nothing."""


async def test_an_account_as_most_are(simulator: Simulator, probed: Probed) -> None:
    asked: list[str] = []
    report = await probed(told=asked.append, sign_in="password")
    works = {n for n, f in report.documents.items() if f.outcome is Outcome.WORKS}
    assert works >= {"viewer", "agreements", "half_hourly_readings", "charges", "measurements"}
    assert report.answers == {
        "monthly rates": "windows begin with a month",
        "sign of the balance": "zero",
        "charges of a bill": "readable",
        "schedule named": "not named",
        "band per half hour": "all half hours",
        "subsidies on bills": "no line of an unknown type",
        "readings are late by": "under 6 hours",
        "half hours add up to the interval": "yes",
    }
    assert not [f.shapes for f in report.documents.values() if f.shapes]
    assert report.types["StatementBillingDocumentType"] == "without dueDate"
    assert {*report.types.values()} == {"as expected", "without dueDate"}
    assert report.documents["agreements"].complexity is not None
    assert report.sign_in == "password"
    assert {*asked} == {*report.documents}
    assert report.addresses[simulator.url].outcome is Outcome.WORKS
    # A mutation is never sent, but for the sign-in.
    operations = [request.operation for request in simulator.requests]
    assert operations.count("ObtainToken") == 1
    assert not {"RegisterForCampaign", "CreateQuote"} & {*operations}
    assert len(operations) < 150


async def test_it_is_gentle(simulator: Simulator, probed: Probed) -> None:
    await probed()
    login = simulator.world.households[HOUSEHOLD]
    async with ClientSession() as session:
        credential = EmailPassword(login.email, login.password)
        client = KrakenClient(session, simulator.url, credential, now=NOW.timestamp)
        assert (await client.login.rate_limit()).used_points < 500


async def test_each_request_waits_for_its_turn(simulator: Simulator) -> None:
    login, waited = simulator.world.households[HOUSEHOLD], []

    async def pause() -> None:
        waited.append(len(simulator.requests))

    async with ClientSession() as session:
        credential = EmailPassword(login.email, login.password)
        client = KrakenClient(session, simulator.url, credential, now=NOW.timestamp)
        report = await Probe(client, lambda: NOW, pause, addresses=()).run()
    assert report.requests == len(waited)
    assert waited == sorted(waited)


async def test_a_refused_field_and_one_that_is_gone(simulator: Simulator, probed: Probed) -> None:
    simulator.faults.add("refused_field", field="Account.balance", code="KT-CT-1111")
    simulator.faults.add("removed_field", field="consumptionRateBand")
    simulator.faults.add("refused_field", field="charges", code="KT-CT-4501")
    simulator.faults.add("refused_field", field="supplyPeriods", code="KT-CT-4301")
    simulator.rest.refused.add("products")
    report = await probed()
    assert report.documents["balance"].outcome is Outcome.REFUSED
    assert report.documents["balance"].codes == ("KT-CT-1111",)
    assert report.rest["products"].outcome is Outcome.REFUSED
    assert report.rest["meter point"].outcome is Outcome.WORKS
    periods = report.documents["supply_periods"]
    assert periods.outcome is Outcome.PARTLY
    assert periods.fields == {"account.properties.points.supplyPeriods": "KT-CT-4301"}
    found = report.documents["half_hourly_readings"]
    assert found.outcome is Outcome.PARTLY
    assert found.fields == {
        "account.properties.points.halfHourlyReadings.consumptionRateBand": "gone"
    }
    assert report.documents["half_hourly_readings_plain"].outcome is Outcome.WORKS
    assert report.answers["charges of a bill"] == "not readable"
    assert report.answers["subsidies on bills"] == "no bill lines"
    assert report.answers["band per half hour"] == "none"
    assert report.answers["sign of the balance"] == "not readable"


@pytest.mark.parametrize(("balance", "sign"), [(-5, "below zero"), (5, "above zero"), (0, "zero")])
async def test_the_sign_of_the_balance(
    simulator: Simulator, probed: Probed, balance: int, sign: str
) -> None:
    simulator.world.accounts[0].balance = balance
    report = await probed()
    assert report.answers["sign of the balance"] == sign
    assert "balance" not in json.dumps(report.told["answers"]).replace("sign of the balance", "")


async def test_what_is_left_of_a_document_still_answers(
    simulator: Simulator, probed: Probed
) -> None:
    simulator.faults.add("removed_field", field="durationMonths")
    report = await probed()
    assert report.documents["agreements"].outcome is Outcome.PARTLY
    assert report.answers["monthly rates"] == "windows begin with a month"
    assert report.answers["schedule named"] == "not named"


def test_parts_of_an_answer_are_put_together() -> None:
    one = {"a": [{"x": 1}, None], "b": None, "c": [1], "only": 1}
    other = {"a": [{"y": 2}, {"y": 3}], "b": 4, "c": [1, 2]}
    assert merged(one, other) == {
        "a": [{"x": 1, "y": 2}, {"y": 3}],
        "b": 4,
        "c": [1, 2],
        "only": 1,
    }
    assert merged({"a": 1}, {"a": None}) == {"a": 1}


async def test_a_newcomer_has_little_to_tell(simulator: Simulator, probed: Probed) -> None:
    for field in ("accounts", "statements"):
        simulator.faults.add("empty_list", field=field)
    report = await probed()
    assert report.documents["agreements"].outcome is Outcome.NOT_ASKED
    assert report.documents["rate_limit"].outcome is Outcome.WORKS
    assert report.answers["charges of a bill"] == "no bill yet"
    assert report.answers["half hours add up to the interval"] == "not comparable"
    assert report.answers["monthly rates"] == "no window stated"
    assert report.answers["schedule named"] == "no product readable"
    assert report.answers["readings are late by"] == "no half hours"


MARKER = "Himitsu-Hanako-98765"


async def test_nothing_that_the_service_says_is_repeated(
    simulator: Simulator, probed: Probed
) -> None:
    """Every text of every answer is a marked one, but for what has to be asked with."""
    kept = {"number", "spin", "identifier", "code", "token", "refreshToken", "__typename"}
    for name, kind in simulator.engine.schema.type_map.items():
        for field, told in getattr(kind, "fields", {}).items():
            of_type = str(getattr(told, "type", "")).strip("!")
            if (
                not name.startswith("__")
                and field not in kept
                and of_type in {"String", "JSONString"}
            ):
                simulator.faults.add("value", field=f"{name}.{field}", value=MARKER)
    report = await probed()
    text = json.dumps(report.told, ensure_ascii=False)
    login = simulator.world.households[HOUSEHOLD]
    account = login.accounts[0]
    for secret in (MARKER, login.email, login.password, account.number, login.viewer_id):
        assert secret not in text
    for point in login.supply_points:
        assert point.spin not in text


@pytest.mark.parametrize(
    ("kind", "options", "shape"),
    [
        ("value", {"field": "Account.balance", "value": "12"}, {"account.balance": "text"}),
        ("value", {"field": "Account.balance", "value": [1]}, {"account.balance": "list"}),
        ("value", {"field": "Account.balance", "value": True}, {"account.balance": "boolean"}),
    ],
)
async def test_a_shape_that_was_not_expected(
    simulator: Simulator, probed: Probed, kind: str, options: dict[str, Any], shape: dict[str, str]
) -> None:
    simulator.faults.add(kind, **options)
    report = await probed()
    assert report.documents["balance"].shapes == shape


def test_kinds_of_shapes() -> None:
    path = "account.properties.points.newAmperageOptions"
    points = [{"newAmperageOptions": [30, None]}, {"newAmperageOptions": {"a": 1.5}}]
    data = {"account": {"properties": [{"points": points}]}}
    assert unexpected("amperage_options", data) == {path: "object"}


async def test_a_wrong_password_ends_it(simulator: Simulator, probed: Probed) -> None:
    with pytest.raises(KrakenAuthError):
        await probed(password="wrong")
    assert [request.operation for request in simulator.requests] == ["ObtainToken"]


@pytest.mark.parametrize("operation", ["Balance", "Agreements"])
async def test_throttling_ends_it(simulator: Simulator, probed: Probed, operation: str) -> None:
    simulator.faults.add("throttled", operation=operation)
    with pytest.raises(KrakenThrottledError):
        await probed()


async def test_throttling_in_the_middle_of_a_document_ends_it(
    simulator: Simulator, probed: Probed
) -> None:
    simulator.faults.add("http_500", operation="Balance", times=1)
    simulator.faults.add("throttled", operation="Balance")
    with pytest.raises(KrakenThrottledError):
        await probed()


@pytest.mark.parametrize("most", range(1, 20, 3))
async def test_it_ends_when_its_allowance_is_used_up(
    simulator: Simulator, probed: Probed, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(probing, "MOST_REQUESTS", most)
    simulator.faults.add("removed_field", field="validFrom")
    report = await probed()
    rest = len(report.rest) + len(report.addresses)
    assert report.requests <= most + rest
    assert Outcome.NOT_ASKED in {finding.outcome for finding in report.documents.values()}


async def test_types_that_are_gone(
    simulator: Simulator, probed: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = probing.types()
    monkeypatch.setattr(probing, "types", lambda: {**known, "Zeppelin": ("crew",)})
    simulator.faults.add("http_500", operation="Types", times=1)
    simulator.faults.add("http_500", operation="KrakenVersion")
    simulator.faults.add("http_500", operation="QueryComplexity")
    report = await probed()
    assert [*report.types.values()].count("failed") == 5
    assert report.types["Zeppelin"] == "gone"
    assert report.kraken_version is None
    assert report.documents["agreements"].complexity is None


async def test_a_service_that_fails_inside(simulator: Simulator, probed: Probed) -> None:
    simulator.faults.add("http_500", operation="HalfHourlyReadingsPlain")
    report = await probed()
    assert report.documents["half_hourly_readings_plain"].outcome is Outcome.FAILED
    assert report.answers["half hours add up to the interval"] == "not comparable"


def seen(**documents: Any) -> Seen:
    return Seen(documents, NOW, frozenset(documents))


def points(**fields: Any) -> dict[str, Any]:
    return {"account": {"properties": [{"points": [fields]}]}}


@pytest.mark.parametrize(
    ("hours", "words"),
    [(5, "under 6 hours"), (6, "6 to 12 hours"), (47, "1 to 2 days"), (48, "more than 2 days")],
)
def test_how_late_readings_are(hours: int, words: str) -> None:
    rows = [
        {"endAt": (NOW - timedelta(hours=hours)).isoformat()},
        {"endAt": "soon"},
        {"endAt": None},
    ]
    rows.append({"endAt": "2026-11-20T11:59:00"})  # without a zone
    found = answers(seen(half_hourly_readings=points(halfHourlyReadings=rows)))
    assert found["readings are late by"] == words


@pytest.mark.parametrize(
    ("values", "stated", "says"),
    [
        (["1.2", "0.3"], "2", "yes"),
        (["1.2", "x", "NaN"], "3", "no"),
        ([], "3", "not comparable"),
    ],
)
def test_whether_half_hours_add_up(values: list[str], stated: str, says: str) -> None:
    rows = [{"value": value} for value in values]
    half_hours = points(halfHourlyReadings=rows)
    found = answers(seen(half_hours_of_interval=half_hours, stated_interval={"value": stated}))
    assert found["half hours add up to the interval"] == says


@pytest.mark.parametrize(
    ("bands", "says"),
    [(["A", "B"], "all half hours"), (["A", None], "some half hours"), ([None, ""], "none")],
)
def test_whether_half_hours_name_their_band(bands: list[str | None], says: str) -> None:
    rows = [{"consumptionRateBand": band} for band in bands]
    found = answers(seen(half_hourly_readings=points(halfHourlyReadings=rows)))
    assert found["band per half hour"] == says


def test_a_schedule_is_named_and_a_window_begins_within_a_month() -> None:
    product = {
        "params": {"time_of_use_scheme": "X"},
        "fuelCostAdjustment": {"validFrom": "2026-11-16T00:00:00+09:00"},
    }
    found = answers(seen(agreements=points(agreements=[{"product": product}, {"product": None}])))
    assert found["schedule named"] == "named"
    assert found["monthly rates"] == "windows begin within a month"


def test_lines_of_unknown_types() -> None:
    found = answers(seen(charges={"charges": [{"lineItems": [{"supplyType": "SOMETHING_NEW"}]}]}))
    assert found["subsidies on bills"] == "lines of unknown types"


def test_an_interval_that_makes_no_sense_is_not_asked_for() -> None:
    rows = [{"startAt": "soon", "endAt": "2026-11-01T00:00:00+09:00"}, None]
    assert closed_interval(seen(interval_readings=points(intervalReadings=rows))) is None


def test_what_is_expected_is_the_schemas() -> None:
    """`scripts/expected_shapes.py` was run after the documents changed."""
    for name, text in written().items():
        assert (FOLDER / name).read_text("utf-8") == text, name
