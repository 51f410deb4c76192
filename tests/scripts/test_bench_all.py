"""`scripts/bench all`: figures beside the baseline."""

import json

from scripts.bench_all import BASELINE, WORSE, YARDSTICK, compared, ratios
from scripts.figures import Figures


def figures(**medians: float) -> Figures:
    return {name: {"median": value} for name, value in medians.items()}


def of(machine: float, **medians: float) -> Figures:
    return {YARDSTICK: {"median": machine}, **figures(**medians)}


def test_a_machine_of_half_the_speed_is_no_regression() -> None:
    before = of(10, **{"poll (ms)": 8, "memory (MiB)": 40})
    now = of(20, **{"poll (ms)": 16, "memory (MiB)": 40})
    assert ratios(now, before) == {"poll (ms)": 1, "memory (MiB)": 1}


def test_what_takes_longer_by_more_than_a_fifth_is_named() -> None:
    before = of(10, **{"poll (ms)": 8, "tick (ms)": 10, "poll: requests": 1})
    now = of(10, **{"poll (ms)": 12, "tick (ms)": 11.9, "poll: requests": 3})
    found = ratios(now, before)
    assert found == {"poll (ms)": 1.5, "tick (ms)": 1.19, "poll: requests": 3}
    assert compared(found) == ["poll (ms)", "poll: requests"]


def test_what_nobody_would_notice_counts_as_the_same() -> None:
    assert ratios(of(10, **{"price (ms)": 0.4}), of(10, **{"price (ms)": 0.1})) == {"price (ms)": 1}


def test_what_the_baseline_lacks_and_what_is_no_cost_are_not_compared() -> None:
    now = of(10, **{"new (ms)": 1, "hours stored": 9, "whole / inserts": 2})
    assert ratios(now, of(10, **{"hours stored": 3, "whole / inserts": 1})) == {}


def test_the_baseline_is_one() -> None:
    found = json.loads(BASELINE.read_text("utf-8"))["results"]
    assert found[YARDSTICK]["median"] > 0
    assert set(ratios(found, found).values()) == {1.0}
    assert WORSE == 1.2
