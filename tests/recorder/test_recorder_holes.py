"""What is due: pure. Each history that once lost hours is a case here."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import DAY, midnight
from custom_components.octopus_japan.recorder.holes import (
    BACK_OFF,
    FIRST,
    LENGTH,
    Asked,
    Due,
    answered,
    due,
    together,
    window_start,
    windows_of,
)

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
START = midnight(date(2024, 1, 1))
END = datetime(2026, 11, 13, 4, tzinfo=UTC)
"""Where the polls begin to read."""
PERIOD = midnight(date(2026, 10, 1))
SUPPLY = (Interval(START, END),)


def whole(*supply: Interval) -> dict[date, int]:
    """Every hour of these times is stored."""
    found: dict[date, int] = {}
    for span in supply:
        at = span.start
        while at < span.end:
            day = (at + 9 * HOUR).date()
            found[day] = found.get(day, 0) + 1
            at += HOUR
    return found


WHOLE = whole(*SUPPLY)


def asked(ago: timedelta, empty: int = 0, *supply: Interval) -> dict[datetime, Asked]:
    """Every window was asked for some time ago."""
    windows = windows_of(supply or SUPPLY)
    return {window_start(window.start): Asked(NOW - ago, empty) for window in windows}


def is_due(known: dict[datetime, Asked], stored: dict[date, int], *supply: Interval) -> Due:
    return due(supply or SUPPLY, stored, known, NOW, PERIOD)


# Windows


def test_windows_always_begin_at_the_same_instants() -> None:
    assert window_start(FIRST) == FIRST
    assert window_start(FIRST + LENGTH - timedelta(seconds=1)) == FIRST
    assert window_start(FIRST + LENGTH) == FIRST + LENGTH
    assert window_start(FIRST - timedelta(seconds=1)) == FIRST - LENGTH


spans = st.lists(
    st.tuples(st.integers(0, 40_000), st.integers(1, 9000)).map(
        lambda pair: Interval(FIRST + pair[0] * HOUR, FIRST + sum(pair) * HOUR)
    ),
    max_size=4,
)


@given(spans)
def test_windows_cover_all_supply_each_within_one_of_31_days(supply: list[Interval]) -> None:
    windows = list(windows_of(supply))
    for window in windows:
        assert window_start(window.start) + LENGTH >= window.end
    for one, other in pairwise(windows):
        assert one.end <= other.start
    for span in supply:
        inside = [part for window in windows if (part := window.clip(span))]
        covered = sum((part.length for part in inside), timedelta())
        assert covered == span.length


def test_a_long_gap_in_supply_is_not_asked_for() -> None:
    first, second = Interval(START, START + 2 * DAY), Interval(START + 400 * DAY, START + 401 * DAY)
    assert list(windows_of([second, first])) == [first, second]


def test_windows_that_follow_each_other_make_one_pass() -> None:
    windows = [Interval(FIRST + n * LENGTH, FIRST + (n + 1) * LENGTH) for n in (0, 1, 2, 5)]
    groups = list(together(windows, timedelta(days=91)))
    assert groups == [windows[:2], windows[2:3], windows[3:]]
    assert list(together([], LENGTH)) == []


# Holes


def test_nothing_is_due_where_all_was_read_a_moment_ago() -> None:
    assert is_due(asked(HOUR), WHOLE) == Due()


def test_before_any_supply_nothing_is_due() -> None:
    assert due((), {}, {}, NOW, PERIOD) == Due()


def test_at_first_everything_is_due_oldest_first() -> None:
    found = is_due({}, {})
    assert found.windows == tuple(windows_of(SUPPLY))
    assert found.progress == 0
    assert len(found.windows) == 35


def test_an_import_that_was_interrupted_goes_on() -> None:
    windows = list(windows_of(SUPPLY))
    known = {window_start(window.start): Asked(NOW) for window in windows[:20]}
    found = is_due(known, whole(*windows[:20]))
    assert found.windows == tuple(windows[20:])
    assert found.progress == pytest.approx(20 / 35)


@pytest.mark.parametrize("remembered", [True, False])
def test_a_year_off(remembered: bool) -> None:
    """More than 62 days off left everything between missing for ever: 799 of 11,166 hours after 430 days."""
    before, after = Interval(START, END - 430 * DAY), Interval(END - 2 * DAY, END)
    known = asked(440 * DAY, 0, before) if remembered else {}
    due_now = is_due(known, whole(before, after)).windows
    assert missing_hours(due_now, before, after) == 0


def missing_hours(windows: tuple[Interval, ...], *stored: Interval) -> int:
    """Count the hours on supply that are neither stored nor due."""
    covered = [*windows, *stored]
    at, missing = START, 0
    while at < END:
        missing += not any(span.covers(at) for span in covered)
        at += HOUR
    return missing


def test_statistics_cleared_in_the_middle_of_an_import() -> None:
    """2,232 hours were missing: what had been read was remembered as read."""
    found = is_due(asked(2 * HOUR), whole(Interval(END - 9 * DAY, END)))
    assert missing_hours(found.windows, Interval(END - 9 * DAY, END)) == 0


def test_a_supply_that_began_earlier_than_was_told() -> None:
    """768 hours were missing."""
    earlier = Interval(START - 32 * DAY, END)
    found = is_due(asked(HOUR), WHOLE, earlier)
    assert found.windows[0].start == earlier.start
    assert found.windows[-1].end >= START


def test_an_overlapping_import_loses_nothing() -> None:
    """`reimport_history` in the middle of an import jumped over 1,209 hours."""
    windows = list(windows_of(SUPPLY))
    known = {window_start(window.start): Asked(NOW) for window in windows[:5]}
    known |= {window_start(window.start): Asked() for window in windows[20:]}
    found = is_due(known, whole(*windows[:5]))
    assert found.windows == tuple(windows[5:])


def test_one_hour_of_which_only_a_half_is_stored_is_a_hole() -> None:
    stored = WHOLE | {date(2024, 3, 1): 23}
    [window] = is_due(asked(7 * HOUR, 1), stored).windows
    assert window.covers(midnight(date(2024, 3, 1)))


@pytest.mark.parametrize("empty", range(7))
def test_a_hole_that_came_back_empty_is_asked_for_ever_more_rarely(empty: int) -> None:
    """A half hour that never comes added one request a week for ever."""
    hole = date(2024, 3, 1)
    stored = WHOLE | {hole: 23}
    wait = BACK_OFF[min(empty, 4)]
    for ago, due_then in ((wait - timedelta(seconds=1), False), (wait, True)):
        windows = is_due(asked(ago, empty), stored).windows
        assert any(window.covers(midnight(hole)) for window in windows) is due_then


def test_an_answer_that_brought_something_begins_anew() -> None:
    known = Asked(NOW - DAY, 3)
    assert answered(known, NOW, changed=False) == Asked(NOW, 4)
    assert answered(known, NOW, changed=True) == Asked(NOW)
    assert answered(None, NOW, changed=False) == Asked(NOW)
    assert answered(Asked(), NOW, changed=False) == Asked(NOW)


@pytest.mark.parametrize("year", [2027, 2099])
def test_times_in_the_future_are_no_times(year: int) -> None:
    """A clock that was wrong stopped re-reading."""
    known = {start: Asked(datetime(year, 1, 1, tzinfo=UTC)) for start in asked(HOUR)}
    assert is_due(known, WHOLE).windows == tuple(windows_of(SUPPLY))


def test_a_clock_that_was_years_behind() -> None:
    """It was set up before supply began: "complete", with nothing read."""
    supply = tuple(span for span in [Interval(START, START - DAY)] if span.start < span.end)
    assert due(supply, {}, {}, START - DAY, START - DAY) == Due()
    assert is_due({}, {}).windows == tuple(windows_of(SUPPLY))


# Ages


def test_what_is_read_again_by_age() -> None:
    daily = is_due(asked(DAY), WHOLE).windows
    assert [window.end > PERIOD for window in daily] == [True] * len(daily)
    assert len(daily) == 3
    weekly = is_due(asked(timedelta(days=7)), WHOLE).windows
    assert weekly[0].end > NOW - timedelta(days=397) >= weekly[0].start
    assert weekly[-1] == daily[-1]
    assert is_due(asked(timedelta(days=900)), WHOLE).windows == weekly


def test_losing_what_is_remembered_costs_requests() -> None:
    found = is_due({}, WHOLE)
    assert found.windows == is_due(asked(timedelta(days=7)), WHOLE).windows
    assert found.progress == 1


def test_a_window_that_someone_wishes_is_due_however_old() -> None:
    first = next(windows_of(SUPPLY))
    known = asked(HOUR) | {window_start(first.start): Asked()}
    found = is_due(known, WHOLE)
    assert found.windows == (first,)
    assert found.progress == pytest.approx(34 / 35)
