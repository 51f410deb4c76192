"""Documents shaped like those of public clients, on either schema; and the program that tries any client's."""

from pathlib import Path

import pytest

from simulator.documents import Found, Verdict, find, main, run
from simulator.households import PLANS
from simulator.schemas import SCHEMA_VERSIONS, SchemaVersion

DOCUMENTS = Path(__file__).parent / "documents"
# What one schema alone has, by the file's end.
ONLY: dict[str, SchemaVersion] = {
    "newest_bill_august": "august",
    "due_dates_august": "august",
    "due_dates_june": "june",
}
REFUSED = {"Devices": "KT-CT-7899", "Dispatches": "KT-CT-4340", "Notes": "KT-CT-1111"}


def _named(found: Found) -> str:
    return f"{found.path.stem}-{found.name}"


@pytest.mark.parametrize("schema", SCHEMA_VERSIONS)
@pytest.mark.parametrize("found", list(find([DOCUMENTS])), ids=_named)
def test_a_document_of_a_public_client_is_answered(found: Found, schema: SchemaVersion) -> None:
    verdict = run(found, "green-tokyo", schema)
    if ONLY.get(found.path.stem, schema) != schema:
        assert verdict.status == 400
        return
    assert verdict.status == 200
    assert [reason.partition(":")[0] for reason in verdict.reasons] == (
        [REFUSED[found.name]] if found.name in REFUSED else []
    )


@pytest.mark.parametrize("household", PLANS)
def test_every_household_answers_them(household: str) -> None:
    """A refused account is refused, and nothing else is."""
    for found in find([DOCUMENTS / "snapshot.graphql", DOCUMENTS / "bill_information.graphql"]):
        verdict = run(found, household, "june")
        codes = {reason.partition(":")[0] for reason in verdict.reasons}
        assert codes <= ({"KT-CT-4177"} if household == "refused-account" else set())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.gql").write_text("query Fine { viewer { id } }")
    (tmp_path / "two.graphql").write_text("query Gone { viewer { nothing } }")
    (tmp_path / "three.graphql").write_text("query {")
    (tmp_path / "client.py").write_text(
        '''"""A module that may query things."""\nASK = """query Inside { viewer { email } }"""\n'''
    )
    (tmp_path / "client.ts").write_text("const ask = `{ viewer { id } }`; const other = `{${x}}`;")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    return tmp_path


def test_documents_are_found_in_files_and_in_code(folder: Path) -> None:
    assert [(found.path.name, found.name) for found in find([folder])] == [
        ("client.py", "Inside"),
        ("client.ts", "anonymous"),
        ("one.gql", "Fine"),
        ("three.graphql", "unreadable"),
        ("two.graphql", "Gone"),
    ]
    assert [found.name for found in find([folder / "two.graphql"])] == ["Gone"]


def test_the_program_tells_what_was_rejected(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder / "deep"), "--schema", "june"]) == 0
    assert capsys.readouterr().out == "one.gql: Fine, june: answered, complexity 1\n"
    assert main([str(folder)]) == 1
    told = capsys.readouterr().out
    assert "two.graphql: Gone, august: rejected\n    Cannot query field 'nothing'" in told
    assert "three.graphql: unreadable, june: rejected\n    Syntax Error" in told
    # Rejected by one schema is a matter of the schema, not of the document.
    assert main([str(DOCUMENTS)]) == 0
    assert "Notes, june: refused, whole or in part" in capsys.readouterr().out


def test_fragments_go_with_each_operation_that_needs_them() -> None:
    texts = {found.name: found.text for found in find([DOCUMENTS / "readings.graphql"])}
    assert "fragment HalfHour" in texts["HalfHours"]
    assert "fragment HalfHour" not in texts["Periods"]


@pytest.mark.parametrize(
    ("variables", "body"),
    [
        (
            "$on: Date, $startOn: Date!",
            "metiCredits(activeOn: $on, activeFrom: $startOn) { unitPrice }",
        ),
        ("$ids: [String]", "viewer { accounts(restrictToAccountNumbers: $ids) { number } }"),
        (
            "$accountNumbers: [String]!",
            "viewer { accounts(restrictToAccountNumbers: $accountNumbers) { number } }",
        ),
    ],
)
def test_variables_get_values_by_name_and_type(tmp_path: Path, variables: str, body: str) -> None:
    path = tmp_path / "asked.graphql"
    path.write_text(f"query Asked({variables}) {{ {body} }}")
    (found,) = find([path])
    assert run(found, "green-tokyo", "june").reasons == ()


def test_a_household_without_a_bill_has_no_identifier_to_give() -> None:
    (found,) = find([DOCUMENTS / "bill_lines.graphql"])
    assert run(found, "green-tokyo", "june") == Verdict(found, "june", 200, 2, ())
    (reason,) = run(found, "newcomer", "june").reasons
    assert "billingDocumentIdentifier" in reason
