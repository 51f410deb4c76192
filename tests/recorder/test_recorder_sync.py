"""What to write: pure."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
import random
import sys
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import HALF_HOUR
from custom_components.octopus_japan.recorder import sync as sync_module
from custom_components.octopus_japan.recorder.sync import (
    Hours,
    Row,
    Values,
    hourly,
    sound,
    sync,
)

START = datetime(2026, 6, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
JST = ZoneInfo("Asia/Tokyo")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def values(*numbers: str | None, first: int = 0) -> dict[datetime, Decimal]:
    return {at(first + i): Decimal(n) for i, n in enumerate(numbers) if n is not None}


def rows(*pairs: tuple[float, float], first: int = 0) -> list[Row]:
    return [Row(at(first + i), state, total) for i, (state, total) in enumerate(pairs)]


def test_imports_nothing_but_the_standard_library_and_the_hour() -> None:
    assert sync_module.__file__
    nodes = list(ast.walk(ast.parse(Path(sync_module.__file__).read_text())))
    imported = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    imported |= {node.module or "" for node in froms if not node.level}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert {node.module for node in froms if node.level} == {
        "oejp.household.hour",
        "oejp.japan_time",
    }


# Half hours


def test_hourly_adds_pairs() -> None:
    found = hourly(
        {at(0): Decimal("0.1"), at(0.5): Decimal("0.2"), at(1): Decimal(0), at(1.5): Decimal(1)}
    )
    assert found == Hours({at(0): Decimal("0.3"), at(1): Decimal(1)}, {}, None)
    assert found.first == at(0)


def test_hourly_takes_any_order_zone_and_duplicates() -> None:
    local = [(at(n / 2).astimezone(JST), Decimal(n)) for n in (3, 0, 2, 1)]
    found = hourly([(at(0), Decimal(99)), *local, *local])
    assert found.complete == {at(0): Decimal(1), at(1): Decimal(5)}
    assert [start.tzinfo for start in found.complete] == [UTC, UTC]
    assert list(found.complete) == sorted(found.complete)


def test_hourly_holds_the_trailing_half_back() -> None:
    found = hourly({at(0): Decimal(1), at(0.5): Decimal(1), at(1): Decimal(1)})
    assert found == Hours({at(0): Decimal(2)}, {at(1): Decimal(1)}, at(1))
    assert found.values([]) == Values({at(0): Decimal(2)})
    second = hourly({at(1.5): Decimal(1)})
    assert second == Hours({}, {at(1.5): Decimal(1)}, at(1.5))
    assert second.values([]) == Values({})


def test_a_half_does_not_wait_where_later_hours_are_stored() -> None:
    """The end of an answer about the past is not the end of what is published."""
    found = hourly({at(0): Decimal(1), at(0.5): Decimal(1), at(1): Decimal(1)})
    assert found.values([], newest=at(1)).halves == {at(1): at(1)}
    assert found.values([], newest=at(0)) == Values({at(0): Decimal(2)})


def test_hourly_marks_halves_in_the_middle() -> None:
    found = hourly({at(0.5): Decimal(1), at(1): Decimal(2), at(2): Decimal(3), at(2.5): Decimal(3)})
    assert found == Hours({at(2): Decimal(6)}, {at(0.5): Decimal(1), at(1): Decimal(2)}, None)
    assert (found.first, found.last) == (at(0), at(2))


def test_hourly_of_nothing() -> None:
    assert hourly({}) == Hours({}, {}, None)
    assert hourly([]).first is None


def test_half_an_hour_fills_but_never_replaces() -> None:
    answer = Hours({at(2): Decimal(6)}, {at(0): Decimal(1), at(1): Decimal(2)})
    assert answer.values(rows((9, 9))) == Values(
        {at(1): Decimal(2), at(2): Decimal(6)}, {at(1): at(1)}
    )
    assert answer.values([]).hours == {at(0): Decimal(1), at(1): Decimal(2), at(2): Decimal(6)}
    only = Hours({at(2): Decimal(6)})
    assert only.values(rows((9, 9), first=2)) == Values({at(2): Decimal(6)})


def test_half_an_hour_corrects_itself_and_completes_the_other() -> None:
    stored = [Row(at(0), 1, 1, at(0)), Row(at(1), 2, 3, at(1.5)), Row(at(2), 4, 7)]
    again = Hours({}, {at(0): Decimal(3), at(1): Decimal("0.5"), at(2): Decimal(9)})
    values_ = again.values(stored)
    assert values_ == Values({at(0): Decimal(3), at(1): Decimal("2.5")}, {at(0): at(0)})
    assert sync(stored, values_, 0) == [
        Row(at(0), 3, 3, at(0)),
        Row(at(1), 2.5, 5.5),
        Row(at(2), 4, 9.5),
    ]


def test_a_second_half_without_use_makes_the_hour_whole() -> None:
    """Otherwise the hour would be asked for again for ever; exports have no use each night."""
    stored = [Row(at(0), 1, 1, at(0)), Row(at(1), 2, 3)]
    second = hourly({at(0.5): Decimal(0)})
    assert sync(stored, second.values(stored), 0) == rows((1, 1), (2, 3))
    both = hourly({at(0): Decimal(1), at(0.5): Decimal(0)})
    assert sync(stored, both.values(stored), 0) == rows((1, 1), (2, 3))
    again = hourly({at(0): Decimal(1)})
    assert sync(stored, again.values(stored), 0) == []


def test_marks_are_kept_with_the_rows_that_move() -> None:
    stored = [Row(at(0), 1, 1), Row(at(1), 2, 3, at(1.5))]
    assert sync(stored, values("2"), 0) == [Row(at(0), 2, 2), Row(at(1), 2, 4, at(1.5))]


@pytest.mark.parametrize(
    ("start", "value"),
    [
        (at(0).replace(tzinfo=None), Decimal(1)),
        (at(0.25), Decimal(1)),
        (at(0) + timedelta(seconds=1), Decimal(1)),
        (at(0) + timedelta(microseconds=1), Decimal(1)),
        (at(0), Decimal("NaN")),
        (at(0), Decimal("Infinity")),
    ],
)
def test_hourly_refuses_what_it_cannot_place(start: datetime, value: Decimal) -> None:
    with pytest.raises(ValueError, match=r"half hour|reading"):
        hourly([(start, value)])


# Rows to write


def test_nothing_stored() -> None:
    assert sync([], values("0.1", "0.2"), 0) == rows((0.1, 0.1), (0.2, 0.3))


def test_after_the_last_row() -> None:
    assert sync([], values("0.1"), 1.1) == rows((0.1, 1.2))
    assert sync([], values("0.1"), Decimal("1.1")) == rows((0.1, 1.2))
    assert sync(rows((1, 1)), values("0.1", first=1), 0) == rows((0.1, 1.1), first=1)


def test_the_same_again_writes_nothing() -> None:
    stored = rows((0.1, 0.1), (0.2, 0.30000000000000004))
    assert sync(stored, values("0.1", "0.2"), 0) == []
    assert sync(stored, values("0.10000000001", "0.2"), 0) == []
    assert sync(stored, {}, 0) == []


def test_a_correction_carries_to_the_last_row() -> None:
    stored = rows((1, 1), (2, 3), (3, 6), (4, 10))
    assert sync(stored, values("2.5", first=1), 0) == rows((2.5, 3.5), (3, 6.5), (4, 10.5), first=1)


def test_silence_keeps() -> None:
    stored = rows((1, 1), (2, 3), (3, 6))
    assert sync(stored, values("1.5", None, None, "1"), 0) == rows(
        (1.5, 1.5), (2, 3.5), (3, 6.5), (1, 7.5)
    )


def test_a_gap_that_fills() -> None:
    stored = [Row(at(0), 1, 1), Row(at(3), 1, 2)]
    assert sync(stored, values("1", "2", "3", "1"), 0) == rows((2, 3), (3, 6), (1, 7), first=1)


def test_history_goes_in_front() -> None:
    stored = rows((1, 1), (2, 3), first=2)
    assert sync(stored, values("5", "6"), 0) == rows((5, 5), (6, 11), (1, 12), (2, 14))


def test_a_gap_before_the_window_starts_from_the_sum_before() -> None:
    stored = rows((1, 101), first=1)
    assert sync(stored, values("2"), 100) == rows((2, 102), (1, 103))


def test_an_adjustment_by_the_user_survives() -> None:
    stored = rows((1, 1), (1, 102), (1, 103))
    assert sync(stored, values("1", "1", "1"), 0) == []
    assert sync(stored, values("2", "1", "1", "1"), 0) == rows((2, 2), (1, 103), (1, 104), (1, 105))


def test_local_hours_become_utc() -> None:
    written = sync(
        rows((1, 1)), {at(0).astimezone(JST): Decimal(2), at(1).astimezone(JST): Decimal(1)}, 0
    )
    assert written == rows((2, 2), (1, 3))
    assert all(row.start.tzinfo is UTC for row in written)


def test_doubles_come_back_exactly() -> None:
    """Trap 8: a hundred thousand times 0.1 is 10000, not 10000.000000018848."""
    answer = {at(n): Decimal("0.1") for n in range(100_000)}
    written = sync([], answer, 0)
    assert written[-1].sum == 10_000.0
    assert sync(written, answer, 0) == []


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        sync([], values(number), 0)


def test_five_years_in_one_answer() -> None:
    answer = {at(n): Decimal(n % 7) / 10 for n in range(43_800)}
    stored = sync([], answer, 0)
    answer[at(0)] += 1
    moved = sync(stored, answer, 0)
    assert [row.start for row in moved] == [row.start for row in stored]
    assert all(round(other.sum - one.sum, 6) == 1 for one, other in zip(stored, moved, strict=True))


# Any history, against an oracle


@dataclass
class Table:
    """What the recorder does, in a dictionary: upsert by hour, adjust sums, read a window with its baseline."""

    rows: dict[datetime, Row] = field(default_factory=dict)
    adjustments: dict[datetime, Decimal] = field(default_factory=dict)

    def window(self, start: datetime) -> tuple[list[Row], float]:
        stored = [self.rows[hour] for hour in sorted(self.rows) if hour >= start]
        older = [hour for hour in self.rows if hour < start]
        return stored, self.rows[max(older)].sum if older else 0.0

    def update(self, answer: Hours | Mapping[datetime, Decimal]) -> list[Row]:
        first = answer.first if isinstance(answer, Hours) else min(answer, default=None)
        if first is None:
            return []
        stored, before = self.window(first)
        if isinstance(answer, Hours):
            answer = answer.values(stored)
        written = sync(stored, answer, before)
        starts = [row.start for row in written]
        assert starts == sorted(set(starts))
        assert not written or starts[-1] >= max(self.rows, default=starts[-1])
        self.rows.update((row.start, row) for row in written)
        return written

    def adjust(self, start: datetime, amount: Decimal) -> None:
        hit = sorted(hour for hour in self.rows if hour >= start)
        for hour in hit:
            row = self.rows[hour]
            self.rows[hour] = Row(hour, row.state, row.sum + float(amount))
        if hit:
            self.adjustments[hit[0]] = self.adjustments.get(hit[0], Decimal(0)) + amount

    def equals(self, truth: Mapping[datetime, Decimal]) -> None:
        """Every hour, every sum, computed anew."""
        assert sorted(self.rows) == sorted(truth)
        total = Decimal(0)
        previous = 0.0
        for hour in sorted(truth):
            row = self.rows[hour]
            total += truth[hour] + self.adjustments.get(hour, Decimal(0))
            assert row.state == float(truth[hour])
            if self.adjustments:
                assert abs(row.sum - float(total)) < 1e-6
            else:
                assert row.sum == float(total)
                assert row.sum >= previous
            previous = row.sum


kwh = st.decimals(min_value=0, max_value=20, places=3)
SPAN = 24
half_hours = st.lists(kwh, min_size=2 * SPAN, max_size=2 * SPAN)


@st.composite
def answers(draw: st.DrawFn) -> list[tuple[int, Decimal]]:
    """Some half hours: late, corrected, duplicate, empty, short, out of order."""
    start = draw(st.integers(0, 2 * SPAN - 1))
    stop = draw(st.integers(start, 2 * SPAN))
    answer = [(n, draw(kwh)) for n in range(start, stop) if draw(st.integers(0, 3))]
    if answer and draw(st.booleans()):
        answer += draw(st.lists(st.sampled_from(answer), max_size=4))
    return draw(st.permutations(answer)) if len(answer) < 12 else answer


adjustment = st.tuples(st.integers(-1, SPAN), st.decimals(-50, 50, places=2))


@settings(max_examples=300, deadline=None)
@given(
    events=st.lists(st.one_of(answers(), adjustment), max_size=8),
    truth=half_hours,
    trailing=st.booleans(),
    adjusted=st.booleans(),
)
def test_an_honest_answer_makes_it_true(
    events: list[list[tuple[int, Decimal]] | tuple[int, Decimal]],
    truth: list[Decimal],
    *,
    trailing: bool,
    adjusted: bool,
) -> None:
    table = Table()
    for event in events:
        before = dict(table.rows)
        if isinstance(event, tuple):
            if adjusted:
                table.adjust(at(event[0]), event[1])
            continue
        table.update(hourly([(START + n * HALF_HOUR, value) for n, value in event]))
        assert set(before) <= set(table.rows), "an hour was lost"
    honest = {START + n * HALF_HOUR: value for n, value in enumerate(truth)}
    if trailing:
        honest[at(SPAN)] = Decimal(1)
    table.update(hourly(honest))
    table.equals({at(n): truth[2 * n] + truth[2 * n + 1] for n in range(SPAN)})
    assert table.update(hourly(honest)) == []


@settings(max_examples=200, deadline=None)
@given(
    first=st.dictionaries(st.integers(0, 30), kwh),
    second=st.dictionaries(st.integers(-10, 40), kwh),
    negative=st.booleans(),
)
def test_any_two_answers_merge(
    first: dict[int, Decimal], second: dict[int, Decimal], *, negative: bool
) -> None:
    """The answer wins, silence keeps; only what differs and what follows is written."""
    sign = -1 if negative else 1
    one = {at(n): value * sign for n, value in first.items()}
    two = {at(n): value for n, value in second.items()}
    table = Table()
    table.update(one)
    before = dict(table.rows)
    written = table.update(two)
    merged = one | two
    table_truth = dict(sorted(merged.items()))
    total = Decimal(0)
    for hour, value in table_truth.items():
        total += value
        assert table.rows[hour] == Row(hour, float(value), float(total))
    different = [hour for hour in two if hour not in one or one[hour] != two[hour]]
    if different:
        assert [row.start for row in written] == sorted(h for h in merged if h >= min(different))
    else:
        assert written == []
    assert all(table.rows[h] == row for h, row in before.items() if h < min(different, default=h))


def test_long_random_histories() -> None:
    """A thousand hours in many short answers, oldest sometimes last."""
    for seed in range(20):
        chance = random.Random(seed)
        truth = {at(n): Decimal(chance.randrange(5000)) / 1000 for n in range(1000)}
        table = Table()
        for _ in range(60):
            start, length = chance.randrange(1000), chance.randrange(100)
            table.update(
                {
                    at(n): truth[at(n)] if chance.random() < 0.9 else Decimal(chance.randrange(9))
                    for n in range(start, min(start + length, 1000))
                    if chance.random() < 0.8
                }
            )
        table.update(truth)
        table.equals(truth)


# What cannot be


@pytest.mark.parametrize("kwh", ["NaN", "Infinity", "-0.01", "100.01", "1E+21"])
def test_values_that_cannot_be_are_left_out(kwh: str) -> None:
    assert sound([(at(0), Decimal(kwh)), (at(1), Decimal(100)), (at(2), Decimal(0))]) == {
        at(1): Decimal(100),
        at(2): Decimal(0),
    }


def test_times_that_cannot_be_are_left_out() -> None:
    odd = [at(0.25), at(0) + timedelta(seconds=1), at(0).replace(tzinfo=None)]
    assert sound((start, Decimal(1)) for start in [*odd, at(0.5)]) == {at(0.5): Decimal(1)}
