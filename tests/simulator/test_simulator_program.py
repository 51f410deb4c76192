"""The control routes, the program, and requests that are none."""

import argparse
import asyncio
from datetime import timedelta
from decimal import Decimal
import socket
from typing import Any

import aiohttp
import pytest
from simulator_client import NOW, Connect

from simulator import Simulator
from simulator.__main__ import _aware, describe, main


async def _call(client: Any, method: str, path: str, **given: Any) -> tuple[int, Any]:
    async with client.session.request(
        method, f"{client.simulator.base_url}/_simulator/{path}", **given
    ) as answer:
        return answer.status, await answer.json()


async def test_state_clock_and_faults(connect: Connect) -> None:
    client = await connect()
    status, state = await _call(client, "GET", "state")
    assert status == 200
    assert state["now"] == NOW.isoformat()
    assert state["households"]["green-tokyo"]["supply_points"] == [client.spin]
    assert (await _call(client, "POST", "clock", json={"advance_seconds": 60}))[1]["now"] == (
        NOW + timedelta(minutes=1)
    ).isoformat()
    later = (NOW + timedelta(days=1)).isoformat()
    _, state = await _call(client, "POST", "clock", json={"set": later, "run": 2})
    assert (state["now"][:16], state["speed"]) == (later[:16], 2)
    assert (await _call(client, "POST", "clock", json={"stop": True}))[1]["speed"] == 0
    assert (await _call(client, "POST", "clock", json={"set": "soon"}))[0] == 400
    _, state = await _call(client, "POST", "faults", json={"kind": "throttled", "times": 2})
    assert state["faults"][0]["kind"] == "throttled"
    assert (await _call(client, "POST", "faults", json={"kind": "plague"}))[0] == 400
    assert (await _call(client, "POST", "faults", json={}))[0] == 400
    assert (await _call(client, "DELETE", "faults"))[1]["faults"] == []


async def test_the_world_is_edited_from_outside(connect: Connect) -> None:
    client = await connect("three-points-two-accounts")
    home, barn = client.household.accounts
    spin = client.spin
    move = {"do": "move", "identifier": spin, "account": barn.number, "on": "2026-11-01"}
    start, end = ((NOW - timedelta(days=days)).isoformat() for days in (20, 19))
    status, state = await _call(client, "POST", "world", json=move)
    assert status == 200
    assert spin in [point.spin for point in barn.supply_points]
    for done in (
        {"do": "hide", "identifier": spin},
        {"do": "show", "identifier": spin},
        {"do": "list_again", "identifier": spin, "account": home.number, "first": True},
        {"do": "refuse", "account": barn.number, "code": "KT-CT-4178"},
        {"do": "restate_fuel", "area": "03", "month": "2026-11", "price": "9.99"},
        {"do": "restate_levy", "month": "2026-11", "price": "5.00"},
        {"do": "subsidise", "household": "three-points-two-accounts", "on": True},
        {"do": "correct", "identifier": spin, "half_hour_start": start, "new_value": "9.99"},
        {"do": "withhold", "identifier": spin, "start": start, "end": end, "until": end},
        {"do": "publish_all", "identifier": spin},
        {"do": "end_supply", "identifier": spin},
        {"do": "reverse", "household": "three-points-two-accounts"},
    ):
        assert (await _call(client, "POST", "world", json=done))[0] == 200, done
    assert client.household.accounts == [barn, home]
    assert client.household.subsidy
    half_hours = client.simulator.truth.half_hours(spin, NOW - timedelta(days=30), NOW)
    assert half_hours[NOW - timedelta(days=20)] == Decimal("9.99")
    assert barn.refusal == "KT-CT-4178"
    _, state = await _call(client, "GET", "state")
    assert state["households"]["three-points-two-accounts"]["accounts"][0] == barn.number
    for mistake in (
        {"do": "burn"},
        {},
        {"do": "move"},
        {"do": "hide", "identifier": "1", "on": "x"},
    ):
        assert (await _call(client, "POST", "world", json=mistake))[0] == 400, mistake


async def test_absurd_faults_from_outside(connect: Connect) -> None:
    client = await connect()
    for fault in (
        {"kind": "value", "field": "Account.balance", "raw": "1e400"},
        {"kind": "value", "field": "Account.status", "value": None},
    ):
        assert (await _call(client, "POST", "faults", json=fault))[0] == 200
    query = "query ($number: String!) { account(accountNumber: $number) { balance status } }"
    answer = await client.ask(query, number=client.number)
    assert answer.data["account"] == {"balance": float("inf"), "status": None}


async def test_cookies_are_recorded_by_login(connect: Connect) -> None:
    client = await connect("green-tokyo", "ev-tokyo", sign_in=False)
    simulator = client.simulator

    async def sign_in(session: aiohttp.ClientSession, key: str) -> None:
        home = simulator.world.households[key]
        given = {"input": {"email": home.email, "password": home.password}}
        query = "mutation ($input: ObtainJSONWebTokenInput!) { obtainKrakenToken(input: $input) { token } }"
        async with session.post(
            simulator.named_url, json={"query": query, "variables": given}
        ) as answer:
            assert answer.status == 200

    by_name = aiohttp.TCPConnector(family=socket.AF_INET)
    async with aiohttp.ClientSession(connector=by_name) as shared:
        await sign_in(shared, "green-tokyo")
        assert list(shared.cookie_jar) == []
        await _call(client, "POST", "cookies", json={"on": True})
        await sign_in(shared, "green-tokyo")
        await sign_in(shared, "green-tokyo")
        assert [item.household for item in simulator.cookies.carried] == ["green-tokyo"]
        assert simulator.cookies.strayed() == []
        await sign_in(shared, "ev-tokyo")
    assert [item.household for item in simulator.cookies.strayed()] == ["ev-tokyo"]
    _, told = await _call(client, "GET", "cookies")
    assert told["strayed"][0]["cookies"]["sessionid"] == "green-tokyo"
    assert len(told["carried"]) == 2
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(family=socket.AF_INET), cookie_jar=aiohttp.DummyCookieJar()
    ) as jarless:
        await sign_in(jarless, "green-tokyo")
        await sign_in(jarless, "ev-tokyo")
    assert len(simulator.cookies.carried) == 2
    assert (await _call(client, "POST", "cookies", json={}))[0] == 400


async def test_another_schema_from_outside(connect: Connect) -> None:
    client = await connect()
    assert (await _call(client, "GET", "state"))[1]["schema"] == "june"
    assert (await _call(client, "POST", "schema", json={"speak": "august"}))[1][
        "schema"
    ] == "august"
    assert client.simulator.engine.version == "august"
    for bad in ({"speak": "may"}, {}, []):
        assert (await _call(client, "POST", "schema", json=bad))[0] == 400
    assert client.simulator.engine.version == "august"


async def test_truth_summary(connect: Connect) -> None:
    client = await connect("solar-tokyo")
    roof = client.household.generation_points[0].gpin
    status, truth = await _call(client, "GET", "truth")
    assert status == 200
    assert set(truth["points"]) == {client.spin, roof}
    window = {
        "start": (NOW - timedelta(days=9)).isoformat(),
        "end": (NOW - timedelta(days=8)).isoformat(),
    }
    _, truth = await _call(client, "GET", "truth", params={"point": client.spin, **window})
    hours = client.simulator.truth.hours(
        client.spin, NOW - timedelta(days=9), NOW - timedelta(days=8)
    )
    assert truth["points"] == {
        client.spin: {
            "hours": 24,
            "kwh": str(sum(hours.values())),
            "yen": truth["points"][client.spin]["yen"],
            "newest_hour": max(hours).isoformat(),
        }
    }
    assert (await _call(client, "GET", "truth", params={"start": "2026-01-01T00:00:00"}))[0] == 400


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"query": 1}'])
async def test_not_a_request(connect: Connect, body: bytes) -> None:
    client = await connect(sign_in=False)
    async with client.session.post(client.simulator.url, data=body) as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    "query",
    ["{", "{ nothing }", "{ viewer }", "query A { viewer { id } } query B { viewer { id } }"],
)
async def test_rejected_documents(connect: Connect, query: str) -> None:
    client = await connect()
    answer = await client.ask(query)
    assert answer.status == 400
    assert answer.body["errors"]
    assert "data" not in answer.body


async def test_named_operations_and_introspection(connect: Connect) -> None:
    client = await connect()
    two = "query A { viewer { id } } query B { viewer { email } }"
    assert (await client.ask(two, operation="B")).data == {
        "viewer": {"email": client.household.email}
    }
    client.header = None
    assert (await client.ask('{ __type(name: "Product") { possibleTypes { name } } }')).data[
        "__type"
    ]["possibleTypes"]


async def test_unstarted() -> None:
    simulator = Simulator(now=NOW)
    with pytest.raises(RuntimeError):
        _ = simulator.url
    await simulator.stop()


async def test_describe(connect: Connect) -> None:
    client = await connect("solar-tokyo")
    text = describe(client.simulator)
    assert client.simulator.url in text
    for secret in (
        client.household.email,
        client.household.password,
        client.household.api_key,
        client.spin,
    ):
        assert secret in text


def test_program(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(asyncio.Event):
        async def wait(self) -> bool:  # type: ignore[override]
            raise KeyboardInterrupt

    monkeypatch.setattr("simulator.__main__.asyncio.Event", Interrupted)
    main(
        [
            "--household",
            "ev-tokyo",
            "--now",
            "2026-11-20T12:00+09:00",
            "--port",
            "0",
            "--speed",
            "60",
        ]
    )
    shown = capsys.readouterr().out
    assert "ev-tokyo@example.com" in shown
    assert "2026-11-20T03:00:00" in shown
    assert "(60x)" in shown
    assert "schema    june" in shown
    main(["--port", "0", "--now", "2026-11-20T12:00+09:00", "--speed", "0", "--schema", "august"])
    shown = capsys.readouterr().out
    assert "green-tokyo@example.com" in shown
    assert "schema    august" in shown


def test_program_helps(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "ev-tokyo" in shown
    assert "time-of-use" in shown
    with pytest.raises(argparse.ArgumentTypeError):
        _aware("2026-11-20T12:00")
