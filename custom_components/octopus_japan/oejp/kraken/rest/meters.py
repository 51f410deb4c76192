"""Meter points, their half hours, and the areas of the grid."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from ..errors import KrakenServiceError
from ..parsing import Reader
from .access import Access
from .models import RestConsumption, RestGridSupplyPoint, RestMeterPoint
from .products import Fuel, period

PAGE = 1500
"""Half hours on a page: a month. The service gives up to 25,000, which is more than an answer may be here."""


class GroupBy(StrEnum):
    """What half hours are added up to. Days begin at midnight in the service's own zone, which is not known."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Meters:
    """The questions about meter points."""

    _access: Access
    _reader: Reader

    async def electricity_meter_point(self, mpan: str) -> RestMeterPoint:
        """Return the details of an electricity meter point; gas has none there. Raises KrakenNotFoundError."""
        path = f"/v1/electricity-meter-points/{quote(mpan, safe='')}/"
        told = await self._access.get(path, "meter point")
        if (found := self._reader.item(RestMeterPoint, told)) is None:
            raise KrakenServiceError("the meter point makes no sense")
        return found

    async def consumption(
        self,
        number: str,
        serial_number: str,
        period_from: datetime,
        period_to: datetime | None = None,
        *,
        fuel: Fuel = Fuel.ELECTRICITY,
        group_by: GroupBy | None = None,
    ) -> tuple[RestConsumption, ...]:
        """Return what a meter of a point counted, oldest first; half hours unless they are added up."""
        path = (
            f"/v1/{fuel}-meter-points/{quote(number, safe='')}/meters/"
            f"{quote(serial_number, safe='')}/consumption/"
        )
        query = {
            **period(period_from, period_to),
            "order_by": "period",
            "page_size": PAGE,
            "group_by": group_by,
        }
        read = [
            self._reader.item(RestConsumption, item)
            async for item in self._access.pages(path, "consumption", query)
        ]
        rows = (row for row in read if row is not None)
        return tuple(sorted(rows, key=lambda row: row.interval_start))

    async def grid_supply_points(self, postcode: str | None = None) -> tuple[str, ...]:
        """Return the ids of the groups of grid supply points, of a postcode or all; none where the postcode is not known."""
        path, query = "/v1/industry/grid-supply-points/", {"postcode": postcode}
        found = [item async for item in self._access.pages(path, "grid supply points", query)]
        return tuple(item.group_id for item in self._reader.items(RestGridSupplyPoint, found))
