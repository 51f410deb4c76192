"""Everything that can go wrong on demand."""

import asyncio
from datetime import timedelta
import json

import aiohttp
import pytest
from simulator_client import HALF_HOURS, NOW, Client, Connect

from simulator.faults import KINDS, Faults

VIEWER = "query Viewer { viewer { id accounts { number } } }"
DAY = timedelta(days=1)


async def _raw(client: Client, **options: object) -> aiohttp.ClientResponse:
    timeout = aiohttp.ClientTimeout(total=2)
    headers = {"Authorization": client.header or ""}
    response = await client.session.post(
        client.simulator.url, json={"query": VIEWER}, headers=headers, timeout=timeout
    )
    async with response:
        await response.read()
    return response


async def test_500(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("http_500", times=1)
    assert (await _raw(client)).status == 500
    assert client.simulator.requests[-1].status == 500
    assert (await _raw(client)).status == 200


async def test_502(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("http_502")
    answer = await _raw(client)
    assert (answer.status, answer.content_type) == (502, "text/html")


async def test_html(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("html")
    answer = await _raw(client)
    assert (answer.status, answer.content_type) == (200, "text/html")


async def test_timeout(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("timeout", seconds=0.05, times=1)
    with pytest.raises(aiohttp.ClientError):
        await _raw(client)


async def test_a_client_gives_up(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("timeout")
    with pytest.raises(TimeoutError):
        await client.session.post(
            client.simulator.url, json={"query": VIEWER}, timeout=aiohttp.ClientTimeout(total=0.1)
        )
    assert client.simulator.requests[-1].status == 504
    begun = asyncio.get_running_loop().time()
    await client.simulator.stop()
    assert asyncio.get_running_loop().time() - begun < 1


async def test_slow(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("slow", seconds=0.1)
    begun = asyncio.get_running_loop().time()
    assert (await client.ask(VIEWER)).codes == []
    assert asyncio.get_running_loop().time() - begun >= 0.1


async def test_truncated(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("truncated")
    with pytest.raises(aiohttp.ClientPayloadError):
        await _raw(client)


@pytest.mark.parametrize(
    ("kind", "code"), [("throttled", "KT-CT-1199"), ("expired_token", "KT-CT-1124")]
)
async def test_whole_request_refused(connect: Connect, kind: str, code: str) -> None:
    client = await connect()
    client.simulator.faults.add(kind, times=1)  # type: ignore[arg-type]
    answer = await client.ask(VIEWER)
    assert (answer.status, answer.data, answer.codes) == (200, None, [code])
    assert (await client.ask(VIEWER)).codes == []


@pytest.mark.parametrize(
    "match", [{"operation": "Viewer"}, {"operation": "viewer"}, {"field": "viewer"}]
)
async def test_limited_to_an_operation(connect: Connect, match: dict[str, str]) -> None:
    client = await connect()
    client.simulator.faults.add("throttled", **match)
    assert (await client.ask(VIEWER)).codes == ["KT-CT-1199"]
    assert (await client.ask("query Other { rateLimitInfo { __typename } }")).codes == []


async def test_limited_to_an_account(connect: Connect) -> None:
    client = await connect("moved")
    old, new = client.household.accounts
    client.simulator.faults.add("throttled", account=new.number)
    query = "query ($number: String!) { account(accountNumber: $number) { number } }"
    assert (await client.ask(query, number=old.number)).codes == []
    assert (await client.ask(query, number=new.number)).codes == ["KT-CT-1199"]
    readings = f"""{{ supplyPoint(externalIdentifier: "{new.supply_points[0].spin}", marketName: "JPN_ELECTRICITY") {{ id }} }}"""
    assert (await client.ask(readings)).codes == ["KT-CT-1199"]


@pytest.mark.parametrize("code", ["KT-CT-4501", "KT-CT-1111", "KT-CT-1113"])
async def test_refused_field(connect: Connect, code: str) -> None:
    client = await connect()
    client.simulator.faults.add("refused_field", field="AccountUser.email", code=code)
    answer = await client.ask("{ viewer { id email } }")
    assert answer.codes == [code]
    # `email` is not nullable, so the error takes the viewer with it.
    assert answer.data == {"viewer": None}


async def test_internal_error_for_one_account(connect: Connect) -> None:
    client = await connect("moved")
    old, new = client.household.accounts
    client.simulator.faults.add("internal_error", account=new.number, operation="HalfHours")
    whole = {"fromDatetime": (NOW - DAY).isoformat(), "toDatetime": NOW.isoformat()}
    assert (await client.ask(HALF_HOURS, accountNumber=old.number, **whole)).codes == []
    answer = await client.ask(HALF_HOURS, accountNumber=new.number, **whole)
    assert answer.codes == ["KT-CT-7899"]
    assert answer.data == {"account": {"properties": [{"electricitySupplyPoints": [None, None]}]}}


async def test_removed_field(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("removed_field", field="Account.balance")
    query = "query ($number: String!) { account(accountNumber: $number) { number balance } }"
    answer = await client.ask(query, number=client.number)
    assert answer.status == 400
    assert answer.body["errors"][0]["message"] == "Cannot query field 'balance' on type 'Account'."
    assert (await client.ask(query.replace("balance", ""), number=client.number)).status == 200


async def test_empty_short_and_partial(connect: Connect) -> None:
    client = await connect()
    window = NOW - 7 * DAY, NOW - 6 * DAY
    honest = await client.half_hours(*window)
    faults = client.simulator.faults
    faults.add("empty", times=1)
    assert await client.half_hours(*window) == []
    faults.add("short", times=1)
    assert await client.half_hours(*window) == honest[24:]
    faults.add("partial", times=1, share=0.5)
    some = await client.half_hours(*window)
    assert 0 < len(some) < 48
    assert all(row in honest for row in some)
    assert await client.half_hours(*window) == honest


async def test_duplicates_and_disorder(connect: Connect) -> None:
    client = await connect()
    window = NOW - 7 * DAY, NOW - 6 * DAY
    honest = await client.half_hours(*window)
    fault = client.simulator.faults.add("duplicates", account=client.number)
    twice = await client.half_hours(*window)
    assert len(twice) == 96
    assert sorted(map(json.dumps, twice)) == sorted([*map(json.dumps, honest)] * 2)
    client.simulator.faults.remove(fault)
    client.simulator.faults.add("out_of_order", field="halfHourlyReadings")
    shuffled = await client.half_hours(*window)
    assert shuffled != honest
    assert sorted(map(json.dumps, shuffled)) == sorted(map(json.dumps, honest))
    client.simulator.faults.clear()
    assert await client.half_hours(*window) == honest


def test_mistakes_are_refused() -> None:
    faults = Faults()
    with pytest.raises(ValueError, match="no fault"):
        faults.add("plague")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a field"):
        faults.add("refused_field")
    assert list(faults) == []
    assert len(KINDS) == 16
