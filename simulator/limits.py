"""What a request may ask for, and what it costs (docs/api.md#limits).

How the service counts complexity is not known. Documents that come to many thousands where a connection multiplies what is
inside it are known to be answered, so the count here is flat: each object asked for is 1, a scalar 0, whatever `first`. Pages of
readings were measured to cost 17 in all and `rateLimitInfo` 5, so those count so. Nodes are the items that connections may
return. The points of a request are its complexity. Nothing here is stricter than what was seen; that our own documents stay far
below a strict count is for the tests of the client to say.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    is_composite_type,
    parse,
    validate,
    value_from_ast_untyped,
)

from .clock import Clock
from .errors import KrakenError

PAGE = 100
COMPLEXITY = 200
NODES = 10_000
POINTS_AN_HOUR = 50_000
HOUR = 3600
# With the objects on the way to them (supplyPoint.readings, account.properties) these come to 17 and 5.
FLAT = {"importReadings": 15, "exportReadings": 15, "measurements": 15, "rateLimitInfo": 5}


@dataclass(frozen=True)
class Cost:
    """What a request comes to."""

    complexity: int
    nodes: int


@dataclass
class Limits:
    """What one request may come to; may be edited at any time."""

    complexity: int = COMPLEXITY
    nodes: int = NODES

    def check(self, cost: Cost) -> None:
        """Raise KrakenError when a cost is above a limit."""
        if cost.complexity > self.complexity:
            raise KrakenError("KT-CT-1188")
        if cost.nodes > self.nodes:
            raise KrakenError("KT-CT-1189")


class Meterer:
    """Counts an operation's complexity and nodes."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """Return what an operation costs."""
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in operation.variable_definitions or ()
            if definition.default_value is not None
        }
        self._variables = defaults | self._variables
        root = self._schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root)

    def _selections(self, selections: SelectionSetNode | None, parent: Any) -> Cost:
        complexity = nodes = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                cost = self._field(selection, parent)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                within = self._schema.get_type(condition.name.value) if condition else parent
                cost = self._selections(selection.selection_set, within)
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                within = self._schema.get_type(fragment.type_condition.name.value)
                cost = self._selections(fragment.selection_set, within)
            complexity += cost.complexity
            nodes += cost.nodes
        return Cost(complexity, nodes)

    def _field(self, node: FieldNode, parent: Any) -> Cost:
        name = node.name.value
        if name.startswith("__") or not isinstance(
            parent, GraphQLObjectType | GraphQLInterfaceType
        ):
            return Cost(0, 0)
        definition = parent.fields[name]
        kind = get_named_type(definition.type)
        if not is_composite_type(kind):
            return Cost(0, 0)
        inside = self._selections(node.selection_set, kind)
        items = self._items(node, definition)
        complexity = FLAT.get(name, 1 + inside.complexity)
        return Cost(complexity, inside.nodes if items is None else items * (1 + inside.nodes))

    def _items(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """Return how many items a connection is asked for; None for what is not a connection."""
        if not {"first", "last"} <= set(definition.args):
            return None
        given = {
            argument.name.value: value_from_ast_untyped(argument.value, self._variables)
            for argument in node.arguments or ()
        }
        # A missing or excessive size is the connection's own error, raised where it is resolved: `page`.
        size = given.get("first") or given.get("last")
        return min(size, PAGE) if isinstance(size, int) and size > 0 else 1


def complexity(
    schema: GraphQLSchema, query: str, name: str | None, variables: dict[str, Any]
) -> int:
    """Return the complexity of a query, as `queryComplexity` does; KrakenError where the schema does not take it."""
    try:
        document = parse(query)
        operation = get_operation_ast(document, name)
    except GraphQLError:
        raise KrakenError("KT-CT-1603") from None
    if operation is None or validate(schema, document):
        raise KrakenError("KT-CT-1603")
    return Meterer(schema, document, variables).cost(operation).complexity


def page(first: int | None, last: int | None) -> None:
    """Raise KrakenError unless a connection was asked for with one of `first` and `last`, of at most 100."""
    sizes = [size for size in (first, last) if size is not None]
    if not sizes:
        raise KrakenError("KT-CT-1201")
    if len(sizes) > 1 or not 0 < sizes[0] <= PAGE:
        raise KrakenError("KT-CT-1202")


class Points:
    """The hourly allowance of each login, counted in hours that begin with the first request."""

    def __init__(self, clock: Clock) -> None:
        self.limit = POINTS_AN_HOUR
        self._clock = clock
        self._used: dict[str, tuple[float, int]] = {}

    def spend(self, viewer: str, points: int) -> None:
        """Take points off; raise KrakenError when they are used up."""
        since, used = self._hour(viewer)
        if used + points > self.limit:
            raise KrakenError("KT-CT-1199")
        self._used[viewer] = since, used + points

    def state(self, viewer: str) -> dict[str, Any]:
        """Return `pointsAllowanceRateLimit`; `ttl` is the Unix time of the reset."""
        since, used = self._hour(viewer)
        return {
            "limit": self.limit,
            "usedPoints": used,
            "remainingPoints": self.limit - used,
            "ttl": int(since) + HOUR,
            "isBlocked": used >= self.limit,
        }

    def reset(self) -> None:
        """Give everyone a new hour."""
        self._used.clear()

    def _hour(self, viewer: str) -> tuple[float, int]:
        now = self._clock.timestamp()
        since, used = self._used.get(viewer, (now, 0))
        return (since, used) if since <= now < since + HOUR else (now, 0)
