"""The GraphQL documents, read when the package is imported.

One unknown field fails a whole document with HTTP 400, so that what may disappear stands in a document of its own. Where a
document has a smaller or newer sibling, the client falls back to it and remembers.
"""

from dataclasses import dataclass
from pathlib import Path
import re

_OPERATION = re.compile(r"^(?:query|mutation)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of one operation."""

    operation: str
    text: str


def _read(path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    (operation,) = _OPERATION.findall(text)
    return Document(operation, text)


DOCUMENTS = {
    path.stem: _read(path) for path in sorted((Path(__file__).parent / "queries").glob("*.graphql"))
}
