"""The excerpt says what the real schema says."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    print_ast,
    validate_schema,
)
import pytest

from simulator.engine import load_schema

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


def test_the_union_of_products_is_whole(real: GraphQLSchema) -> None:
    ours, theirs = load_schema().type_map["Product"], real.type_map["Product"]
    assert isinstance(ours, GraphQLUnionType)
    assert isinstance(theirs, GraphQLUnionType)
    assert [str(member) for member in ours.types] == [str(member) for member in theirs.types]
