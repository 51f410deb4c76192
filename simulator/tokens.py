"""Signing in: access tokens of an hour, refresh tokens of seven days, and the limits on trying.

The codes are those of docs/api.md#signing-in. Validity is judged by the simulator's clock, so that a test can let a token expire.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt

from .accounts import Household
from .clock import Clock
from .dates import chance
from .errors import KrakenError
from .world import World

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 7 * 24 * 3600
MINUTE = 60
FAILURES_A_MINUTE = 3  # an address
SIGN_INS_A_MINUTE = 5  # an e-mail address
ISSUER = "https://api.oejp-kraken.energy/v1/graphql/"


@dataclass(frozen=True)
class Access:
    """An access token, and what it says."""

    token: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Grant(Access):
    """What signing in gives."""

    refresh_token: str
    refresh_expires_at: int


class Tokens:
    """Issues tokens and checks them. `limited` switches the sign-in limits; `api_keys` the sign-in by API key."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.limited = True
        self.api_keys = True
        self._world = world
        self._clock = clock
        self._secret = f"{chance(world.seed, 'jwt'):032x}"
        self._refresh: dict[str, tuple[Household, int]] = {}
        self._failures: dict[str, list[float]] = {}
        self._sign_ins: dict[str, list[float]] = {}

    def obtain(self, given: dict[str, Any], address: str) -> Grant:
        """Answer `obtainKrakenToken` for an input as the schema has it; raise KrakenError if it does not convince."""
        now = self._clock.timestamp()
        given = {name: value for name, value in given.items() if value is not None}
        if token := given.get("refreshToken"):
            return self._renew(token, now)
        self._check_limits(given.get("email"), address, now)
        household, how = self._household(given)
        if household is None:
            self._failures.setdefault(address, []).append(now)
            raise KrakenError("KT-CT-1138")
        refresh = f"{chance(self._secret, 'refresh', len(self._refresh), now):016x}{chance(self._secret, len(self._refresh)):016x}"
        self._refresh[refresh] = household, int(now) + REFRESH_SECONDS
        return self._grant(household, how, refresh)

    def access(self, household: Household, how: str) -> Access:
        """Return an access token of an hour for somebody who convinced elsewhere."""
        issued = int(self._clock.timestamp())
        payload = {
            "sub": f"kraken|account-user:{household.viewer_id}",
            "gty": how,
            "email": household.email,
            "tokenUse": "access",
            "iss": ISSUER,
            "iat": issued,
            "exp": issued + ACCESS_SECONDS,
            "origIat": issued,
        }
        return Access(jwt.encode(payload, self._secret, algorithm="HS256"), payload)

    def household(self, header: str | None) -> Household:
        """Return whose token an Authorization header carries, bare or after `JWT` or `Bearer`."""
        if not header:
            raise KrakenError("KT-CT-1112")
        token = header.split()[-1]
        try:
            claims = _claims(token, self._secret)
        except jwt.InvalidTokenError:
            raise KrakenError("KT-CT-1143") from None
        if claims["exp"] <= self._clock.timestamp():
            raise KrakenError("KT-CT-1124")
        viewer = claims["sub"].rpartition(":")[2]
        found = next(
            (home for home in self._world.households.values() if home.viewer_id == viewer), None
        )
        if found is None:
            raise KrakenError("KT-CT-1143")
        return found

    def owner(self, header: str | None, given: Iterable[str] = ()) -> Household | None:
        """Return whose request it is: by the credential among the texts that it carries, or by its token."""
        texts = set(given)
        for home in self._world.households.values():
            if texts & {home.email, home.api_key, home.pre_signed_key}:
                return home
        for text in texts & self._refresh.keys():
            return self._refresh[text][0]
        try:
            return self.household(header)
        except KrakenError:
            return None

    def forget(self) -> None:
        """Forget every refresh token and every failed attempt."""
        self._refresh.clear()
        self._failures.clear()
        self._sign_ins.clear()

    def sign_out(self) -> None:
        """Let no token that was issued so far be accepted any more, as after a password was changed."""
        self.forget()
        self._secret = f"{chance(self._secret, 'jwt'):032x}"

    def _renew(self, token: str, now: float) -> Grant:
        if token not in self._refresh:
            raise KrakenError("KT-CT-1135")
        household, expires = self._refresh[token]
        if expires <= now:
            raise KrakenError("KT-CT-1134")
        return self._grant(household, "REFRESH-TOKEN", token)

    def _household(self, given: dict[str, Any]) -> tuple[Household | None, str]:
        households = self._world.households.values()
        if "email" in given and "password" in given:
            credentials = given["email"], given["password"]
            return next(
                (h for h in households if (h.email, h.password) == credentials), None
            ), "EMAIL-AND-PASSWORD"
        if "APIKey" in given:
            if not self.api_keys:
                raise KrakenError("KT-CT-11100")
            return next((h for h in households if h.api_key == given["APIKey"]), None), "API-KEY"
        if "preSignedKey" in given:
            return next(
                (h for h in households if h.pre_signed_key == given["preSignedKey"]), None
            ), "PRE-SIGNED-KEY"
        if "organizationSecretKey" in given:
            return None, "ORGANIZATION-SECRET-KEY"
        raise KrakenError("KT-CT-1136")

    def _check_limits(self, email: str | None, address: str, now: float) -> None:
        if not self.limited:
            return
        failures = self._failures[address] = _recent(self._failures.get(address, []), now)
        if len(failures) >= FAILURES_A_MINUTE:
            raise KrakenError("KT-CT-1199")
        if email is not None:
            tries = self._sign_ins[email] = _recent(self._sign_ins.get(email, []), now)
            if len(tries) >= SIGN_INS_A_MINUTE:
                raise KrakenError("KT-CT-1199")
            tries.append(now)

    def _grant(self, household: Household, how: str, refresh: str) -> Grant:
        access = self.access(household, how)
        return Grant(access.token, access.payload, refresh, self._refresh[refresh][1])


@lru_cache(maxsize=256)
def _claims(token: str, secret: str) -> dict[str, Any]:
    """Return what a token says, its validity aside; jwt.InvalidTokenError for a forged one."""
    claims: dict[str, Any] = jwt.decode(
        token, secret, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    return claims


def _recent(times: list[float], now: float) -> list[float]:
    return [at for at in times if now - MINUTE < at <= now]
