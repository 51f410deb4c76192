"""Setting an entry up."""

from homeassistant.config_entries import ConfigEntryState

from conftest import Home


async def test_first(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
    for state in home.hass.states.async_all():
        print(state.entity_id, state.state, {k: v for k, v in state.attributes.items() if k != "rates"})
    print(len(home.simulator.requests))
