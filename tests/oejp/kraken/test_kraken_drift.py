"""The schema loses a field: it costs what it was for, once told; what is essential is a list (docs/api.md#essential)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any

from aiohttp import ClientSession, web
from kraken_service import CREDENTIAL, Clock, Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenClient,
    KrakenError,
    KrakenQueryError,
)
from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS
from custom_components.octopus_japan.oejp.kraken.graphql.selections import parts
from simulator import Simulator
from simulator.absurd import Raw

HOUSEHOLD = "green-tokyo"
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")


def fields(*documents: str) -> list[str]:
    """Return the names of all fields that documents select, leaves or not."""
    found = {
        selection.field
        for name in documents
        for selection in _all(parts(DOCUMENTS[name]).selections)
        if selection.field not in {None, "__typename"}
    }
    return sorted(field for field in found if field)


def _all(selections: Any) -> Any:
    for selection in selections:
        yield selection
        yield from _all(selection.below)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator((HOUSEHOLD,), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[KrakenClient]:
    login = simulator.world.households[HOUSEHOLD]
    async with ClientSession() as session:
        credential = EmailPassword(login.email, login.password)
        yield KrakenClient(session, simulator.url, credential, now=NOW.timestamp)


async def _agreements(client: KrakenClient, account: str) -> bool:
    """Tell whether a price can be made of what is answered."""
    told = await client.supply.agreements(account)
    return any(told.values()) and all(
        agreement.product is not None and agreement.product.consumption_charges  # type: ignore[union-attr]
        for agreements in told.values()
        for agreement in agreements
    )


async def _half_hours(client: KrakenClient, account: str) -> bool:
    told = await client.readings.half_hourly(account, NOW - timedelta(days=2), NOW)
    return bool(told) and all(told.values())


async def _points(client: KrakenClient, account: str) -> bool:
    found = await client.supply.points(account)
    return any(place.electricity_supply_points for place in found.properties)


ESSENTIAL: dict[str, tuple[Callable[[KrakenClient, str], Awaitable[bool]], set[str]]] = {
    "agreements": (
        _agreements,
        {"account", "properties", "electricitySupplyPoints", "spin", "agreements", "product", "code",
         "consumptionCharges", "pricePerUnitIncTax"},
    ),
    "half_hourly_readings": (
        _half_hours,
        {"account", "properties", "electricitySupplyPoints", "spin", "halfHourlyReadings", "startAt",
         "endAt", "value"},
    ),
    "supply_points": (_points, {"account", "properties", "electricitySupplyPoints", "spin"}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "field"), [(name, field) for name in ESSENTIAL for field in fields(name)]
)
async def test_only_what_is_essential_is_missed(
    simulator: Simulator, client: KrakenClient, document: str, field: str
) -> None:
    simulator.faults.add("removed_field", field=field)
    ask, essential = ESSENTIAL[document]
    number = simulator.world.households[HOUSEHOLD].accounts[0].number
    try:
        survived = await ask(client, number)
    except KrakenError:
        survived = False
    assert survived is (field not in essential)


TERMS = {
    "validFrom", "validTo", "isRevoked",
    "band", "timeOfUse", "stepStart", "stepEnd", "durationMonths", "gridOperatorCode", "unitType",
    "standingChargeUnitType", "standingChargePricePerDay",
}  # fmt: skip
"""What a price depends on: without one of these it is what the others say; with one that cannot be read it is unknown."""

CHANGES = ("null", "{}", "[]", '"SOMETHING_NEW"', "5", "true")
"""What a field may say after its type has changed, or an enumeration got a member: JSON as it stands in the answer."""


@pytest.mark.parametrize(
    ("document", "field"), [(name, field) for name in ESSENTIAL for field in fields(name)]
)
async def test_what_changes_its_type_costs_no_more_than_its_loss(
    simulator: Simulator, client: KrakenClient, document: str, field: str
) -> None:
    ask, essential = ESSENTIAL[document]
    number = simulator.world.households[HOUSEHOLD].accounts[0].number
    missed = []
    for change in CHANGES:
        fault = simulator.faults.add("value", field=field, value=Raw(change))
        try:
            survived = await ask(client, number)
        except KrakenError:
            survived = False
        simulator.faults.remove(fault)
        missed += [] if survived else [change]
    if field not in essential:
        assert bool(missed) is (field in TERMS)


async def test_a_product_of_a_kind_that_nobody_knows_has_no_price_and_its_agreement_stays(
    simulator: Simulator, client: KrakenClient
) -> None:
    number = simulator.world.households[HOUSEHOLD].accounts[0].number
    new = Raw('{"__typename": "ElectricityMoonProduct", "code": "MOON", "phases": [1, 2]}')
    before = await client.supply.agreements(number)
    simulator.faults.add("value", field="product", value=new)
    told = await client.supply.agreements(number)
    assert dict(told) == {
        spin: tuple(replace(agreement, product=None) for agreement in agreements)
        for spin, agreements in before.items()
    }


async def test_what_nobody_asked_for_is_passed_over(
    simulator: Simulator, client: KrakenClient
) -> None:
    number = simulator.world.households[HOUSEHOLD].accounts[0].number
    odd = Raw(
        '[{"spin": "0300000000000000000000", "status": "ON_SUPPLY", "colour": {"is": "red"}}]'
    )
    simulator.faults.add("value", field="electricitySupplyPoints", value=odd)
    found = await client.supply.points(number)
    assert [p.status for place in found.properties for p in place.electricity_supply_points] == [
        "ON_SUPPLY"
    ]


async def test_a_lost_field_is_told_once_and_asked_for_again_after_a_day(
    service: Service, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    gone = {"errors": [{"message": "Cannot query field 'status' on type 'Account'."}]}

    def answer(asked: Any) -> Any:
        texts.append(asked.query)
        if "status" in asked.query:
            return web.json_response(gone, status=400)
        return {"data": {"viewer": {"id": "1", "accounts": [{"number": "A-1"}]}}}

    texts: list[str] = []
    service.answer("Viewer", answer)
    async with ClientSession() as session:
        client = KrakenClient(session, service.url, CREDENTIAL, now=clock)
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                assert [a.number for a in (await client.login.viewer()).accounts] == ["A-1"]
        assert ["status" in text for text in texts] == [True, False, False, False]
        assert client.gone == {"Viewer": {"status"}}
        assert len([r for r in caplog.records if "no longer has status" in r.message]) == 1
        clock.at += 86401
        await client.login.viewer()
        assert ["status" in text for text in texts[4:]] == [True, False]
        assert len([r for r in caplog.records if "no longer has status" in r.message]) == 1
        # The field is back, and nothing is told of it any more.
        service.answer("Viewer", {"data": {"viewer": {"id": "1", "accounts": []}}})
        clock.at += 86401
        await client.login.viewer()
        assert client.gone == {}


async def test_a_document_that_loses_everything_is_an_error(service: Service, clock: Clock) -> None:
    gone = {"errors": [{"message": "Cannot query field 'viewer' on type 'Query'."}]}
    service.answer("Viewer", web.json_response(gone, status=400))
    async with ClientSession() as session:
        client = KrakenClient(session, service.url, CREDENTIAL, now=clock)
        with pytest.raises(KrakenQueryError):
            await client.login.viewer()
    assert service.count("Viewer") == 1
