"""The action that registers for a campaign: on purpose, and once."""

from datetime import date
from typing import Any

from home import Home
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
import voluptuous as vol

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest

PEAK = "ピークシフト・チャレンジ"
REGISTER = "registerDemandResponseCampaignParticipant"

challenger = pytest.mark.parametrize("households", [("challenger-tokyo",)])


async def register(home: Home, campaign: str = PEAK, **fields: Any) -> None:
    given = {"campaign": campaign, "confirm": True, **fields}
    try:
        await home.hass.services.async_call(DOMAIN, "register_for_campaign", given, blocking=True)
    finally:
        # It asks for the account anew.
        await home.settle()


def device_id(home: Home, number: str) -> str:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(number)), entry.entry_id
    )
    assert device is not None
    return device.id


@challenger
async def test_an_account_is_registered_once_and_on_purpose(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("challenger-tokyo")
    (account,) = home.simulator.world.accounts
    sent = account.programme.sent
    with pytest.raises(vol.Invalid):
        await home.hass.services.async_call(
            DOMAIN, "register_for_campaign", {"campaign": PEAK}, blocking=True
        )
    with pytest.raises(ServiceValidationError, match="Confirm"):
        await register(home, confirm=False)
    with pytest.raises(ServiceValidationError, match=f"Open now: {PEAK}"):
        await register(home, "Something else")
    with pytest.raises(ServiceValidationError, match="not the device of an account"):
        await register(home, device_id=device_id(home, home.spin("challenger-tokyo")))
    with pytest.raises(ServiceValidationError, match="not the device of an account"):
        await register(home, device_id="nothing")
    home.simulator.faults.add("http_502", operation="CampaignsOpen", times=1)
    with pytest.raises(HomeAssistantError, match="Nothing was sent"):
        await register(home)
    assert sent == []

    await register(home, f" {PEAK} ", device_id=device_id(home, account.number))
    assert sent == [PEAK]
    state = home.state(account.number, "open_campaigns")
    assert (state.state, state.attributes["campaigns"]) == ("0", [])
    with pytest.raises(ServiceValidationError, match="Open now: -"):
        await register(home)
    assert sent == [PEAK]


@challenger
async def test_what_was_sent_without_an_answer_is_not_sent_again(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("challenger-tokyo")
    (account,) = home.simulator.world.accounts
    sent, joined = account.programme.sent, account.programme.joined
    # The service says no: then another attempt is the user's to make.
    refused = home.simulator.faults.add("refused_field", field=REGISTER, code="KT-CT-1111")
    with pytest.raises(HomeAssistantError, match=r"did not accept .*KT-CT-1111"):
        await register(home)
    home.simulator.faults.remove(refused)
    home.simulator.faults.add("throttled", operation=REGISTER, times=1)
    with pytest.raises(HomeAssistantError, match="did not accept"):
        await register(home)
    assert sent == []
    # It was done, but the answer is cut off; and the list of open campaigns lags behind.
    home.simulator.faults.add("truncated", operation=REGISTER, times=1)
    with pytest.raises(HomeAssistantError, match="sent, but not confirmed"):
        await register(home)
    assert sent == [PEAK]
    del joined[PEAK]
    with pytest.raises(HomeAssistantError, match="sent already"):
        await register(home)
    assert sent == [PEAK]
    assert sum(item.operation == "RegisterForCampaign" for item in home.simulator.requests) == 3


@pytest.mark.parametrize("households", [("moved",)])
async def test_one_of_several_accounts_is_chosen(home: Home) -> None:
    with pytest.raises(ServiceValidationError):
        await register(home)
    home.leave_readings_out()
    await home.sign_in("moved")
    first, second = home.simulator.world.accounts
    home.simulator.world.offer_campaign(second.number, PEAK, date(2025, 12, 1), date(2026, 3, 1))
    with pytest.raises(ServiceValidationError, match=r"several accounts \(…\w{4}, …\w{4}\)"):
        await register(home)
    await register(home, device_id=device_id(home, second.number))
    assert (first.programme.sent, second.programme.sent) == ([], [PEAK])
