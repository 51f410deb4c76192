"""The documented limits, enforced."""

from graphql import OperationDefinitionNode, parse
import pytest
from simulator_client import Client, Connect

from simulator.engine import load_schema
from simulator.limits import Cost, Meterer

SMALL = (
    "query ($number: String!) {{ account(accountNumber: $number) {{ bills{0} {{ totalCount }} }} }}"
)
BILLS = "query ($number: String!) {{ account(accountNumber: $number) {{ bills{0} {{ edges {{ node {{ id }} }} }} }} }}"


async def _bills(client: Client, arguments: str) -> list[str]:
    return (await client.ask(SMALL.format(arguments), number=client.number)).codes


async def test_connections_need_a_size(connect: Connect) -> None:
    client = await connect()
    assert await _bills(client, "") == ["KT-CT-1201"]
    assert await _bills(client, "(first: 101)") == ["KT-CT-1202"]
    assert await _bills(client, "(first: 0)") == ["KT-CT-1202"]
    assert await _bills(client, "(first: 1, last: 1)") == ["KT-CT-1202"]
    assert await _bills(client, '(first: 1, after: "!")') == ["KT-CT-1202"]
    assert await _bills(client, "(last: 5)") == []


async def test_complexity(connect: Connect) -> None:
    client = await connect()
    assert (await client.ask(BILLS.format("(first: 99)"), number=client.number)).codes == []
    assert client.simulator.requests[-1].complexity == 200
    answer = await client.ask(BILLS.format("(first: 100)"), number=client.number)
    assert (answer.status, answer.data, answer.codes) == (200, None, ["KT-CT-1188"])


def _cost(query: str, **variables: object) -> Cost:
    document = parse(query)
    operation = document.definitions[-1]
    assert isinstance(operation, OperationDefinitionNode)
    return Meterer(load_schema(), document, variables).cost(operation)


@pytest.mark.parametrize(
    ("query", "complexity", "nodes"),
    [
        ("{ viewer { id } }", 1, 1),
        ("{ viewer { id accounts { number __typename } } }", 2, 2),
        ("{ rateLimitInfo { pointsAllowanceRateLimit { limit } } }", 5, 2),
        (
            """{ supplyPoint(externalIdentifier: "1", marketName: "2") {
              readings(startAt: "3", endAt: "4", readingType: INTERVAL) {
                importReadings(first: 99) { edges { node { qualities { count } } } } } } }""",
            17,
            3 + 99 * 3,
        ),
        ("fragment F on AccountUser { accounts { number } } { viewer { ...F ... { id } } }", 2, 2),
    ],
)
def test_what_queries_cost(query: str, complexity: int, nodes: int) -> None:
    assert _cost(query) == Cost(complexity, nodes)


async def test_nodes(connect: Connect) -> None:
    client = await connect()
    filters = " ".join(f"u{number}: utilityFilters {{ __typename }}" for number in range(8))
    pages = " ".join(
        f"p{number}: measurements(first: 100) {{ edges {{ node {{ metaData {{ {filters} }} }} }} }}"
        for number in range(12)
    )
    answer = await client.ask(
        f"query ($number: String!) {{ account(accountNumber: $number) {{ properties {{ {pages} }} }} }}",
        number=client.number,
    )
    assert answer.codes == ["KT-CT-1189"]


async def test_points_an_hour(connect: Connect) -> None:
    client = await connect()
    ask = "{ viewer { id } }"
    info = "{ rateLimitInfo { pointsAllowanceRateLimit { limit usedPoints remainingPoints ttl isBlocked } } }"
    client.simulator.points.limit = 10
    now = int(client.simulator.clock.timestamp())
    await client.ask(ask)
    state = (await client.ask(info)).data["rateLimitInfo"]["pointsAllowanceRateLimit"]
    assert state == {
        "limit": 10,
        "usedPoints": 6,
        "remainingPoints": 4,
        "ttl": now + 3600,
        "isBlocked": False,
    }
    assert (await client.ask(info)).codes == ["KT-CT-1199"]
    client.simulator.points.reset()
    assert (await client.ask(info)).codes == []
    client.simulator.clock.advance(minutes=50)
    await client.sign_in()
    assert (await client.ask(info)).codes == ["KT-CT-1199"]
    client.simulator.clock.advance(minutes=10)
    assert (await client.ask(info)).codes == []
    assert client.simulator.requests[-1].points == 5
