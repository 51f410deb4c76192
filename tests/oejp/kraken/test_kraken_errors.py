"""Which error a caller sees, and what it never says."""

import csv
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, web
from hypothesis import given, strategies as st
from kraken_service import CREDENTIAL, Clock, Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    EmailPassword,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    KrakenTooComplexError,
    PreSignedKey,
    RefreshToken,
    transport,
)
from custom_components.octopus_japan.oejp.kraken.errors import KrakenTokenError, KrakenTooLargeError
from custom_components.octopus_japan.oejp.kraken.graphql import faults

REFUSED, MISSING, QUERY, TOO_COMPLEX, FAILED = (
    KrakenRefusedError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenTooComplexError,
    KrakenServiceError,
)


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("KT-CT-1111", "AUTHORIZATION", REFUSED),
        ("KT-CT-4501", "AUTHORIZATION", REFUSED),
        ("KT-CT-3822", "AUTHORIZATION", REFUSED),
        ("KT-CT-3824", "AUTHORIZATION", REFUSED),
        ("KT-CT-1113", "SERVICE_AVAILABILITY", REFUSED),
        ("KT-CT-9215", "SERVICE_AVAILABILITY", REFUSED),
        ("KT-CT-9218", "AUTHORIZATION", REFUSED),
        ("KT-CT-12010", "APPLICATION", REFUSED),
        ("KT-CT-12049", "NOT_FOUND", REFUSED),
        ("KT-CT-4301", "NOT_FOUND", REFUSED),
        ("KT-CT-4177", "AUTHORIZATION", MISSING),
        ("KT-CT-4178", "NOT_FOUND", MISSING),
        ("KT-CT-4719", "APPLICATION", MISSING),
        ("KT-CT-4722", "APPLICATION", MISSING),
        ("KT-CT-1188", "AUTHORIZATION", TOO_COMPLEX),
        ("KT-CT-1189", "AUTHORIZATION", TOO_COMPLEX),
        ("KT-CT-1201", "VALIDATION", QUERY),
        ("KT-CT-1609", "VALIDATION", QUERY),
        ("KT-CT-4723", "VALIDATION", QUERY),
        ("KT-CT-7899", "APPLICATION", FAILED),
        # Unknown codes go by their type.
        ("KT-CT-99901", "AUTHORIZATION", REFUSED),
        ("KT-CT-99902", "NOT_FOUND", MISSING),
        ("KT-CT-99903", "VALIDATION", QUERY),
        ("KT-CT-99904", "APPLICATION", FAILED),
        ("KT-CT-99905", "SERVICE_AVAILABILITY", FAILED),
        ("KT-JP-4601", "VALIDATION", QUERY),
    ],
)
async def test_a_code_decides_before_its_type(
    client: KrakenClient, service: Service, code: str, kind: str, expected: type[KrakenError]
) -> None:
    service.answer("Balance", failure(code, kind))

    with pytest.raises(expected) as caught:
        await client.billing.balance("A-12345678")

    assert type(caught.value) is expected
    assert caught.value.codes == {code}
    assert code in str(caught.value)


async def test_an_error_without_code_and_type_is_a_failure_of_the_service(
    client: KrakenClient, service: Service
) -> None:
    for errors in ([None], [{"message": None, "extensions": 3, "path": "x"}], ["text"]):
        service.answer("Balance", {"data": None, "errors": errors})
        with pytest.raises(KrakenServiceError) as caught:
            await client.billing.balance("A-12345678")
        assert caught.value.codes == frozenset()


async def test_what_may_pass_decides_before_what_lasts(
    client: KrakenClient, service: Service
) -> None:
    refused, failed = failure("KT-CT-4501", "AUTHORIZATION"), failure("KT-CT-7899")
    service.answer("Balance", {"data": None, "errors": refused["errors"] + failed["errors"]})

    with pytest.raises(KrakenServiceError) as caught:
        await client.billing.balance("A-12345678")

    assert caught.value.codes == {"KT-CT-7899"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (301, KrakenConnectionError),
        (400, KrakenQueryError),
        (403, KrakenRefusedError),
        (404, KrakenConnectionError),
        (408, KrakenConnectionError),
        (429, KrakenThrottledError),
        (500, KrakenConnectionError),
        (502, KrakenConnectionError),
        (503, KrakenConnectionError),
    ],
)
@pytest.mark.parametrize("body", ["<html>", "{}", '{"errors": [{"message": "no"}]}'])
async def test_without_a_code_the_http_status_decides(
    client: KrakenClient, service: Service, status: int, expected: type[KrakenError], body: str
) -> None:
    service.answer("Balance", lambda _: web.Response(status=status, text=body))
    service.answer("RateLimit", failure("KT-CT-7899"))

    with pytest.raises(expected) as caught:
        await client.billing.balance("A-12345678")

    assert type(caught.value) is expected
    assert str(status) in str(caught.value)


async def test_a_code_decides_before_the_http_status(
    client: KrakenClient, service: Service
) -> None:
    body = failure("KT-CT-4501", "AUTHORIZATION")
    service.answer("Balance", lambda _: web.json_response(body, status=500))

    with pytest.raises(KrakenRefusedError):
        await client.billing.balance("A-12345678")


@pytest.mark.parametrize("body", ["<html>Maintenance</html>", "", "[]", '"text"', '{"data": {"acc'])
async def test_what_is_not_json_is_no_connection(
    client: KrakenClient, service: Service, body: str
) -> None:
    service.answer("Balance", lambda _: web.Response(text=body))

    with pytest.raises(KrakenConnectionError):
        await client.billing.balance("A-12345678")


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": [], "errors": []}])
async def test_json_without_data_and_errors_is_a_failure_of_the_service(
    client: KrakenClient, service: Service, body: dict[str, object]
) -> None:
    service.answer("Balance", body)

    with pytest.raises(KrakenServiceError):
        await client.billing.balance("A-12345678")


async def test_a_body_cut_short_is_no_connection(client: KrakenClient, service: Service) -> None:
    async def cut(_: object) -> web.Response:
        return web.Response(text='{"data"', headers={"Content-Length": "5000"})

    service.answer("Balance", cut)

    with pytest.raises(KrakenConnectionError):
        await client.billing.balance("A-12345678")


async def test_no_server_is_no_connection(session: ClientSession) -> None:
    client = KrakenClient(session, "http://127.0.0.1:9/v1/graphql/", CREDENTIAL)

    with pytest.raises(KrakenConnectionError):
        await client.login.viewer()


async def test_a_slow_answer_is_given_up(
    session: ClientSession, service: Service, clock: Clock
) -> None:
    import asyncio

    client = KrakenClient(
        session, service.url, CREDENTIAL, now=clock, timeout=ClientTimeout(total=0.2)
    )

    async def late(_: object) -> web.Response:
        await asyncio.sleep(1)
        return web.json_response({})

    service.answer("Balance", late)

    with pytest.raises(KrakenConnectionError, match="in time"):
        await client.billing.balance("A-12345678")


async def test_a_rejected_field_is_named(client: KrakenClient, service: Service) -> None:
    message = "Cannot query field 'balance' on type 'Account'. A-12345678"
    body = {"errors": [{"message": message}]}
    service.answer("Balance", lambda _: web.json_response(body, status=400), body | {"data": None})

    for _ in range(2):
        with pytest.raises(KrakenQueryError) as caught:
            await client.billing.balance("A-12345678")
        assert caught.value.field == "balance"


async def test_only_names_of_our_own_document_are_repeated(
    client: KrakenClient, service: Service
) -> None:
    body = {"data": None, "errors": [{"message": 'Cannot query field "himitsu"'}]}
    service.answer("Balance", body)

    with pytest.raises(KrakenQueryError) as caught:
        await client.billing.balance("A-12345678")

    assert caught.value.field is None


async def test_throttling_takes_the_time_from_the_header(
    client: KrakenClient, service: Service, clock: Clock
) -> None:
    in_a_minute = format_datetime(datetime.fromtimestamp(clock.at + 60, UTC), usegmt=True)
    naive = in_a_minute.replace("GMT", "-0000")
    long_ago = "Fri, 01 Jan 2021 00:00:00 GMT"
    for header, expected in (
        ("90", timedelta(seconds=90)),
        (in_a_minute, timedelta(minutes=1)),
        (naive, timedelta(minutes=1)),
        (long_ago, timedelta()),
        ("7201", timedelta(hours=2)),
        ("1000000000", timedelta(hours=2)),
        ("9" * 30, timedelta(hours=2)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(hours=2)),
        ("Fri, 01 Jan 0001 00:00:00 +2359", timedelta()),
    ):
        for status, body in ((429, {}), (200, failure("KT-CT-1199", "AUTHORIZATION"))):
            headers = {"Retry-After": header}
            service.answer(
                "Balance",
                lambda _, b=body, s=status, h=headers: web.json_response(b, status=s, headers=h),
            )
            with pytest.raises(KrakenThrottledError) as caught:
                await client.billing.balance("A-12345678")
            assert caught.value.retry_after == expected


@pytest.mark.parametrize("header", [None, "soon", "1e9", "-1", "", "²", "٣"])
async def test_without_a_header_the_reset_of_the_allowance_is_asked_for(
    client: KrakenClient, service: Service, clock: Clock, header: str | None
) -> None:
    headers = {"Retry-After": header} if header else {}
    body = failure("KT-CT-1199", "AUTHORIZATION")
    service.skew = 5000
    service.answer("Balance", lambda _: web.json_response(body, headers=headers))
    allowance = {"ttl": int(clock.at + 5000 + 600)}
    service.answer(
        "RateLimit",
        {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": allowance}}},
        {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": {"ttl": 30}}}},
        {"data": {"rateLimitInfo": None}},
        failure("KT-CT-1199", "AUTHORIZATION"),
        lambda _: web.Response(status=502),
        {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": {"ttl": 10**9 * 4}}}},
        {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": {"ttl": 10**18}}}},
        {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": {"ttl": True}}}},
    )

    waits = [timedelta(minutes=10), timedelta(seconds=30), None, None, None]
    for expected in (*waits, timedelta(hours=2), None, None):
        with pytest.raises(KrakenThrottledError) as caught:
            await client.billing.balance("A-12345678")
        assert caught.value.retry_after == expected


async def test_an_answer_beyond_all_measure_is_none(
    client: KrakenClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LARGEST", 100_000)
    service.answer("Balance", {"data": {"account": {"balance": 3, "x": "x" * 100_000}}})
    with pytest.raises(KrakenTooLargeError):
        await client.billing.balance("A-12345678")


async def test_a_closed_session_is_no_connection(
    client: KrakenClient, session: ClientSession
) -> None:
    await session.close()
    with pytest.raises(KrakenConnectionError):
        await client.billing.balance("A-12345678")


async def test_throttling_beside_data_is_throttling(client: KrakenClient, service: Service) -> None:
    data = {"account": {"balance": 3}}
    service.answer("Balance", failure("KT-CT-1199", "AUTHORIZATION", data=data))
    service.answer("RateLimit", failure("KT-CT-1199", "AUTHORIZATION"))

    with pytest.raises(KrakenThrottledError):
        await client.billing.balance("A-12345678")


def test_every_code_of_the_registry_has_a_class() -> None:
    registry = Path(__file__).parents[4] / "shared" / "oejp" / "error_codes.csv"
    if not registry.exists():
        pytest.skip("only where the facts of the API lie beside the repository")
    with registry.open() as rows:
        for row in csv.DictReader(rows):
            extensions = {"errorCode": row["code"], "errorType": row["error_type"]}
            fault = faults.read({"extensions": extensions, "message": row["message"]}, "")
            error = faults.error(fault, "asking")
            assert faults.worst([error]) is error
            assert isinstance(faults.sign_in_error(fault), KrakenError)


SECRET = "tanaka.hanako@example.jp"


@given(
    message=st.text(),
    code=st.one_of(st.none(), st.text(), st.just(SECRET), st.just("KT-CT-1111")),
    kind=st.one_of(st.none(), st.text(), st.integers(), st.just("VALIDATION")),
    path=st.one_of(st.none(), st.lists(st.one_of(st.text(), st.integers(), st.none()))),
)
def test_no_text_of_the_service_is_repeated(
    message: str, code: str | None, kind: object, path: object
) -> None:
    entry = {
        "message": f'{message} {{"email": "{SECRET}"}} Cannot query field "{SECRET}"',
        "extensions": {"errorCode": code, "errorType": kind},
        "path": path,
    }
    fault = faults.read(entry, "query Viewer { viewer { id } }")

    for error in (faults.error(fault, "Viewer"), faults.sign_in_error(fault)):
        assert SECRET not in str(error)
        assert SECRET not in repr(error)
        assert SECRET not in repr(error.codes)
        assert SECRET not in repr(getattr(error, "field", None))


@given(secret=st.text(min_size=8))
def test_no_credential_shows_its_secret(secret: str) -> None:
    email = f"{secret}@example.jp"
    for credential in (
        EmailPassword(email, secret),
        ApiKey(secret),
        PreSignedKey(secret),
        RefreshToken(secret),
    ):
        assert secret not in repr(credential).replace(type(credential).__name__, "")
        assert secret not in str(credential).replace(type(credential).__name__, "")
        assert secret in credential.token_input.values()


def test_a_token_error_counts_as_a_failure_of_the_service() -> None:
    assert issubclass(KrakenTokenError, KrakenServiceError)
