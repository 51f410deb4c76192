"""A household goes through a moment: Home Assistant's clock runs from shortly before it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from simulator import Simulator
from simulator.dates import JST

from .connection import Connection
from .home_assistant import HomeAssistant, free_port
from .households import Home, homes, requests_of, sign_in
from .progress import DemoError, step
from .rows import Row

BEFORE = tuple(timedelta(seconds=75 * 2**doubled) for doubled in range(6))
"""From the start of the process until the moment: time to start, to sign in and to look. A busy machine needs more of it."""

HISTORY = timedelta(days=10)

type Watch = Callable[[Simulator, Connection, Home, datetime], Awaitable[list[Row]]]
"""Looks at both sides of a moment. Raises TooLateError."""


class TooLateError(DemoError):
    """The moment had come before there was anything to look at."""


async def through(moment: datetime, household: str, folder: Path, watch: Watch) -> list[Row]:
    """Return what is seen of a household before and after a moment; once more from earlier on where it came too soon."""
    for before in BEFORE[:-1]:
        try:
            return await _once(moment, before, household, folder / str(before.seconds), watch)
        except TooLateError as error:
            step(f"{error}; once more, from earlier on")
    return await _once(moment, BEFORE[-1], household, folder, watch)


async def _once(
    moment: datetime, before: timedelta, household: str, folder: Path, watch: Watch
) -> list[Row]:
    start = moment - before
    since = (start - HISTORY).astimezone(JST).date()
    simulator = Simulator((household,), start, regular_readings=True, since=since)
    await simulator.start()
    try:
        simulator.clock.run()
        running = HomeAssistant(folder, free_port(), lambda: requests_of(simulator), start)
        async with running as home_assistant:
            connection = await home_assistant.sign_up()
            (home,) = homes(simulator)
            await sign_in(simulator, connection, home)
            return await watch(simulator, connection, home, moment)
    finally:
        await simulator.stop()
