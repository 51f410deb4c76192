"""Asks one document with a valid token: a renewed one, a sibling or a smaller page where the service wants that."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
import logging
import math
import re
from typing import Any

from ..auth.tokens import TokenKeeper, local_time
from ..errors import (
    KrakenError,
    KrakenQueryError,
    KrakenThrottledError,
    KrakenTokenError,
    KrakenTooComplexError,
    KrakenTooLargeError,
)
from ..parsing import as_dict
from ..transport import LONGEST_WAIT
from . import faults
from .documents import DOCUMENTS, Document
from .endpoint import Answer, Endpoint
from .pages import SMALLEST_PAGE
from .selections import parts

_LOGGER = logging.getLogger(__name__)
_OUTDATED = 86400.0
"""Seconds for which a document that the schema rejected is not asked for."""


@dataclass(frozen=True, slots=True)
class Result:
    """The data of an answer, and the error of each fault with its path."""

    data: Mapping[str, Any]
    errors: tuple[tuple[tuple[str | int, ...], KrakenError], ...] = ()

    @property
    def error(self) -> KrakenError | None:
        """The error that decides for the whole answer."""
        return faults.worst(error for _, error in self.errors)

    def error_at(self, *path: str | int) -> KrakenError | None:
        """Return the error that decides for what is missing at `path`: of an error there, below, or above."""
        return faults.worst(
            error for at, error in self.errors if at[: len(path)] == path[: len(at)]
        )

    def missing(self, otherwise: KrakenError) -> KrakenError:
        """Return why a part is missing: what the service said about it, or `otherwise`."""
        return self.error or otherwise


class Requester:
    """Asks documents by their name."""

    def __init__(self, endpoint: Endpoint, tokens: TokenKeeper, now: Callable[[], float]) -> None:
        self._endpoint = endpoint
        self._tokens = tokens
        self._now = now
        self._outdated: dict[str, float] = {}
        self._pages: dict[str, int] = {}
        self._smaller: dict[str, tuple[float, Document]] = {}
        self.gone: dict[str, set[str]] = {}
        """The fields that the schema no longer has, by the operation that asks for them."""

    async def ask_newest(
        self, names: tuple[str, ...], variables: Mapping[str, Any], needed: Collection[str] = ()
    ) -> Result:
        """Return the first of some documents that the schema takes. `needed`: as `ask` has it.

        One that is rejected with the name of a field is left out for a day, if the next one is taken. A rejection that names
        nothing may be a gateway's: it counts for this question only.
        """
        *preferred, last = names
        rejected: list[str] = []
        now = self._now()
        for name in preferred:
            if 0 <= now - self._outdated.get(name, -math.inf) < _OUTDATED:
                continue
            try:
                return await self._paged(name, DOCUMENTS[name], variables)
            except KrakenQueryError as error:
                if error.field is not None:
                    rejected.append(name)
        result = await self.ask(last, variables, needed)
        self._outdated.update(dict.fromkeys(rejected, now))
        return result

    async def ask(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        needed: Collection[str] = (),
    ) -> Result:
        """Ask a document. Raises when it brought nothing but errors; otherwise data and errors are handed on.

        A field that the schema no longer has would fail the whole document: it is left out for a day, and the rest is asked for.
        Not one that is `needed`: without it the rest says nothing, and would look like an answer.
        """
        document = self._known(name)
        while True:
            try:
                result = await self._paged(name, document, variables)
            except KrakenQueryError as error:
                if error.field is None or error.field in needed or document.mutation:
                    raise
                smaller = parts(document).without(error.field)
                if smaller is None:
                    raise
                self._leave_out(name, str(error.field), smaller)
                document = smaller
            else:
                if document is DOCUMENTS[name]:
                    self.gone.pop(document.operation, None)
                return result

    def _known(self, name: str) -> Document:
        """Return a document, without what is known to be gone from the schema."""
        since, document = self._smaller.get(name, (-math.inf, DOCUMENTS[name]))
        return document if 0 <= self._now() - since < _OUTDATED else DOCUMENTS[name]

    def _leave_out(self, name: str, field: str, smaller: Document) -> None:
        self._smaller[name] = self._now(), smaller
        fields = self.gone.setdefault(smaller.operation, set())
        if field not in fields:
            fields.add(field)
            _LOGGER.warning(
                "The schema of the Kraken API no longer has %s, which %s asks for; left out",
                field,
                smaller.operation,
            )

    async def _paged(
        self, name: str, document: Document, variables: Mapping[str, Any] | None
    ) -> Result:
        """Ask a document once.

        Where the service finds a page too complex, or an answer is too large, half of it is asked for, down to `SMALLEST_PAGE`,
        and that is remembered while we run: the refusal is for good, and how the service counts is not known.
        """
        while True:
            first = self._pages.get(name, document.first)
            given = {**(variables or {}), **({} if first == document.first else {"first": first})}
            # A document that lost a field may have lost a variable with it, which GraphQL would not take.
            given = {
                key: value
                for key, value in given.items()
                if re.search(rf"\${key}\b", document.text)
            }
            try:
                return await self._ask(document, given)
            except KrakenTooComplexError, KrakenTooLargeError:
                if first is None or (smaller := first // 2) < SMALLEST_PAGE:
                    raise
                self._pages[name] = min(smaller, self._pages.get(name, smaller))

    async def _ask(self, document: Document, variables: Mapping[str, Any]) -> Result:
        token = await self._tokens.token()
        try:
            return await self._post(document, variables, token)
        except KrakenTokenError:
            token = await self._tokens.token(refused=token)
            if document.mutation:
                # Most likely the service did nothing. It is not sent again: that could do it twice. The caller decides.
                raise
        return await self._post(document, variables, token)

    async def _post(self, document: Document, variables: Mapping[str, Any], token: str) -> Result:
        try:
            result = self._result(document, await self._endpoint.post(document, variables, token))
        except KrakenThrottledError as err:
            if err.retry_after is None:
                err.retry_after = await self._until_reset(token)
            raise
        if (error := result.error) and (
            isinstance(error, KrakenTokenError) or all(v is None for v in result.data.values())
        ):
            raise error
        return result

    @staticmethod
    def _result(document: Document, answer: Answer) -> Result:
        errors = tuple(
            (fault.path, faults.error(fault, document.operation, answer.retry_after))
            for fault in answer.faults
        )
        result = Result(answer.data, errors)
        if isinstance(result.error, KrakenThrottledError):
            raise result.error
        return result

    async def _until_reset(self, token: str) -> timedelta | None:
        """Return how long the hourly allowance stays used up, if the service tells; nothing of it may hide the throttling."""
        document = DOCUMENTS["rate_limit"]
        try:
            answer = await self._endpoint.post(document, {}, token)
        except KrakenError:
            return None
        information = as_dict(answer.data.get("rateLimitInfo"))
        ttl = as_dict(information.get("pointsAllowanceRateLimit")).get("ttl")
        now = self._now()
        if (until := local_time(ttl, now, self._tokens.ahead)) is None:
            return None
        return min(timedelta(seconds=max(0.0, until - now)), LONGEST_WAIT)
