"""Prices that are known without a login: shipped, kept, and entered."""

from datetime import datetime
from decimal import Decimal
import json

import pytest

from custom_components.octopus_japan.oejp.household.price_list import (
    ENTERED,
    Step,
    entered_by_hour,
    entered_in_steps,
    kept,
    read_products,
    shipped,
)
from custom_components.octopus_japan.oejp.kraken.catalogue import CatalogueProduct
from custom_components.octopus_japan.oejp.tariff import Capacity, RateCard
from custom_components.octopus_japan.oejp.tariff.from_kraken.on_sale import card_on_sale
from custom_components.octopus_japan.oejp.tariff.schedule import published, schemes_of

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
AREAS = [f"{number:02}" for number in range(1, 11)]


def card(product: CatalogueProduct, area: str, **capacity: int) -> RateCard:
    return card_on_sale(
        product, area, Capacity(**{unit: Decimal(size) for unit, size in capacity.items()}), NOW
    )


@pytest.mark.parametrize("area", AREAS)
def test_every_shipped_product_has_a_price_for_some_contract(area: str) -> None:
    for product in shipped(area):
        found = card(product, area, amperes=30, kva=4)
        assert found.steps or found.bands
        assert found.standing_charge is not None
        assert found.product_name == product.name


def test_what_is_shipped_of_tokyo() -> None:
    products = {product.code: product for product in shipped("03")}
    green = card(products["SHIPPED_GREEN_03_1"], "03", amperes=40)
    assert [(step.end, step.price) for step in green.steps] == [
        (120, Decimal("18.98")),
        (300, Decimal("24.10")),
        (None, Decimal("27.44")),
    ]
    # 9.70 yen for each ten amperes.
    assert green.standing_charge is not None
    assert green.standing_charge.price == Decimal("38.80")
    simple = card(products["SHIPPED_SIMPLE_03"], "03")
    assert simple.standing_charge is not None
    assert (simple.standing_charge.price, simple.fuel_cost_adjusted) == (0, False)


def test_no_code_of_the_list_is_there_twice() -> None:
    codes = [product.code for area in AREAS for product in shipped(area)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("area", AREAS)
def test_what_is_kept_is_read_as_it_was(area: str) -> None:
    for product in shipped(area):
        assert read_products([json.loads(json.dumps(kept(product)))]) == (product,)


@pytest.mark.parametrize("raw", [None, 1, {}, {"code": ""}, {"code": 3}])
def test_what_cannot_be_read_is_left_out(raw: object) -> None:
    assert read_products([raw]) == ()


def test_one_price_that_is_entered() -> None:
    product = entered_in_steps("01", "わが家", Decimal("36.5"), [Step(Decimal(30))], adjusted=True)
    assert (product.code, product.name) == (ENTERED, "わが家")
    found = card(product, "01")
    assert [step.price for step in found.steps] == [Decimal(30)]
    assert found.fuel_cost_adjusted
    assert found.standing_charge is not None
    assert found.standing_charge.price == Decimal("36.5")


def test_steps_that_are_entered() -> None:
    steps = [Step(Decimal(0), 15), Step(Decimal(20), 120), Step(Decimal(25))]
    found = card(entered_in_steps("06", "x", Decimal(12), steps, adjusted=True), "06")
    assert [(step.start, step.end, step.price) for step in found.steps] == [
        (0, 15, 0),
        (15, 120, 20),
        (120, None, 25),
    ]


@pytest.mark.parametrize("area", AREAS[:-1])
def test_prices_by_the_hour_that_are_entered(area: str) -> None:
    for scheme in schemes_of(area):
        schedule = published(scheme, area)
        assert schedule is not None
        prices = {slot: Decimal(number) for number, slot in enumerate(sorted(schedule.slots), 10)}
        product = entered_by_hour(area, "x", Decimal(0), scheme, prices, adjusted=False)
        found = card(product, area)
        assert {band.slot: band.price for band in found.bands} == prices
        assert found.schedule == schedule
