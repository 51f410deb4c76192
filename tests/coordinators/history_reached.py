"""What histories reached: how long they were and what they met. Says what must be met at least, so that no draw empties the test."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
import json
from pathlib import Path
from statistics import median
import sys
from typing import Any

from history_scripts import OUTAGES

TENTH = (
    *OUTAGES,
    "cleared during an import",
    "reimport_history during an import",
    "restart inside a pass",
    "fact told late",
    "sums adjusted",
    "point listed twice",
)
"""What at least a tenth of the histories has to meet."""
MEDIAN_DAYS, LONG_DAYS = 60, 400


@dataclass
class Reached:
    """Sums over histories. `days`: of each history, from the start of supply to its end; `met`: in how many histories."""

    days: list[float] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    hours: int = 0
    periods: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: Reached) -> Reached:
        return Reached(
            self.days + other.days,
            self.points + other.points,
            self.met + other.met,
            self.events + other.events,
            self.hours + other.hours,
            self.periods + other.periods,
            self.seconds + other.seconds,
            self.failures + other.failures,
        )

    @property
    def count(self) -> int:
        return len(self.days)

    def missed(self) -> list[str]:
        """Return which minima are not reached."""
        minima = [
            (f"median of days, at least {MEDIAN_DAYS}", median(self.days or [0]), MEDIAN_DAYS),
            (f"of {LONG_DAYS} days", self._long(), self.count // 10),
            ("import", self.met["import"], self.count * 9 // 10),
            *((name, self.met[name], self.count // 10) for name in TENTH),
            ("two points", sum(points > 1 for points in self.points), self.count),
        ]
        return [f"{name}: {found} of {least}" for name, found, least in minima if found < least]

    def _long(self) -> int:
        return sum(days >= LONG_DAYS for days in self.days)

    def table(self) -> str:
        """Return it as a table in Markdown."""
        days = sorted(self.days)
        rows: list[tuple[str, Any, Any]] = [
            ("histories", self.count, ""),
            ("failed", len(self.failures), 0),
            ("median length, days", round(median(days or [0])), MEDIAN_DAYS),
            ("shortest, longest, days", f"{min(days):.0f}, {max(days):.0f}" if days else "", ""),
            (f"at least {LONG_DAYS} days", self._long(), self.count // 10),
            ("two points or more", sum(points > 1 for points in self.points), self.count),
            ("import", self.met["import"], self.count * 9 // 10),
            *((name, self.met[name], self.count // 10) for name in TENTH),
            *((name, self.met[name], "") for name in sorted(self.met) if name not in (*TENTH, "import")),
            ("billing periods compared", self.periods, ""),
            ("hours compared", self.hours, ""),
            ("seconds a history", f"{self.seconds / max(1, self.count):.1f}", ""),
        ]  # fmt: skip
        lines = ["| reached | in | at least |", "| --- | --- | --- |"]
        lines += [f"| {name} | {found} | {least} |" for name, found, least in rows]
        events = ", ".join(f"{count} {name}" for name, count in sorted(self.events.items()))
        return "\n".join([*lines, "", f"Steps: {events}"])

    def save(self, path: Path) -> None:
        """Write it to a file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(vars(self), ensure_ascii=False, indent=1))
        unfinished.replace(path)


def load(path: Path) -> Reached:
    """Read what was saved."""
    found = json.loads(path.read_text())
    return Reached(**found | {name: Counter(found[name]) for name in ("met", "events")})


def together(found: Iterable[Reached]) -> Reached:
    """Add up."""
    return sum(found, Reached())


def main(folder: str, seed: str) -> int:
    """Print what all pieces of a seed reached."""
    found = together(load(path) for path in sorted(Path(folder).glob(f"{seed}-*.json")))
    print(found.table())  # noqa: T201
    for failure in found.failures:
        print(f"\n{failure}")  # noqa: T201
    for missed in found.missed():
        print(f"not reached: {missed}")  # noqa: T201
    return bool(found.failures or found.missed())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
