"""All benchmarks, one after the other, beside the committed baseline: ratios, and every figure that got worse by more than a fifth.

Another machine is faster or slower as a whole: a piece of plain Python tells by how much, and ratios are corrected by it.

Usage: scripts/bench all [--runs N] [--json FILE] [--keep]; --keep makes the figures the baseline.
"""

from collections.abc import Mapping
import json
from pathlib import Path
import subprocess
import sys
from tempfile import TemporaryDirectory

from scripts.figures import Figures, milliseconds, options, save, told

BASELINE = Path(__file__).parents[1] / "docs" / "performance.json"
NAMES: dict[str, tuple[str, ...]] = {
    "start": (),
    "setup": (),
    "tick": (),
    "tariff": (),
    "comparison": (),
    "points": ("--runs", "3"),
    "history": ("--import-runs", "3"),
}
"""What is measured, and what its runs are told beside their number; the long ones take three."""
WORSE = 1.2
UNITS = ("(ms)", "(s)", "(MiB)", "requests")
"""Of what is compared: less is better of all of them."""
LEAST = {"(ms)": 1.0, "(s)": 0.05, "(MiB)": 5.0, "requests": 1.0}
"""Differences below are none."""
YARDSTICK = "plain Python, the machine's yardstick (ms)"
OF_THE_MACHINE = ("(ms)", "(s)")


def yardstick() -> float:
    """Return how long a piece of plain Python takes."""
    return min(milliseconds(lambda: sum(n * n % 7 for n in range(300_000))) for _ in range(5))


def measured(runs: int) -> Figures:
    """Run each benchmark in a process of its own."""
    found = told({YARDSTICK: [yardstick() for _ in range(runs)]})
    with TemporaryDirectory() as folder:
        for name, more in NAMES.items():
            print(f"\n{name}")
            file = Path(folder) / f"{name}.json"
            command = [sys.executable, f"scripts/bench_{name}.py", "--runs", str(runs)]
            subprocess.run([*command, *more, "--json", str(file)], check=True)
            results = json.loads(file.read_text("utf-8"))["results"]
            found |= {f"{name}: {figure}": values for figure, values in results.items()}
    return found


def ratios(now: Figures, before: Figures) -> dict[str, float]:
    """Return each figure by the baseline's, the machine's speed taken out of times."""
    speed = now[YARDSTICK]["median"] / before[YARDSTICK]["median"]
    found = {}
    for name, values in now.items():
        was = before.get(name, {}).get("median")
        unit = next((unit for unit in UNITS if name.endswith(unit)), None)
        if was is None or unit is None or name == YARDSTICK:
            continue
        value = values["median"] / (speed if unit in OF_THE_MACHINE else 1)
        found[name] = value / was if was and abs(value - was) > LEAST[unit] else 1.0
    return found


def compared(found: Mapping[str, float]) -> list[str]:
    """Print the ratios, and return the names of what got worse."""
    worse = [name for name, ratio in found.items() if ratio > WORSE]
    for name, ratio in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{name:70} {ratio:6.2f}{'   worse' if name in worse else ''}")
    return worse


def main() -> None:
    """Measure, compare, write."""
    given = options(__doc__, 5, lambda parser: parser.add_argument("--keep", action="store_true"))
    now = measured(given.runs)
    if BASELINE.exists():
        print("\nratio to the baseline")
        before = json.loads(BASELINE.read_text("utf-8"))["results"]
        worse = compared(ratios(now, before))
        print(
            f"{len(worse)} figures are worse by more than a fifth"
            + "".join(f"\n  {name}" for name in worse)
        )
    save(BASELINE if given.keep else given.json, now)


if __name__ == "__main__":
    main()
