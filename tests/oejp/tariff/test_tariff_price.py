"""Prices now and ahead."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cards import single, stepped, time_of_use
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST, midnight
from custom_components.octopus_japan.oejp.tariff import (
    Band,
    BillingCalendar,
    BillingPeriod,
    Component,
    Extra,
    Gap,
    Kind,
    MonthlyRates,
    Per,
    Provenance,
    RateCard,
    StandingCharge,
    Tariff,
    Unpriced,
    day_prices,
    kwh_left_in_step,
    next_change,
    price_at,
    price_periods,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
    subsidies,
)
from custom_components.octopus_japan.oejp.tariff.schedule import learn, published

KK = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
EV_SCHEDULE = published("tgoe_ev_tou_jan_25_scheme", "03")
EV = time_of_use(
    "38.80", [("NIGHT", "14.60"), ("DAY", "12.60"), ("STANDARD", "25.77")], EV_SCHEDULE
)
MONTHLY_RATES = MonthlyRates(
    timeline(fuel_cost_adjustments("03")),
    timeline(renewable_energy_levies()),
    timeline(subsidies()),
)


def tariff(
    *cards: RateCard, gaps: tuple[Gap, ...] = (), subsidies: bool = False, day: int = 18
) -> Tariff:
    return Tariff(cards, MONTHLY_RATES, BillingCalendar(day=day), gaps=gaps, subsidies=subsidies)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def test_price_of_the_next_kwh_by_component() -> None:
    price = price_at(tariff(KK), at("2026-08-04T12:00"), Decimal(130))
    assert price.components == {
        Component.ENERGY: Decimal("25.29"),
        Component.FUEL_COST_ADJUSTMENT: Decimal("4.32"),
        Component.RENEWABLE_ENERGY_LEVY: Decimal("4.18"),
    }
    assert price.total == Decimal("33.79")
    assert price.provenance == {
        Component.ENERGY: Provenance.API,
        Component.FUEL_COST_ADJUSTMENT: Provenance.PUBLISHED,
        Component.RENEWABLE_ENERGY_LEVY: Provenance.PUBLISHED,
    }
    assert price.standing_charge == StandingCharge(Decimal("38.80"))
    assert (price.band, price.slot, price.estimated) == ("step_2", "step_2", False)


def test_price_without_tax_has_five_digits() -> None:
    price = price_at(tariff(KK), at("2026-08-04T12:00"))
    assert price.components_without_tax[Component.ENERGY] == Decimal("18.74545")
    assert price.total_without_tax == Decimal("18.74545") + Decimal("3.92727") + Decimal("3.80000")


@pytest.mark.parametrize(
    ("used", "step", "left"),
    [
        ("0", "step_1", "120"),
        ("119.99", "step_1", "0.01"),
        ("120", "step_2", "180"),
        ("300", "step_3", None),
    ],
)
def test_a_step_begins_with_the_kwh_after_its_bound(used: str, step: str, left: str | None) -> None:
    now = at("2026-08-04T12:00")
    assert price_at(tariff(KK), now, Decimal(used)).slot == step
    expected = None if left is None else Decimal(left)
    assert kwh_left_in_step(tariff(KK), now, Decimal(used)) == expected


def test_no_steps_no_kwh_left() -> None:
    assert kwh_left_in_step(tariff(EV), at("2026-08-04T12:00"), Decimal(5)) is None
    assert price_at(tariff(single(0, "30.35")), at("2026-08-04T12:00")).slot == "single"


def test_a_day_by_time_of_use() -> None:
    found = price_periods(tariff(EV), at("2026-08-04T00:00"), at("2026-08-05T00:00"))
    assert [(p.start.astimezone(JST).hour, p.price.slot, p.price.total) for p in found] == [
        (0, "standard", Decimal("34.27")),
        (1, "night", Decimal("23.10")),
        (5, "standard", Decimal("34.27")),
        (11, "day", Decimal("21.10")),
        (13, "standard", Decimal("34.27")),
    ]
    assert [p.price.valid_until for p in found] == [p.end for p in found]


def test_neighbours_of_one_price_are_one_across_midnight() -> None:
    found = price_periods(tariff(EV), at("2026-08-04T20:15"), at("2026-08-05T00:40"))
    assert [(p.start, p.end) for p in found] == [(at("2026-08-04T20:15"), at("2026-08-05T00:40"))]


def test_prices_change_with_the_month() -> None:
    found = price_periods(tariff(EV), at("2026-08-31T23:00"), at("2026-09-01T00:30"))
    assert [p.price.total for p in found] == [Decimal("34.27"), Decimal("35.73")]
    assert found[0].end == midnight(date(2026, 9, 1))


def test_steps_begin_again_with_the_period() -> None:
    found = price_periods(tariff(KK), at("2026-08-17T00:00"), at("2026-08-19T00:00"), Decimal(310))
    assert [(p.price.slot, p.end) for p in found] == [
        ("step_3", at("2026-08-18T00:00")),
        ("step_1", at("2026-08-19T00:00")),
    ]


def test_nothing_in_no_time() -> None:
    assert price_periods(tariff(KK), at("2026-08-17T00:00"), at("2026-08-17T00:00")) == ()


def test_the_next_change() -> None:
    price = price_at(tariff(EV), at("2026-08-04T01:10"))
    change = next_change(tariff(EV), at("2026-08-04T01:10"))
    assert change is not None
    assert change.at == price.valid_until == at("2026-08-04T05:00")
    assert change.slot == "standard"
    # Step 3 lasts until the period ends, step 1 until the adjustment changes.
    assert price_at(tariff(KK), at("2026-08-04T01:10"), Decimal(400)).valid_until == at(
        "2026-08-18T00:00"
    )
    assert price_at(tariff(KK), at("2026-08-04T01:10")).valid_until == at("2026-09-01T00:00")


def test_no_change_in_sight() -> None:
    levy = timeline(renewable_energy_levies())
    card = replace(single(0, "30.35"), fuel_cost_adjusted=False)
    simple = Tariff((card,), MonthlyRates(renewable_energy_levy=levy))
    assert next_change(simple, at("2027-06-01T00:00")) is None
    assert price_at(simple, at("2027-06-01T00:00")).valid_until is None


def test_what_is_carried_forward_is_an_estimate() -> None:
    price = price_at(tariff(KK), at("2026-10-01T00:00"))
    assert price.estimated
    assert price.components[Component.FUEL_COST_ADJUSTMENT] == Decimal("5.78")
    assert price.provenance[Component.FUEL_COST_ADJUSTMENT] is Provenance.CARRIED_FORWARD
    # It is news when a price becomes an estimate, though it is no other price.
    assert price_at(tariff(EV), at("2026-09-30T14:00")).valid_until == at("2026-10-01T00:00")
    ended = price_at(tariff(replace(KK, estimated=True)), at("2026-08-01T00:00"))
    assert ended.estimated
    assert ended.provenance[Component.ENERGY] is Provenance.CARRIED_FORWARD


def test_a_learned_schedule_says_so() -> None:
    start = at("2026-08-01T00:00")
    halves = [start + i * timedelta(minutes=30) for i in range(48)]
    learned = learn([(half, f"CONSUMPTION_03_{'N' if half.hour < 6 else 'D'}") for half in halves])
    card = time_of_use(0, [("N", 10), ("D", 20)], learned)
    assert (
        price_at(tariff(card), at("2026-08-01T05:59")).provenance[Component.ENERGY]
        is Provenance.LEARNED
    )


def test_subsidy_and_discounts_are_components() -> None:
    extras = (
        Extra("campaign", Decimal("-1.00"), Per.KWH, Component.DISCOUNT),
        Extra("green", Decimal("0.55"), Per.KWH, Component.ENERGY),
    )
    price = price_at(tariff(replace(KK, extras=extras), subsidies=True), at("2026-08-04T12:00"))
    # The use of July: from the reading of 18 July to that of 18 August.
    assert price.components[Component.SUBSIDY] == Decimal("-3.5")
    assert price.components[Component.DISCOUNT] == Decimal("-1.00")
    assert price.components[Component.ENERGY] == Decimal("21.17")
    assert price.total == Decimal("25.17")


def test_a_fixed_fuel_cost_adjustment_stays() -> None:
    card = replace(KK, fixed_fuel_cost_adjustment=Decimal("2.22"))
    for when in ("2020-08-04T12:00", "2030-01-01T00:00"):
        price = price_at(tariff(card), at(when))
        assert price.components[Component.FUEL_COST_ADJUSTMENT] == Decimal("2.22")


def test_an_agreement_that_changes_and_one_already_signed() -> None:
    change = at("2026-08-10T00:00")
    both = tariff(replace(KK, end=change), replace(EV, start=change))
    found = price_periods(both, at("2026-08-09T22:00"), at("2026-08-10T02:00"))
    assert [(p.price.slot, p.end.astimezone(JST).hour) for p in found] == [
        ("step_1", 0),
        ("standard", 1),
        ("night", 2),
    ]


@pytest.mark.parametrize(
    ("cards", "gaps", "when", "reason"),
    [
        ((), (), "2026-08-04", "no_agreement"),
        ((), (Gap("unknown_product"),), "2026-08-04", "unknown_product"),
        ((), (Gap("unknown_product", end=at("2026-08-04T00:00")),), "2026-08-04", "no_agreement"),
        ((replace(KK, start=at("2026-08-05T00:00")),), (), "2026-08-04", "no_agreement"),
        ((KK,), (), "2020-01-01", "no_fuel_cost_adjustment"),
        ((replace(KK, fuel_cost_adjusted=False),), (), "2012-01-01", "no_renewable_energy_levy"),
        ((replace(EV, schedule=None),), (), "2026-08-04", "unknown_schedule"),
        ((replace(EV, bands=(Band("x", "NIGHT", Decimal(1)),)),), (), "2026-08-04", "unknown_band"),
        ((RateCard(Kind.STEPPED),), (), "2026-08-04", "unknown_product"),
    ],
)
def test_no_price_is_guessed(
    cards: tuple[RateCard, ...], gaps: tuple[Gap, ...], when: str, reason: str
) -> None:
    with pytest.raises(Unpriced, match=reason) as raised:
        price_at(tariff(*cards, gaps=gaps), at(f"{when}T00:00"))
    assert raised.value.reason == reason


def test_a_time_without_price_is_left_out() -> None:
    gap = Gap("unknown_product", end=at("2026-08-05T00:00"))
    part = tariff(replace(KK, start=at("2026-08-05T00:00")), gaps=(gap,))
    found = price_periods(part, at("2026-08-04T00:00"), at("2026-08-06T00:00"))
    assert [(p.start, p.end) for p in found] == [(at("2026-08-05T00:00"), at("2026-08-06T00:00"))]
    with pytest.raises(Unpriced, match="unknown_product"):
        price_periods(part, at("2026-08-03T00:00"), at("2026-08-04T00:00"))
    ending = tariff(replace(EV, end=at("2026-08-05T00:00")))
    assert next_change(ending, at("2026-08-04T14:00")) is None


def test_prices_of_a_day() -> None:
    day = day_prices(tariff(EV), date(2026, 8, 4))
    assert (day.low, day.high) == (Decimal("21.10"), Decimal("34.27"))
    # (18 x 34.27 + 4 x 23.10 + 2 x 21.10) / 24
    assert day.mean == (18 * Decimal("34.27") + 4 * Decimal("23.10") + 2 * Decimal("21.10")) / 24
    assert [day.rank(p.price) for p in day.periods] == [3, 2, 3, 1, 3]
    assert [p.start for p in day.cheapest] == [at("2026-08-04T11:00").astimezone(UTC)]


def test_reading_month_and_calendar_day() -> None:
    from custom_components.octopus_japan.oejp.tariff import MonthBasis

    by_day = tariff(KK)
    by_month = replace(by_day, month_basis=MonthBasis.READING_MONTH)
    # 20 July is in the period from 18 July to 18 August: 8月分.
    for which, price in ((by_day, "3.37"), (by_month, "4.32")):
        found = price_at(which, at("2026-07-20T00:00")).components[Component.FUEL_COST_ADJUSTMENT]
        july = MONTHLY_RATES.fuel_cost_adjustment.at(2026 * 12 + 6)
        assert july is not None
        assert found == (july.price if which is by_day else Decimal(price))
    closed = BillingPeriod(
        at("2026-07-18T00:00"), at("2026-08-18T00:00"), closed=True, label=2026 * 12 + 8
    )
    stated = replace(by_month, calendar=BillingCalendar((closed,)))
    price = price_at(stated, at("2026-07-20T00:00"))
    assert price.components[Component.FUEL_COST_ADJUSTMENT] == Decimal("5.78")
