"""A year on other plans: each month is that month's bill, to the yen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from cards import single, stepped, time_of_use
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.comparison import (
    Comparison,
    Plan,
    Rates,
    compare,
)
from custom_components.octopus_japan.oejp.household.year_of_use import (
    YearOfUse,
    start_of_year,
    year_of_use,
)
from custom_components.octopus_japan.oejp.japan_time import month_of, month_start
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    Extra,
    MonthBasis,
    MonthlyRate,
    MonthlyRates,
    Per,
    Provenance,
    RateCard,
    Schedule,
    Tariff,
    Unpriced,
    bill_for,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.lessons import Lesson, Lessons
from custom_components.octopus_japan.oejp.tariff.rounding import Amounts, Units
from custom_components.octopus_japan.oejp.tariff.schedule import BandHours, entered, published

HOUR = timedelta(hours=1)
START = datetime(2025, 9, 17, 15, tzinfo=UTC)
FIRST = month_of(START)

type Hours = list[tuple[datetime, Decimal]]


def hours(count: int, start: datetime = START) -> Hours:
    return [(start + n * HOUR, Decimal(n * 37 % 120) / 100) for n in range(count)]


def rate(component: Component, month: int, price: str, months: int = 1) -> MonthlyRate:
    return MonthlyRate(
        component,
        month_start(month),
        month_start(month + months),
        Decimal(price),
        Provenance.PUBLISHED,
    )


def rates(fuel: Sequence[str], levy: str = "4", subsidy: str | None = None) -> MonthlyRates:
    """`fuel` from September 2025 on."""
    discount = () if subsidy is None else [rate(Component.SUBSIDY, FIRST + 1, f"-{subsidy}", 3)]
    return MonthlyRates(
        timeline(
            rate(Component.FUEL_COST_ADJUSTMENT, FIRST + n, price) for n, price in enumerate(fuel)
        ),
        timeline([rate(Component.RENEWABLE_ENERGY_LEVY, FIRST, levy, 60)]),
        timeline(discount),
    )


HALF_PAST = entered(
    [BandHours("NIGHT", time(22, 30), time(6, 30)), BandHours("DAY", time(6, 30), time(22, 30))]
)
PRICE = st.integers(0, 6000).map(lambda sen: Decimal(sen) / 100)


@st.composite
def cards(draw: st.DrawFn) -> RateCard:
    kind = draw(st.sampled_from(["stepped", "single", "seasonal", "half past", "ev"]))
    standing, per = draw(PRICE), draw(st.sampled_from([Per.DAY, Per.MONTH]))
    p = [draw(PRICE) for _ in range(4)]
    if kind == "stepped":
        found = stepped(standing, (15, p[0]), (120, p[1]), (300, p[2]), (None, p[3]), per=per)
    elif kind == "single":
        found = single(standing, p[0], per)
    elif kind == "seasonal":
        bands = list(zip(("SUMMER_DAY", "OTHER_DAY", "HOME", "NIGHT"), p, strict=True))
        found = time_of_use(standing, bands, published("tgoe_all_denka_tou_scheme", "06"), per)
    elif kind == "half past":
        found = time_of_use(standing, [("DAY", p[0]), ("NIGHT", p[1])], HALF_PAST, per)
    else:
        bands = list(zip(("DAY", "NIGHT", "STANDARD"), p[:3], strict=True))
        found = time_of_use(standing, bands, published("tgoe_ev_tou_jan_25_scheme", "03"), per)
    return replace(
        found,
        fuel_cost_adjusted=draw(st.booleans()),
        fixed_fuel_cost_adjustment=draw(st.none() | PRICE),
        extras=draw(
            st.sampled_from(
                [
                    (),
                    (
                        Extra("more", Decimal("0.55"), Per.KWH, Component.ENERGY),
                        Extra("off", Decimal(-110), Per.MONTH, Component.DISCOUNT),
                    ),
                ]
            )
        ),
        estimated=draw(st.booleans()),
    )


@settings(max_examples=60)
@given(
    card=cards(),
    fuel=st.lists(PRICE.map(str), min_size=1, max_size=5),
    subsidy=st.sampled_from([None, "2.0"]),
    basis=st.sampled_from(MonthBasis),
    reading_day=st.integers(1, 31),
    silent=st.sets(st.integers(0, 2400), max_size=60),
    factor=st.integers(1, 300),
    told=st.sampled_from([None, FIRST, FIRST + 1, FIRST + 2]),
    units=st.sampled_from(Units),
    amounts=st.sampled_from(Amounts),
)
def test_each_month_is_its_bill(
    card: RateCard,
    fuel: list[str],
    subsidy: str | None,
    basis: MonthBasis,
    reading_day: int,
    silent: set[int],
    factor: int,
    told: int | None,
    units: Units,
    amounts: Amounts,
) -> None:
    used = [(at, kwh * factor / 100) for n, (at, kwh) in enumerate(hours(2400)) if n not in silent]
    any_day = (date(2025, 1, 1),)
    shown = Lessons(units=Lesson({units: any_day}), amounts=Lesson({amounts: any_day}))
    tariff = Tariff(
        (card,),
        replace(rates(fuel, subsidy=subsidy), subsidy_until=told),
        BillingCalendar(day=reading_day),
        basis,
        lessons=shown,
    )
    use = year_of_use(used, tariff.calendar)
    assert use.periods
    (cost,) = compare(
        [Plan("A", "A", card)],
        use,
        Rates(tariff.monthly_rates, tariff.month_basis, rounding=shown.rounding),
    ).plans
    for each, bill in zip(use.periods, cost.bills, strict=True):
        of_period = [row for row in used if each.period.start <= row[0] < each.period.end]
        expected = bill_for(tariff, each.period, of_period)
        assert bill.total == expected.total
        assert bill.components == expected.components
        assert bill.estimated_since == expected.estimated_since


# By hand.

OCTOBER = BillingPeriod(
    datetime.fromisoformat("2025-10-01T00:00:00+09:00"),
    datetime.fromisoformat("2025-11-01T00:00:00+09:00"),
    closed=True,
)
FLAT = [(OCTOBER.start.astimezone(UTC) + n * HOUR, Decimal("0.5")) for n in range(744)]
CALENDAR = BillingCalendar((OCTOBER,))
EACH_MONTH = Rates(rates(["1", "2", "3"]), MonthBasis.CALENDAR_DAY)


def on(*plans: Plan, rates: Rates = EACH_MONTH, used: Hours = FLAT) -> Comparison:
    return compare(plans, year_of_use(used, CALENDAR), rates)


GREEN = Plan("G", "Green", stepped("40", (120, "20"), (300, "25"), (None, "27")), current=True)
SIMPLE = Plan("S", "Simple", replace(single("0", "30"), fuel_cost_adjusted=False))
EV = Plan(
    "E",
    "EV",
    time_of_use(
        "40",
        [("DAY", "12"), ("NIGHT", "14"), ("STANDARD", "26")],
        published("tgoe_ev_tou_jan_25_scheme", "03"),
    ),
)


def test_the_cheapest_plan_comes_first_with_its_difference() -> None:
    # 372 kWh in 31 days. Green: 1240 + 2400 + 4500 + 72 x 27 + 372 x (2 + 4) = 12316.
    # Simple: 372 x 34 = 12648. EV: night 62, day 31, standard 279: 1240 + 868 + 372 + 7254 + 2232 = 11966.
    found = on(GREEN, SIMPLE, EV)
    assert [(cost.plan.name, cost.yen) for cost in found.plans] == [
        ("EV", 11966),
        ("Green", 12316),
        ("Simple", 12648),
    ]
    assert [found.difference(cost) for cost in found.plans] == [-350, 0, 332]
    assert found.use.kwh == 372


def test_todays_rates_apply_to_every_month_and_know_no_discount() -> None:
    discounted = Rates(rates(["1", "2", "3"], subsidy="5"), MonthBasis.CALENDAR_DAY)
    (own,) = on(replace(GREEN, card=single(0, 30)), rates=discounted).plans
    (today,) = on(
        replace(GREEN, card=single(0, 30)), rates=replace(discounted, today=FIRST + 2)
    ).plans
    # The discount of the use of October is on the bill read in November.
    assert own.yen == 372 * (30 + 2 + 4 - 5)
    assert today.yen == 372 * (30 + 3 + 4)
    (without,) = on(
        replace(GREEN, card=single(0, 30)), rates=replace(discounted, subsidies=False)
    ).plans
    assert without.yen == 372 * (30 + 2 + 4)


def test_what_cannot_be_priced_comes_last_and_says_why() -> None:
    unknown = Plan("U", "Unknown", reason="no_capacity")
    no_hours = replace(EV, card=replace(EV.card, schedule=None)) if EV.card else EV
    no_charge = replace(GREEN, card=replace(single(0, 30), standing_charge=None))
    found = on(unknown, no_hours, SIMPLE, no_charge)
    assert [(cost.plan.name, cost.yen, cost.reason) for cost in found.plans] == [
        ("Simple", 12648, None),
        ("Green", None, "no_standing_charge"),
        ("EV", None, "unknown_schedule"),
        ("Unknown", None, "no_capacity"),
    ]
    assert [cost.plan.name for cost in found.priced] == ["Simple"]
    # The plan of now has no price: there is nothing to compare with.
    assert found.difference(found.plans[0]) is None
    assert found.difference(found.plans[1]) is None
    assert on(SIMPLE).current is None


def test_rates_that_nobody_told_are_no_price_or_an_estimate() -> None:
    later = Rates(
        MonthlyRates(
            timeline([rate(Component.FUEL_COST_ADJUSTMENT, FIRST + 9, "1")]),
            timeline([rate(Component.RENEWABLE_ENERGY_LEVY, FIRST, "4", 60)]),
        ),
        MonthBasis.CALENDAR_DAY,
    )
    assert [cost.reason for cost in on(GREEN, SIMPLE, rates=later).plans] == [
        None,
        "no_fuel_cost_adjustment",
    ]
    before = Rates(rates(["1"]), MonthBasis.CALENDAR_DAY)
    simple, green = sorted(on(GREEN, SIMPLE, rates=before).plans, key=lambda c: c.plan.current)
    assert green.estimated_since == OCTOBER.start
    assert simple.estimated_since is None


def test_a_product_with_an_adjustment_of_its_own_bears_that() -> None:
    own = replace(
        EACH_MONTH.rates,
        by_product={"OWN": timeline([rate(Component.FUEL_COST_ADJUSTMENT, FIRST + 1, "9")])},
    )
    card = replace(single(0, 30), product_code="OWN")
    (other, cost) = on(
        Plan("OWN", "Own", card),
        Plan("X", "X", single(0, 30)),
        rates=replace(EACH_MONTH, rates=own),
    ).plans
    assert (other.yen, cost.yen) == (372 * 36, 372 * 43)


def test_of_two_that_cost_the_same_the_plan_of_now_is_first() -> None:
    twin = replace(GREEN, code="A", name="A", current=False)
    assert [cost.plan.name for cost in on(twin, GREEN).plans] == ["Green", "A"]


def test_a_year_is_twelve_periods_that_are_over() -> None:
    calendar = BillingCalendar(day=18)
    two_years = hours(2 * 366 * 24)
    use = year_of_use(two_years, calendar)
    assert len(use.periods) == 12
    assert use.periods[-1].period.end <= two_years[-1][0] + HOUR
    assert use.left_out == ()
    begin = start_of_year(calendar, two_years[-1][0])
    assert year_of_use([row for row in two_years if row[0] >= begin], calendar) == use


def test_what_there_is_of_a_year() -> None:
    calendar = BillingCalendar(day=18)
    assert year_of_use([], calendar) == YearOfUse()
    # A period that is not over is no month of a year, though most of it was read.
    assert year_of_use(hours(29 * 24), calendar) == YearOfUse()
    use = year_of_use(hours(100 * 24), calendar)
    assert [each.period.reading_month - FIRST for each in use.periods] == [1, 2, 3]
    assert [each.missing for each in use.periods] == [0, 0, 0]


def test_a_period_that_the_service_does_not_state_is_not_over() -> None:
    stated = BillingPeriod(START, START + timedelta(days=30), closed=True)
    use = year_of_use(hours(100 * 24), BillingCalendar((stated,), day=18))
    assert [each.period for each in use.periods] == [stated]


@pytest.mark.parametrize(("gap", "counted"), [(72, True), (73, False)])
def test_a_period_of_which_more_than_a_tenth_is_missing_is_left_out(
    gap: int, counted: bool
) -> None:
    # 30 days: 18 September to 18 October.
    rows = [row for n, row in enumerate(hours(100 * 24)) if not 0 < n <= gap]
    use = year_of_use(rows, BillingCalendar(day=18))
    assert len(use.periods) == 2 + counted
    assert len(use.left_out) == 1 - counted
    if counted:
        assert use.periods[0].missing == gap


def test_a_schedule_without_hours_in_one_of_the_months_has_no_price() -> None:
    rows = HALF_PAST.months
    known = Schedule("", "", (*rows[:9], None, *rows[10:]))
    card = time_of_use(0, [("DAY", 30), ("NIGHT", 20)], known)
    with pytest.raises(Unpriced):
        bill_for(Tariff((card,), EACH_MONTH.rates, CALENDAR), OCTOBER, FLAT)
    assert [cost.reason for cost in on(Plan("X", "X", card)).plans] == ["unknown_schedule"]


def test_an_hour_in_which_a_band_ends_is_half_of_each() -> None:
    # Night from 22:30 to 6:30: 8 of 24 hours, 124 of 372 kWh. 124 x 20 + 248 x 30 + 372 x (2 + 4) = 12152.
    card = time_of_use("0", [("DAY", "30"), ("NIGHT", "20")], HALF_PAST)
    (cost,) = on(Plan("H", "Half past", card)).plans
    assert cost.yen == 12152
