"""Requests and the simulator's answers, against what the platform describes (docs/api.md#rest).

`description.json` has of the published description what concerns our endpoints: queries, bodies, answers, as JSON Schema. Where it is known to
be wrong, the deviation is named here, and both forms are read.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.octopus_japan.oejp.kraken import ApiKey, KrakenClient
from custom_components.octopus_japan.oejp.kraken.rest import QuoteRequest
from simulator import Simulator

DESCRIPTION = json.loads((Path(__file__).parent / "description.json").read_text("utf-8"))
NOW = datetime(2026, 3, 20, 3, tzinfo=UTC)

DEVIATIONS = {
    "a number as text, or text as a number": lambda kind, value: (
        kind in {"number", "string"} and isinstance(value, int | float | str)
    ),
    "datetime, which is no type": lambda kind, value: kind == "datetime" and isinstance(value, str),
}
MISNAMED = re.compile(r"/v1/electricity-meter-points/[^/]+/")
"""Its answer is described by the schema of what an order says of a meter point, which has the same name."""
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


def wrong(schema: dict[str, Any], value: Any, where: str = "") -> Iterator[str]:
    """Tell what of a value is not as a schema describes it."""
    if "$ref" in schema:
        yield from wrong(DESCRIPTION["schemas"][schema["$ref"]], value, where)
        return
    if value is None:
        if not schema.get("nullable"):
            yield f"{where}: null"
        return
    kind = schema.get("type")
    fits = kind is None or isinstance(value, KINDS.get(kind, ()))
    if not fits and not any(known(kind, value) for known in DEVIATIONS.values()):
        yield f"{where}: {type(value).__name__}, not {kind}"
        return
    yield from _wrong_scalar(schema, value, where)
    if isinstance(value, dict):
        yield from _wrong_object(schema, value, where)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from wrong(schema.get("items", {}), item, f"{where}[{index}]")


def _wrong_scalar(schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"] and not where.endswith("brand_code"):
        yield f"{where}: {value}"
    if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
        yield f"{where}: a time without a zone"


def _wrong_object(schema: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
    described = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}.{name}: missing"
    for name, item in value.items():
        inner = described.get(name, schema.get("additionalProperties"))
        if inner is not None:
            yield from wrong(inner, item, f"{where}.{name}")
        elif described:
            yield f"{where}.{name}: not described"


def endpoint(method: str, path: str) -> dict[str, Any]:
    for described, found in DESCRIPTION["endpoints"].items():
        verb, template = described.split(" ")
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if verb == method and re.fullmatch(pattern, path):
            return dict(found)
    raise AssertionError(f"{method} {path} is not described")


class Recorded:
    """What went over the wire: method, path, query, body, status, answer."""

    def __init__(self) -> None:
        self.exchanges: list[tuple[str, str, dict[str, str], Any, int, Any]] = []


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(("ev-tokyo",), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def recorded(simulator: Simulator) -> AsyncIterator[tuple[Recorded, KrakenClient]]:
    """A client whose requests are written down on their way to the simulator."""
    record, target = Recorded(), simulator.url.split("/v1/")[0]

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        async with session.request(
            request.method, target + request.path_qs, data=body, headers=headers
        ) as answer:
            told = await answer.json()
        if answer.status != 401 and "graphql" not in request.path:
            query = dict(parse_qsl(request.query_string))
            sent = json.loads(body) if body else None
            record.exchanges.append(
                (request.method, request.path, query, sent, answer.status, told)
            )
        return web.json_response(told, status=answer.status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    login = simulator.world.households["ev-tokyo"]
    async with ClientSession() as session, TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("/v1/graphql/"))
        yield record, KrakenClient(session, url, ApiKey(login.api_key), now=NOW.timestamp)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("texts", [False, True])
async def test_every_request_and_answer_is_as_described(
    simulator: Simulator, recorded: tuple[Recorded, KrakenClient], nested: bool, texts: bool
) -> None:
    record, client = recorded
    simulator.rest.nested, simulator.rest.texts = nested, texts
    rest, spin = client.rest, simulator.world.households["ev-tokyo"].supply_points[0].spin
    products = await rest.products.products(available_at=NOW, is_green=None)
    detail = await rest.products.product(products[0].code)
    for tariff in detail.tariffs[:1]:
        await rest.products.charges(
            products[0].code, tariff.code, period_from=NOW - timedelta(days=30)
        )
    await rest.meters.electricity_meter_point(spin)
    readings = await rest.meters.consumption(spin, f"M{spin[-8:]}", NOW - timedelta(days=3), NOW)
    assert len(readings) > 48
    assert await rest.meters.grid_supply_points("1000001")
    await rest.orders.create_quote(QuoteRequest(postcode="100-0001", consumption=3100))
    account = {
        "reference": "1",
        "account_type": "DOMESTIC",
        "source": "INTERNET",
        "is_change_of_tenancy": False,
        "billing_address": {"address_line_1": "1-2-3", "postcode": "1000001"},
        "users": [
            {
                "given_name": "花子",
                "family_name": "架空",
                "email": "a@example.jp",
                "opted_in_for_marketing": False,
            }
        ],
        "electricity_meter_points": [{"mpan": spin[:13], "quote": {"annual_payment": 68328}}],
    }
    await rest.orders.create_account(account)
    described = {path for _, path, *_ in record.exchanges}
    assert len(described) >= 7
    for method, path, query, sent, status, told in record.exchanges:
        found = endpoint(method, path)
        assert set(query) <= set(found["query"]), path
        for name, text in query.items():
            if found["query"][name].get("format") == "date-time" or "period" in name:
                assert datetime.fromisoformat(text).tzinfo is not None, name
        if "body" in found:
            assert list(wrong(found["body"], sent)) == [], path
        if "fields" in found:
            assert set(sent) <= set(found["fields"]), path
        answer = dict(told)
        if nested and "results" in answer:
            # The description's own examples have a list of lists.
            answer["results"] = [item for page in answer["results"] for item in page]
        if MISNAMED.fullmatch(path):
            continue
        assert "\n".join(wrong(found["answers"][str(status)], answer)) == "", path


def test_what_is_not_described_is_seen() -> None:
    """The checker can fail: a missing field, another type, a time without a zone, an undescribed endpoint."""
    (page,) = endpoint("GET", "/v1/electricity-meter-points/1/meters/2/consumption/")[
        "answers"
    ].values()
    row = {
        "consumption": "0.1",
        "interval_start": "2026-03-20T00:00:00",
        "interval_end": "2026-03-20T00:30:00+09:00",
    }
    assert list(wrong(page, {"results": [row], "count": "many"}))
    assert any("zone" in each for each in wrong(page, {"results": [row], "count": 1}))
    assert any("missing" in each for each in wrong(page, {"count": 1}))
    with pytest.raises(AssertionError):
        endpoint("GET", "/v1/nowhere/")
