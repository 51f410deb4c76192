"""One gas supply point: its readings and their cost as two statistics. A row is a whole reading, in m³, at its last hour."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
import logging

from homeassistant.const import UnitOfVolume
from homeassistant.core import HomeAssistant, callback

from ..oejp.household.hour import Pricing
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR
from .claims import async_claim
from .recorder_pass import async_pass
from .series import Series
from .sync import Hours

_LOGGER = logging.getLogger(__name__)
_ZERO = Decimal(0)


class GasHistory:
    """The two statistics of a gas point. There are a dozen rows a year, so that all of them are compared each time."""

    def __init__(self, hass: HomeAssistant, volume: Series, money: Series, entry_id: str) -> None:
        self.volume = volume
        self.money = money
        self._hass = hass
        self._entry_id = entry_id
        self._told = False

    @callback
    def claim(self) -> bool:
        """Claim both statistics; False while another config entry has them."""
        return all(
            async_claim(self._hass, series.statistic_id, self._entry_id)
            for series in (self.volume, self.money)
        )

    async def hours(self, since: datetime) -> list[datetime]:
        """Return the hours that are stored from a time on, ascending."""
        return [row.start for row in await self.volume.async_read(since)]

    async def record(
        self, rows: Mapping[datetime, Decimal], empty: Collection[datetime], pricing: Pricing
    ) -> bool:
        """Make the rows equal to readings (m³ by their last hour, UTC), and money to what they cost; True if that changed any.

        Rows of other hours stay as they are, but for those of `empty`, which hold nothing any more. Raises NotWrittenError.
        """
        compared = Hours({**dict.fromkeys(empty, _ZERO), **rows})
        if compared.first is None or compared.last is None:
            return False
        span = Interval(compared.first, compared.last + HOUR)
        outcome = await async_pass(self._hass, self.volume, self.money, compared, span, pricing)
        if outcome.unpriced is not None and not self._told:
            self._told = True
            _LOGGER.warning(
                "%s: cost stays as it was (%s)", self.volume.name, type(outcome.unpriced).__name__
            )
        return outcome.changed


def volume_series(hass: HomeAssistant, statistic_id: str, name: str) -> Series:
    """Return a statistic in m³."""
    return Series(hass, statistic_id, name, UnitOfVolume.CUBIC_METERS)
