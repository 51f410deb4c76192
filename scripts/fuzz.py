"""Answers that nobody would send: the simulator's, broken at random, and what the client makes of them.

A proxy on the loopback address stands between the client and the simulator and breaks about half of the answers: a node of the JSON
replaced, dropped, doubled or wrapped; the bytes cut, flipped, no UTF-8; the status, the type. Whatever comes, the
client may answer, in part or whole, or raise its own errors; anything else is a finding. Each round has a seed of its own, which the
finding names: `--seed N --rounds 1` runs it again.

Usage: scripts/fuzz [--minutes M | --rounds N] [--seed N]
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
import json
import logging
from random import Random
import secrets
from time import monotonic
import traceback
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient, KrakenError
from simulator import Simulator
from simulator.accounts import Account, Household

HOUSEHOLDS = ("gas-tokyo", "solar-tokyo", "challenger-tokyo")
NOW = datetime(2026, 3, 20, 3, tzinfo=UTC)

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 10**30, -(10**18), 1e308, -0.0, 0.1),
    *("", " ", "null", "NaN", "1e400", "-1", "0", "９９", "\ud800", "\x00", "a" * 5000, "💡"),
    *("0000-00-00", "9999-12-31T23:59:59Z", "2026-02-30", "2026-03-01T00:00:00", "25:00"),
    *([], {}, [[]], [None], {"": {}}, {"__typename": "Nobody"}, [{}] * 50),
)
BODIES: tuple[Callable[[bytes, Random], bytes], ...] = (
    lambda body, random: body[: random.randrange(len(body) + 1)],
    lambda body, random: body + body,
    lambda body, random: bytes(b ^ (random.random() < 0.01) for b in body),
    lambda body, random: b"\xff\xfe" + body,
    lambda body, random: b"\xef\xbb\xbf" + body,
    lambda body, random: b"[" * 5000,
    lambda body, random: body.replace(b":", b": NaN ,", 1),
    lambda body, random: body.replace(b"null", b"1e400"),
    lambda body, random: b'{"data": {"account": {}, "account": null, "account": []}}',
    lambda body, random: b"<html>gateway</html>",
    lambda body, random: b"",
)
STATUS = (200, 201, 204, 302, 400, 401, 403, 404, 408, 418, 429, 500, 503, 599)


def _nodes(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all nodes but the root."""
    items: list[tuple[Any, Any]] = []
    if isinstance(tree, dict):
        items = list(tree.items())
    elif isinstance(tree, list):
        items = list(enumerate(tree))
    return [found for key, value in items for found in ((*path, key), *_nodes(value, (*path, key)))]


def _junk(random: Random) -> Any:
    """Return something that is no answer: a copy, because what it is put into may be broken once more."""
    return deepcopy(random.choice(JUNK))


def broken(tree: Any, random: Random) -> Any:
    """Break one to four nodes of a tree, which it changes."""
    for _ in range(random.randint(1, 4)):
        paths = _nodes(tree)
        if not paths:
            return _junk(random)
        *way, last = random.choice(paths)
        parent = tree
        for key in way:
            parent = parent[key]
        value = parent[last]
        match random.randrange(8):
            case 0 | 1 | 2:
                parent[last] = _junk(random)
            case 3:
                del parent[last]
            case 4:
                parent[last] = [value, value]
            case 5:
                parent[last] = {"wrapped": value}
            case 6 if isinstance(parent, dict):
                parent[f"{last}X"] = parent.pop(last)
            case 6:
                parent.extend([value] * 20)
            case _ if isinstance(value, str) and value:
                at = random.randrange(len(value))
                parent[last] = value[:at] + random.choice("09-:.T é\x00") + value[at + 1 :]
            case _:
                parent[last] = _junk(random)
    return tree


@dataclass
class Proxy:
    """Hands requests on, and breaks answers."""

    target: str
    session: ClientSession
    random: Random = field(default_factory=Random)
    share: float = 0.5
    broke: Counter[str] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer as the service does, or nearly."""
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() in {"authorization", "content-type"}
        }
        async with self.session.request(
            request.method,
            self.target + request.path_qs,
            data=await request.read(),
            headers=headers,
        ) as answer:
            body, status = await answer.read(), answer.status
        random = self.random
        signing_in = b"obtainKrakenToken" in body
        if random.random() > (0.05 if signing_in else self.share):
            return web.Response(body=body, status=status, content_type="application/json")
        if random.random() < 0.15:
            self.broke["bytes"] += 1
            body = random.choice(BODIES)(body, random)
        else:
            self.broke["tree"] += 1
            body = json.dumps(broken(json.loads(body or b"null"), random)).encode(
                "utf-8", "surrogatepass"
            )
        if random.random() < 0.1:
            self.broke["status"] += 1
            status = random.choice(STATUS)
        kind = random.choice(("application/json", "text/html", "application/octet-stream"))
        return web.Response(body=body, status=status, content_type=kind)


@asynccontextmanager
async def fuzzed() -> AsyncIterator[tuple[Simulator, Proxy, str]]:
    """Run a simulator and the proxy before it; yield both and the address of GraphQL."""
    simulator = Simulator(HOUSEHOLDS, now=NOW, since=date(2026, 1, 10))
    simulator.tokens.limited = False
    await simulator.start()
    target = simulator.url.split("/v1/")[0]
    async with ClientSession(timeout=ClientTimeout(total=20), auto_decompress=False) as session:
        proxy = Proxy(target, session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", proxy.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield simulator, proxy, address + simulator.url.removeprefix(target)
        finally:
            await runner.cleanup()
            await simulator.stop()


async def newest_bill(simulator: Simulator, household: Household) -> str:
    """Ask the simulator itself for the identifier of a household's newest bill: of another, its lines would not be told."""
    async with ClientSession() as session:
        credential = EmailPassword(household.email, household.password)
        client = KrakenClient(session, simulator.url, credential, now=NOW.timestamp)
        statements = await client.billing.statements(household.accounts[0].number)
    return max(statements, key=lambda statement: statement.end_at).identifier


def questions(
    client: KrakenClient, account: Account, bill: str
) -> list[tuple[str, Callable[[], Awaitable[Any]]]]:
    """Everything that the client asks of an account, and of one of its bills."""
    number, start = account.number, NOW - timedelta(days=20)
    spin = account.supply_points[0].spin
    return [
        ("viewer", client.login.viewer),
        ("rate limit", client.login.rate_limit),
        ("points", lambda: client.supply.points(number)),
        ("agreements", lambda: client.supply.agreements(number)),
        ("periods", lambda: client.supply.periods(number)),
        ("intervals", lambda: client.supply.interval_readings(number, start)),
        ("reading dates", lambda: client.supply.reading_dates(number)),
        ("generation points", lambda: client.supply.generation_points(number)),
        ("details", lambda: client.terms.supply_details(number)),
        ("amperage", lambda: client.terms.amperage_options(number)),
        ("standing charges", lambda: client.terms.standing_charges(number)),
        ("add-ons", lambda: client.terms.addon_rates(number)),
        ("half hours", lambda: client.readings.half_hourly(number, start, NOW)),
        ("measurements", lambda: client.readings.measurements(number, spin, start, start + timedelta(days=1))),
        ("by number", lambda: client.readings.supply_point(spin, start, start + timedelta(days=1))),
        ("balance", lambda: client.billing.balance(number)),
        ("overdue", lambda: client.billing.overdue_balance(number)),
        ("payments", lambda: client.billing.payments(number)),
        ("statements", lambda: client.billing.statements(number)),
        ("transactions", lambda: client.billing.bill_transactions(number, bill)),
        ("charges", lambda: client.billing.charges(number, bill)),
        ("credits", lambda: client.billing.meti_credits(start.date(), NOW.date())),
        ("gas points", lambda: client.gas.supply_points(number)),
        ("gas readings", lambda: client.gas.readings(number, start)),
        ("gas dates", lambda: client.gas.reading_dates(number)),
        ("campaigns open", lambda: client.campaigns.open(number)),
        ("campaigns joined", lambda: client.campaigns.joined(number)),
        ("loyalty points", lambda: client.rewards.loyalty_points(number)),
        ("vouchers", lambda: client.rewards.vouchers(number)),
        ("catalogue", lambda: client.catalogue.products("03")),
        ("postcode", lambda: client.areas.of_postcode("1000001")),
        ("REST products", client.rest.products.products),
        ("REST areas", lambda: client.rest.meters.grid_supply_points("1000001")),
        ("REST meter", lambda: client.rest.meters.electricity_meter_point(spin)),
        ("REST half hours", lambda: client.rest.meters.consumption(spin, f"M{spin[-8:]}", start, NOW)),
    ]  # fmt: skip


@dataclass
class Found:
    """What rounds came to. `findings`: what should not be, each with its round's seed."""

    answers: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


async def one_round(
    seed: int, bills: Sequence[tuple[Household, str]], proxy: Proxy, url: str, found: Found
) -> None:
    """Sign in as somebody and ask a dozen questions; who, what and in which order, the seed says."""
    random = proxy.random = Random(seed)
    household, bill = random.choice(bills)
    async with ClientSession() as session:
        client = KrakenClient(
            session,
            url,
            EmailPassword(household.email, household.password),
            now=NOW.timestamp,
            timeout=ClientTimeout(total=20),
        )
        asked = questions(client, household.accounts[0], bill)
        random.shuffle(asked)
        for name, ask in asked[:12]:
            try:
                await ask()
                found.answers += 1
            except KrakenError as error:
                found.errors[type(error).__name__] += 1
            except Exception:  # noqa: BLE001  # Whatever it is, it is what is looked for.
                found.findings.append(f"seed {seed}, {name}:\n{traceback.format_exc()}")


async def fuzz(seed: int, rounds: int | None, minutes: float | None) -> Found:
    """Run rounds until there were enough, or until the time is over."""
    found, until = Found(), None if minutes is None else monotonic() + 60 * minutes
    async with fuzzed() as (simulator, proxy, url):
        households = simulator.world.households.values()
        bills = [(home, await newest_bill(simulator, home)) for home in households]
        number = 0
        while (rounds is None or number < rounds) and (until is None or monotonic() < until):
            await one_round(seed + number, bills, proxy, url, found)
            # Each round begins alike, so that its seed alone brings it back: nobody is throttled, nothing is remembered.
            simulator.points.reset()
            simulator.tokens.forget()
            simulator.requests.clear()
            number += 1
    print(
        f"{number} rounds from seed {seed}: {found.answers} answers, {found.errors.total()} errors of ours, "
        f"{len(found.findings)} findings; broken: {dict(proxy.broke)}"
    )
    return found


def main() -> None:
    """Run, and exit with 1 where something was found."""
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    given = parser.parse_args()
    rounds = given.rounds if given.rounds or given.minutes else 200
    found = asyncio.run(fuzz(given.seed, rounds, given.minutes))
    for finding in found.findings[:10]:
        print(finding)
    raise SystemExit(bool(found.findings))


if __name__ == "__main__":
    main()
