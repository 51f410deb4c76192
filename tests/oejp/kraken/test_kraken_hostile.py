"""Answers that no honest service gives: each ends in one of our errors, and is given up before it is read to its end.

How much memory and time they take is measured by `scripts/bench hostile`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from typing import Any
import zlib

from aiohttp import ClientSession, ClientTimeout, web
from kraken_service import CREDENTIAL, Asked, Clock, Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenServiceError,
    transport,
)
from custom_components.octopus_japan.oejp.kraken.errors import KrakenTooLargeError

MIB = 1024 * 1024


def client(session: ClientSession, url: str, clock: Clock, seconds: float = 30) -> KrakenClient:
    timeout = ClientTimeout(total=seconds)
    return KrakenClient(session, url, CREDENTIAL, now=clock, timeout=timeout)


@asynccontextmanager
async def asking(url: str, clock: Clock, seconds: float = 30) -> AsyncIterator[KrakenClient]:
    async with ClientSession() as session:
        yield client(session, url, clock, seconds)


async def balance(service: Service, answer: Any) -> int:
    """Ask one small question, which is answered so."""
    service.answer("Balance", answer)
    async with asking(service.url, service.clock) as kraken:
        return await kraken.billing.balance("A-1")


async def raw(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any],
) -> tuple[asyncio.Server, str]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"http://127.0.0.1:{port}/v1/graphql/"


async def test_a_body_without_end_is_given_up(clock: Clock, socket_enabled: None) -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.read(65536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            for _ in range(1000):
                writer.write(b" " * MIB)
                await writer.drain()
                sent += 1
        except ConnectionError:
            writer.close()

    server, url = await raw(pour)
    async with server, asking(url, clock) as kraken:
        # Already the answer to the sign-in is without end.
        with pytest.raises(KrakenError, match="8 MiB"):
            await kraken.billing.balance("A-1")
    # Eight MiB are read; what lies in the buffers between is beyond that.
    assert sent < 64


async def test_a_small_body_that_unpacks_to_a_large_one(service: Service) -> None:
    packed = zlib.compressobj(wbits=31)
    body = b"".join(packed.compress(b" " * MIB) for _ in range(64)) + packed.flush()
    assert len(body) < MIB / 8
    bomb = web.Response(body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(KrakenTooLargeError, match="8 MiB"):
        await balance(service, bomb)


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": null, "errors": [{"message": ' + b'{"a": ' * 500 + b"1" + b"}" * 501 + b"]}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"data": {"account": {"balance": ' + b"[" * 2000 + b"]" * 2000 + b"}}}",
        b'{"data": {"account": {"balance": NaN}}}',
        b'{"data": {"account": {"balance": 1e400}}}',
        b'{"data": {"account": {"balance": "\xff\xfe"}}}',
        b'{"data": {"account": {"balance": 1}}',
        b'{"data": {"account": {"balance": ' + b"9" * 100_000 + b"}}}",
        b'{"data": {"account": ' + json.dumps([0] * 1_000_000).encode() + b"}}",
        b"\x00" * 1000,
        b"",
    ],
    ids=[
        "no_message",
        "deep",
        "deep_inside",
        "nan",
        "huge",
        "not_utf8",
        "cut",
        "digits",
        "list",
        "zeros",
        "empty",
    ],
)
async def test_json_that_is_none_or_means_nothing(service: Service, body: bytes) -> None:
    with pytest.raises(KrakenError):
        await balance(service, web.Response(body=body, content_type="application/json"))


async def test_of_two_equal_keys_the_last_counts(service: Service) -> None:
    body = b'{"data": {"account": {"balance": 1, "balance": 2}}}'
    answer = web.Response(body=body, content_type="application/json")
    assert await balance(service, answer) == 2


async def test_an_error_that_quotes_fifty_thousand_names(service: Service) -> None:
    names = " ".join(f"'name{number}'" for number in range(50_000))
    entry = {"message": f"Cannot query field {names}", "path": ["account"] * 50_000}
    with pytest.raises(KrakenError) as caught:
        await balance(service, {"data": None, "errors": [entry] * 20})
    assert len(str(caught.value)) < 200


async def test_fifty_thousand_errors(service: Service) -> None:
    entry = {"message": "x", "extensions": {"errorCode": "KT-CT-7899"}}
    with pytest.raises(KrakenServiceError):
        await balance(service, {"data": None, "errors": [entry] * 50_000})


async def test_an_answer_by_the_letter_does_not_outlive_the_timeout(
    clock: Clock, socket_enabled: None
) -> None:
    gone = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            gone.set()
            writer.close()

    server, url = await raw(drip)
    async with server, asking(url, clock, seconds=0.5) as kraken:
        with pytest.raises(KrakenConnectionError):
            await kraken.billing.balance("A-1")
        await gone.wait()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0\r\n"]
)
async def test_a_connection_that_is_cut_or_speaks_something_else(
    clock: Clock, socket_enabled: None, answer: bytes
) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)
        writer.transport.abort() if not answer else writer.close()

    server, url = await raw(cut)
    async with server, asking(url, clock) as kraken:
        with pytest.raises(KrakenConnectionError):
            await kraken.billing.balance("A-1")


async def test_headers_without_end(clock: Clock, socket_enabled: None) -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for number in range(100_000):
                writer.write(b"X-%d: %s\r\n" % (number, b"x" * 1000))
                await writer.drain()
        except ConnectionError:
            writer.close()

    server, url = await raw(pour)
    async with server, asking(url, clock) as kraken:
        with pytest.raises(KrakenConnectionError):
            await kraken.billing.balance("A-1")


async def test_a_redirect_takes_the_credential_nowhere(service: Service) -> None:
    elsewhere = web.Response(status=307, headers={"Location": f"{service.url}?elsewhere"})
    with pytest.raises(KrakenConnectionError):
        await balance(service, elsewhere)
    assert service.operations() == ["ObtainToken", "Balance"]


async def test_what_is_too_large_at_once_is_asked_for_in_halves(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manager of hundreds of homes: a month of their half hours is more than an answer may be."""
    monkeypatch.setattr(transport, "_LARGEST", 300_000)
    numbers = [f"{number:022}" for number in range(3)]
    start = datetime(2026, 10, 1, tzinfo=UTC)
    end = start + timedelta(days=30)

    def answer(asked: Asked) -> dict[str, Any]:
        span = (datetime.fromisoformat(asked.variables[key]) for key in ("start", "end"))
        rows = half_hours(*span)
        points = [{"spin": number, "halfHourlyReadings": rows} for number in numbers]
        known = [{"spin": number} for number in numbers]
        return {"data": {"account": {"properties": [{"known": known, "points": points}]}}}

    service.answer("HalfHourlyReadings", answer)
    async with asking(service.url, service.clock) as kraken:
        found = await kraken.readings.half_hourly("A-1", start, end)
    assert service.count("HalfHourlyReadings") == 3
    assert {*found} == {*numbers}
    for read in found.values():
        assert [reading.start_at for reading in read] == [
            start + half * timedelta(minutes=30) for half in range(30 * 48)
        ]


async def test_a_point_that_fails_in_one_half_has_failed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LARGEST", 100_000)
    start = datetime(2026, 10, 1, tzinfo=UTC)

    def answer(asked: Asked) -> dict[str, Any]:
        first, last = (datetime.fromisoformat(asked.variables[key]) for key in ("start", "end"))
        rows: Any = half_hours(first, last)
        points = [
            {"spin": "1", "halfHourlyReadings": rows},
            {"spin": "2", "halfHourlyReadings": rows if first == start else None},
        ]
        known = [{"spin": "1"}, {"spin": "2"}]
        data = {"account": {"properties": [{"known": known, "points": points}]}}
        path = ["account", "properties", 0, "points", 1, "halfHourlyReadings"]
        failed = {"message": "x", "path": path, "extensions": {"errorCode": "KT-CT-7899"}}
        return {"data": data, "errors": [] if first == start else [failed]}

    service.answer("HalfHourlyReadings", answer)
    async with asking(service.url, service.clock) as kraken:
        found = await kraken.readings.half_hourly("A-1", start, start + timedelta(days=20))
    assert len(found.of("1")) == 20 * 48
    with pytest.raises(KrakenError):
        found.of("2")


async def test_a_day_that_is_too_large_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_LARGEST", 5_000)
    start = datetime(2026, 10, 1, tzinfo=UTC)
    service.answer("HalfHourlyReadings", {"data": {"x": "x" * 6000}})
    async with asking(service.url, service.clock) as kraken:
        with pytest.raises(KrakenTooLargeError):
            await kraken.readings.half_hourly("A-1", start, start + timedelta(days=2))


def half_hours(start: datetime, end: datetime) -> list[dict[str, str]]:
    halves = int((end - start) / timedelta(minutes=30))
    times = [(start + half * timedelta(minutes=30)).isoformat() for half in range(halves + 1)]
    return [{"startAt": begin, "endAt": stop, "value": "0.100"} for begin, stop in pairwise(times)]
