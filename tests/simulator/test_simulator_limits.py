"""The documented limits, enforced."""

from graphql import OperationDefinitionNode, parse
import pytest
from simulator_client import Client, Connect

from simulator.limits import Cost, Meterer
from simulator.schemas import load_schema

SMALL = (
    "query ($number: String!) {{ account(accountNumber: $number) {{ bills{0} {{ totalCount }} }} }}"
)


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

    def viewers(count: int) -> str:
        return "{" + " ".join(f"v{number}: viewer {{ id }}" for number in range(count)) + "}"

    assert (await client.ask(viewers(200))).codes == []
    assert client.simulator.requests[-1].complexity == 200
    answer = await client.ask(viewers(201))
    assert (answer.status, answer.data, answer.codes) == (200, None, ["KT-CT-1188"])
    client.simulator.engine.limits.complexity = 201
    assert (await client.ask(viewers(201))).codes == []


def _cost(query: str, **variables: object) -> Cost:
    document = parse(query)
    operation = document.definitions[-1]
    assert isinstance(operation, OperationDefinitionNode)
    return Meterer(load_schema(), document, variables).cost(operation)


@pytest.mark.parametrize(
    ("query", "complexity", "nodes"),
    [
        ("{ viewer { id } }", 1, 0),
        ("{ viewer { id accounts { number __typename } } }", 2, 0),
        ("{ rateLimitInfo { pointsAllowanceRateLimit { limit } } }", 5, 0),
        (
            """{ supplyPoint(externalIdentifier: "1", marketName: "2") {
              readings(startAt: "3", endAt: "4", readingType: INTERVAL) {
                importReadings(first: 99) { edges { node { qualities { count } } } } } } }""",
            17,
            99,
        ),
        # Known to be answered, though multiplied it would come to more than twelve thousand.
        (
            """{ account(accountNumber: "A") { ledgers { statements(first: 24) { edges { node {
              totalCharges { grossTotal } transactions(first: 100) { edges { node {
                ... on BillCharge { consumption { quantity } amounts { gross } }
                ... on BillCredit { amounts { gross } } } } } } } } } } }""",
            2 + 3 + 1 + 3 + 3,
            24 + 24 * 100,
        ),
        ("query ($size: Int = 7) { supplyPoints(first: $size) { totalCount } }", 1, 7),
        ("fragment F on AccountUser { accounts { number } } { viewer { ...F ... { id } } }", 2, 0),
    ],
)
def test_what_queries_cost(query: str, complexity: int, nodes: int) -> None:
    assert _cost(query) == Cost(complexity, nodes)


NESTED = """
query ($number: String!, $first: Int) { account(accountNumber: $number) {
  bills(first: 100) { edges { node { ... on PeriodBasedDocumentType { transactions(first: $first) { totalCount } } } } }
} }
"""


async def test_nodes(connect: Connect) -> None:
    client = await connect()
    assert (await client.ask(NESTED, number=client.number, first=99)).codes == []
    answer = await client.ask(NESTED, number=client.number, first=100)
    assert (answer.data, answer.codes) == (None, ["KT-CT-1189"])


COMPLEXITY = """
query ($asked: String!, $variables: JSONString, $name: String) {
  queryComplexity(input: {query: $asked, variables: $variables, operationName: $name}) { complexityValue }
}
"""


async def test_the_complexity_of_a_query_is_told(connect: Connect) -> None:
    client = await connect(sign_in=False)
    two = "query A { viewer { id } } query B { rateLimitInfo { pointsAllowanceRateLimit { ttl } } }"
    for name, value in (("A", 1), ("B", 5)):
        answer = await client.ask(COMPLEXITY, asked=two, name=name, variables="{}")
        assert answer.data == {"queryComplexity": {"complexityValue": value}}
    for bad in (two, "{", "{ nothing }"):
        assert (await client.ask(COMPLEXITY, asked=bad)).codes == ["KT-CT-1603"]
    assert (await client.ask(COMPLEXITY, asked=two, name="A", variables="{")).codes == [
        "KT-CT-1605"
    ]


async def test_the_version_is_told(connect: Connect) -> None:
    client = await connect(sign_in=False)
    answer = await client.ask("{ krakenVersion { number SHA isPinned } }")
    assert answer.data["krakenVersion"]["number"]


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
