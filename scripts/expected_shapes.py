"""Writes `oejp/probe/expected.json` and `types.json` from the schema: the type of each leaf of our documents, and the fields that we use of each type.

Usage: PYTHONPATH=. .venv/bin/python scripts/expected_shapes.py
"""

from collections.abc import Mapping
import json
from pathlib import Path

from graphql import (
    FieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS
from simulator.schemas import SCHEMA_VERSIONS, load_schema

FOLDER = Path(__file__).parent.parent / "custom_components/octopus_japan/oejp/probe"


class _Leaves(Visitor):
    """Collects the leaves of a document, and the fields by the type that they stand in."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.path: list[str] = []
        self.leaves: dict[str, str] = {}
        self.fields: set[tuple[str, str]] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Go down into a field."""
        self.path.append(node.alias.value if node.alias else node.name.value)
        parent = self.info.get_parent_type()
        if parent is not None and not node.name.value.startswith("__"):
            self.fields.add((parent.name, node.name.value))
        if node.selection_set is None and not node.name.value.startswith("__"):
            kind = self.info.get_type()
            mark = "[]" if "[" in str(kind) else "!" if str(kind).endswith("!") else ""
            self.leaves[".".join(self.path)] = f"{get_named_type(kind)}{mark}"

    def leave_field(self, *_: object) -> None:
        """Come back out of it."""
        self.path.pop()


def written() -> Mapping[str, str]:
    """Return the text of each file."""
    schemas = [load_schema(version) for version in SCHEMA_VERSIONS]
    leaves: dict[str, dict[str, str]] = {}
    fields: dict[str, list[str]] = {}
    for name, document in DOCUMENTS.items():
        if document.mutation:
            continue
        parsed = parse(document.text)
        # A document for the schema of August alone is typed by that one.
        schema = next(each for each in schemas if not validate(each, parsed))
        info = TypeInfo(schema)
        found = _Leaves(info)
        visit(parsed, TypeInfoVisitor(info, found))
        leaves[name] = found.leaves
        for kind, field in sorted(found.fields):
            if field not in fields.setdefault(kind, []):
                fields[kind].append(field)
    files = {"expected.json": leaves, "types.json": {k: sorted(v) for k, v in fields.items()}}
    return {
        name: json.dumps(content, indent=1, sort_keys=True) + "\n"
        for name, content in files.items()
    }


if __name__ == "__main__":
    for name, text in written().items():
        (FOLDER / name).write_text(text, "utf-8")
