"""Capacities, charges by unit of capacity, and how long introductory rates last."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kraken_service import Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenRefusedError,
)
from custom_components.octopus_japan.oejp.kraken.contract_terms import SupplyDetails
from custom_components.octopus_japan.oejp.kraken.models import ElectricityProduct

ACCOUNT = "A-12345678"
ONE, TWO = "0300000000000000000001", "0300000000000000000002"


def account(*points: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    known = [{"spin": ONE}, {"spin": TWO}][: len(points)]
    return {"data": {"account": {"properties": [{"known": known, "points": list(points), **more}]}}}


def refused(*path: str | int) -> list[dict[str, Any]]:
    extensions = {"errorCode": "KT-CT-1111", "errorType": "AUTHORIZATION"}
    return [{"message": "Unauthorized.", "path": list(path), "extensions": extensions}]


async def test_the_contracted_capacity(client: KrakenClient, service: Service) -> None:
    # The schema has days; an instant is taken too.
    details = [
        {"amperage": 40, "validFrom": "2026-05-31T15:00:00+00:00"},
        None,
        {"kw": "7.5", "validFrom": "2026-06-01"},
    ]
    service.answer(
        "SupplyDetails",
        account({"spin": ONE, "supplyDetails": details}, {"spin": TWO, "supplyDetails": None}),
    )
    found = await client.terms.supply_details(ACCOUNT)
    assert [(each.amperage, each.kw) for each in found[ONE]] == [(40, None), (None, Decimal("7.5"))]
    assert {each.valid_from for each in found[ONE]} == {
        datetime.fromisoformat("2026-06-01T00:00:00+09:00")
    }
    assert found[TWO] == ()
    service.answer(
        "SupplyDetails", account({"spin": ONE, "supplyDetails": [{"amperage": "many", "kva": 8}]})
    )
    # One figure that makes no sense costs itself alone.
    assert await client.terms.supply_details(ACCOUNT) == {ONE: (SupplyDetails(kva=8),)}


async def test_a_capacity_holds_since_a_day_in_japan(
    client: KrakenClient, service: Service
) -> None:
    days = ["2026-06-01", "2026-05-31T15:00:00+00:00", "1900-01-01"]
    details = [{"amperage": 40, "validFrom": day} for day in days]
    service.answer("SupplyDetails", account({"spin": ONE, "supplyDetails": details}))
    first = datetime(2026, 5, 31, 15, tzinfo=UTC)
    found = (await client.terms.supply_details(ACCOUNT))[ONE]
    assert [each.valid_from for each in found] == [first, first, None]


async def test_the_amperes_to_choose_from(client: KrakenClient, service: Service) -> None:
    answer = account({"spin": ONE, "newAmperageOptions": [30, None, "x", True, 50]}, None)
    answer["errors"] = refused("account", "properties", 0, "points", 1, "newAmperageOptions")
    service.answer("AmperageOptions", answer)
    found = await client.terms.amperage_options(ACCOUNT)
    assert found == {ONE: {30, 50}}
    assert isinstance(found.errors[TWO], KrakenRefusedError)


async def test_charges_by_unit_of_capacity(client: KrakenClient, service: Service) -> None:
    charge = {"pricePerUnitIncTax": "14.30", "unitType": "KVA_CAPACITY_DAYS"}
    agreements = [
        {
            "id": 1,
            "product": {"__typename": "X", "standingCharges": [charge, {"band": "no price"}]},
        },
        {"id": 2, "product": None},
        {"id": None, "product": {"standingCharges": [charge]}},
    ]
    service.answer("StandingCharges", account({"spin": ONE, "agreements": agreements}))
    found = await client.terms.standing_charges(ACCOUNT)
    assert [(rate.price_per_unit_inc_tax, rate.unit_type) for rate in found[1]] == [
        (Decimal("14.30"), "KVA_CAPACITY_DAYS")
    ]
    assert found[2] == ()
    answer = account({"spin": ONE, "agreements": [{"id": 1, "product": None}]})
    answer["errors"] = refused("account", "properties", 0, "points", 0, "agreements", 0, "product")
    service.answer("StandingCharges", answer)
    with pytest.raises(KrakenRefusedError):
        await client.terms.standing_charges(ACCOUNT)


def agreement(*charges: dict[str, Any]) -> dict[str, Any]:
    product = {
        "__typename": "ElectricitySingleStepProduct",
        "code": "JPN_INTRO",
        "consumptionCharges": list(charges),
    }
    return {"spin": ONE, "agreements": [{"id": 1, "product": product}]}


NORMAL = {"band": "CONSUMPTION_03", "pricePerUnitIncTax": "30.00"}
CHEAP = {"band": "CONSUMPTION_03", "pricePerUnitIncTax": "26.90"}


async def test_how_long_an_introductory_rate_lasts(client: KrakenClient, service: Service) -> None:
    introductory = agreement(
        NORMAL | {"durationMonths": None}, CHEAP | {"durationMonths": 6}, {"durationMonths": 3}
    )
    service.answer("Agreements", account(agreement(NORMAL, CHEAP), introductory=[introductory]))
    ((found,),) = (await client.supply.agreements(ACCOUNT)).values()
    assert isinstance(found.product, ElectricityProduct)
    assert [rate.duration_months for rate in found.product.consumption_charges] == [None, 6]


@pytest.mark.parametrize(
    "introductory", [[None], None, "text", [{"agreements": [None, {"product": 7}]}]]
)
async def test_rates_are_kept_where_their_length_is_refused(
    client: KrakenClient, service: Service, introductory: Any
) -> None:
    answer = account(agreement(NORMAL), introductory=introductory)
    answer["errors"] = refused("account", "properties", 0, "introductory", 0, "agreements")
    service.answer("Agreements", answer)
    ((found,),) = (await client.supply.agreements(ACCOUNT)).values()
    assert isinstance(found.product, ElectricityProduct)
    assert [rate.duration_months for rate in found.product.consumption_charges] == [None]


@pytest.mark.parametrize("params", [[], "text", 7, None, {"version": 1}])
async def test_parameters_of_another_type_cost_no_product(
    client: KrakenClient, service: Service, params: Any
) -> None:
    point = agreement(NORMAL)
    point["agreements"][0]["product"]["params"] = params
    service.answer("Agreements", account(point))
    ((found,),) = (await client.supply.agreements(ACCOUNT)).values()
    assert isinstance(found.product, ElectricityProduct)
    assert found.product.params == (params if isinstance(params, dict) else None)
    assert len(found.product.consumption_charges) == 1
