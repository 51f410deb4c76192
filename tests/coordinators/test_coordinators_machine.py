"""Whatever happens, once the service has answered honestly the statistics equal the truth.

A state machine drives a real Home Assistant with its real recorder on a database file, signed in to a real simulator over
loopback: time passes, readings come late, in pieces, twice, wrong and corrected, the service fails in every way it can, Home
Assistant restarts or is killed at any point, the recorder is busy, the user adjusts, renames and clears statistics, removes the
entry and adds it again. Only time is made up.

HISTORIES sets how many histories there are (200 unless told; 2000 takes half an hour), HISTORIES_SEED repeats a run.
Hypothesis draws in a thread of its own, for it knows no event loop; every step runs in Home Assistant's.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
import os
import random
from typing import Any, ClassVar

from histories import HOUSEHOLDS, History, Machinery
from hypothesis import HealthCheck, Phase, seed, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

COUNT = int(os.environ.get("HISTORIES", "200"))
SEED = int(os.environ.get("HISTORIES_SEED") or random.SystemRandom().randrange(10**9))

SPOILT = ("empty", "partial", "short", "duplicates", "out_of_order")
DOWN = (
    "http_500",
    "http_502",
    "timeout",
    "slow",
    "truncated",
    "html",
    "throttled",
    "expired_token",
)
type Told = Callable[[str, object], None]
LATER = st.sampled_from([0, 0.5, 0.5, 3, 13])


class Histories(RuleBasedStateMachine):
    """One history of a household. All share one machinery, one after the other."""

    machinery: ClassVar[Machinery]
    loop: ClassVar[asyncio.AbstractEventLoop]
    events: ClassVar[Counter[str]]
    history: History
    disruptions = 0
    """Home Assistant's restarts and the like, which take long: three in a history are enough to meet each other."""

    def run_[T](self, step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(120)

    def later(self, hours: float) -> None:
        """Let the service be asked, or something else come first."""
        if hours:
            self.time_passes(hours)

    @initialize(
        household=st.sampled_from(HOUSEHOLDS),
        world=st.integers(0, 10**6),
        days=st.integers(0, 3),
        before_start=st.booleans(),
    )
    def begin(self, household: str, world: int, days: int, before_start: bool) -> None:
        self.events["histories"] += 1
        self.history = self.run_(
            self.machinery.begin(household, world, days, before_start=before_start)
        )

    @rule(hours=st.sampled_from([0.5, 0.5, 1, 3, 7, 13, 25]))
    def time_passes(self, hours: float) -> None:
        self.events["time passes"] += 1
        self.run_(self.history.pass_time(hours=hours))

    @rule(days=st.integers(2, 5))
    def long_time_passes(self, days: int) -> None:
        self.events["time passes"] += 1
        self.run_(self.history.pass_time(days=days))

    @rule(ago=st.floats(0, 1), centi=st.integers(0, 400), hours=LATER)
    def correct(self, ago: float, centi: int, hours: float) -> None:
        self.events["correction"] += 1
        self.history.correct(ago, centi)
        self.later(hours)

    @rule(ago=st.floats(-0.2, 1), halves=st.integers(1, 60), until=st.integers(1, 200), hours=LATER)
    def withhold(self, ago: float, halves: int, until: int, hours: float) -> None:
        self.events["gap"] += 1
        self.history.withhold(ago, halves, until)
        self.later(hours)

    @rule(
        kind=st.sampled_from(SPOILT),
        times=st.integers(1, 3),
        share=st.floats(0.05, 0.95),
        hours=LATER,
    )
    def spoil(self, kind: str, times: int, share: float, hours: float) -> None:
        self.events[f"answer {kind}"] += 1
        options = {"share": share} if kind in {"partial", "short"} else {}
        self.history.fault(kind, times=times, **options)
        self.later(hours)

    @rule(kind=st.sampled_from(DOWN), times=st.integers(1, 3), hours=LATER)
    def fail(self, kind: str, times: int, hours: float) -> None:
        self.events[f"service {kind}"] += 1
        options = {"seconds": 0.02} if kind in {"timeout", "slow"} else {}
        self.history.fault(kind, times=times, **options)
        self.later(hours)

    @rule(times=st.integers(1, 6), code=st.sampled_from(["KT-CT-7899", "KT-CT-4501"]), hours=LATER)
    def refuse(self, times: int, code: str, hours: float) -> None:
        self.events["way " + ("broken" if code.endswith("99") else "refused")] += 1
        self.history.refuse(times, code)
        self.later(hours)

    @precondition(lambda self: self.disruptions < 3)
    @rule(before_start=st.booleans())
    def restart(self, before_start: bool) -> None:
        self.events["restart"] += 1
        self.disruptions += 1
        self.run_(self.history.restart(before_start=before_start))

    @precondition(lambda self: self.disruptions < 3)
    @rule(hours=st.sampled_from([0.5, 24]))
    def killed(self, hours: float) -> None:
        self.events["kill"] += 1
        self.disruptions += 1
        self.run_(self.history.killed(hours=hours))

    @precondition(lambda self: self.disruptions < 3)
    @rule(hours=st.sampled_from([0.5, 24]))
    def restart_in_the_middle(self, hours: float) -> None:
        self.events["restart in the middle"] += 1
        self.disruptions += 1
        self.run_(self.history.restart_in_the_middle(hours=hours))

    @precondition(lambda self: self.disruptions < 3)
    @rule(hours=st.sampled_from([0.5, 13, 49]))
    def recorder_is_busy(self, hours: float) -> None:
        self.events["busy recorder"] += 1
        self.disruptions += 1
        self.run_(self.history.busy(hours=hours))

    @rule(ago=st.floats(0, 1), centi=st.integers(1, 10**6), money=st.booleans())
    def adjust(self, ago: float, centi: int, money: bool) -> None:
        self.events["adjustment"] += self.run_(self.history.adjust(ago, centi, money=money))

    @rule(name=st.sampled_from(["Mine", "電気"]))
    def rename(self, name: str) -> None:
        self.events["rename"] += self.run_(self.history.rename(name))

    @rule(energy=st.booleans(), money=st.booleans())
    def clear(self, energy: bool, money: bool) -> None:
        self.events["clearing"] += energy or money
        self.run_(self.history.clear(energy=energy, money=money))

    @precondition(lambda self: self.disruptions < 3)
    @rule()
    def remove_and_add(self) -> None:
        self.events["removal"] += 1
        self.disruptions += 1
        self.run_(self.history.remove_and_add())

    @invariant()
    def sums_never_decrease(self) -> None:
        for series, rows in self.run_(self.history.stored()).items():
            for one, other in pairwise(rows):
                assert one.start < other.start, series
                assert one.sum <= other.sum + 1e-9, (series, one, other)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            try:
                waits = self.history.simulator.random.random() < 0.2
                self.events["hours compared"] += self.run_(self.history.honest_end(waits=waits))
            finally:
                self.run_(self.machinery.end(self.history))


async def histories(machinery: Machinery, count: int, number: int, told: Told) -> None:
    events = Counter[str]()
    Histories.machinery, Histories.events = machinery, events
    Histories.loop = asyncio.get_running_loop()
    chosen = settings(
        max_examples=count,
        stateful_step_count=8,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    try:
        with ThreadPoolExecutor(1) as thread:
            machine = seed(SEED + number)(Histories)
            await Histories.loop.run_in_executor(
                thread, lambda: run_state_machine_as_test(machine, settings=chosen)
            )
    finally:
        counts = ", ".join(f"{count} {event}" for event, count in sorted(events.items()))
        print(f"\nHISTORIES_SEED={SEED}, part {number}: {counts}")  # noqa: T201
        told("told", f"HISTORIES_SEED={SEED}, part {number}: {counts}")
    assert events["histories"] >= count


class TestOneHalf:
    """Two halves, so that two processes share them."""

    async def test_statistics_equal_the_truth(
        self, machinery: Machinery, record_property: Told
    ) -> None:
        await histories(machinery, COUNT - COUNT // 2, 0, record_property)


class TestOtherHalf:
    async def test_statistics_equal_the_truth(
        self, machinery: Machinery, record_property: Told
    ) -> None:
        await histories(machinery, COUNT // 2, 1, record_property)
