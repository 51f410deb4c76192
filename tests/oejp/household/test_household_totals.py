"""Totals of periods: pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.totals import (
    Total,
    calendar_periods,
    totals,
)
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import HOUR, JST

DAY = datetime(2026, 6, 2, tzinfo=JST)
TODAY = {"today": Interval(DAY, DAY + timedelta(days=1))}


def amounts(*hours: int) -> dict[datetime, Decimal]:
    return {(DAY + n * HOUR).astimezone(UTC): Decimal("0.1") for n in hours}


def test_a_whole_day() -> None:
    found = totals(amounts(*range(-2, 26)), TODAY)
    assert found == {"today": Total(Decimal("2.4"), True, DAY + timedelta(days=1), 24)}


def test_a_day_in_progress() -> None:
    assert totals(amounts(*range(5)), TODAY)["today"] == Total(
        Decimal("0.5"), False, DAY + 5 * HOUR, 5
    )


def test_a_gap_stops_the_published_part_but_not_the_sum() -> None:
    assert totals(amounts(0, 1, 3, 4), TODAY)["today"] == Total(
        Decimal("0.4"), False, DAY + 2 * HOUR, 4
    )


def test_nothing_published() -> None:
    """What is not known is not 0."""
    assert totals({}, TODAY)["today"] == Total(None, False, None, 0)
    assert totals(amounts(1), TODAY)["today"] == Total(Decimal("0.1"), False, None, 1)


def test_supply_that_began_within_the_period() -> None:
    since = (DAY + 20 * HOUR).astimezone(UTC)
    whole = totals(amounts(20, 21, 22, 23), TODAY, since)["today"]
    assert whole == Total(Decimal("0.4"), True, DAY + timedelta(days=1), 4)
    half = totals(amounts(20, 21), TODAY, since)["today"]
    assert half == Total(Decimal("0.2"), False, DAY + 22 * HOUR, 2)


def test_supply_that_began_after_the_period() -> None:
    found = totals({}, TODAY, DAY + timedelta(days=9))["today"]
    assert found == Total(Decimal(0), True, DAY + timedelta(days=1), 0)


def test_supply_that_began_before_the_period() -> None:
    assert totals(amounts(0), TODAY, DAY - timedelta(days=9))["today"].complete_until == DAY + HOUR


def test_calendar_periods_are_japanese() -> None:
    found = calendar_periods(datetime(2026, 12, 31, 15, 30, tzinfo=UTC))
    year = datetime(2027, 1, 1, tzinfo=JST)
    assert found == {
        "today": Interval(year, datetime(2027, 1, 2, tzinfo=JST)),
        "yesterday": Interval(datetime(2026, 12, 31, tzinfo=JST), year),
        # Monday to Sunday.
        "this_week": Interval(datetime(2026, 12, 28, tzinfo=JST), datetime(2027, 1, 4, tzinfo=JST)),
        "this_month": Interval(year, datetime(2027, 2, 1, tzinfo=JST)),
        "last_month": Interval(datetime(2026, 12, 1, tzinfo=JST), year),
    }
    assert calendar_periods(datetime(2026, 12, 31, 14, 59, tzinfo=UTC))["today"].end == year


def test_an_hour_of_which_one_half_is_known_counts_and_is_not_complete() -> None:
    halves = {DAY + 3 * HOUR}
    found = totals(amounts(*range(24)), TODAY, halves=halves)["today"]
    assert found == Total(Decimal("2.4"), False, DAY + 3 * HOUR, 24)
