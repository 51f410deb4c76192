"""Writes docs/faults.md and the record of what was seen, from what a run left behind."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
import sys

from .cells import TABLES, Cell, Seen
from .rules import RULES, Phase

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
RECORD = Path(__file__).parent / "recorded.json"

_HEAD = """\
# Faults

Written by `scripts/faults` from what each cell showed when it ran last, newest on {date}: {cells} cells, of which {as_expected} are as the
rules expect. A part of them may be run alone (`scripts/faults -k viewer`); the others stay as they were seen.

A cell is a fault of the simulator ([simulator.md](simulator.md)) that strikes one document in one phase, in a Home Assistant with its
recorder. The household has solar power, gas, campaigns and rewards, and every entity is enabled. What is expected is written by rule in
`scripts/fault_matrix/rules.py`: which entities have no value, how many lines are logged and how often the document is asked for,
which repairs come, whether the user has to sign in again, and after how many minutes at most everything is told once the fault is lifted. Then
usage, cost, export, credit, the price and the balance have to equal the simulator's truth. An error that somebody else logs fails a
cell too.

| phase | the fault strikes |
| --- | --- |
{phases}
"""
_PHASES = {
    Phase.SIGN_IN: "the form of the sign-in, once; the same form is sent again after it",
    Phase.SET_UP: "the first set-up of an entry: nothing is stored, no history is there",
    Phase.POLL: "what is asked for in the evening, a day after all went well",
    Phase.RESTART: "the entry, unloaded and set up again with its sign-in forgotten",
    Phase.ACTION: "the action that asks for it, once; it is called again after it",
}


def read(lines: Iterable[str]) -> dict[Cell, Seen]:
    """Read what was seen, a line a cell; the newest of a cell counts."""
    found: dict[Cell, Seen] = {}
    for line in lines:
        phase, document, fault, seen = json.loads(line)
        found[Cell(Phase(phase), document, fault)] = Seen.from_json(seen)
    return dict(sorted(found.items()))


def recorded() -> dict[Cell, Seen]:
    """Return what each cell showed when it ran last."""
    return read(RECORD.read_text(encoding="utf-8").splitlines())


def _written(found: Mapping[Cell, Seen]) -> str:
    rows = (
        json.dumps([cell.phase, cell.document, cell.fault, seen.as_json()])
        for cell, seen in found.items()
    )
    return "".join(f"{row}\n" for row in rows)


def page(found: Mapping[Cell, Seen], today: str) -> str:
    """Return the page of what was seen."""
    wrong = {
        cell: differences
        for cell, seen in found.items()
        if (differences := TABLES.differences(cell, seen))
    }
    phases = [phase for phase in Phase if any(cell.phase is phase for cell in found)]
    head = _HEAD.format(
        date=today,
        cells=len(found),
        as_expected=len(found) - len(wrong),
        phases="\n".join(f"| {phase} | {_PHASES[phase]} |" for phase in phases),
    )
    parts = [head, *_rules(phases)]
    parts += [part for phase in phases for part in _phase(phase, found, wrong)]
    if wrong:
        parts += ["## What differs\n"]
        parts += [f"- {cell}: {'; '.join(said[:4])}" for cell, said in wrong.items()] + [""]
    return "\n".join(parts)


def _rules(phases: list[Phase]) -> Iterator[str]:
    yield "## Rules\n"
    yield "| phase | document | the fault | without a value | lines | requests | minutes | besides |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for (phase, need, effect), rule in RULES.items():
        if phase in phases:
            besides = [*sorted(rule.repairs), *(["sign in again"] if rule.reauthentication else [])]
            besides += [] if rule.told is None else [f"`{rule.told}`"]
            minutes = "another way" if rule.minutes is None else rule.minutes
            yield f"| {phase} | {need} | {effect} | {rule.lost} | {rule.lines} | {rule.requests} | {minutes} | {', '.join(besides)} |"
    yield ""


def _phase(
    phase: Phase, found: Mapping[Cell, Seen], wrong: Mapping[Cell, list[str]]
) -> Iterator[str]:
    cells = [cell for cell in found if cell.phase is phase]
    faults = [fault for fault in TABLES.effects if any(cell.fault == fault for cell in cells)]
    yield f"## {str(phase).capitalize()}\n"
    yield "Entities without a value · lines · requests · minutes; what is not as expected is **bold**.\n"
    yield f"| document | {' | '.join(f'`{fault}`' for fault in faults)} |"
    yield f"| --- {'| --- ' * len(faults)}|"
    for document in dict.fromkeys(cell.document for cell in cells):
        shown = []
        for fault in faults:
            cell = Cell(phase, document, fault)
            seen = found.get(cell)
            shown.append("" if seen is None else _shown(seen, bold=cell in wrong))
        yield f"| `{document}` | {' | '.join(shown)} |"
    yield ""


def _shown(seen: Seen, *, bold: bool) -> str:
    lost = "all" if "all" in seen.lost else len(seen.lost)
    again = "–" if seen.again is None else seen.again
    text = f"{lost} · {seen.lines} · {seen.requests} · {again}"
    return f"**{text}**" if bold else text


def main() -> None:
    """Write both from the record and the lines of a file; fail where a cell was never run, or is not as expected."""
    cells = set(TABLES.cells())
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    newest = recorded() | read(lines)
    found = {cell: newest[cell] for cell in sorted(newest) if cell in cells}
    missing = [cell for cell in TABLES.cells() if cell not in found]
    wrong = [cell for cell, seen in found.items() if TABLES.differences(cell, seen)]
    if not missing:
        RECORD.write_text(_written(found), encoding="utf-8")
        PAGE.write_text(page(found, f"{datetime.now(UTC):%Y-%m-%d}"), encoding="utf-8")
    for cell in (*missing, *wrong):
        print(f"{'not run' if cell in missing else 'not as expected'}: {cell}")
    print(f"{len(found)} cells, {len(found) - len(wrong)} as expected, {len(missing)} not run")
    raise SystemExit(bool(missing or wrong))


if __name__ == "__main__":
    main()
