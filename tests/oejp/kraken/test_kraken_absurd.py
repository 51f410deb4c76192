"""Any absurd value in any position of an answer leaves the client as one of its own errors, or as a gap.

The answers are the simulator's, over HTTP; one position of each is replaced, as a gateway or a fault of the service might.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
import random
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    Direction,
    EmailPassword,
    KrakenClient,
    KrakenError,
    SignIn,
)
from custom_components.octopus_japan.oejp.kraken.graphql.documents import Document
from custom_components.octopus_japan.oejp.kraken.graphql.endpoint import Answer, Endpoint
from simulator import Simulator

NOW = datetime(2025, 11, 20, 3, tzinfo=UTC)
START, END = NOW - timedelta(days=4), NOW - timedelta(days=3)

ABSURD: list[Any] = [
    None,
    True,
    -5,
    0,
    2**63 - 1,
    -(2**63),
    1e308,
    -0.0,
    "",
    " ",
    "NaN",
    "Infinity",
    "1e400",
    "-1E+21",
    "1E-999999",
    "9" * 5000,
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+09:00",
    "1900-01-01T00:00:00+09:00",
    "2026-07-01T00:00:00",
    "2026-13-40T25:61:00Z",
    "9999-12-31",
    "CR\r\nLF: x",
    "あ" * 5000,
    [],
    {},
    [None],
    [[[]]],
    [{}] * 6000,
    {"__typename": "SomethingNew"},
    {"edges": [{"node": {}}], "pageInfo": {"hasNextPage": True, "endCursor": {}}},
]

type Ask = Callable[[KrakenClient, str, str], Awaitable[object]]

QUESTIONS: dict[str, Ask] = {
    "viewer": lambda client, account, point: client.login.viewer(),
    "supply_points": lambda client, account, point: client.supply.points(account),
    "agreements": lambda client, account, point: client.supply.agreements(account),
    "addon_rates": lambda client, account, point: client.terms.addon_rates(account),
    "supply_periods": lambda client, account, point: client.supply.periods(account),
    "interval_readings": lambda client, account, point: client.supply.interval_readings(
        account, START
    ),
    "reading_dates": lambda client, account, point: client.supply.reading_dates(account),
    "generation_points": lambda client, account, point: client.supply.generation_points(account),
    "gas_supply_points": lambda client, account, point: client.gas.supply_points(account),
    "gas_readings": lambda client, account, point: client.gas.readings(account, START),
    "gas_reading_dates": lambda client, account, point: client.gas.reading_dates(account),
    "campaigns_open": lambda client, account, point: client.campaigns.open(account),
    "campaigns_joined": lambda client, account, point: client.campaigns.joined(account),
    "loyalty_points": lambda client, account, point: client.rewards.loyalty_points(account),
    "vouchers": lambda client, account, point: client.rewards.vouchers(account),
    "balance": lambda client, account, point: client.billing.balance(account),
    "statements": lambda client, account, point: client.billing.statements(account),
    "charges": lambda client, account, point: client.billing.charges(account, "1"),
    "meti_credits": lambda client, account, point: client.billing.meti_credits(
        date(2023, 1, 1), date(2026, 1, 1)
    ),
    "postal_areas": lambda client, account, point: client.areas.of_postcode("100-0001"),
    "rate_limit": lambda client, account, point: client.login.rate_limit(),
    "half_hourly_readings": lambda client, account, point: client.readings.half_hourly(
        account, START, END
    ),
    "generation_half_hourly_readings": lambda client, account, point: client.readings.half_hourly(
        account, START, END, Direction.GENERATION
    ),
    "supply_point_readings": lambda client, account, point: client.readings.supply_point(
        point, START, END
    ),
    "exports": lambda client, account, point: client.readings.supply_point(
        point, START, END, Direction.GENERATION
    ),
    "measurements": lambda client, account, point: client.readings.measurements(
        account, point, START, END
    ),
}

HOMES = {"gas": "gas-tokyo"} | dict.fromkeys(
    ("campaigns", "loyalty", "vouchers"), "challenger-tokyo"
)
"""Whom a question is asked of, by its first word; the others are asked of the home with solar power."""


class Meddler:
    """Stands between the client and the service, and says something else at one place of one answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place: tuple[Any, ...] | None = None
        self.value: Any = None
        self.seen: list[Mapping[str, Any]] = []
        self.operation: str | None = None
        original = Endpoint.post

        async def post(endpoint: Endpoint, document: Document, *asked: Any) -> Answer:
            return self._said(document, await original(endpoint, document, *asked))

        monkeypatch.setattr(Endpoint, "post", post)

    def _said(self, document: Document, answer: Answer) -> Answer:
        if document.operation == "ObtainToken" and self.operation != "ObtainToken":
            return answer
        self.seen.append(answer.data)
        if self.place is None or not isinstance(
            said := put(answer.data, self.place, self.value), dict
        ):
            return answer
        return replace(answer, data=said)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(tree, dict):
        for key, inner in tree.items():
            found += places(inner, (*path, key))
    elif isinstance(tree, list):
        for index, inner in enumerate(tree[:3]):
            found += places(inner, (*path, index))
    return found


def put(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    try:
        inner = put(tree[path[0]], path[1:], value)
    except KeyError, IndexError, TypeError:
        return tree
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = inner
    return copy


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(households=("solar-tokyo", "gas-tokyo", "challenger-tokyo"), now=NOW)
    simulator.tokens.limited = False
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_any_absurd_value_anywhere(
    simulator: Simulator,
    session: ClientSession,
    question: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = simulator.world.households[HOMES.get(question.partition("_")[0], "solar-tokyo")]
    credential = EmailPassword(home.email, home.password)
    client = KrakenClient(session, simulator.url, credential, now=NOW.timestamp)
    meddler = Meddler(monkeypatch)
    account, point = home.accounts[0].number, home.supply_points[0].spin
    ask = QUESTIONS[question]
    try:
        await ask(client, account, point)
    except KrakenError:
        # There is no bill "1".
        assert question == "charges"
    if question == "charges":
        (statement, *_) = await client.billing.statements(account)
        ask = lambda client, account, point: client.billing.charges(account, statement.identifier)  # noqa: E731
        meddler.seen.clear()
        await ask(client, account, point)
    where = sorted({place for data in meddler.seen for place in places(data)}, key=str)
    assert where
    everything = list(product(where, ABSURD))
    rng = random.Random(question)
    for meddler.place, meddler.value in rng.sample(everything, min(len(everything), 120)):
        try:
            await ask(client, account, point)
        except KrakenError:
            pass
        except Exception as error:
            error.add_note(f"{meddler.place}: {meddler.value!r:.100}")
            raise


async def test_any_absurd_token(
    simulator: Simulator, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    meddler = Meddler(monkeypatch)
    meddler.operation = "ObtainToken"
    home = simulator.world.households["solar-tokyo"]
    rejected: set[str | None] = set()
    for key, value in product(("token", "refreshToken", "refreshExpiresIn", None), ABSURD):
        state = SignIn(EmailPassword(home.email, home.password))
        client = KrakenClient(session, simulator.url, state, now=NOW.timestamp)
        meddler.place = ("obtainKrakenToken", *([key] if key else []))
        meddler.value = value
        try:
            await client.login.viewer()
        except KrakenError:
            rejected.add(key)
    # What is wrong with the refresh token costs no access.
    assert rejected == {"token", None}
