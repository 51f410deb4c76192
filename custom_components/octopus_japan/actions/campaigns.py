"""The action that registers an account for a campaign: a promise to the supplier, so that it is made once and on purpose."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import DOMAIN
from ..coordinators.asking import lasts
from ..identity import digest, is_ours, last_four, number_of
from ..oejp.kraken import KrakenError, KrakenThrottledError
from ..runtime import OctopusConfigEntry
from .fields import logins, mistake

SCHEMA = vol.Schema(
    {
        vol.Optional("device_id"): cv.string,
        vol.Required("campaign"): cv.string,
        vol.Required("confirm"): cv.boolean,
    }
)
_SENT: HassKey[set[tuple[str, str]]] = HassKey(f"{DOMAIN}.registrations")
"""What was sent since Home Assistant started and was not turned down: (digest of the account, campaign)."""


async def async_register_for_campaign(call: ServiceCall) -> None:
    """Register an account for a campaign that is open.

    It is looked up first whether that is still open. Whatever comes of the registration it is not sent again, not by calling twice
    either: only what the service turned down, or never took, may be tried again.
    """
    data = call.data
    if not data["confirm"]:
        raise mistake("not_confirmed")
    entry, number = _account(call.hass, data.get("device_id"))
    campaign = data["campaign"].strip()
    campaigns = entry.runtime_data.readings.client.campaigns
    try:
        open_ = await campaigns.open(number)
    except KrakenError as error:
        raise _failure("campaigns_not_told", error) from error
    if campaign not in open_:
        raise mistake("campaign_not_open", campaign=campaign, open=", ".join(open_) or "-")
    sent, which = call.hass.data.setdefault(_SENT, set()), (digest(number), campaign)
    if which in sent:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="already_sent",
            translation_placeholders={"campaign": campaign},
        )
    sent.add(which)
    try:
        await campaigns.register(number, campaign)
    except KrakenError as error:
        if lasts(error) or isinstance(error, KrakenThrottledError):
            sent.discard(which)
            raise _failure("registration_refused", error) from error
        raise _failure("registration_unknown", error) from error
    finally:
        await entry.runtime_data.account.async_request_refresh()


@callback
def _account(hass: HomeAssistant, device_id: str | None) -> tuple[OctopusConfigEntry, str]:
    """Find the account of a device, or the only one there is."""
    if device_id is not None:
        device = dr.async_get(hass).async_get(device_id)
        if device is None or not is_ours(device.identifiers):
            raise mistake("not_an_account")
        entry: OctopusConfigEntry = async_get_config_entry(hass, DOMAIN, device.config_entry_id)
        number = number_of(device.identifiers, entry.runtime_data.account.data.accounts)
        if number is None:
            raise mistake("not_an_account")
        return entry, number
    accounts: Mapping[str, OctopusConfigEntry] = {
        number: entry
        for entry in logins(hass)
        for number in entry.runtime_data.account.data.accounts
    }
    if len(accounts) > 1:
        numbers = ", ".join(f"…{last_four(number)}" for number in sorted(accounts))
        raise mistake("several_accounts", numbers=numbers)
    ((number, entry),) = accounts.items()
    return entry, number


def _failure(key: str, error: KrakenError) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"codes": ", ".join(sorted(error.codes)) or "-"},
    )
