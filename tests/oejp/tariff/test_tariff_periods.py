"""Billing periods: stated, agreed on, or assumed."""

from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import day_of, midnight
from custom_components.octopus_japan.oejp.tariff import BillingCalendar, BillingPeriod
from custom_components.octopus_japan.oejp.tariff.billing_calendar import calendar_from, label_of


def at(text: str) -> datetime:
    return midnight(date.fromisoformat(text))


def closed(start: str, end: str, label: int | None = None) -> BillingPeriod:
    return BillingPeriod(at(start), at(end), closed=True, label=label)


def span(calendar: BillingCalendar, day: str) -> tuple[str, str, bool]:
    period = calendar.period_at(at(day))
    return str(day_of(period.start)), str(day_of(period.end)), period.closed


def test_without_evidence_a_period_is_a_calendar_month() -> None:
    assert span(BillingCalendar(), "2024-02-29") == ("2024-02-01", "2024-03-01", False)
    assert span(BillingCalendar(), "2024-12-31") == ("2024-12-01", "2025-01-01", False)


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    calendar = BillingCalendar(day=31)
    assert span(calendar, "2024-02-28") == ("2024-01-31", "2024-02-29", False)
    assert span(calendar, "2024-02-29") == ("2024-02-29", "2024-03-31", False)
    assert span(calendar, "2025-04-29") == ("2025-03-31", "2025-04-30", False)


def test_closed_periods_stand_and_the_rest_is_projected() -> None:
    calendar = BillingCalendar(
        (closed("2026-05-18", "2026-06-17"), closed("2026-06-17", "2026-07-16")), day=18
    )
    assert span(calendar, "2026-06-16") == ("2026-05-18", "2026-06-17", True)
    assert span(calendar, "2026-06-17") == ("2026-06-17", "2026-07-16", True)
    # Read two days early: the next reading is the scheduled one a month on, not two days on.
    assert span(calendar, "2026-07-16") == ("2026-07-16", "2026-08-18", False)
    assert span(calendar, "2026-08-18") == ("2026-08-18", "2026-09-18", False)
    assert span(calendar, "2026-05-17") == ("2026-04-18", "2026-05-18", False)


def test_a_missing_reading_joins_or_is_filled() -> None:
    june, september = closed("2026-05-18", "2026-06-18"), closed("2026-07-18", "2026-08-18")
    calendar = BillingCalendar((june, september), day=18)
    assert span(calendar, "2026-07-01") == ("2026-06-18", "2026-07-18", False)
    late = BillingCalendar((june, closed("2026-09-18", "2026-10-18")), day=18)
    assert span(late, "2026-07-01") == ("2026-06-18", "2026-07-18", False)
    assert span(late, "2026-09-01") == ("2026-08-18", "2026-09-18", False)


def test_an_end_that_names_the_last_day_reaches_to_the_next_start() -> None:
    calendar = BillingCalendar(
        (closed("2026-05-18", "2026-06-17"), closed("2026-06-18", "2026-07-18"))
    )
    assert span(calendar, "2026-06-17") == ("2026-05-18", "2026-06-18", True)


def test_nonsense_among_closed_periods_is_left_out() -> None:
    calendar = BillingCalendar(
        (
            closed("2026-05-18", "2026-06-18"),
            closed("2026-06-01", "2026-07-01"),
            closed("2026-08-01", "2026-07-01"),
        )
    )
    assert calendar.closed == (closed("2026-05-18", "2026-06-18"),)


def test_the_first_period_begins_with_supply() -> None:
    calendar = BillingCalendar(starts=(at("2026-06-05"),), day=18)
    assert span(calendar, "2026-06-05") == ("2026-06-05", "2026-06-18", False)
    assert span(calendar, "2026-06-04") == ("2026-05-18", "2026-06-05", False)
    # A start inside a closed period changes nothing.
    closed_one = closed("2026-05-18", "2026-06-18")
    assert span(BillingCalendar((closed_one,), starts=(at("2026-06-05"),)), "2026-06-10") == (
        "2026-05-18",
        "2026-06-18",
        True,
    )


def test_the_label_is_the_month_of_the_reading_that_ends_the_period() -> None:
    # Readings on 16 August and 17 September make 9月分.
    assert closed("2026-08-16", "2026-09-17").reading_month == 2026 * 12 + 8
    assert closed("2026-12-16", "2027-01-16").reading_month == 2027 * 12
    assert closed("2026-07-16", "2026-08-16", label=2026 * 12 + 6).reading_month == 2026 * 12 + 6
    assert closed("2026-06-18", "2026-07-18").days == 30


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-07", 6), ("202607", 6), ("2026/7", 6), ("2026-07-01", 6), ("2026年7月", 6), ("2026-06", 5),
        ("2026-05", None), ("2026-13", None), ("JULY", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_stated_labels(text: str | None, month: int | None) -> None:
    assert label_of(text, at("2026-07-18")) == (None if month is None else 2026 * 12 + month)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_evidence_for_the_reading_day_in_order() -> None:
    start = [at("2026-06-05")]
    # Two scheduled dates that agree, stale as they are.
    assert calendar_from([], [day("2026-04-15"), day("2026-05-15")], 20, start).day == 15
    # One date and the day of month, which is one more than the scheduled day.
    assert calendar_from([], [day("2026-06-18")], 19, start).day == 18
    assert calendar_from([], [day("2026-06-30"), day("2026-07-31")], 1, start).day == 31
    # Dates that do not agree: the last closed period, then the supply's start, then the calendar month.
    odd = [day("2026-04-15"), day("2026-05-16")]
    assert calendar_from([closed("2026-05-18", "2026-06-17")], odd, None, start).day == 17
    assert calendar_from([], odd, None, start).day == 5
    assert calendar_from([], odd, None, []).day == 1


def test_a_fresh_scheduled_date_ends_the_open_period() -> None:
    last = [closed("2026-06-17", "2026-07-16")]
    calendar = calendar_from(last, [day("2026-08-14"), day("2026-09-15")], None, [])
    assert span(calendar, "2026-08-01") == ("2026-07-16", "2026-08-14", False)
    stale = calendar_from(last, [day("2026-05-14"), day("2026-06-15")], None, [])
    assert span(stale, "2026-08-01") == ("2026-07-16", "2026-08-16", False)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 31),
    st.lists(st.dates(date(2024, 1, 1), date(2026, 1, 1)), max_size=4),
    st.lists(st.dates(date(2023, 6, 1), date(2026, 1, 1)), max_size=2),
)
def test_periods_cover_all_time_once(scheduled: int, edges: list[date], starts: list[date]) -> None:
    ordered = sorted(set(edges))
    periods = tuple(
        BillingPeriod(midnight(a), midnight(b), closed=True) for a, b in pairwise(ordered)
    )
    calendar = BillingCalendar(periods, starts=tuple(map(midnight, starts)), day=scheduled)
    start = datetime(2023, 1, 1, tzinfo=UTC)
    found = calendar.periods(start, datetime(2027, 1, 1, tzinfo=UTC))
    assert found[0].start <= start < found[0].end
    for period, following in pairwise(found):
        assert period.end == following.start
    for period in found:
        assert calendar.period_at(period.start) == period
        assert calendar.period_at(period.end - (period.end - period.start) / 3) == period
    for period in periods:
        assert calendar.period_at(period.start).closed
