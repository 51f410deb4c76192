"""The world is deterministic, late, and changes its mind."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
import subprocess
import sys

import pytest
from simulator_client import NOW, Connect

from simulator import Simulator
from simulator.dates import JST, Month, Schedule, midnight, slot_of
from simulator.households import PLANS
from simulator.load import Load
from simulator.meter import Meter

DAY = timedelta(days=1)
ROOT = Path(__file__).parents[2]
FAR = datetime(2020, 1, 1, tzinfo=UTC)


def make(*households: str, now: datetime = NOW, seed: int = 1) -> Simulator:
    return Simulator(households or ("green-tokyo",), now=now, seed=seed)


def _meter(simulator: Simulator) -> Meter:
    return next(iter(simulator.world.supply_points.values())).meter


def test_the_same_seed_is_the_same_world_in_any_process() -> None:
    program = (
        "from datetime import *; from simulator import Simulator;"
        "s = Simulator(('ev-tokyo',), now=datetime(2026, 11, 20, 3, tzinfo=UTC));"
        "p = next(iter(s.world.supply_points));"
        "print(p, sum(s.truth.hours(p, datetime(2026, 1, 1, tzinfo=UTC), s.clock.now()).values()))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=ROOT
        ).stdout
        for _ in range(2)
    }
    simulator = make("ev-tokyo")
    spin = next(iter(simulator.world.supply_points))
    total = sum(simulator.truth.hours(spin, datetime(2026, 1, 1, tzinfo=UTC), NOW).values())
    assert answers == {f"{spin} {total}\n"}


def test_a_world_seen_later_is_the_same_world() -> None:
    early, late = make(), make(now=NOW + 400 * DAY)
    spin = next(iter(early.world.supply_points))
    window = NOW - 200 * DAY, NOW - 100 * DAY
    now = early.truth.half_hours(spin, *window)
    then = late.truth.half_hours(spin, *window)
    assert now.keys() == then.keys()
    assert sum(now[at] != then[at] for at in now) < 10  # a few later corrections


def test_identifiers_and_credentials() -> None:
    simulator = make(*PLANS)
    world = simulator.world
    assert len({account.number for account in world.accounts}) == len(world.accounts)
    assert all(
        account.number[:2] == "A-" and len(account.number) == 10 for account in world.accounts
    )
    for point in (*world.supply_points.values(), *world.generation_points.values()):
        assert point.identifier.isdigit()
        assert len(point.identifier) == 22
        assert point.identifier.startswith(point.area)
    homes = world.households.values()
    for name in ("viewer_id", "email", "api_key", "pre_signed_key"):
        assert len({getattr(home, name) for home in homes}) == len(PLANS)
    assert make(seed=2).world.accounts[0].number != make().world.accounts[0].number
    with pytest.raises(ValueError, match="no household"):
        make("castle")


def test_reading_periods_are_28_to_33_days() -> None:
    for base in range(1, 27):
        schedule = Schedule(f"key {base}", base, date(2021, 1, base), None)
        periods = schedule.periods(date(2027, 1, 1))
        assert {period.days for period in periods} <= set(range(28, 34))
        assert all(first.end == second.start for first, second in pairwise(periods))
        assert periods[0].start == date(2021, 1, base)
    assert Month(2026, 12).plus(1) == Month(2027, 1)
    assert midnight(date(2026, 6, 1)) == datetime(2026, 5, 31, 15, tzinfo=UTC)


def test_publishing_delays() -> None:
    simulator = make()
    meter = _meter(simulator)
    first = slot_of(NOW - 3 * DAY)
    delays: list[float] = []
    for slot in range(first - 48 * 60, first):
        end = (slot + 1) * 1800
        low, high = end, end + 6 * 86400
        while high - low > 60:
            middle = (low + high) // 2
            if list(meter.published(slot, slot + 1, middle)):
                high = middle
            else:
                low = middle
        delays.append(high - end)
    hours = sorted(delay / 3600 for delay in delays)
    assert 4.3 <= hours[0] <= 4.6
    assert hours[-1] <= 4.7 * 24
    assert 4.4 < hours[len(hours) // 2] < 5.6
    assert hours[-1] > 12


def test_versions() -> None:
    simulator = make()
    meter = _meter(simulator)
    start = meter.schedule.period(date(2026, 10, 1)).start
    slot = slot_of(midnight(start))
    closed = meter.closed_at(start)
    (before,) = meter.published(slot, slot + 1, closed - 1)
    (after,) = meter.published(slot, slot + 1, closed)
    assert (before.version, after.version) == ("DAILY", "MONTHLY")
    days = 330 * 48
    rows = list(meter.published(slot - days, slot, simulator.clock.timestamp()))
    assert {row.version for row in rows} == {"MONTHLY", "UPDATED"}
    assert 0 < sum(row.version == "UPDATED" for row in rows) < days / 1000
    early = {row.slot: row.centi for row in meter.published(slot, slot + 48 * 28, closed - 1)}
    final = {row.slot: row.centi for row in meter.published(slot, slot + 48 * 28, closed)}
    assert early.keys() <= final.keys()
    changed = [key for key in early if early[key] != final[key]]
    assert 0 < len(changed) < 40


def test_corrections_take_effect_when_they_are_made() -> None:
    simulator = make()
    spin = next(iter(simulator.world.supply_points))
    at = (NOW - 3 * DAY).replace(minute=30)
    old = simulator.truth.half_hours(spin, at, at + DAY)[at]
    simulator.world.correct(spin, at, Decimal("9.99"))
    assert simulator.truth.half_hours(spin, at, at + DAY)[at] == Decimal("9.99")
    simulator.clock.set(NOW - timedelta(seconds=1))
    assert simulator.truth.half_hours(spin, at, at + DAY)[at] == old
    past = midnight(date(2026, 3, 1))
    simulator.clock.set(NOW)
    simulator.world.correct(spin, past, "1.50")
    (row,) = _meter(simulator).published(
        slot_of(past), slot_of(past) + 1, simulator.clock.timestamp()
    )
    assert (row.centi, row.version) == (150, "UPDATED")
    for bad in ("0.001", "-1"):
        with pytest.raises(ValueError, match="two decimals"):
            simulator.world.correct(spin, at, bad)


def test_gaps_fill_later() -> None:
    simulator = make()
    spin = next(iter(simulator.world.supply_points))
    start = NOW - 9 * DAY
    whole = simulator.truth.half_hours(spin, start, start + DAY)
    simulator.world.withhold(spin, start, start + timedelta(hours=6), NOW + DAY)
    assert list(simulator.truth.half_hours(spin, start, start + DAY)) == list(whole)[12:]
    simulator.clock.advance(days=1)
    assert simulator.truth.half_hours(spin, start, start + DAY).keys() == whole.keys()


def test_load_has_seasons_and_habits() -> None:
    simulator = make("green-tokyo", "ev-tokyo", "power-tokyo")
    homes = simulator.world.households

    def mean(key: str, start: date, days: int, hours: range) -> Decimal:
        spin = homes[key].supply_points[0].spin
        begin = midnight(start)
        energy = simulator.truth.hours(spin, begin, begin + days * DAY)
        chosen = [kwh for at, kwh in energy.items() if at.astimezone(JST).hour in hours]
        return sum(chosen, Decimal(0)) / len(chosen)

    day = range(24)
    spring = mean("green-tokyo", date(2026, 5, 1), 28, day)
    assert mean("green-tokyo", date(2026, 1, 10), 28, day) > Decimal("1.3") * spring
    assert mean("green-tokyo", date(2026, 8, 1), 28, day) > Decimal("1.1") * spring
    assert mean("green-tokyo", date(2026, 5, 1), 28, range(18, 22)) > 2 * mean(
        "green-tokyo", date(2026, 5, 1), 28, range(5)
    )
    assert mean("ev-tokyo", date(2026, 5, 1), 28, range(1, 4)) > 2 * spring
    assert mean("power-tokyo", date(2026, 5, 11), 5, range(9, 17)) > 4 * mean(
        "power-tokyo", date(2026, 5, 16), 2, range(9, 17)
    )


def test_readings_are_made_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[date] = []
    honest = Meter._make
    monkeypatch.setattr(Meter, "_make", lambda meter, day: made.append(day) or honest(meter, day))
    simulator = make("three-points-two-accounts", "veteran")
    assert made == []
    spins = list(simulator.world.supply_points)
    simulator.truth.half_hours(spins[0], NOW - 30 * DAY, NOW - 20 * DAY)
    assert len(made) == 11
    simulator.truth.half_hours(spins[0], NOW - 30 * DAY, NOW - 20 * DAY)
    assert len(made) == 11
    simulator.truth.hours(spins[1], NOW - 5 * DAY, NOW)
    assert len(made) < 11 + 12


def test_worlds_of_one_seed_share_what_they_make(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[date] = []
    honest = Load._drawn
    window = NOW - 427 * DAY, NOW - 10 * DAY

    def draw(load: Load, seed: int, key: str, area: str, day: date) -> tuple[int, ...]:
        drawn.append(day)
        return honest(load, seed, key, area, day)

    monkeypatch.setattr(Load, "_drawn", draw)
    first, second = (
        make("three-points-two-accounts", seed=77),
        make("three-points-two-accounts", seed=77),
    )
    energy = [first.truth.half_hours(spin, *window) for spin in first.world.supply_points]
    count = len(drawn)
    assert count > 1000
    assert [second.truth.half_hours(spin, *window) for spin in second.world.supply_points] == energy
    assert len(drawn) == count
    # Edits belong to one world.
    spin = next(iter(first.world.supply_points))
    at = (NOW - 60 * DAY).replace(minute=0)
    first.world.correct(spin, at, "9.99")
    assert first.truth.half_hours(spin, at, at + DAY)[at] == Decimal("9.99")
    assert second.truth.half_hours(spin, at, at + DAY)[at] != Decimal("9.99")


async def test_an_own_clock_can_be_given(connect: Connect) -> None:
    client = await connect()
    clock = client.simulator.clock
    assert Simulator(clock=clock).clock is clock


def test_regular_readings_fall_on_the_same_day_of_every_month() -> None:
    simulator = Simulator(("green-tokyo",), now=NOW, regular_readings=True)
    (spin,) = simulator.world.supply_points
    days = {start.astimezone(JST).day for start, _ in simulator.truth.periods(spin)}
    assert len(days) == 1


def test_no_supply_begins_before_the_day_that_is_asked_for() -> None:
    simulator = Simulator(("moved", "solar-tokyo"), now=NOW, since=date(2026, 10, 1))
    starts = {point.start for point in simulator.world.generation_points.values()}
    assert starts == {date(2026, 10, 1)}
    ended, current = simulator.world.households["moved"].supply_points
    assert (ended.end, current.start) == (date(2025, 10, 5), date(2026, 10, 1))
    assert [agreement.start for agreement in current.agreements] == [current.start]
