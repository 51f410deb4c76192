"""One transport for GraphQL and REST: a request is sent once, and its status means the same for both."""

from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
from kraken_service import CREDENTIAL, Clock, Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenConnectionError,
    KrakenError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenThrottledError,
    SignIn,
)
from custom_components.octopus_japan.oejp.kraken.auth.tokens import TokenKeeper
from custom_components.octopus_japan.oejp.kraken.errors import KrakenTokenError
from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS, Document
from custom_components.octopus_japan.oejp.kraken.graphql.endpoint import Endpoint
from custom_components.octopus_japan.oejp.kraken.graphql.requester import Requester
from custom_components.octopus_japan.oejp.kraken.transport import Transport

REFUSED = {
    "data": None,
    "errors": [{"message": "x", "extensions": {"errorCode": "KT-CT-1124"}}],
}


@pytest.fixture
def transport(session: ClientSession, clock: Clock) -> Transport:
    return Transport(session, clock, ClientTimeout(total=2))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, None),
        (400, KrakenQueryError),
        (401, KrakenTokenError),
        (403, KrakenRefusedError),
        (404, KrakenConnectionError),
        (429, KrakenThrottledError),
    ],
)
async def test_a_question_of_rest(
    transport: Transport, status: int, expected: type[KrakenError] | None
) -> None:
    async def products(request: web.Request) -> web.Response:
        assert not await request.read()
        return web.json_response([request.headers["Authorization"]], status=status)

    app = web.Application()
    app.router.add_get("/v1/products", products)
    async with TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("/v1/products"))
        response = await transport.send("GET", url, "Products", authorization="Basic x")
    assert response.payload == ["Basic x"]
    if expected is None:
        response.check()
    else:
        with pytest.raises(expected, match="Products"):
            response.check()


def test_what_changes_something_is_marked() -> None:
    assert {name for name, document in DOCUMENTS.items() if document.mutation} == {
        "create_quote",
        "obtain_token",
        "register_for_campaign",
    }


@pytest.mark.parametrize(("mutation", "times"), [(True, 1), (False, 2)])
async def test_a_mutation_is_not_sent_again_with_another_token(
    transport: Transport,
    service: Service,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    mutation: bool,
    times: int,
) -> None:
    document = Document("Join", "mutation Join { join }", mutation=mutation)
    monkeypatch.setitem(DOCUMENTS, "join", document)
    accepted: dict[str, Any] = {"data": {"join": True}}
    service.answer("Join", REFUSED, accepted)
    endpoint = Endpoint(transport, service.url)
    requester = Requester(endpoint, TokenKeeper(endpoint, SignIn(CREDENTIAL), clock), clock)
    if mutation:
        with pytest.raises(KrakenTokenError):
            await requester.ask("join")
    else:
        assert (await requester.ask("join")).data == {"join": True}
    assert service.count("Join") == times
