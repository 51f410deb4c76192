"""Bills to the yen: the rules one by one, and published examples."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from cards import single, stepped, time_of_use
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST, midnight
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    Extra,
    Gap,
    GasTariff,
    Minimum,
    MonthBasis,
    MonthlyRates,
    Per,
    RateCard,
    StandingCharge,
    Tariff,
    Unpriced,
    bill,
    bill_for,
    gas_bill,
    gas_bill_for,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.gas import GasCard, GasTier
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
    subsidies,
)
from custom_components.octopus_japan.oejp.tariff.schedule import learn, published

KK = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
EV = time_of_use(
    "38.80",
    [("DAY", "12.60"), ("NIGHT", "14.60"), ("STANDARD", "25.77")],
    published("tgoe_ev_tou_jan_25_scheme", "03"),
)
MONTHLY_RATES = MonthlyRates(
    timeline(fuel_cost_adjustments("03")),
    timeline(renewable_energy_levies()),
    timeline(subsidies()),
)


def test_a_bill_by_hand() -> None:
    found = bill(KK, "250", days=31, fuel="5.78", levy="4.18")
    assert found.components == {
        Component.STANDING_CHARGE: Decimal("1202.80"),
        Component.ENERGY: Decimal("2474.40") + Decimal("3287.70"),
        Component.FUEL_COST_ADJUSTMENT: Decimal("1445.00"),
        Component.RENEWABLE_ENERGY_LEVY: Decimal(1045),
    }
    assert found.exact == Decimal("9454.90")
    assert (found.total, found.tax) == (9454, 859)


def test_a_published_example_with_a_minimum_charge() -> None:
    """Kansai Electric's own (kepco.jp/ryokin/menu/dento_a): 260 kWh, direct debit discount 55 yen, before monthly rates 6,175 yen."""
    card = stepped(
        "522.58", (15, 0), (120, "20.21"), (300, "25.61"), (None, "28.59"), per=Per.MONTH
    )
    found = bill(card, 260, days=30, discount="55.00")
    assert found.components[Component.ENERGY] == Decimal("2122.05") + Decimal("3585.40")
    assert found.total == 6175


def test_a_published_example_of_three_steps() -> None:
    """yoilife.com/kounetu/denryo.html: 320 kWh at the prices of its time, energy alone 6,741 yen."""
    card = stepped(0, (120, "17.87"), (300, "22.86"), (None, "24.13"))
    assert bill(card, 320, days=30).total == 6741


def test_monthly_rates_of_a_minimum_charge_are_fixed_amounts_up_to_its_bound() -> None:
    card = stepped("522.58", (15, 0), (None, "20.00"), per=Per.MONTH)
    fixed = Minimum(15, fuel="-3.30", levy="62.70")
    found = bill(card, 25, days=30, fuel="-0.50", levy="4.18", minimum=fixed)
    assert found.components[Component.FUEL_COST_ADJUSTMENT] == Decimal("-8.30")
    assert found.components[Component.RENEWABLE_ENERGY_LEVY] == 104  # 62.70 + 41.80, cut
    below = bill(card, 3, days=30, fuel="-0.50", levy="4.18", minimum=fixed)
    assert below.components[Component.FUEL_COST_ADJUSTMENT] == Decimal("-3.30")
    assert below.total == int(Decimal("522.58") - Decimal("3.30") + 62)


@pytest.mark.parametrize(
    ("kwh", "charged"), [("249.49", 249), ("249.50", 250), ("250.50", 251), ("0", 0)]
)
def test_kwh_are_rounded_half_up(kwh: str, charged: int) -> None:
    assert bill(KK, kwh, days=31).kwh == charged


def test_the_levy_is_cut_by_itself_and_the_total_once() -> None:
    # 151 x 4.18 = 631.18 and 151 x 10.99 = 1659.49: 2290.67 in one sum, 631 + 1659.49 = 2290.49.
    found = bill(single(0, "10.99"), 151, days=30, levy="4.18")
    assert found.components[Component.RENEWABLE_ENERGY_LEVY] == 631
    assert found.exact == Decimal("2290.49")
    # 99 x 4.18 = 413.82 and 99 x 1.02 = 100.98: 514.80, but 413 + 100.98 = 513.98.
    assert bill(single(0, "1.02"), 99, days=30, levy="4.18").total == 513


def test_an_exact_sum_is_not_a_yen_short() -> None:
    assert bill(single("0.10", "0.70"), 10, days=3).exact == Decimal("7.30")
    assert bill(single("0.10", "0.10"), 17, days=13).total == 3


def test_bands_are_rounded_and_the_last_takes_the_remainder() -> None:
    # 150.5 + 20.4 + 199.3 = 370.2: 151, 20 and what remains of 370.
    found = bill(
        EV,
        {"NIGHT": "150.5", "DAY": "20.4", "STANDARD": "199.3"},
        days=31,
        fuel="4.32",
        levy="4.18",
    )
    units = {line.name: line.units for line in found.lines if line.component is Component.ENERGY}
    assert units == {"NIGHT": 151, "DAY": 20, "STANDARD": 199}
    assert found.exact == Decimal("11932.03")
    assert found.total == 11932
    # Halves that all round up never add up to more than the total.
    three = bill(EV, {"NIGHT": "0.5", "DAY": "0.5", "STANDARD": "0.5"}, days=31)
    assert [line.units for line in three.lines if line.component is Component.ENERGY] == [1, 1, 0]
    with pytest.raises(Unpriced, match="unknown_band"):
        bill(EV, {"SOLAR": 1}, days=31)


def test_subsidy_and_discounts_on_a_bill() -> None:
    extras = (
        Extra("campaign", Decimal("-1.00"), Per.KWH, Component.DISCOUNT),
        Extra("box", Decimal("2.00"), Per.DAY, Component.STANDING_CHARGE),
        Extra("welcome", Decimal(-300), Per.MONTH, Component.DISCOUNT),
    )
    steps = tuple(replace(step, discount=Decimal("-0.50")) for step in KK.steps)
    found = bill(replace(KK, extras=extras, steps=steps), 100, days=30, subsidy="4.5")
    assert found.components == {
        Component.STANDING_CHARGE: Decimal("1164.00") + 60,
        Component.ENERGY: 2062,
        Component.DISCOUNT: -100 - 300 - 50,
        Component.SUBSIDY: -450,
    }
    bands = tuple(replace(band, discount=Decimal(-1)) for band in EV.bands)
    assert bill(replace(EV, bands=bands), {"DAY": 10}, days=1).components[Component.DISCOUNT] == -10


def test_no_bill_without_a_standing_charge() -> None:
    with pytest.raises(Unpriced, match="no_standing_charge"):
        bill(replace(KK, standing_charge=None), 100, days=30)


def period(start: str, end: str) -> BillingPeriod:
    return BillingPeriod(
        midnight(date.fromisoformat(start)), midnight(date.fromisoformat(end)), closed=True
    )


def hours(of: BillingPeriod, kwh: str) -> list[tuple[datetime, Decimal]]:
    count = (of.end - of.start) // timedelta(hours=1)
    return [(of.start + i * timedelta(hours=1), Decimal(kwh)) for i in range(count)]


AUGUST = period("2026-07-18", "2026-08-18")


def tariff(
    *cards: RateCard,
    subsidies: bool = False,
    basis: MonthBasis = MonthBasis.CALENDAR_DAY,
) -> Tariff:
    return Tariff(
        cards, MONTHLY_RATES, BillingCalendar((AUGUST,), day=18), basis, subsidies=subsidies
    )


def test_a_bill_from_hours_follows_the_monthly_rates_by_day() -> None:
    july = MONTHLY_RATES.fuel_cost_adjustment.at(2026 * 12 + 6)
    assert july is not None
    # 744 h x 0.403 kWh = 299.832 kWh: 300; 14 days of July 135.408: 135, the rest in August.
    found = bill_for(tariff(KK), AUGUST, hours(AUGUST, "0.403"))
    assert (found.kwh, found.days) == (300, 31)
    assert found.components == {
        Component.STANDING_CHARGE: Decimal("1202.80"),
        Component.ENERGY: Decimal("2474.40") + 180 * Decimal("25.29"),
        Component.FUEL_COST_ADJUSTMENT: 135 * july.price + 165 * Decimal("4.32"),
        Component.RENEWABLE_ENERGY_LEVY: 1254,
    }


def test_a_bill_from_hours_by_reading_month() -> None:
    by_month = tariff(KK, subsidies=True, basis=MonthBasis.READING_MONTH)
    found = bill_for(by_month, AUGUST, hours(AUGUST, "0.403"))
    assert found.components[Component.FUEL_COST_ADJUSTMENT] == 300 * Decimal("4.32")
    assert found.components[Component.SUBSIDY] == 300 * Decimal("-3.5")
    by_hand = bill(KK, "299.832", days=31, fuel="4.32", levy="4.18", subsidy="3.5")
    assert found.total == by_hand.total


def test_only_the_kwh_of_days_that_have_a_subsidy_get_it() -> None:
    # A calendar month over two billing periods: the use of June, until 17 July, has no subsidy, the use of July has 3.5 yen.
    built = replace(tariff(KK, subsidies=True), calendar=BillingCalendar(day=18))
    found = bill_for(built, period("2026-07-01", "2026-08-01"), hours(AUGUST, "1")[:130])
    assert found.components[Component.SUBSIDY] == -455
    before = [(start - timedelta(days=17), kwh) for start, kwh in hours(AUGUST, "1")[:170]]
    both = bill_for(built, period("2026-07-01", "2026-08-01"), [*before, *hours(AUGUST, "1")[:130]])
    assert (both.kwh, both.components[Component.SUBSIDY]) == (300, -455)


def test_a_bill_tells_since_when_it_is_an_estimate() -> None:
    september = period("2026-09-18", "2026-10-18")
    assert bill_for(tariff(KK), AUGUST, hours(AUGUST, "1")).estimated_since is None
    found = bill_for(tariff(KK), september, hours(september, "1"))
    assert found.estimated_since == datetime(2026, 10, 1, tzinfo=JST)


def test_a_bill_by_the_meter_s_own_total() -> None:
    found = bill_for(tariff(KK), AUGUST, [], kwh=Decimal(300))
    assert found.kwh == 300
    assert found.components[Component.ENERGY] == Decimal("2474.40") + 180 * Decimal("25.29")
    with pytest.raises(Unpriced, match="no_readings"):
        bill_for(tariff(EV), AUGUST, [], kwh=Decimal(300))


def test_no_bill_of_a_period_without_an_agreement() -> None:
    with pytest.raises(Unpriced, match="no_agreement"):
        bill_for(
            Tariff((), MONTHLY_RATES, BillingCalendar((AUGUST,), day=18)),
            AUGUST,
            hours(AUGUST, "1"),
        )


def test_a_bill_by_time_of_use_from_hours() -> None:
    found = bill_for(tariff(EV), AUGUST, [*hours(AUGUST, "0.5"), (AUGUST.end, Decimal(99))])
    units = {line.name: line.units for line in found.lines if line.component is Component.ENERGY}
    # 31 days of 18, 4 and 2 hours at half a kWh.
    assert units == {"STANDARD": 279, "NIGHT": 62, "DAY": 31}
    halves = [
        (at, Decimal("0.25"))
        for start, _ in hours(AUGUST, "0")
        for at in (start, start + timedelta(minutes=30))
    ]
    assert bill_for(tariff(EV), AUGUST, halves, resolution=timedelta(minutes=30)) == found


def test_an_hour_of_two_slots_goes_half_to_each() -> None:
    starts = [datetime(2026, month, 1, tzinfo=JST) for month in (7, 8)]
    bands = [
        (start + i * timedelta(minutes=30), f"CONSUMPTION_03_{'N' if i < 13 else 'D'}")
        for start in starts
        for i in range(48)
    ]
    card = time_of_use(0, [("N", 10), ("D", 20)], learn(bands))
    found = bill_for(tariff(card), AUGUST, [(AUGUST.start + timedelta(hours=6), Decimal(10))])
    assert found.components[Component.ENERGY] == 150


def test_an_agreement_that_changes_within_the_period() -> None:
    change = datetime(2026, 7, 28, tzinfo=JST)
    both = tariff(
        replace(KK, end=change, agreement_id=1), replace(EV, start=change, agreement_id=2)
    )
    found = bill_for(both, AUGUST, hours(AUGUST, "0.5"))
    assert [line.units for line in found.lines if line.component is Component.STANDING_CHARGE] == [
        10,
        21,
    ]
    assert [(line.name, line.units) for line in found.lines if line.component is Component.ENERGY] == [
        ("step_1", 120), ("step_2", 0), ("step_3", 0), ("STANDARD", 189), ("NIGHT", 42), ("DAY", 21),
    ]  # fmt: skip
    # One agreement whose prices change: the steps go on.
    dearer = replace(
        KK, start=change, steps=tuple(replace(step, price=step.price + 1) for step in KK.steps)
    )
    found = bill_for(tariff(replace(KK, end=change), dearer), AUGUST, hours(AUGUST, "0.5"))
    assert [line.units for line in found.lines if line.component is Component.ENERGY] == [
        120,
        0,
        0,
        0,
        180,
        72,
    ]


def test_days_without_agreement_are_not_charged_and_other_holes_refused() -> None:
    late = tariff(replace(KK, start=datetime(2026, 8, 8, tzinfo=JST)))
    found = bill_for(late, AUGUST, hours(AUGUST, "0.5"))
    assert found.kwh == 120
    assert found.components[Component.STANDING_CHARGE] == 388
    with pytest.raises(Unpriced, match="unknown_product"):
        bill_for(replace(late, gaps=(Gap("unknown_product"),)), AUGUST, [])


TABLE = (
    GasTier(Decimal(0), Decimal(20), Decimal("145.31"), StandingCharge(Decimal(759), Per.MONTH)),
    GasTier(Decimal(20), Decimal(80), Decimal("130.46"), StandingCharge(Decimal(1056), Per.MONTH)),
    GasTier(Decimal(80), None, Decimal("128.26"), StandingCharge(Decimal(1232), Per.MONTH)),
)


@pytest.mark.parametrize(
    ("m3", "yen"),
    [
        ("0", 759),
        ("20", 3665),  # 759 + 20 x 145.31 = 3665.20
        ("21", 3795),  # 1056 + 21 x 130.46 = 3795.66: the row of all of it
        ("80.5", 11556),  # 1232 + 80.5 x 128.26 = 11556.93
    ],
)
def test_the_volume_of_gas_selects_one_row(m3: str, yen: int) -> None:
    assert gas_bill(GasCard(TABLE), m3, days=30).total == yen


def test_gas_by_the_day_and_with_a_subsidy() -> None:
    card = GasCard((GasTier(Decimal(0), None, Decimal(100), StandingCharge(Decimal(30))),))
    found = gas_bill(card, 10, days=30, subsidy=14)
    assert found.components == {
        Component.STANDING_CHARGE: 900, Component.ENERGY: 1000, Component.SUBSIDY: -140,
    }  # fmt: skip


def test_gas_of_a_period_is_priced_by_the_month_that_names_it() -> None:
    august = datetime(2026, 8, 1, tzinfo=JST)
    dearer = tuple(replace(tier, price=tier.price + 1) for tier in TABLE)
    gas = GasTariff(
        (GasCard(TABLE, end=august), GasCard(dearer, start=august)),
        subsidy=timeline(subsidies(gas=True)),
    )
    # 1056 + 30 x 131.46 - 30 x 14 (use of July)
    assert gas_bill_for(gas, AUGUST, 30).total == 4579
    assert gas_bill_for(replace(gas, subsidy=timeline([])), AUGUST, 30).total == 4999
    with pytest.raises(Unpriced, match="unknown_product"):
        GasCard(TABLE[:2]).tier_for(Decimal(81))
