"""From the service's answers to a tariff."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST
from custom_components.octopus_japan.oejp.kraken.models import (
    AddonRate,
    Agreement,
    ElectricityFitProduct,
    ElectricityProduct,
    ElectricitySingleStepProduct,
    ElectricitySteppedProduct,
    GasTieredProduct,
    IntervalReading,
    LineItem,
    MetiCredit,
    Rate,
    Reading,
    ReadingDates,
    SupplyPeriod,
)
from custom_components.octopus_japan.oejp.tariff import (
    Capacity,
    Component,
    Kind,
    MonthBasis,
    MonthlyRate,
    Per,
    Provenance,
    RateCard,
    StandingCharge,
    Tariff,
    Unpriced,
    costs,
    credit_at,
    credits_for,
    gas_bill,
    price_at,
)
from custom_components.octopus_japan.oejp.tariff.agreements import ProductAgreement, lay_out
from custom_components.octopus_japan.oejp.tariff.from_bills import windows
from custom_components.octopus_japan.oejp.tariff.from_kraken import (
    Evidence,
    bands_seen,
    calendar,
    charge_lines,
    gas_tariff,
    generation_tariff,
    observations,
    subsidy_rates,
    tariff,
)
from custom_components.octopus_japan.oejp.tariff.monthly_rates import keep
from custom_components.octopus_japan.oejp.tariff.schedule import (
    BandHours,
    entered as entered_schedule,
)

FUEL, LEVY = Component.FUEL_COST_ADJUSTMENT, Component.RENEWABLE_ENERGY_LEVY


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def rate(price: str, band: str | None = None, **more: Any) -> Rate:
    return Rate(Decimal(price), band=band, **more)


def ladder(*prices: str, area: str = "03", **more: Any) -> tuple[Rate, ...]:
    bounds = [0, 120, 300, None]
    return tuple(
        rate(
            price,
            f"CONSUMPTION_STEPPED_{area}_{number + 1:02d}",
            step_start=bounds[number],
            step_end=None if number == len(prices) - 1 else bounds[number + 1],
            grid_operator_code="03",
            **more,
        )
        for number, price in enumerate(prices)
    )


AUGUST_FUEL = rate("4.40", valid_from=at("2026-08-01"), valid_to=at("2026-09-01"))
LEVY_2026 = rate("4.18", valid_from=at("2026-05-01"), valid_to=at("2027-05-01"))


def stepped(
    charges: Sequence[Rate] = ladder("20.62", "25.29", "27.44"), **more: Any
) -> ElectricityProduct:
    values: dict[str, Any] = {
        "code": "JPN_KK_OCTOPUS_MAY_26",
        "display_name": "KKオクトパス",
        "params": {"product_type": "stepped_rates_product"},
        "standing_charge_unit_type": "YEN_AMPERE_DAY",
        "standing_charge_price_per_day": Decimal("38.80"),
        "fuel_cost_adjustment": AUGUST_FUEL,
        "renewable_energy_levy": LEVY_2026,
    }
    return ElectricitySteppedProduct(**values | {"consumption_charges": tuple(charges)} | more)


def ev(bands: Sequence[str] = ("DAY", "NIGHT", "STANDARD"), **more: Any) -> ElectricityProduct:
    values: dict[str, Any] = {
        "code": "JPN_EV_OCTOPUS_JAN_25",
        "params": {"time_of_use_scheme": "tgoe_ev_tou_jan_25_scheme"},
        "standing_charge_price_per_day": Decimal("38.80"),
        "fuel_cost_adjustment": AUGUST_FUEL,
        "renewable_energy_levy": LEVY_2026,
        "consumption_charges": tuple(
            rate(f"{10 + index}.00", f"CONSUMPTION_03_{band}", grid_operator_code="03")
            for index, band in enumerate(bands)
        ),
    }
    return ElectricitySingleStepProduct(**values | more)


def simple(**more: Any) -> ElectricityProduct:
    values: dict[str, Any] = {
        "code": "JPN_SIMPLE",
        "standing_charge_price_per_day": Decimal(0),
        "consumption_charges": (rate("30.80", "CONSUMPTION_03"),),
    }
    return ElectricitySingleStepProduct(**values | more)


def agreement(
    product: Any, start: str | None = "2026-06-18", end: str | None = None, **more: Any
) -> Agreement:
    return Agreement(
        valid_from=None if start is None else at(start),
        valid_to=None if end is None else at(end),
        product=product,
        **{"id": 1} | more,
    )


def build(*agreements: Agreement, **more: Any) -> Tariff:
    return tariff(agreements, Evidence(**more), area="03")


def only_card(*agreements: Agreement, **more: Any) -> RateCard:
    found = build(*agreements, **more)
    assert found.gaps == ()
    (card,) = found.cards
    return card


def reason(*agreements: Agreement, when: str = "2026-08-04", **more: Any) -> str:
    with pytest.raises(Unpriced) as raised:
        price_at(build(*agreements, **more), at(when))
    return raised.value.reason


# Shapes


def test_a_ladder() -> None:
    card = only_card(agreement(stepped()))
    assert card.kind is Kind.STEPPED
    assert [(step.start, step.end, step.price) for step in card.steps] == [
        (0, 120, Decimal("20.62")),
        (120, 300, Decimal("25.29")),
        (300, None, Decimal("27.44")),
    ]
    assert card.standing_charge == StandingCharge(Decimal("38.80"))
    assert (card.start, card.end) == (at("2026-06-18"), None)
    assert (card.area, card.product_code, card.product_name, card.agreement_id) == (
        "03", "JPN_KK_OCTOPUS_MAY_26", "KKオクトパス", 1,
    )  # fmt: skip


def test_one_rate_without_fuel_cost_adjustment() -> None:
    card = only_card(agreement(simple()))
    assert (card.kind, card.fuel_cost_adjusted) == (Kind.SINGLE, False)
    price = price_at(build(agreement(simple())), at("2026-08-04"))
    assert set(price.components) == {Component.ENERGY, LEVY}


def test_bands_by_the_published_schedule() -> None:
    card = only_card(agreement(ev()))
    assert card.kind is Kind.TIME_OF_USE
    price = price_at(build(agreement(ev())), at("2026-08-04T03:00"))
    assert (price.band, price.slot, price.components[Component.ENERGY]) == (
        "CONSUMPTION_03_NIGHT",
        "night",
        11,
    )


def test_the_area_may_come_from_the_rates() -> None:
    found = tariff([agreement(ev())])
    assert price_at(found, at("2026-08-04T03:00")).slot == "night"
    charges = ev().consumption_charges
    mixed = ev(consumption_charges=(replace(charges[0], grid_operator_code="04"), *charges[1:]))
    assert [gap.reason for gap in tariff([agreement(mixed)]).gaps] == ["unknown_schedule"]


@pytest.mark.parametrize(
    "charges",
    [
        ladder("20.62", "25.29", "27.44")[1:],
        ladder("20.62", "25.29", "27.44")[:2],
        (ladder("1", "2", "3")[0], ladder("1", "2", "3")[2]),
        (*ladder("20.62", "25.29", "27.44"), rate("10", "CONSUMPTION_03_DAY")),
        (rate("10", "CONSUMPTION_03_DAY"), rate("10", "CONSUMPTION_03")),
    ],
)
def test_what_is_no_whole_is_refused(charges: Sequence[Rate]) -> None:
    assert reason(agreement(stepped(charges))) == "unknown_product"


def test_no_rates_no_price() -> None:
    assert reason(agreement(stepped(()))) == "no_rates"


def test_rates_at_odds_are_refused() -> None:
    both = (rate("30", "CONSUMPTION_03"), rate("31", "CONSUMPTION_03"))
    assert reason(agreement(simple(consumption_charges=both))) == "conflicting_rates"
    same = (rate("30", "CONSUMPTION_03"), rate("30", "CONSUMPTION_03"))
    assert only_card(agreement(simple(consumption_charges=same))).steps[0].price == 30


def test_ladders_by_capacity() -> None:
    tiers = (*ladder("20", "25", area="LOW_06"), *ladder("21", "26", area="HIGH_06"))
    assert reason(agreement(stepped(tiers))) == "no_capacity"
    for kva, price in ((5, 20), (6, 21)):
        card = only_card(agreement(stepped(tiers)), capacity=Capacity(kva=Decimal(kva)))
        assert card.steps[0].price == price
    only_low = stepped(ladder("20", "25", area="LOW_06"))
    assert only_card(agreement(only_low)).steps[0].price == 20


# Generations


def test_generations_are_never_merged_into_one_ladder() -> None:
    old = ladder("10", "20", "30", valid_from=at("2026-01-01"), valid_to=at("2026-08-01"))
    new = ladder("11", "21", "31", valid_from=at("2026-08-01"))
    found = build(agreement(stepped((*new, *old))))
    assert [(card.start, card.end, card.steps[0].price) for card in found.cards] == [
        (at("2026-06-18"), at("2026-08-01"), 10),
        (at("2026-08-01"), None, 11),
    ]


def test_one_band_of_a_ladder_may_change_alone() -> None:
    old = ladder("10", "20", "30", valid_from=at("2026-01-01"))
    dearer = replace(old[1], price_per_unit_inc_tax=Decimal(22), valid_from=at("2026-08-01"))
    found = build(agreement(stepped((*old, dearer))))
    assert [[step.price for step in card.steps] for card in found.cards] == [
        [10, 20, 30],
        [10, 22, 30],
    ]


def test_a_generation_of_fewer_steps_stands_alone() -> None:
    old = ladder("10", "20", "30", valid_from=at("2026-01-01"))
    new = ladder("11", "21", valid_from=at("2026-08-01"))
    found = build(agreement(stepped((*old, *new))))
    assert [[step.price for step in card.steps] for card in found.cards] == [[10, 20, 30], [11, 21]]


def test_rates_that_ended_are_carried_forward_as_an_estimate() -> None:
    charges = ladder("10", "20", valid_from=at("2026-07-01"), valid_to=at("2026-08-01"))
    found = build(agreement(stepped(charges)))
    assert [(card.start, card.end, card.estimated) for card in found.cards] == [
        (at("2026-07-01"), at("2026-08-01"), False),
        (at("2026-08-01"), None, True),
    ]
    assert price_at(found, at("2026-08-04")).estimated
    # Before the first generation nothing is known.
    assert [(gap.reason, gap.start, gap.end) for gap in found.gaps] == [
        ("no_rates", at("2026-06-18"), at("2026-07-01")),
    ]


def test_an_introductory_price_lasts_its_months() -> None:
    normal = rate("30", "CONSUMPTION_03")
    cheap = rate("27", "CONSUMPTION_03", duration_months=2)
    found = build(agreement(simple(consumption_charges=(normal, cheap)), "2026-06-18"))
    assert [(card.end, card.steps[0].price, card.steps[0].discount) for card in found.cards] == [
        (at("2026-08-18"), 30, -3),
        (None, 30, 0),
    ]
    price = price_at(found, at("2026-08-04"))
    assert price.components[Component.DISCOUNT] == -3
    off = rate("-2", "CONSUMPTION_03", duration_months=12, valid_to=at("2026-08-01"))
    found = build(agreement(simple(consumption_charges=(normal, off)), "2026-06-18"))
    assert [(card.end, card.steps[0].discount) for card in found.cards] == [
        (at("2026-08-01"), -2),
        (None, 0),
    ]
    alone = build(agreement(simple(consumption_charges=(cheap,)), "2026-06-18"))
    assert [(card.steps[0].price, card.end) for card in alone.cards] == [(27, at("2026-08-18"))]
    # Since when is not known: the price that lasts.
    endless = only_card(agreement(simple(consumption_charges=(normal, cheap)), None))
    assert (endless.steps[0].price, endless.steps[0].discount) == (30, 0)
    ended = rate("30", "CONSUMPTION_03", valid_to=at("2026-06-01"))
    after = build(agreement(simple(consumption_charges=(ended, cheap)), "2026-06-18"))
    assert [(card.steps[0].price, card.estimated) for card in after.cards] == [
        (27, False),
        (30, True),
    ]


# Agreements


def test_agreements_follow_each_other() -> None:
    found = build(
        agreement(ev(), "2026-08-10", id=2), agreement(stepped(), "2026-06-18", "2026-08-10", id=1)
    )
    assert [(card.agreement_id, card.end) for card in found.cards] == [
        (1, at("2026-08-10")),
        (2, None),
    ]


def test_of_two_that_overlap_the_later_is_in_force_while_it_lasts() -> None:
    found = build(
        agreement(stepped(), None, id=1), agreement(ev(), "2026-08-10", "2026-09-10", id=2)
    )
    assert [(card.agreement_id, card.start, card.end) for card in found.cards] == [
        (1, None, at("2026-08-10")),
        (2, at("2026-08-10"), at("2026-09-10")),
        (1, at("2026-09-10"), None),
    ]


def test_two_that_begin_together() -> None:
    assert reason(agreement(stepped(), id=1), agreement(ev(), id=2)) == "ambiguous_agreement"
    assert only_card(agreement(stepped(), id=1), agreement(stepped(), id=2)).agreement_id == 2


def test_a_purchase_agreement_never_hides_consumption() -> None:
    fit = ElectricityFitProduct("FIT", generation_credits=(rate("8.50"),))
    assert (
        only_card(agreement(stepped(), id=1), agreement(fit, "2026-07-01", id=2)).agreement_id == 1
    )


def test_revoked_and_senseless_agreements_are_skipped() -> None:
    found = build(
        agreement(stepped(), is_revoked=True), agreement(ev(), "2026-07-01", "2026-06-01")
    )
    assert (found.cards, found.gaps) == ((), ())
    assert reason(agreement(stepped(), is_revoked=True)) == "no_agreement"


def test_an_untold_product_is_unpriced_for_its_own_time_only() -> None:
    untold = agreement(None, "2026-08-01", "2026-08-10", id=2)
    before, after = agreement(stepped(), end="2026-08-01"), agreement(ev(), "2026-08-10", id=3)
    assert reason(before, untold, after) == "unknown_product"
    found = build(before, untold, after)
    assert price_at(found, at("2026-07-31")).slot == "step_1"
    assert price_at(found, at("2026-08-10")).slot == "standard"
    assert only_card(agreement(stepped()), untold).agreement_id == 1
    assert [gap.reason for gap in build(agreement(None, None)).gaps] == ["unknown_product"]


# Schedules


def hourly(bands: Sequence[str], days: int = 14) -> list[Reading]:
    start = at("2026-08-01")
    return [
        Reading(
            half,
            half + timedelta(minutes=30),
            Decimal(1),
            consumption_rate_band=f"CONSUMPTION_03_{bands[half.hour]}",
        )
        for i in range(48 * days)
        if (half := start + i * timedelta(minutes=30))
    ]


EV_BANDS = ["STANDARD", *["NIGHT"] * 4, *["STANDARD"] * 6, *["DAY"] * 2, *["STANDARD"] * 11]


def test_an_unknown_schedule_is_not_guessed_but_may_be_learned() -> None:
    for params in (None, {}, {"time_of_use_scheme": "new_scheme"}):
        product = agreement(ev(params=params))
        assert reason(product) == "unknown_schedule"
        card = only_card(product, readings=hourly(EV_BANDS))
        assert card.schedule is not None
        assert card.schedule.learned
        price = price_at(build(product, readings=hourly(EV_BANDS)), at("2026-08-04T03:00"))
        assert price.provenance[Component.ENERGY] is Provenance.LEARNED
    summary = {"JPN_EV_OCTOPUS_JAN_25": "tgoe_ev_tou_jan_25_scheme"}
    card = only_card(agreement(ev(params={})), schemes=summary)
    assert card.schedule is not None
    assert not card.schedule.learned


def test_a_schedule_that_needs_a_band_without_a_price_is_refused() -> None:
    assert reason(agreement(ev(("DAY", "NIGHT")))) == "unknown_band"


def test_readings_that_contradict_the_schedule_are_reported() -> None:
    assert build(agreement(ev()), readings=hourly(EV_BANDS, 2)).mismatches == ()
    shifted = ["STANDARD", *EV_BANDS[:-1]]
    found = build(agreement(ev()), readings=hourly(shifted, 2)).mismatches
    assert {(m.half_hour // 2, m.expected, m.read, m.times) for m in found} == {
        (1, "NIGHT", "STANDARD", 2),
        (5, "STANDARD", "NIGHT", 2),
        (11, "DAY", "STANDARD", 2),
        (13, "STANDARD", "DAY", 2),
    }


# Charges by time


@pytest.mark.parametrize(
    ("unit", "product_unit", "capacity", "charge"),
    [
        ("YEN_DAY", None, Capacity(), StandingCharge(Decimal("9.70"))),
        ("DAYS_ON_SUPPLY", None, Capacity(), StandingCharge(Decimal("9.70"))),
        (None, "YEN_AMPERE_DAY", Capacity(amperes=Decimal(40)), StandingCharge(Decimal("388.00"))),
        ("YEN_KVA_DAY", None, Capacity(kva=Decimal(8)), StandingCharge(Decimal("77.60"))),
        (
            "KW_CAPACITY_MONTHS",
            None,
            Capacity(kw=Decimal(5)),
            StandingCharge(Decimal("48.50"), Per.MONTH),
        ),
        ("YEN_KVA_DAY", None, Capacity(), None),
        ("BANANAS", None, Capacity(), None),
        (None, None, Capacity(), None),
    ],
)
def test_standing_charges_by_capacity(
    unit: str | None, product_unit: str | None, capacity: Capacity, charge: StandingCharge | None
) -> None:
    product = stepped(
        standing_charge_price_per_day=None,
        standing_charge_unit_type=product_unit,
        standing_charges=(rate("9.70", unit_type=unit),),
    )
    assert only_card(agreement(product), capacity=capacity).standing_charge == charge


def test_no_or_several_standing_charges_are_unknown() -> None:
    product = stepped(standing_charge_price_per_day=None)
    assert only_card(agreement(product)).standing_charge is None
    several = (
        rate("1", "A_X", unit_type="YEN_DAY", step_end=5),
        rate("2", "B_X", unit_type="YEN_DAY", step_start=5),
    )
    assert only_card(agreement(replace(product, standing_charges=several))).standing_charge is None


def test_add_ons() -> None:
    addons = {
        1: [
            AddonRate(title="green", price_per_unit=Decimal("0.50"), unit_type="KWH_CONSUMPTION"),
            AddonRate(
                band="off",
                price_per_unit=Decimal("-1.00"),
                unit_type="KWH_CONSUMPTION",
                duration_months=12,
            ),
            AddonRate(
                price_per_unit=Decimal(10),
                unit_type="MONTHS_ON_SUPPLY",
                valid_from=at("2026-09-01"),
            ),
        ]
    }
    found = build(agreement(stepped()), addons=addons)
    assert [(e.name, e.price, e.per, e.component) for e in found.cards[1].extras] == [
        ("green", Decimal("0.55"), Per.KWH, Component.ENERGY),
        ("off", Decimal("-1.10"), Per.KWH, Component.DISCOUNT),
        ("", Decimal(11), Per.MONTH, Component.STANDING_CHARGE),
    ]
    assert len(found.cards[0].extras) == 2
    assert len(found.cards[2].extras) == 2


@pytest.mark.parametrize(
    ("net", "gross"),
    [("18.74545", "20.62"), ("22.99091", "25.29"), ("6461.81818", "7108"), ("-0.90909", "-1.00")],
)
def test_an_add_on_s_tax_makes_the_price_that_the_notice_says(net: str, gross: str) -> None:
    addons = {1: [AddonRate(price_per_unit=Decimal(net), unit_type="KWH_CONSUMPTION")]}
    (extra,) = only_card(agreement(stepped()), addons=addons).extras
    assert extra.price == Decimal(gross)


@pytest.mark.parametrize(
    ("price", "unit"),
    [
        (Decimal("1e30"), "KWH_CONSUMPTION"),
        (Decimal(1), None),
        (Decimal(1), "KVA_CAPACITY_MONTHS"),
        (None, "KWH_CONSUMPTION"),
        (Decimal(1), "PER_ITEM"),
    ],
)
def test_an_add_on_that_is_not_understood_leaves_no_price(
    price: Decimal | None, unit: str | None
) -> None:
    addons = {1: [AddonRate(price_per_unit=price, unit_type=unit)]}
    assert reason(agreement(stepped()), addons=addons) == "unknown_addon"


# MonthlyRates


def components(found: Tariff, when: str) -> tuple[Decimal, Provenance, Decimal, Provenance]:
    price = price_at(found, at(when))
    return (
        price.components[FUEL],
        price.provenance[FUEL],
        price.components[LEVY],
        price.provenance[LEVY],
    )


def test_the_service_s_own_month_comes_first_and_the_table_fills_in() -> None:
    found = build(agreement(stepped()))
    assert components(found, "2026-08-04") == (
        Decimal("4.40"),
        Provenance.API,
        Decimal("4.18"),
        Provenance.API,
    )
    assert components(found, "2026-09-04")[:2] == (Decimal("5.78"), Provenance.PUBLISHED)
    assert components(found, "2026-11-04")[:2] == (Decimal("5.78"), Provenance.CARRIED_FORWARD)


def test_what_was_seen_is_remembered() -> None:
    seen = observations(
        [agreement(stepped()), agreement(stepped(), id=2), agreement(simple(), id=3)]
    )
    assert [(window.component, window.price) for window in seen] == [
        (FUEL, Decimal("4.40")),
        (LEVY, Decimal("4.18")),
    ]
    now = stepped(
        fuel_cost_adjustment=rate("5.80", valid_from=at("2026-09-01"), valid_to=at("2026-10-01"))
    )
    found = build(agreement(now), observed=seen)
    assert components(found, "2026-08-04")[:2] == (Decimal("4.40"), Provenance.OBSERVED)
    assert components(found, "2026-09-04")[:2] == (Decimal("5.80"), Provenance.API)


def item(kind: str, start: str, end: str, units: str, gross: str) -> LineItem:
    return LineItem(
        f"JPN_ELECTRICITY_{kind}", at(start), at(end), Decimal(units), gross_amount=Decimal(gross)
    )


def test_bills_tell_the_past() -> None:
    charges = [item("FUEL_COST_ADJUSTMENT", "2026-07-01", "2026-07-31", "100", "303.00")]
    found = build(agreement(stepped()), charges=charges)
    assert components(found, "2026-07-04")[:2] == (Decimal("3.03"), Provenance.BILL)
    kept = build(
        agreement(stepped()), observed=windows(charge_lines(charges), MonthBasis.CALENDAR_DAY)
    )
    assert components(kept, "2026-07-04")[:2] == (Decimal("3.03"), Provenance.BILL)


def test_bills_decide_by_which_month_monthly_rates_go() -> None:
    crossing = item("RENEWABLE_ENERGY_LEVY", "2026-04-18", "2026-05-18", "100", "418.00")
    assert build(agreement(stepped())).month_basis is MonthBasis.CALENDAR_DAY
    assert build(agreement(stepped()), charges=[crossing]).month_basis is MonthBasis.READING_MONTH
    chosen = tariff(
        [agreement(stepped())],
        Evidence(charges=[crossing]),
        month_basis=MonthBasis.CALENDAR_DAY,
    )
    assert chosen.month_basis is MonthBasis.CALENDAR_DAY


def test_a_fixed_fuel_cost_adjustment_is_the_product_s_own() -> None:
    fixed = stepped(params={"is_fixed_fca": True})
    assert components(build(agreement(fixed)), "2030-01-01")[:2] == (
        Decimal("4.40"),
        Provenance.API,
    )
    assert [window.component for window in observations([agreement(fixed)])] == [LEVY]
    assert reason(agreement(replace(fixed, fuel_cost_adjustment=None))) == "no_fuel_cost_adjustment"


def test_a_missing_fuel_cost_adjustment_is_no_no() -> None:
    assert only_card(agreement(stepped(fuel_cost_adjustment=None))).fuel_cost_adjusted
    named = stepped(fuel_cost_adjustment=None, display_name="しかたこシンプル")
    assert not only_card(agreement(named)).fuel_cost_adjusted
    assert only_card(agreement(simple(fuel_cost_adjustment=AUGUST_FUEL))).fuel_cost_adjusted


def subsidy(told: Sequence[MetiCredit] | None, when: str = "2026-08-04") -> Decimal | None:
    found = tariff([agreement(stepped())], Evidence(meti_credits=told), area="03", subsidies=True)
    return price_at(found, at(when)).components.get(Component.SUBSIDY)


def test_subsidies() -> None:
    published = Decimal("-4.5")
    assert subsidy(None) == published
    august = (date(2026, 8, 1), date(2026, 8, 31))
    assert subsidy([MetiCredit("ELECTRICITY", *august, Decimal("4.6"))]) == Decimal("-4.6")
    assert subsidy([MetiCredit("electricity", *august, Decimal("-4.6"))]) == Decimal("-4.6")
    for nothing in (
        [],
        [MetiCredit("GAS", *august, Decimal(18)), MetiCredit(None, *august, Decimal(1))],
        [MetiCredit("ELECTRICITY", None, None, Decimal("4.6"))],
        [MetiCredit("ELECTRICITY", *august, None)],
        [MetiCredit("ELECTRICITY", date(1, 1, 1), date(9999, 12, 31), Decimal("4.6"))],
        # Another month's alone.
        [MetiCredit("ELECTRICITY", date(2026, 12, 1), date(2026, 12, 31), Decimal("4.6"))],
    ):
        assert subsidy(nothing) == published
    plain = build(agreement(stepped()))
    assert Component.SUBSIDY not in price_at(plain, at("2026-08-04")).components


@pytest.mark.parametrize(
    "end", [date(2027, 1, 31), date(2027, 2, 1)], ids=["last day", "day after"]
)
def test_a_subsidy_ends_with_its_month_however_its_end_is_written(end: date) -> None:
    told = [MetiCredit("ELECTRICITY", date(2026, 12, 1), end, Decimal("4.6"))]
    found = [subsidy(told, f"{month}-20") for month in ("2026-11", "2026-12", "2027-01", "2027-02")]
    assert found == [None, Decimal("-4.6"), Decimal("-4.6"), None]


def test_a_subsidy_that_the_service_told_once_is_not_forgotten() -> None:
    winter = MetiCredit("ELECTRICITY", date(2026, 12, 1), date(2026, 12, 31), Decimal("4.6"))
    kept = keep((), subsidy_rates([winter]), at("2026-12-05"))
    for told in (
        None,
        [],
        [replace(winter, start_date=date(2027, 1, 1), end_date=date(2027, 1, 31))],
    ):
        evidence = Evidence(meti_credits=told, observed=kept)
        found = tariff([agreement(stepped())], evidence, area="03", subsidies=True)
        price = price_at(found, at("2026-12-20"))
        assert price.components[Component.SUBSIDY] == Decimal("-4.6")
        assert price.provenance[Component.SUBSIDY] is Provenance.OBSERVED


def test_whether_there_is_a_subsidy_is_unknown_beyond_the_table_where_the_service_tells_none() -> (
    None
):
    """It is taken for none, and every price that rests on it is an estimate. The table ends with the use of September 2026."""
    winter = replace(AUGUST_FUEL, valid_from=at("2026-10-01"), valid_to=at("2027-01-01"))
    agreements = [agreement(stepped(fuel_cost_adjustment=winter))]

    def estimated(when: str, evidence: Evidence, subsidies: bool = True) -> bool:
        # Without a reading day a period is a calendar month: its use is that of the month before the reading.
        found = tariff(agreements, evidence, area="03", subsidies=subsidies)
        price = price_at(found, at(when))
        assert Component.SUBSIDY not in price.components
        (hour,) = costs(found, [(at(when), Decimal(1))])
        assert hour.estimated == price.estimated
        return price.estimated

    assert not estimated("2026-12-20", Evidence(meti_credits=[]))
    assert estimated("2026-12-20", Evidence())
    assert not estimated("2026-12-20", Evidence(), subsidies=False)
    none = MonthlyRate(
        Component.SUBSIDY, at("2026-12-01"), at("2027-01-01"), Decimal(0), Provenance.ENTERED
    )
    assert not estimated("2026-12-20", Evidence(observed=[none]))


def test_a_restated_adjustment_counts_after_its_month() -> None:
    product = stepped(fuel_cost_adjustment=None)
    kept = ()
    for day, price in (("2026-11-02", "5.00"), ("2026-11-20", "6.20")):
        fuel = rate(price, valid_from=at("2026-11-01"), valid_to=at("2026-12-01"))
        kept = keep(
            kept, observations([agreement(replace(product, fuel_cost_adjustment=fuel))]), at(day)
        )
    found = build(agreement(product), observed=kept)
    assert components(found, "2026-11-04")[:2] == (Decimal("6.20"), Provenance.OBSERVED)
    assert price_at(found, at("2026-11-04")).estimated is False


def test_an_adjustment_is_its_own_product_s() -> None:
    november = {"valid_from": at("2026-11-01"), "valid_to": at("2026-12-01")}
    ended = stepped(fuel_cost_adjustment=rate("5.00", **november))
    new = ev(fuel_cost_adjustment=rate("2.00", **november))
    found = build(
        agreement(ended, end="2026-11-10"),
        agreement(new, "2026-11-10", id=2),
    )
    assert components(found, "2026-11-09")[:2] == (Decimal("5.00"), Provenance.API)
    assert components(found, "2026-11-11")[:2] == (Decimal("2.00"), Provenance.API)


def test_a_rate_that_the_user_entered_stands_in_until_it_is_known() -> None:
    entered = MonthlyRate(
        FUEL, at("2026-11-01"), at("2026-12-01"), Decimal("6.66"), Provenance.ENTERED
    )
    unknown = build(agreement(stepped()))
    assert price_at(unknown, at("2026-11-04")).estimated
    found = build(agreement(stepped()), observed=[entered])
    assert components(found, "2026-11-04")[:2] == (Decimal("6.66"), Provenance.ENTERED)
    assert not price_at(found, at("2026-11-04")).estimated
    charges = [item("FUEL_COST_ADJUSTMENT", "2026-11-01", "2026-12-01", "100", "612.00")]
    billed_ = build(agreement(stepped()), observed=[entered], charges=charges)
    assert components(billed_, "2026-11-04")[:2] == (Decimal("6.12"), Provenance.BILL)


def test_hours_that_the_user_entered_price_a_plan_of_unknown_hours() -> None:
    product = agreement(ev(params={}))
    hours = [
        BandHours("NIGHT", time(1), time(5)),
        BandHours("DAY", time(11), time(13)),
        BandHours("STANDARD", time(5), time(11)),
        BandHours("STANDARD", time(13), time(1)),
    ]
    found = build(product, schedules={"JPN_EV_OCTOPUS_JAN_25": entered_schedule(hours, "03")})
    price = price_at(found, at("2026-10-04T03:00"))
    assert (price.slot, price.provenance[Component.ENERGY]) == ("night", Provenance.ENTERED)
    # What readings show of August counts there and nowhere else.
    found = build(
        product,
        readings=hourly(EV_BANDS),
        schedules={"JPN_EV_OCTOPUS_JAN_25": entered_schedule(hours, "03")},
    )
    sources = [
        price_at(found, at(f"2026-{month:02d}-04T03:00")).provenance[Component.ENERGY]
        for month in (8, 9)
    ]
    assert sources == [Provenance.LEARNED, Provenance.ENTERED]
    wrong = [BandHours("NOON", time(0), time(0))]
    found = build(product, schedules={"JPN_EV_OCTOPUS_JAN_25": entered_schedule(wrong)})
    assert [gap.reason for gap in found.gaps] == ["unknown_band"]


def test_bands_that_were_seen_are_kept_by_product() -> None:
    ended, new = (
        agreement(ev(params={}), end="2026-08-05"),
        agreement(stepped(), "2026-08-05", id=2),
    )
    kept = bands_seen([ended, new], hourly(EV_BANDS, 4))
    assert set(kept) == {"JPN_EV_OCTOPUS_JAN_25"}
    later = build(ended, new, seen=kept)
    assert price_at(later, at("2026-08-04T03:00")).slot == "night"
    assert reason(ended, new, seen=kept, when="2026-07-04") == "unknown_schedule"


# What cannot be


@pytest.mark.parametrize("params", [[], "text", 7, {"time_of_use_scheme": ["a"]}])
def test_parameters_of_another_type_cost_the_scheme_only(params: Any) -> None:
    assert only_card(agreement(stepped(params=params))).steps
    assert reason(agreement(ev(params=params))) == "unknown_schedule"
    summary = {"JPN_EV_OCTOPUS_JAN_25": "tgoe_ev_tou_jan_25_scheme"}
    assert only_card(agreement(ev(params=params)), schemes=summary).schedule is not None


def test_what_nobody_thought_of_costs_its_own_agreement_only() -> None:
    def make(contract: ProductAgreement[str], at: datetime) -> RateCard:
        if contract.product == "odd":
            raise OverflowError
        return RateCard(Kind.SINGLE)

    day = at("2026-08-10")
    contracts = [
        ProductAgreement("odd", "ODD", 1, end=day),
        ProductAgreement("fine", "FINE", 2, start=day),
    ]
    cards, gaps = lay_out(contracts, (), make)
    assert [(card.start, card.end) for card in cards] == [(day, None)]
    assert [(gap.reason, gap.product_code, gap.end) for gap in gaps] == [
        ("unknown_product", "ODD", day)
    ]


def test_a_standing_charge_beyond_reason_is_not_known() -> None:
    for more in (
        {"standing_charge_price_per_day": Decimal("10000.01")},
        {
            "standing_charge_price_per_day": None,
            "standing_charges": (rate("10000.01", unit_type="YEN_DAY"),),
        },
    ):
        card = only_card(agreement(stepped(**more)))
        assert card.standing_charge is None
        assert card.steps


def test_an_adjustment_without_end_costs_itself_only() -> None:
    endless = replace(AUGUST_FUEL, valid_to=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    found = build(agreement(stepped(fuel_cost_adjustment=endless)))
    assert components(found, "2026-08-04")[:2] == (Decimal("4.32"), Provenance.PUBLISHED)
    assert found.monthly_rates.fuel_cost_adjustment.refused[0].end == endless.valid_to


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), (datetime(1, 1, 1, tzinfo=UTC), None)],
)
def test_an_agreement_from_the_first_year_or_until_the_last_is_open(
    start: datetime | None, end: datetime | None
) -> None:
    endless = Agreement(id=1, valid_from=start, valid_to=end, product=stepped())
    found = tariff([endless], Evidence(), area="03")
    assert [(card.start, card.end) for card in found.cards] == [(None, None)]
    assert price_at(found, at("2026-08-04")).total


ABSURD = st.sampled_from(
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        at("2026-08-01"),
        at("2026-09-01"),
        None,
    ]
)
NUMBERS = st.sampled_from([Decimal(v) for v in ("0", "-1", "4.40", "1e30", "-1e30", "1e-30")])
MONTHS = st.sampled_from([None, 0, -5, 12, 10**9])
RATES = st.builds(
    Rate, NUMBERS, band=st.sampled_from([None, "CONSUMPTION_03", "CONSUMPTION_03_NIGHT"]),
    valid_from=ABSURD, valid_to=ABSURD, duration_months=MONTHS, step_start=MONTHS, step_end=MONTHS,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_answered_a_tariff_is_made_and_other_agreements_keep_their_price(
    data: st.DataObject,
) -> None:
    broken = stepped(
        data.draw(st.lists(RATES, max_size=3)),
        code="JPN_BROKEN",
        fuel_cost_adjustment=data.draw(st.none() | RATES),
        renewable_energy_levy=data.draw(st.none() | RATES),
        standing_charges=tuple(data.draw(st.lists(RATES, max_size=2))),
        standing_charge_price_per_day=data.draw(st.none() | NUMBERS),
        params=data.draw(st.sampled_from([None, {}, [], {"is_fixed_fca": True}])),
    )
    days = st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(2026, 8, 18)])
    evidence = Evidence(
        intervals=[IntervalReading(data.draw(ABSURD) or at("2026-08-01"), at("2026-08-18"))],
        reading_dates=ReadingDates(data.draw(days), data.draw(days), data.draw(st.none() | st.integers(-9, 99))),
        supply_periods=[SupplyPeriod(data.draw(ABSURD) or at("2026-06-18"))],
        meti_credits=[MetiCredit("ELECTRICITY", data.draw(days), data.draw(days), data.draw(NUMBERS))],
        charges=[
            LineItem("FUEL", data.draw(ABSURD), data.draw(ABSURD), data.draw(NUMBERS), None, data.draw(NUMBERS))
        ],
        addons={1: [AddonRate(price_per_unit=data.draw(NUMBERS), unit_type="KWH_CONSUMPTION")]},
    )  # fmt: skip
    fine = stepped(fuel_cost_adjustment=None, renewable_energy_levy=None)
    built = tariff(
        [agreement(broken, "2026-06-01", "2026-08-10"), agreement(fine, "2026-08-10", id=2)],
        evidence,
        area="03",
        subsidies=True,
    )
    for day in ("2026-06-02", "2026-08-09"):
        with suppress(Unpriced):
            price_at(built, at(day))
    price = price_at(built, at("2026-08-20"))
    assert price.components[Component.ENERGY] == Decimal("20.62")
    assert price.components[FUEL] is not None


# Calendar


def test_the_calendar() -> None:
    evidence = Evidence(
        intervals=[IntervalReading(at("2026-05-18"), at("2026-06-17"), billable_month="2026-06")],
        reading_dates=ReadingDates(date(2026, 7, 18), date(2026, 8, 18), 19),
        supply_periods=[SupplyPeriod(at("2026-05-18"))],
    )
    found = calendar(evidence)
    assert found.period_at(at("2026-06-01")).closed
    assert found.period_at(at("2026-06-01")).label == 2026 * 12 + 5
    assert found.period_at(at("2026-07-01")).end == at("2026-07-18")
    assert calendar(Evidence()).period_at(at("2026-07-04")).start == at("2026-07-01")
    assert build(agreement(stepped()), reading_dates=evidence.reading_dates).calendar.day == 18


# Generation and gas


def test_exports_are_credited() -> None:
    old = rate("8.00", "GENERATION_03", valid_to=at("2026-08-01"))
    new = rate("8.50", "GENERATION_03", valid_from=at("2026-08-01"))
    fit = ElectricityFitProduct("FIT", generation_credits=(old, new))
    found = generation_tariff([agreement(fit), agreement(stepped(), id=2)])
    assert credit_at(found, at("2026-07-31T23:00")) == 8
    hours = [(at("2026-06-01"), Decimal(1)), (at("2026-08-01"), Decimal("0.2"))]
    with pytest.raises(Unpriced, match="no_agreement"):
        credits_for(found, hours)
    assert [tuple(row) for row in credits_for(found, hours, skip_unpriced=True)] == [
        (at("2026-08-01"), Decimal("0.2"), Decimal("1.70")),
    ]


@pytest.mark.parametrize(
    ("rates", "why"),
    [
        ((), "no_rates"),
        ((rate("8", "CONSUMPTION_03_A"), rate("9", "CONSUMPTION_03_B")), "unknown_product"),
    ],
)
def test_credits_that_are_not_understood(rates: tuple[Rate, ...], why: str) -> None:
    found = generation_tariff([agreement(ElectricityFitProduct("FIT", generation_credits=rates))])
    with pytest.raises(Unpriced, match=why):
        credit_at(found, at("2026-08-01"))


def tier(price: str, start: int, end: int | None, unit: str = "MONTHS_ON_SUPPLY") -> Rate:
    return rate(price, tier_start=start, tier_end=end, unit_type=unit)


CHARGES = (tier("143.00", 0, 20), tier("129.80", 20, None))
STANDING = (tier("759.00", 0, 20), tier("1056.00", 20, None))


def gas(charges: tuple[Rate, ...] = CHARGES, standing: tuple[Rate, ...] = STANDING) -> Agreement:
    return agreement(
        GasTieredProduct("GAS", standing_charges=standing, consumption_charges=charges)
    )


def test_gas() -> None:
    found = gas_tariff([gas(), agreement(stepped(), id=2)])
    card = found.card_at(at("2026-08-04"))
    assert gas_bill(card, 20, days=30).total == 3619
    assert gas_bill(card, 21, days=30).total == 3781  # 1056 + 21 x 129.80 = 3781.80
    one = gas_tariff([gas(standing=(rate("25", unit_type="DAYS_ON_SUPPLY"),))])
    assert gas_bill(one.card_at(at("2026-08-04")), 10, days=30).total == 750 + 1430
    helped = gas_tariff([gas()], subsidies=True)
    assert helped.subsidy.stated(2026 * 12 + 7) is not None
    assert found.subsidy.stated(2026 * 12 + 7) is None


@pytest.mark.parametrize(
    ("charges", "standing", "why"),
    [
        ((), STANDING, "no_rates"),
        (CHARGES, (), "no_standing_charge"),
        (CHARGES, (tier("1", 0, 30), tier("2", 30, None)), "no_standing_charge"),
        (CHARGES, (tier("1", 0, 20, "BANANAS"), tier("2", 20, None)), "no_standing_charge"),
        (CHARGES[1:], STANDING, "unknown_product"),
        (CHARGES[:1], STANDING, "unknown_product"),
        (
            (tier("1", 0, 10), tier("2", 20, None)),
            (rate("25", unit_type="DAYS_ON_SUPPLY"),),
            "unknown_product",
        ),
    ],
)
def test_gas_that_is_not_understood(
    charges: tuple[Rate, ...], standing: tuple[Rate, ...], why: str
) -> None:
    found = gas_tariff([gas(charges, standing)])
    with pytest.raises(Unpriced, match=why):
        found.card_at(at("2026-08-04"))


def test_times_may_be_in_any_zone() -> None:
    found = build(agreement(stepped()))
    assert price_at(found, at("2026-08-01").astimezone(UTC)).components[FUEL] == Decimal("4.40")
