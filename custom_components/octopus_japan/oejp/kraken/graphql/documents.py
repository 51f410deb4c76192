"""The GraphQL documents, read when the package is imported.

One unknown field fails a whole document with HTTP 400, so that what may disappear stands in a document of its own. Where a
document has a smaller or newer sibling, the client falls back to it and remembers. One that is paged takes the size of its pages
as `$first`, with the size that we like best as the default: where the service finds that too complex, the client asks for less.
"""

from dataclasses import dataclass
from pathlib import Path
import re

_OPERATION = re.compile(r"^(?:query|mutation)\s+(\w+)", re.MULTILINE)
_MUTATION = re.compile(r"^mutation\b", re.MULTILINE)
_FIRST = re.compile(r"\$first: Int = (\d+)")


@dataclass(frozen=True, slots=True)
class Document:
    """A document of one operation; `first` is the size of its pages, if it has pages.

    A `mutation` changes something at the service: it is sent once, whatever comes of it (requester.py).
    """

    operation: str
    text: str
    first: int | None = None
    mutation: bool = False


def _read(path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    (operation,) = _OPERATION.findall(text)
    first = _FIRST.search(text)
    return Document(
        operation,
        text,
        int(first[1]) if first else None,
        mutation=_MUTATION.search(text) is not None,
    )


DOCUMENTS = {
    path.stem: _read(path) for path in sorted((Path(__file__).parent / "queries").glob("*.graphql"))
}
