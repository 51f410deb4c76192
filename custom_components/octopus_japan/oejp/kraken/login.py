"""What all questions share: who asks, and how answers are read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
import time
from typing import Protocol

from aiohttp import ClientSession, ClientTimeout

from .auth.credential import Credential
from .auth.tokens import SignIn, TokenKeeper
from .graphql.requester import Requester
from .parsing import Reader
from .transport import TIMEOUT, Transport

MANY_ROWS = 2000
"""Rows that are read in the event loop at most: about 20 ms."""


class Run(Protocol):
    """Runs a function elsewhere than in the event loop."""

    def __call__[T](self, function: Callable[[], T], /) -> Awaitable[T]:
        """Return what the function returns."""


class Login:
    """A login at the API, by a credential or by what is known of signing in with one.

    `run` is given what takes long: to read an answer of more than `MANY_ROWS` rows.
    """

    def __init__(
        self,
        session: ClientSession,
        url: str,
        credential: Credential | SignIn,
        *,
        now: Callable[[], float] = time.time,
        timeout: ClientTimeout = TIMEOUT,
        run: Run = asyncio.to_thread,
    ) -> None:
        transport = Transport(session, url, now, timeout)
        sign_in = credential if isinstance(credential, SignIn) else SignIn(credential)
        self._requester = Requester(transport, TokenKeeper(transport, sign_in, now), now)
        self._reader = Reader()
        self._run = run

    @property
    def left_out(self) -> Mapping[str, int]:
        """What answers held that made no sense, and how often, in words that identify nobody."""
        return self._reader.left_out

    async def _read[T](self, rows: int, read: Callable[[], T]) -> T:
        """Read so many rows of an answer: many of them elsewhere than in the event loop."""
        return await self._run(read) if rows > MANY_ROWS else read()


def text(moment: datetime) -> str:
    """Return an instant as the API takes it; one without offset is refused there (KT-CT-1609) and here."""
    if moment.tzinfo is None:
        raise ValueError("the API needs aware times")
    return moment.astimezone(UTC).isoformat()
