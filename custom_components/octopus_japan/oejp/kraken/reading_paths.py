"""The ways to the same half hours, and the one place that chooses among them.

None works for every account, and which one does is found by trying (docs/api.md#readings). A way is left for good only
after a refusal or an internal error that came again and again for an hour; an empty answer counts only where another way answers the
same question with readings. Until then, a question that is refused is asked another way, each time. Once a day the first
way is tried again, for the others take many requests. The last way, REST, is there for logins with an API key only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import logging

from ..interval import Interval
from ..japan_time import HALF_HOUR
from .by_point import ByPoint
from .errors import (
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenTooComplexError,
    KrakenUnlistedError,
    concerns_login,
)
from .models import Direction, Reading
from .readings import LONGEST_WINDOW, HalfHourReadings
from .rest_readings import RestReadings, speaks_against_rest

_LOGGER = logging.getLogger(__name__)

LASTING_COUNT = 3
LASTING_TIME = timedelta(hours=1)
"""Failures in a row, and over how long, after which a way counts as closed for a point (docs/api.md#errors)."""

CHECKED = timedelta(days=7)
"""Of windows longer than this the front is asked for again where it is missing: an answer may be cut off without a sign."""

CHECK_INTERVAL = timedelta(days=1)
"""How often the first way is tried while another one serves."""


class ReadingPath(StrEnum):
    """The ways, in the order in which they are tried."""

    HALF_HOURLY = "half_hourly"
    SUPPLY_POINT = "supply_point"
    MEASUREMENTS = "measurements"
    REST = "rest"


_FIELDS = {
    ReadingPath.HALF_HOURLY: {"halfHourlyReadings"},
    ReadingPath.SUPPLY_POINT: {"supplyPoint", "readings", "importReadings", "exportReadings"},
    ReadingPath.MEASUREMENTS: {"measurements"},
}
_NO_READINGS_API = {"KT-CT-4719", "KT-CT-4722"}
_INTERNAL = "KT-CT-7899"
_FIRST = ReadingPath.HALF_HOURLY


def speaks_against(path: ReadingPath, error: KrakenError) -> bool:
    """Tell whether a failure comes from the way itself, not from a moment's fault and not from a mistake of ours.

    Whether it lasts is for the caller, who sees it more than once.
    """
    if path is ReadingPath.REST:
        return speaks_against_rest(error)
    match error:
        case KrakenRefusedError():
            return bool(error.codes)
        case KrakenNotFoundError():
            return bool(error.codes & _NO_READINGS_API)
        case KrakenTooComplexError():
            return True
        case KrakenQueryError():
            return error.field in _FIELDS[path]
        case KrakenServiceError():
            return _INTERNAL in error.codes
    return False


def listed_since(now: datetime) -> datetime:
    """Return the first hour that every way answers for: some accounts get nothing older than 31 days (docs/api.md#readings)."""
    oldest = (now - LONGEST_WINDOW).astimezone(UTC)
    return oldest.replace(minute=0, second=0, microsecond=0) + 2 * HALF_HOUR


def windows(start: datetime, end: datetime) -> list[Interval]:
    """Cut a time into pieces that the service answers whole, oldest first."""
    cuts = []
    while start < end:
        cuts.append(Interval(start, min(start + LONGEST_WINDOW, end)))
        start += LONGEST_WINDOW
    return cuts


@dataclass(frozen=True, slots=True)
class PathChoice:
    """Which way serves a point: `old` for what is older than 31 days, None while that is not known to be the same.

    `checked_at`: when the first way was last tried while another one served.
    """

    recent: ReadingPath = ReadingPath.HALF_HOURLY
    old: ReadingPath | None = None
    checked_at: datetime | None = None


@dataclass(slots=True)
class _Failing:
    """Failures in a row that speak against a way: since when, and how many."""

    since: datetime
    count: int = 0


class AccountAnswers:
    """What accounts answered, in one poll or of an import: an answer holds all points of an account, and need be asked for once."""

    def __init__(self) -> None:
        self._known: dict[
            tuple[str, datetime, datetime, Direction], ByPoint[tuple[Reading, ...]]
        ] = {}

    async def half_hourly(
        self,
        readings: HalfHourReadings,
        account_number: str,
        start: datetime,
        end: datetime,
        direction: Direction,
    ) -> ByPoint[tuple[Reading, ...]]:
        """Return the half hours of all points of an account. Raises KrakenError; then the next point asks again."""
        key = account_number, start, end, direction
        if key not in self._known:
            self._known[key] = await readings.half_hourly(account_number, start, end, direction)
        return self._known[key]

    def forget_before(self, at: datetime) -> None:
        """Forget the answers about times that ended before."""
        self._known = {key: told for key, told in self._known.items() if key[2] > at}


class PathFinder:
    """Asks for the readings of one point by the way that serves it. Raises KrakenError.

    `choice` is what was kept of an earlier run, `keep` is called with every new choice, `now` tells the time. `rest`: None where REST
    is no way.
    """

    def __init__(  # What, whose, and three things of the caller's.
        self,
        readings: HalfHourReadings,
        number: str,
        direction: Direction = Direction.CONSUMPTION,
        *,
        choice: PathChoice,
        keep: Callable[[PathChoice], None],
        now: Callable[[], datetime],
        rest: RestReadings | None = None,
    ) -> None:
        # REST knows no generation points.
        usable = rest is not None and rest.usable and direction is Direction.CONSUMPTION
        self._rest = rest if usable else None
        self._paths = [path for path in ReadingPath if usable or path is not ReadingPath.REST]
        self._readings = readings
        self._number = number
        self._direction = direction
        self._choice = self._open(choice)
        self._keep = keep
        self._now = now
        self._failing: dict[ReadingPath, _Failing] = {}

    def _open(self, choice: PathChoice) -> PathChoice:
        """Return what of a choice is a way still: a key may have gone since."""
        if choice.recent not in self._paths:
            return PathChoice()
        return choice if choice.old in {None, *self._paths} else replace(choice, old=None)

    @property
    def recent(self) -> ReadingPath:
        """The way by which readings are asked for."""
        return self._choice.recent

    @property
    def old(self) -> ReadingPath:
        """The same for readings older than 31 days."""
        if self.recent is _FIRST:
            return self._choice.old or _FIRST
        return self.recent

    def windows(self, start: datetime, end: datetime) -> list[Interval]:
        """Cut a time into pieces, and at the age where another way begins to serve."""
        since = listed_since(self._now())
        if self.old is not self.recent and start < since < end:
            return [*windows(start, since), *windows(since, end)]
        return windows(start, end)

    async def fetch(
        self,
        account_number: str,
        start: datetime,
        end: datetime,
        *,
        supplied: bool = False,
        answers: AccountAnswers | None = None,
    ) -> Sequence[Reading]:
        """Return the readings from `start` until before `end`, at most 31 days apart, of the account that was supplied then.

        `supplied` tells that the point was on supply then, so that something is missing where nothing comes. `answers`: what other
        points of the account were told in the same poll.
        """
        asked = Question(
            self._readings,
            account_number,
            self._number,
            start,
            end,
            self._direction,
            answers,
            self._rest,
        )
        try:
            if end > listed_since(self._now()) or self.recent is not _FIRST:
                return await self._fetch(asked)
            return await self._fetch_old(asked, supplied=supplied)
        except KrakenUnlistedError:
            if found := await self._by_number(asked):
                return found
            raise

    @staticmethod
    async def _by_number(asked: Question) -> Sequence[Reading]:
        """Ask by the point's own number, which needs no list of its account; nothing where that fails too."""
        try:
            return await asked.by(ReadingPath.SUPPLY_POINT)
        except KrakenError as error:
            if concerns_login(error):
                raise
            return []

    async def _fetch(self, asked: Question) -> Sequence[Reading]:
        if self.recent is not _FIRST and (found := await self._check(asked)):
            self._choose(PathChoice())
            return found
        path = self.recent
        try:
            found = await asked.whole(path)
        except KrakenError as error:
            if not speaks_against(path, error):
                raise
            lasting = self._lasts(path)
            if isinstance(error, KrakenServiceError) and not lasting:
                raise
            return await self._elsewhere(asked, path, error, lasting=lasting)
        self._failing.pop(path, None)
        return found

    async def _elsewhere(
        self, asked: Question, closed: ReadingPath, error: KrakenError, *, lasting: bool
    ) -> Sequence[Reading]:
        """Ask by the other ways, and stay with the first that has something to say, if the closed one stays closed."""
        answer: Sequence[Reading] | None = None
        for path in self._paths:
            if path is closed:
                continue
            try:
                found = await asked.by(path)
            except KrakenError as other:
                if not speaks_against(path, other):
                    raise
                if isinstance(other, KrakenServiceError) and not self._lasts(path):
                    raise
                continue
            self._failing.pop(path, None)
            if found:
                if lasting:
                    _LOGGER.info("Readings of one point are asked for by %s from now on", path)
                    self._choose(PathChoice(path, checked_at=self._now()))
                return found
            answer = found
        if answer is None:
            raise error
        return answer

    async def _fetch_old(self, asked: Question, *, supplied: bool) -> Sequence[Reading]:
        known = self._choice.old
        if known is not None and known is not _FIRST:
            return await self._fetch_by_known(asked, known)
        found = await self._fetch(asked)
        if known is not None:
            return found
        if supplied and not self._is_old(found):
            # The service was seen to answer nothing, and everything a minute later. Two empty answers are believed.
            found = await self._fetch(replace(asked, answers=None))
        if self._is_old(found):
            self._choose(replace(self._choice, old=_FIRST))
        elif supplied:
            found = await self._older_way(asked) or found
        return found

    async def _fetch_by_known(self, asked: Question, path: ReadingPath) -> Sequence[Reading]:
        """Ask for old readings by a way that was found for them; it is forgotten where it closes for good."""
        if self._is_old(found := await self._check(asked)):
            self._choose(replace(self._choice, old=_FIRST))
            return found
        try:
            found = await asked.whole(path)
        except KrakenError as error:
            if speaks_against(path, error) and self._lasts(path):
                self._choose(replace(self._choice, old=None))
            raise
        self._failing.pop(path, None)
        return found

    async def _older_way(self, asked: Question) -> Sequence[Reading]:
        for path in self._paths[1:]:
            try:
                found = await asked.by(path)
            except KrakenError as error:
                if concerns_login(error) or isinstance(error, KrakenConnectionError):
                    raise
                continue
            if found:
                _LOGGER.info("History of one point is asked for by %s", path)
                self._choose(replace(self._choice, old=path, checked_at=self._now()))
                return found
        return []

    async def _check(self, asked: Question) -> Sequence[Reading]:
        """Try the first way again, once a day: a refusal may be lifted. Nothing where it stays closed, or is not due."""
        now, checked = self._now(), self._choice.checked_at
        # A time in the future was kept while the clock was wrong.
        if checked is not None and checked <= now < checked + CHECK_INTERVAL:
            return []
        self._choose(replace(self._choice, checked_at=now))
        try:
            return await asked.whole(_FIRST)
        except KrakenError as error:
            if concerns_login(error):
                raise
            return []

    def _choose(self, choice: PathChoice) -> None:
        self._choice = choice
        self._keep(choice)

    def _lasts(self, path: ReadingPath) -> bool:
        """Count a failure; tell whether they have come often enough for long enough."""
        now = self._now()
        failing = self._failing.setdefault(path, _Failing(now))
        failing.since = min(failing.since, now)
        failing.count += 1
        return failing.count >= LASTING_COUNT and now - failing.since >= LASTING_TIME

    def _is_old(self, found: Sequence[Reading]) -> bool:
        """Tell whether an answer has anything that not every way would have."""
        return bool(found) and found[0].start_at < listed_since(self._now()) - 2 * HALF_HOUR


@dataclass(frozen=True, slots=True)
class Question:
    """The half hours of one point from `start` until before `end`."""

    readings: HalfHourReadings
    account_number: str
    number: str
    start: datetime
    end: datetime
    direction: Direction = Direction.CONSUMPTION
    answers: AccountAnswers | None = None
    rest: RestReadings | None = None

    async def by(self, path: ReadingPath) -> Sequence[Reading]:
        """Ask by one way; by `HALF_HOURLY` at most 31 days, and of a generation point by its GPIN."""
        span = self.start, self.end, self.direction
        match path:
            case ReadingPath.HALF_HOURLY:
                # Without a poll's answers each question is asked anew.
                answers = self.answers or AccountAnswers()
                told = await answers.half_hourly(self.readings, self.account_number, *span)
                return told.of(self.number)
            case ReadingPath.SUPPLY_POINT:
                return await self.readings.supply_point(self.number, *span)
            case ReadingPath.REST if self.rest is not None:
                return await self.rest.half_hours(
                    self.account_number, self.number, self.start, self.end
                )
        return await self.readings.measurements(self.account_number, self.number, *span)

    async def whole(self, path: ReadingPath) -> Sequence[Reading]:
        """Ask for an answer with its front: the oldest rows of a long one may be dropped without a sign."""
        found = await self.by(path)
        while (
            path is _FIRST
            and self.end - self.start > CHECKED
            and found
            and found[0].start_at > self.start
            and (front := await replace(self, end=found[0].start_at).by(path))
        ):
            found = [*front, *found]
        return found
