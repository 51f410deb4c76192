"""Fixtures of the client's tests. Everything goes over real HTTP on the loopback address."""

from collections.abc import AsyncIterator, Callable

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
from kraken_service import CREDENTIAL, Clock, Service
import pytest

from custom_components.octopus_japan.oejp.kraken import KrakenClient


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def service(clock: Clock, socket_enabled: None) -> AsyncIterator[Service]:
    service = Service(clock)
    app = web.Application()
    app.router.add_post("/v1/graphql/", service.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        service.url = str(server.make_url("/v1/graphql/"))
        yield service


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(session: ClientSession, service: Service, clock: Clock) -> KrakenClient:
    return KrakenClient(session, service.url, CREDENTIAL, now=clock, timeout=ClientTimeout(total=2))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The warnings so far."""
    return lambda: [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
