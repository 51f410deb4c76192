"""What only the user can set right, and what needs nobody: faults of signing in while the integration runs."""

from datetime import timedelta
from typing import Any

from aiohttp.resolver import ThreadedResolver
from home import Home
from homeassistant.components.repairs import DOMAIN as REPAIRS, repairs_flow_manager
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER
from homeassistant.setup import async_setup_component
import pytest

from custom_components.octopus_japan.const import DOMAIN

HOUSEHOLD = "green-tokyo"


def issues(home: Home) -> set[str]:
    """The keys of what is raised."""
    return {
        str(issue.translation_key)
        for (domain, _), issue in ir.async_get(home.hass).issues.items()
        if domain == DOMAIN
    }


def reauths(home: Home) -> list[Any]:
    flows = home.hass.config_entries.flow.async_progress()
    return [flow for flow in flows if flow["context"]["source"] == SOURCE_REAUTH]


def sign_ins(home: Home) -> int:
    """How often something was sent to sign in with, since the last call."""
    count = sum(request.operation == "ObtainToken" for request in home.simulator.requests)
    home.simulator.requests.clear()
    return count


async def lose_the_token(home: Home) -> None:
    """After eight days neither access nor refresh token is good for anything."""
    home.simulator.tokens.forget()
    sign_ins(home)
    await home.pass_time(timedelta(days=8))


@pytest.mark.parametrize("fault", ["removed_input", "input_off", "sign_in_off"])
async def test_the_end_of_passwords_is_told_once_and_they_are_not_sent_again(
    home: Home, fault: Any
) -> None:
    home.leave_readings_out()
    entry = await home.sign_in(HOUSEHOLD)
    ended = home.simulator.faults.add(fault)
    await lose_the_token(home)
    assert sign_ins(home) <= 2
    assert issues(home) == {"sign_in_ended"}
    for _ in range(4):
        await home.pass_time(timedelta(hours=7))
    assert sign_ins(home) == 0
    assert reauths(home) == []
    # A restart of the entry sends them no more.
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert sign_ins(home) == 0
    assert issues(home) == {"sign_in_ended"}

    # The repair leads to another way.
    assert await async_setup_component(home.hass, REPAIRS, {})
    manager = repairs_flow_manager(home.hass)
    assert manager is not None
    (issue_id,) = (
        issue_id for domain, issue_id in ir.async_get(home.hass).issues if domain == DOMAIN
    )
    form = await manager.async_init(DOMAIN, data={"issue_id": issue_id})
    assert form["step_id"] == "confirm"
    done = await manager.async_configure(form["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await home.settle()
    (reauth,) = reauths(home)
    key = home.simulator.world.households[HOUSEHOLD].api_key
    configure = home.hass.config_entries.flow.async_configure
    home.simulator.faults.remove(ended)
    await configure(reauth["flow_id"], {"next_step_id": "api_key"})
    result = await configure(
        reauth["flow_id"], {CONF_API_KEY: key, "advanced": {CONF_URL: home.simulator.url}}
    )
    assert result["reason"] == "reauth_successful"
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert issues(home) == set()


async def test_the_end_of_api_keys_is_told(home: Home) -> None:
    home.leave_readings_out()
    key = home.simulator.world.households[HOUSEHOLD].api_key
    home.simulator.tokens.api_keys = False
    viewer_id = home.simulator.world.households[HOUSEHOLD].viewer_id
    entry = await home.sign_in_with(viewer_id, {CONF_API_KEY: key, CONF_URL: home.simulator.url})
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert issues(home) == {"api_key_ended"}
    await home.hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert issues(home) == set()


@pytest.mark.parametrize("fault", ["http_401", "http_403", "http_502"])
async def test_a_gateway_never_asks_the_user(home: Home, fault: Any) -> None:
    home.leave_readings_out()
    entry = await home.sign_in(HOUSEHOLD)
    home.simulator.tokens.forget()
    gateway = home.simulator.faults.add(fault)
    sign_ins(home)
    for _ in range(12):
        await home.pass_time(timedelta(minutes=31))
    assert sign_ins(home) <= 12
    assert reauths(home) == []
    assert issues(home) == set()
    home.simulator.faults.remove(gateway)
    await home.pass_time(timedelta(hours=12))
    assert entry.runtime_data.account.last_update_success


@pytest.mark.parametrize("code", ["KT-CT-1113", "KT-CT-1111", "KT-CT-9999"])
async def test_a_sign_in_that_is_refused_for_another_reason_never_asks_the_user(
    home: Home, code: str
) -> None:
    home.leave_readings_out()
    refusal = home.simulator.faults.add("refused_field", field="obtainKrakenToken", code=code)
    entry = await home.sign_in(HOUSEHOLD)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    # Home Assistant tries again within seconds; the password goes out as our own wait allows.
    sign_ins(home)
    for _ in range(10):
        await home.pass_time(timedelta(seconds=25))
    assert sign_ins(home) == 0
    assert reauths(home) == []
    home.simulator.faults.remove(refusal)
    for _ in range(30):
        await home.pass_time(timedelta(minutes=1))
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("fault", ["captcha", "locked", "multi_factor", "password_expired"])
async def test_what_the_service_names_asks_the_user_once(home: Home, fault: Any) -> None:
    home.leave_readings_out()
    entry = await home.sign_in(HOUSEHOLD)
    named = home.simulator.faults.add(fault)
    await lose_the_token(home)
    for _ in range(3):
        await home.pass_time(timedelta(hours=12))
    assert sign_ins(home) <= 2
    (reauth,) = reauths(home)
    home.simulator.faults.remove(named)
    # The same password works again once it was unlocked.
    configure = home.hass.config_entries.flow.async_configure
    await configure(reauth["flow_id"], {"next_step_id": "password"})
    data = home.credentials(HOUSEHOLD)
    url = data.pop(CONF_URL)
    result = await configure(reauth["flow_id"], {**data, "advanced": {CONF_URL: url}})
    assert result["reason"] == "reauth_successful"
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo")])
async def test_no_cookie_goes_from_one_login_to_another(home: Home) -> None:
    """By the server's name: an address that is only numbers gets no cookies back from anybody."""
    home.hass.data[DATA_RESOLVER] = ThreadedResolver()  # type: ignore[assignment]
    home.leave_readings_out()
    home.simulator.cookies.on = True
    for household in ("green-tokyo", "ev-tokyo"):
        login = home.simulator.world.households[household]
        data = home.credentials(household) | {CONF_URL: home.simulator.named_url}
        entry = await home.sign_in_with(login.viewer_id, data)
        assert entry.state is ConfigEntryState.LOADED
    await home.pass_time(timedelta(hours=13))
    assert home.simulator.cookies.carried == []


async def test_no_session_is_left_behind(home: Home) -> None:
    """A form that failed, an entry that was unloaded: aiohttp complains of sessions that nobody closed."""
    home.leave_readings_out()
    entry = await home.sign_in(HOUSEHOLD)
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    result = await home.hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    configure = home.hass.config_entries.flow.async_configure
    await configure(result["flow_id"], {"next_step_id": "api_key"})
    form = await configure(
        result["flow_id"], {CONF_API_KEY: "wrong", "advanced": {CONF_URL: home.simulator.url}}
    )
    assert form["errors"] == {"base": "invalid_credentials"}
