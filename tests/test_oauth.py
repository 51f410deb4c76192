"""Signing in by a client of the user's: Home Assistant, a browser and the authorization server, all over HTTP."""

from collections.abc import Mapping
from datetime import timedelta
import json
from typing import Any

import aiohttp
from home import Home
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_TOKEN, CONF_URL
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.octopus_japan import application_credentials
from custom_components.octopus_japan.const import CONF_IMPLEMENTATION, DOMAIN
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics
from custom_components.octopus_japan.oauth import NO_SECRET
from simulator.authorization import Client

HOUR = timedelta(hours=1)
BOTH = pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo")])


class Browser:
    """A person before the flow: goes where Home Assistant sends them, decides there, and comes back."""

    def __init__(self, home: Home, client: ClientSessionGenerator) -> None:
        self.home = home
        self.client = client

    async def enter_a_client(self, secret: str = NO_SECRET) -> None:
        """Enter a client, as under Settings > Application credentials."""
        assert await async_setup_component(self.home.hass, "application_credentials", {})
        assert await async_setup_component(self.home.hass, DOMAIN, {})
        credential = ClientCredential("home-assistant", secret, name="Mine")
        await async_import_client_credential(self.home.hass, DOMAIN, credential)

    async def menu(self, **context: Any) -> ConfigFlowResult:
        return await self.home.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER} | context
        )

    async def sent_away(self, menu: ConfigFlowResult) -> URL:
        """Choose OAuth, and return the page that opens."""
        flow = self.home.hass.config_entries.flow
        form = await flow.async_configure(menu["flow_id"], {"next_step_id": "oauth"})
        assert form["type"] is FlowResultType.FORM
        address = {"advanced": {CONF_URL: self.home.simulator.url}}
        page = await flow.async_configure(form["flow_id"], address)
        assert page["type"] is FlowResultType.EXTERNAL_STEP
        return URL(page["url"])

    async def decide(self, page: URL, household: str = "green-tokyo", **given: str) -> URL:
        """Fill in the form of the page, and return where the browser is sent."""
        login = self.home.simulator.world.households[household]
        async with aiohttp.ClientSession() as session:
            async with session.get(page) as shown:
                assert shown.status == 200
            form = {**page.query, "email": login.email, "password": login.password, **given}
            async with session.post(
                page.with_query(None), data=form, allow_redirects=False
            ) as answer:
                assert answer.status == 302
                return URL(answer.headers["Location"])

    async def come_back(self, menu: ConfigFlowResult, sent: URL) -> ConfigFlowResult:
        """Arrive at Home Assistant, and let the window go on."""
        assert sent.with_query(None) == URL("https://my.home-assistant.io/redirect/oauth")
        browser = await self.client()
        answer = await browser.get("/auth/external/callback", params=sent.query)
        assert answer.status == 200
        return await self.home.hass.config_entries.flow.async_configure(menu["flow_id"])

    async def grant(
        self, menu: ConfigFlowResult, household: str = "green-tokyo"
    ) -> ConfigFlowResult:
        """Go all the way."""
        sent = await self.decide(await self.sent_away(menu), household)
        result = await self.come_back(menu, sent)
        if result.get("step_id") == "found":
            result = await self.home.hass.config_entries.flow.async_configure(menu["flow_id"], {})
        await self.home.settle()
        return result

    async def set_up(self) -> MockConfigEntry:
        """Have an entry that signs in so."""
        await self.enter_a_client()
        entry: Any = (await self.grant(await self.menu()))["result"]
        return entry


@pytest.fixture
async def browser(
    home: Home, hass_client_no_auth: ClientSessionGenerator, current_request_with_host: None
) -> Browser:
    assert await async_setup_component(home.hass, "http", {})
    return Browser(home, hass_client_no_auth)


def kinds(home: Home) -> list[str]:
    """Return what the authorization server was asked for tokens with, in its order."""
    return [kind for path, kind in home.simulator.authorization.asked if path == "/token/"]


def asked(home: Home) -> set[str]:
    """Return the operations that the API was asked for."""
    return {record.operation for record in home.simulator.requests}


def reauthentications(home: Home) -> list[Mapping[str, Any]]:
    return [f for f in home.hass.config_entries.flow.async_progress() if f["handler"] == DOMAIN]


def price(home: Home) -> str:
    return home.state(home.spin("green-tokyo"), "current_price").state


async def test_it_is_offered_as_soon_as_there_is_a_client(browser: Browser) -> None:
    assert "oauth" not in (await browser.menu())["menu_options"]
    await browser.enter_a_client()
    assert "oauth" in (await browser.menu())["menu_options"]


async def test_a_client_signs_in_without_a_password(
    home: Home, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await browser.enter_a_client()
    page = await browser.sent_away(menu := await browser.menu())
    assert page.path == "/authorize/"
    assert page.query["code_challenge_method"] == "S256"
    assert page.query["redirect_uri"] == "https://my.home-assistant.io/redirect/oauth"
    assert page.query["scope"] == (
        "openid view:account-number query:property query:property-meters query:electricity-meter-point-details"
        " view:detailed-usage request:consumption-data query:agreements query:billing-information"
    )
    result = await browser.come_back(menu, await browser.decide(page))
    assert result["step_id"] == "found"
    result = await home.hass.config_entries.flow.async_configure(menu["flow_id"], {})
    await home.settle()
    login = home.simulator.world.households["green-tokyo"]
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"Octopus Energy Japan …{login.accounts[0].number[-4:]}"
    entry = result["result"]
    assert entry.unique_id == login.viewer_id
    assert set(entry.data) == {CONF_IMPLEMENTATION, CONF_TOKEN, CONF_URL}
    # Step 1, fuel cost adjustment of November 2025 in Tokyo, levy of fiscal year 2025: 18.98 + 2.48 + 3.98.
    assert price(home) == "25.44"
    assert kinds(home) == ["authorization_code"]
    assert "ObtainToken" not in asked(home)
    told = json.dumps(await async_get_config_entry_diagnostics(home.hass, entry), cls=JSONEncoder)
    for secret in (entry.data[CONF_TOKEN]["access_token"], entry.data[CONF_TOKEN]["refresh_token"]):
        assert secret not in caplog.text
        assert secret not in told


@pytest.mark.parametrize("rotates", [True, False])
async def test_tokens_are_renewed_and_kept(home: Home, browser: Browser, rotates: bool) -> None:
    entry = await browser.set_up()
    home.simulator.authorization.rotates = rotates
    first = entry.data[CONF_TOKEN]
    await home.pass_time(2 * HOUR)
    assert kinds(home) == ["authorization_code", "refresh_token"]
    second = entry.data[CONF_TOKEN]
    assert second["access_token"] != first["access_token"]
    assert (second["refresh_token"] != first["refresh_token"]) is rotates
    # A reload asks for nothing: what is known of signing in stays, and the entry has the newest tokens.
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert len(kinds(home)) == 2
    await home.pass_time(2 * HOUR)
    assert kinds(home)[2:] == ["refresh_token"]
    assert price(home) != "unavailable"
    assert not reauthentications(home)


async def test_a_token_that_the_api_refuses_is_renewed(home: Home, browser: Browser) -> None:
    entry = await browser.set_up()
    before = entry.data[CONF_TOKEN]["access_token"]
    home.simulator.tokens.sign_out()
    await home.pass_time(HOUR / 2)
    assert entry.data[CONF_TOKEN]["access_token"] != before
    assert kinds(home) == ["authorization_code", "refresh_token"]
    assert not reauthentications(home)


async def test_a_grant_that_ended_is_asked_for_again_and_not_sent_again(
    home: Home, browser: Browser
) -> None:
    entry = await browser.set_up()
    home.simulator.authorization.forgotten()
    await home.pass_time(2 * HOUR)
    assert [flow["context"]["source"] for flow in reauthentications(home)] == ["reauth"]
    sent = len(kinds(home))
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert len(kinds(home)) == sent
    (flow,) = reauthentications(home)
    menu = await home.hass.config_entries.flow.async_configure(flow["flow_id"])
    result = await browser.grant(menu)
    assert result["reason"] == "reauth_successful"
    assert price(home) not in {"unavailable", "unknown"}


@pytest.mark.parametrize("status", [503, 403, 429])
async def test_a_server_that_fails_is_asked_again_later(
    home: Home, browser: Browser, status: int
) -> None:
    await browser.set_up()
    home.simulator.authorization.fails_with = status
    await home.pass_time(2 * HOUR)
    assert not reauthentications(home)
    home.simulator.authorization.fails_with = None
    await home.pass_time(3 * HOUR)
    assert not reauthentications(home)
    assert home.hass.config_entries.async_entries(DOMAIN)[0].state.recoverable
    assert price(home) not in {"unavailable", "unknown"}


@pytest.mark.parametrize("says", [[], {"access_token": 7}, {"token": "x"}])
async def test_an_answer_that_is_no_token_is_not_kept(
    home: Home, browser: Browser, says: Any
) -> None:
    entry = await browser.set_up()
    before = dict(entry.data[CONF_TOKEN])
    home.simulator.authorization.says = says
    await home.pass_time(2 * HOUR)
    assert entry.data[CONF_TOKEN] == before
    assert not reauthentications(home)
    home.simulator.authorization.says = None
    await home.pass_time(3 * HOUR)
    assert entry.data[CONF_TOKEN] != before


@pytest.mark.parametrize("life", [None, "soon", -5])
async def test_how_long_a_token_holds_may_be_left_out(
    home: Home, browser: Browser, life: Any
) -> None:
    await browser.enter_a_client()
    sent = await browser.decide(await browser.sent_away(menu := await browser.menu()))
    household = home.simulator.world.households["green-tokyo"]
    access = home.simulator.tokens.access(household, "OAUTH").token
    home.simulator.authorization.says = {"access_token": access, "expires_in": life}
    assert (await browser.come_back(menu, sent))["step_id"] == "found"
    result = await home.hass.config_entries.flow.async_configure(menu["flow_id"], {})
    await home.settle()
    assert result["result"].data[CONF_TOKEN]["expires_in"] == 3600
    # It came without a refresh token, so that the person is asked again when it ends.
    home.simulator.authorization.says = None
    await home.pass_time(2 * HOUR)
    assert [flow["context"]["source"] for flow in reauthentications(home)] == ["reauth"]


async def test_a_client_that_was_removed_is_asked_for(home: Home, browser: Browser) -> None:
    entry = await browser.set_up()
    home.hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_IMPLEMENTATION: "another"}
    )
    await home.pass_time(2 * HOUR)
    assert [flow["context"]["source"] for flow in reauthentications(home)] == ["reauth"]
    # There is no client by which the grant could be given back.
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert "/revoke-token/" not in dict(home.simulator.authorization.asked)


async def test_denied_is_said(browser: Browser) -> None:
    await browser.enter_a_client()
    sent = await browser.decide(await browser.sent_away(menu := await browser.menu()), deny="1")
    result = await browser.come_back(menu, sent)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "user_rejected_authorize"


async def test_a_code_that_expired_or_was_not_asked_for_by_us_gives_nothing(
    home: Home, browser: Browser
) -> None:
    await browser.enter_a_client()
    sent = await browser.decide(await browser.sent_away(menu := await browser.menu()))
    home.simulator.clock.advance(timedelta(minutes=2))
    result = await browser.come_back(menu, sent)
    assert result["reason"] == "oauth_unauthorized"
    sent = await browser.decide(await browser.sent_away(menu := await browser.menu()))
    other = await browser.decide(await browser.sent_away(await browser.menu()))
    # Somebody else's code: its proof is not ours.
    result = await browser.come_back(menu, sent.update_query(code=other.query["code"]))
    assert result["reason"] == "oauth_unauthorized"


async def test_an_address_that_is_not_registered_is_told_on_the_page(
    home: Home, browser: Browser
) -> None:
    await browser.enter_a_client()
    home.simulator.authorization.clients["home-assistant"] = Client(
        redirects=frozenset({"https://example.com/"})
    )
    page = await browser.sent_away(await browser.menu())
    async with aiohttp.ClientSession() as session, session.get(page) as shown:
        assert shown.status == 400
        assert "redirect_uri" in await shown.text()


async def test_a_client_may_have_a_secret(home: Home, browser: Browser) -> None:
    home.simulator.authorization.clients["home-assistant"] = Client(secret="s3cret")
    await browser.enter_a_client("s3cret")
    result = await browser.grant(await browser.menu())
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await home.hass.config_entries.async_remove(result["result"].entry_id)
    assert "/revoke-token/" in dict(home.simulator.authorization.asked)


async def test_an_address_without_encryption_is_refused(home: Home, browser: Browser) -> None:
    await browser.enter_a_client()
    menu = await browser.menu()
    flow = home.hass.config_entries.flow
    await flow.async_configure(menu["flow_id"], {"next_step_id": "oauth"})
    result = await flow.async_configure(
        menu["flow_id"], {"advanced": {CONF_URL: "http://example.com/"}}
    )
    assert result["errors"] == {"base": "invalid_url"}


async def test_what_was_granted_may_be_of_no_use(home: Home, browser: Browser) -> None:
    home.simulator.faults.add("http_500", operation="Viewer")
    await browser.enter_a_client()
    result = await browser.grant(menu := await browser.menu())
    assert (result["step_id"], result["errors"]) == ("oauth", {"base": "cannot_connect"})
    home.simulator.faults.clear()
    page = await home.hass.config_entries.flow.async_configure(
        menu["flow_id"], {"advanced": {CONF_URL: home.simulator.url}}
    )
    result = await browser.come_back(menu, await browser.decide(URL(page["url"])))
    assert result["step_id"] == "found"


@BOTH
async def test_an_entry_changes_its_way_in_place_and_back(home: Home, browser: Browser) -> None:
    entry = await home.sign_in("green-tokyo")
    entities = {e.entity_id for e in er.async_get(home.hass).entities.values()}
    await browser.enter_a_client()
    change = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    # Somebody else's login is no other way into this one.
    assert (await browser.grant(await browser.menu(**change), "ev-tokyo"))["reason"] == (
        "wrong_login"
    )
    result = await browser.grant(await browser.menu(**change))
    assert result["reason"] == "reconfigure_successful"
    assert set(entry.data) == {CONF_IMPLEMENTATION, CONF_TOKEN, CONF_URL}
    assert entities == {e.entity_id for e in er.async_get(home.hass).entities.values()}
    home.simulator.requests.clear()
    await home.pass_time(HOUR / 2)
    assert "ObtainToken" not in asked(home)

    flow = home.hass.config_entries.flow
    menu = await browser.menu(**change)
    await flow.async_configure(menu["flow_id"], {"next_step_id": "password"})
    login = home.credentials("green-tokyo")
    address = login.pop(CONF_URL)
    refresh = entry.data[CONF_TOKEN]["refresh_token"]
    result = await flow.async_configure(menu["flow_id"], {**login, "advanced": {CONF_URL: address}})
    await home.settle()
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {**login, CONF_URL: address}
    # The grant was given back: it renews nothing any more.
    token = {
        "grant_type": "refresh_token",
        "client_id": "home-assistant",
        "refresh_token": refresh,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{home.simulator.base_url}/token/", data=token) as answer,
    ):
        assert (answer.status, await answer.json()) == (400, {"error": "invalid_grant"})


async def test_an_entry_that_is_removed_gives_its_grant_back_if_it_can(
    home: Home, browser: Browser
) -> None:
    entry = await browser.set_up()
    home.hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_URL: "http://127.0.0.1:9/"}
    )
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert not home.hass.config_entries.async_entries(DOMAIN)


async def test_the_clients_form_says_what_to_register(home: Home, browser: Browser) -> None:
    told = await application_credentials.async_get_description_placeholders(home.hass)
    assert told == {"redirect_url": "https://my.home-assistant.io/redirect/oauth"}
