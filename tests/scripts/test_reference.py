"""The reference in both languages: it is what the integration has, and both pages tell of the same."""

from pathlib import Path
import re

import pytest

from scripts.demonstration.words import texts
from scripts.reference import COMPONENT, PAGES, ROOT, page

KEY = re.compile(r"`([a-z_.]+)`")
DOCS = ROOT / "docs"
GUIDES = (
    "actions",
    "assist",
    "automations",
    "bills",
    "comparison",
    "dashboard",
    "energy_dashboard",
    "entities",
    "faq",
    "own_meter",
    "pricing",
    "projection",
    "sign_in",
    "troubleshooting",
    "without_login",
)
"""Pages of the guide that are there in both languages."""


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_what_the_integration_has(language: str) -> None:
    assert PAGES[language].read_text("utf-8") == page(language), "run: python -m scripts.reference"


def test_both_pages_tell_of_the_same() -> None:
    english, japanese = (page(language) for language in ("en", "ja"))
    assert KEY.findall(english) == KEY.findall(japanese)
    assert english.count("\n") == japanese.count("\n")


@pytest.mark.parametrize("file", [ROOT / "README.ja.md", *sorted((DOCS / "ja").glob("*.md"))])
def test_links_of_a_japanese_page_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", file.read_text("utf-8")):
        assert (file.parent / target).exists(), target


def test_both_faqs_answer_the_same_questions() -> None:
    asked = [
        len(re.findall(r"^\*\*", (DOCS / folder / "faq.md").read_text("utf-8"), re.MULTILINE))
        for folder in (".", "ja")
    ]
    assert asked[0] == asked[1]
    assert asked[0] >= 6


def test_the_readme_in_japanese_explains_every_field_of_signing_in() -> None:
    text = (ROOT / "README.ja.md").read_text("utf-8")
    for name in ("メールアドレス", "パスワード", "APIキー", "署名済みキー", "APIアドレス"):
        assert name in text


@pytest.mark.parametrize(
    "file", [ROOT / "README.ja.md", *(DOCS / "ja" / f"{page}.md" for page in GUIDES)]
)
def test_what_a_japanese_page_quotes_is_shown_so(file: Path) -> None:
    """A button or an entity in 「」 is called so by Home Assistant or by us."""
    shown = "\n".join(texts("ja").values()) + (COMPONENT / "frontend" / "words.js").read_text(
        "utf-8"
    )
    for quoted in re.findall(r"「([^」]+)」", file.read_text("utf-8")):
        for name in quoted.split(" > "):
            assert name in shown or name == "Octopus Energy Japan", quoted


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_has_the_same_parts_in_both_languages(page: str) -> None:
    """As many headings, rows of tables and items, and the same code that is no text."""
    english, japanese = (
        (DOCS / folder / f"{page}.md").read_text("utf-8") for folder in (".", "ja")
    )
    for mark in ("\n## ", "\n| ", "\n- ", "```"):
        assert english.count(mark) == japanese.count(mark), mark


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_has_the_same_figures_in_both_languages(page: str) -> None:
    """What a table counts, it counts in every language."""
    english, japanese = (
        re.findall(r"^\|.*", (DOCS / folder / f"{page}.md").read_text("utf-8"), re.MULTILINE)
        for folder in (".", "ja")
    )
    for ours, theirs in zip(english, japanese, strict=True):
        assert _amounts(ours) == _amounts(theirs)


def _amounts(row: str) -> list[str]:
    """Return the figures with decimals or thousands of a row: others may be words in one language."""
    return re.findall(r"\d+[.,]\d+(?:[.,]\d+)*", re.sub(r"\]\([^)]*\)", "]", row))
