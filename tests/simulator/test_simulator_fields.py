"""Every field of the schema has an answer: a value, a documented refusal, but never a fault of the simulator's own."""

from collections.abc import Iterator
from datetime import date, timedelta

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
import pytest
from simulator_client import NOW, Client, Connect

from simulator.schemas import SCHEMA_VERSIONS, SchemaVersion, load_schema

# What docs/api.md says to be refused, but for what is refused on the viewer's path alone.
REFUSED = {
    "contractedCapacity": "KT-CT-4501",
    "contractedCapacityOld": "KT-CT-4501",
    "notes": "KT-CT-1111",
    "canModifyPayments": "KT-CT-1111",
    "debtCollectionProceedings": "KT-CT-1111",
    "devices": "KT-CT-7899",
    "plannedDispatches": "KT-CT-4340",
    "completedDispatches": "KT-CT-4341",
    "rateGroupTouScheme": "KT-CT-1111",
    "availableProducts": "KT-CT-1111",
    "loyaltyPointsBalance": "KT-CT-9215",
    "vouchersBalanceDetail": "KT-CT-1111",
}
ARGUMENTS = {
    "readings": "(startAt: $start, endAt: $end, readingType: INTERVAL)",
    "bill": "(identifier: $statement)",
}
ROOTS = {
    "account": "account(accountNumber: $number)",
    "supplyPoint": 'supplyPoint(externalIdentifier: $spin, marketName: "JPN_ELECTRICITY")',
    "charges": "charges(accountNumber: $number, billingDocumentIdentifier: $statement)",
    "tariffSummary": 'tariffSummary(gridOperatorCode: "03")',
    "typicalConsumptionByHalfHourInterval": (
        'typicalConsumptionByHalfHourInterval(gridOperatorCode: "03", month: 1, '
        'productCode: "JPN_GREEN_OCTOPUS_03")'
    ),
    "postalAreas": 'postalAreas(postcode: "100-0001")',
    "rateGroupTouScheme": 'rateGroupTouScheme(specificationIdentifier: "a", rateGroupCode: "b")',
    "property": "property(id: $property)",
    "availableProducts": 'availableProducts(marketName: "JPN_ELECTRICITY")',
    "queryComplexity": 'queryComplexity(input: {query: "{ viewer { id } }"})',
    "agreement": "agreement(id: $agreement)",
    "loyaltyPointsBalance": "loyaltyPointsBalance(accountNumber: $number)",
    "vouchersBalanceDetail": "vouchersBalanceDetail(accountNumber: $account)",
    "plannedDispatches": "plannedDispatches(accountNumber: $number)",
    "completedDispatches": "completedDispatches(accountNumber: $number)",
}
TYPES = {
    "number": "String!",
    "account": "ID!",
    "spin": "String!",
    "statement": "String!",
    "property": "ID!",
    "agreement": "ID!",
    "start": "DateTime!",
    "end": "DateTime!",
}


# Types that lead to most others: opened directly below the query, or below the one on their left.
HUBS = {"AccountUser": None, "Account": None, "SupplyPointType": None, "Property": "Account"}


class Writer:
    """Writes documents that ask for all there is below a field; what leads back upwards is asked for its type alone."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._aliases = 0

    def roots(self) -> Iterator[tuple[str, str]]:
        for name, field in self._schema.query_type.fields.items():
            called = ROOTS.get(name, name)
            if {"first", "last"} <= set(field.args):
                called += "(first: 2)"
            body = f"{called} {self._selection(get_named_type(field.type), ())}"
            used = [f"${key}: {kind}" for key, kind in TYPES.items() if f"${key}" in body]
            yield name, f"query {'(' + ', '.join(used) + ')' if used else ''} {{ {body} }}"

    def _selection(self, kind: GraphQLNamedType, above: tuple[str, ...]) -> str:
        if is_leaf_type(kind):
            return ""
        if isinstance(kind, GraphQLObjectType):
            return "{ " + " ".join(self._parts(kind, above)) + " }"
        assert isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
        members = (
            f"... on {member.name} {{ {' '.join(self._parts(member, above))} }}"
            for member in self._schema.get_possible_types(kind)
        )
        return "{ __typename " + " ".join(members) + " }"

    def _parts(self, kind: GraphQLObjectType, above: tuple[str, ...]) -> Iterator[str]:
        yield "__typename"
        if kind.name in above or (kind.name in HUBS and above and above != (HUBS[kind.name],)):
            return
        for name, field in kind.fields.items():
            if name not in REFUSED:
                yield self._field(name, field, (*above, kind.name))

    def _field(self, name: str, field: GraphQLField, above: tuple[str, ...]) -> str:
        self._aliases += 1
        given = ARGUMENTS.get(name, "(first: 2)" if "first" in field.args else "")
        assert given or not any(map(is_required_argument, field.args.values())), name
        # The members of a union disagree on types, so that each field gets a name of its own.
        return (
            f"f{self._aliases}: {name}{given} {self._selection(get_named_type(field.type), above)}"
        )


def _variables(client: Client, statement: str) -> dict[str, str]:
    account = client.household.accounts[0]
    return {
        "number": client.number,
        "account": client.number,
        "spin": client.spin,
        "statement": statement,
        "property": account.properties[0].id,
        "agreement": str(account.supply_points[0].agreements[0].id),
        "start": (NOW - timedelta(days=2)).isoformat(),
        "end": (NOW - timedelta(days=1)).isoformat(),
    }


async def _statement(client: Client) -> str:
    answer = await client.ask(
        """query ($number: String!) { account(accountNumber: $number) { ledgers {
          statements(first: 1) { edges { node { identifier } } } } } }""",
        number=client.number,
    )
    (edge,) = answer.data["account"]["ledgers"][0]["statements"]["edges"]
    found: str = edge["node"]["identifier"]
    return found


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("household", ["power-tokyo", "solar-tokyo"])
async def test_every_field_has_an_answer(
    connect: Connect, household: str, version: SchemaVersion
) -> None:
    client = await connect(household, schema=version, since=date(2026, 9, 20))
    limits = client.simulator.engine.limits
    limits.complexity = limits.nodes = 10**9
    given = _variables(client, await _statement(client))
    asked = 0
    for name, document in Writer(load_schema(version)).roots():
        answer = await client.ask(document, **given)
        refused = [REFUSED[name]] if name in REFUSED else []
        assert (answer.status, answer.codes) == (200, refused), (name, answer.body["errors"])
        assert refused or answer.data[name] is not None, name
        assert len(answer.body.get("errors", [])) == len(refused), answer.body["errors"]
        asked += 1
    assert asked == len(load_schema(version).query_type.fields)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("contractedCapacity { value }", "KT-CT-4501"),
        ("contractedCapacityOld", "KT-CT-4501"),
    ],
)
async def test_refused_of_a_supply_point(connect: Connect, body: str, code: str) -> None:
    client = await connect()
    answer = await client.ask(
        f"query ($number: String!) {{ account(accountNumber: $number) {{ properties {{ electricitySupplyPoints {{ {body} }} }} }} }}",
        number=client.number,
    )
    assert answer.codes == [code]


async def test_devices_fail_inside_the_service(connect: Connect) -> None:
    client = await connect()
    answer = await client.ask(
        """query ($spin: String!) { supplyPoint(externalIdentifier: $spin, marketName: "JPN_ELECTRICITY") {
          externalIdentifier
          devices { edges { node { deviceIdentifier registers { edges { node { registerIdentifier } } } } } } } }""",
        spin=client.spin,
    )
    assert answer.status == 200
    assert answer.codes == ["KT-CT-7899"]
    assert answer.data == {"supplyPoint": {"externalIdentifier": client.spin, "devices": None}}


async def test_dispatches_of_someone_else(connect: Connect) -> None:
    client = await connect("green-tokyo", "ev-tokyo")
    other = client.simulator.world.households["ev-tokyo"].accounts[0].number
    answer = await client.ask(
        "query ($number: String!) { plannedDispatches(accountNumber: $number) { start } }",
        number=other,
    )
    assert answer.codes == ["KT-CT-4177"]
