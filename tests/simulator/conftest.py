"""A simulator over loopback."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from simulator_client import NOW, Client, Connect

from simulator import Simulator


@pytest.fixture
async def connect(socket_enabled: None) -> AsyncIterator[Connect]:
    """Start a simulator and sign in as its first household."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(
            *households: str, sign_in: bool = True, now: datetime | None = NOW, **options: Any
        ) -> Client:
            keys = households or ("green-tokyo",)
            simulator = Simulator(keys, now=now, **options)
            await simulator.start()
            stack.push_async_callback(simulator.stop)
            client = Client(simulator, session, simulator.world.households[keys[0]])
            if sign_in:
                await client.sign_in()
            return client

        yield start
