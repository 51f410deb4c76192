"""In which shape each leaf of our documents is expected, and which it came in. Only kinds are kept, never a value.

`expected.json` has the type of each leaf by document, `types.json` the fields by type; scripts/expected_shapes.py writes them from the
schema.
"""

from collections.abc import Iterator, Mapping
from functools import cache
import json
from pathlib import Path
from typing import Any

_KINDS: Mapping[str, set[str]] = {
    "Boolean": {"boolean"},
    "Int": {"number"},
    "Float": {"number"},
    "ID": {"text", "number"},
    "BigInt": {"number", "text"},
    "Decimal": {"text", "number"},
    "JSONString": {"text", "object"},
    "JSONObject": {"object", "text"},
    "GenericScalar": {"text", "number", "boolean", "object", "list"},
}
"""What a scalar may come as; every other one, and every enumeration, as text."""


@cache
def types() -> Mapping[str, tuple[str, ...]]:
    """Return the fields that our documents use, by type."""
    read = json.loads((Path(__file__).parent / "types.json").read_text("utf-8"))
    return {name: tuple(fields) for name, fields in read.items()}


@cache
def expected() -> Mapping[str, Mapping[str, str]]:
    """Return the type of each leaf, by document and path."""
    read: Mapping[str, Mapping[str, str]] = json.loads(
        (Path(__file__).parent / "expected.json").read_text("utf-8")
    )
    return read


def unexpected(document: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Return the leaves of an answer that came in another shape, with the kinds that were seen."""
    seen: dict[str, set[str]] = {}
    for path, kind in _seen(data, ()):
        seen.setdefault(".".join(path), set()).add(kind)
    found = {}
    for leaf, type_name in expected()[document].items():
        if strange := seen.get(leaf, set()) - _allowed(type_name):
            found[leaf] = ", ".join(sorted(strange))
    return found


def _allowed(type_name: str) -> set[str]:
    """Return the kinds that a type comes in: `Int!` is never null, `String[]` is a list or a part of one."""
    allowed = _KINDS.get(type_name.rstrip("![]"), {"text"})
    if type_name.endswith("!"):
        return allowed
    return {*allowed, "null", "list"} if type_name.endswith("[]") else {*allowed, "null"}


def _seen(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the kinds of all values; an object or a list is one too, where a leaf was expected."""
    yield path, _kind(value)
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _seen(part, (*path, str(key)))
    elif isinstance(value, list):
        for part in value:
            yield from _seen(part, path)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"
