"""How the demo waits: as long as something moves, however long that takes, and no longer."""

import asyncio
from collections.abc import Iterator

import pytest

from scripts.demonstration import progress
from scripts.demonstration.progress import (
    LONG_PATIENCE,
    PATIENCE,
    TELL,
    DemoError,
    Signs,
    Watch,
)

STILL = Signs(("requests", 1), 3.0)


@pytest.fixture(autouse=True)
def no_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only looks count."""
    monkeypatch.setattr(progress, "LOOK", 0)


class Process:
    """Something that is done after so many signs were looked for, or never."""

    def __init__(self, signs: Iterator[Signs], looks: int | None = None) -> None:
        self.signs = signs
        self.looks = looks
        self.seen = 0
        self.done = asyncio.Event()
        self.watch = Watch(self.look)

    def look(self) -> Signs:
        self.seen += 1
        if self.seen == self.looks:
            self.done.set()
        return next(self.signs)

    async def run(self) -> str:
        await self.done.wait()
        return "done"


def still() -> Iterator[Signs]:
    while True:
        yield STILL


def working(seconds: float) -> Iterator[Signs]:
    """No news, but so many seconds of work between two looks."""
    work = 0.0
    while True:
        yield Signs(STILL.news, work)
        work += seconds


async def test_what_is_done_is_returned() -> None:
    process = Process(still(), looks=10)
    assert await process.watch.result("it", process.run()) == "done"


async def test_what_fails_fails() -> None:
    async def fail() -> None:
        raise DemoError("refused")

    with pytest.raises(DemoError, match="refused"):
        await Process(still()).watch.result("it", fail())


async def test_without_any_sign_patience_ends_in_plain_words() -> None:
    process = Process(still())
    with pytest.raises(DemoError, match="nothing moves any more while waiting for the answer"):
        await process.watch.result("the answer", process.run())
    assert PATIENCE <= process.seen <= PATIENCE + 2


async def test_a_starved_process_is_waited_for() -> None:
    # A fortieth of a processor.
    process = Process(working(0.025), looks=LONG_PATIENCE - 1)
    assert await process.watch.result("it", process.run()) == "done"


async def test_an_idle_process_is_not_at_work() -> None:
    process = Process(working(0.01))
    with pytest.raises(DemoError):
        await process.watch.result("it", process.run())


async def test_work_that_comes_to_nothing_ends_too() -> None:
    process = Process(working(1.0))
    with pytest.raises(DemoError):
        await process.watch.result("it", process.run())
    assert process.seen >= LONG_PATIENCE


async def test_what_ends_by_itself_ends_the_waiting() -> None:
    def ended() -> Iterator[Signs]:
        yield STILL
        raise DemoError("Home Assistant ended by itself")

    process = Process(ended())
    with pytest.raises(DemoError, match="ended by itself"):
        await process.watch.result("it", process.run())


async def test_it_looks_as_long_as_it_sees_something_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    looks = 0

    async def look() -> tuple[bool, str]:
        nonlocal looks
        looks += 1
        # One percent in two hundred looks.
        return looks == 20_000, f"history {looks // 200} %"

    await Process(still()).watch.until("the history", look, pause=0)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == (20_000 - 1) // TELL
    assert told[-1].endswith("still waiting for the history (history 99 %)")


async def test_requests_alone_are_no_end() -> None:
    def asking() -> Iterator[Signs]:
        number = 0
        while True:
            number += 1
            yield Signs(number, 0)

    async def look() -> tuple[bool, str]:
        return False, "history 46 %"

    process = Process(asking())
    with pytest.raises(DemoError, match=r"waiting for the history \(history 46 %\)"):
        await process.watch.until("the history", look, pause=0)
    assert LONG_PATIENCE <= process.seen <= LONG_PATIENCE + 2
