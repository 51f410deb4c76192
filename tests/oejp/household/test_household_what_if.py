"""A year with another habit: more use, use at another time, less of all, solar power."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.solar import YIELD, solar_yield
from custom_components.octopus_japan.oejp.household.what_if import (
    NotPossible,
    Window,
    add,
    scale,
    shift,
    with_solar,
)
from custom_components.octopus_japan.oejp.household.year_of_use import YearOfUse, year_of_use
from custom_components.octopus_japan.oejp.tariff import BillingCalendar

HOUR = timedelta(hours=1)
START = datetime(2025, 9, 17, 15, tzinfo=UTC)
AREAS = [f"{number:02}" for number in range(1, 11)]


def flat(days: int = 61, kwh: str = "0.5") -> YearOfUse:
    """61 days: two periods, 18 September to 18 November."""
    rows = [(START + n * HOUR, Decimal(kwh)) for n in range(days * 24)]
    return year_of_use(rows, BillingCalendar(day=18))


def by_hour(use: YearOfUse) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for period in use.periods:
        for part in period.parts:
            for hour, kwh in part.kwh.items():
                found[hour] = found.get(hour, Decimal(0)) + kwh
    return found


def near(one: Decimal, other: Decimal | int) -> bool:
    return abs(one - other) < Decimal("1e-18")


def test_a_scaled_year() -> None:
    assert scale(flat(), Decimal(80)).kwh == flat().kwh * Decimal("0.8")
    assert scale(flat(), Decimal(100)) == flat()


def test_a_car_is_charged_past_midnight() -> None:
    # 6 kWh a day from 22:30 until 1:30: 1 in the half hour before 23:00, 2 in each hour, 1 after 1:00.
    more = add(flat(), Decimal(6), Window(time(22, 30), time(1, 30)))
    assert near(more.kwh - flat().kwh, 6 * 61)
    now, then = by_hour(flat()), by_hour(more)
    gained = {hour: round((then[hour] - now[hour]) / 61, 9) for hour in then}
    assert gained == dict.fromkeys(range(24), 0) | {22: 1, 23: 2, 0: 2, 1: 1}


def test_the_water_heater_runs_at_noon_instead_of_at_night() -> None:
    moved = shift(flat(), Decimal("1.5"), Window(time(1), time(5)), Window(time(11), time(13)))
    assert near(moved.kwh, flat().kwh)
    then = by_hour(moved)
    # Each of four hours gives a quarter of 1.5, each of two takes a half.
    assert near(then[1], 61 * (Decimal("0.5") - Decimal("0.375")))
    assert near(then[11], 61 * (Decimal("0.5") + Decimal("0.75")))
    assert then[20] == by_hour(flat())[20]


def test_each_hour_gives_in_proportion_to_what_it_has() -> None:
    rows = [(START + n * HOUR, Decimal(2 if n % 24 == 1 else 1)) for n in range(61 * 24)]
    use = year_of_use(rows, BillingCalendar(day=18))
    then = by_hour(shift(use, Decimal(3), Window(time(1), time(5)), Window(time(12), time(13))))
    assert near(then[1], 61 * (2 - Decimal(6) / 5))
    assert near(then[2], 61 * (1 - Decimal(3) / 5))


def test_more_than_there_is_cannot_be_shifted() -> None:
    night, noon = Window(time(1), time(5)), Window(time(11), time(13))
    assert near(by_hour(shift(flat(), Decimal(2), night, noon))[3], 0)
    with pytest.raises(NotPossible) as error:
        shift(flat(), Decimal("2.001"), night, noon)
    assert (error.value.reason, error.value.most) == ("shift_too_much", Decimal("2.0"))
    # Half an hour of an hour has half of its use.
    with pytest.raises(NotPossible) as error:
        shift(flat(), Decimal("0.3"), Window(time(1, 30), time(2)), noon)
    assert error.value.most == Decimal("0.2")


def test_one_month_with_less_is_enough_to_refuse() -> None:
    rows = [(START + n * HOUR, Decimal("0.1" if n > 50 * 24 else "0.5")) for n in range(61 * 24)]
    use = year_of_use(rows, BillingCalendar(day=18))
    with pytest.raises(NotPossible):
        shift(use, Decimal("1.5"), Window(time(1), time(5)), Window(time(11), time(13)))


def test_nothing_to_shift_and_nothing_read() -> None:
    night, noon = Window(time(1), time(5)), Window(time(11), time(13))
    nothing = flat(kwh="0")
    assert shift(nothing, Decimal(0), night, noon) == nothing
    assert shift(YearOfUse(), Decimal(1), night, noon) == YearOfUse()


@given(st.times(), st.times())
def test_a_window_and_the_rest_of_the_day_are_a_day(start: time, end: time) -> None:
    window, rest = Window(start, end).shares, Window(end, start).shares
    same = (start.hour, start.minute) == (end.hour, end.minute)
    whole = sum(window.values(), Decimal(0)) + sum(rest.values(), Decimal(0))
    assert near(whole, 48 if same else 24)
    assert all(0 < share <= 1 for share in window.values())


def test_a_day_is_as_long_as_it_was_read() -> None:
    rows = [
        row
        for n, row in enumerate((START + n * HOUR, Decimal(1)) for n in range(61 * 24))
        if n > 23
    ]
    use = year_of_use(rows, BillingCalendar(day=18))
    more = add(use, Decimal(2), Window(time(0), time(0)))
    assert near(more.kwh - use.kwh, 2 * 60)


# Solar power


@pytest.mark.parametrize("area", AREAS)
def test_a_kilowatt_yields_a_thousand_kwh_a_year_in_daylight(area: str) -> None:
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    year = sum(
        days[month - 1] * solar_yield(area, month, hour)
        for month in range(1, 13)
        for hour in range(24)
    )
    assert abs(year - YIELD) < 1
    for month in range(1, 13):
        profile = [solar_yield(area, month, hour) for hour in range(24)]
        assert max(profile) == max(profile[11], profile[12])
        assert profile[0] == profile[22] == 0
        assert max(profile) < 1
    # North of the tropic a winter's day yields less than one of May.
    assert solar_yield(area, 12, 11) < solar_yield(area, 5, 11)


def test_what_solar_power_yields_is_taken_off_down_to_nothing() -> None:
    use = flat()
    some = with_solar(use, Decimal("0.1"), "03")
    part, rest = use.periods[0].parts[0], some.periods[0].parts[0]
    expected = Decimal("0.1") * solar_yield("03", 9, 11) * 13
    assert near(part.kwh[11] - rest.kwh[11], expected)
    assert rest.kwh[23] == part.kwh[23]
    much = with_solar(use, Decimal(100), "03")
    assert much.periods[0].parts[0].kwh[11] == 0
    assert much.kwh > 0


def test_there_is_a_profile_of_japan_only() -> None:
    with pytest.raises(NotPossible) as error:
        with_solar(flat(), Decimal(1), "99")
    assert error.value.reason == "no_solar_profile"
