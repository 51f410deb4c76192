"""The schema's own scalars. Instants go out in ISO format with +00:00, Decimals as strings."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from graphql import GraphQLError, GraphQLSchema, ValueNode, is_leaf_type, value_from_ast_untyped

from ..absurd import Raw, marked
from ..errors import KrakenError


def instant(value: str | datetime | None) -> datetime | None:
    """Return an argument as an aware datetime; KrakenError for a naive one."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise KrakenError("KT-CT-1609")
    return at


def _date_time(value: Any) -> datetime:
    return _parsed(datetime.fromisoformat, value, "DateTime")


def _date(value: Any) -> date:
    return _parsed(date.fromisoformat, value, "Date")


def _parsed[T](parse: Callable[[Any], T], value: Any, name: str) -> T:
    try:
        return parse(value)
    except TypeError, ValueError:
        raise GraphQLError(f"{name} cannot represent value: {value!r}") from None


def _text(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def install(schema: GraphQLSchema) -> None:
    """Give the schema's scalars their reading and writing."""
    for name, parse in (("DateTime", _date_time), ("Date", _date)):
        scalar = schema.type_map[name]
        _set(scalar, ("serialize", "coerce_output_value"), _text)
        _set(scalar, ("parse_value", "coerce_input_value"), parse)
        _set(scalar, ("parse_literal",), _literal(parse))
    _set(schema.type_map["Decimal"], ("serialize", "coerce_output_value"), _text)


@cache
def let_raw_through(schema: GraphQLSchema) -> None:
    """Let every scalar and enumeration write a `Raw` as it is. Only from the first one on: it slows all answers."""
    for name, kind in schema.type_map.items():
        if is_leaf_type(kind) and not name.startswith("__"):
            for method in ("serialize", "coerce_output_value"):
                if (honest := getattr(kind, method, None)) is not None:
                    setattr(kind, method, _or_raw(honest))


def _or_raw(honest: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: marked(value) if isinstance(value, Raw) else honest(value)


def _set(scalar: Any, names: tuple[str, ...], function: Any) -> None:
    # graphql-core 3.3 calls them by new names, of which 3.2 knows nothing.
    for name in names:
        setattr(scalar, name, function)


def _literal(parse: Any) -> Any:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        return parse(value_from_ast_untyped(node, variables))

    return parse_literal
