"""Half hours by REST: a further way for a login that has an API key, where GraphQL is closed (docs/api.md#rest).

REST wants the serial number of a meter, which GraphQL may tell (`meters`), and the customer can. What was refused is not asked for again for a day: it takes
three requests to learn that no way of signing in is accepted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..japan_time import HALF_HOUR
from .errors import (
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
)
from .model import END, KEY, KrakenModel
from .models import Reading
from .rest import RestClient
from .subject import Subject

CLOSED_FOR = timedelta(days=1)
"""How long what was refused, and what meters a point has, is taken for granted."""


@dataclass(frozen=True, slots=True)
class Meter(KrakenModel):
    """A meter of a supply point, which may have been removed."""

    serial_number: str = field(metadata=KEY)
    removed_at: datetime | None = field(default=None, metadata=END)


class Meters(Subject):
    """The question of which meters there are."""

    async def of(self, account_number: str, spin: str) -> tuple[Meter, ...]:
        """Return the meters of a supply point. Raises KrakenError."""
        return (await self._by_point("meters", "meters", Meter, account_number)).of(spin)


class RestReadings:
    """Reads half hours by REST. `now` tells seconds since 1970. One for a login: a refusal of one point's may be all points'."""

    def __init__(self, meters: Meters, rest: RestClient, now: Callable[[], float]) -> None:
        self._meters = meters
        self._rest = rest
        self._now = now
        self.entered: dict[str, str] = {}
        """Serial numbers by SPIN, as the customer reads them off the meter: then nobody is asked for them."""
        self._known: dict[str, tuple[float, tuple[Meter, ...]]] = {}
        self._refused: dict[str | None, float] = {}
        """When a point was refused; None stands for the login."""

    @property
    def usable(self) -> bool:
        """Tell whether there is an API key, by which alone REST is said to be open."""
        return self._rest.access.key is not None

    async def half_hours(
        self, account_number: str, spin: str, start: datetime, end: datetime
    ) -> Sequence[Reading]:
        """Return the half hours of a supply point from `start` until before `end`, ascending. Raises KrakenError.

        A meter that was removed tells what came before. Where two meters tell another figure of one half hour, which one counts is
        not known: that is a KrakenServiceError.
        """
        if any(self._is_fresh(self._refused.get(key)) for key in (None, spin)):
            raise KrakenRefusedError("half hours by REST were refused of late")
        try:
            meters = await self._of(account_number, spin)
            return await self._read(spin, meters, start, end)
        except KrakenRefusedError as error:
            # With a code GraphQL refused what meters the point has; without one REST refused the login.
            self._refused[spin if error.codes else None] = self._now()
            raise
        except KrakenNotFoundError, KrakenQueryError:
            self._refused[spin] = self._now()
            raise

    def _is_fresh(self, at: float | None) -> bool:
        return at is not None and 0 <= self._now() - at < CLOSED_FOR.total_seconds()

    async def _of(self, account_number: str, spin: str) -> tuple[Meter, ...]:
        if (serial := self.entered.get(spin)) is not None:
            return (Meter(serial),)
        at, known = self._known.get(spin, (None, ()))
        if self._is_fresh(at):
            return known
        found = await self._meters.of(account_number, spin)
        if not found:
            raise KrakenNotFoundError("no meter is told of the point")
        self._known[spin] = self._now(), found
        return found

    async def _read(
        self, spin: str, meters: Sequence[Meter], start: datetime, end: datetime
    ) -> Sequence[Reading]:
        found: dict[datetime, Reading] = {}
        for meter in meters:
            if meter.removed_at is not None and meter.removed_at <= start:
                continue
            rows = await self._rest.meters.consumption(spin, meter.serial_number, start, end)
            for row in rows:
                at = row.interval_start
                if row.interval_end - at != HALF_HOUR or not start <= at < end:
                    continue
                reading = Reading(at, row.interval_end, row.consumption)
                if found.setdefault(at, reading) != reading:
                    raise KrakenServiceError("two meters of a point tell of one half hour")
        return tuple(found[at] for at in sorted(found))


def speaks_against_rest(error: KrakenError) -> bool:
    """Tell whether a failure says that REST is closed to a point or a login: there it has no codes."""
    return isinstance(error, KrakenRefusedError | KrakenNotFoundError | KrakenQueryError)
