"""Every document is one that the service accepts, cheap enough, and reads nothing that identifies a person."""

import ast
from pathlib import Path
import sys
from typing import Any

from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    build_schema,
    extend_schema,
    get_named_type,
    is_composite_type,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language import Visitor
import pytest

import custom_components.octopus_japan.oejp.kraken as package
from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS
from custom_components.octopus_japan.oejp.kraken.graphql.pages import SMALLEST_PAGE

ROOT = Path(__file__).parents[3]
PACKAGE = Path(package.__file__).parent
# In the service since August 2026, after both schemas were written down.
NEWER = parse("extend type StatementBillingDocumentType { dueDate: Date }")
NEWER_DOCUMENTS = {"statement_due_dates"}


@pytest.fixture(
    scope="module",
    params=[ROOT / "simulator/schema.graphql", ROOT.parent / "shared/oejp/oejp.graphql"],
    ids=["excerpt", "introspected"],
)
def schema(request: pytest.FixtureRequest) -> GraphQLSchema:
    if not request.param.exists():
        pytest.skip("only where the introspected schema lies beside the repository")
    return build_schema(request.param.read_text(encoding="utf-8"), assume_valid=True)


def test_the_schema_takes_every_document(schema: GraphQLSchema) -> None:
    extended = extend_schema(schema, NEWER, assume_valid=True)
    for name, document in DOCUMENTS.items():
        against = extended if name in NEWER_DOCUMENTS else schema
        assert validate(against, parse(document.text)) == [], name


# Of the 200 allowed: how the service counts is not known, so that a strict count leaves a quarter to spare.
COMPLEXITY = 150


def complexity(schema: GraphQLSchema, text: str) -> int:
    """A scalar costs 0, an object 1, a connection what is inside it times `first`, edges and nodes included.

    The strictest count that is thinkable; documents that it would refuse are known to be answered.
    """

    def inside(selections: Any, parent: Any) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                if node.name.value.startswith("__"):
                    continue
                kind = get_named_type(parent.fields[node.name.value].type)
                if not is_composite_type(kind):
                    continue
                times = 1
                for argument in node.arguments or ():
                    if argument.name.value == "first":
                        assert isinstance(argument.value, VariableNode)
                        times = first[argument.value.name.value]
                edges = inside(node.selection_set, kind)
                # `pageInfo` is there once, whatever the length of the page.
                once = sum(
                    1
                    for child in node.selection_set.selections
                    if getattr(child, "name", None) and child.name.value == "pageInfo"
                )
                total += 1 + (edges - once) * times + once
            else:
                condition = schema.get_type(node.type_condition.name.value)
                total += inside(node.selection_set, condition)
        return total

    (operation,) = parse(text).definitions
    first = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return inside(operation.selection_set, schema.get_root_type(operation.operation))


def test_every_document_stays_under_the_complexity_allowed(schema: GraphQLSchema) -> None:
    extended = extend_schema(schema, NEWER, assume_valid=True)
    for name, document in DOCUMENTS.items():
        assert complexity(extended, document.text) <= COMPLEXITY, name


def sizes(schema: GraphQLSchema, text: str) -> list[str]:
    """What the connections of a document are given as `first`."""
    types = TypeInfo(schema)
    found: list[str] = []

    class Connections(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            definition = types.get_field_def()
            if definition is not None and "first" in definition.args:
                given = {item.name.value: print_ast(item.value) for item in node.arguments or ()}
                found.append(given["first"])

    visit(parse(text), TypeInfoVisitor(types, Connections()))
    return found


def test_every_connection_is_paged_with_less_than_a_hundred(schema: GraphQLSchema) -> None:
    """Each takes `$first`, so that the client can ask for less; what is not paged is small."""
    extended = extend_schema(schema, NEWER, assume_valid=True)
    for name, document in DOCUMENTS.items():
        if given := sizes(extended, document.text):
            assert set(given) == {"$first"}, name
            assert SMALLEST_PAGE <= (document.first or 0) < 100, name
        else:
            assert document.first is None, name
            assert complexity(extended, document.text) <= 20, name


def test_no_document_asks_who_or_where_someone_is() -> None:
    personal = {"address", "postcode", "givenName", "familyName", "fullName", "email", "mobile"}
    asked: set[str] = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            asked.add(node.name.value)

    for document in DOCUMENTS.values():
        visit(parse(document.text), Names())
    assert not asked & personal


def test_readings_are_never_asked_for_through_the_viewer() -> None:
    for name, document in DOCUMENTS.items():
        assert ("viewer" in document.text) == (name == "viewer")


def test_operations_have_names_of_their_own() -> None:
    assert len({document.operation for document in DOCUMENTS.values()}) == len(DOCUMENTS)


def test_every_document_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for name in DOCUMENTS:
        assert f'"{name}"' in code, name


def test_the_package_imports_only_its_own_and_four_libraries() -> None:
    allowed = {"aiohttp", "mashumaro", "jwt", "orjson"}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                # Of what is above it only spans of time and Japan's calendar, which import nothing of ours.
                depth = len(path.relative_to(PACKAGE).parts)
                ground = node.level == depth + 1 and node.module in {"interval", "japan_time"}
                assert node.level <= depth or ground, path
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [node.module]
                    if isinstance(node, ast.ImportFrom)
                    else [a.name for a in node.names]
                )
                for name in names:
                    top = name.partition(".")[0]
                    assert top in allowed or top in sys.stdlib_module_names, (path, name)
