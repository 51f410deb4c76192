"""The REST client against the simulator: the same account as by GraphQL."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    KrakenClient,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
)
from custom_components.octopus_japan.oejp.kraken.rest import QuoteRequest
from simulator import Simulator
from simulator.points import serial_number

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
HOUSEHOLD = "green-tokyo"


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator((HOUSEHOLD,), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[KrakenClient]:
    key = simulator.world.households[HOUSEHOLD].api_key
    async with ClientSession() as session:
        yield KrakenClient(session, simulator.url, ApiKey(key), now=NOW.timestamp)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("texts", [False, True])
async def test_half_hours_are_those_of_graphql(
    simulator: Simulator, client: KrakenClient, nested: bool, texts: bool
) -> None:
    simulator.rest.nested, simulator.rest.texts = nested, texts
    home = simulator.world.households[HOUSEHOLD]
    spin, start, end = home.supply_points[0].spin, NOW - timedelta(days=20), NOW
    rest = await client.rest.meters.consumption(spin, serial_number(spin), start, end)
    graphql = await client.readings.half_hourly(home.accounts[0].number, start, end)
    assert [(row.interval_start, row.consumption) for row in rest] == [
        (reading.start_at, reading.value) for reading in graphql.of(spin)
    ]
    assert len(rest) > 900


async def test_pages_are_followed(simulator: Simulator, client: KrakenClient) -> None:
    spin = simulator.world.households[HOUSEHOLD].supply_points[0].spin
    start = NOW - timedelta(days=100)
    rows = await client.rest.meters.consumption(spin, serial_number(spin), start, NOW)
    assert len([path for _, path, _ in simulator.rest.asked if "consumption" in path]) == 4
    assert len({row.interval_start for row in rows}) == len(rows) > 4500
    assert await client.rest.meters.consumption(spin, "another", start, NOW) == ()


@pytest.mark.parametrize(
    ("ways", "tried"),
    [
        ({"Basic"}, ["Basic"]),
        ({"Token"}, ["Basic", "Token"]),
        ({"JWT"}, ["Basic", "Token", "JWT"]),
    ],
)
async def test_every_way_to_sign_in(
    simulator: Simulator, client: KrakenClient, ways: set[str], tried: list[str]
) -> None:
    simulator.rest.ways = ways
    spin = simulator.world.households[HOUSEHOLD].supply_points[0].spin
    assert (await client.rest.meters.electricity_meter_point(spin)).gsp == "_03"
    assert [way for _, _, way in simulator.rest.asked] == tried


async def test_products_and_areas(simulator: Simulator, client: KrakenClient) -> None:
    products = await client.rest.products.products()
    assert len(products) > 50
    detail = await client.rest.products.product(products[0].code)
    (tariff, *_) = detail.tariffs
    (charge,) = await client.rest.products.charges(products[0].code, tariff.code)
    assert charge.value_inc_vat == tariff.rates["standard_unit_rate_inc_vat"]
    assert await client.rest.meters.grid_supply_points("100-0001") == ("_03",)
    assert len(await client.rest.meters.grid_supply_points()) == 9
    with pytest.raises(KrakenNotFoundError):
        await client.rest.products.product("NONE")
    simulator.rest.refused.add("products")
    with pytest.raises(KrakenRefusedError):
        await client.rest.products.products()


async def test_a_quote_is_created_once(simulator: Simulator, client: KrakenClient) -> None:
    code = (await client.rest.products.products())[0].code
    request = QuoteRequest(postcode="100-0001", consumption=3100, product_codes=[code])
    quote = await client.rest.orders.create_quote(request)
    assert [product.code for product in quote.products] == [code]
    assert simulator.rest.created == [request.body]
    wrong = QuoteRequest(postcode="100-0001", consumption=3100, product_codes=["NONE"])
    with pytest.raises(KrakenQueryError) as caught:
        await client.rest.orders.create_quote(wrong)
    assert caught.value.detail == "product_codes: The following product codes are invalid: NONE."
    assert len(simulator.rest.created) == 1
