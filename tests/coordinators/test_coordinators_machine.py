"""Whatever happens, once the service has answered honestly the statistics equal the truth.

Histories of a day to fourteen months, with two points or more, drive a real Home Assistant with its real recorder on a database
file, signed in to a real simulator over loopback. Only time is made up. `history_scripts.py` draws them, `histories.py` is what
can happen and what must hold, docs/history.md tells how to run thousands and how to repeat one.
"""

import os
from pathlib import Path
import random
import time
import traceback

from histories import History
from history_reached import Reached
from history_scripts import BLOCK, Script, script
from machinery import Machinery
import pytest

COUNT = int(os.environ.get("HISTORIES", "20"))
SEED = int(os.environ.get("HISTORIES_SEED") or random.SystemRandom().randrange(10**6))
PIECE = 20 if COUNT > 2 * BLOCK else BLOCK
"""How many histories are one test; two processes share the tests."""
PIECES = os.environ.get("HISTORIES_PIECE")
ONLY = os.environ.get("HISTORIES_ONLY")
"""Numbers of single histories: to repeat them, and to leave out of them what is not needed to fail."""
FOLDER = os.environ.get("HISTORIES_FOLDER")

OPEN: dict[tuple[int, int], str] = {}
"""Histories, by seed and number, that are known to fail, and why. One that passes must be taken out."""


def pieces() -> list[int]:
    """Return the pieces asked for, by their number."""
    if ONLY:
        return []
    return [int(PIECES)] if PIECES else list(range(max(1, COUNT // PIECE)))


async def lived(machinery: Machinery, one: Script, reached: Reached) -> str | None:
    """Run a history; return what failed."""
    began = time.process_time()
    history = History(machinery, one)
    failure = None
    try:
        await history.run()
        reached.hours += await history.honest_end()
    except Exception:  # noqa: BLE001  # Told with the history, and the others go on.
        failure = f"HISTORIES_SEED={SEED} {one}\n{traceback.format_exc(limit=-4)}"
        _note(failure)
    await history.end()
    reached.days.append(round(history.days, 1))
    reached.points.append(history.points)
    reached.met.update(history.met)
    reached.events.update(history.events)
    reached.periods += history.periods
    reached.seconds += time.process_time() - began
    return failure


def _note(failure: str) -> None:
    """Tell at once, for a run of hours."""
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        with (Path(FOLDER) / "failures.txt").open("a") as file:
            file.write(failure + "\n")


async def shrunk(machinery: Machinery, one: Script) -> Script:
    """Leave steps out as long as the history fails."""
    kept = list(range(len(one.steps)))
    for at in reversed(list(kept)):
        fewer = [other for other in kept if other != at]
        if await lived(machinery, one.keep(fewer), Reached()):
            kept = fewer
    return one.keep(kept)


@pytest.mark.parametrize("piece", pieces())
async def test_statistics_equal_the_truth(
    machinery: Machinery, piece: int, record_property: pytest.Function
) -> None:
    reached = Reached()
    for number in range(piece * PIECE, piece * PIECE + PIECE):
        failure = await lived(machinery, script(SEED, number), reached)
        if (SEED, number) in OPEN:
            failure = None if failure else f"history {number} passes now: take it out of OPEN"
        if failure:
            reached.failures.append(failure)
    told = f"HISTORIES_SEED={SEED}, piece {piece}:\n{reached.table()}"
    print(told)  # noqa: T201
    record_property("told", told)
    if FOLDER:
        reached.save(Path(FOLDER) / f"{SEED}-{piece}.json")
    assert not reached.failures, "\n\n".join(reached.failures)
    assert reached.missed() == []


@pytest.mark.parametrize("number", [int(number) for number in (ONLY or "").split(",") if number])
async def test_one_history(machinery: Machinery, number: int) -> None:
    one = script(SEED, number)
    reached = Reached()
    failure = await lived(machinery, one, reached)
    print(f"HISTORIES_SEED={SEED} {one}\n{reached.table()}")  # noqa: T201
    if failure and os.environ.get("HISTORIES_SHRINK"):
        fewer = await shrunk(machinery, one)
        failure = await lived(machinery, fewer, reached) or failure
    assert failure is None, failure
