"""The rules of the fault matrix are as strict as can be: whatever line is changed, a cell that was seen differs from it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import pytest

from scripts.fault_matrix.cells import TABLES, Cell, Tables
from scripts.fault_matrix.documents import Need
from scripts.fault_matrix.report import PAGE, page, recorded
from scripts.fault_matrix.rules import STARTS, Effect, Lost, Phase, Rule

SEEN = recorded()
LOOSER = {(Need.REWARDS, Need.QUIET), *((need, Need.GENERATION) for need in Need)}
"""Where the other's rules differ by a longer wait alone, which is a maximum."""


def agrees(tables: Tables, cells: Collection[Cell] = SEEN) -> bool:
    """Tell whether what was seen is what is expected; a cell without a rule is not."""
    return all(
        (cell.phase, tables.documents[cell.document].need, tables.effects[cell.fault])
        in tables.rules
        and not tables.differences(cell, SEEN[cell])
        for cell in cells
    )


def test_every_cell_was_run_and_is_as_expected() -> None:
    assert set(SEEN) == set(TABLES.cells())
    assert agrees(TABLES)


def test_the_page_shows_what_was_recorded() -> None:
    written = PAGE.read_text(encoding="utf-8")
    date = written.partition(" on ")[2].partition(":")[0]
    assert written == page(SEEN, date)


def changed_rules(rule: Rule) -> Iterator[Rule]:
    """Every one of a rule's figures changed; the minutes, which are a maximum, to less."""
    for change in (-1, 1):
        yield replace(rule, lines=rule.lines + change)
        yield replace(rule, requests=rule.requests + change)
    yield replace(rule, minutes=0 if rule.minutes is None else rule.minutes - 1)
    yield replace(rule, repairs=rule.repairs ^ {"readings_late"})
    yield replace(rule, reauthentication=not rule.reauthentication)
    yield replace(rule, told="done" if rule.told is None else None)


@pytest.mark.parametrize("key", TABLES.rules, ids=lambda key: "-".join(map(str, key)))
def test_no_line_of_the_rules_can_be_another(key: tuple[Phase, Need, Effect]) -> None:
    rule = TABLES.rules[key]
    cells = [cell for cell in SEEN if TABLES.rule(cell) is rule]
    assert cells
    for changed in changed_rules(rule):
        assert not agrees(replace(TABLES, rules={**TABLES.rules, key: changed}), cells), changed
    meant = [TABLES.lost(cell) for cell in cells]
    for lost in Lost:
        tables = replace(TABLES, rules={**TABLES.rules, key: replace(rule, lost=lost)})
        # Where no document has entities of its own, one word says as little as the other.
        if [tables.lost(cell) for cell in cells] != meant:
            assert not agrees(tables, cells), lost


@pytest.mark.parametrize("fault", TABLES.effects)
def test_no_fault_can_have_another_effect(fault: str) -> None:
    for effect in Effect:
        if effect is not TABLES.effects[fault]:
            tables = replace(TABLES, effects={**TABLES.effects, fault: effect})
            assert not agrees(tables), effect


@pytest.mark.parametrize("name", TABLES.documents)
def test_no_document_can_be_for_something_else(name: str) -> None:
    document = TABLES.documents[name]
    for need in Need:
        if need is not document.need and (document.need, need) not in LOOSER:
            tables = replace(
                TABLES, documents={**TABLES.documents, name: replace(document, need=need)}
            )
            assert not agrees(tables), need
    parts = {"first": Phase.SET_UP, "restart": Phase.RESTART}
    for part in ("own", *(part for part, phase in parts.items() if phase in STARTS)):
        for each in getattr(document, part) or ():
            less = replace(document, **{part: getattr(document, part) - {each}})
            tables = replace(TABLES, documents={**TABLES.documents, name: less})
            assert not agrees(tables), (part, each)
