"""What all questions share: who asks, and how answers are read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
import time

from aiohttp import ClientSession, ClientTimeout

from .auth.credential import Credential
from .auth.tokens import SignIn, TokenKeeper
from .graphql.requester import Requester
from .parsing import Reader
from .transport import TIMEOUT, Transport


class Login:
    """A login at the API, by a credential or by what is known of signing in with one."""

    def __init__(
        self,
        session: ClientSession,
        url: str,
        credential: Credential | SignIn,
        *,
        now: Callable[[], float] = time.time,
        timeout: ClientTimeout = TIMEOUT,
    ) -> None:
        transport = Transport(session, url, now, timeout)
        sign_in = credential if isinstance(credential, SignIn) else SignIn(credential)
        self._requester = Requester(transport, TokenKeeper(transport, sign_in, now), now)
        self._reader = Reader()

    @property
    def left_out(self) -> Mapping[str, int]:
        """What answers held that made no sense, and how often, in words that identify nobody."""
        return self._reader.left_out


def text(moment: datetime) -> str:
    """Return an instant as the API takes it; one without offset is refused there (KT-CT-1609) and here."""
    if moment.tzinfo is None:
        raise ValueError("the API needs aware times")
    return moment.astimezone(UTC).isoformat()
