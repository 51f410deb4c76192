"""Signing in, signing in again, and options."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from home import Home
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.octopus_japan.config_flow import CONF_ADVANCED
from custom_components.octopus_japan.const import (
    CONF_MONTH_BASIS,
    CONF_PRE_SIGNED_KEY,
    DEFAULT_URL,
    DOMAIN,
)
from custom_components.octopus_japan.identity import masked

BOTH = pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo", "newcomer")])


async def open_form(home: Home, method: str, **context: Any) -> ConfigFlowResult:
    """Start a flow and choose the way to sign in."""
    menu = await home.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER} | context
    )
    assert menu["type"] is FlowResultType.MENU
    return await choose(home, menu, method)


async def choose(home: Home, menu: ConfigFlowResult, method: str) -> ConfigFlowResult:
    form = await home.hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": method}
    )
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == method
    return form


async def fill(
    home: Home, form: ConfigFlowResult, fields: Mapping[str, str], url: str | None = None
) -> ConfigFlowResult:
    """Send a form, and after it the one that shows what was found."""
    result = await home.hass.config_entries.flow.async_configure(
        form["flow_id"], {**fields, CONF_ADVANCED: {CONF_URL: url or home.simulator.url}}
    )
    if result.get("step_id") == "found":
        result = await home.hass.config_entries.flow.async_configure(form["flow_id"], {})
    await home.settle()
    return result


def password(home: Home, household: str = "green-tokyo") -> dict[str, str]:
    login = home.simulator.world.households[household]
    return {CONF_EMAIL: login.email, CONF_PASSWORD: login.password}


async def test_a_password_signs_in(home: Home) -> None:
    form = await open_form(home, "password")
    result = await fill(home, form, password(home))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    login = home.simulator.world.households["green-tokyo"]
    assert result["title"] == masked(login.email)
    assert login.email not in result["title"]
    assert result["data"] == {**password(home), CONF_URL: home.simulator.url}
    assert result["result"].unique_id == login.viewer_id
    # Step 1, fuel cost adjustment of November 2025 in Tokyo, levy of fiscal year 2025: 18.98 + 2.48 + 3.98.
    assert home.state(home.spin("green-tokyo"), "current_price").state == "25.44"


async def test_an_api_key_signs_in(home: Home) -> None:
    form = await open_form(home, "api_key")
    login = home.simulator.world.households["green-tokyo"]
    result = await fill(home, form, {CONF_API_KEY: f" {login.api_key} "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"Octopus Energy Japan …{login.accounts[0].number[-4:]}"
    assert result["data"] == {CONF_API_KEY: login.api_key, CONF_URL: home.simulator.url}


async def test_a_pre_signed_key_says_until_when_it_holds(home: Home) -> None:
    form = await open_form(home, "pre_signed_key")
    login = home.simulator.world.households["green-tokyo"]
    result = await fill(home, form, {CONF_PRE_SIGNED_KEY: f" {login.pre_signed_key} "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.data == {CONF_PRE_SIGNED_KEY: login.pre_signed_key, CONF_URL: home.simulator.url}
    told = {issue.translation_key: issue for issue in home.issues()}
    # Signed in at noon of 20 November; what renews the sign-in lives for a week.
    assert told["sign_in_short_lived"].translation_placeholders == {"date": "2025-11-27"}

    # In place to a password: nothing is short-lived any more, and the key is gone.
    menu = await home.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    changed = await fill(home, await choose(home, menu, "password"), password(home))
    assert changed["reason"] == "reconfigure_successful"
    await home.settle()
    assert entry.data == home.credentials("green-tokyo")
    assert "sign_in_short_lived" not in {issue.translation_key for issue in home.issues()}


async def test_a_pre_signed_key_that_has_ended_is_not_sent_again(home: Home) -> None:
    home.leave_readings_out()
    login = home.simulator.world.households["green-tokyo"]
    form = await open_form(home, "pre_signed_key")
    await fill(home, form, {CONF_PRE_SIGNED_KEY: login.pre_signed_key})
    login.pre_signed_key = "another by now"
    home.simulator.tokens.sign_out()
    home.simulator.requests.clear()
    for _ in range(3):
        await home.pass_time(timedelta(hours=12))
    sent = [r for r in home.simulator.requests if r.operation == "ObtainToken"]
    # The refresh token, then the key, once.
    assert 1 <= len(sent) <= 2
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


@BOTH
async def test_two_logins_stand_side_by_side(home: Home) -> None:
    titles = set()
    for household in ("green-tokyo", "ev-tokyo"):
        result = await fill(home, await open_form(home, "password"), password(home, household))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        titles.add(result["title"])
    assert len(titles) == 2
    assert home.state(home.spin("ev-tokyo"), "rate_band").state == "day"


async def test_a_login_is_set_up_once(home: Home) -> None:
    await home.sign_in("green-tokyo")
    result = await fill(home, await open_form(home, "password"), password(home))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def recovers(home: Home, form: ConfigFlowResult) -> None:
    """After an error the same form still leads to an entry."""
    result = await fill(home, form, password(home))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_wrong_password_says_so_and_may_be_corrected(home: Home) -> None:
    form = await open_form(home, "password")
    form = await fill(home, form, password(home) | {CONF_PASSWORD: "wrong"})
    assert form["errors"] == {"base": "invalid_credentials"}
    await recovers(home, form)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("captcha", "captcha_required"),
        ("locked", "authentication_failed"),
        ("multi_factor", "mfa_required"),
        ("password_expired", "password_expired"),
        ("removed_input", "sign_in_ended"),
        ("input_off", "sign_in_ended"),
        ("sign_in_off", "sign_in_ended"),
        ("http_401", "sign_in_failed"),
        ("http_403", "sign_in_failed"),
        ("http_429", "throttled"),
        ("http_502", "cannot_connect"),
    ],
)
async def test_why_signing_in_failed_is_said(home: Home, fault: Any, reason: str) -> None:
    form = await open_form(home, "password")
    fault = home.simulator.faults.add(fault)
    form = await fill(home, form, password(home))
    assert form["errors"] == {"base": reason}
    home.simulator.faults.remove(fault)
    # Even the same password may be sent again: the user may have set right what was wrong.
    await recovers(home, form)


async def test_too_many_attempts_say_so(home: Home) -> None:
    form = await open_form(home, "password")
    for _ in range(3):
        form = await fill(home, form, password(home) | {CONF_PASSWORD: "wrong"})
        assert form["errors"] == {"base": "invalid_credentials"}
    form = await fill(home, form, password(home) | {CONF_PASSWORD: "wrong"})
    assert form["errors"] == {"base": "throttled"}


async def test_a_service_that_cannot_be_reached_says_so(home: Home) -> None:
    form = await open_form(home, "password")
    form = await fill(home, form, password(home), url="http://127.0.0.1:1/v1/graphql/")
    assert form["errors"] == {"base": "cannot_connect"}
    await recovers(home, form)


async def test_an_internal_error_says_so(home: Home) -> None:
    home.simulator.faults.add("internal_error", field="viewer", times=1)
    form = await fill(home, await open_form(home, "password"), password(home))
    assert form["errors"] == {"base": "service_error"}
    await recovers(home, form)


@pytest.mark.parametrize("households", [("refused-account",)])
async def test_an_account_that_is_refused_leaves_the_others(home: Home) -> None:
    """In whichever order they come."""
    home.leave_readings_out()
    home.simulator.world.reverse("refused-account")
    result = await fill(home, await open_form(home, "password"), password(home, "refused-account"))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await home.settle()


async def test_a_login_whose_only_account_is_refused_says_so(home: Home) -> None:
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    home.simulator.world.refuse(account.number, "KT-CT-4177")
    form = await fill(home, await open_form(home, "password"), password(home))
    assert form["errors"] == {"base": "service_error"}
    home.simulator.world.refuse(account.number, None)
    await recovers(home, form)


@BOTH
async def test_a_login_without_electricity_says_so(home: Home) -> None:
    form = await open_form(home, "password")
    form = await fill(home, form, password(home, "newcomer"))
    assert form.get("errors") == {"base": "no_supply_point"}
    await recovers(home, form)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.jp/v1/graphql/",
        "http://192.168.1.2/v1/graphql/",
        "ftp://127.0.0.1/",
        "https://taro:himitsu@api.oejp-kraken.energy/v1/graphql/",
        "https://taro@api.oejp-kraken.energy/v1/graphql/",
        "https://",
        "http:///v1/",
        "http://[::1/",
        "nonsense",
    ],
)
async def test_credentials_are_not_sent_in_the_clear(home: Home, url: str) -> None:
    form = await fill(home, await open_form(home, "password"), password(home), url=url)
    assert form["errors"] == {"base": "invalid_url"}
    await recovers(home, form)


async def test_the_real_service_is_the_default(home: Home) -> None:
    form = await open_form(home, "password")
    schema = form["data_schema"]
    assert schema is not None
    advanced = schema({CONF_EMAIL: "a@b.jp", CONF_PASSWORD: "x", CONF_ADVANCED: {}})[CONF_ADVANCED]
    assert advanced == {CONF_URL: DEFAULT_URL}


async def test_reauthentication_takes_a_new_credential(home: Home) -> None:
    login = home.simulator.world.households["green-tokyo"]
    entry = await home.sign_in("green-tokyo")
    home.hass.config_entries.async_update_entry(entry, title=masked(login.email))
    menu = await entry.start_reauth_flow(home.hass)
    assert menu["step_id"] == "reauth_confirm"
    assert menu["description_placeholders"] == {"name": masked(login.email)}
    form = await choose(home, menu, "api_key")
    key = login.api_key
    result = await fill(home, form, {CONF_API_KEY: key})
    assert result["reason"] == "reauth_successful"
    assert entry.title == f"Octopus Energy Japan …{login.accounts[0].number[-4:]}"
    assert entry.data == {CONF_API_KEY: key, CONF_URL: home.simulator.url}


@BOTH
async def test_reauthentication_refuses_another_login(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    form = await choose(home, await entry.start_reauth_flow(home.hass), "password")
    result = await fill(home, form, password(home, "ev-tokyo"))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_login"
    assert entry.data == home.credentials("green-tokyo")


async def test_reconfiguration_keeps_what_is_known(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    home.hass.config_entries.async_update_entry(entry, title="Our flat")
    menu = await entry.start_reconfigure_flow(home.hass)
    assert menu["step_id"] == "reconfigure"
    form = await choose(home, menu, "password")
    result = await fill(home, form, password(home))
    assert result["reason"] == "reconfigure_successful"
    assert entry.title == "Our flat"
    assert entry.data == home.credentials("green-tokyo")


async def test_the_options_choose_what_monthly_rates_follow(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    menu = await home.hass.config_entries.options.async_init(entry.entry_id)
    form = await home.hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "general"}
    )
    assert form["type"] is FlowResultType.FORM
    result = await home.hass.config_entries.options.async_configure(
        form["flow_id"], {CONF_MONTH_BASIS: "reading_month"}
    )
    await home.settle()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    prices = entry.runtime_data.prices.data[home.spin("green-tokyo")]
    assert prices.tariff.month_basis == "reading_month"
