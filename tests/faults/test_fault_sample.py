"""A few cells of the fault matrix with a new seed each time; `scripts/faults` runs all. FAULTS_SEED runs a sample again."""

from collections.abc import Callable
import os
from random import Random
import secrets

from home import Home
from stay import Stay

from scripts.fault_matrix.cells import TABLES, Cell
from scripts.fault_matrix.rules import Phase

CELLS = 10


def sample(seed: int) -> list[Cell]:
    """The same cells for the same seed: of those at a sign-in, each with a client of its own."""
    brief = [cell for cell in TABLES.cells() if cell.phase is Phase.SIGN_IN]
    return Random(seed).sample(sorted(brief), CELLS)


async def test_a_sample_of_cells_is_as_the_rules_expect(
    home: Home, every_entity_enabled: None, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**6))
    record_property("told", f"fault matrix: {CELLS} cells, FAULTS_SEED={seed}")
    stay = Stay(home)
    await stay.arrive()
    for cell in sample(seed):
        differences = TABLES.differences(cell, await stay.run(cell))
        assert not differences, f"FAULTS_SEED={seed} {cell}: {differences}"


def test_a_sample_is_its_seed_s_alone() -> None:
    assert sample(5) == sample(5) != sample(6)
