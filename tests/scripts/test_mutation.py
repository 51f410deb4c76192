"""The proof of the tests proves itself: what kills a mutant, and that every mutant still fits the product."""

from collections import Counter
from pathlib import Path
import subprocess

import pytest

from scripts import mutation
from scripts.mutation import MUTANTS, ROOT, Outcome, outcome, read

ROOMS = {
    "Energy dashboard",
    "bills",
    "comparing",
    "holes",
    "import",
    "joining",
    "pass",
    "reading paths",
    "set-up",
    "sign-in",
    "own meter",
    "store",
    "tariff book",
    "use",
    "without a login",
}
REPORT = """<testsuites><testsuite><testcase name="one"/><testcase name="two">{}</testcase></testsuite></testsuites>"""
PATCH = """What it breaks.
Room: comparing
Tests: tests/one.py tests/two.py -k this

--- a/file.py
+++ b/file.py
@@ -1,1 +1,{} @@
-one
{}"""


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ('<failure message="AssertionError: assert 1 == 2"/>', Outcome.KILLED),
        ('<failure message="assert False"/>', Outcome.KILLED),
        ('<failure message="Failed: DID NOT RAISE"/>', Outcome.KILLED),
        ('<failure message="KeyError: 3"/>', Outcome.CRASHED),
        ('<error message="ImportError: no"/>', Outcome.CRASHED),
        ("", Outcome.SURVIVED),
    ],
)
def test_only_an_assertion_kills(found: str, expected: Outcome, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(found))
    assert outcome(report) is expected


def test_tests_that_did_not_run_kill_nothing(tmp_path: Path) -> None:
    assert outcome(tmp_path / "missing.xml") is Outcome.CRASHED
    (tmp_path / "empty.xml").write_text("<testsuites/>")
    assert outcome(tmp_path / "empty.xml") is Outcome.CRASHED


def test_a_mutant_is_read(tmp_path: Path) -> None:
    file = tmp_path / "first.patch"
    file.write_text(PATCH.format(1, "+two\n"))
    mutant = read(file)
    assert (mutant.name, mutant.room, mutant.breaks) == ("first", "comparing", "What it breaks.")
    assert mutant.tests == ("tests/one.py", "tests/two.py", "-k", "this")
    assert mutant.patch.startswith("--- a/file.py\n+++ b/file.py\n@@")


@pytest.mark.parametrize("text", ["", PATCH.format(4, "+2\n" * 4), "Room: a\nTests: b\n"])
def test_a_mutant_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "first.patch"
    file.write_text(text)
    with pytest.raises(ValueError, match="first"):
        read(file)


@pytest.mark.parametrize("file", sorted(MUTANTS.glob("*.patch")), ids=lambda file: file.stem)
def test_every_mutant_fits_the_product(file: Path) -> None:
    mutant = read(file)
    done = subprocess.run(
        ["git", "apply", "--check", "-"],  # noqa: S607
        cwd=ROOT,
        input=mutant.patch,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    for test in mutant.tests:
        if "/" in test:
            path, *names = test.partition("[")[0].split("::")
            text = (ROOT / path).read_text("utf-8")
            assert all(f"class {name}" in text or f"def {name}(" in text for name in names), test


def test_a_patch_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "first.patch"
    file.write_text(PATCH.format(1, "+two\n"))
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # noqa: S607
    with pytest.raises(ValueError, match="first does not apply"):
        mutation.apply(read(file), tmp_path)


def test_there_are_enough_in_every_room() -> None:
    rooms = Counter(read(file).room for file in MUTANTS.glob("*.patch"))
    assert rooms.total() >= 40
    assert {room for room, count in rooms.items() if count >= 3} == ROOMS
