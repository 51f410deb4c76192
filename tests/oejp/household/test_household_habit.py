"""What is expected of a home: its level of late, its week, its hours, the season of last year or of the service's typical use."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from custom_components.octopus_japan.oejp.household.habit import Basis, Habit, learn
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.japan_time import HOUR, midnight

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 16)

TYPICAL = {
    month: [Decimal("0.1")] * 28 + [Decimal("0.5") if month in {12, 1, 2} else Decimal("0.3")] * 20
    for month in range(1, 13)
}


def home(
    days: int, kwh: Callable[[date, int], float], until: date = MONDAY, skip: int = 0
) -> list[Hour]:
    """Return so many days of hours before a day, without the last `skip` hours."""
    begin = midnight(until - days * DAY).astimezone(UTC)
    return [
        Hour(begin + n * HOUR, Decimal(repr(kwh(until - days * DAY + n // 24 * DAY, n % 24))))
        for n in range(days * 24 - skip)
    ]


def learnt(hours: list[Hour]) -> Habit:
    habit = learn(hours)
    assert habit is not None
    return habit


def test_a_steady_home_goes_on() -> None:
    habit = learnt(home(28, lambda _, hour: 1.0 if hour == 19 else 0.25))
    assert habit.basis is Basis.RECENT
    assert habit.day(MONDAY) == pytest.approx(6.75)
    assert habit.hour(MONDAY, 19) == pytest.approx(1.0, rel=0.2)
    assert habit.hour(MONDAY, 3) == pytest.approx(0.25, rel=0.2)
    assert sum(habit.hour(MONDAY, hour) for hour in range(24)) == pytest.approx(habit.day(MONDAY))


def test_what_was_of_late_counts_most() -> None:
    change = MONDAY - 14 * DAY
    habit = learnt(home(60, lambda day, _: 0.5 if day < change else 0.8))
    assert 0.65 * 24 < habit.day(MONDAY) < 0.8 * 24


def test_the_week_and_its_hours_are_learnt() -> None:
    habit = learnt(home(70, lambda day, hour: 1.0 if day.weekday() >= 5 and hour > 11 else 0.5))
    saturday = MONDAY + 5 * DAY
    assert habit.day(saturday) > 1.3 * habit.day(MONDAY)
    assert habit.hour(saturday, 15) > 1.5 * habit.hour(saturday, 5)
    assert habit.hour(MONDAY, 15) == pytest.approx(habit.hour(MONDAY, 5), rel=0.15)


def test_days_away_hardly_lower_what_is_expected() -> None:
    away = {MONDAY - n * DAY for n in range(3, 6)}
    usual = learnt(home(35, lambda *_: 0.5)).day(MONDAY)
    after = learnt(home(35, lambda day, _: 0.05 if day in away else 0.5))
    # A plain mean of the days, recent ones counting more, would be about a fifth lower.
    assert after.day(MONDAY) > 0.85 * usual


def test_the_season_is_that_of_the_same_weeks_of_last_year() -> None:
    turn = MONDAY - 364 * DAY
    habit = learnt(home(420, lambda day, _: 0.8 if turn <= day < turn + 60 * DAY else 0.4))
    assert habit.basis is Basis.LAST_YEAR
    assert habit.day(MONDAY + 20 * DAY) > 1.5 * habit.day(MONDAY - 20 * DAY)


def test_a_year_with_holes_is_no_season() -> None:
    hours = home(420, lambda *_: 0.4)
    gap = midnight(MONDAY - 364 * DAY)
    assert learnt(hours).basis is Basis.LAST_YEAR
    holed = [hour for hour in hours if not gap <= hour.start < gap + 25 * DAY]
    assert learnt(holed).basis is Basis.RECENT
    nothing = [
        hour if hour.start > gap + 100 * DAY else Hour(hour.start, Decimal(0)) for hour in hours
    ]
    assert learnt(nothing).basis is Basis.RECENT


def test_a_newcomer_has_the_shape_of_typical_use_at_its_own_scale() -> None:
    habit = learn(home(2, lambda *_: 1.0), TYPICAL)
    assert habit is not None
    assert habit.basis is Basis.TYPICAL
    # The level is the home's own, not the typical one of 8.8 kWh a day.
    assert habit.day(MONDAY) == pytest.approx(24, rel=0.1)
    assert habit.hour(MONDAY, 20) > 1.5 * habit.hour(MONDAY, 4)
    # January is dearer than November.
    assert habit.day(date(2027, 1, 18)) > 1.2 * habit.day(MONDAY)


@pytest.mark.parametrize("months", [{}, {1: TYPICAL[1]}, {key: [] for key in range(1, 13)}])
def test_typical_use_that_is_not_told_of_every_month_makes_no_season(
    months: dict[int, list[Decimal]],
) -> None:
    habit = learn(home(3, lambda *_: 1.0), months)
    assert habit is not None
    assert habit.basis is Basis.RECENT


def test_less_than_a_day_is_too_little() -> None:
    assert learn([]) is None
    assert learn(home(1, lambda *_: 1.0, skip=1)) is None
    halves = [Hour(hour.start, hour.kwh, whole=False) for hour in home(9, lambda *_: 1.0)]
    assert learn(halves) is None
    # A day's worth may lie apart.
    assert learn(home(2, lambda *_: 1.0)[::2]) is not None


def test_a_home_without_use_is_expected_to_have_none() -> None:
    habit = learnt(home(10, lambda *_: 0.0))
    assert habit.day(MONDAY) == 0
    assert habit.hour(MONDAY, 8) == 0


def test_hours_in_which_nobody_uses_anything_tell_no_level() -> None:
    asleep = [hour for hour in home(30, lambda *_: 0.0) if hour.start.hour == 15]
    quiet = {month: [Decimal(0)] * 2 + list(halves[2:]) for month, halves in TYPICAL.items()}
    habit = learn(asleep, quiet)
    assert habit is not None
    assert habit.day(MONDAY) == 0


def test_a_sum_of_many_days_is_surer_than_one_day_and_a_wild_home_less_sure() -> None:
    steady = learnt(home(35, lambda day, _: 0.5 + 0.01 * (day.day % 2)))
    wild = learnt(home(35, lambda day, _: 0.2 + 0.3 * (day.day % 3)))
    newcomer = learnt(home(2, lambda day, _: 0.5 + 0.01 * (day.day % 2)))
    assert steady.deviation(1) > steady.deviation(10)
    assert wild.deviation(10) > 1.5 * steady.deviation(10)
    assert newcomer.deviation(10) > steady.deviation(10)


def test_hours_are_those_of_japan() -> None:
    at = datetime(2026, 11, 15, 10, tzinfo=UTC)
    hours = [
        Hour(hour.start, Decimal(1 if hour.start.hour == at.hour else 0))
        for hour in home(60, lambda *_: 0.0)
    ]
    habit = learnt(hours)
    # 10:00 UTC is 19:00 in Japan.
    assert habit.hour(MONDAY, 19) > 0.8 * habit.day(MONDAY)
