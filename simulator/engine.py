"""From a query to an answer: parse, validate, count, execute."""

from dataclasses import dataclass, field
from functools import lru_cache
import re
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
    execute_sync,
    parse,
    specified_rules,
    validate,
)

from .api.context import Context, resolve, type_of
from .api.roots import root
from .api.rows import OPTIONS
from .errors import KrakenError, response
from .faults import Fault, Request
from .limits import Limits, Meterer
from .requests import root_fields, strings
from .schemas import SchemaVersion, load_schema, without_email


@dataclass
class Answer:
    """An HTTP status with a JSON body, and what the request cost."""

    status: int
    body: dict[str, Any]
    complexity: int = 0
    points: int = 0

    @property
    def codes(self) -> tuple[str, ...]:
        """The error codes inside."""
        found = (
            error.get("extensions", {}).get("errorCode") for error in self.body.get("errors", ())
        )
        return tuple(code for code in found if code)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What each error says, with its code and where it happened."""
        return tuple(_reason(error) for error in self.body.get("errors", ()))


@dataclass
class Operation:
    """A request's operation; `error` says why there is none."""

    document: DocumentNode | None = None
    node: OperationDefinitionNode | None = None
    error: GraphQLError | None = None
    request: Request = field(default_factory=lambda: Request(None, ()))
    text: str = ""


class Engine:
    """Answers GraphQL requests."""

    def __init__(self, version: SchemaVersion = "june") -> None:
        self.limits = Limits()
        self.speak(version)
        self._parse = lru_cache(maxsize=256)(self._parsed)

    def speak(self, version: SchemaVersion) -> None:
        """Take up another month's schema."""
        self.schema: GraphQLSchema = load_schema(version)
        self.version = version

    def operation(self, query: str, name: str | None, variables: dict[str, Any]) -> Operation:
        """Find the operation that a request wants executed."""
        document = self._parse(query)
        if isinstance(document, GraphQLError):
            return Operation(error=document)
        nodes = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in nodes if name is None or (node.name and node.name.value == name)]
        if len(chosen) != 1:
            return Operation(
                document, error=GraphQLError("Must provide the name of one operation.")
            )
        node = chosen[0]
        called = node.name.value if node.name else name
        request = Request(called, root_fields(node), frozenset(strings(document, variables)))
        return Operation(document, node, request=request, text=query)

    def answer(
        self,
        operation: Operation,
        variables: dict[str, Any],
        removed: list[Fault],
        context: Context,
    ) -> Answer:
        """Validate and execute an operation."""
        if operation.error is not None or operation.document is None or operation.node is None:
            return _rejected([operation.error or GraphQLError("Must provide an operation.")])
        fields = [fault for fault in removed if fault.kind != "removed_input"]
        inputs = [fault for fault in removed if fault.kind == "removed_input"]
        schema = without_email(self.schema) if inputs else self.schema
        if fields:
            rules = [*specified_rules, without_fields(fields)]
            errors = validate(schema, operation.document, rules)
        else:
            errors = _validated(schema, operation.text)
        if errors:
            return _input_removed(inputs, errors) if inputs else _rejected(errors)
        try:
            cost = Meterer(self.schema, operation.document, variables).cost(operation.node)
            self.limits.check(cost)
            self._spend(context, cost.complexity)
        except KrakenError as error:
            return Answer(200, response(error.code))
        result = execute_sync(
            schema,
            operation.document,
            root(context),
            context,
            variables,
            operation.node.name.value if operation.node.name else None,
            field_resolver=resolve,
            type_resolver=type_of,
            **OPTIONS,
        )
        if inputs and result.errors and all(error.path is None for error in result.errors):
            return _input_removed(inputs, result.errors)
        context.reshape(result.data)
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [error.formatted for error in result.errors]
        return Answer(200, body, cost.complexity, cost.complexity)

    @staticmethod
    def _spend(context: Context, points: int) -> None:
        """Take the request's points off its login's allowance; without a good token each field will say so itself."""
        try:
            viewer = context.household.viewer_id
        except KrakenError:
            return
        context.points.spend(viewer, points)

    @staticmethod
    def _parsed(query: str) -> DocumentNode | GraphQLError:
        try:
            return parse(query)
        except GraphQLError as error:
            return error


def _input_removed(faults: list[Fault], errors: list[GraphQLError]) -> Answer:
    """Reject a sign-in by fields that are gone, in the words of the GraphQL library that the service runs on."""
    for fault in faults:
        fault.fire()
    return _rejected([GraphQLError(_UNKNOWN.sub(_as_the_service, str(e.message))) for e in errors])


_UNKNOWN = re.compile(
    r"(?P<start>.*: )?Expected value of type '(?P<kind>\w+)' not to include unknown field '(?P<name>\w+)', "
    r"found: (?P<found>.*)\.",
    re.DOTALL,
)


def _as_the_service(found: re.Match[str]) -> str:
    """Reword what the newer library says; the value is repeated, secrets and all."""
    field = f"Field '{found['name']}' is not defined by type '{found['kind']}'."
    return (
        f"Variable '$input' got invalid value {found['found']}; {field}"
        if found["start"]
        else field
    )


@lru_cache(maxsize=256)
def _validated(schema: GraphQLSchema, text: str) -> list[GraphQLError]:
    """Return what is wrong with a document, remembered: a client asks with the same few."""
    return validate(schema, parse(text))


def without_fields(removed: list[Fault]) -> type[ValidationRule]:
    """Return a validation rule by which the schema lacks the fields of these faults."""

    class RemovedFields(ValidationRule):
        context: ValidationContext

        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = self.context.get_parent_type()
            name = node.name.value
            for fault in removed:
                if parent is not None and fault.names(parent.name, name):
                    fault.fire()
                    self.report_error(
                        GraphQLError(f"Cannot query field '{name}' on type '{parent.name}'.", node)
                    )
                    return

    return RemovedFields


def _reason(error: dict[str, Any]) -> str:
    code = error.get("extensions", {}).get("errorCode")
    path = ".".join(str(step) for step in error.get("path", ()))
    return "".join(
        (f"{code}: " if code else "", str(error["message"]), f" (at {path})" if path else "")
    )


def _rejected(errors: list[GraphQLError]) -> Answer:
    return Answer(400, {"errors": [error.formatted for error in errors]})
