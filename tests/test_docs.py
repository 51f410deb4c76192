"""What is known of the service stands in docs/api.md; comments cite its sections, and nothing that is not in the repository."""

from collections.abc import Iterator
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("custom_components", "simulator", "scripts", "tests", "docs", "blueprints")
TEXTS = {".py", ".md", ".graphql", ".json", ".yaml", ".js"}
CITATION = re.compile(r"docs/([\w-]+\.md)(?:#([\w-]+))?")
ELSEWHERE = re.compile(r"\b(?:FACT" + r"S|TARIFF" + r"S)(?:\.md\b|[ ,]\(?\w)")


def files() -> Iterator[Path]:
    yield from (ROOT / "README.md", ROOT / "CHANGELOG.md")
    for room in ROOMS:
        yield from (
            file
            for file in (ROOT / room).rglob("*")
            if file.suffix in TEXTS and "__pycache__" not in file.parts
        )


def anchors(page: str) -> set[str]:
    """The sections of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / page).read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", list(files()), ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_file_cites_is_there(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not ELSEWHERE.search(text)
    for page, section in CITATION.findall(text):
        if not (ROOT / "docs" / page).exists():
            # A page that lists its sources may name another repository's.
            assert file.suffix == ".md", page
            continue
        assert not section or section in anchors(page), f"{page}#{section}"
