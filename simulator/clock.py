"""The simulator's own time: real time with an offset, stopped, or running at a chosen speed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import time


def _wall() -> float:
    """Unix time, looked up at each call so that freezegun and the like are honoured."""
    return time.time()


class Clock:
    """What time it is in the simulated world.

    Without `at` it follows `source` (Unix seconds; real time by default). With `at` it stands still there until `run` is
    called. Every datetime given must be aware.
    """

    def __init__(self, at: datetime | None = None, source: Callable[[], float] = _wall) -> None:
        self._source = source
        self._anchor = source()
        self._base = self._anchor if at is None else _unix(at)
        self._speed = 1.0 if at is None else 0.0

    def timestamp(self) -> float:
        """Return the time in Unix seconds."""
        return self._base + (self._source() - self._anchor) * self._speed

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    @property
    def speed(self) -> float:
        """Simulated seconds a second; 0 when stopped."""
        return self._speed

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._speed != 0

    def set(self, at: datetime) -> None:
        """Jump to a time, forwards or backwards; running stays running."""
        self._rebase(_unix(at), self._speed)

    def stop(self) -> None:
        """Stand still."""
        self._rebase(self.timestamp(), 0.0)

    def run(self, speed: float = 1.0) -> None:
        """Let time pass, `speed` simulated seconds a second."""
        self._rebase(self.timestamp(), speed)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a timedelta, or by its parts (`hours=5`); return the new time."""
        self._rebase(
            self.timestamp() + ((by or timedelta()) + timedelta(**parts)).total_seconds(),
            self._speed,
        )
        return self.now()

    def _rebase(self, base: float, speed: float) -> None:
        self._base, self._anchor, self._speed = base, self._source(), speed


def _unix(at: datetime) -> float:
    if at.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    return at.timestamp()
