"""A document taken apart: every part of every document of ours is one that the schema takes."""

from graphql import parse, validate
import pytest

from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS, Document
from custom_components.octopus_japan.oejp.kraken.graphql.selections import parts
from simulator.schemas import SCHEMA_VERSIONS, load_schema

QUERIES = [name for name, document in DOCUMENTS.items() if not document.mutation]


def valid(document: Document) -> bool:
    parsed = parse(document.text)
    return any(not validate(load_schema(version), parsed) for version in SCHEMA_VERSIONS)


@pytest.mark.parametrize("name", QUERIES)
def test_each_leaf_alone_is_a_document(name: str) -> None:
    read = parts(DOCUMENTS[name])
    assert read.leaves
    for leaf in read.leaves:
        alone = read.only({leaf})
        assert valid(alone), alone.text
        assert parts(alone).leaves == [leaf]


@pytest.mark.parametrize("name", QUERIES)
def test_all_leaves_are_the_whole(name: str) -> None:
    document = DOCUMENTS[name]
    whole = parts(document).only({*parts(document).leaves})
    assert valid(whole)
    assert whole.operation == document.operation
    assert parts(whole).leaves == parts(document).leaves


def test_what_a_selection_is() -> None:
    text = """
        # A comment { with brackets }
        query Some($a: String!, $first: Int = 5) {
          other: account(number: $a, filters: [{ inner: { kind: X } }]) {
            __typename
            id
            ... on Special {
              pages(first: $first) { name }
            }
          }
        }
    """
    read = parts(Document("Some", text))
    assert read.leaves == [("other", "id"), ("other", "pages", "name")]
    (selection,) = read.selections
    assert (selection.key, selection.field) == ("other", "account")
    fragment = selection.below[-1]
    assert (fragment.key, fragment.field) == (None, None)
    assert "$first" not in read.only({("other", "id")}).text
    assert "$first: Int = 5" in read.only({("other", "pages", "name")}).text


def test_a_text_that_selects_nothing_is_no_document() -> None:
    with pytest.raises(ValueError, match="without selections"):
        parts(Document("Nothing", "query Nothing"))
