"""Days on end: nothing leaks, grows or is said twice. `scripts/soak` runs them (docs/testing.md); the gate sees that a leak is found."""

from collections.abc import AsyncIterator
import logging
import os
import secrets
import tracemalloc
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from machinery import Machinery, everything
import pytest
from soak import MOST, OURS, PRODUCT, Soak, alive, grown, held, listening, soak_script

DAYS = int(os.environ.get("SOAK_DAYS", "0"))
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6))


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant leaves timers behind when it stops."""
    return True


@pytest.fixture
def persistent_database() -> bool:
    """Keep the database over restarts."""
    return True


@pytest.fixture
async def whole(
    freezer: FrozenDateTimeFactory,
    socket_enabled: None,
    hass_storage: dict[str, Any],
    async_test_recorder: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Machinery]:
    """A Home Assistant to start again and again, with every entity."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    async with everything(Machinery(freezer, hass_storage, async_test_recorder)) as machinery:
        yield machinery


@pytest.mark.skipif(not DAYS, reason="scripts/soak asks for days")
async def test_days_on_end(whole: Machinery, record_property: pytest.Function) -> None:
    long = DAYS > 5
    logging.disable(logging.INFO)  # The tests keep every line.
    if long:
        tracemalloc.start()
    with listening() as lines:
        soak = Soak(whole, soak_script(SEED, DAYS), lines)
        try:
            soaked = await soak.soak()
        finally:
            logging.disable(logging.NOTSET)
            await soak.end()
            tracemalloc.stop()
    told = f"scripts/soak {DAYS} {SEED}: {soaked}"
    print(told)  # noqa: T201
    record_property("told", told)
    assert not soaked.leaked, told
    assert not soaked.again, soaked.again
    assert soaked.grown < MOST, told
    assert soaked.requests > 20 * DAYS


async def test_a_leak_is_found(hass: HomeAssistant) -> None:
    before = alive(hass)
    room: dict[str, Any] = {}
    source = "async def leaking(gate):\n    await gate\n"
    exec(compile(source, f"/{PRODUCT}leaking.py", "exec"), room)  # noqa: S102
    gate = hass.loop.create_future()
    task = hass.loop.create_task(room["leaking"](gate))
    timer = hass.loop.call_later(600, print, OURS)
    forget = hass.bus.async_listen("octopus_japan_leak", callback(lambda _: None))
    assert alive(hass) - before == {
        "task leaking": 1,
        "timers of ours": 1,
        "listeners of octopus_japan_leak": 1,
    }
    gate.set_result(None)
    await task
    timer.cancel()
    forget()
    assert not alive(hass) - before


def test_growth_is_found() -> None:
    tracemalloc.start()
    try:
        before = held()
        kept = [bytes(1000) for _ in range(300)]
        # What tests hold is not counted: the service's world is in the same process.
        assert grown(before)[0] < 100_000
        room: dict[str, Any] = {}
        exec(compile("kept = [bytes(1000) for _ in range(300)]", f"/{PRODUCT}x.py", "exec"), room)  # noqa: S102
        assert min(grown(before)) > 300_000
        assert len(kept) == len(room["kept"])
    finally:
        tracemalloc.stop()


def test_a_line_again_in_the_same_state_is_found() -> None:
    logger = logging.getLogger(f"{OURS}.soak")
    with listening() as lines:
        logger.warning("no answer")
        lines.state = 1
        logger.warning("no answer")
        logger.warning("another")
        assert not lines.again
        logger.warning("no answer")
    assert lines.again == [f"{OURS}.soak: no answer"]
    assert lines.count == 4


def test_a_seed_is_always_the_same_days() -> None:
    one = soak_script(7, 60)
    assert one == soak_script(7, 60) != soak_script(8, 60)
    names = {step.name for step in one.steps}
    assert names == {
        "wait", "spoil", "fail", "refuse", "restarted", "reloaded", "clock_wrong", "correct", "withhold",
    }  # fmt: skip
    assert sum(step.options["halves"] for step in one.steps if step.name == "wait") == 60 * 48
