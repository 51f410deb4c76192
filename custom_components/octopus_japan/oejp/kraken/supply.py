"""Who is supplied, where, and by which agreement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from . import scalars
from .errors import KrakenServiceError
from .graphql.points import ByPoint, account, points, properties
from .introductory import lay_durations
from .login import Login, text
from .models import (
    AccountReference,
    AccountSupply,
    AddonRate,
    Agreement,
    GenerationPoint,
    IntervalReading,
    KrakenModel,
    Property,
    ReadingDates,
    SupplyPeriod,
    SupplyPoint,
    Viewer,
)
from .parsing import as_dict, as_list


class Supply(Login):
    """The questions about accounts and supply points."""

    async def viewer(self) -> Viewer:
        """Return the login and the accounts that it can see."""
        result = await self._requester.ask("viewer")
        found = as_dict(result.data.get("viewer"))
        if not (viewer_id := _text(found.get("id"))):
            raise result.missing(KrakenServiceError("the viewer came without an id"))
        if not isinstance(found.get("accounts"), list):
            raise result.missing(KrakenServiceError("the viewer came without accounts"))
        return Viewer(viewer_id, self._reader.items(AccountReference, found["accounts"]))

    async def supply_points(self, account_number: str) -> AccountSupply:
        """Return the places of an account and their electricity supply points."""
        result = await self._requester.ask("supply_points", {"accountNumber": account_number})
        found = account(result)
        places = tuple(
            Property(
                _text(place.get("id")),
                self._reader.items(SupplyPoint, place["electricitySupplyPoints"]),
            )
            for _, place in properties(result)
            if isinstance(place.get("electricitySupplyPoints"), list)
        )
        if not places and (error := result.error):
            raise error
        return AccountSupply(account_number, _text(found.get("status")), places)

    async def agreements(self, account_number: str) -> ByPoint[tuple[Agreement, ...]]:
        """Return the agreements of each supply point, past and present, with their products and rates."""
        result = await self._requester.ask("agreements", {"accountNumber": account_number})
        lay_durations(result)
        return points(result, "agreements").joined(
            lambda parts: self._items(Agreement, parts, "agreements")
        )

    async def addon_rates(self, account_number: str) -> Mapping[int, tuple[AddonRate, ...]]:
        """Return the rates added to agreements, by the id of the agreement. Nobody has measured whether they can be read."""
        result = await self._requester.ask("addon_rates", {"accountNumber": account_number})
        rates = {
            agreement["id"]: self._reader.items(AddonRate, agreement["addonRates"])
            for _, point in points(result, "agreements").resolved()
            for agreement in map(as_dict, as_list(point.get("agreements")))
            if isinstance(agreement.get("id"), int)
            and isinstance(agreement.get("addonRates"), list)
        }
        if not rates and (error := result.error):
            raise error
        return rates

    async def supply_periods(self, account_number: str) -> ByPoint[tuple[SupplyPeriod, ...]]:
        """Return the times on supply of each supply point."""
        return await self._by_point("supply_periods", account_number, "supplyPeriods", SupplyPeriod)

    async def interval_readings(
        self, account_number: str, start_at: datetime
    ) -> ByPoint[tuple[IntervalReading, ...]]:
        """Return the closed billing periods of each supply point from `start_at` on."""
        return await self._by_point(
            "interval_readings",
            account_number,
            "intervalReadings",
            IntervalReading,
            {"startAt": text(start_at)},
        )

    async def reading_dates(self, account_number: str) -> ByPoint[ReadingDates]:
        """Return the scheduled meter readings of each supply point; often stale."""
        result = await self._requester.ask("reading_dates", {"accountNumber": account_number})
        told = points(result).joined(self._reading_dates)
        read = ByPoint({spin: dates for spin, dates in told.items() if dates}, told.errors)
        if (error := result.error) and all(dates == ReadingDates() for dates in read.values()):
            raise error
        return read

    def _reading_dates(self, parts: Sequence[Mapping[str, Any]]) -> ReadingDates | None:
        """Return what the first listing tells that tells any date; None if none could be read."""
        told = [dates for part in parts if (dates := self._reader.item(ReadingDates, part))]
        return max(told, key=lambda dates: dates != ReadingDates(), default=None)

    async def generation_points(self, account_number: str) -> ByPoint[GenerationPoint]:
        """Return the points of an account that feed the grid."""
        variables = {"accountNumber": account_number}
        result = await self._requester.ask("generation_points", variables)
        return points(result, key="gpin").joined(
            lambda parts: GenerationPoint(
                parts[0]["gpin"],
                _text(parts[0].get("status")),
                self._items(Agreement, parts, "agreements"),
            )
        )

    async def _by_point[M: KrakenModel](
        self,
        name: str,
        account_number: str,
        part: str,
        model: type[M],
        variables: Mapping[str, Any] | None = None,
    ) -> ByPoint[tuple[M, ...]]:
        """Return a list of each electricity supply point."""
        result = await self._requester.ask(
            name, {"accountNumber": account_number, **(variables or {})}
        )
        told = points(result, part)
        rows = sum(len(as_list(point.get(part))) for _, point in told.found)
        return await self._read(
            rows, partial(told.joined, lambda parts: self._items(model, parts, part))
        )

    def _items[M: KrakenModel](
        self, model: type[M], parts: Sequence[Mapping[str, Any]], name: str
    ) -> tuple[M, ...]:
        """Return the items of all listings of a point, each once."""
        found: list[M] = []
        for part in parts:
            found += [
                item for item in self._reader.items(model, part.get(name)) if item not in found
            ]
        return tuple(found)


def _text(value: object) -> str | None:
    """Return a text, None where there is none or it makes no sense."""
    try:
        return scalars.text(value)
    except ValueError:
        return None
