"""How much energy: three ways to the half hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from .by_point import ByPoint
from .errors import KrakenError, KrakenNotFoundError, KrakenServiceError, KrakenTooLargeError
from .graphql.pages import Cursors, page
from .graphql.points import numbers, points, properties
from .graphql.requester import Result
from .half_hours import check_window, half_hour_from, half_hours
from .models import Direction, Reading
from .parsing import as_dict, as_list
from .subject import Subject, instant_text

LONGEST_WINDOW = timedelta(days=31)
"""Of half-hourly readings: the service answers 1,488 rows at most and drops the oldest without a sign."""
_SMALLEST_WINDOW = timedelta(days=1)
"""What is still halved where an answer is too large."""


_HALF_HOURLY: Mapping[Direction, tuple[tuple[str, ...], str]] = {
    Direction.CONSUMPTION: (("half_hourly_readings", "half_hourly_readings_plain"), "spin"),
    Direction.GENERATION: (("generation_half_hourly_readings",), "gpin"),
}
"""The documents to ask, best first, and the key of a point's number in them."""


class HalfHourReadings(Subject):
    """The questions about half hours."""

    async def half_hourly(
        self,
        account_number: str,
        start: datetime,
        end: datetime,
        direction: Direction = Direction.CONSUMPTION,
    ) -> ByPoint[tuple[Reading, ...]]:
        """Return the half hours of all points of an account, over at most 31 days.

        For `GENERATION`, those that its generation points fed to the grid, by GPIN. A wider window would lose its oldest rows
        without a sign, so it is a `ValueError`. Where the answer would be too large, half of the window is asked for at a time: an
        account may have hundreds of points.
        """
        check_window(start, end, LONGEST_WINDOW)
        try:
            return await self._half_hourly(account_number, start, end, direction)
        except KrakenTooLargeError:
            if end - start < _SMALLEST_WINDOW:
                raise
        middle = half_hour_from(start + (end - start) / 2)
        earlier = await self.half_hourly(account_number, start, middle, direction)
        later = await self.half_hourly(account_number, middle, end, direction)
        return _joined(earlier, later)

    async def _half_hourly(
        self, account_number: str, start: datetime, end: datetime, direction: Direction
    ) -> ByPoint[tuple[Reading, ...]]:
        names, key = _HALF_HOURLY[direction]
        variables = {
            "accountNumber": account_number,
            "start": instant_text(start),
            "end": instant_text(end),
        }
        result = await self._requester.ask_newest(names, variables, {"halfHourlyReadings"})
        read = points(result, "halfHourlyReadings", key)
        read.resolved()
        # Of a point that is listed twice each listing may tell a part.
        rows: dict[str, list[Any]] = {}
        for number, point in read.found:
            rows.setdefault(number, []).extend(as_list(point.get("halfHourlyReadings")))
        by_point, errors = await self._read(
            sum(map(len, rows.values())), partial(self._of_points, rows, start, end)
        )
        return ByPoint(by_point, {**read.errors, **errors}, read.error)

    async def measurements(
        self,
        account_number: str,
        spin: str,
        start: datetime,
        end: datetime,
        direction: Direction = Direction.CONSUMPTION,
    ) -> tuple[Reading, ...]:
        """Return the half hours of a supply point from its property; a request for every day and a half."""
        check_window(start, end)
        variables = {
            "accountNumber": account_number,
            "spin": spin,
            "direction": direction,
            "start": instant_text(start),
            "end": instant_text(half_hour_from(end)),
        }
        cursors = Cursors(start, end)
        found: list[Mapping[str, Any]] = []
        # A cursor belongs to the property that gave it.
        pending: list[tuple[int | None, str | None]] = [(None, None)]
        while pending:
            place, after = pending.pop()
            result = await self._requester.ask("measurements", {**variables, "after": after})
            for index, connection in self._measured(result, spin, place):
                read = page(connection)
                found.extend(read.nodes)
                if read.after is not None:
                    pending.append((index, cursors.check(read.after)))
        return await self._half_hours(found, start, end)

    async def supply_point(
        self,
        spin: str,
        start: datetime,
        end: datetime,
        direction: Direction = Direction.CONSUMPTION,
    ) -> tuple[Reading, ...]:
        """Return the half hours of a supply point by its number; a request for every day and a half."""
        check_window(start, end)
        exported = direction is Direction.GENERATION
        name = "supply_point_export" if exported else "supply_point_import"
        variables = {
            "spin": spin,
            "start": instant_text(start),
            "end": instant_text(half_hour_from(end)),
        }
        cursors = Cursors(start, end)
        found: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            result = await self._requester.ask(name, {**variables, "after": after})
            if not isinstance(point := result.data.get("supplyPoint"), dict):
                raise result.missing(KrakenNotFoundError("the supply point was not found"))
            connection = as_dict(point.get("readings")).get("page")
            if not isinstance(connection, dict):
                raise result.missing(KrakenServiceError("the supply point came without readings"))
            read = page(connection)
            found.extend(read.nodes)
            if read.after is None:
                return await self._half_hours(found, start, end)
            after = cursors.check(read.after)

    async def _half_hours(
        self, rows: Sequence[Mapping[str, Any]], start: datetime, end: datetime
    ) -> tuple[Reading, ...]:
        return await self._read(len(rows), partial(half_hours, self._reader, rows, start, end))

    def _of_points(
        self, rows: Mapping[str, Sequence[Any]], start: datetime, end: datetime
    ) -> tuple[dict[str, tuple[Reading, ...]], dict[str, KrakenError]]:
        """Read the half hours of each point; what went wrong is that point's."""
        found: dict[str, tuple[Reading, ...]] = {}
        errors: dict[str, KrakenError] = {}
        for number, told in rows.items():
            try:
                found[number] = half_hours(self._reader, told, start, end)
            except KrakenServiceError as error:
                errors[number] = error
        return found, errors

    @staticmethod
    def _measured(
        result: Result, spin: str, place: int | None
    ) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the connections to read: of the property at `place`, else of the one that lists the supply point, else of all."""
        among = properties(result)
        if place is not None:
            among = [(index, item) for index, item in among if index == place]
        elif own := [(i, item) for i, item in among if spin in numbers(item)]:
            among = own
        found: list[tuple[int, Mapping[str, Any]]] = [
            (i, connection)
            for i, item in among
            if isinstance(connection := item.get("measurements"), dict)
        ]
        if len(found) < len(among):
            raise result.missing(KrakenServiceError("a property came without measurements"))
        return found


def _joined(
    earlier: ByPoint[tuple[Reading, ...]], later: ByPoint[tuple[Reading, ...]]
) -> ByPoint[tuple[Reading, ...]]:
    """Join the answers for two windows; a point that failed in one of them failed."""
    errors = {**later.errors, **earlier.errors}
    return ByPoint(
        {
            number: (*read, *later[number])
            for number, read in earlier.items()
            if number in later and number not in errors
        },
        errors,
        earlier.error or later.error,
    )
