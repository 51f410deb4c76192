"""Home Assistant's REST and websocket interfaces, as its own frontend uses them."""

from typing import Any

from aiohttp import ClientError, ClientSession, WSMsgType

from .progress import DemoError, Watch


class Connection:
    """A signed-in user. It outlives a restart: nothing stays open between two calls.

    Home Assistant ends a websocket that is not read. So each command opens one of its own and reads it.
    """

    def __init__(self, session: ClientSession, address: str, token: str, watch: Watch) -> None:
        self._session = session
        self._address = address
        self.token = token
        self.watch = watch

    def with_token(self, token: str) -> Connection:
        """Return the same with another token."""
        return Connection(self._session, self._address, token, self.watch)

    async def call(self, kind: str, **fields: Any) -> Any:
        """Send one websocket command and return its result."""
        return await self.watch.result(f"the answer to {kind}", self._call(kind, fields))

    async def act(self, action: str, **data: Any) -> Any:
        """Run an action of the integration and return its response."""
        result = await self.call(
            "call_service",
            domain="octopus_japan",
            service=action,
            service_data=data,
            return_response=True,
        )
        return result["response"]

    async def device(self, unique_id: str) -> str:
        """Return the device of the entity with a unique id."""
        entities = await self.call("config/entity_registry/list")
        device: str = next(each["device_id"] for each in entities if each["unique_id"] == unique_id)
        return device

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send one REST request and return its answer."""
        return await self.watch.result(
            f"the answer to {path}", self._request("POST", path, json=body)
        )

    async def delete(self, path: str) -> Any:
        """Delete by one REST request and return its answer."""
        return await self.watch.result(f"the answer to {path}", self._request("DELETE", path))

    async def _call(self, kind: str, fields: dict[str, Any]) -> Any:
        try:
            async with self._session.ws_connect(
                f"{self._address}/api/websocket", max_msg_size=0
            ) as socket:
                await socket.receive_json()
                await socket.send_json({"type": "auth", "access_token": self.token})
                signed_in = await socket.receive_json()
                if signed_in["type"] != "auth_ok":
                    raise DemoError(f"{kind}: Home Assistant refused the sign-in: {signed_in}")
                await socket.send_json({"id": 1, "type": kind, **fields})
                async for message in socket:
                    answer = message.json() if message.type is WSMsgType.TEXT else {}
                    if answer.get("id") == 1 and answer["type"] == "result":
                        break
                else:
                    raise DemoError(f"{kind}: Home Assistant closed the connection")
        except (ClientError, TypeError) as error:  # TypeError: closed where JSON was due
            raise DemoError(f"{kind}: {type(error).__name__}: {error}") from error
        if not answer["success"]:
            raise DemoError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    async def _request(self, method: str, path: str, **content: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self._session.request(
                method, self._address + path, headers=headers, **content
            ) as answer:
                if answer.status >= 400:
                    raise DemoError(f"{path}: HTTP {answer.status} {await answer.text()}")
                return await answer.json()
        except ClientError as error:
            raise DemoError(f"{path}: {type(error).__name__}: {error}") from error

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return every state, by entity id."""
        return {state["entity_id"]: state for state in await self.call("get_states")}

    async def entity_ids(self) -> dict[str, str]:
        """Return the entity ids of the integration's entities, by unique id."""
        entries = await self.call("config/entity_registry/list")
        ours = (entry for entry in entries if entry["platform"] == "octopus_japan")
        return {entry["unique_id"]: entry["entity_id"] for entry in ours}
