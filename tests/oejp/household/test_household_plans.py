"""The plans that a household could have, as its agreement and the catalogue state them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from cards import single, stepped
import pytest

from custom_components.octopus_japan.oejp.household.comparison import Plan
from custom_components.octopus_japan.oejp.household.plans import OnSale, plans
from custom_components.octopus_japan.oejp.kraken.catalogue import (
    CatalogueProduct,
    StandingRate,
    Tier,
)
from custom_components.octopus_japan.oejp.kraken.models import Rate
from custom_components.octopus_japan.oejp.tariff import (
    Capacity,
    Gap,
    Per,
    RateCard,
    StandingCharge,
    Tariff,
)

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
UNKNOWN = Capacity()
AMPERES_40 = Capacity(amperes=Decimal(40))
KVA_8 = Capacity(kva=Decimal(8))
LOW = Capacity(named_tier="LOW")


def rate(
    price: str, band: str | None = None, start: int | None = None, end: int | None = None
) -> Rate:
    return Rate(Decimal(price), band=band, step_start=start, step_end=end)


LADDER = (rate("20", start=0, end=120), rate("25", start=120))


def standing(**by_label: str) -> tuple[StandingRate, ...]:
    return tuple(
        StandingRate(label.strip("_"), Decimal(price), "YEN_DAY")
        for label, price in by_label.items()
    )


TIER = Tier("NON_TIERED", LADDER, standing(_30="29.10", _40="38.80"), standing(_8="77.60"))


def product(*tiers: Tier, code: str = "X", name: str = "X", **params: object) -> CatalogueProduct:
    return CatalogueProduct(code, name, params, tiers)


def found(
    *products: CatalogueProduct,
    capacity: Capacity = UNKNOWN,
    tariff: Tariff | None = None,
    area: str = "03",
    changed: Capacity | None = None,
) -> list[Plan]:
    return plans(tariff or Tariff(()), OnSale(area, products, capacity), NOW, changed)


def only(*products: CatalogueProduct, **known: Any) -> Plan:
    (plan,) = found(*products, **known)
    return plan


def card(*products: CatalogueProduct, **known: Any) -> RateCard:
    plan = only(*products, **known)
    assert plan.card is not None, plan.reason
    return plan.card


def test_a_stepped_product_for_forty_amperes() -> None:
    plan = only(product(TIER), capacity=AMPERES_40)
    assert (plan.code, plan.name, plan.current) == ("X", "X", False)
    assert plan.card is not None
    assert plan.card.standing_charge == StandingCharge(Decimal("38.80"), Per.DAY)
    assert [(step.start, step.end, step.price) for step in plan.card.steps] == [
        (0, 120, 20),
        (120, None, 25),
    ]
    assert plan.card.fuel_cost_adjusted
    assert card(product(TIER), capacity=KVA_8).standing_charge == StandingCharge(Decimal("77.60"))


@pytest.mark.parametrize(
    ("capacity", "tiers", "reason"),
    [
        (UNKNOWN, [TIER], "no_capacity"),
        (Capacity(amperes=Decimal(60)), [TIER], "not_for_capacity"),
        (Capacity(kva=Decimal(10)), [TIER], "not_for_capacity"),
        (
            Capacity(amperes=Decimal(60)),
            [replace(TIER, amperage=TIER.amperage[:1], kva=())],
            "not_for_capacity",
        ),
        (AMPERES_40, [replace(TIER, amperage=(), kva=())], "no_standing_charge"),
        (
            AMPERES_40,
            [replace(TIER, amperage=(StandingRate("40", Decimal(1), "FORTNIGHT"),))],
            "no_standing_charge",
        ),
        (AMPERES_40, [], "no_rates"),
        (AMPERES_40, [replace(TIER, consumption_rates=())], "no_rates"),
        (AMPERES_40, [replace(TIER, consumption_rates=LADDER[1:])], "unknown_product"),
        (AMPERES_40, [TIER, TIER], "conflicting_rates"),
        (AMPERES_40, [replace(TIER, pattern="TIERED_LOW")], "no_capacity"),
        (KVA_8, [replace(TIER, pattern="TIERED_LOW")], "not_for_capacity"),
        (KVA_8, [replace(TIER, pattern="OEPC")], "not_for_capacity"),
    ],
)
def test_what_has_no_price_says_why(capacity: Capacity, tiers: list[Tier], reason: str) -> None:
    plan = only(product(*tiers), capacity=capacity)
    assert (plan.card, plan.reason) == (None, reason)


def test_the_tier_goes_by_capacity() -> None:
    low = replace(TIER, pattern="TIERED_LOW", amperage=standing(最低料金="12.40"), kva=())
    high = replace(TIER, pattern="TIERED_HIGH", amperage=(), kva=standing(_8="114.40"))
    both = product(low, high)
    assert card(both, capacity=LOW).standing_charge == StandingCharge(Decimal("12.40"))
    assert card(both, capacity=Capacity(kva=Decimal(5))).standing_charge == StandingCharge(
        Decimal("12.40")
    )
    assert card(both, capacity=KVA_8).standing_charge == StandingCharge(Decimal("114.40"))


def test_one_charge_for_all_needs_no_capacity() -> None:
    alike = replace(TIER, amperage=standing(_30="10", _40="10"), kva=())
    assert card(product(alike)).standing_charge == StandingCharge(Decimal(10))


def test_a_product_for_some_amperes_only() -> None:
    big = product(TIER, amperage_min=40, amperage_max=60)
    assert card(big, capacity=AMPERES_40).standing_charge == StandingCharge(Decimal("38.80"))
    assert only(big, capacity=Capacity(amperes=Decimal(30))).reason == "not_for_capacity"
    small = product(TIER, amperage_max=30)
    assert only(small, capacity=AMPERES_40).reason == "not_for_capacity"
    # What is no number says nothing.
    odd = product(TIER, amperage_min="many", amperage_max=None)
    assert card(odd, capacity=AMPERES_40).steps


def test_simple_has_neither_standing_charge_nor_adjustment() -> None:
    tier = Tier("NON_TIERED", (rate("30.35", "CONSUMPTION_03"),))
    simple = card(product(tier, name="シンプルオクトパス"))
    assert simple.standing_charge == StandingCharge(Decimal(0))
    assert not simple.fuel_cost_adjusted
    assert only(product(tier, name="共用部電力")).reason == "no_standing_charge"


def test_a_fixed_adjustment_that_nobody_tells() -> None:
    assert (
        only(product(TIER, is_fixed_fca=True), capacity=AMPERES_40).reason
        == "no_fuel_cost_adjustment"
    )


EV = replace(
    TIER,
    consumption_rates=tuple(
        rate(price, f"CONSUMPTION_03_{slot}")
        for slot, price in (("DAY", "12"), ("NIGHT", "14"), ("STANDARD", "26"))
    ),
)
SCHEME = "tgoe_ev_tou_jan_25_scheme"


def test_hours_of_bands_are_those_of_the_scheme_that_is_named() -> None:
    ev = card(product(EV, time_of_use_scheme=SCHEME), capacity=AMPERES_40)
    assert ev.schedule is not None
    assert ev.schedule.slot_at(NOW) == "DAY"
    assert only(product(EV), capacity=AMPERES_40).reason == "unknown_schedule"
    assert only(product(EV, time_of_use_scheme=7), capacity=AMPERES_40).reason == "unknown_schedule"
    fewer = replace(EV, consumption_rates=EV.consumption_rates[:2])
    assert (
        only(product(fewer, time_of_use_scheme=SCHEME), capacity=AMPERES_40).reason
        == "unknown_band"
    )


OWN = replace(
    stepped("38.80", (120, "20"), (None, "25")), product_code="OWN", product_name="Own plan"
)


def test_the_plan_in_force_is_as_its_agreement_states_it_and_stands_once() -> None:
    dearer = product(TIER, code="OWN")
    own, other = found(dearer, product(TIER), tariff=Tariff((OWN,)), capacity=AMPERES_40)
    assert (own.name, own.card, own.current) == ("Own plan", OWN, True)
    assert (other.code, other.current) == ("X", False)


def test_the_charge_of_the_plan_in_force_tells_the_amperes() -> None:
    own, other = found(product(TIER), tariff=Tariff((OWN,)))
    assert own.current
    assert other.card is not None
    assert other.card.standing_charge == StandingCharge(Decimal("38.80"))
    twice = replace(TIER, amperage=standing(_30="38.80", _50="38.80"), kva=())
    assert [
        plan.reason for plan in found(product(TIER), product(twice), tariff=Tariff((OWN,)))
    ] == [
        None,
        "no_capacity",
        None,
    ]


@pytest.mark.parametrize(
    "charge", [StandingCharge(Decimal(0)), StandingCharge(Decimal("38.80"), Per.MONTH), None]
)
def test_a_charge_that_tells_no_amperes(charge: StandingCharge | None) -> None:
    own = replace(OWN, standing_charge=charge)
    free = product(replace(TIER, amperage=standing(_30="0", _40="0.1")))
    assert found(free, tariff=Tariff((own,)))[1].reason == "no_capacity"


def test_the_bands_of_the_plan_in_force_tell_the_tier() -> None:
    low = replace(TIER, pattern="TIERED_LOW", amperage=standing(最低料金="12.40"), kva=())
    step = replace(OWN.steps[0], name="CONSUMPTION_STEPPED_LOW_06_01")
    own = replace(OWN, steps=(step, *OWN.steps[1:]))
    assert found(product(low), tariff=Tariff((own,)), area="06")[1].card is not None


def test_a_plan_in_force_without_a_price_says_why() -> None:
    gap = Gap("unknown_schedule", "OWN")
    own, _ = found(product(TIER), tariff=Tariff((), gaps=(gap,)))
    assert (own.code, own.name, own.reason, own.current) == ("OWN", "OWN", "unknown_schedule", True)
    listed, _ = found(
        product(TIER), product(TIER, code="OWN", name="Mine"), tariff=Tariff((), gaps=(gap,))
    )
    assert listed.name == "Mine"


def test_at_another_capacity_the_plan_in_force_is_that_of_the_catalogue() -> None:
    changed = Capacity(amperes=Decimal(30))
    own, other = found(
        product(TIER), product(TIER, code="OWN"), tariff=Tariff((OWN,)), changed=changed
    )
    for plan in (own, other):
        assert plan.card is not None
        assert plan.card.standing_charge == StandingCharge(Decimal("29.10"))
    assert own.current
    gone, _ = found(product(TIER), tariff=Tariff((OWN,)), changed=changed)
    assert (gone.reason, gone.name, gone.current) == ("not_on_sale", "Own plan", True)
    low = replace(TIER, pattern="TIERED_LOW", amperage=standing(_30="1"), kva=())
    tiered = found(product(low), tariff=Tariff((OWN,)), capacity=LOW, changed=changed)
    assert tiered[1].card is not None


class Odd:
    """What nobody thought of."""

    def __iter__(self) -> Any:
        raise LookupError


def test_what_nobody_thought_of_costs_its_own_product() -> None:
    odd: Sequence[Any] = Odd()  # type: ignore[assignment]
    broken = CatalogueProduct("B", "B", {}, odd)  # type: ignore[arg-type]
    assert [plan.reason for plan in found(broken, product(TIER), capacity=AMPERES_40)] == [
        "unknown_product",
        None,
    ]


def test_without_an_agreement_there_is_what_is_on_sale() -> None:
    assert [plan.current for plan in found(product(TIER))] == [False]
    free = replace(single(0, 30), product_code=None)
    assert [plan.code for plan in found(product(TIER), tariff=Tariff((free,)))] == ["X"]
