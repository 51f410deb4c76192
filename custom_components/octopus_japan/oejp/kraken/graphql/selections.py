"""A document of ours taken apart: its leaves, and smaller documents of some of them. Pure.

It reads what our own documents are written in: one operation, fields with aliases and arguments, fragments on a type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re

from .documents import Document

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_TOKEN = re.compile(r'\.\.\.|[{}()]|"[^"]*"|[^\s{}()"]+')
_VARIABLE = re.compile(r"\$(\w+): ([^$)]+)")
_TYPE_NAME = "__typename"


@dataclass(frozen=True, slots=True)
class Selection:
    """A field or fragment as it is written, without what is selected below it."""

    text: str
    below: tuple[Selection, ...] = ()

    @property
    def key(self) -> str | None:
        """The name under which the answer has the field; None for a fragment, which has none."""
        if self.text.startswith("..."):
            return None
        return self.text.split("(")[0].split(":")[0].strip()

    @property
    def field(self) -> str | None:
        """The name of the field in the schema; None for a fragment."""
        return None if self.key is None else self.text.split("(")[0].split(":")[-1].strip()


@dataclass(frozen=True, slots=True)
class Parts:
    """An operation and what it selects."""

    document: Document
    variables: Mapping[str, str]
    selections: tuple[Selection, ...]

    @property
    def leaves(self) -> list[tuple[str, ...]]:
        """The paths of all fields without any below them, by the keys of the answer, each once; fragments are not in a path."""
        found = (path for each in self.selections for path in _leaves(each))
        return list(dict.fromkeys(path for path in found if path[-1] != _TYPE_NAME))

    def without(self, field: str) -> Document | None:
        """Return the document without a field of the schema and all below it; None where nothing would be left, or nothing changes."""
        kept = {leaf for each in self.selections for leaf in _leaves_without(each, field)}
        if not kept or len(kept) == len(self.leaves):
            return None
        return self.only(kept)

    def only(self, leaves: set[tuple[str, ...]]) -> Document:
        """Return a smaller document of these leaves, with the variables that it uses: GraphQL refuses others."""
        kept = [part for each in self.selections if (part := _only(each, leaves, ())) is not None]
        text = " ".join(map(_written, kept))
        used = [each for name, each in self.variables.items() if re.search(rf"\${name}\b", text)]
        given = f"({' '.join(used)})" if used else ""
        query = f"query {self.document.operation}{given} {{ {text} }}"
        return Document(self.document.operation, query, self.document.first)


def parts(document: Document) -> Parts:
    """Read a document."""
    tokens = _TOKEN.findall(_COMMENT.sub("", document.text))
    place = _selection_set_at(tokens)
    head = _joined(tokens[:place])
    variables = {name: f"${name}: {kind.strip()}" for name, kind in _VARIABLE.findall(head)}
    selections, _ = _selections(tokens, place + 1)
    return Parts(document, variables, selections)


def _selection_set_at(tokens: list[str]) -> int:
    """Return where the operation's own selection set opens: behind the variables."""
    depth = 0
    for place, mark in enumerate(tokens):
        depth += (mark == "(") - (mark == ")")
        if mark == "{" and not depth:
            return place
    raise ValueError("a document without selections")


def _selections(tokens: list[str], place: int) -> tuple[tuple[Selection, ...], int]:
    """Return the selections from `place` up to the bracket that closes them, and where that is."""
    found: list[Selection] = []
    while tokens[place] != "}":
        end = _field_end(tokens, place)
        text = _joined(tokens[place:end])
        below: tuple[Selection, ...] = ()
        if end < len(tokens) and tokens[end] == "{":
            below, end = _selections(tokens, end + 1)
            end += 1
        found.append(Selection(text, below))
        place = end
    return tuple(found), place


def _field_end(tokens: list[str], place: int) -> int:
    """Return where a field or fragment ends: behind its alias, name and arguments."""
    if tokens[place] == "...":
        return place + 3
    end = place + 1
    if tokens[place].endswith(":"):
        end += 1
    if tokens[end] == "(":
        depth = 0
        while True:
            depth += (tokens[end] == "(") - (tokens[end] == ")")
            end += 1
            if not depth:
                break
    return end


def _joined(tokens: list[str]) -> str:
    return " ".join(tokens)


def _leaves(selection: Selection, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    here = path if selection.key is None else (*path, selection.key)
    if not selection.below:
        yield here
    for each in selection.below:
        yield from _leaves(each, here)


def _leaves_without(
    selection: Selection, field: str, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    if selection.field == field:
        return
    here = path if selection.key is None else (*path, selection.key)
    if not selection.below and here[-1] != _TYPE_NAME:
        yield here
    for each in selection.below:
        yield from _leaves_without(each, field, here)


def _only(
    selection: Selection, leaves: set[tuple[str, ...]], path: tuple[str, ...]
) -> Selection | None:
    here = path if selection.key is None else (*path, selection.key)
    if not selection.below:
        return selection if here in leaves or selection.key == _TYPE_NAME else None
    below = tuple(
        part for each in selection.below if (part := _only(each, leaves, here)) is not None
    )
    named = [part for part in below if part.key != _TYPE_NAME]
    return Selection(selection.text, below) if named else None


def _written(selection: Selection) -> str:
    if not selection.below:
        return selection.text
    return f"{selection.text} {{ {' '.join(map(_written, selection.below))} }}"
