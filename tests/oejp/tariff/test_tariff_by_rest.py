"""What REST tells of products on sale: a price only where one price is all there is."""

from decimal import Decimal

import pytest

from custom_components.octopus_japan.oejp.kraken.catalogue import CatalogueProduct
from custom_components.octopus_japan.oejp.kraken.rest.models import (
    RestProduct,
    RestProductDetail,
    RestTariff,
)
from custom_components.octopus_japan.oejp.tariff.from_kraken.by_rest import sold_by_rest

SIMPLE = RestProduct("SIMPLE_03", "シンプルオクトパス")
GREEN = RestProduct("GREEN_03", "グリーンオクトパス")
KIND = "single_register_electricity_tariffs"


def tariff(area: str = "_03", kind: str = KIND, **rates: str) -> RestTariff:
    named = {f"{name}_inc_vat": Decimal(value) for name, value in rates.items()}
    return RestTariff(kind, area, "direct_debit_monthly", "E-1", named)


def sold(product: RestProduct, *tariffs: RestTariff) -> list[CatalogueProduct]:
    return list(sold_by_rest([RestProductDetail(product, tariffs)], "03"))


def price(*tariffs: RestTariff, product: RestProduct = SIMPLE) -> Decimal | None:
    (found,) = sold(product, *tariffs)
    rates = [rate for tier in found.tiers for rate in tier.consumption_rates]
    return rates[0].price_per_unit_inc_tax if rates else None


@pytest.mark.parametrize(
    ("told", "yen"),
    [("30.35", "30.35"), ("3035", "30.35"), ("5", "5"), ("500", "5"), ("200", "200")],
)
def test_a_price_is_in_yen_or_in_hundredths_which_its_size_tells(told: str, yen: str) -> None:
    assert price(tariff(standard_unit_rate=told)) == Decimal(yen)


@pytest.mark.parametrize("told", ["0.3035", "300", "30350", "-30"])
def test_what_neither_can_be_is_no_price(told: str) -> None:
    assert price(tariff(standard_unit_rate=told)) is None


def test_of_a_product_that_may_have_steps_there_is_no_price() -> None:
    assert price(tariff(standard_unit_rate="18.98"), product=GREEN) is None


@pytest.mark.parametrize(
    "tariffs",
    [
        [tariff(standard_unit_rate="30", standing_charge="12")],
        [tariff(standard_unit_rate="30"), tariff(standard_unit_rate="31")],
        [tariff()],
    ],
)
def test_more_than_one_price_is_none(tariffs: list[RestTariff]) -> None:
    assert price(*tariffs) is None


def test_a_standing_charge_of_nothing_is_none() -> None:
    assert price(tariff(standard_unit_rate="30", standing_charge="0")) == 30


def test_what_is_sold_elsewhere_or_is_gas_is_left_out() -> None:
    assert not sold(GREEN, tariff("_06"), tariff(kind="single_register_gas_tariffs"))
    assert sold(GREEN, tariff("03"))
