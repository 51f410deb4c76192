"""A span of time. What has a start and an end is an `Interval`, or a kind of it that says more."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The time from `start` until before `end`.

    Both are aware and kept in UTC: the difference of two times that share a zone with summer time would be read off the
    wall clock, and be an hour wrong across the change.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        """How long it lasts; not above zero where there is no time in it."""
        return self.end - self.start

    def covers(self, at: datetime) -> bool:
        """Tell whether an instant lies in it."""
        return self.start <= at < self.end

    def clip(self, other: Interval) -> Self | None:
        """Return the time that both share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return replace(self, start=start, end=end) if start < end else None
