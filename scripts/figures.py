"""Figures of the benchmarks, one form for all: medians on the screen, JSON in a file; a figure's name ends with its unit."""

import argparse
from collections.abc import Callable, Mapping, Sequence
import json
from pathlib import Path
import platform
from statistics import median
from time import perf_counter

type Figures = dict[str, dict[str, float]]
"""By name: `median`, `min`, `max` and `runs`."""


def options(
    purpose: str | None, runs: int, more: Callable[[argparse.ArgumentParser], object] | None = None
) -> argparse.Namespace:
    """Return what a benchmark was asked for: how many runs, where to write, and what it takes beside that."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--runs", type=int, default=runs, help=f"of each; default {runs}")
    parser.add_argument("--json", type=Path, help="where to write")
    if more is not None:
        more(parser)
    return parser.parse_args()


def told(measured: Mapping[str, Sequence[float]]) -> Figures:
    """Print what was measured, and return it."""
    found = {}
    for name, values in measured.items():
        found[name] = {
            "median": median(values),
            "min": min(values),
            "max": max(values),
            "runs": len(values),
        }
        print(f"{name:60} {median(values):12.2f}   {min(values):.2f} to {max(values):.2f}")
    return found


def columns(runs: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return runs by what was measured."""
    return {name: [run[name] for run in runs] for name in runs[0]}


def save(path: Path | None, figures: Figures) -> None:
    """Write them, with the machine that they are of, if there is where to."""
    if path is not None:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        path.write_text(json.dumps({**machine, "results": figures}, indent=1) + "\n", "utf-8")


def milliseconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return how long one run of some work takes."""
    begin = perf_counter()
    for _ in range(repeats):
        work()
    return 1000 * (perf_counter() - begin) / repeats
