"""Accounts, supply points and agreements, out of answers that lack this and that."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from kraken_service import Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenNotFoundError,
    KrakenRefusedError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.models import (
    AccountReference,
    AddonRate,
    ElectricityFitProduct,
    ElectricitySingleStepProduct,
    ElectricitySteppedProduct,
    GasTieredProduct,
    ReadingDates,
    SupplyPoint,
)

ACCOUNT = "A-12345678"
ONE, TWO = "0300000000000000000001", "0300000000000000000002"
JUNE = "2026-05-31T15:00:00+00:00"


def account(*properties: Any) -> dict[str, Any]:
    return {"data": {"account": {"properties": list(properties)}}}


def place(*points: dict[str, Any] | None, known: list[Any] | None = None) -> dict[str, Any]:
    numbers = [{k: p[k] for k in ("spin", "gpin") if k in p} if p else None for p in points]
    return {"known": numbers if known is None else known, "points": list(points)}


def fault(code: str, *path: str | int) -> dict[str, Any]:
    extensions = {"errorCode": code, "errorType": "AUTHORIZATION"}
    return {"message": "Unauthorized.", "path": list(path), "extensions": extensions}


def at(point: int, *more: str | int) -> tuple[str | int, ...]:
    return ("account", "properties", 0, "points", point, *more)


async def test_the_viewer_has_a_stable_id_and_accounts(
    client: KrakenClient, service: Service
) -> None:
    accounts = [
        {"number": ACCOUNT, "status": "ACTIVE"},
        None,
        {"number": "A-2"},
        {"status": "VOID"},
    ]
    service.answer("Viewer", {"data": {"viewer": {"id": "7", "accounts": accounts}}})

    viewer = await client.login.viewer()

    assert viewer.id == "7"
    assert viewer.accounts == (AccountReference(ACCOUNT, "ACTIVE"), AccountReference("A-2"))


@pytest.mark.parametrize("viewer", [None, {"accounts": []}, {"id": "7", "accounts": None}])
async def test_a_viewer_in_part_is_none(
    client: KrakenClient, service: Service, viewer: dict[str, Any] | None
) -> None:
    service.answer("Viewer", {"data": {"viewer": viewer}})
    with pytest.raises(KrakenServiceError):
        await client.login.viewer()

    errors = [fault("KT-CT-1111", "viewer")]
    service.answer("Viewer", {"data": {"viewer": viewer}, "errors": errors})
    with pytest.raises(KrakenRefusedError):
        await client.login.viewer()


async def test_supply_points_come_by_property(client: KrakenClient, service: Service) -> None:
    points = [{"spin": ONE, "status": "ON_SUPPLY"}, None, {"status": "LOST"}, {"spin": TWO}]
    home = {"id": "1", "electricitySupplyPoints": points}
    service.answer(
        "SupplyPoints",
        {"data": {"account": {"status": "ACTIVE", "properties": [home, None, {"id": "2"}, {}]}}},
    )

    supply = await client.supply.points(ACCOUNT)

    assert (supply.number, supply.status) == (ACCOUNT, "ACTIVE")
    (only,) = supply.properties
    assert only.id == "1"
    assert only.electricity_supply_points == (SupplyPoint(ONE, "ON_SUPPLY"), SupplyPoint(TWO))


async def test_a_new_account_has_no_supply_points(client: KrakenClient, service: Service) -> None:
    service.answer("SupplyPoints", account())

    assert (await client.supply.points(ACCOUNT)).properties == ()


async def test_supply_points_that_only_failed_are_an_error(
    client: KrakenClient, service: Service
) -> None:
    errors = [fault("KT-CT-4501", "account", "properties", 0, "electricitySupplyPoints")]
    home = {"id": "1", "electricitySupplyPoints": None}
    service.answer("SupplyPoints", account(home) | {"errors": errors})

    with pytest.raises(KrakenRefusedError):
        await client.supply.points(ACCOUNT)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"data": {"account": None}}, KrakenNotFoundError),
        ({"data": {"account": {"properties": None}}}, KrakenServiceError),
        (failure("KT-CT-4178", "NOT_FOUND", data={"account": None}), KrakenNotFoundError),
        (
            failure("KT-CT-4501", "AUTHORIZATION", data={"account": {"properties": None}}),
            KrakenRefusedError,
        ),
    ],
)
async def test_an_account_in_part_is_an_error(
    client: KrakenClient, service: Service, answer: dict[str, Any], expected: type[Exception]
) -> None:
    service.answer("SupplyPeriods", answer)

    with pytest.raises(expected):
        await client.supply.periods(ACCOUNT)


def period(start: str = JUNE, **more: Any) -> dict[str, Any]:
    return {"supplyStartAt": start, "supplyEndAt": None, "isBillable": True} | more


async def test_a_failed_supply_point_leaves_the_others(
    client: KrakenClient, service: Service
) -> None:
    failed = place(
        {"spin": ONE, "supplyPeriods": [period()]}, None, known=[{"spin": ONE}, {"spin": TWO}]
    )
    errors = [fault("KT-CT-7899", *at(1, "supplyPeriods"))]
    service.answer("SupplyPeriods", account(failed) | {"errors": errors})

    periods = await client.supply.periods(ACCOUNT)

    assert set(periods) == {ONE}
    assert periods[ONE][0].supply_start_at == datetime(2026, 5, 31, 15, tzinfo=UTC)
    assert periods[ONE][0].supply_end_at is None


async def test_a_nulled_part_is_missing_only_where_an_error_says_so(
    client: KrakenClient, service: Service
) -> None:
    nulled = place({"spin": ONE, "supplyPeriods": None}, {"spin": TWO, "supplyPeriods": None})
    errors = [fault("KT-CT-4501", *at(1, "supplyPeriods"))]
    service.answer("SupplyPeriods", account(nulled) | {"errors": errors})

    assert await client.supply.periods(ACCOUNT) == {ONE: ()}


async def test_only_failed_supply_points_are_an_error(
    client: KrakenClient, service: Service
) -> None:
    failed = place(None, known=[{"spin": ONE}])
    errors = [fault("KT-CT-4501", *at(0))]
    service.answer("SupplyPeriods", account(failed) | {"errors": errors})
    with pytest.raises(KrakenRefusedError):
        await client.supply.periods(ACCOUNT)

    service.answer("SupplyPeriods", account(failed))
    with pytest.raises(KrakenServiceError):
        await client.supply.periods(ACCOUNT)


async def test_the_error_of_a_point_that_is_missing_or_in_part_comes_along(
    client: KrakenClient, service: Service
) -> None:
    agreed = {"agreements": [{"id": 1, "product": None}]}
    failed = place({"spin": ONE} | agreed, None, known=[{"spin": ONE}, {"spin": TWO}])
    errors = [
        fault("KT-CT-7899", *at(0, "agreements", 0, "product")),
        fault("KT-CT-4501", *at(1, "agreements")),
    ]
    service.answer("Agreements", account(failed) | {"errors": errors})

    agreements = await client.supply.agreements(ACCOUNT)

    assert set(agreements) == {ONE}
    assert {number: type(error) for number, error in agreements.errors.items()} == {
        ONE: KrakenServiceError,
        TWO: KrakenRefusedError,
    }


async def test_a_point_that_two_properties_list_is_joined(
    client: KrakenClient, service: Service
) -> None:
    former, latter = (
        period(supplyEndAt="2026-06-30T15:00:00+00:00"),
        period("2026-07-01T00:00+09:00"),
    )
    service.answer(
        "SupplyPeriods",
        account(
            place({"spin": ONE, "supplyPeriods": [former]}),
            place({"spin": ONE, "supplyPeriods": [former, latter]}),
        ),
    )
    service.answer(
        "ReadingDates",
        account(place({"spin": ONE}), place({"spin": ONE, "nextReadingDate": "2026-07-17"})),
    )

    periods = await client.supply.periods(ACCOUNT)

    assert [item.supply_end_at is None for item in periods[ONE]] == [False, True]
    assert (await client.supply.reading_dates(ACCOUNT))[ONE] == ReadingDates(date(2026, 7, 17))


async def test_nulls_are_no_supply_points(client: KrakenClient, service: Service) -> None:
    odd = place(None, {"spin": ONE, "supplyPeriods": [None]}, {"supplyPeriods": []})
    service.answer("SupplyPeriods", account(None, odd, {"known": None, "points": None}))

    assert await client.supply.periods(ACCOUNT) == {ONE: ()}


async def test_a_malformed_item_is_left_out_and_told_once(
    client: KrakenClient, service: Service, told: Callable[[], list[str]]
) -> None:
    rows: list[Any] = [
        period("not a time, perhaps a name"),
        period("2026-06-01T00:00:00"),
        {"isBillable": True},
        "text",
        period(),
    ]
    service.answer("SupplyPeriods", account(place({"spin": ONE, "supplyPeriods": rows})))

    for _ in range(2):
        assert len((await client.supply.periods(ACCOUNT))[ONE]) == 1

    assert told() == [
        "The Kraken API answered a malformed SupplyPeriod (supply_start_at); left out",
        "The Kraken API answered a malformed SupplyPeriod (an object); left out",
    ]


async def test_closed_billing_periods(client: KrakenClient, service: Service) -> None:
    row = {
        "startAt": JUNE,
        "endAt": "2026-06-30T15:00:00+00:00",
        "value": "312.00000",
        "billableMonth": "2026-06",
        "readingDate": "2026-07-01",
    }
    service.answer("IntervalReadings", account(place({"spin": ONE, "intervalReadings": [row]})))

    periods = await client.supply.interval_readings(ACCOUNT, datetime(2026, 1, 1, tzinfo=UTC))

    (closed,) = periods[ONE]
    assert closed.value == 312
    assert closed.reading_date == date(2026, 7, 1)
    assert service.asked[-1].variables["startAt"] == "2026-01-01T00:00:00+00:00"
    with pytest.raises(ValueError, match="aware"):
        await client.supply.interval_readings(ACCOUNT, datetime(2026, 1, 1))  # noqa: DTZ001


async def test_reading_dates(client: KrakenClient, service: Service) -> None:
    dates = {
        "nextReadingDate": "2026-06-18",
        "nextNextReadingDate": None,
        "readingDateDayOfMonth": 19,
    }
    bad = {
        "spin": TWO,
        "nextReadingDate": "soon",
        "nextNextReadingDate": "9999-12-31",
        "readingDateDayOfMonth": 32,
    }
    service.answer("ReadingDates", account(place({"spin": ONE, **dates}, bad)))

    assert await client.supply.reading_dates(ACCOUNT) == {
        ONE: ReadingDates(date(2026, 6, 18), None, 19),
        TWO: ReadingDates(),
    }


async def test_refused_reading_dates_are_an_error(client: KrakenClient, service: Service) -> None:
    empty = place({"spin": ONE, "nextReadingDate": None})
    errors = [fault("KT-CT-4501", *at(0, "nextReadingDate"))]
    service.answer("ReadingDates", account(empty) | {"errors": errors})
    with pytest.raises(KrakenRefusedError):
        await client.supply.reading_dates(ACCOUNT)

    some = place({"spin": ONE, "readingDateDayOfMonth": 19})
    service.answer("ReadingDates", account(some) | {"errors": errors})
    assert await client.supply.reading_dates(ACCOUNT) == {ONE: ReadingDates(None, None, 19)}


def rate(price: Any = "19.80", **more: Any) -> dict[str, Any]:
    return {"band": "B", "pricePerUnit": "18.00", "pricePerUnitIncTax": price, **more}


def agreement(product: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "validFrom": JUNE,
        "validTo": None,
        "isRevoked": False,
        "product": product,
    } | more


async def agreements(client: KrakenClient, service: Service, *items: Any) -> tuple[Any, ...]:
    service.answer("Agreements", account(place({"spin": ONE, "agreements": list(items)})))
    return (await client.supply.agreements(ACCOUNT))[ONE]


async def test_products_are_told_apart_by_their_type(
    client: KrakenClient, service: Service
) -> None:
    stepped = {
        "__typename": "ElectricitySteppedProduct",
        "code": "S",
        "displayName": "グリーンオクトパス",
        "params": {"product_type": "stepped_rates_product"},
        "standingChargeUnitType": "YEN_AMPERE_DAY",
        "standingChargePricePerDay": "40.00",
        "consumptionCharges": [rate(stepStart=0, stepEnd=120), None, rate("24.20", stepStart=120)],
        "fuelCostAdjustment": rate("-1.30", validFrom=JUNE),
        "renewableEnergyLevy": None,
    }
    single = {
        "__typename": "ElectricitySingleStepProduct",
        "code": "T",
        "consumptionCharges": [rate()],
    }
    fit = {"__typename": "ElectricityFitProduct", "code": "F", "generationCredits": [rate(8.5)]}

    first, second, third = await agreements(
        client, service, agreement(stepped), None, agreement(single), agreement(fit)
    )

    assert isinstance(first.product, ElectricitySteppedProduct)
    assert [r.step_end for r in first.product.consumption_charges] == [120, None]
    assert first.product.fuel_cost_adjustment.price_per_unit_inc_tax == Decimal("-1.30")
    assert first.product.renewable_energy_levy is None
    assert first.product.standing_charge_price_per_day == 40
    assert first.product.params == {"product_type": "stepped_rates_product"}
    assert isinstance(second.product, ElectricitySingleStepProduct)
    assert isinstance(third.product, ElectricityFitProduct)
    assert third.product.generation_credits[0].price_per_unit_inc_tax == Decimal("8.5")


@pytest.mark.parametrize(
    "product",
    [
        None,
        "text",
        {"__typename": "GasTieredProduct"},
        {"__typename": "ElectricityMarketProduct", "code": "M"},
        {"__typename": "ElectricitySteppedProduct", "code": "S", "consumptionCharges": [rate("?")]},
        {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate("NaN")],
        },
        {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate(None)],
        },
        {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate("10000.01")],
        },
        {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate(validFrom="2026-07-01T00:00:00")],
        },
        {"__typename": "ElectricitySteppedProduct", "code": {}, "consumptionCharges": [rate()]},
        {"__typename": "ElectricitySteppedProduct", "code": " ", "consumptionCharges": [rate()]},
        {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate()] * 5001,
        },
    ],
)
async def test_a_product_that_is_not_fully_understood_has_no_price(
    client: KrakenClient, service: Service, product: Any
) -> None:
    (only,) = await agreements(client, service, agreement(product))

    assert only.product is None
    assert only.valid_from == datetime(2026, 5, 31, 15, tzinfo=UTC)


async def test_addon_rates_by_agreement(client: KrakenClient, service: Service) -> None:
    addon = {
        "addon": {"band": "ADDON", "title": "割引", "family": None},
        "productRate": {"pricePerUnit": "-1.00", "unitType": "KWH_CONSUMPTION"},
    }
    items = [
        {"id": 1, "addonRates": [addon, None, {"addon": None, "productRate": None}]},
        {"id": 2, "addonRates": None},
        None,
    ]
    service.answer("AddonRates", account(place({"spin": ONE, "agreements": items})))

    rates = await client.terms.addon_rates(ACCOUNT)

    assert list(rates) == [1]
    assert rates[1][0] == AddonRate("ADDON", "割引", None, Decimal(-1), "KWH_CONSUMPTION")
    assert rates[1][1] == AddonRate()


async def test_refused_addon_rates_are_an_error(client: KrakenClient, service: Service) -> None:
    refused = account(place({"spin": ONE, "agreements": [{"id": 2, "addonRates": None}]}))
    errors = [fault("KT-CT-1111", *at(0, "agreements", 0, "addonRates"))]
    service.answer("AddonRates", refused | {"errors": errors})

    with pytest.raises(KrakenRefusedError):
        await client.terms.addon_rates(ACCOUNT)


async def test_generation_points_with_their_credits(client: KrakenClient, service: Service) -> None:
    fit = {"__typename": "ElectricityFitProduct", "code": "F", "generationCredits": [rate()]}
    point = {"gpin": "G1", "status": "UNDER_CONTRACT", "agreements": [{"product": fit}, None]}
    service.answer("GenerationPoints", account(place(point, {"gpin": "G2", "agreements": None})))

    points = await client.supply.generation_points(ACCOUNT)

    assert points["G1"].status == "UNDER_CONTRACT"
    assert isinstance(points["G1"].agreements[0].product, ElectricityFitProduct)
    assert points["G2"].agreements == ()


async def test_gas_supply_points_with_their_tiers(client: KrakenClient, service: Service) -> None:
    gas = {
        "__typename": "GasTieredProduct",
        "code": "G",
        "standingCharges": [rate("759.00", tierStart=0, tierEnd=20)],
        "consumptionCharges": [rate("143.00", tierStart=0, tierEnd=20)],
    }
    service.answer(
        "GasSupplyPoints", account(place({"spin": "GAS", "agreements": [agreement(gas)]}))
    )

    product = (await client.gas.supply_points(ACCOUNT))["GAS"].agreements[0].product

    assert isinstance(product, GasTieredProduct)
    assert product.standing_charges[0].price_per_unit_inc_tax == 759
    assert product.consumption_charges[0].tier_end == 20


@pytest.mark.parametrize(
    "absurd",
    [
        rate(validTo="?"),
        rate("10000.01"),
        rate("NaN"),
        rate(validFrom="2101-01-01T00:00:00+09:00"),
        "text",
        [],
    ],
)
async def test_an_absurd_monthly_rate_costs_itself(
    client: KrakenClient, service: Service, absurd: Any
) -> None:
    product = {
        "__typename": "ElectricitySteppedProduct",
        "code": "S",
        "consumptionCharges": [rate()],
        "fuelCostAdjustment": absurd,
        "renewableEnergyLevy": rate("4.18"),
    }
    (only,) = await agreements(client, service, agreement(product))
    assert only.product.fuel_cost_adjustment is None
    assert only.product.renewable_energy_levy.price_per_unit_inc_tax == Decimal("4.18")
    assert len(only.product.consumption_charges) == 1
    assert client.left_out == {"a monthly rate out of reason": 1}


async def test_an_end_beyond_all_reason_is_no_end(client: KrakenClient, service: Service) -> None:
    """Some services write "for ever" so; for an adjustment that is refused where months are made of it."""
    for_ever = "9999-12-31T23:59:59+00:00"
    product = {
        "__typename": "ElectricitySteppedProduct",
        "code": "S",
        "consumptionCharges": [rate(validFrom="0001-01-01T00:00:00+09:00", validTo=for_ever)],
        "fuelCostAdjustment": rate(validTo=for_ever),
    }
    (only,) = await agreements(
        client,
        service,
        agreement(product) | {"validFrom": "1900-01-01T00:00:00+09:00", "validTo": for_ever},
    )
    assert only.valid_to is None
    assert only.valid_from == datetime(2020, 12, 31, 15, tzinfo=UTC)
    (charge,) = only.product.consumption_charges
    assert (charge.valid_from, charge.valid_to) == (None, None)
    assert only.product.fuel_cost_adjustment.valid_to is None


async def test_parameters_of_another_type_cost_themselves(
    client: KrakenClient, service: Service
) -> None:
    for params in ("text", [], 5, ["tgoe_ev_tou_jan_25_scheme"]):
        product = {
            "__typename": "ElectricitySteppedProduct",
            "code": "S",
            "consumptionCharges": [rate()],
            "params": params,
        }
        (only,) = await agreements(client, service, agreement(product))
        assert only.product.params is None
        assert len(only.product.consumption_charges) == 1


async def test_supply_began_no_earlier_than_the_supplier(
    client: KrakenClient, service: Service
) -> None:
    for start in ("1900-01-01T00:00:00+09:00", "0001-01-01T00:00:00+09:00", "2020-01-01T00:00:00Z"):
        period = {"supplyStartAt": start, "supplyEndAt": "9999-12-31T00:00:00Z"}
        service.answer("SupplyPeriods", account(place({"spin": ONE, "supplyPeriods": [period]})))
        (told,) = (await client.supply.periods(ACCOUNT))[ONE]
        assert told.supply_start_at == datetime(2020, 12, 31, 15, tzinfo=UTC)
        assert told.supply_end_at is None


async def test_a_property_without_an_id_is_a_property(
    client: KrakenClient, service: Service
) -> None:
    for found in (None, 7, "101", {}, []):
        places = [{"id": found, "electricitySupplyPoints": [{"spin": ONE, "status": "ON_SUPPLY"}]}]
        service.answer("SupplyPoints", {"data": {"account": {"properties": places}}})
        (read,) = (await client.supply.points(ACCOUNT)).properties
        assert [point.spin for point in read.electricity_supply_points] == [ONE]


async def test_lists_out_of_reason_are_none(client: KrakenClient, service: Service) -> None:
    periods = [{"supplyStartAt": "2025-01-01T00:00:00Z"}] * 5001
    service.answer("SupplyPeriods", account(place({"spin": ONE, "supplyPeriods": periods})))
    assert (await client.supply.periods(ACCOUNT))[ONE] == ()
    assert client.left_out == {"a list out of reason (SupplyPeriod)": 1}
