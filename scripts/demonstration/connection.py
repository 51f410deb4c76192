"""Home Assistant's REST and websocket interfaces, as its own frontend uses them."""

from itertools import count
from typing import Any, Self

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType


class CallError(Exception):
    """Home Assistant refused a call."""


class Connection:
    """A signed-in user's connection."""

    def __init__(self, session: ClientSession, address: str, token: str) -> None:
        self._session = session
        self._address = address
        self._token = token
        self._numbers = count(1)
        self._socket: ClientWebSocketResponse | None = None

    async def open(self) -> Self:
        """Sign the websocket in."""
        self._socket = await self._session.ws_connect(
            f"{self._address}/api/websocket", max_msg_size=0
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": self._token})
        answer = await self._socket.receive_json()
        if answer["type"] != "auth_ok":
            raise CallError(f"websocket: {answer}")
        return self

    async def close(self) -> None:
        """Close the websocket."""
        if self._socket is not None:
            await self._socket.close()

    async def call(self, kind: str, **fields: Any) -> Any:
        """Send one websocket command and return its result. One at a time."""
        if self._socket is None:
            raise RuntimeError("the connection is not open")
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "type": kind, **fields})
        while True:
            message = await self._socket.receive()
            if message.type is not WSMsgType.TEXT:
                raise CallError(f"{kind}: Home Assistant closed the connection")
            answer = message.json()
            if answer.get("id") == number and answer["type"] == "result":
                break
        if not answer["success"]:
            raise CallError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send one REST request and return its answer."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._session.post(self._address + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise CallError(f"{path}: HTTP {answer.status} {await answer.text()}")
            return await answer.json()

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return every state, by entity id."""
        return {state["entity_id"]: state for state in await self.call("get_states")}

    async def entity_ids(self) -> dict[str, str]:
        """Return the entity ids of the integration's entities, by unique id."""
        entries = await self.call("config/entity_registry/list")
        ours = (entry for entry in entries if entry["platform"] == "octopus_japan")
        return {entry["unique_id"]: entry["entity_id"] for entry in ours}
