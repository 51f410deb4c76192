"""What can be asked of the Kraken API: one client, composed of subjects."""

import asyncio
from collections.abc import Callable, Collection, Mapping
import time
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from .areas import Areas
from .auth.credential import ApiKey, Credential, OAuthGrant
from .auth.tokens import SignIn, TokenKeeper
from .billing import Billing
from .campaigns import Campaigns
from .catalogue import Catalogue
from .contract_terms import ContractTerms
from .gas import Gas
from .graphql import faults
from .graphql.documents import Document
from .graphql.endpoint import Answer, Endpoint
from .graphql.requester import Requester
from .login import Login
from .parsing import Reader
from .quotes import Quotes
from .readings import HalfHourReadings
from .rest import Access, RestClient
from .rest_readings import Meters, RestReadings
from .rewards import Rewards
from .subject import Run
from .supply import Supply
from .transport import TIMEOUT, Transport
from .typical_use import TypicalUse

_ANYBODY = Document("Anybody", "query Anybody { __typename }")


class KrakenClient:
    """A login at the Kraken API, by a credential or by what is known of signing in with one.

    `client.supply.agreements(account)`: each subject is a file beside this one. A part that the service answered is returned even
    where another part of the answer failed; only when the part asked for is missing is the error raised. `run` is given what takes
    long, `now` tells seconds since 1970.
    """

    def __init__(
        self,
        session: ClientSession,
        url: str,
        credential: Credential | OAuthGrant | SignIn,
        *,
        now: Callable[[], float] = time.time,
        timeout: ClientTimeout = TIMEOUT,
        run: Run = asyncio.to_thread,
    ) -> None:
        transport = self._transport = Transport(session, now, timeout)
        endpoint = self._endpoint = Endpoint(transport, url)
        sign_in = credential if isinstance(credential, SignIn) else SignIn(credential)
        tokens = self._tokens = TokenKeeper(endpoint, sign_in, now)
        self._reader = Reader()
        self._requester = Requester(endpoint, tokens, now)
        shared = self._requester, self._reader, run
        self.login = Login(*shared)
        self.supply = Supply(*shared)
        self.terms = ContractTerms(*shared)
        self.readings = HalfHourReadings(*shared)
        self.billing = Billing(*shared)
        self.gas = Gas(*shared)
        self.campaigns = Campaigns(*shared)
        self.rewards = Rewards(*shared)
        self.catalogue = Catalogue(*shared)
        self.typical_use = TypicalUse(*shared)
        self.areas = Areas(*shared)
        self.quotes = Quotes(*shared)
        key = sign_in.credential.key if isinstance(sign_in.credential, ApiKey) else None
        self.rest = RestClient(Access(transport, url, key, tokens), self._reader)
        self.rest_readings = RestReadings(Meters(*shared), self.rest, now)

    @property
    def gone(self) -> Mapping[str, Collection[str]]:
        """The fields that the schema no longer has, by the operation that asked for them. Everything else of it is still asked."""
        return self._requester.gone

    @property
    def left_out(self) -> Mapping[str, int]:
        """What answers held that made no sense, and how often, in words that identify nobody."""
        return self._reader.left_out

    async def post(self, document: Document, variables: Mapping[str, Any]) -> Answer:
        """Send one document as it is, once, and return what comes: for a probe, which wants to see it. Raises `KrakenError`.

        An answer without any data raises the error that decides for it.
        """
        answer = await self._endpoint.post(document, variables, await self._tokens.token())
        if answer.faults and all(value is None for value in answer.data.values()):
            errors = [faults.error(fault, document.operation) for fault in answer.faults]
            raise faults.worst(errors) or errors[0]
        return answer

    async def answers_at(self, url: str) -> None:
        """Ask another address for nothing but an answer, without the login. Raises `KrakenError` where none comes."""
        await Endpoint(self._transport, url).post(_ANYBODY, {})
