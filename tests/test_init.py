"""Setting an entry up."""

from homeassistant.config_entries import ConfigEntryState

from conftest import Home


async def test_first(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
