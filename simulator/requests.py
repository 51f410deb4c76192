"""What was asked, for tests to look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    visit,
)

_SECRETS = frozenset(
    {
        "email",
        "password",
        "APIKey",
        "organizationSecretKey",
        "preSignedKey",
        "refreshToken",
        "captchaResponse",
    }
)


@dataclass(frozen=True)
class RequestRecord:
    """One request: its operation's name, variables without secrets, root fields, cost, HTTP status and error codes."""

    operation: str | None
    variables: Mapping[str, Any]
    fields: tuple[str, ...]
    complexity: int
    points: int
    status: int
    codes: tuple[str, ...]
    at: datetime


def without_secrets(value: Any) -> Any:
    """Return variables with every secret replaced."""
    if isinstance(value, dict):
        return {
            name: "(secret)" if name in _SECRETS and inner is not None else without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value


def root_fields(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Return the names of an operation's root fields that stand in it directly."""
    return tuple(
        node.name.value
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    )


def strings(document: DocumentNode, variables: Any) -> set[str]:
    """Return every string that a request carries, to find the account it is about."""
    found = set(_leaves(variables))

    class Collector(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
            found.add(node.value)

    visit(document, Collector())
    return found


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
