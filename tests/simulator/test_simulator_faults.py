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
    # The answer would take a day: stopping does not wait for it.
    await asyncio.wait_for(client.simulator.stop(), 600)


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


@pytest.mark.parametrize("status", [401, 403, 429, 502, 503])
@pytest.mark.parametrize("retry_after", [None, 30, 1e9, "Wed, 21 Oct 2099 07:28:00 GMT", "soon"])
async def test_a_gateway_answers(connect: Connect, status: int, retry_after: object) -> None:
    client = await connect()
    client.simulator.faults.add(f"http_{status}", times=1, retry_after=retry_after)  # type: ignore[arg-type]
    answer = await _raw(client)
    assert (answer.status, answer.content_type) == (status, "text/html")
    told = None if retry_after is None else str(retry_after)
    assert answer.headers.get("Retry-After") == told
    assert (await _raw(client)).status == 200


async def test_a_throttled_answer_may_say_when_to_come_back(connect: Connect) -> None:
    client = await connect()
    client.simulator.faults.add("throttled", retry_after=0)
    answer = await _raw(client)
    assert (answer.status, answer.headers["Retry-After"]) == (200, "0")


@pytest.mark.parametrize("code", ["KT-CT-4177", "KT-CT-4178", "KT-CT-1111", "KT-CT-7899"])
async def test_an_account_is_refused_for_a_while(connect: Connect, code: str) -> None:
    client = await connect("moved")
    old, new = client.household.accounts
    query = "query ($number: String!) { account(accountNumber: $number) { number } }"
    client.simulator.faults.add("refused_account", account=new.number, code=code, times=2)
    for _ in range(2):
        answer = await client.ask(query, number=new.number)
        assert (answer.codes, answer.data) == ([code], {"account": None})
    assert (await client.ask(query, number=old.number)).codes == []
    assert (await client.ask(query, number=new.number)).codes == []


async def test_properties_of_an_account_are_refused(connect: Connect) -> None:
    client = await connect("moved")
    old, new = client.household.accounts
    query = "query ($number: String!) { account(accountNumber: $number) { properties { id } } }"
    client.simulator.faults.add("refused_field", field="Account.properties", account=new.number)
    assert (await client.ask(query, number=old.number)).codes == []
    assert (await client.ask(query, number=new.number)).codes == ["KT-CT-4501"]


@pytest.mark.parametrize("field", ["accounts", "properties", "electricitySupplyPoints"])
async def test_a_list_is_empty_once(connect: Connect, field: str) -> None:
    client = await connect()
    query = "{ viewer { accounts { number ... on Account { properties { electricitySupplyPoints { spin } } } } } }"
    honest = await client.ask(query)
    client.simulator.faults.add("empty_list", field=field, times=1)
    empty = (await client.ask(query)).data
    assert empty != honest.data
    (empty,) = empty.values()
    while isinstance(empty, dict):
        empty = next(value for name, value in empty.items() if name != "number")
        empty = empty[0] if empty else empty
    assert empty == []
    assert (await client.ask(query)).data == honest.data


SIGN_IN = """mutation ($input: ObtainJSONWebTokenInput!) { obtainKrakenToken(input: $input) { token refreshToken } }"""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("captcha", "KT-CT-1160"),
        ("locked", "KT-CT-1142"),
        ("multi_factor", "KT-CT-1148"),
        ("password_expired", "KT-CT-1146"),
        ("input_off", "KT-CT-1114"),
        ("sign_in_off", "KT-CT-11100"),
    ],
)
async def test_signing_in_is_refused(connect: Connect, kind: str, code: str) -> None:
    client = await connect()
    home = client.household
    refresh = (await client.sign_in()).data["obtainKrakenToken"]["refreshToken"]
    client.simulator.faults.add(kind, household="green-tokyo")  # type: ignore[arg-type]
    answer = await client.ask(SIGN_IN, input={"email": home.email, "password": home.password})
    assert (answer.status, answer.codes) == (200, [code])
    # The session that exists goes on, and so do other credentials.
    assert (await client.sign_in(refreshToken=refresh)).codes == []
    assert (await client.sign_in(preSignedKey=home.pre_signed_key)).codes == []
    client.simulator.faults.clear()
    assert (await client.sign_in()).codes == []


async def test_a_captcha_may_be_solved(connect: Connect) -> None:
    client = await connect(sign_in=False)
    home = client.household
    client.simulator.faults.add("captcha")
    credentials = {"email": home.email, "password": home.password}
    assert (await client.sign_in(**credentials)).codes == ["KT-CT-1160"]
    assert (await client.sign_in(**credentials, captchaResponse="solved")).codes == []


async def test_only_one_login_is_refused(connect: Connect) -> None:
    client = await connect("green-tokyo", "ev-tokyo", sign_in=False)
    client.simulator.faults.add("locked", household="ev-tokyo")
    assert (await client.sign_in()).codes == []
    other = client.simulator.world.households["ev-tokyo"]
    answer = await client.sign_in(email=other.email, password=other.password)
    assert answer.codes == ["KT-CT-1142"]


async def test_signing_in_by_e_mail_is_removed(connect: Connect) -> None:
    client = await connect(sign_in=False)
    home = client.household
    fault = client.simulator.faults.add("removed_input", times=2)
    answer = await client.ask(SIGN_IN, input={"email": home.email, "password": home.password})
    assert answer.status == 400
    message = answer.body["errors"][0]["message"]
    assert message.startswith("Variable '$input' got invalid value {'email': 'green-tokyo@")
    assert message.endswith("Field 'email' is not defined by type 'ObtainJSONWebTokenInput'.")
    literal = f"""mutation {{ obtainKrakenToken(input: {{email: "{home.email}", password: "x"}}) {{ token }} }}"""
    answer = await client.ask(literal)
    assert answer.status == 400
    assert answer.body["errors"][0]["message"].startswith("Field 'email' is not defined by")
    assert fault.fired == 2
    assert (await client.sign_in()).codes == []
    client.simulator.faults.add("removed_input")
    assert (await client.sign_in(preSignedKey=home.pre_signed_key)).codes == []
    assert (await client.ask(VIEWER)).codes == []


async def test_limited_to_a_login(connect: Connect) -> None:
    client = await connect("green-tokyo", "ev-tokyo")
    client.simulator.faults.add("http_403", household="ev-tokyo")
    assert (await _raw(client)).status == 200
    other = client.simulator.world.households["ev-tokyo"]
    client.simulator.faults.add("throttled", household="green-tokyo", times=1)
    assert (await client.ask(VIEWER)).codes == ["KT-CT-1199"]
    credentials = {"email": other.email, "password": other.password}
    body = {"query": SIGN_IN, "variables": {"input": credentials}}
    async with client.session.post(client.simulator.url, json=body) as answer:
        assert answer.status == 403


async def test_limited_to_a_point(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    home, shop, _ = client.household.supply_points
    client.simulator.faults.add("internal_error", point=shop.spin)
    client.simulator.faults.add("empty", point=home.spin, times=1)
    whole = {"fromDatetime": (NOW - 8 * DAY).isoformat(), "toDatetime": (NOW - 7 * DAY).isoformat()}
    answer = await client.ask(HALF_HOURS, accountNumber=client.number, **whole)
    first, second = answer.data["account"]["properties"]
    assert answer.codes == ["KT-CT-7899"]
    assert first["electricitySupplyPoints"] == [{"halfHourlyReadings": []}]
    assert second["electricitySupplyPoints"] == [None]
    readings = """query ($spin: String!) { supplyPoint(externalIdentifier: $spin, marketName: "JPN_ELECTRICITY") { id } }"""
    client.simulator.faults.add("http_502", point=shop.spin)
    async with client.session.post(
        client.simulator.url,
        json={"query": readings, "variables": {"spin": shop.spin}},
        headers={"Authorization": client.header or ""},
    ) as raw:
        assert raw.status == 502
    assert (await client.ask(readings, spin=home.spin)).codes == []


def test_mistakes_are_refused() -> None:
    faults = Faults()
    with pytest.raises(ValueError, match="no fault"):
        faults.add("plague")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a field"):
        faults.add("refused_field")
    assert list(faults) == []
    with pytest.raises(TypeError):
        faults.add("empty", colour="red")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_switched_on_and_told(kind: str) -> None:
    faults = Faults()
    faults.add(kind, field="Account.balance", times=3)  # type: ignore[arg-type]
    (told,) = json.loads(json.dumps(faults.state()))
    assert (told["kind"], told["times"], told["fired"]) == (kind, 3, 0)
