"""What was asked and what of it was refused, for tests and people to look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

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
    """One request: its operation's name, variables without secrets, root fields, cost, HTTP status, error codes, and the errors in words."""

    operation: str | None
    variables: Mapping[str, Any]
    fields: tuple[str, ...]
    complexity: int
    points: int
    status: int
    codes: tuple[str, ...]
    at: datetime
    reasons: tuple[str, ...] = ()


class RequestLog(list[RequestRecord]):
    """The newest requests, oldest first, at most `limit` of them; `total` counts all that came."""

    def __init__(self, limit: int = 10_000) -> None:
        super().__init__()
        self.limit = limit
        self.total = 0

    @override
    def append(self, record: RequestRecord) -> None:
        """Add a request; the oldest leaves when there are too many."""
        super().append(record)
        self.total += 1
        del self[: -self.limit]

    @property
    def refused(self) -> list[RequestRecord]:
        """The requests that were refused, whole or in part."""
        return [record for record in self if record.reasons]


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


def secrets(value: Any) -> set[str]:
    """Return the secrets among variables."""
    if isinstance(value, list):
        return {secret for inner in value for secret in secrets(inner)}
    if not isinstance(value, dict):
        return set()
    own = {inner for name, inner in value.items() if name in _SECRETS and isinstance(inner, str)}
    return own | {secret for inner in value.values() for secret in secrets(inner)}


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
