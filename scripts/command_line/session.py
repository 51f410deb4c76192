"""Who signs in, and where: from the environment, the system's keyring or a prompt. Never from arguments, which others can see."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from getpass import getpass
import os
import sys
from typing import Final, Protocol

from aiohttp import ClientSession

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    Credential,
    EmailPassword,
    KrakenClient,
    PreSignedKey,
)

DEFAULT_URL: Final = "https://api.oejp-kraken.energy/v1/graphql/"
SERVICE: Final = "octopus-energy-japan"
"""Of the keyring's entries."""


class NoCredentialError(Exception):
    """Nobody said who signs in, and nobody can be asked."""


class Keyring(Protocol):
    """What we use of the system's keyring."""

    def get_password(self, service: str, name: str, /) -> str | None:
        """Return a secret."""

    def set_password(self, service: str, name: str, secret: str, /) -> None:
        """Keep a secret."""


@dataclass(frozen=True, slots=True)
class SignInWith:
    """A credential with the address that it is for, and its kind in a word."""

    url: str
    credential: Credential = field(repr=False)
    kind: str


def sign_in_with(environment: Mapping[str, str], keyring: Keyring | None) -> SignInWith:
    """Return the credential: OEJP_API_KEY, OEJP_PRE_SIGNED_KEY, or OEJP_EMAIL with OEJP_PASSWORD; the keyring's; else ask.

    Raises NoCredentialError where nobody can be asked.
    """
    url = environment.get("OEJP_URL", DEFAULT_URL)
    if key := environment.get("OEJP_API_KEY"):
        return SignInWith(url, ApiKey(key), "api_key")
    if key := environment.get("OEJP_PRE_SIGNED_KEY"):
        return SignInWith(url, PreSignedKey(key), "pre_signed_key")
    email = environment.get("OEJP_EMAIL") or _kept(keyring, "email")
    if email is None:
        if not sys.stdin.isatty():
            raise NoCredentialError(
                "Nobody says who signs in. Set OEJP_EMAIL and OEJP_PASSWORD, or OEJP_API_KEY, or run `scripts/kraken login --save`."
            )
        email = input("E-mail: ")
    password = environment.get("OEJP_PASSWORD") or _kept(keyring, email)
    if password is None:
        if not sys.stdin.isatty():
            raise NoCredentialError("The password is missing: set OEJP_PASSWORD.")
        password = getpass("Password: ")
    return SignInWith(url, EmailPassword(email, password), "password")


def keep(keyring: Keyring, credential: EmailPassword) -> None:
    """Keep a login in the keyring."""
    keyring.set_password(SERVICE, "email", credential.email)
    keyring.set_password(SERVICE, credential.email, credential.password)


def system_keyring() -> Keyring | None:
    """Return the system's keyring, None where there is none: on a server, in a container."""
    if os.environ.get("OEJP_KEYRING") == "off":
        return None
    import keyring

    found: Keyring = keyring
    return found


def _kept(keyring: Keyring | None, name: str) -> str | None:
    if keyring is None:
        return None
    try:
        return keyring.get_password(SERVICE, name)
    except Exception:  # noqa: BLE001 - each system's keyring has errors of its own; without it we ask
        return None


@asynccontextmanager
async def signed_in(login: SignInWith) -> AsyncIterator[KrakenClient]:
    """Yield a client of a login."""
    async with ClientSession() as session:
        yield KrakenClient(session, login.url, login.credential)
