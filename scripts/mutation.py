"""Breaks the product on purpose, and tells which tests saw it.

A mutant is a file of `tests/mutants/`: a text that says what it breaks, a line `Room:`, lines `Tests:` with what pytest is given,
then a patch that takes at most three lines away and puts at most three in. A patch that does not apply exactly is an error: the code has moved and the mutant
has to follow. A mutant is killed by an assertion of a test; a crash while tests are collected kills nothing, because every test
would then seem to see everything.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
MUTANTS = ROOT / "tests" / "mutants"
COPIED = ("custom_components", "simulator", "tests", "scripts", "docs", "blueprints")
LOOSE = ("setup.cfg", "README.md", "CHANGELOG.md", "hacs.json", "requirements_test.txt")
LONGEST = 3
"""Lines that a patch may add, and that it may remove."""
MINUTES = 10
"""After which a run of tests counts as hung: no assertion saw the mutant."""


class Outcome(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A patch, the room that it breaks, and the tests that should see it."""

    name: str
    breaks: str
    room: str
    tests: tuple[str, ...]
    patch: str


def read(file: Path) -> Mutant:
    """Read a mutant. Raises ValueError for one without room, tests or patch, or of too many lines."""
    head, found, patch = file.read_text("utf-8").partition("\n--- ")
    lines = head.splitlines()
    room = [line.removeprefix("Room:").strip() for line in lines if line.startswith("Room:")]
    tests = [line.removeprefix("Tests:").split() for line in lines if line.startswith("Tests:")]
    text = [line for line in lines if line and not line.startswith(("Room:", "Tests:"))]
    if not (found and text and len(room) == 1 and tests):
        raise ValueError(f"{file.name}: a text, one Room:, Tests: and a patch are needed")
    body = patch.splitlines()[2:]
    for sign in "+-":
        if sum(line.startswith(sign) for line in body) > LONGEST:
            raise ValueError(f"{file.name}: more than {LONGEST} lines of {sign}")
    given = tuple(test for line in tests for test in line)
    return Mutant(file.stem, " ".join(text), room[0], given, f"--- {patch}")


def apply(mutant: Mutant, copy: Path, *, back: bool = False) -> None:
    """Apply a patch exactly, or take it back. Raises ValueError if it does not fit."""
    command = ["git", "apply", "--whitespace=nowarn", *(["--reverse"] if back else []), "-"]
    done = subprocess.run(
        command, cwd=copy, input=mutant.patch, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(f"{mutant.name} does not apply: {done.stderr.strip()}")


def outcome(report: Path) -> Outcome:
    """Read pytest's report: killed only by an assertion of a test that ran."""
    if not report.exists():
        return Outcome.CRASHED
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314  # pytest wrote it.
    failures = [found.get("message", "") for case in cases for found in case.iter("failure")]
    if any(text.startswith(("AssertionError", "assert ", "Failed")) for text in failures):
        return Outcome.KILLED
    errors = [found for case in cases for found in case.iter("error")]
    return Outcome.CRASHED if failures or errors or not cases else Outcome.SURVIVED


def run(mutant: Mutant, copy: Path) -> Outcome:
    """Run a mutant's tests in the copy, until the first failure."""
    report = copy / "report.xml"
    report.unlink(missing_ok=True)
    apply(mutant, copy)
    command = [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    try:
        subprocess.run(
            [*command, f"--junitxml={report}", *mutant.tests],
            cwd=copy,
            capture_output=True,
            check=False,
            timeout=MINUTES * 60,
        )
    except subprocess.TimeoutExpired:
        return Outcome.CRASHED
    finally:
        apply(mutant, copy, back=True)
    return outcome(report)


def copy_to(folder: Path) -> None:
    """Copy the project, so that nobody meets it broken."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)  # noqa: S607
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in LOOSE:
        shutil.copy(ROOT / name, folder / name)


def table(found: Sequence[tuple[Mutant, Outcome]]) -> str:
    """Return the outcomes as a table in Markdown."""
    rows = [f"| {m.room} | {m.name} | {m.breaks} | {what} |" for m, what in found]
    return "\n".join(
        ["| Room | Mutant | What it breaks | Outcome |", "| --- | --- | --- | --- |", *rows]
    )


def chosen(names: Iterable[str]) -> list[Mutant]:
    """Return the mutants whose names begin with one of these, all for none; by room and name."""
    wanted = tuple(names) or ("",)
    mutants = [read(file) for file in MUTANTS.glob("*.patch")]
    return sorted(
        (mutant for mutant in mutants if mutant.name.startswith(wanted)),
        key=lambda mutant: (mutant.room, mutant.name),
    )


def main() -> int:
    """Run the mutants; return 1 if one survived, 2 if one does not apply."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="check that all apply, and list them")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to a file")
    options = parser.parse_args()
    found: list[tuple[Mutant, Outcome]] = []
    try:
        mutants = chosen(options.names)
        with TemporaryDirectory() as folder:
            copy = Path(folder)
            copy_to(copy)
            for mutant in mutants:
                apply(mutant, copy)
                apply(mutant, copy, back=True)
            if options.list:
                for mutant in mutants:
                    print(f"{mutant.room:12} {mutant.name:32} {mutant.breaks}")
                print(f"{len(mutants)} mutants, all apply")
                return 0
            for mutant in mutants:
                found.append((mutant, run(mutant, copy)))
                print(f"{found[-1][1]:9} {mutant.room:12} {mutant.name}", flush=True)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.markdown:
        options.markdown.write_text(table(found) + "\n", "utf-8")
    killed = sum(what is Outcome.KILLED for _, what in found)
    print(f"{killed} of {len(found)} killed")
    return int(killed < len(found))


if __name__ == "__main__":
    sys.exit(main())
