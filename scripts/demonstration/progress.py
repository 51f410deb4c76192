"""What the demo does, a line for each step; and how it waits: for as long as something moves."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
import contextlib
import time
from typing import NamedTuple

LOOK = 1.0
"""Seconds between two looks. A busy machine takes longer, which is why patience counts looks and not seconds."""

PATIENCE = 300
"""Looks in a row at which nothing has moved at all."""

LONG_PATIENCE = 900
"""Looks in a row at which what is waited for has not moved, though something else has."""

TELL = 30
"""Looks after which it is said again what is waited for."""

_started = time.monotonic()


class DemoError(Exception):
    """What the demo cannot go on after, in words for whoever started it."""


class Signs(NamedTuple):
    """What shows that something goes on.

    `news` changes with each request to the service and each line in the log. `work` is how long the processor has spent on
    Home Assistant, in seconds.
    """

    news: Hashable
    work: float


def step(text: str) -> None:
    """Say what happens now."""
    print(f"[demo {time.monotonic() - _started:5.1f} s] {text}", flush=True)


class Watch:
    """Waits, and says what for. Raises DemoError when nothing moves any more."""

    def __init__(self, signs: Callable[[], Signs]) -> None:
        self._signs = signs

    async def result[T](self, what: str, of: Coroutine[None, None, T]) -> T:
        """Wait for what nobody can look into: a request, the start or the end of a process.

        Work counts as a sign, five seconds at a time: an idle Home Assistant needs longer for that than patience lasts.
        """
        quiet = _Quiet(what)
        task = asyncio.ensure_future(of)
        try:
            while not (await asyncio.wait({task}, timeout=LOOK))[0]:
                news, work = self._signs()
                quiet.look("", (news, work // 5))
            return task.result()
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    async def until(
        self,
        what: str,
        look: Callable[[], Awaitable[tuple[bool, str]]],
        *,
        pause: float = LOOK,
        patience: int = PATIENCE,
    ) -> None:
        """Look again and again, until a look says that it is so. It also says what it saw."""
        quiet = _Quiet(what, patience)
        so, seen = await look()
        while not so:
            quiet.look(seen, self._signs().news)
            await asyncio.sleep(pause)
            so, seen = await look()


class _Quiet:
    """Counts the looks at which nothing has moved."""

    def __init__(self, what: str, patience: int = PATIENCE) -> None:
        self._what = what
        self._patience = patience
        self._seen = ""
        self._signs: Hashable = None
        self._looks = 0
        self._unchanged = 0
        self._still = 0

    def look(self, seen: str, signs: Hashable) -> None:
        """Count a look. Raises DemoError when there were too many in vain."""
        self._looks += 1
        self._unchanged = 0 if seen != self._seen else self._unchanged + 1
        self._still = 0 if (seen, signs) != (self._seen, self._signs) else self._still + 1
        self._seen, self._signs = seen, signs
        waiting = self._what + (f" ({seen})" if seen else "")
        if self._still >= self._patience or self._unchanged >= LONG_PATIENCE:
            raise DemoError(f"nothing moves any more while waiting for {waiting}")
        if self._looks % TELL == 0:
            step(f"still waiting for {waiting}")
