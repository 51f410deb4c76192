"""OAuth 2.0 by Home Assistant's application credentials: how a client of the user's signs in, and an entry's tokens (docs/sign_in.md)."""

from typing import Any, cast, override

from aiohttp import ClientError, ClientTimeout
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ImplementationUnavailableError,
    OAuth2TokenRequestError,
    UnknownImplementationError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    MY_AUTH_CALLBACK_PATH,
    LocalOAuth2ImplementationWithPkce,
    async_get_config_entry_implementation,
)
from homeassistant.util import dt as dt_util

from .const import CONF_IMPLEMENTATION, DEFAULT_URL, LOGGER
from .oejp.kraken import (
    AuthFailure,
    Granted,
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenSignInError,
    KrakenThrottledError,
    OAuthGrant,
)
from .oejp.kraken.auth.oauth import SCOPES, authorization_server

NO_SECRET = "-"  # noqa: S105 - the absence of one
"""What stands for the secret of a client that has none: Home Assistant's form wants a text."""
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a name
EXPIRES_IN = "expires_in"
EXPIRES_AT = "expires_at"
_LIFETIME = 3600
_REJECTED = {400, 401}
"""The statuses with which the server itself turns a refresh token or a client down. Any other may be a gateway's."""


class OctopusOAuth2Implementation(LocalOAuth2ImplementationWithPkce):
    """A client at the authorization server of the API at `url`."""

    def __init__(
        self,
        hass: HomeAssistant,
        auth_domain: str,
        credential: ClientCredential,
        url: str = DEFAULT_URL,
    ) -> None:
        server = authorization_server(url)
        super().__init__(
            hass,
            auth_domain,
            credential.client_id,
            server.authorize,
            server.token,
            "" if credential.client_secret == NO_SECRET else credential.client_secret,
        )
        self._credential = credential
        self._revoke_url = server.revoke

    def at(self, url: str) -> OctopusOAuth2Implementation:
        """Return the same client at the authorization server of another API."""
        return OctopusOAuth2Implementation(self.hass, self.domain, self._credential, url)

    @property
    @override
    def name(self) -> str:
        return self._credential.name or self.client_id

    @property
    @override
    def redirect_uri(self) -> str:
        """Return the address that is registered: a client cannot have that of every Home Assistant, so that it is the common one."""
        return MY_AUTH_CALLBACK_PATH

    @property
    @override
    def extra_authorize_data(self) -> dict[str, str]:
        return super().extra_authorize_data | {"scope": " ".join(SCOPES)}

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for tokens. An answer without one is none: it is not logged, and not stored.

        How long a token holds may be left out, which OAuth allows: then it is taken for an hour.
        """
        try:
            answer: object = await super()._token_request(data)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get(CONF_ACCESS_TOKEN), str):
            raise ClientError("the authorization server's answer is no token")
        life = answer.get(EXPIRES_IN)
        told = isinstance(life, int | float | str) and str(life).isdecimal()
        return {**answer, EXPIRES_IN: int(cast("str", life)) if told else _LIFETIME}

    async def async_revoke(self, token: dict[str, Any]) -> None:
        """Give a grant back. Nothing depends on it: where the server does not answer, the grant ends by itself."""
        form = {"client_id": self.client_id, "token": token.get(REFRESH_TOKEN, "")}
        if self.client_secret:
            form["client_secret"] = self.client_secret
        session = async_get_clientsession(self.hass)
        try:
            async with session.post(
                self._revoke_url,
                data=form,
                timeout=ClientTimeout(total=10),
                allow_redirects=False,
            ) as response:
                LOGGER.debug("A grant was given back: HTTP %s", response.status)
        except (ClientError, TimeoutError) as error:
            LOGGER.debug("A grant could not be given back: %s", type(error).__name__)


def trial_grant(token: dict[str, Any]) -> OAuthGrant:
    """Return a grant that was just given, to try what can be seen with it."""

    async def granted(old: str | None) -> Granted:
        if old is not None:
            raise KrakenSignInError("signing in: a token that was just granted was not accepted")
        return Granted(token[CONF_ACCESS_TOKEN], token[EXPIRES_AT])

    return OAuthGrant("trial", granted)


def entry_grant(hass: HomeAssistant, entry: ConfigEntry[Any]) -> OAuthGrant:
    """Return the grant that an entry keeps. What renews it is kept in the entry at once: a refresh token may be good only once."""

    async def granted(old: str | None) -> Granted:
        stored = entry.data[CONF_TOKEN]
        now = dt_util.utcnow().timestamp()
        if stored[CONF_ACCESS_TOKEN] == old or stored[EXPIRES_AT] <= now:
            stored = await _renewed(hass, entry)
            data = {**entry.data, CONF_TOKEN: stored}
            hass.config_entries.async_update_entry(entry, data=data)
        return Granted(stored[CONF_ACCESS_TOKEN], stored[EXPIRES_AT])

    return OAuthGrant(entry.entry_id, granted)


async def _renewed(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, Any]:
    """Return new tokens. Raises `KrakenError` by what a caller has to do."""
    stored = entry.data[CONF_TOKEN]
    if not stored.get(REFRESH_TOKEN):
        raise _ended("the grant came without a refresh token")
    try:
        implementation = await _implementation(hass, entry)
        return await implementation.async_refresh_token(stored)
    except UnknownImplementationError:
        raise _ended("the client was removed from the application credentials") from None
    except OAuth2TokenRequestError as error:
        raise _answered(error.status) from None
    except (ImplementationUnavailableError, ClientError, TimeoutError) as error:
        raise KrakenConnectionError(f"renewing the grant: {type(error).__name__}") from None


def _answered(status: int) -> KrakenError:
    if status in _REJECTED:
        return _ended(f"the grant was not accepted (HTTP {status})")
    if status == 429:
        return KrakenThrottledError("renewing the grant: too many requests (HTTP 429)")
    if status >= 500:
        return KrakenConnectionError(f"renewing the grant: HTTP {status}")
    return KrakenSignInError(f"renewing the grant: HTTP {status}")


def _ended(why: str) -> KrakenAuthError:
    return KrakenAuthError(f"signing in: {why}", reason=AuthFailure.REFRESH_TOKEN_REJECTED)


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Give the grant of an entry back, if it has one: it is to be removed, or signs in another way from now on."""
    if CONF_IMPLEMENTATION not in entry.data:
        return
    try:
        implementation = await _implementation(hass, entry)
    except UnknownImplementationError, ImplementationUnavailableError:
        return
    await implementation.async_revoke(entry.data[CONF_TOKEN])


async def _implementation(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> OctopusOAuth2Implementation:
    implementation = await async_get_config_entry_implementation(hass, entry)
    return cast("OctopusOAuth2Implementation", implementation).at(entry.data[CONF_URL])
