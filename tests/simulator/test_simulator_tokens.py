"""Signing in, staying in, and being shown out."""

from datetime import timedelta

import jwt
import pytest
from simulator_client import Connect

VIEWER = "query Viewer { viewer { id accounts { number } } }"


async def test_the_official_example(connect: Connect) -> None:
    client = await connect(sign_in=False)
    answer = await client.ask(
        """
        mutation login($input: ObtainJSONWebTokenInput!) {
            obtainKrakenToken(input: $input) { token refreshToken }
        }
        """,
        input={"email": client.household.email, "password": client.household.password},
    )
    client.header = f"JWT {answer.data['obtainKrakenToken']['token']}"
    accounts = await client.ask("query accountViewer { viewer { accounts { number } } }")
    number = accounts.data["viewer"]["accounts"][0]["number"]
    readings = await client.ask(
        """
        query halfHourlyReadings($accountNumber: String!, $fromDatetime: DateTime, $toDatetime: DateTime) {
          account(accountNumber: $accountNumber) {
            properties {
              electricitySupplyPoints {
                halfHourlyReadings(fromDatetime: $fromDatetime, toDatetime: $toDatetime) { startAt endAt version value }
              }
            }
          }
        }
        """,
        accountNumber=number,
        fromDatetime="2026-10-31T15:00:00.000Z",
        toDatetime="2026-11-01T15:00:00.000Z",
    )
    rows = readings.data["account"]["properties"][0]["electricitySupplyPoints"][0][
        "halfHourlyReadings"
    ]
    assert len(rows) == 48
    assert rows[0]["startAt"] == "2026-10-31T15:00:00+00:00"
    assert rows[0]["endAt"] == "2026-10-31T15:30:00+00:00"
    assert rows[0]["version"] == "MONTHLY"
    assert len(rows[0]["value"].partition(".")[2]) == 18


@pytest.mark.parametrize("form", ["{}", "JWT {}", "Bearer {}"])
async def test_header_forms(connect: Connect, form: str) -> None:
    client = await connect()
    assert client.header
    client.header = form.format(client.header.split()[1])
    answer = await client.ask(VIEWER)
    assert answer.data["viewer"]["id"] == client.household.viewer_id


async def test_claims(connect: Connect) -> None:
    client = await connect(sign_in=False)
    granted = (await client.sign_in()).data["obtainKrakenToken"]
    claims = jwt.decode(granted["token"], options={"verify_signature": False})
    now = int(client.simulator.clock.timestamp())
    assert claims == granted["payload"]
    assert claims["sub"] == f"kraken|account-user:{client.household.viewer_id}"
    assert (claims["iat"], claims["exp"]) == (now, now + 3600)
    assert claims["gty"] == "EMAIL-AND-PASSWORD"
    assert granted["refreshExpiresIn"] == now + 7 * 86400


@pytest.mark.parametrize("kind", ["APIKey", "preSignedKey"])
async def test_keys(connect: Connect, kind: str) -> None:
    client = await connect(sign_in=False)
    home = client.household
    await client.sign_in(**{kind: home.api_key if kind == "APIKey" else home.pre_signed_key})
    assert (await client.ask(VIEWER)).data["viewer"]["id"] == home.viewer_id


async def test_api_keys_can_be_off(connect: Connect) -> None:
    client = await connect(sign_in=False)
    client.simulator.tokens.api_keys = False
    assert (await client.sign_in(APIKey="any")).codes == ["KT-CT-11100"]


@pytest.mark.parametrize(
    "given",
    [
        {"email": "green-tokyo@example.com", "password": "wrong"},
        {"APIKey": "wrong"},
        {"preSignedKey": "wrong"},
        {"organizationSecretKey": "wrong"},
    ],
)
async def test_wrong_credentials(connect: Connect, given: dict[str, str]) -> None:
    client = await connect(sign_in=False)
    answer = await client.sign_in(**given)
    assert answer.status == 200
    assert answer.data == {"obtainKrakenToken": None}
    assert answer.codes == ["KT-CT-1138"]
    assert answer.body["errors"][0]["extensions"]["errorType"] == "VALIDATION"
    assert answer.body["errors"][0]["path"] == ["obtainKrakenToken"]


async def test_incomplete_credentials(connect: Connect) -> None:
    client = await connect(sign_in=False)
    assert (await client.sign_in(email="only@example.com")).codes == ["KT-CT-1136"]


async def test_three_failures_a_minute(connect: Connect) -> None:
    client = await connect(sign_in=False)
    for _ in range(3):
        assert (await client.sign_in(APIKey="wrong")).codes == ["KT-CT-1138"]
    blocked = await client.sign_in()
    assert blocked.codes == ["KT-CT-1199"]
    assert blocked.body["errors"][0]["extensions"]["errorType"] == "AUTHORIZATION"
    client.simulator.clock.advance(seconds=61)
    assert (await client.sign_in()).codes == []


async def test_five_sign_ins_a_minute(connect: Connect) -> None:
    client = await connect(sign_in=False)
    for _ in range(5):
        assert (await client.sign_in()).codes == []
    assert (await client.sign_in()).codes == ["KT-CT-1199"]
    client.simulator.tokens.limited = False
    assert (await client.sign_in()).codes == []
    client.simulator.tokens.limited = True
    client.simulator.tokens.forget()
    assert (await client.sign_in()).codes == []


async def test_an_hour_later(connect: Connect) -> None:
    client = await connect()
    client.simulator.clock.advance(minutes=59, seconds=59)
    assert (await client.ask(VIEWER)).codes == []
    client.simulator.clock.advance(seconds=1)
    answer = await client.ask(VIEWER)
    assert answer.codes == ["KT-CT-1124"]
    assert answer.body["errors"][0]["extensions"]["errorType"] == "APPLICATION"
    assert answer.data == {"viewer": None}


async def test_refresh_is_neither_rotated_nor_extended(connect: Connect) -> None:
    client = await connect(sign_in=False)
    first = (await client.sign_in()).data["obtainKrakenToken"]
    client.simulator.clock.advance(timedelta(days=6))
    again = (await client.sign_in(refreshToken=first["refreshToken"])).data["obtainKrakenToken"]
    assert again["refreshToken"] == first["refreshToken"]
    assert again["refreshExpiresIn"] == first["refreshExpiresIn"]
    assert (await client.ask(VIEWER)).codes == []
    client.simulator.clock.advance(timedelta(days=1))
    assert (await client.sign_in(refreshToken=first["refreshToken"])).codes == ["KT-CT-1134"]
    assert (await client.sign_in(refreshToken="unknown")).codes == ["KT-CT-1135"]


async def test_no_token_and_bad_tokens(connect: Connect) -> None:
    client = await connect(sign_in=False)
    assert (await client.ask(VIEWER)).codes == ["KT-CT-1112"]
    client.header = "JWT not.a.token"
    assert (await client.ask(VIEWER)).codes == ["KT-CT-1143"]
    other = await connect("simple-kansai")
    client.header = other.header
    assert (await client.ask(VIEWER)).codes == ["KT-CT-1143"]
    for postcode in ("1000000", "100-0000"):
        answer = await client.ask(f'{{ postalAreas(postcode: "{postcode}") {{ prefecture }} }}')
        assert answer.codes == []
    assert (await client.ask('{ postalAreas(postcode: "12") { prefecture } }')).codes == [
        "KT-JP-4601"
    ]


async def test_no_secret_is_recorded(connect: Connect) -> None:
    client = await connect()
    record = client.simulator.requests[-1]
    assert record.operation == "SignIn"
    assert record.variables == {"input": {"email": "(secret)", "password": "(secret)"}}
    assert record.fields == ("obtainKrakenToken",)
    assert record.at == client.simulator.clock.now()
