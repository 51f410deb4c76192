"""Ways to sign in. Each gives its own `ObtainJSONWebTokenInput`; none shows its secret."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, override


class Credential(Protocol):
    """What `obtainKrakenToken` accepts."""

    @property
    @abstractmethod
    def token_input(self) -> dict[str, str]:
        """The `ObtainJSONWebTokenInput`."""


@dataclass(frozen=True, slots=True)
class EmailPassword(Credential):
    """The customer's own login; the schema announces its removal on or after 2026-09-21 (docs/api.md#signing-in)."""

    email: str = field(repr=False)
    password: str = field(repr=False)

    @property
    @override
    def token_input(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}


@dataclass(frozen=True, slots=True)
class ApiKey(Credential):
    """A key given by the supplier."""

    key: str = field(repr=False)

    @property
    @override
    def token_input(self) -> dict[str, str]:
        return {"APIKey": self.key}


@dataclass(frozen=True, slots=True)
class PreSignedKey(Credential):
    """A key of limited life that the supplier signed."""

    key: str = field(repr=False)

    @property
    @override
    def token_input(self) -> dict[str, str]:
        return {"preSignedKey": self.key}


@dataclass(frozen=True, slots=True)
class RefreshToken(Credential):
    """A refresh token obtained elsewhere; it lives for seven days and is not extended by use."""

    token: str = field(repr=False)

    @property
    @override
    def token_input(self) -> dict[str, str]:
        return {"refreshToken": self.token}


@dataclass(frozen=True, slots=True)
class NoCredential(Credential):
    """Nobody's: it is never sent, and what is public is asked for without a token (docs/api.md#catalogue)."""

    @property
    @override
    def token_input(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token of the authorization server, and until when it holds: seconds since 1970, by our clock."""

    token: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class OAuthGrant:
    """What a person granted at the authorization server (docs/api.md#oauth). Whoever asked the person keeps it, and renews it.

    `granted` is called with the token that is no longer good, None for none, and returns another one. It raises `KrakenAuthError` where
    the person has to be asked again, and KrakenConnectionError, KrakenThrottledError or KrakenSignInError for what may pass. `identity` tells one grant from another.
    """

    identity: str
    granted: Callable[[str | None], Awaitable[Granted]] = field(compare=False, repr=False)
