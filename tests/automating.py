"""Real automations for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from home import Home
from homeassistant.setup import async_setup_component


@asynccontextmanager
async def automating(home: Home, *automations: dict[str, Any]) -> AsyncIterator[None]:
    """Run automations, and stop them in the end, so that no timer of theirs stays behind."""
    assert await async_setup_component(home.hass, "automation", {"automation": list(automations)})
    await home.settle()
    assert len(home.hass.states.async_entity_ids("automation")) == len(automations)
    for entity_id in home.hass.states.async_entity_ids("automation"):
        state = home.hass.states.get(entity_id)
        assert state is not None
        assert state.state == "on", "the automation's configuration is invalid"
    try:
        yield
    finally:
        await _stop(home)


async def _stop(home: Home) -> None:
    await home.hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all", "stop_actions": True}, blocking=True
    )
    await home.settle()
