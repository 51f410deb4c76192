"""What homes on a plan in an area typically use: half hour by half hour, by month (docs/api.md#typical-use)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from . import scalars
from .errors import KrakenServiceError
from .subject import Subject

MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
"""The parts of the document, a month each."""
_HALF_HOURS = 48


class TypicalUse(Subject):
    """The question about typical use."""

    async def by_month(
        self, grid_operator_code: str, product_code: str
    ) -> Mapping[int, tuple[Decimal, ...]]:
        """Return the kWh of the 48 half hours of a typical day by month, 1 to 12; a month that makes no sense is left out."""
        variables = {"gridOperatorCode": grid_operator_code, "productCode": product_code}
        result = await self._requester.ask("typical_use", variables)
        found = {
            number: halves
            for number, name in enumerate(MONTHS, 1)
            if (halves := self._halves(result.data.get(name))) is not None
        }
        if not found:
            raise result.missing(KrakenServiceError("typical use is missing"))
        return found

    def _halves(self, raw: object) -> tuple[Decimal, ...] | None:
        if raw is None:
            return None
        try:
            if not isinstance(raw, list) or len(raw) != _HALF_HOURS:
                raise ValueError("not a day")  # noqa: TRY301
            halves = tuple(map(scalars.number, raw))
            if min(halves) < 0:
                raise ValueError("less than nothing")  # noqa: TRY301
        except ValueError:
            self._reader.leave_out("a day of typical use that is none")
            return None
        return halves
