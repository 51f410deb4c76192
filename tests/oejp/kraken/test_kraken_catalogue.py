"""What is sold in an area: each part read by itself, and what a price would be made of only if it is whole."""

from decimal import Decimal
from typing import Any

from aiohttp import web
from kraken_service import Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenRefusedError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.catalogue import (
    CatalogueProduct,
    StandingRate,
    Tier,
)
from custom_components.octopus_japan.oejp.kraken.models import Rate

RATE = {
    "band": "CONSUMPTION_STEPPED_03_01",
    "stepStart": 0,
    "stepEnd": 120,
    "pricePerUnitIncTax": "18.98",
}
AMPERES = {"label": "40", "unitType": "YEN_DAY", "pricePerUnitIncTax": "38.80"}
TIER = {
    "contractCapacityPattern": "NON_TIERED",
    "consumptionRates": [RATE],
    "standingRates": {"amperage": [AMPERES], "kva": []},
}
GREEN = {
    "code": "GREEN",
    "displayName": "グリーンオクトパス",
    "productParams": {"product_type": "stepped_rates_product"},
    "tiers": [TIER],
}
READ_RATE = Rate(Decimal("18.98"), band="CONSUMPTION_STEPPED_03_01", step_start=0, step_end=120)


async def sold(client: KrakenClient, service: Service, *products: Any) -> list[CatalogueProduct]:
    service.answer("TariffSummary", {"data": {"tariffSummary": list(products)}})
    return list(await client.catalogue.products("03"))


async def tier(client: KrakenClient, service: Service, **other: Any) -> Tier:
    (product,) = await sold(client, service, GREEN | {"tiers": [TIER | other]})
    (found,) = product.tiers
    return found


async def test_a_product_as_it_is_sold(client: KrakenClient, service: Service) -> None:
    (green,) = await sold(client, service, GREEN)
    assert green == CatalogueProduct(
        "GREEN",
        "グリーンオクトパス",
        {"product_type": "stepped_rates_product"},
        (Tier("NON_TIERED", (READ_RATE,), (StandingRate("40", Decimal("38.80"), "YEN_DAY"),)),),
    )
    assert (green.name, green.scheme, green.amperages) == (
        "グリーンオクトパス",
        None,
        frozenset({40}),
    )
    assert service.asked[-1].variables == {"gridOperatorCode": "03", "productCode": None}


async def test_what_is_missing_costs_itself(client: KrakenClient, service: Service) -> None:
    bare, odd, named = await sold(
        client,
        service,
        {"code": "BARE"},
        {"code": "ODD", "displayName": 7, "productParams": [], "tiers": [None, "text", {}]},
        {"code": "EV", "displayName": "", "productParams": {"time_of_use_scheme": "scheme"}},
        {"code": None},
        {"code": ""},
        None,
    )
    assert bare == CatalogueProduct("BARE")
    assert odd == CatalogueProduct("ODD", tiers=(Tier(),))
    assert (named.name, named.scheme) == ("EV", "scheme")
    assert CatalogueProduct("X", params={"time_of_use_scheme": 7}).scheme is None


@pytest.mark.parametrize("broken", [None, {}, RATE | {"pricePerUnitIncTax": "1e99"}, "text"])
async def test_no_price_is_made_from_a_part_of_the_rates(
    client: KrakenClient, service: Service, broken: Any
) -> None:
    found = await tier(client, service, consumptionRates=[RATE, broken])
    assert found.consumption_rates == ()
    assert found.amperage


async def test_a_charge_that_makes_no_sense_costs_its_own_capacity(
    client: KrakenClient, service: Service
) -> None:
    found = await tier(
        client,
        service,
        standingRates={"amperage": [None, {"label": "30"}, AMPERES], "kva": "none"},
    )
    assert [rate.label for rate in found.amperage] == ["40"]
    assert found.kva == ()
    assert (await tier(client, service, standingRates=None)).amperage == ()
    assert (await tier(client, service, contractCapacityPattern=7)).pattern is None


async def test_without_prices_the_names_of_hours_are_left(
    client: KrakenClient, service: Service
) -> None:
    message = "Cannot query field 'consumptionRates' on type 'TariffTier'."
    rejected = {"errors": [{"message": message}]}
    service.answer("TariffSummary", lambda _: web.json_response(rejected, status=400))
    service.answer(
        "TariffSummaryPlain",
        {"data": {"tariffSummary": [{"code": "EV", "productParams": {"time_of_use_scheme": "s"}}]}},
    )
    (found,) = await client.catalogue.products("03")
    assert (found.scheme, found.tiers) == ("s", ())


async def test_no_catalogue(client: KrakenClient, service: Service) -> None:
    service.answer("TariffSummary", {"data": {"tariffSummary": None}})
    with pytest.raises(KrakenServiceError):
        await client.catalogue.products("03", "EV")
    assert service.asked[-1].variables == {"gridOperatorCode": "03", "productCode": "EV"}
    service.answer("TariffSummary", failure("KT-CT-1111", "AUTHORIZATION"))
    with pytest.raises(KrakenRefusedError):
        await client.catalogue.products("03", "EV")
