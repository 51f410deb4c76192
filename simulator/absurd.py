"""Values that no honest service says, and how they get past GraphQL into the answer.

GraphQL checks what a resolver returns: an `Int` of 1e400 or a null where none is allowed never leaves it. A gateway, a cache or
a fault of the service knows no such rule, so a `Raw` is written into the JSON as it stands, unchecked.
"""

from collections.abc import Iterator
import json
import re
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

_MARK = re.compile('"\ue000(.*?)\ue001"', re.DOTALL)


class Raw(str):
    """JSON text that goes into an answer as it is, be it `1e400` or `NaN`."""

    __slots__ = ()


# What to say in place of a scalar, by the scalar's name. The numbers are within JSON or just beyond it; the texts are what a
# faulty serializer made of a number, a date or nothing.
_NUMBERS = (Raw("1e400"), Raw("NaN"), Raw("-5"), Raw("1E+21"), Raw("null"))
_TEXTS = tuple(Raw(json.dumps(text)) for text in ("1e400", "1E+21", "-5", "NaN", "", "Infinity"))
ABSURD: dict[str, tuple[Raw, ...]] = {
    "Int": (*_NUMBERS, *_TEXTS),
    "Float": (*_NUMBERS, *_TEXTS),
    "Decimal": (*_NUMBERS, *_TEXTS),
    "BigInt": (*_NUMBERS, *_TEXTS),
    "DateTime": tuple(
        Raw(text)
        for text in (
            '"9999-12-31T23:59:59+00:00"', '"0001-01-01T00:00:00+00:00"', '"1900-01-01T00:00:00+09:00"',
            '"2026-13-40T25:61:00"', '"2026-07-01T00:00:00"', "1e400", '""', "null",
        )
    ),
    "Date": tuple(
        Raw(text) for text in ('"9999-12-31"', '"0001-01-01"', '"1900-01-01"', '"2026-02-30"', '""', "-5", "null")
    ),
    "Boolean": (Raw("null"), Raw('"maybe"'), Raw("-5")),
    "String": (Raw("null"), Raw('""'), Raw("1e400"), Raw("[]"), Raw("{}"), Raw(json.dumps("あ" * 5000))),
    "ID": (Raw("null"), Raw('""'), Raw("-5"), Raw("1e400")),
    "GenericScalar": (Raw("null"), Raw("{}"), Raw("[]"), Raw('"text"'), Raw("NaN"), Raw("[null, 5]")),
    "JSONString": (Raw("null"), Raw('"{"'), Raw("[]")),
}  # fmt: skip
ABSURD_ENUM = (Raw('"SOMETHING_NEW"'), Raw("null"), Raw('""'), Raw("1e400"))


def absurdities(schema: GraphQLSchema) -> Iterator[tuple[str, Raw]]:
    """Yield every scalar and enumeration field of the schema, as `Type.field`, with each absurd value for it."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                leaf = get_named_type(field.type)
                if is_leaf_type(leaf):
                    for value in ABSURD.get(leaf.name, ABSURD_ENUM):
                        yield f"{kind.name}.{name}", value


def said(value: Any, kind: GraphQLOutputType) -> Any:
    """Return a value in the form in which a resolver of this type says it unchecked."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if is_leaf_type(kind):
        return _raw(value)
    if (
        isinstance(kind, GraphQLList)
        and isinstance(value, list)
        and is_leaf_type(get_named_type(kind))
    ):
        return [_raw(item) for item in value]
    return value


def _raw(value: Any) -> Raw:
    return value if isinstance(value, Raw) else Raw(json.dumps(value, ensure_ascii=False))


def marked(value: Raw) -> str:
    """Return what stands for a `Raw` in the answer until it is written."""
    return f"\ue000{value}\ue001"


def written(body: Any) -> str:
    """Return the JSON of an answer, with every `Raw` in its place."""
    text = json.dumps(body, ensure_ascii=False)
    return (
        _MARK.sub(lambda found: str(json.loads(f'"{found[1]}"')), text)
        if "\ue000" in text
        else text
    )
