"""The supply points of an answer, each with its own part or its own error.

An error inside a supply point nulls it whole, its number included (docs/api.md#errors). So documents ask for the list twice: `known` with
the numbers alone, and `points` with what may fail; the place in the list tells whose part is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..by_point import ByPoint
from ..errors import KrakenError, KrakenNotFoundError, KrakenServiceError
from ..parsing import as_dict, as_list
from .requester import Result


@dataclass(slots=True)
class Points:
    """What an answer says of each point: more than once of one that is listed more than once."""

    found: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    errors: dict[str, KrakenError] = field(default_factory=dict)
    partial: dict[str, KrakenError] = field(default_factory=dict)
    """The errors inside what was found."""
    error: KrakenError | None = None

    def resolved(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the points with their part. Raises when there are only errors."""
        if not self.found:
            for error in (self.error, *self.errors.values()):
                if error:
                    raise error
        return self.found

    def joined[T](self, read: Callable[[Sequence[Mapping[str, Any]]], T]) -> ByPoint[T]:
        """Read the parts of each point together. Raises when there are only errors."""
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for number, part in self.resolved():
            parts.setdefault(number, []).append(part)
        said = {number: read(found) for number, found in parts.items()}
        return ByPoint(said, self.partial | self.errors, self.error)


def account(result: Result) -> Mapping[str, Any]:
    """Return the account of an answer."""
    found = result.data.get("account")
    if not isinstance(found, dict):
        raise result.missing(KrakenNotFoundError("the account was not found"))
    return found


def properties(result: Result) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the properties of an account, with their place in the list."""
    found = account(result).get("properties")
    if not isinstance(found, list):
        raise result.missing(KrakenServiceError("the account came without its properties"))
    return [(index, item) for index, item in enumerate(found) if isinstance(item, dict)]


def number_at(items: object, index: int, key: str) -> str | None:
    """Return the number of the point at a place of a list."""
    listed = as_list(items)
    number = as_dict(listed[index]).get(key) if index < len(listed) else None
    return number if isinstance(number, str) else None


def numbers(place: Mapping[str, Any], key: str = "spin") -> set[str]:
    """Return the numbers of the points of a property."""
    known = as_list(place.get("known"))
    found = (number_at(known, index, key) for index in range(len(known)))
    return {number for number in found if number}


def points(result: Result, part: str | None = None, key: str = "spin") -> Points:
    """Return the points of an answer; with `part`, the field without which a point tells nothing."""
    read = Points(error=result.error)
    for place, content in properties(result):
        known, answered = as_list(content.get("known")), as_list(content.get("points"))
        for index in range(max(len(known), len(answered))):
            number = number_at(known, index, key) or number_at(answered, index, key)
            if number is None:
                continue
            error = result.error_at("account", "properties", place, "points", index)
            if number_at(answered, index, key) != number:
                read.errors[number] = error or KrakenServiceError("a supply point was left out")
            elif part and answered[index].get(part) is None and error:
                read.errors[number] = error
            else:
                read.found.append((number, answered[index]))
                if error:
                    read.partial[number] = error
    return read
