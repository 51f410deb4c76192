"""The control routes, the program, and requests that are none."""

import argparse
import asyncio
from datetime import timedelta
from typing import Any

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
    main(["--port", "0", "--now", "2026-11-20T12:00+09:00", "--speed", "0"])
    assert "green-tokyo@example.com" in capsys.readouterr().out


def test_program_helps(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "ev-tokyo" in shown
    assert "time-of-use" in shown
    with pytest.raises(argparse.ArgumentTypeError):
        _aware("2026-11-20T12:00")
