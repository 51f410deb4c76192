"""The schemas that the service spoke: June's of 2026, and August's as what it says otherwise (docs/api.md#two-schemas)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from graphql import (
    REMOVE,
    SKIP,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_schema,
    visit,
)

from .api.scalars import install

type SchemaVersion = Literal["june", "august"]
SCHEMA_VERSIONS: tuple[SchemaVersion, ...] = get_args(SchemaVersion.__value__)
_GONE = "gone"


@cache
def load_schema(version: SchemaVersion = "june") -> GraphQLSchema:
    """Return the excerpt of the API's schema of a month of 2026, with its scalars at work. Raises ValueError for another one."""
    if version not in SCHEMA_VERSIONS:
        raise ValueError(f"no schema {version!r}; there are: {', '.join(SCHEMA_VERSIONS)}")
    document = _read("schema.graphql")
    if version == "august":
        document = _changed(document, _read("schema_august.graphql"))
    schema = build_ast_schema(document)
    install(schema)
    return schema


@cache
def without_email(schema: GraphQLSchema) -> GraphQLSchema:
    """Return the schema as it will be when signing in with e-mail and password is removed."""

    class Remover(Visitor):
        def enter_input_object_type_definition(
            self, node: InputObjectTypeDefinitionNode, *_: Any
        ) -> Any:
            return None if node.name.value == "ObtainJSONWebTokenInput" else SKIP

        def enter_input_value_definition(self, node: InputValueDefinitionNode, *_: Any) -> Any:
            return REMOVE if node.name.value in {"email", "password", "captchaResponse"} else None

        def enter_object_type_definition(self, *_: Any) -> Any:
            return SKIP

    reduced = build_ast_schema(visit(parse(print_schema(schema)), Remover()))
    install(reduced)
    return reduced


@dataclass(frozen=True)
class _Changes:
    """The fields that a type gets, by name, and the names of those that it loses."""

    new: dict[str, FieldDefinitionNode]
    gone: frozenset[str]

    def of(self, fields: tuple[FieldDefinitionNode, ...]) -> tuple[FieldDefinitionNode, ...]:
        """Return a type's fields as changed, in their old order with the new ones at the end."""
        kept = {field.name.value: field for field in fields} | self.new
        return tuple(field for name, field in kept.items() if name not in self.gone)


def _changed(document: DocumentNode, extensions: DocumentNode) -> DocumentNode:
    """Return a schema's document with the changes that a document of extensions tells.

    GraphQL's own extensions can neither take a field away nor give one more argument, which is what happened.
    """
    changes = {
        node.name.value: _changes(node.fields or ())
        for node in extensions.definitions
        if isinstance(node, ObjectTypeExtensionNode | InterfaceTypeExtensionNode)
    }
    return DocumentNode(
        definitions=tuple(
            _with(node, changes[node.name.value])
            if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
            and node.name.value in changes
            else node
            for node in document.definitions
        )
    )


def _with(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode, change: _Changes
) -> ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode:
    fields = change.of(tuple(node.fields or ()))
    return type(node)(name=node.name, interfaces=node.interfaces or (), fields=fields)


def _changes(fields: Iterable[FieldDefinitionNode]) -> _Changes:
    told = tuple(fields)
    gone = {
        field.name.value
        for field in told
        if any(directive.name.value == _GONE for directive in field.directives or ())
    }
    new = {field.name.value: field for field in told if field.name.value not in gone}
    return _Changes(new, frozenset(gone))


def _read(name: str) -> DocumentNode:
    return parse(Path(__file__).with_name(name).read_text(encoding="utf-8"))
