"""The access token: obtained, kept in memory, renewed ahead of its end, never asked for with a rejected credential.

Home Assistant's clock may be wrong, so that the times of the token, which are the service's, count only as differences: a token
issued for an hour is good for an hour from its receipt.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import logging
from typing import Any

import jwt

from ..errors import (
    AuthFailure,
    KrakenAuthError,
    KrakenError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenTokenError,
)
from ..graphql import faults
from ..graphql.documents import DOCUMENTS
from ..transport import Transport
from .credential import Credential, RefreshToken

_LOGGER = logging.getLogger(__name__)

AHEAD = 300.0
LIFETIME = 3600.0
# Larger than any duration, smaller than any Unix time of this century.
_UNIX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """An access token with the refresh token that came along. All times are by the local clock."""

    value: str = field(repr=False)
    renew_at: float
    refresh: str | None = field(default=None, repr=False)
    refresh_until: float | None = None
    ahead: float = 0.0
    """How far the service's clock is ahead of ours, in seconds."""


def read(obtained: Mapping[str, Any], received: float) -> Token:
    """Read what `obtainKrakenToken` answered at the local time `received`."""
    value = obtained["token"]
    try:
        claims = jwt.decode(
            value,
            options={
                "verify_signature": False,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except jwt.InvalidTokenError:
        claims = {}
    issued, expires = claims.get("iat"), claims.get("exp")
    lifetime, ahead = LIFETIME, 0.0
    if isinstance(issued, int | float) and isinstance(expires, int | float) and expires > issued:
        lifetime, ahead = expires - issued, issued - received
    refresh, until = obtained.get("refreshToken"), obtained.get("refreshExpiresIn")
    return Token(
        value=value,
        renew_at=received + lifetime - min(AHEAD, lifetime / 2),
        refresh=refresh if isinstance(refresh, str) else None,
        refresh_until=local_time(until, received, ahead) if isinstance(until, int) else None,
        ahead=ahead,
    )


def local_time(stated: float, received: float, ahead: float) -> float:
    """Return a time that the service stated, by our clock. Measured as Unix time; a small number is taken as seconds from now."""
    return stated - ahead if stated >= _UNIX else received + stated


class TokenKeeper:
    """Gives a valid access token to whoever asks."""

    def __init__(
        self, transport: Transport, credential: Credential, now: Callable[[], float]
    ) -> None:
        self._transport = transport
        self._credential = credential
        self._now = now
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._attempts = 0
        self._failure: KrakenError | None = None
        self._rejection: KrakenAuthError | None = None

    @property
    def ahead(self) -> float:
        """How far the service's clock is ahead of ours, in seconds."""
        return self._token.ahead if self._token else 0.0

    async def token(self, refused: str | None = None) -> str:
        """Return a token that is not `refused`. Callers that come while one renews share what comes of it, good or bad."""
        if self._rejection:
            raise self._rejection.with_traceback(None)
        if token := self._usable(refused):
            return token.value
        attempts = self._attempts
        async with self._lock:
            if attempts != self._attempts and self._failure:
                raise self._failure.with_traceback(None)
            token = self._usable(refused) or await self._renew(refused)
            return token.value

    def _usable(self, refused: str | None) -> Token | None:
        token = self._token
        usable = token and token.value != refused and self._now() < token.renew_at
        return token if usable else None

    async def _renew(self, refused: str | None) -> Token:
        """Renew once, and let those who wait know how it went. A cancelled attempt counts for nobody."""
        try:
            token = await self._obtain(refused)
        except KrakenError as err:
            self._attempts += 1
            self._failure = err
            if isinstance(err, KrakenAuthError):
                self._rejection = err
            raise
        self._attempts += 1
        self._failure = None
        self._token = token
        return token

    async def _obtain(self, refused: str | None) -> Token:
        """By refresh token while there is a living one, else by the credential."""
        renewal = self._renewal()
        if renewal and renewal != self._credential:
            try:
                renewed = await self._sign_in(renewal)
            except KrakenAuthError, KrakenQueryError, KrakenRefusedError:
                _LOGGER.debug("The refresh token was not accepted; signing in again")
            else:
                if renewed.value != refused:
                    return renewed
        return await self._sign_in(self._credential)

    def _renewal(self) -> RefreshToken | None:
        """Return the refresh token, unless it is known to have ended."""
        token = self._token
        if token is None or token.refresh is None:
            return None
        if token.refresh_until is not None and token.refresh_until <= self._now():
            return None
        return RefreshToken(token.refresh)

    async def _sign_in(self, credential: Credential) -> Token:
        document = DOCUMENTS["obtain_token"]
        received = self._now()
        try:
            answer = await self._transport.post(document, {"input": credential.token_input})
        except KrakenTokenError as err:
            raise KrakenAuthError(
                "the credential was rejected", reason=AuthFailure.REJECTED, codes=err.codes
            ) from None
        obtained = answer.data.get("obtainKrakenToken")
        if isinstance(obtained, dict) and isinstance(obtained.get("token"), str):
            return read(obtained, received)
        errors = [faults.sign_in_error(fault, answer.retry_after) for fault in answer.faults]
        raise faults.worst(errors) or KrakenServiceError("signing in: no token was given")
