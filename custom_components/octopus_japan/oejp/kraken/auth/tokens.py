"""The access token: obtained, kept in memory, renewed ahead of its end, never asked for with a rejected credential.

Home Assistant's clock may be wrong, so that the times of the token, which are the service's, count only as differences: a token
issued for an hour is good for an hour from its receipt.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
import logging
import math
import re
from typing import Any

import jwt

from ..errors import (
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenRefusedError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
    KrakenTokenError,
)
from ..graphql import faults
from ..graphql.documents import DOCUMENTS
from ..graphql.endpoint import Endpoint
from ..transport import LONGEST_WAIT
from .credential import Credential, NoCredential, OAuthGrant, RefreshToken

_LOGGER = logging.getLogger(__name__)

AHEAD = 300.0
LIFETIME = 3600.0
_LONGEST_LIFE = 86400.0
# Larger than any duration, smaller than any Unix time of this century.
_UNIX = 1_000_000_000
_UNIX_END = 4_102_444_800
# What may stand in a header.
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_REFRESH = re.compile(r"[\x21-\x7e]{1,4096}")

_PAUSE: dict[type[KrakenError], tuple[float, float]] = {KrakenConnectionError: (30.0, 600.0)}
_ANSWERED_PAUSE = (300.0, LONGEST_WAIT.total_seconds())
"""Seconds until signing in is tried again, doubled with each failure up to the second figure. Where no answer came, nothing was
judged; where one came, sending the credential again and again may lock the login (docs/api.md#signing-in)."""
_REFRESH_FAILURES = 3
"""Answers against a refresh token in a row, after which the credential is used."""
_RENEWED = 300.0
"""Seconds within which a second refusal of access tokens is not answered with yet another one."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token with the refresh token that came along. All times are by the local clock."""

    value: str = field(repr=False)
    renew_at: float
    refresh: str | None = field(default=None, repr=False)
    refresh_until: float | None = None
    ahead: float = 0.0
    """How far the service's clock is ahead of ours, in seconds."""


@dataclass(slots=True, repr=False)
class SignIn:
    """What is known of signing in with one credential: one for a login, shared by whatever asks for it, now and after a reload.

    `rejection` is final: the credential is not sent again. `failure` is the last one that may pass, and before `not_before`
    nothing is tried. `told` is called when a rejection is known or gone.
    """

    credential: Credential | OAuthGrant
    token: Token | None = None
    rejection: KrakenError | None = None
    failure: KrakenError | None = None
    failures: int = 0
    not_before: float = 0.0
    refresh_failures: int = 0
    renewed_at: float = -math.inf
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    told: Callable[[], None] = lambda: None

    @property
    def ended(self) -> bool:
        """Tell whether the service no longer offers this way of signing in."""
        return isinstance(self.rejection, KrakenSignInEndedError)

    def wait(self, now: float) -> float:
        """Return for how many seconds nothing is tried. A clock that was set back does not make it longer."""
        left = self.not_before - now
        return left if 0 < left <= LONGEST_WAIT.total_seconds() else 0.0

    def failed(self, error: KrakenError, now: float) -> None:
        """Note a failure, and how long it keeps us from the next try."""
        self.failure = error
        if isinstance(error, KrakenAuthError | KrakenSignInEndedError):
            known, self.rejection = self.rejection, error
            if known is None:
                self.told()
            return
        first, longest = _PAUSE.get(type(error), _ANSWERED_PAUSE)
        pause = min(first * 2.0 ** min(self.failures, 10), longest)
        if isinstance(error, KrakenThrottledError) and error.retry_after is not None:
            pause = error.retry_after.total_seconds()
        self.failures += 1
        self.not_before = now + pause

    def drop_refresh_token(self) -> None:
        """Send the refresh token no more."""
        self.refresh_failures = 0
        self.token = self.token and replace(self.token, refresh=None)

    def succeeded(self, token: Token) -> None:
        """Note a token."""
        self.token = token
        self.failure = None
        self.failures = self.refresh_failures = 0
        self.not_before = 0.0
        self.told()


def read(obtained: Mapping[str, Any], received: float) -> Token:
    """Read what `obtainKrakenToken` answered at the local time `received`. Raises KrakenSignInError for what is no token."""
    value = obtained["token"]
    if not _TOKEN.fullmatch(value):
        raise KrakenSignInError("signing in: the token is not one")
    issued, expires = (_unix(_claims(value).get(name)) for name in ("iat", "exp"))
    lifetime, ahead = LIFETIME, 0.0
    if issued is not None and expires is not None and expires > issued:
        lifetime, ahead = min(expires - issued, _LONGEST_LIFE), issued - received
    refresh, until = obtained.get("refreshToken"), obtained.get("refreshExpiresIn")
    return Token(
        value=value,
        renew_at=received + lifetime - min(AHEAD, lifetime / 2),
        refresh=refresh if isinstance(refresh, str) and _REFRESH.fullmatch(refresh) else None,
        refresh_until=local_time(until, received, ahead),
        ahead=ahead,
    )


def _claims(token: str) -> Mapping[str, Any]:
    """Return what a token says of itself; nothing where it is opaque."""
    try:
        return jwt.decode(
            token,
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
    except jwt.PyJWTError, ValueError, RecursionError:
        return {}


def _unix(value: object) -> float | None:
    """Return a Unix time of this century, else None: claims may be of any type and size."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _UNIX_END:
        return None
    return float(value)


def local_time(stated: object, received: float, ahead: float) -> float | None:
    """Return a time that the service stated, by our clock; None where it states none.

    Measured as Unix time; a small number is taken as seconds from now.
    """
    if (at := _unix(stated)) is None or not math.isfinite(at):
        return None
    return at - ahead if at >= _UNIX else received + at


class TokenKeeper:
    """Gives a valid access token to whoever asks."""

    def __init__(self, endpoint: Endpoint, sign_in: SignIn, now: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._sign_in = sign_in
        self._now = now

    @property
    def ahead(self) -> float:
        """How far the service's clock is ahead of ours, in seconds."""
        return self._sign_in.token.ahead if self._sign_in.token else 0.0

    async def token(self, refused: str | None = None) -> str:
        """Return a token that is not `refused`. Callers that come while one renews share what comes of it, good or bad.

        Raises KrakenAuthError and KrakenSignInEndedError for a credential that is not sent again; KrakenSignInError,
        KrakenThrottledError and KrakenConnectionError while signing in fails; KrakenTokenError where a new token was refused too.
        Without a credential it is no token at all, and KrakenRefusedError where that was refused: nothing can be done about it.
        """
        if isinstance(self._sign_in.credential, NoCredential):
            if refused is not None:
                raise KrakenRefusedError("it is not told without a login")
            return ""
        if token := self._usable(refused):
            return token.value
        async with self._sign_in.lock:
            token = self._usable(refused) or await self._renew(refused)
            return token.value

    def _usable(self, refused: str | None) -> Token | None:
        token = self._sign_in.token
        usable = token and token.value != refused and self._now() < token.renew_at
        return token if usable else None

    async def _renew(self, refused: str | None) -> Token:
        """Renew once, unless it is too early. An attempt that is cancelled is not counted."""
        state, now = self._sign_in, self._now()
        if (wait := state.wait(now)) and state.failure:
            raise _again(state.failure, timedelta(seconds=wait))
        if refused is not None and 0 <= now - state.renewed_at < _RENEWED:
            raise KrakenTokenError("a new access token was not accepted either")
        try:
            token = await self._obtain(refused)
        except KrakenError as err:
            state.failed(err, now)
            raise
        state.succeeded(token)
        if refused is not None:
            state.renewed_at = now
        return token

    async def _obtain(self, refused: str | None) -> Token:
        """By refresh token while there is a living one, else by the credential."""
        state = self._sign_in
        renewal = self._renewal()
        if renewal and renewal != state.credential:
            try:
                renewed = await self._ask(renewal)
            except KrakenAuthError, KrakenSignInEndedError:
                _LOGGER.debug("The refresh token was not accepted; signing in again")
                state.drop_refresh_token()
            except KrakenSignInError as err:
                # What comes without a reason may be a gateway's: it says nothing about the credential, which is not sent.
                state.refresh_failures += 1
                if state.refresh_failures < _REFRESH_FAILURES:
                    raise
                _LOGGER.debug("The refresh token is not accepted; signing in again: %s", err)
                state.drop_refresh_token()
            else:
                if renewed.value != refused:
                    return renewed
        if state.rejection:
            raise state.rejection.with_traceback(None)
        if isinstance(state.credential, OAuthGrant):
            return await self._granted(state.credential, refused)
        return await self._ask(state.credential)

    async def _granted(self, grant: OAuthGrant, refused: str | None) -> Token:
        """By what a person granted elsewhere: its refresh token is not ours to send."""
        received, token = self._now(), self._sign_in.token
        given = await grant.granted(refused or (token.value if token else None))
        if not _TOKEN.fullmatch(given.token):
            raise KrakenSignInError("signing in: the token is not one")
        life = min(max(0.0, given.until - received), _LONGEST_LIFE)
        return Token(given.token, renew_at=received + life - min(AHEAD, life / 2))

    def _renewal(self) -> RefreshToken | None:
        """Return the refresh token, unless it is known to have ended."""
        token = self._sign_in.token
        if token is None or token.refresh is None:
            return None
        if token.refresh_until is not None and token.refresh_until <= self._now():
            return None
        return RefreshToken(token.refresh)

    async def _ask(self, credential: Credential) -> Token:
        """Sign in. Raises only what signing in may raise."""
        document = DOCUMENTS["obtain_token"]
        received = self._now()
        try:
            answer = await self._endpoint.post(document, {"input": credential.token_input})
        except KrakenError as err:
            raise faults.sign_in_failed(err) from None
        obtained = answer.data.get("obtainKrakenToken")
        if isinstance(obtained, dict) and isinstance(obtained.get("token"), str):
            return read(obtained, received)
        errors = [faults.sign_in_error(fault, answer.retry_after) for fault in answer.faults]
        raise faults.worst(errors) or KrakenSignInError("signing in: no token was given")


def _again(error: KrakenError, wait: timedelta) -> KrakenError:
    """Return the last failure once more, with the time that is left."""
    if isinstance(error, KrakenSignInError | KrakenThrottledError):
        error.retry_after = wait
    return error.with_traceback(None)
