"""Signing in: as rarely as possible, and never twice with what was rejected."""

import asyncio
import logging
from typing import Any

from aiohttp import ClientSession, web
import jwt
from kraken_service import CREDENTIAL, Clock, Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    AuthFailure,
    KrakenAuthError,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    PreSignedKey,
    RefreshToken,
)
from custom_components.octopus_japan.oejp.kraken.errors import KrakenTokenError

BALANCE = {"data": {"account": {"balance": 3}}}
WEEK = 7 * 86400


@pytest.fixture(autouse=True)
def balance(service: Service) -> None:
    service.answer("Balance", BALANCE)


async def ask(client: KrakenClient) -> int:
    return await client.balance("A-12345678")


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


@pytest.mark.parametrize("code", ["KT-CT-1134", "KT-CT-1135", "KT-CT-1605", None])
async def test_a_rejected_refresh_token_leads_to_one_sign_in(
    client: KrakenClient, service: Service, clock: Clock, code: str | None
) -> None:
    rejection: Any = failure(code, "VALIDATION")
    if code is None:
        rejection = lambda _: web.Response(status=401)  # noqa: E731
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


async def test_concurrent_requests_share_a_failure(client: KrakenClient, service: Service) -> None:
    service.answer("ObtainToken", lambda _: web.Response(status=502), lambda _: service.grant())

    results = await asyncio.gather(*(ask(client) for _ in range(5)), return_exceptions=True)

    assert [type(result) for result in results] == [KrakenConnectionError] * 5
    assert len(inputs(service)) == 1
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
        (failure("KT-CT-1139", "VALIDATION"), AuthFailure.INVALID_CREDENTIALS),
        (failure("KT-CT-1136", "VALIDATION"), AuthFailure.INCOMPLETE),
        (failure("KT-CT-1141", "VALIDATION"), AuthFailure.PASSWORD_EXPIRED),
        (failure("KT-CT-1142", "VALIDATION"), AuthFailure.REJECTED),
        (failure("KT-CT-1148", "AUTHORIZATION"), AuthFailure.MFA_REQUIRED),
        (failure("KT-CT-11100", "SERVICE_AVAILABILITY"), AuthFailure.API_KEY_UNAVAILABLE),
        (failure("KT-CT-1114", "SERVICE_AVAILABILITY"), AuthFailure.FIELD_DISABLED),
        (failure("KT-CT-99999", "VALIDATION"), AuthFailure.REJECTED),
        (failure("KT-CT-99999", "AUTHORIZATION"), AuthFailure.REJECTED),
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

    with pytest.raises(KrakenAuthError) as caught:
        await ask(client)

    assert caught.value.reason is AuthFailure.FIELD_DISABLED
    assert "hanako" not in str(caught.value)
    assert "himitsu" not in str(caught.value)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (failure("KT-CT-1199", "AUTHORIZATION"), KrakenThrottledError),
        (failure("KT-CT-1147"), KrakenServiceError),
        (failure("KT-CT-7899"), KrakenServiceError),
        ({"data": {"obtainKrakenToken": None}}, KrakenServiceError),
        ({"data": {"obtainKrakenToken": {"token": None}}}, KrakenServiceError),
        ({"errors": [{"message": "Cannot query field 'token'"}]}, KrakenQueryError),
        (403, KrakenRefusedError),
        (503, KrakenConnectionError),
    ],
)
async def test_what_may_pass_is_tried_again_with_the_next_request(
    client: KrakenClient, service: Service, response: Any, expected: type[KrakenError]
) -> None:
    first = response if isinstance(response, dict) else lambda _: web.Response(status=response)
    service.answer("ObtainToken", first, lambda _: service.grant())

    with pytest.raises(expected) as caught:
        await ask(client)

    assert type(caught.value) is expected
    assert await ask(client) == 3


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
    client: KrakenClient,
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
    await ask(client)
    token = service.asked[-1].authorization.removeprefix("JWT ")
    shown = repr(client._requester._tokens._token) + repr(vars(client._requester._tokens))
    clock.at += 3600
    with pytest.raises(KrakenAuthError) as caught:
        await ask(client)

    shown += caplog.text + repr(caught.value) + str(caught.value)
    for secret in (CREDENTIAL.email, CREDENTIAL.password, token, "refresh-1", "A-12345678"):
        assert secret not in shown
