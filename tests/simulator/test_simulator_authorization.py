"""The simulator's authorization server, where Home Assistant does not go: devices, and what programs get wrong."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator import Simulator

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Program:
    """A program that asks the authorization server."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session

    async def post(self, path: str, client: str = "home-assistant", **form: str) -> tuple[int, Any]:
        address = f"{self.simulator.base_url}{path}"
        async with self.session.post(address, data={"client_id": client, **form}) as answer:
            if answer.content_type != "application/json":
                return answer.status, await answer.text()
            return answer.status, await answer.json()

    async def poll(self, code: str, client: str = "home-assistant") -> tuple[int, Any]:
        return await self.post("/token/", client, grant_type=DEVICE, device_code=code)

    async def type_in(self, code: str, household: str = "green-tokyo") -> int:
        login = self.simulator.world.households[household]
        form = {"user_code": code, "email": login.email, "password": login.password}
        return (await self.post("/device/", **form))[0]


@pytest.fixture
async def program(simulator: Simulator) -> AsyncIterator[Program]:
    async with aiohttp.ClientSession() as session:
        yield Program(simulator, session)


async def test_a_device_gets_a_token_when_somebody_typed_its_code(
    simulator: Simulator, program: Program
) -> None:
    status, told = await program.post("/device-authorization/", scope="openid query:agreements")
    assert status == 200
    assert told["verification_uri"].endswith("/device/")
    assert await program.poll(told["device_code"]) == (400, {"error": "authorization_pending"})
    assert await program.type_in("another") == 403
    assert await program.type_in(told["user_code"]) == 200
    status, tokens = await program.poll(told["device_code"])
    assert status == 200
    (household,) = simulator.world.households.values()
    assert simulator.tokens.household(f"Bearer {tokens['access_token']}") is household
    assert await program.poll(told["device_code"]) == (400, {"error": "invalid_grant"})


async def test_a_devices_code_ends(simulator: Simulator, program: Program) -> None:
    _, told = await program.post("/device-authorization/")
    simulator.clock.advance(seconds=601)
    assert await program.poll(told["device_code"]) == (400, {"error": "expired_token"})


async def test_a_code_is_its_clients_alone(simulator: Simulator, program: Program) -> None:
    simulator.authorization.clients["other"] = simulator.authorization.clients["home-assistant"]
    _, told = await program.post("/device-authorization/")
    await program.type_in(told["user_code"])
    assert await program.poll(told["device_code"], "other") == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("path", "form", "status", "error"),
    [
        ("/token/", {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ("/token/", {"grant_type": "refresh_token", "client_id": "x"}, 401, "invalid_client"),
        ("/token/", {"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
        ("/revoke-token/", {"client_id": "x"}, 401, "invalid_client"),
        ("/device-authorization/", {"client_id": "x"}, 401, "invalid_client"),
        ("/device-authorization/", {"scope": "openid everything"}, 400, "invalid_scope"),
    ],
)
async def test_what_a_program_gets_wrong(
    program: Program, path: str, form: dict[str, str], status: int, error: str
) -> None:
    given = {"client": form.get("client_id", "home-assistant")} | form
    given.pop("client_id", None)
    assert await program.post(path, **given) == (status, {"error": error})


async def test_the_page_refuses_a_wrong_password_and_a_wrong_address(
    simulator: Simulator, program: Program
) -> None:
    question = {
        "response_type": "code",
        "redirect_uri": "https://my.home-assistant.io/redirect/oauth",
        "code_challenge": "x",
        "code_challenge_method": "S256",
    }
    assert (await program.post("/authorize/", **question, email="a", password="b"))[0] == 403
    plain = question | {"code_challenge_method": "plain"}
    assert (await program.post("/authorize/", **plain))[0] == 400
    elsewhere = question | {"redirect_uri": "https://example.com/"}
    assert (await program.post("/authorize/", **elsewhere))[0] == 400
