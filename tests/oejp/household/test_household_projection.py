"""The end of a billing period: what is known stands, the rest is expected of the habit; each step in its turn."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from cards import single, stepped
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.habit import Basis, Habit, learn
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.projection import NextStep, project
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    Component,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    RateCard,
    Tariff,
    timeline,
)
from scripts.bench_projection import casts, summary
from scripts.projection_households import typical

DAY = timedelta(days=1)


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+09:00")


START, END = jst("2026-10-18T00:00"), jst("2026-11-18T00:00")
NOW = jst("2026-11-02T12:00")
LADDER = replace(stepped(10, (120, 20), (300, 25), (None, 30)), fuel_cost_adjusted=False)


def tariff(card: RateCard = LADDER, **starts: datetime) -> Tariff:
    levy = MonthlyRate(
        Component.RENEWABLE_ENERGY_LEVY,
        jst("2026-01-01T00:00"),
        jst("2027-01-01T00:00"),
        Decimal(4),
        Provenance.API,
    )
    calendar = BillingCalendar(tuple(starts.values()), day=18)
    return Tariff((card,), MonthlyRates(renewable_energy_levy=timeline([levy])), calendar)


def used(kwh: str, start: datetime, end: datetime) -> list[Hour]:
    return [Hour(start + n * HOUR, Decimal(kwh)) for n in range((end - start) // HOUR)]


def habit(kwh: str = "0.5") -> Habit:
    found = learn(used(kwh, START - 40 * DAY, START))
    assert found is not None
    return found


def test_a_steady_home_ends_as_a_straight_line() -> None:
    of = tariff()
    period = of.calendar.period_at(NOW)
    found = project(of, period, used("0.5", START, NOW), habit(), NOW)
    assert found is not None
    # 31 days of 12 kWh: 120 at 20 yen, 180 at 25, 72 at 30, all at a levy of 4; 10 yen a day.
    assert found.kwh.value == pytest.approx(Decimal(372))
    assert found.yen is not None
    bill = 120 * 24 + 180 * 29 + 72 * 34 + 31 * 10
    assert float(found.yen.value) == pytest.approx(bill)
    assert found.kwh.low < found.kwh.value < found.kwh.high
    assert found.yen.low < found.yen.value < found.yen.high
    # The yen of a range are those of its kWh: 372 + x end in the third step.
    more = found.kwh.high - found.kwh.value
    assert float(found.yen.high - found.yen.value) == pytest.approx(float(more * 34))
    assert (found.known, found.hours) == (15 * 24 + 12, 31 * 24)
    assert found.basis is Basis.RECENT
    # 120 kWh were reached after ten days, 300 will be after twenty-five.
    assert found.next_step == NextStep(START + 25 * DAY - HOUR, Decimal(300))


def test_at_the_end_nothing_is_guessed() -> None:
    of = tariff()
    period = of.calendar.period_at(NOW)
    found = project(of, period, used("0.5", START, END), habit("2"), END - HOUR)
    assert found is not None
    assert found.kwh.low == found.kwh.value == found.kwh.high == 372
    assert found.yen is not None
    assert found.yen.low == found.yen.value == found.yen.high
    assert float(found.yen.value) == pytest.approx(120 * 24 + 180 * 29 + 72 * 34 + 31 * 10)
    assert found.next_step is None


def test_of_a_half_hour_only_the_other_half_is_expected() -> None:
    of = tariff()
    period = of.calendar.period_at(NOW)
    hours = used("0.5", START, END)
    hours[-1] = Hour(hours[-1].start, Decimal("0.4"), whole=False)
    found = project(of, period, hours, habit(), NOW)
    assert found is not None
    assert float(found.kwh.value) == pytest.approx(371.5 + 0.4 + 0.25)
    assert found.known == found.hours - 1


def test_a_hole_is_filled_by_the_habit() -> None:
    of = tariff()
    hours = [hour for hour in used("0.5", START, END) if not 5 <= hour.start.day < 8]
    found = project(of, of.calendar.period_at(NOW), hours, habit(), NOW)
    assert found is not None
    assert float(found.kwh.value) == pytest.approx(372)


def test_a_step_that_was_reached_in_what_is_known_is_past() -> None:
    of = tariff()
    found = project(of, of.calendar.period_at(NOW), used("0.9", START, NOW), habit("0.9"), NOW)
    assert found is not None
    # 300 kWh at 0.9 an hour: the 334th hour, before now. There is no step after it.
    assert found.next_step is None


def test_only_the_hours_of_an_agreement_count() -> None:
    card = replace(LADDER, end=jst("2026-11-08T00:00"))
    of = tariff(card)
    period = of.calendar.period_at(NOW)
    found = project(of, period, used("0.5", START, NOW), habit(), NOW)
    assert found is not None
    assert float(found.kwh.value) == pytest.approx(21 * 12)
    assert found.hours == 21 * 24
    gone = replace(of, cards=(replace(LADDER, end=START),))
    assert project(gone, period, [], habit(), NOW) is None


def test_an_hour_without_a_price_leaves_the_yen_unknown() -> None:
    of = replace(tariff(), monthly_rates=MonthlyRates())
    found = project(of, of.calendar.period_at(NOW), used("0.5", START, NOW), habit(), NOW)
    assert found is not None
    assert found.yen is None
    assert float(found.kwh.value) == pytest.approx(372)


def test_a_plan_of_one_price_has_no_next_step() -> None:
    of = tariff(replace(single(10, 30), fuel_cost_adjusted=False))
    found = project(of, of.calendar.period_at(NOW), used("0.5", START, NOW), habit(), NOW)
    assert found is not None
    assert found.next_step is None


@settings(max_examples=25)
@given(st.integers(0, 31 * 24), st.decimals(0, 3, places=2), st.decimals(0, 3, places=2))
def test_what_is_known_is_the_least(count: int, kwh: Decimal, expected: Decimal) -> None:
    of = tariff()
    hours = used(str(kwh), START, START + count * HOUR)
    period = of.calendar.period_at(NOW)
    found = project(of, period, hours, habit(str(expected)), START + count * HOUR)
    assert found is not None
    known = kwh * count
    assert known <= found.kwh.low <= found.kwh.value <= found.kwh.high
    if found.next_step is not None:
        assert found.next_step.at + HOUR > START + count * HOUR
        assert found.next_step.kwh <= found.kwh.value


def test_a_sample_of_the_back_cast_holds_what_the_whole_does() -> None:
    # scripts/bench projection casts a hundred households, none of which it was tuned on; here are three of them.
    use = typical(range(5000, 5003))
    found = [cast for seed in (1003, 1007, 1014) for cast in casts(seed, use, ["the middle"])]
    figures = summary(found)
    assert len(found) == 39
    assert figures["error"] < 8
    assert figures["error"] < figures["straight line"]
    assert 55 < figures["in the range"] < 97
