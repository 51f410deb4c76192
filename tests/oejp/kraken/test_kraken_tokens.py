"""Signing in: as rarely as possible, and never twice with what was rejected."""

import asyncio
import base64
from datetime import timedelta
import json
import logging
from typing import Any

from aiohttp import ClientSession, web
import jwt
from kraken_service import CREDENTIAL, Asked, Clock, Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    AuthFailure,
    KrakenAuthError,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenRefusedError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
    NoCredential,
    PreSignedKey,
    RefreshToken,
    SignIn,
)
from custom_components.octopus_japan.oejp.kraken.auth import tokens
from custom_components.octopus_japan.oejp.kraken.errors import KrakenTokenError

BALANCE = {"data": {"account": {"balance": 3}}}
WEEK = 7 * 86400


@pytest.fixture(autouse=True)
def balance(service: Service) -> None:
    service.answer("Balance", BALANCE)


async def ask(client: KrakenClient) -> int:
    return await client.billing.balance("A-12345678")


def inputs(service: Service) -> list[dict[str, Any]]:
    return [a.variables["input"] for a in service.asked if a.operation == "ObtainToken"]


async def test_one_sign_in_serves_many_requests(client: KrakenClient, service: Service) -> None:
    for _ in range(3):
        assert await ask(client) == 3

    assert inputs(service) == [CREDENTIAL.token_input]
    assert service.asked[0].authorization is None
    assert service.asked[1].authorization.startswith("JWT ey")


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        (ApiKey("key"), {"APIKey": "key"}),
        (PreSignedKey("key"), {"preSignedKey": "key"}),
        (RefreshToken("token"), {"refreshToken": "token"}),
    ],
)
async def test_each_credential_signs_in(
    session: ClientSession,
    service: Service,
    clock: Clock,
    credential: Any,
    expected: dict[str, str],
) -> None:
    client = KrakenClient(session, service.url, credential, now=clock)

    assert await ask(client) == 3
    assert inputs(service) == [expected]


async def test_the_token_is_renewed_by_refresh_token_five_minutes_ahead(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    await ask(client)
    clock.at += 3600 - 301
    await ask(client)
    assert len(inputs(service)) == 1

    clock.at += 2
    await ask(client)
    assert inputs(service) == [CREDENTIAL.token_input, {"refreshToken": "refresh-1"}]
    assert service.asked[-1].authorization != service.asked[1].authorization


@pytest.mark.parametrize("skew", [-90_000_000, -86400, 86400, 90_000_000])
async def test_a_wrong_local_clock_changes_nothing(
    client: KrakenClient, service: Service, clock: Clock, skew: float
) -> None:
    service.skew = skew

    await ask(client)
    clock.at += 3000
    await ask(client)
    assert len(inputs(service)) == 1
    clock.at += 400
    await ask(client)
    assert inputs(service)[1] == {"refreshToken": "refresh-1"}
    clock.at += WEEK
    await ask(client)
    assert inputs(service)[2] == CREDENTIAL.token_input


async def test_seconds_are_understood_where_the_service_states_a_unix_time_today(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: service.grant(refreshExpiresIn=7200))

    await ask(client)
    clock.at += 3600
    await ask(client)
    clock.at += 7200
    await ask(client)

    assert inputs(service)[1:] == [{"refreshToken": "refresh-1"}, CREDENTIAL.token_input]


async def test_a_refresh_token_of_unknown_life_is_tried(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: service.grant(refreshExpiresIn=None))

    await ask(client)
    clock.at += 10 * WEEK
    await ask(client)

    assert inputs(service)[1] == {"refreshToken": "refresh-1"}


async def test_without_a_refresh_token_the_credential_signs_in_again(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: service.grant(refreshToken=None))

    await ask(client)
    clock.at += 3600
    await ask(client)

    assert inputs(service) == [CREDENTIAL.token_input] * 2


@pytest.mark.parametrize("code", ["KT-CT-1134", "KT-CT-1135", "KT-CT-1114"])
async def test_a_rejected_refresh_token_leads_to_one_sign_in(
    client: KrakenClient, service: Service, clock: Clock, code: str
) -> None:
    rejection = failure(code, "VALIDATION")
    service.answer("ObtainToken", lambda _: service.grant(), rejection, lambda _: service.grant())

    await ask(client)
    clock.at += 3600
    assert await ask(client) == 3

    assert inputs(service)[1:] == [{"refreshToken": "refresh-1"}, CREDENTIAL.token_input]


async def test_a_refresh_token_as_credential_is_not_sent_twice(
    session: ClientSession, service: Service, clock: Clock
) -> None:
    client = KrakenClient(session, service.url, RefreshToken("refresh-1"), now=clock)
    service.answer("ObtainToken", lambda _: service.grant(), failure("KT-CT-1135", "VALIDATION"))

    await ask(client)
    clock.at += 3600
    with pytest.raises(KrakenAuthError) as caught:
        await ask(client)

    assert caught.value.reason is AuthFailure.REFRESH_TOKEN_REJECTED
    assert len(inputs(service)) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        failure("KT-CT-1120"),
        failure("KT-CT-1124"),
        failure("KT-CT-1125"),
        failure("KT-CT-1126"),
        failure("KT-CT-1127"),
        failure("KT-CT-1112", "AUTHORIZATION"),
        failure("KT-CT-1143", "AUTHORIZATION"),
        failure("KT-CT-1144", "AUTHORIZATION"),
        failure("KT-CT-1124", data={"account": {"balance": 4}}),
        web.Response(status=401),
    ],
)
async def test_a_refused_token_is_renewed_once(
    client: KrakenClient, service: Service, refusal: Any
) -> None:
    response = refusal if isinstance(refusal, dict) else lambda _: web.Response(status=401)
    service.answer("Balance", BALANCE, response, BALANCE)
    await ask(client)

    assert await ask(client) == 3

    assert len(inputs(service)) == 2
    assert service.count("Balance") == 3


async def test_a_token_refused_again_is_a_failure_of_the_service(
    client: KrakenClient, service: Service
) -> None:
    service.answer("Balance", failure("KT-CT-1124"))

    with pytest.raises(KrakenTokenError):
        await ask(client)

    assert service.operations() == ["ObtainToken", "Balance", "ObtainToken", "Balance"]


async def test_a_refresh_that_gives_the_refused_token_again_leads_to_the_credential(
    client: KrakenClient, service: Service
) -> None:
    same = service.grant()
    service.answer("ObtainToken", same, same, lambda _: service.grant())
    service.answer("Balance", failure("KT-CT-1124"), BALANCE)

    assert await ask(client) == 3

    assert inputs(service)[1:] == [{"refreshToken": "refresh-1"}, CREDENTIAL.token_input]


async def test_concurrent_requests_share_one_sign_in_and_one_renewal(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    assert await asyncio.gather(*(ask(client) for _ in range(5))) == [3] * 5
    assert len(inputs(service)) == 1

    clock.at += 3600
    await asyncio.gather(*(ask(client) for _ in range(5)))
    assert len(inputs(service)) == 2

    refused = {service.asked[-1].authorization}
    service.answer(
        "Balance", lambda a: failure("KT-CT-1124") if a.authorization in refused else BALANCE
    )
    await asyncio.gather(*(ask(client) for _ in range(5)))
    assert len(inputs(service)) == 3


async def test_concurrent_requests_share_a_failure(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: web.Response(status=502), lambda _: service.grant())

    results = await asyncio.gather(*(ask(client) for _ in range(5)), return_exceptions=True)

    assert [type(result) for result in results] == [KrakenConnectionError] * 5
    assert len(inputs(service)) == 1
    clock.at += 31
    assert await ask(client) == 3


async def test_a_cancelled_renewal_is_taken_over(client: KrakenClient, service: Service) -> None:
    started = asyncio.Event()

    async def slow(_: object) -> web.Response:
        started.set()
        await asyncio.sleep(1)
        return web.Response(status=502)

    service.answer("ObtainToken", slow, lambda _: service.grant())
    first, second = asyncio.create_task(ask(client)), asyncio.create_task(ask(client))
    await started.wait()
    first.cancel()

    assert await second == 3
    assert len(inputs(service)) == 2


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (failure("KT-CT-1138", "VALIDATION"), AuthFailure.INVALID_CREDENTIALS),
        (failure("KT-CT-1161", "VALIDATION"), AuthFailure.INVALID_CREDENTIALS),
        (failure("KT-CT-1136", "VALIDATION"), AuthFailure.INCOMPLETE),
        (failure("KT-CT-1137", "VALIDATION"), AuthFailure.INCOMPLETE),
        (failure("KT-CT-1139", "VALIDATION"), AuthFailure.AUTHENTICATION_FAILED),
        (failure("KT-CT-1141", "VALIDATION"), AuthFailure.AUTHENTICATION_FAILED),
        (failure("KT-CT-1142", "VALIDATION"), AuthFailure.AUTHENTICATION_FAILED),
        (failure("KT-CT-1146", "VALIDATION"), AuthFailure.PASSWORD_EXPIRED),
        (failure("KT-CT-1148", "AUTHORIZATION"), AuthFailure.MFA_REQUIRED),
        (failure("KT-CT-1160", "VALIDATION"), AuthFailure.CAPTCHA_REQUIRED),
    ],
)
async def test_a_rejected_credential_is_not_sent_again(
    client: KrakenClient, service: Service, response: Any, reason: AuthFailure
) -> None:
    service.answer("ObtainToken", response)

    for _ in range(3):
        with pytest.raises(KrakenAuthError) as caught:
            await ask(client)
        assert caught.value.reason is reason
        assert caught.value.codes == {response["errors"][0]["extensions"]["errorCode"]}

    assert service.operations() == ["ObtainToken"]


@pytest.mark.parametrize("status", [200, 400])
async def test_the_removal_of_passwords_from_the_schema_is_recognised(
    client: KrakenClient, service: Service, status: int
) -> None:
    message = (
        'Variable "$input" got invalid value {"email": "hanako@example.jp", "password": "himitsu"}; '
        'Field "email" is not defined by type "ObtainJSONWebTokenInput".'
    )
    body = {"errors": [{"message": message}]}
    service.answer("ObtainToken", lambda _: web.json_response(body, status=status))

    for _ in range(3):
        with pytest.raises(KrakenSignInEndedError) as caught:
            await ask(client)

    assert service.operations() == ["ObtainToken"]
    assert "hanako" not in str(caught.value)
    assert "himitsu" not in str(caught.value)


@pytest.mark.parametrize("code", ["KT-CT-1114", "KT-CT-11100"])
async def test_a_way_that_has_ended_is_not_tried_again(
    session: ClientSession, service: Service, clock: Clock, code: str
) -> None:
    told: list[bool] = []
    state = SignIn(CREDENTIAL)
    state.told = lambda: told.append(state.ended)
    service.answer("ObtainToken", failure(code, "SERVICE_AVAILABILITY"))
    for _ in range(3):
        # A reload makes a new client of the same login.
        with pytest.raises(KrakenSignInEndedError) as caught:
            await ask(KrakenClient(session, service.url, state, now=clock))
        assert caught.value.codes == {code}
        clock.at += WEEK

    assert service.operations() == ["ObtainToken"]
    assert told == [True]


async def test_a_living_refresh_token_outlasts_the_end_of_passwords(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    def passwords_have_ended(asked: Asked) -> Any:
        if "email" in asked.variables["input"]:
            return failure("KT-CT-1114", "SERVICE_AVAILABILITY")
        return service.grant()

    await ask(client)
    service.answer("ObtainToken", passwords_have_ended)
    for _ in range(24):
        clock.at += 3600
        assert await ask(client) == 3
    assert all("refreshToken" in given for given in inputs(service)[1:])


MAY_PASS = [
    (failure("KT-CT-1199", "AUTHORIZATION"), KrakenThrottledError),
    (failure("KT-CT-1113", "SERVICE_AVAILABILITY"), KrakenSignInError),
    (failure("KT-CT-1111", "AUTHORIZATION"), KrakenSignInError),
    (failure("KT-CT-1112", "AUTHORIZATION"), KrakenSignInError),
    (failure("KT-CT-1147"), KrakenSignInError),
    (failure("KT-CT-7899"), KrakenSignInError),
    (failure("KT-CT-1605", "VALIDATION"), KrakenSignInError),
    (failure("KT-CT-99999", "VALIDATION"), KrakenSignInError),
    (failure("KT-CT-99999", "AUTHORIZATION"), KrakenSignInError),
    (failure(kind="VALIDATION"), KrakenSignInError),
    ({"data": {"obtainKrakenToken": None}}, KrakenSignInError),
    ({"data": {"obtainKrakenToken": {"token": None}}}, KrakenSignInError),
    ({"errors": [{"message": "Cannot query field 'token'"}]}, KrakenSignInError),
    (400, KrakenSignInError),
    (401, KrakenSignInError),
    (403, KrakenSignInError),
    (503, KrakenConnectionError),
]


@pytest.mark.parametrize(("response", "expected"), MAY_PASS)
async def test_what_may_pass_waits_and_is_tried_again(
    client: KrakenClient,
    service: Service,
    clock: Clock,
    response: Any,
    expected: type[KrakenError],
) -> None:
    answer = response if isinstance(response, dict) else lambda _: web.Response(status=response)
    service.answer("ObtainToken", answer, answer, lambda _: service.grant())

    for sent in (1, 2):
        for _ in range(4):
            # Whatever asks meanwhile gets the same answer, and nothing is sent.
            with pytest.raises(expected) as caught:
                await ask(client)
            assert type(caught.value) is expected
        assert len(inputs(service)) == sent
        clock.at += 601
    assert await ask(client) == 3


async def test_the_wait_doubles_up_to_two_hours(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: web.Response(status=403))
    sent = []
    begin = clock.at
    for _ in range(24 * 60):
        with pytest.raises(KrakenSignInError) as caught:
            await ask(client)
        if len(inputs(service)) > len(sent):
            sent.append((clock.at - begin) / 60)
        else:
            assert caught.value.retry_after is not None
            assert timedelta() < caught.value.retry_after <= timedelta(hours=2)
        clock.at += 60
    assert sent[:6] == [0, 5, 15, 35, 75, 155]
    assert len(sent) == 6 + (24 * 60 - 1 - 155) // 120
    # And from then on at once.
    clock.at += 7200
    service.answer("ObtainToken", lambda _: service.grant())
    assert await ask(client) == 3


async def test_a_clock_that_is_set_back_does_not_lengthen_the_wait(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("ObtainToken", lambda _: web.Response(status=403), lambda _: service.grant())
    with pytest.raises(KrakenSignInError):
        await ask(client)
    clock.at -= WEEK
    assert await ask(client) == 3


async def test_what_the_service_asks_to_wait_is_waited(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer(
        "ObtainToken",
        lambda _: web.Response(status=429, headers={"Retry-After": "1000"}),
        lambda _: service.grant(),
    )
    with pytest.raises(KrakenThrottledError):
        await ask(client)
    clock.at += 999
    with pytest.raises(KrakenThrottledError) as caught:
        await ask(client)
    assert caught.value.retry_after == timedelta(seconds=1)
    clock.at += 2
    assert await ask(client) == 3


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_gateway_in_front_of_the_renewal_does_not_bring_the_password_out(
    client: KrakenClient, service: Service, clock: Clock, status: int
) -> None:
    await ask(client)
    service.answer("ObtainToken", lambda _: web.Response(status=status))
    clock.at += 3600
    for _ in range(2):
        with pytest.raises(KrakenSignInError):
            await ask(client)
        clock.at += 1801
    assert inputs(service)[1:] == [{"refreshToken": "refresh-1"}] * 2
    # A refresh token that nothing ever says a word about is not waited for until its end.
    service.answer(
        "ObtainToken",
        lambda asked: (
            service.grant() if "email" in asked.variables["input"] else web.Response(status=status)
        ),
    )
    assert await ask(client) == 3


async def test_a_gateway_that_refuses_every_token_does_not_bring_a_sign_in_with_each_question(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer("Balance", lambda _: web.Response(status=401))
    for _ in range(10):
        with pytest.raises(KrakenTokenError):
            await ask(client)
    assert len(inputs(service)) == 2
    clock.at += 301
    with pytest.raises(KrakenTokenError):
        await ask(client)
    assert len(inputs(service)) == 3


@pytest.mark.parametrize(
    "token",
    ["with space", "line\r\nfeed: x", "", "あ", "x" * 20_000],
)
async def test_what_cannot_stand_in_a_header_is_no_token(
    client: KrakenClient, service: Service, token: str
) -> None:
    service.answer("ObtainToken", lambda _: service.grant(token=token))
    with pytest.raises(KrakenSignInError):
        await ask(client)


ABSURD_TIMES: list[Any] = [
    10**400,
    1e308,
    float("inf"),
    float("nan"),
    -(10**400),
    True,
    "soon",
    None,
    [],
    {},
]


@pytest.mark.parametrize("exp", ABSURD_TIMES)
@pytest.mark.parametrize("iat", ["now", *ABSURD_TIMES])
async def test_absurd_claims_are_no_claims(
    service: Service, clock: Clock, iat: Any, exp: Any
) -> None:
    issued = int(clock.at) if iat == "now" else iat
    token = tokens.read({"token": encoded({"iat": issued, "exp": exp})}, clock.at)
    assert clock.at < token.renew_at <= clock.at + 86400


@pytest.mark.parametrize("until", ABSURD_TIMES)
async def test_an_absurd_end_of_the_refresh_token_is_none(clock: Clock, until: Any) -> None:
    token = tokens.read(
        {"token": "opaque", "refreshToken": "x", "refreshExpiresIn": until}, clock.at
    )
    assert token.refresh_until is None
    assert token.refresh == "x"


@pytest.mark.parametrize("refresh", [7, [], {}, "", "a\nb", "x" * 5000])
def test_an_absurd_refresh_token_is_none(refresh: Any) -> None:
    assert tokens.read({"token": "opaque", "refreshToken": refresh}, 0.0).refresh is None


async def test_a_token_for_ever_is_renewed_daily(clock: Clock) -> None:
    now = int(clock.at)
    token = tokens.read({"token": encoded({"iat": now, "exp": now + 10**8})}, clock.at)
    assert token.renew_at == clock.at + 86400 - 300


def encoded(claims: dict[str, Any]) -> str:
    """A token with claims that no library would sign."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    )
    return f"{head}.{body}.c2lnbmF0dXJl"


async def test_a_failed_renewal_is_tried_again(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    service.answer(
        "ObtainToken",
        lambda _: service.grant(),
        failure("KT-CT-1199", "AUTHORIZATION"),
        lambda _: service.grant(),
    )
    await ask(client)
    clock.at += 3600

    with pytest.raises(KrakenThrottledError):
        await ask(client)
    clock.at += 301
    assert await ask(client) == 3


@pytest.mark.parametrize(
    "token",
    ["opaque", jwt.encode({"sub": "x"}, "k" * 32), jwt.encode({"iat": 9, "exp": 9}, "k" * 32)],
)
async def test_a_token_that_states_no_times_is_taken_for_an_hour(
    client: KrakenClient, service: Service, clock: Clock, token: str
) -> None:
    service.answer("ObtainToken", lambda _: service.grant(token=token))

    await ask(client)
    clock.at += 3200
    await ask(client)
    assert len(inputs(service)) == 1
    clock.at += 200
    await ask(client)
    assert len(inputs(service)) == 2


async def test_a_short_lived_token_serves_half_its_life(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    def brief(_: object) -> dict[str, Any]:
        now = int(clock.at)
        return service.grant(token=jwt.encode({"iat": now, "exp": now + 60}, "k" * 32))

    service.answer("ObtainToken", brief)
    await ask(client)
    clock.at += 29
    await ask(client)
    assert len(inputs(service)) == 1
    clock.at += 2
    await ask(client)
    assert len(inputs(service)) == 2


async def test_nothing_secret_is_logged_or_shown(
    session: ClientSession,
    service: Service,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="custom_components.octopus_japan")
    service.answer(
        "ObtainToken",
        lambda _: service.grant(),
        failure("KT-CT-1135", "VALIDATION"),
        failure("KT-CT-1138", "VALIDATION"),
    )
    known = SignIn(CREDENTIAL)
    client = KrakenClient(session, service.url, known, now=clock)
    await ask(client)
    token = service.asked[-1].authorization.removeprefix("JWT ")
    shown = repr(known) + repr(known.token) + repr(vars(client)) + repr(client.login)
    clock.at += 3600
    with pytest.raises(KrakenAuthError) as caught:
        await ask(client)

    shown += caplog.text + repr(caught.value) + str(caught.value)
    for secret in (CREDENTIAL.email, CREDENTIAL.password, token, "refresh-1", "A-12345678"):
        assert secret not in shown


async def test_without_a_credential_nobody_signs_in_and_no_header_is_sent(
    session: ClientSession, service: Service, clock: Clock
) -> None:
    client = KrakenClient(session, service.url, NoCredential(), now=clock)
    service.answer("TariffSummary", {"data": {"tariffSummary": []}})
    assert await client.catalogue.products("03") == ()
    assert [(each.operation, each.authorization) for each in service.asked] == [
        ("TariffSummary", None)
    ]
    # It has nothing that could be sent, by whatever way it got there.
    assert NoCredential().token_input == {}


async def test_without_a_credential_what_wants_one_is_refused_for_good(
    session: ClientSession, service: Service, clock: Clock
) -> None:
    client = KrakenClient(session, service.url, NoCredential(), now=clock)
    service.answer("TariffSummary", failure("KT-CT-1112", path=["tariffSummary"]))
    with pytest.raises(KrakenRefusedError, match="without a login"):
        await client.catalogue.products("03")
    assert service.operations() == ["TariffSummary"]
