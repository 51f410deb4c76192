"""What the benchmarks look at while something runs: the loop's callbacks, memory, the recorder's inserts, what is asked."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from resource import getpagesize
from threading import Event, Thread
from time import perf_counter, thread_time
from typing import Any, Self
from unittest.mock import patch

from homeassistant.components.recorder import statistics as recorder_statistics

from custom_components.octopus_japan.oejp.kraken.graphql.endpoint import Endpoint


class Blocks:
    """The longest callback of the event loop, by its processor time, and the longest time for which the loop came not round.

    The latter counts what else the machine does, the first does not.
    """

    def __init__(self) -> None:
        self.longest = self.late = 0.0
        self._at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._run = asyncio.Handle._run

    def __enter__(self) -> Self:
        run, blocks = self._run, self

        def timed(handle: asyncio.Handle) -> None:
            begin = thread_time()
            run(handle)
            blocks.longest = max(blocks.longest, thread_time() - begin)

        asyncio.Handle._run = timed  # type: ignore[assignment, method-assign]
        self._at = perf_counter()
        self._beat()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.Handle._run = self._run  # type: ignore[method-assign]
        if self._timer:
            self._timer.cancel()

    def _beat(self) -> None:
        now = perf_counter()
        self.late = max(self.late, now - self._at - 0.001)
        self._at = now
        self._timer = asyncio.get_running_loop().call_later(0.001, self._beat)


class Memory:
    """The most resident memory of this process above what it had at first, in MiB; looked at by a thread of its own."""

    def __init__(self) -> None:
        self.most = 0.0
        self._end = Event()
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._first = self._resident()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            self.most = max(self.most, (self._resident() - self._first) / 2**20)

    @staticmethod
    def _resident() -> int:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()


@dataclass
class Inserts:
    """The recorder's own time for imports, in its thread."""

    seconds: float = 0.0
    rows: int = 0
    _real: Any = field(default=recorder_statistics.import_statistics)

    def __call__(self, instance: Any, metadata: Any, rows: Any, table: Any) -> bool:
        """Do as the recorder does."""
        begin = perf_counter()
        done: bool = self._real(instance, metadata, rows, table)
        self.seconds += perf_counter() - begin
        self.rows += len(rows)
        return done


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the documents sent, by their operations."""
    real, asked = Endpoint.post, Counter[str]()

    async def post(
        endpoint: Endpoint, document: Any, variables: Any, token: str | None = None
    ) -> Any:
        asked[document.operation] += 1
        return await real(endpoint, document, variables, token)

    with patch.object(Endpoint, "post", post):
        yield asked
