"""The steps of signing in by a client of the user's: Home Assistant's own, with the API's address before and our check after them."""

from abc import abstractmethod
import logging
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2FlowHandler,
    async_get_implementations,
)

from .const import DEFAULT_URL, DOMAIN, LOGGER
from .oauth import OctopusOAuth2Implementation


async def async_has_client(hass: HomeAssistant) -> bool:
    """Tell whether the user entered a client under Application credentials: else there is nothing to offer."""
    try:
        return bool(await async_get_implementations(hass, DOMAIN))
    except ImplementationUnavailableError:
        return False


class OAuthSteps(AbstractOAuth2FlowHandler):
    """Sends the user to the authorization server and comes back with tokens."""

    DOMAIN = DOMAIN
    _url = DEFAULT_URL

    @property
    @override
    def logger(self) -> logging.Logger:
        return LOGGER

    async def async_step_auth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Send the user to the authorization server of the API that they chose."""
        if user_input is None and isinstance(self.flow_impl, OctopusOAuth2Implementation):
            self.flow_impl = self.flow_impl.at(self._url)
        return await super().async_step_auth(user_input)

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Check what was granted, as any other way of signing in is checked."""
        return await self.async_granted({**data, CONF_URL: self._url})

    @abstractmethod
    async def async_granted(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Look at what the tokens in `data` let us see, and finish."""
