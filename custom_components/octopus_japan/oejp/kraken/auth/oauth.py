"""The authorization server: where it is, and what is asked of it (docs/api.md#oauth). Asking a person is the caller's."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

PUBLISHED: Final = "https://auth.oejp-kraken.energy"
_SERVED: Final = {"api.oejp-kraken.energy", "api.oejp.energy"}
"""The hosts of the API whose authorization server that is."""

SCOPES: Final = (
    "openid",
    "view:account-number",
    "query:property",
    "query:property-meters",
    "query:electricity-meter-point-details",
    "view:detailed-usage",
    "request:consumption-data",
    "query:agreements",
    "query:billing-information",
)
"""What a person is asked to let us see: nothing of it lets us change anything."""


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The addresses of an authorization server below scheme and host `base`."""

    base: str

    @property
    def authorize(self) -> str:
        """Where a person grants."""
        return f"{self.base}/authorize/"

    @property
    def token(self) -> str:
        """Where a code or a refresh token becomes an access token."""
        return f"{self.base}/token/"

    @property
    def revoke(self) -> str:
        """Where a token is given back."""
        return f"{self.base}/revoke-token/"


def authorization_server(url: str) -> AuthorizationServer:
    """Return the server that grants access to the API at `url`: the published one, or for any other host that host itself."""
    parts = urlsplit(url)
    if parts.hostname in _SERVED:
        return AuthorizationServer(PUBLISHED)
    return AuthorizationServer(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
