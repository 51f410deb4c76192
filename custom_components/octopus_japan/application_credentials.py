"""The clients that users enter under Application credentials: each becomes a way to sign in (docs/sign_in.md)."""

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import (
    MY_AUTH_CALLBACK_PATH,
    AbstractOAuth2Implementation,
)

from .oauth import OctopusOAuth2Implementation


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> AbstractOAuth2Implementation:
    """Return how a client signs in."""
    return OctopusOAuth2Implementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the form says of a client: the address that has to be registered with it."""
    return {"redirect_url": MY_AUTH_CALLBACK_PATH}
