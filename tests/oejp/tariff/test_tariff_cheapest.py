"""The cheapest time: by hand, and against trying everything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
import tracemalloc
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.tariff.cheapest import NotFound, PricedTime, Task, find

START = datetime(2026, 11, 24, tzinfo=UTC)
HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)
FIVE = timedelta(minutes=5)


def slots(*prices: float, start: datetime = START) -> list[PricedTime]:
    return [
        PricedTime(Interval(start + i * HALF, start + (i + 1) * HALF), Decimal(str(price)))
        for i, price in enumerate(prices)
    ]


def at(halves: float) -> datetime:
    return START + halves * HALF


def runs(prices: list[PricedTime], task: Task) -> list[tuple[datetime, datetime]]:
    return [(piece.time.start, piece.time.end) for piece in find(prices, task).pieces]


def test_the_cheapest_hour() -> None:
    found = find(slots(30, 20, 10, 12, 30), Task(HOUR))
    assert [(p.time.start, p.time.end, p.mean_price) for p in found.pieces] == [
        (at(2), at(4), Decimal(11))
    ]
    assert (found.mean_price, found.kwh, found.cost) == (11, None, None)


def test_the_dearest_hour() -> None:
    assert runs(slots(30, 20, 10, 12, 31), Task(HOUR, dearest=True)) == [(at(0), at(2))]


def test_first_or_last_among_equals() -> None:
    flat = slots(10, 10, 10, 10, 30)
    assert runs(flat, Task(HOUR)) == [(at(0), at(2))]
    assert runs(flat, Task(HOUR, latest_start=True)) == [(at(2), at(4))]
    assert runs(flat, Task(HOUR, latest_start=True, at_least=HALF)) == [(at(2), at(4))]


def test_a_run_may_begin_within_a_slot() -> None:
    # 45 minutes end with the cheap slot, or begin with it.
    assert runs(slots(20, 10, 30), Task(timedelta(minutes=45))) == [(at(0.5), at(2))]
    assert runs(slots(30, 10, 20), Task(timedelta(minutes=45))) == [(at(1), at(2.5))]


def test_earliest_start_and_latest_end() -> None:
    prices = slots(1, 2, 9, 3, 4, 1)
    window = Task(HOUR, earliest=at(1), latest=at(5))
    assert runs(prices, window) == [(at(3), at(5))]
    after = at(0) + FIVE
    assert runs(prices, Task(HOUR, earliest=after, latest=at(3))) == [(after, after + HOUR)]


def test_in_parts_of_at_least() -> None:
    prices = slots(10, 30, 12, 30, 11, 30)
    assert runs(prices, Task(HOUR, at_least=HALF)) == [(at(0), at(1)), (at(4), at(5))]
    assert runs(prices, Task(HOUR, at_least=HOUR)) == [(at(0), at(2))]


def test_fewest_parts_among_equals() -> None:
    assert runs(slots(10, 30, 10, 10, 30), Task(HOUR, at_least=HALF)) == [(at(2), at(4))]


def test_parts_are_whole_half_hours_in_a_window_off_the_grid() -> None:
    task = Task(
        HOUR,
        earliest=at(0) + timedelta(minutes=7),
        latest=at(5) - timedelta(minutes=2),
        at_least=HALF,
    )
    assert runs(slots(10, 30, 11, 20, 10), task) == [(at(2), at(4))]


def test_one_piece_begins_on_five_minutes() -> None:
    task = Task(HOUR, earliest=at(0) + timedelta(minutes=6, seconds=1), latest=at(4))
    assert runs(slots(10, 20, 30, 30), task) == [(at(0) + 2 * FIVE, at(2) + 2 * FIVE)]


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"], ids=["spring", "autumn"])
@pytest.mark.parametrize("at_least", [None, HALF])
def test_hours_are_counted_in_instants_where_the_clock_is_changed(
    day: str, at_least: timedelta | None
) -> None:
    """Midnight to 06:00 on the wall clock is five hours in spring and seven in autumn."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=NEW_YORK)
    six = midnight.replace(hour=6)
    there = (six.astimezone(UTC) - midnight.astimezone(UTC)) // HOUR
    start = midnight.astimezone(UTC)
    prices = [
        PricedTime(
            Interval(
                (start + i * HALF).astimezone(NEW_YORK),
                (start + (i + 1) * HALF).astimezone(NEW_YORK),
            ),
            Decimal(10),
        )
        for i in range(2 * there)
    ]
    fits = Task(there * HOUR, earliest=midnight, latest=six, at_least=at_least)
    (piece,) = find(prices, fits).pieces
    assert piece.time == Interval(midnight, six)
    assert piece.time.length == there * HOUR
    with pytest.raises(NotFound, match="window_too_short"):
        find(prices, replace(fits, duration=(there + 1) * HOUR))


def test_eight_days_at_most() -> None:
    week = slots(*[10] * (8 * 48 - 1), 5)
    window = Task(HOUR, earliest=START, latest=START + timedelta(days=8))
    assert runs(week, window) == [(at(382), at(384))]
    with pytest.raises(NotFound, match="window_too_long"):
        find(week, replace(window, latest=START + timedelta(days=8, seconds=1)))
    with pytest.raises(NotFound, match="window_too_long"):
        find([*week, *slots(1, start=at(384))], Task(HOUR))


def test_a_gap_without_prices_is_not_bridged() -> None:
    prices = [*slots(10), *slots(10, 20, start=at(2))]
    assert runs(prices, Task(HOUR)) == [(at(2), at(4))]
    assert runs(prices, Task(HOUR, at_least=HALF)) == [(at(0), at(1)), (at(2), at(3))]


def test_a_part_that_would_end_at_a_gap_is_too_short() -> None:
    prices = [*slots(10, 10), *slots(10, start=at(3)), *slots(10, start=at(5))]
    with pytest.raises(NotFound, match="no_period_found"):
        find(prices, Task(2 * HOUR, at_least=HOUR))


def test_a_limit_on_the_price() -> None:
    prices = slots(10, 25, 10, 20, 20)
    assert runs(prices, Task(HOUR, limit=Decimal(20))) == [(at(2), at(4))]
    with pytest.raises(NotFound, match="no_period_found"):
        find(prices, Task(HOUR, limit=Decimal(15)))
    with pytest.raises(NotFound, match="no_period_found"):
        find(prices, Task(2 * HOUR, limit=Decimal(15), at_least=HALF))
    assert runs(prices, Task(HOUR, limit=Decimal(20), dearest=True)) == [(at(3), at(5))]
    with pytest.raises(NotFound, match="no_period_found"):
        find(prices, Task(HOUR, limit=Decimal(5), at_least=HALF))


def test_a_profile_puts_the_heavy_part_where_it_is_cheap() -> None:
    profile = (Decimal("0.1"), Decimal("0.9"))
    found = find(slots(10, 20, 10, 30), Task(HOUR, profile=profile))
    # From 0:30: 0.1 x 20 + 0.9 x 10 = 11 yen.
    assert [(p.time.start, p.kwh, p.cost, p.mean_price) for p in found.pieces] == [
        (at(1), 1, 11, 11)
    ]
    assert (found.kwh, found.cost, found.mean_price) == (1, 11, 11)


def test_a_profile_in_parts_goes_on_where_it_stopped() -> None:
    profile = (Decimal(2), Decimal(0), Decimal(1))
    found = find(slots(20, 10, 90, 80, 5), Task(3 * HALF, profile=profile, at_least=HALF))
    assert [(p.time.start, p.time.end) for p in found.pieces] == [(at(1), at(3)), (at(4), at(5))]
    assert [p.cost for p in found.pieces] == [20, 5]
    assert found.cost == 25
    idle = find(slots(20, 10), Task(HOUR, profile=(Decimal(0), Decimal(1)), at_least=HALF))
    assert idle.pieces[0].cost == 10


def test_a_piece_without_use_has_the_mean_price_of_its_time() -> None:
    prices = [*slots(20), *slots(10, start=at(2))]
    found = find(prices, Task(HOUR, profile=(Decimal(0), Decimal(1)), at_least=HALF))
    assert [(p.kwh, p.mean_price, p.cost) for p in found.pieces] == [(0, 20, 0), (1, 10, 10)]


def test_the_cost_of_an_even_use() -> None:
    found = find(slots(10, 30, 20), Task(HOUR, kwh=Decimal(3), at_least=HALF))
    assert [(p.kwh, p.cost) for p in found.pieces] == [(Decimal("1.5"), 15), (Decimal("1.5"), 30)]
    assert (found.kwh, found.cost, found.mean_price) == (3, 45, 15)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (Task(timedelta(0)), "duration_not_positive"),
        (Task(HOUR, profile=(Decimal(1),)), "profile_does_not_fit"),
        (Task(HALF, profile=(Decimal(0),)), "profile_does_not_fit"),
        (Task(HOUR, at_least=2 * HOUR), "parts_do_not_fit"),
        (Task(HOUR, at_least=timedelta(0)), "parts_do_not_fit"),
        (Task(HOUR, at_least=timedelta(minutes=7)), "not_in_half_hours"),
        (Task(timedelta(minutes=65), at_least=HALF), "not_in_half_hours"),
        (
            Task(HOUR, at_least=HALF, profile=(Decimal(1),) * 4, step=timedelta(minutes=15)),
            "not_in_half_hours",
        ),
        (Task(timedelta(minutes=61)), "not_in_five_minutes"),
        (
            Task(HOUR, profile=(Decimal(1),) * 60, step=timedelta(minutes=1)),
            "not_in_five_minutes",
        ),
        (Task(5 * HOUR, at_least=HALF), "no_period_found"),
        (Task(HOUR, earliest=at(2), latest=at(2)), "window_empty"),
        (Task(HOUR, earliest=at(1), latest=at(2)), "window_too_short"),
        (Task(HOUR, earliest=at(90)), "no_prices"),
        (Task(4 * HOUR), "no_period_found"),
    ],
)
def test_the_impossible_is_refused(task: Task, reason: str) -> None:
    with pytest.raises(NotFound, match=reason) as raised:
        find(slots(1, 2, 3), task)
    assert raised.value.reason == reason


PRICES = st.lists(st.integers(-3, 12), min_size=4, max_size=9)


@settings(max_examples=100, deadline=None)
@given(PRICES, st.integers(1, 24), st.booleans(), st.booleans())
def test_one_piece_against_every_minute(
    prices: list[int], fives: int, dearest: bool, late: bool
) -> None:
    duration = fives * FIVE
    minutes = [price for price in prices for _ in range(30)]
    length = fives * 5
    if length > len(minutes):
        return
    sums = {i: sum(minutes[i : i + length]) for i in range(len(minutes) - length + 1)}
    best = max(sums.values()) if dearest else min(sums.values())
    equals = [i for i, total in sums.items() if total == best]
    expected = START + (equals[-1] if late else equals[0]) * timedelta(minutes=1)
    ((start, end),) = runs(slots(*prices), Task(duration, dearest=dearest, latest_start=late))
    assert (start, end) == (expected, expected + duration)


def choices(count: int, need: int, at_least: int) -> Iterator[tuple[int, ...]]:
    for chosen in combinations(range(count), need):
        lengths = [1]
        for a, b in pairwise(chosen):
            if b == a + 1:
                lengths[-1] += 1
            else:
                lengths.append(1)
        if min(lengths) >= at_least:
            yield chosen


@settings(max_examples=150, deadline=None)
@given(PRICES, st.data(), st.booleans(), st.booleans(), st.booleans())
def test_parts_against_every_choice(
    prices: list[int], data: st.DataObject, dearest: bool, late: bool, weighted: bool
) -> None:
    need = data.draw(st.integers(1, len(prices)))
    at_least = data.draw(st.integers(1, need))
    weights = (
        data.draw(st.lists(st.integers(1, 4), min_size=need, max_size=need))
        if weighted
        else [1] * need
    )
    sign = -1 if dearest else 1

    def rank(chosen: tuple[int, ...]) -> tuple[int, int, int]:
        total = sum(prices[unit] * weight for unit, weight in zip(chosen, weights, strict=True))
        parts = 1 + sum(b != a + 1 for a, b in pairwise(chosen))
        return sign * total, parts, (-1 if late else 1) * sum(chosen)

    task = Task(
        need * HALF,
        at_least=at_least * HALF,
        dearest=dearest,
        latest_start=late,
        profile=tuple(map(Decimal, weights)) if weighted else None,
    )
    best = min(rank(chosen) for chosen in choices(len(prices), need, at_least))
    found = runs(slots(*prices), task)
    units = tuple(
        unit
        for start, end in found
        for unit in range((start - START) // HALF, (end - START) // HALF)
    )
    assert rank(units) == best
    assert all(end - start >= at_least * HALF for start, end in found)


HARD = [
    Task(timedelta(days=4), at_least=HALF),
    Task(timedelta(days=2), at_least=timedelta(hours=20)),
    Task(timedelta(days=4), at_least=HALF, profile=tuple(Decimal(i % 7) for i in range(192))),
    Task(timedelta(days=4), step=FIVE, profile=tuple(Decimal(i % 7) for i in range(1152))),
]


@pytest.mark.parametrize("task", HARD)
def test_the_hardest_questions_of_eight_days_take_little_memory(task: Task) -> None:
    week = slots(*[10 + i * 7 % 23 for i in range(8 * 48)])
    tracemalloc.start()
    try:
        find(week, task)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20


@settings(max_examples=60, deadline=None)
@given(PRICES, st.lists(st.integers(0, 3), min_size=2, max_size=9), st.sampled_from([1, 2, 3, 6]))
def test_a_profile_against_every_start(prices: list[int], profile: list[int], fives: int) -> None:
    units = [price for price in prices for _ in range(6)]
    loads = [load for load in profile for _ in range(fives)]
    if not any(loads) or len(loads) > len(units):
        return
    costs = [
        sum(a * b for a, b in zip(units[i : i + len(loads)], loads, strict=True))
        for i in range(len(units) - len(loads) + 1)
    ]
    task = Task(len(loads) * FIVE, profile=tuple(map(Decimal, profile)), step=fives * FIVE)
    found = find(slots(*prices), task)
    # The coarsest grid of all edges is tried: a better start lies on it.
    start = START + costs.index(min(costs)) * FIVE
    assert found.cost == Decimal(min(costs)) / fives
    assert found.pieces[0].time.start <= START + len(units) * FIVE
    assert costs[(found.pieces[0].time.start - START) // FIVE] == min(costs)
    assert start <= found.pieces[0].time.start
