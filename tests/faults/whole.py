"""Every cell of the fault matrix: `scripts/faults` runs it, no other run does."""

import json
import os
from pathlib import Path

from home import Home
import pytest
from stay import Stay

from scripts.fault_matrix.cells import TABLES, Cell, Seen
from scripts.fault_matrix.rules import Phase

STAYS = sorted({(cell.phase, cell.document) for cell in TABLES.cells()})


def _keep(cell: Cell, seen: Seen) -> None:
    with Path(os.environ["FAULTS_SEEN"]).open("a") as file:
        file.write(json.dumps([cell.phase, cell.document, cell.fault, seen.as_json()]) + "\n")


@pytest.mark.parametrize(("phase", "document"), STAYS)
async def test_document(
    home: Home, every_entity_enabled: None, phase: Phase, document: str
) -> None:
    stay = Stay(home)
    await stay.arrive()
    failed = []
    for cell in TABLES.cells():
        if (cell.phase, cell.document) == (phase, document):
            seen = await stay.run(cell)
            _keep(cell, seen)
            failed += [f"{cell}: {each}" for each in TABLES.differences(cell, seen)]
    assert not failed, "\n".join(failed)
