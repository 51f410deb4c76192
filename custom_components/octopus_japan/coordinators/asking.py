"""Asks for the topics of the account clock: two at a time, each when it is due, and says once what is missing.

What failed by something that may pass is asked again within minutes, then less and less often. What is refused is asked again
after an hour, then with the clock. Until then the last answer stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from logging import DEBUG, INFO, WARNING

from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..identity import last_four
from ..oejp.kraken import (
    ByPoint,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenTooComplexError,
    concerns_login,
)

AT_A_TIME = 2
TOGETHER = timedelta(minutes=1)
"""What is due within this is asked for at once: one poll instead of several."""
PASSING = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 60, 180))
"""When what may pass is asked again, by how often it failed in a row."""
LASTING = (timedelta(hours=1),)
"""When what is refused is asked again out of turn."""

_LASTING_ERRORS = (
    KrakenRefusedError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenTooComplexError,
)


def lasts(error: KrakenError) -> bool:
    """Tell whether asking again soon would change nothing."""
    return isinstance(error, _LASTING_ERRORS)


@dataclass(frozen=True, slots=True)
class Topic:
    """What is asked for, as the log names it, and of which account; None where it is the login's.

    `every`: how often at most while nothing is the matter, whoever asks; None: with the clock.
    `quiet`: many an account has none of it, so that a refusal is no news to anybody.
    `needed`: without it the round fails, which the coordinator or Home Assistant tells, once however often set-up is tried again.
    """

    name: str
    account: str | None = None
    every: timedelta | None = None
    quiet: bool = field(default=False, compare=False)
    needed: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        """Name it without the number."""
        return self.name if self.account is None else f"{self.name} of …{last_four(self.account)}"


type Lacks = Mapping[str, KrakenError | None]
"""What an answer lacks, as the log names it, and the error that says why, if one does."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a topic is asked for next, how often in a row it failed, and what of it is missing."""

    due: datetime
    failures: int = 0
    missing: frozenset[str] = frozenset()
    passing: bool = False
    """Whether the answer failed by what may pass, so that it is still expected."""


class Asking:
    """Keeps the turns of all topics. `interval`: how often each is asked for when nothing is the matter."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval
        self._turns: dict[Topic, _Turn] = {}
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self.stopped: KrakenError | None = None
        """The error of this round that concerns the whole login."""
        self._began = dt_util.utcnow()
        self._refused: dict[Topic, KrakenError] = {}

    @property
    def refused(self) -> Mapping[Topic, KrakenError]:
        """What was refused twice in a row, an hour between: not what many an account has none of."""
        return self._refused

    def begin(self) -> None:
        """Begin a round: what stopped the last one may be over."""
        self.stopped = None
        self._began = dt_util.utcnow()

    def check(self) -> None:
        """Raise the error that concerned the whole login, if there was one in this round."""
        if self.stopped is not None:
            raise self.stopped

    def is_due(self, topic: Topic) -> bool:
        """Tell whether a topic is to be asked for now."""
        turn = self._turns.get(topic)
        return turn is None or turn.due <= self._began + TOGETHER

    def is_expected(self, topic: Topic) -> bool:
        """Tell whether a first or another answer is still to come: not once it came, and not where it is refused."""
        turn = self._turns.get(topic)
        return turn is None or turn.passing

    def next_due(self) -> datetime | None:
        """Return when the first topic is due, None while none was asked for."""
        return min((turn.due for turn in self._turns.values()), default=None)

    def wait(self) -> timedelta:
        """Return after how long the first topic is due: a minute at least, and no longer than the clock."""
        due = self.next_due()
        wait = self._interval if due is None else due - dt_util.utcnow()
        return min(self._interval, max(wait, timedelta(minutes=1)))

    def expire(self) -> None:
        """Make everything due now that is asked for with the clock."""
        self._turns = {
            topic: replace(turn, due=self._began) if topic.every is None or turn.missing else turn
            for topic, turn in self._turns.items()
        }

    def forget(self, accounts: Iterable[str]) -> None:
        """Ask for nothing of these accounts any more."""
        gone = set(accounts)
        self._turns = {doc: turn for doc, turn in self._turns.items() if doc.account not in gone}
        self._refused = {doc: e for doc, e in self._refused.items() if doc.account not in gone}

    async def need[T](
        self,
        topic: Topic,
        ask: Callable[[], Awaitable[T]],
        lacks: Callable[[T], Lacks] = lambda _: {},
    ) -> T:
        """Ask for a topic without which nothing works. Raises KrakenError.

        After an error that concerns the whole login nothing more is asked in this round: it would meet the same. `lacks` tells
        what an answer should have and has not: then it is asked for again like one that failed.
        """
        async with self._slots:
            self.check()
            try:
                answer = await ask()
            except KrakenError as error:
                if concerns_login(error):
                    self.stopped = error
                self._settle(topic, {str(topic): error})
                raise
        self._settle(topic, lacks(answer))
        return answer

    async def ask[T](
        self, topic: Topic, ask: Callable[[], Awaitable[T]], known: T, missing: T
    ) -> T:
        """Ask for what may be missing, if it is due: `missing` if it is refused, `known` after a fault that may pass."""
        if not self.is_due(topic):
            return known
        try:
            return await self.need(topic, ask)
        except KrakenError as error:
            return missing if lasts(error) else known

    async def ask_by_point[T](
        self,
        topic: Topic,
        ask: Callable[[], Awaitable[ByPoint[T]]],
        known: Mapping[str, T],
        merge: Callable[[T, T], T] | None = None,
    ) -> Mapping[str, T]:
        """Ask for something of each point, if it is due. A point that is left out keeps what was known of it.

        So does one that is told in part for a reason that may pass, unless `merge` joins what was known with what is told.
        """
        if not self.is_due(topic):
            return known
        try:
            answer = await self.need(topic, ask, partial(_lacks, topic))
        except KrakenError:
            return known
        found = dict(known)
        for number, told in answer.items():
            error = answer.errors.get(number)
            if number not in known or error is None or lasts(error):
                found[number] = told
            if merge is not None and number in known:
                found[number] = merge(known[number], told)
        return found

    def _settle(self, topic: Topic, lacks: Lacks) -> None:
        """Note how it went, and when it is asked for again."""
        turn = self._turns.get(topic, _Turn(self._began))
        for text in sorted(turn.missing - set(lacks)):
            LOGGER.log(DEBUG if topic.quiet else INFO, "Octopus Energy Japan tells again: %s", text)
        for text, error in lacks.items():
            # What stops the whole round is told by the coordinator.
            stops = error is not None and (topic.needed or concerns_login(error))
            if text not in turn.missing and not stops:
                LOGGER.log(
                    DEBUG if topic.quiet else WARNING,
                    "Octopus Energy Japan does not tell: %s (%s). It is asked for again by itself",
                    text,
                    error or "left out of the answer",
                )
        wait, failures, passing = topic.every or self._interval, 0, False
        if lacks:
            waits = LASTING if all(e is not None and lasts(e) for e in lacks.values()) else PASSING
            if turn.failures < len(waits):
                wait = min(wait, waits[turn.failures])
            failures, passing = turn.failures + 1, waits is PASSING
        self._turns[topic] = _Turn(self._began + wait, failures, frozenset(lacks), passing)
        errors = [error for error in lacks.values() if error is not None and lasts(error)]
        if errors and failures > 1 and not topic.quiet:
            self._refused[topic] = errors[0]
        else:
            self._refused.pop(topic, None)


def _lacks[T](topic: Topic, answer: ByPoint[T]) -> Lacks:
    return {f"{topic.name} of …{last_four(n)}": error for n, error in answer.errors.items()}
