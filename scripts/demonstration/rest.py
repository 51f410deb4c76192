"""Compares what the REST API tells with what the simulator knows: products, a quote, half hours by both ways of reading."""

from datetime import timedelta
from decimal import Decimal

from aiohttp import ClientSession

from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient
from simulator import Simulator
from simulator.dates import jst_date
from simulator.points import serial_number
from simulator.products import product, product_keys

from .connection import Connection
from .households import Home
from .rows import Row, number_row

KWH = 3100
WEEK = timedelta(days=7)
_AREAS = {f"{number:02}" for number in range(1, 10)}


async def rest_rows(simulator: Simulator, connection: Connection, home: Home) -> list[Row]:
    """Return a row for the list of products, for a quote, and for a week's half hours of a household."""
    entry = await _entry(connection, home)
    today = jst_date(simulator.clock.now())
    sold = [key for key in product_keys() if product(key).area in _AREAS and product(key).on(today)]
    listed = await connection.act("list_products", config_entry_id=entry)
    wanted = product(sold[0])
    quote = await connection.act(
        "create_quote",
        config_entry_id=entry,
        postcode="100-0001",
        consumption=KWH,
        product_codes=[wanted.code],
        confirm=True,
    )
    # Another product is another quote, which REST refuses now.
    simulator.rest.refused.add("quotes")
    other = product(sold[1])
    by_graphql = await connection.act(
        "create_quote",
        config_entry_id=entry,
        postcode="100-0001",
        consumption=KWH,
        product_codes=[other.code],
        confirm=True,
    )
    simulator.rest.refused.clear()
    first = int(KWH * wanted.on(today)[0].price)
    codes = sorted(each["code"] for each in listed["products"])
    return [
        Row(
            f"{home.name} products by REST",
            str(len(codes)),
            str(len(sold)),
            codes == sorted(product(key).code for key in sold),
        ),
        number_row(
            f"{home.name} a quote for {wanted.name}",
            quote["products"][0]["annual_amount"],
            Decimal(first),
            "JPY",
        ),
        number_row(
            f"{home.name} a quote for {other.name}, REST refused",
            by_graphql["products"][0]["annual_amount"],
            Decimal(12 * int(KWH // 12 * other.on(today)[0].price)),
            "JPY",
        ),
        *await _half_hours(simulator, home),
    ]


async def _half_hours(simulator: Simulator, home: Home) -> list[Row]:
    """Read a week by REST and by GraphQL: half hour by half hour the same, and as much as was used."""
    household = simulator.world.households[home.name]
    # What is a week old is published.
    end = simulator.clock.now().replace(minute=0, second=0, microsecond=0) - WEEK
    start = end - WEEK
    async with ClientSession() as session:
        client = KrakenClient(
            session,
            simulator.url,
            EmailPassword(household.email, household.password),
            now=simulator.clock.timestamp,
        )
        serial = serial_number(home.spin)
        by_rest = await client.rest.meters.consumption(home.spin, serial, start, end)
        by_graphql = (await client.readings.half_hourly(home.account, start, end))[home.spin]
    told = {each.interval_start: each.consumption for each in by_rest}
    same = told == {each.start_at: each.value for each in by_graphql}
    truth = simulator.truth.half_hours(home.spin, start, end)
    return [
        number_row(
            f"{home.name} a week by REST", sum(told.values()), sum(truth.values(), Decimal()), "kWh"
        ),
        Row(
            f"{home.name} half hours by REST as by GraphQL",
            str(len(told)),
            str(len(by_graphql)),
            same,
        ),
    ]


async def _entry(connection: Connection, home: Home) -> str:
    entities = await connection.call("config/entity_registry/list")
    entry: str = next(
        each["config_entry_id"]
        for each in entities
        if each["unique_id"] == f"{home.digest}_current_price"
    )
    return entry
