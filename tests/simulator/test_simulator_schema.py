"""The excerpt says what the real schema says."""

from datetime import date
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    print_ast,
    print_type,
    validate_schema,
)
import pytest
from simulator_client import Connect

from simulator.schemas import SchemaVersion, load_schema

REAL = Path(__file__).parents[3] / "shared" / "oejp" / "oejp.graphql"


def test_valid() -> None:
    assert validate_schema(load_schema()) == []


@pytest.fixture(scope="module")
def real() -> GraphQLSchema:
    if not REAL.exists():
        pytest.skip("the real schema is not here")
    return build_schema(REAL.read_text(encoding="utf-8"), assume_valid=True)


def test_every_type_field_argument_and_value_is_real(real: GraphQLSchema) -> None:
    for name, ours in load_schema().type_map.items():
        if name.startswith("__"):
            continue
        theirs = real.type_map[name]
        assert type(ours) is type(theirs), name
        if isinstance(ours, GraphQLEnumType):
            assert set(ours.values) == set(theirs.values), name
        elif isinstance(ours, GraphQLUnionType):
            assert {str(member) for member in ours.types} <= {
                str(member) for member in theirs.types
            }
        elif isinstance(ours, GraphQLInputObjectType):
            for key, field in ours.fields.items():
                assert str(field.type) == str(theirs.fields[key].type), f"{name}.{key}"
        elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            assert {str(item) for item in ours.interfaces} <= {
                str(item) for item in theirs.interfaces
            }
            for key, field in ours.fields.items():
                same = theirs.fields[key]
                assert str(field.type) == str(same.type), f"{name}.{key}"
                for argument, given in field.args.items():
                    assert str(given.type) == str(same.args[argument].type), (
                        f"{name}.{key}({argument})"
                    )
                    assert _default(given) == _default(same.args[argument]), (
                        f"{name}.{key}({argument})"
                    )


def _default(argument: object) -> str | None:
    node = argument.ast_node.default_value  # type: ignore[attr-defined]
    return None if node is None else print_ast(node)


def test_types_are_whole(real: GraphQLSchema) -> None:
    """A type has every field of the service's that leads to a scalar or to a type that is here too."""
    ours = load_schema()
    for name, kind in ours.type_map.items():
        if name.startswith("__") or name in {"Query", "Mutation"}:
            continue
        theirs = real.type_map[name]
        if isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
            expected = {
                key
                for key, field in theirs.fields.items()
                if get_named_type(field.type).name in ours.type_map
            }
            assert set(kind.fields) == expected, name
        elif isinstance(theirs, GraphQLUnionType):
            assert isinstance(kind, GraphQLUnionType)
            assert [str(member) for member in kind.types] == [
                str(member) for member in theirs.types
            ], name


def test_augusts_schema_differs_in_what_was_seen() -> None:
    june, august = load_schema("june"), load_schema("august")
    assert validate_schema(august) == []
    changed: set[str] = set()
    for name, kind in august.type_map.items():
        before = june.type_map[name]
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            assert print_type(kind) == print_type(before)
            continue
        assert isinstance(before, GraphQLObjectType | GraphQLInterfaceType)
        assert [str(item) for item in kind.interfaces] == [str(item) for item in before.interfaces]
        changed |= {f"+{name}.{field}" for field in kind.fields.keys() - before.fields.keys()}
        changed |= {f"-{name}.{field}" for field in before.fields.keys() - kind.fields.keys()}
        for field, definition in kind.fields.items():
            arguments = before.fields[field].args if field in before.fields else definition.args
            changed |= {
                f"+{name}.{field}({argument})"
                for argument in definition.args.keys() - arguments.keys()
            }
    assert set(june.type_map) == set(august.type_map)
    assert changed == {
        "+Account.bills(includeInvoices)",
        "+AccountInterface.bills(includeInvoices)",
        "+PeriodBasedDocumentType.isHeld",
        "+InvoiceType.isHeld",
        "+StatementBillingDocumentType.dueDate",
        "-StatementBillingDocumentType.paymentDueDate",
    }


DUE = """
query ($number: String!) { account(accountNumber: $number) { ledgers { statements(first: 1) { edges { node { %s } } } } } }
"""
HELD = """
query ($number: String!) { account(accountNumber: $number) { bills(first: 1, includeInvoices: true) {
  edges { node { __typename ... on PeriodBasedDocumentType { isHeld } ... on InvoiceType { invoiceIsHeld: isHeld } } } } } }
"""


@pytest.mark.parametrize(
    ("version", "spoken", "unknown"),
    [("june", "paymentDueDate", "dueDate"), ("august", "dueDate", "paymentDueDate")],
)
async def test_either_schema_is_spoken(
    connect: Connect, version: SchemaVersion, spoken: str, unknown: str
) -> None:
    client = await connect(schema=version)
    answer = await client.ask(DUE % spoken, number=client.number)
    (edge,) = answer.data["account"]["ledgers"][0]["statements"]["edges"]
    assert date.fromisoformat(edge["node"][spoken])
    assert (await client.ask(DUE % unknown, number=client.number)).status == 400
    held = await client.ask(HELD, number=client.number)
    assert held.status == (200 if version == "august" else 400)
    client.simulator.engine.speak("august")
    held = await client.ask(HELD, number=client.number)
    assert held.data["account"]["bills"]["edges"][0]["node"] == {
        "__typename": "PeriodBasedDocumentType",
        "isHeld": False,
    }
