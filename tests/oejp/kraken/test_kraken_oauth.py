"""What a person granted at the authorization server: where that is, and how its tokens are used."""

import aiohttp
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    AuthFailure,
    Granted,
    KrakenAuthError,
    KrakenClient,
    KrakenSignInError,
    OAuthGrant,
)
from custom_components.octopus_japan.oejp.kraken.auth.oauth import SCOPES, authorization_server
from simulator import Simulator
from simulator.authorization import SCOPES as KNOWN


@pytest.mark.parametrize(
    ("api", "authorize"),
    [
        (
            "https://api.oejp-kraken.energy/v1/graphql/",
            "https://auth.oejp-kraken.energy/authorize/",
        ),
        ("https://api.oejp.energy/v1/graphql", "https://auth.oejp-kraken.energy/authorize/"),
        ("http://127.0.0.1:8123/v1/graphql/", "http://127.0.0.1:8123/authorize/"),
        # Credentials do not go to whoever chose a similar name.
        (
            "https://api.oejp.energy.example/v1/graphql",
            "https://api.oejp.energy.example/authorize/",
        ),
    ],
)
def test_the_authorization_server_is_that_of_the_api(api: str, authorize: str) -> None:
    assert authorization_server(api).authorize == authorize


def test_what_is_asked_for_exists_and_only_reads() -> None:
    assert set(SCOPES) <= KNOWN
    assert {scope.partition(":")[0] for scope in SCOPES} == {"openid", "view", "query", "request"}


class Keeper:
    """Whoever keeps a grant: gives the next token, and notes what it was asked with."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.asked: list[str | None] = []
        self.error: Exception | None = None
        self.text: str | None = None
        self.seconds = 3600.0

    async def granted(self, old: str | None) -> Granted:
        self.asked.append(old)
        if self.error:
            raise self.error
        (household,) = self.simulator.world.households.values()
        token = self.text or self.simulator.tokens.access(household, "OAUTH").token
        return Granted(token, self.simulator.clock.timestamp() + self.seconds)


@pytest.fixture
def keeper(simulator: Simulator) -> Keeper:
    return Keeper(simulator)


@pytest.fixture
async def client(
    simulator: Simulator, session: aiohttp.ClientSession, keeper: Keeper
) -> KrakenClient:
    grant = OAuthGrant("somebody", keeper.granted)
    return KrakenClient(session, simulator.url, grant, now=simulator.clock.timestamp)


async def test_a_token_is_asked_for_once_until_it_is_about_to_end(
    simulator: Simulator, client: KrakenClient, keeper: Keeper
) -> None:
    for seconds, asked in ((0, 1), (3000, 1), (301, 2), (3300, 3)):
        simulator.clock.advance(seconds=seconds)
        await client.login.viewer()
        assert len(keeper.asked) == asked
    assert keeper.asked[0] is None
    assert all(keeper.asked[1:])


async def test_a_refused_token_is_named_so_that_another_comes(
    simulator: Simulator, client: KrakenClient, keeper: Keeper
) -> None:
    await client.login.viewer()
    simulator.tokens.sign_out()
    await client.login.viewer()
    first, refused = keeper.asked
    assert first is None
    assert refused is not None
    assert refused.startswith("ey")


@pytest.mark.parametrize("seconds", [-60.0, 0.0])
async def test_a_token_that_has_ended_by_our_clock_is_tried_once(
    client: KrakenClient, keeper: Keeper, seconds: float
) -> None:
    keeper.seconds = seconds
    await client.login.viewer()
    await client.login.viewer()
    assert len(keeper.asked) == 2


async def test_what_is_no_token_is_not_sent(client: KrakenClient, keeper: Keeper) -> None:
    keeper.text = "two words\n"
    with pytest.raises(KrakenSignInError):
        await client.login.viewer()


async def test_a_grant_that_ended_is_not_tried_again(client: KrakenClient, keeper: Keeper) -> None:
    keeper.error = KrakenAuthError("ended", reason=AuthFailure.REFRESH_TOKEN_REJECTED)
    for _ in range(2):
        with pytest.raises(KrakenAuthError):
            await client.login.viewer()
    assert len(keeper.asked) == 1


def test_a_grant_tells_nothing_of_itself(keeper: Keeper) -> None:
    assert OAuthGrant("a", keeper.granted) == OAuthGrant("a", Keeper(keeper.simulator).granted)
    assert "granted" not in repr(OAuthGrant("a", keeper.granted))
    assert "secret" not in repr(Granted("secret", 0))
