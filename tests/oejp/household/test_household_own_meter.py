"""The household's own meter: a counter with gaps, resets and nonsense becomes hours, and stands in for what is not published."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cards import stepped
from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.forecast import StepCrossed, Use, crossed_at
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.outlook import outlook, price_estimated_since
from custom_components.octopus_japan.oejp.household.own_meter import (
    HIGHEST,
    Difference,
    Live,
    OwnMeter,
    difference,
    own_meter,
    running,
    stand_in,
)
from custom_components.octopus_japan.oejp.household.usage import usage
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    Component,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    Tariff,
    timeline,
)

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
START = datetime(2026, 11, 17, 15, tzinfo=UTC)
"""Midnight of the 18th in Japan, when the billing period begins."""


def counter(*counts: tuple[float, str]) -> dict[datetime, Decimal]:
    """Write what a meter had counted by (hours since the start)."""
    return {START + timedelta(hours=hours): Decimal(kwh) for hours, kwh in counts}


def kwh(found: OwnMeter) -> dict[int, Decimal]:
    return {(hour.start - START) // HOUR: hour.kwh for hour in found.hours}


def test_counts_by_the_hour_are_hours() -> None:
    found = own_meter(counter((0, "100"), (1, "100.5"), (2, "101.2")))
    assert kwh(found) == {0: Decimal("0.5"), 1: Decimal("0.7")}
    assert all(hour.own and hour.whole for hour in found.hours)
    assert found.live is None
    assert found.until == START + 2 * HOUR
    assert found.refused == 0


def test_the_running_hour_is_told_as_far_as_it_is_counted() -> None:
    found = own_meter(counter((0, "100"), (1, "100.5"), (1.25, "100.6"), (1.5, "100.8")))
    assert kwh(found) == {0: Decimal("0.5")}
    assert found.live == Live(START + HOUR, START + 90 * MINUTE, Decimal("0.3"))
    assert found.until == START + 90 * MINUTE


@pytest.mark.parametrize("counts", [[], [(1, "5")], [(1.2, "5"), (1.5, "6")]])
def test_what_begins_within_the_hour_tells_nothing(counts: list[tuple[float, str]]) -> None:
    found = own_meter(counter(*counts))
    assert found == OwnMeter()
    assert found.until is None


def test_a_gap_is_spread_evenly() -> None:
    found = own_meter(counter((0, "100"), (1, "101"), (4, "107"), (5, "108")))
    assert kwh(found) == {0: 1, 1: 2, 2: 2, 3: 2, 4: 1}
    # A gap that ends within an hour has its part of that hour.
    found = own_meter(counter((0, "100"), (1.5, "103"), (2, "103.5")))
    assert kwh(found) == {0: 2, 1: Decimal("1.5")}


def test_a_count_that_falls_costs_its_hours_only() -> None:
    found = own_meter(counter((0, "100"), (1, "101"), (2, "40"), (3, "41"), (3.5, "42")))
    assert kwh(found) == {0: 1, 2: 1}
    assert found.refused == 1
    assert found.live is not None
    falling = own_meter(counter((0, "100"), (1, "101"), (1.5, "40")))
    assert falling.live is None
    assert falling.refused == 1


def test_more_than_a_home_can_draw_is_refused() -> None:
    most = str(100 + HIGHEST)
    assert kwh(own_meter(counter((0, "100"), (1, most)))) == {0: HIGHEST}
    found = own_meter(counter((0, "100"), (1, most + ".1"), (2, "151")))
    assert kwh(found) == {1: Decimal("0.9")}
    assert found.refused == 1


@given(st.lists(st.tuples(st.integers(1, 600), st.decimals(0, 2, places=3)), min_size=1))
def test_nothing_is_lost_between_the_first_whole_hour_and_the_last_count(
    runs: list[tuple[int, Decimal]],
) -> None:
    at, total = START, Decimal(0)
    counts = {at: total}
    for minutes, used in runs:
        at, total = at + minutes * MINUTE, total + used * minutes / 60
        counts[at] = total
    found = own_meter(counts)
    assert [hour.start for hour in found.hours] == [
        START + n * HOUR for n in range((at - START) // HOUR)
    ]
    told = sum((hour.kwh for hour in found.hours), Decimal(0))
    told += found.live.kwh if found.live else 0
    assert float(told) == pytest.approx(float(total), abs=1e-6)
    assert found.until in {at, None}


def published(count: int, value: str = "1", start: datetime = START) -> list[Hour]:
    return [Hour(start + n * HOUR, Decimal(value)) for n in range(count)]


def counted(count: int, value: str = "2", start: datetime = START) -> OwnMeter:
    hours = (replace(hour, own=True) for hour in published(count, value, start))
    return OwnMeter(tuple(hours))


def test_it_stands_in_behind_what_is_published_and_in_holes() -> None:
    hours = published(5)
    del hours[2]
    found = stand_in(hours, counted(8, start=START - 2 * HOUR))
    assert [(hour.start - START) // HOUR for hour in found] == [0, 1, 2, 3, 4, 5]
    assert [hour.own for hour in found] == [False, False, True, False, False, True]
    # What is published later takes its place.
    assert [hour.own for hour in stand_in(published(6), counted(6))] == [False] * 6


def test_of_a_half_hour_the_own_meter_tells_the_whole_unless_it_is_less() -> None:
    half = [*published(1), Hour(START + HOUR, Decimal("0.8"), whole=False)]
    assert stand_in(half, counted(2, "1.1"))[1] == Hour(START + HOUR, Decimal("1.1"), own=True)
    assert stand_in(half, counted(2, "0.7"))[1] == half[1]


def test_without_an_own_meter_or_anything_published_nothing_changes() -> None:
    assert stand_in(published(2), None) == tuple(published(2))
    assert stand_in([], counted(2)) == ()
    assert running(published(2), None) == tuple(published(2))


def test_the_running_hour_is_a_part_of_sums() -> None:
    live = Live(START + 2 * HOUR, START + 130 * MINUTE, Decimal("0.3"))
    own = replace(counted(2), live=live)
    last = running(published(2), own)[-1]
    assert last == Hour(START + 2 * HOUR, Decimal("0.3"), whole=False, own=True)
    # The supplier has published it meanwhile.
    assert running(published(3), own) == tuple(published(3))
    assert running([], own) == ()


def test_the_difference_is_told_over_days_that_both_know() -> None:
    hours = published(60, "1")
    assert difference(hours, counted(60, "1.1")) == Difference(2, Decimal("52.8"), Decimal(48))
    found = difference(hours, counted(30, "0.9", START + 6 * HOUR))
    # Of the second day six hours are known to one only.
    assert found is None
    found = difference(hours, counted(48, "0.9", START - 6 * HOUR))
    assert found is not None
    assert (found.days, found.percent) == (1, -10)
    halves = [replace(hour, whole=False) for hour in hours]
    assert difference(halves, counted(60)) is None
    nothing = difference(published(24, "0"), counted(24))
    assert nothing is not None
    assert nothing.percent is None


LADDER = replace(stepped(24, (12, 20), (36, 30), (None, 40)), fuel_cost_adjusted=False)
LEVY = MonthlyRate(
    Component.RENEWABLE_ENERGY_LEVY,
    datetime.fromisoformat("2026-01-01T00:00:00+09:00"),
    datetime.fromisoformat("2027-01-01T00:00:00+09:00"),
    Decimal(4),
    Provenance.API,
)
TARIFF = Tariff(
    (LADDER,), MonthlyRates(renewable_energy_levy=timeline([LEVY])), BillingCalendar(day=18)
)
PERIOD = TARIFF.calendar.period_at(START)


def at_hour(hours: float, value: str = "1", live: str | None = None) -> tuple[Use, datetime]:
    """Return what is known by an hour: ten are published, the rest the own meter tells."""
    now = START + timedelta(hours=hours)
    whole = int(hours)
    own = counted(whole, value)
    if live is not None:
        own = replace(own, live=Live(START + whole * HOUR, now, Decimal(live)))
    hours_ = stand_in(published(10), own)
    crossed = crossed_at(TARIFF, hours_, None, now, own.live)
    return Use(hours_, crossed, own.live), now


def test_the_own_meter_carries_the_use_through_a_step() -> None:
    # Ten hours of 1 kWh are published; by habit the twelfth would be reached at 12:00.
    use, now = at_hour(11, "0.2")
    assert use.crossed is None
    assert use.counted(PERIOD, now) == Decimal("10.2")
    use, now = at_hour(11.25, "1.5", live="0.4")
    assert use.crossed is None
    assert use.counted(PERIOD, now) == Decimal("11.9")
    use, now = at_hour(11.25, "1.5", live="0.5")
    assert use.crossed == StepCrossed(PERIOD.start, Decimal(12), START + 11 * HOUR)
    # 10 are published, 1.5 and 0.5 the own meter tells.
    assert use.counted(PERIOD, now) == 12
    shown = outlook(TARIFF, now, use)
    assert shown.current(now).slot == "step_2"
    assert shown.current(now).total == 34
    # It rests on what is not published.
    assert price_estimated_since(TARIFF, shown.at(now), use) == START + 10 * HOUR


def test_a_step_within_the_second_half_hour_counts_from_its_start() -> None:
    use, _ = at_hour(11.75, "1.5", live="0.6")
    assert use.crossed == StepCrossed(PERIOD.start, Decimal(12), START + 11.5 * HOUR)


def test_published_readings_take_a_step_back_that_the_own_meter_saw() -> None:
    seen = StepCrossed(PERIOD.start, Decimal(12), START + 11 * HOUR)
    assert crossed_at(TARIFF, published(13, "0.1"), seen, START + 13 * HOUR) is None


def test_of_the_running_hour_the_rest_is_typical() -> None:
    use, _ = at_hour(11.75, "1", live="0.9")
    # Typical of the hour is the mean of all: 1 kWh.
    assert use.of(START + 11 * HOUR) == Decimal("1.15")
    # Before and after it the count is that of the half hours.
    assert use.counted(PERIOD, START + 11 * HOUR - MINUTE) == use.used(PERIOD, START + 10.5 * HOUR)
    assert use.counted(PERIOD, START + 12 * HOUR) == Decimal("12.15")


def test_sums_are_estimated_where_the_own_meter_stands_in() -> None:
    now = START + timedelta(hours=11.25)
    live = Live(START + 11 * HOUR, now, Decimal("0.5"))
    own = replace(counted(11, "1.5"), live=live)
    yen = {hour.start: Decimal(25) for hour in published(10)}
    found = usage(published(10), yen, TARIFF, None, now, START, None, own)
    assert found.consumption["today"].value == Decimal(12)
    # 25 yen for each published hour; then 1.5 kWh and 0.5 kWh at 20 + 4 yen, each hour with 1 yen of the standing charge.
    assert found.cost["today"].value == 250 + 2 * 24 + 2
    for total in (found.consumption["today"], found.cost["today"]):
        assert not total.complete
        assert total.complete_until == START + 10 * HOUR
        assert total.hours == 12
    assert found.own_until == now
    assert found.stood_in_since("today") == START + 10 * HOUR
    assert found.estimated_since("today") == START + 10 * HOUR
    assert found.stood_in_since("yesterday") is None
    assert found.estimated_since("yesterday") is None
    assert list(found.hours) == published(10)


def test_once_all_is_published_nothing_is_estimated() -> None:
    now = START + 10 * HOUR
    found = usage(published(10), {}, TARIFF, None, now, START, None, counted(10))
    assert found.own_until is None
    assert found.estimated_since("today") is None
    assert found.consumption["today"].value == 10


def test_an_hour_without_a_price_has_energy_and_no_cost() -> None:
    unpriced = replace(TARIFF, cards=(replace(LADDER, end=START + 10 * HOUR),))
    found = usage(published(10), {}, unpriced, None, START + 11 * HOUR, START, None, counted(11))
    assert found.consumption["today"].value == 12
    assert found.cost["today"].value is None
