"""The authorization server beside the API, as far as docs/sign_in.md tells it: OAuth 2.0, its page for people and its tokens.

`simulator.authorization` has its switches: `clients` that may come, `rotates` whether a refresh token is good once, `fails_with` a status and
`says` any JSON in place of tokens, `forgotten()` all that people granted. `asked` lists (path, kind of grant).
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
import hashlib
from html import escape
from typing import Any

from aiohttp import web
from yarl import URL

from .accounts import Household
from .dates import chance
from .simulation import Simulation

CODE_SECONDS = 60
DEVICE_SECONDS = 600
REFRESH_SECONDS = 30 * 24 * 3600
SCOPES = frozenset(
    [
        "openid",
        "view:account-number",
        "view:account-type",
        "query:user-details",
        "query:property",
        "query:property-meters",
        "query:electricity-meter-point-details",
        "query:devices",
        "view:detailed-usage",
        "request:consumption-data",
        "query:agreements",
        "query:contracts",
        "query:billing-information",
        "query:account-payments",
    ]
)


@dataclass(frozen=True)
class Client:
    """A program that may ask people: with a secret or without, and where its answers may be sent."""

    secret: str | None = None
    redirects: frozenset[str] = frozenset({"https://my.home-assistant.io/redirect/oauth"})


@dataclass(frozen=True)
class _Grant:
    """What somebody granted, or is asked to: to whom, until when it may be taken, and by whose proof."""

    client: str
    until: float
    household: Household | None = None
    redirect: str = ""
    challenge: str = ""


class _Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status

    @property
    def response(self) -> web.Response:
        """What a program is told."""
        return web.json_response({"error": self.error}, status=self.status)


@dataclass
class Authorization:
    """Answers what a browser and a program ask of the authorization server."""

    simulation: Simulation
    clients: dict[str, Client] = field(default_factory=lambda: {"home-assistant": Client()})
    rotates: bool = True
    fails_with: int | None = None
    says: Any = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _devices: dict[str, _Grant] = field(default_factory=dict)
    _refresh: dict[str, _Grant] = field(default_factory=dict)

    def add_routes(self, application: web.Application) -> None:
        """Add the server's addresses."""
        application.router.add_get("/authorize/", self.page)
        application.router.add_post("/authorize/", self.decide)
        application.router.add_post("/token/", self.token)
        application.router.add_post("/revoke-token/", self.revoke)
        application.router.add_post("/device-authorization/", self.device)
        application.router.add_post("/device/", self.decide_device)

    def forgotten(self) -> None:
        """Forget all that people granted: nothing can be renewed."""
        for grants in (self._codes, self._devices, self._refresh):
            grants.clear()

    async def page(self, request: web.Request) -> web.Response:
        """Show the form in which somebody signs in and grants. A wrong client or address is told to the person alone."""
        try:
            self._question(request.query)
        except _Refused as refused:
            return web.Response(text=refused.error, status=refused.status)
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.query.items()
        )
        return web.Response(
            text=f'<form method="post">{hidden}<input name="email"><input name="password" type="password"><button>OK</button></form>',
            content_type="text/html",
        )

    async def decide(self, request: web.Request) -> web.Response:
        """Take the form: send the browser back with a code, or with the word that it was denied."""
        given = _texts(await request.post())
        try:
            redirect = self._question(given)
        except _Refused as refused:
            return web.Response(text=refused.error, status=refused.status)
        answer = {"state": given.get("state", "")}
        if given.get("deny"):
            answer["error"] = "access_denied"
        elif (household := self._household(given)) is None:
            return web.Response(text="wrong e-mail address or password", status=403)
        else:
            answer["code"] = self._new("code", len(self._codes))
            self._codes[answer["code"]] = _Grant(
                given["client_id"],
                self._now + CODE_SECONDS,
                household,
                redirect,
                given["code_challenge"],
            )
        raise web.HTTPFound(URL(redirect).update_query(answer))

    async def token(self, request: web.Request) -> web.Response:
        """Give tokens for a code, for a device's code, or for a refresh token."""
        given = _texts(await request.post())
        kind = given.get("grant_type", "")
        self.asked.append((request.path, kind))
        if self.says is not None:
            return web.json_response(self.says)
        if self.fails_with is not None:
            return web.json_response({"error": "server_error"}, status=self.fails_with)
        try:
            self._client(given)
            household = self._granted(given)
        except _Refused as refused:
            return refused.response
        return web.json_response(self._tokens(given, household))

    async def revoke(self, request: web.Request) -> web.Response:
        """Take a refresh token back. One that is not known is no error."""
        given = _texts(await request.post())
        self.asked.append((request.path, ""))
        try:
            self._client(given)
        except _Refused as refused:
            return refused.response
        self._refresh.pop(given.get("token", ""), None)
        return web.Response()

    async def device(self, request: web.Request) -> web.Response:
        """Give a code for a program without a browser, and one for its user to type elsewhere."""
        given = _texts(await request.post())
        try:
            self._client(given)
            _known_scopes(given)
        except _Refused as refused:
            return refused.response
        code = self._new("device", len(self._devices))
        self._devices[code] = _Grant(given["client_id"], self._now + DEVICE_SECONDS)
        return web.json_response(
            {
                "device_code": code,
                "user_code": code[:8].upper(),
                "verification_uri": str(request.url.with_path("/device/")),
                "expires_in": DEVICE_SECONDS,
                "interval": 5,
            }
        )

    async def decide_device(self, request: web.Request) -> web.Response:
        """Take what somebody typed for a device: the code, and who they are."""
        given = _texts(await request.post())
        household = self._household(given)
        for code, grant in self._devices.items():
            if household and code[:8].upper() == given.get("user_code"):
                self._devices[code] = _Grant(grant.client, grant.until, household)
                return web.Response(text="granted")
        return web.Response(text="not known", status=403)

    def _question(self, given: Mapping[str, str]) -> str:
        """Check what a program asks a person for, and return where the answer goes."""
        client = self.clients.get(given.get("client_id", ""))
        redirect = given.get("redirect_uri", "")
        if client is None or redirect not in client.redirects:
            raise _Refused("unknown client or redirect_uri")
        if given.get("response_type") != "code" or given.get("code_challenge_method") != "S256":
            raise _Refused("a code is given only for a challenge by S256")
        _known_scopes(given)
        return redirect

    def _client(self, given: Mapping[str, str]) -> None:
        client = self.clients.get(given.get("client_id", ""))
        if client is None or given.get("client_secret") != client.secret:
            raise _Refused("invalid_client", 401)

    def _household(self, given: Mapping[str, str]) -> Household | None:
        who = given.get("email"), given.get("password")
        households = self.simulation.world.households.values()
        return next((home for home in households if (home.email, home.password) == who), None)

    def _granted(self, given: Mapping[str, str]) -> Household:
        """Return who granted what is asked for."""
        ways = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh_token,
            "urn:ietf:params:oauth:grant-type:device_code": self._by_device,
        }
        way = ways.get(given.get("grant_type", ""))
        if way is None:
            raise _Refused("unsupported_grant_type")
        return way(given)

    def _by_code(self, given: Mapping[str, str]) -> Household:
        grant = self._codes.pop(given.get("code", ""), None)
        if grant is None or grant.household is None or grant.until <= self._now:
            raise _Refused("invalid_grant")
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(proof).decode().rstrip("=") == grant.challenge
        if not proved or grant.redirect != given.get("redirect_uri"):
            raise _Refused("invalid_grant")
        return _of_client(grant, given)

    def _by_device(self, given: Mapping[str, str]) -> Household:
        grant = self._devices.get(given.get("device_code", ""))
        if grant is None:
            raise _Refused("invalid_grant")
        if grant.until <= self._now:
            raise _Refused("expired_token")
        if grant.household is None:
            raise _Refused("authorization_pending")
        del self._devices[given["device_code"]]
        return _of_client(grant, given)

    def _by_refresh_token(self, given: Mapping[str, str]) -> Household:
        token = given.get("refresh_token", "")
        grant = self._refresh.get(token)
        if grant is None or grant.until <= self._now:
            raise _Refused("invalid_grant")
        if self.rotates:
            del self._refresh[token]
        return _of_client(grant, given)

    def _tokens(self, given: Mapping[str, str], household: Household) -> dict[str, Any]:
        access = self.simulation.tokens.access(household, "OAUTH")
        answer = {
            "access_token": access.token,
            "token_type": "Bearer",
            "expires_in": int(access.payload["exp"]) - int(access.payload["iat"]),
        }
        if given["grant_type"] != "refresh_token" or self.rotates:
            refresh = self._new("refresh", len(self._refresh))
            until = self._now + REFRESH_SECONDS
            self._refresh[refresh] = _Grant(given["client_id"], until, household)
            answer["refresh_token"] = refresh
        return answer

    def _new(self, kind: str, number: int) -> str:
        """Return a text that nobody had before: times may stand still, so that it counts what was asked."""
        seed = self.simulation.world.seed
        return f"{chance(seed, kind, number, len(self.asked), self._now):032x}"

    @property
    def _now(self) -> float:
        return self.simulation.clock.timestamp()


def _of_client(grant: _Grant, given: Mapping[str, str]) -> Household:
    if grant.household is None or grant.client != given.get("client_id"):
        raise _Refused("invalid_grant")
    return grant.household


def _known_scopes(given: Mapping[str, str]) -> None:
    if not set(given.get("scope", "").split()) <= SCOPES:
        raise _Refused("invalid_scope")


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in given.items() if isinstance(value, str)}
