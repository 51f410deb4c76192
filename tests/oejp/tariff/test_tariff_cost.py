"""The cost of hours, with figures done by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cards import stepped, time_of_use
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST, month_start
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    Estimate,
    Extra,
    Gap,
    Interval,
    MonthBasis,
    MonthlyRate,
    MonthlyRates,
    Per,
    Provenance,
    RateCard,
    Tariff,
    Unpriced,
    costs,
    estimates,
    kwh_used,
    timeline,
    with_silent_hours,
)
from custom_components.octopus_japan.oejp.tariff.schedule import learn, published

ENERGY, FUEL, LEVY = (
    Component.ENERGY,
    Component.FUEL_COST_ADJUSTMENT,
    Component.RENEWABLE_ENERGY_LEVY,
)
STANDING, SUBSIDY, DISCOUNT = Component.STANDING_CHARGE, Component.SUBSIDY, Component.DISCOUNT
LADDER = stepped("24.00", (120, "20.00"), (300, "25.00"), (None, "30.00"))
EV = time_of_use(
    "24.00",
    [("NIGHT", "10.00"), ("DAY", "5.00"), ("STANDARD", "20.00")],
    published("tgoe_ev_tou_jan_25_scheme", "03"),
)


def month(component: Component, year: int, number: int, price: str) -> MonthlyRate:
    first = year * 12 + number - 1
    return MonthlyRate(
        component, month_start(first), month_start(first + 1), Decimal(price), Provenance.PUBLISHED
    )


MONTHLY_RATES = MonthlyRates(
    timeline([month(FUEL, 2026, 7, "3.00"), month(FUEL, 2026, 8, "4.00")]),
    timeline([month(LEVY, 2026, 1, "1.00")]),
    timeline([month(SUBSIDY, 2026, 7, "-2.00")]),
)


def tariff(*cards: RateCard, day: int = 18, subsidies: bool = False) -> Tariff:
    return Tariff(cards, MONTHLY_RATES, BillingCalendar(day=day), subsidies=subsidies)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def yen(amount: str) -> Decimal:
    return Decimal(amount)


def test_an_hour_by_component() -> None:
    (row,) = costs(tariff(LADDER), [(at("2026-07-20T10:00"), yen("2"))])
    assert row.components == {ENERGY: 40, FUEL: 6, LEVY: 2, STANDING: 1}
    assert (row.start, row.kwh, row.total) == (at("2026-07-20T10:00"), 2, 49)


def test_nothing_costs_nothing() -> None:
    assert costs(tariff(LADDER), []) == []


def test_an_hour_that_crosses_two_steps() -> None:
    # 10 kWh at 20, 180 at 25, 10 at 30.
    (row,) = costs(tariff(LADDER), [(at("2026-07-20T10:00"), yen("200"))], yen("110"))
    assert row.components[ENERGY] == 200 + 4500 + 300


def test_steps_add_up_over_the_hours_and_begin_again_with_the_period() -> None:
    hours = [
        (at("2026-08-17T22:00"), yen("119")),
        (at("2026-08-17T23:00"), yen("2")),
        (at("2026-08-18T00:00"), yen("2")),
    ]
    found = costs(tariff(LADDER), hours)
    assert [row.components[ENERGY] for row in found] == [2380, 45, 40]
    assert [row.components[ENERGY] for row in costs(tariff(LADDER), hours, yen("400"))] == [
        3570,
        60,
        40,
    ]


def test_a_minimum_charge_area_gives_the_first_step_free() -> None:
    free = stepped("12.40", (15, 0), (120, "20.08"), (None, "22.70"))
    found = costs(
        tariff(free), [(at("2026-07-20T10:00"), yen("15")), (at("2026-07-20T11:00"), yen("1"))]
    )
    assert [row.components[ENERGY] for row in found] == [0, yen("20.08")]


def test_the_day_s_standing_charge_is_spread_over_its_hours() -> None:
    hours = [(at("2026-07-20T00:00") + i * timedelta(hours=1), yen("0")) for i in range(24)]
    found = costs(tariff(replace(LADDER)), hours)
    assert sum(row.total for row in found) == 24
    halves = [(at("2026-07-20T00:00") + i * timedelta(minutes=30), yen("0")) for i in range(48)]
    found = costs(tariff(LADDER), halves, resolution=timedelta(minutes=30))
    assert sum(row.total for row in found) == 24


def test_a_monthly_charge_is_spread_over_the_period() -> None:
    card = stepped("744.00", (None, "20.00"), per=Per.MONTH)  # 31 days from 18 July: 24 yen a day
    (row,) = costs(tariff(card), [(at("2026-07-20T10:00"), yen("0"))])
    assert row.total == 1


def test_bands_by_the_hour_and_by_the_half_hour() -> None:
    hours = [
        (at(f"2026-07-20T{hour:02d}:00").astimezone(UTC), yen("1"))
        for hour in (0, 1, 4, 5, 11, 12, 13)
    ]
    found = costs(tariff(EV), hours)
    assert [row.components[ENERGY] for row in found] == [20, 10, 10, 20, 5, 5, 20]
    halves = [(at("2026-07-20T00:30"), yen("1")), (at("2026-07-20T01:00"), yen("1"))]
    found = costs(tariff(EV), halves, resolution=timedelta(minutes=30))
    assert [row.components[ENERGY] for row in found] == [20, 10]


def test_an_hour_of_two_bands_costs_their_mean() -> None:
    start = at("2026-07-01T00:00")
    bands = [
        (start + i * timedelta(minutes=30), f"CONSUMPTION_03_{'N' if i < 13 else 'D'}")
        for i in range(48)
    ]
    card = time_of_use(0, [("N", 10), ("D", 20)], learn(bands))
    (row,) = costs(tariff(card), [(at("2026-07-20T06:00"), yen("2"))])
    assert row.components[ENERGY] == 30


def test_monthly_rates_by_calendar_day_or_by_reading_month() -> None:
    hours = [(at("2026-07-31T23:00"), yen("1")), (at("2026-08-01T00:00"), yen("1"))]
    by_day = tariff(LADDER)
    assert [row.components[FUEL] for row in costs(by_day, hours)] == [3, 4]
    by_month = replace(by_day, month_basis=MonthBasis.READING_MONTH)
    assert [row.components[FUEL] for row in costs(by_month, hours)] == [4, 4]


@pytest.mark.parametrize("basis", MonthBasis)
def test_a_subsidy_is_of_the_reading_month_whatever_the_adjustment_goes_by(
    basis: MonthBasis,
) -> None:
    # The use of July is what is read from 18 July until 18 August: no calendar month.
    hours = [
        (at("2026-07-17T23:00"), yen("1")),
        (at("2026-07-31T23:00"), yen("1")),
        (at("2026-08-17T23:00"), yen("1")),
        (at("2026-08-18T00:00"), yen("1")),
    ]
    found = costs(replace(tariff(LADDER, subsidies=True), month_basis=basis), hours)
    assert [row.components.get(SUBSIDY) for row in found] == [None, -2, -2, None]


def test_discounts_and_add_ons() -> None:
    steps = tuple(replace(step, discount=yen("-0.50")) for step in LADDER.steps)
    extras = (
        Extra("campaign", yen("-1.00"), Per.KWH, DISCOUNT),
        Extra("green", yen("0.10"), Per.KWH, ENERGY),
        Extra("box", yen("2.40"), Per.DAY, STANDING),
        Extra("welcome", yen("-74.40"), Per.MONTH, DISCOUNT),
    )
    card = replace(LADDER, steps=steps, extras=extras)
    (row,) = costs(tariff(card), [(at("2026-07-20T10:00"), yen("2"))])
    assert row.components == {
        ENERGY: yen("40.20"),
        FUEL: 6,
        LEVY: 2,
        STANDING: yen("1.10"),
        DISCOUNT: yen("-3.00") - yen("0.10"),
    }
    assert row.total == yen("46.20")


def test_an_agreement_that_changes_within_a_period_goes_on_counting() -> None:
    change = at("2026-07-25T00:00")
    dear = stepped("48.00", (120, "40.00"), (None, "50.00"))
    both = tariff(replace(LADDER, end=change), replace(dear, start=change))
    found = costs(both, [(at("2026-07-24T23:00"), yen("119")), (change, yen("2"))])
    assert [row.components[ENERGY] for row in found] == [2380, 90]
    assert [row.components[STANDING] for row in found] == [1, 2]


def test_hours_without_a_price_raise_or_are_left_out() -> None:
    change = at("2026-07-25T00:00")
    gap = Gap("unknown_product", start=change, end=change + timedelta(days=1))
    part = Tariff(
        (replace(LADDER, end=change), replace(LADDER, start=change + timedelta(days=1))),
        MONTHLY_RATES,
        BillingCalendar(day=18),
        gaps=(gap,),
    )
    hours = [
        (at("2026-07-24T23:00"), yen("1")),
        (change, yen("119")),
        (at("2026-07-26T00:00"), yen("1")),
    ]
    with pytest.raises(Unpriced, match="unknown_product"):
        costs(part, hours)
    found = costs(part, hours, skip_unpriced=True)
    # What was used in the time without a price still counts towards the steps.
    assert [(row.start, row.components[ENERGY]) for row in found] == [
        (at("2026-07-24T23:00"), 20),
        (at("2026-07-26T00:00"), 25),
    ]


def test_an_unknown_standing_charge_leaves_the_cost_unknown() -> None:
    with pytest.raises(Unpriced, match="no_standing_charge"):
        costs(tariff(replace(LADDER, standing_charge=None)), [(at("2026-07-20T10:00"), yen("1"))])


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 12, 31)])
def test_the_last_day_of_a_period_that_starts_on_the_31st(day: date) -> None:
    calendar = BillingCalendar(day=31)
    monthly_rates = replace(
        MONTHLY_RATES,
        fuel_cost_adjustment=timeline([month(FUEL, 2023, 1, "3.00")]),
        renewable_energy_levy=timeline([month(LEVY, 2023, 1, "1.00")]),
    )
    midnight = datetime(day.year, day.month, day.day, tzinfo=JST)
    hours = [(midnight - timedelta(hours=1), yen("121")), (midnight, yen("1"))]
    found = costs(Tariff((LADDER,), monthly_rates, calendar), hours)
    assert [row.components[ENERGY] for row in found] == [2425, 20]


def test_kwh_without_an_agreement_climb_no_steps() -> None:
    first = replace(LADDER, end=at("2026-07-20T00:00"))
    second = replace(LADDER, start=at("2026-07-21T00:00"))
    hours = [
        (at("2026-07-19T23:00"), yen("110")),
        (at("2026-07-20T12:00"), yen("500")),
        (at("2026-07-21T00:00"), yen("20")),
    ]
    found = costs(tariff(first, second), hours, skip_unpriced=True)
    # 10 of the last 20 kWh are within the first step of 120.
    assert [row.components[ENERGY] for row in found] == [2200, 10 * 20 + 10 * 25]
    assert kwh_used(tariff(first, second), hours) == 130
    # A time of an agreement that cannot be priced is use all the same.
    gap = Gap("unknown_product", start=at("2026-07-20T00:00"), end=at("2026-07-21T00:00"))
    unpriced = replace(tariff(first, second), gaps=(gap,))
    found = costs(unpriced, hours, skip_unpriced=True)
    assert found[-1].components[ENERGY] == 20 * 30
    assert kwh_used(unpriced, hours) == 630


PERIOD = BillingPeriod(at("2026-07-18T00:00"), at("2026-08-18T00:00"), closed=True)


def test_an_hour_without_a_reading_bears_its_standing_charge_once_its_period_is_closed() -> None:
    read = [(at("2026-07-20T10:00"), yen("2")), (at("2026-08-20T10:00"), yen("2"))]
    built = replace(tariff(LADDER), calendar=BillingCalendar((PERIOD,), day=18))
    hours = with_silent_hours(built, read)
    # The period of 31 days; to the period that is open nothing is added.
    assert len(hours) == 31 * 24 + 1
    assert hours == sorted(hours)
    assert [start for start, kwh in hours if kwh] == [start for start, _ in read]
    assert sum(row.components[STANDING] for row in costs(built, hours)) == 31 * 24 + 1
    assert with_silent_hours(built, hours) == hours
    assert with_silent_hours(tariff(LADDER), read) == read


def test_where_no_agreement_is_in_force_nothing_is_added() -> None:
    read = [(at("2026-08-17T10:00"), yen("2"))]
    built = replace(tariff(LADDER), calendar=BillingCalendar((PERIOD,), day=18))
    moved_in = replace(built, cards=(replace(LADDER, start=at("2026-08-17T00:00")),))
    assert len(with_silent_hours(moved_in, read)) == 24


def test_of_a_period_without_any_reading_nothing_is_known() -> None:
    earlier = BillingPeriod(at("2026-06-18T00:00"), PERIOD.start, closed=True)
    built = replace(tariff(LADDER), calendar=BillingCalendar((earlier, PERIOD), day=18))
    assert with_silent_hours(built, []) == []
    hours = with_silent_hours(built, [(at("2026-07-20T10:00"), yen("2"))])
    assert hours[0][0] == PERIOD.start


def test_hours_begin_on_the_hour_even_where_a_period_does_not() -> None:
    read = [(at("2026-07-20T10:00"), yen("2"))]
    odd = replace(PERIOD, start=at("2026-07-18T00:20"))
    built = replace(tariff(LADDER), calendar=BillingCalendar((odd,), day=18))
    starts = [start for start, _ in with_silent_hours(built, read)]
    assert starts[0] == at("2026-07-18T01:00")
    assert all(start.minute == 0 for start in starts)


LEVIED = replace(
    MONTHLY_RATES,
    renewable_energy_levy=timeline([month(LEVY, 2026, number, "1.00") for number in range(5, 13)]),
)


def test_an_hour_tells_whether_it_is_an_estimate() -> None:
    hours = [(at(f"2026-{month}-20T10:00"), yen("1")) for month in ("07", "08", "09", "10")]
    found = costs(replace(tariff(LADDER), monthly_rates=LEVIED), hours)
    assert [row.estimated for row in found] == [False, False, True, True]
    ended = replace(LADDER, estimated=True)
    assert all(row.estimated for row in costs(tariff(ended), hours))


def test_what_is_guessed_and_since_when() -> None:
    start, end = at("2026-07-20T00:00"), at("2026-10-05T00:00")
    september, october = 2026 * 12 + 8, 2026 * 12 + 9
    first_of = [at(f"2026-{month}-01T00:00") for month in ("09", "10")]
    assert estimates(replace(tariff(LADDER), monthly_rates=LEVIED), start, end) == tuple(
        Estimate(FUEL, month, Interval(since, until), Provenance.CARRIED_FORWARD)
        for month, since, until in (
            (september, first_of[0], first_of[1]),
            (october, first_of[1], end),
        )
    )
    fixed = replace(LADDER, fuel_cost_adjusted=False, estimated=True)
    assert estimates(replace(tariff(fixed), monthly_rates=LEVIED), start, end) == (
        Estimate(ENERGY, None, Interval(start, end), Provenance.CARRIED_FORWARD),
    )
    assert estimates(tariff(replace(LADDER, end=start)), start, end) == ()
