"""What hostile answers cost: memory above what was there before, and the event loop's longest callback in processor time.

A server in another process gives each of them once; the library's client asks a small question and has to give up.

Usage: scripts/bench hostile [--json FILE]
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import json
import subprocess
import sys
from time import perf_counter, time
import zlib

from aiohttp import ClientSession, web
import jwt

from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient, KrakenError
from scripts.figures import options, save, told
from scripts.instruments import Blocks, Memory

MIB = 1024 * 1024
WANTED = "wanted: under 64 MiB and 250 ms each"


def _data(inner: str) -> bytes:
    return b'{"data": {"account": %s}}' % inner.encode()


def _bomb(mib: int) -> bytes:
    packed = zlib.compressobj(wbits=31)
    return b"".join(packed.compress(b" " * MIB) for _ in range(mib)) + packed.flush()


READING = '{"startAt": "2026-11-01T00:00:00+00:00", "endAt": "2026-11-01T00:30:00+00:00", "value": "0.123"}'
NAMES = " ".join(f"'name{number}'" for number in range(50_000))
ANSWERS: dict[str, Callable[[], bytes]] = {
    "a gigabyte": lambda: b"",
    "a gigabyte, packed": lambda: _bomb(1024),
    "five million readings": lambda: b"",
    "70,000 readings": lambda: _data(f'{{"halfHourlyReadings": [{",".join([READING] * 70_000)}]}}'),
    "two million empty lists": lambda: _data(f"[{','.join(['[]'] * 2_000_000)}]"),
    "nested a thousand deep": lambda: _data("[" * 1000 + "]" * 1000),
    "50,000 names in an error": lambda: json.dumps(
        {"data": None, "errors": [{"message": f"Cannot query field {NAMES}"}] * 8}
    ).encode(),
    "200,000 errors": lambda: json.dumps({"errors": [{"message": "x"}] * 200_000}).encode(),
}
POURED = {"a gigabyte": b" " * MIB, "five million readings": READING.encode() * 10_000}
"""Answers that are sent in a thousand pieces."""


async def serve() -> None:
    """Run the server; print its address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body["operationName"] == "ObtainToken":
            claims = {"iat": int(time()), "exp": int(time()) + 3600, "sub": "1"}
            token = {
                "token": jwt.encode(claims, "k" * 32),
                "refreshToken": "r",
                "refreshExpiresIn": int(time()) + 9999,
            }
            return web.json_response({"data": {"obtainKrakenToken": token}})
        name = body["variables"]["accountNumber"]
        if name not in POURED:
            headers = {"Content-Encoding": "gzip"} if "packed" in name else {}
            return web.Response(body=ANSWERS[name](), headers=headers)
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(1000):
                await response.write(POURED[name])
        return response

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    await asyncio.Event().wait()


@contextmanager
def server() -> Iterator[str]:
    """Run `serve` in a process of its own."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def measured(url: str) -> dict[str, list[float]]:
    """Ask for each of them."""
    found = {}
    async with ClientSession() as session:
        kraken = KrakenClient(session, url, EmailPassword("a@example.jp", "x"))
        for name in ANSWERS:
            said = "answered"
            began = perf_counter()
            with Memory() as memory, Blocks() as blocks:
                try:
                    await kraken.billing.balance(name)
                except KrakenError as error:
                    said = type(error).__name__
                # The callback in which the answer was read has to end before it is counted.
                await asyncio.sleep(0)
            found[f"{name}, {said} (MiB)"] = [memory.most]
            found[f"{name}, longest callback (ms)"] = [1000 * blocks.longest]
            found[f"{name} (s)"] = [perf_counter() - began]
    return found


def main() -> None:
    """Measure, print, write."""
    given = options(__doc__, 1, lambda parser: parser.add_argument("--serve", action="store_true"))
    if given.serve:
        asyncio.run(serve())
        return
    with server() as url:
        figures = told(asyncio.run(measured(url)))
    print(WANTED)
    save(given.json, figures)


if __name__ == "__main__":
    main()
