"""Gas: what the account clock was told of it, in the statistics and for the entities. It asks the network for nothing itself."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..identity import digest, last_four
from ..oejp.household.gas import (
    GasPointData,
    GasPricing,
    GasUsage,
    closed,
    gas_usage,
    last_hour,
    superseded,
)
from ..oejp.japan_time import day_of
from ..oejp.tariff import GasTariff
from ..recorder.claims import async_release
from ..recorder.gas_history import GasHistory, volume_series
from ..recorder.meter_history import money_series
from ..recorder.recorder_pass import NotWrittenError
from ..recorder.statistic_ids import gas_consumption_id, gas_cost_id
from ..recorder.statistic_names import statistic_name
from .account import AccountCoordinator
from .errors import log_defect

PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=2)


class GasCoordinator(DataUpdateCoordinator[Mapping[str, GasUsage]]):
    """Follows the account clock. `data` is by the number of the gas supply point; one that fails costs itself alone."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], account: AccountCoordinator
    ) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="gas")
        self.data = {}
        self._account = account
        self._histories: dict[str, GasHistory] = {}
        self._tariffs: dict[str, GasTariff] = {}
        self._task: asyncio.Task[None] | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._again = False
        self._failures = 0

    @callback
    def async_start(self) -> None:
        """Show what is known, and write it once the recorder takes it; until the entry is unloaded."""
        entry = self.config_entry
        entry.async_on_unload(self._account.async_add_listener(self._async_news))
        entry.async_on_unload(async_at_started(self.hass, self._async_write))
        entry.async_on_unload(partial(async_release, self.hass, entry.entry_id))
        entry.async_on_unload(self._async_stop)
        self._async_news()

    @callback
    def _async_news(self) -> None:
        """Take what the account clock was told: what is the same is not shown again."""
        data: dict[str, GasUsage] = {}
        for spin, point in self._points().items():
            if (usage := self._usage(spin, point)) is not None:
                data[spin] = usage
        if data != self.data:
            self.data = data
            self.async_update_listeners()
        self._async_write()

    def _points(self) -> Mapping[str, GasPointData]:
        return self._account.data.gas_points if self._account.data else {}

    def _usage(self, spin: str, point: GasPointData) -> GasUsage | None:
        now = dt_util.utcnow()
        try:
            self._tariffs[spin] = point.tariff(self._account.data.meti_credits)
            return gas_usage(point, self._tariffs[spin], now, day_of(now))
        except Exception as error:  # noqa: BLE001  # Whatever is wrong with one point, the others are shown.
            log_defect("Nothing can be shown of one gas supply point", error)
            return self.data.get(spin)

    @callback
    def _async_stop(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _async_write(self, _when: HomeAssistant | datetime | None = None) -> None:
        """Write what is known: now, or once what is under way is done. Before Home Assistant has started nothing is written."""
        if self.hass.state is not CoreState.running or not self._points():
            return
        self._async_stop()
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = self.config_entry.async_create_background_task(
            self.hass, self._async_run(), f"{DOMAIN} gas history"
        )

    async def _async_run(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            failed = False
            for spin, point in list(self._points().items()):
                try:
                    await self._record(spin, point)
                except NotWrittenError as error:
                    LOGGER.debug("Gas of one point waits for the recorder: %s", error)
                    failed = True
                except Exception as error:  # noqa: BLE001
                    log_defect("The history of one gas supply point cannot be kept", error)
        self._failures = self._failures + 1 if failed else 0
        if failed:
            wait = min(PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
            self._timer = async_call_later(self.hass, wait, self._async_write)

    async def _record(self, spin: str, point: GasPointData) -> None:
        """Make the rows of a point equal to its readings. Raises NotWrittenError."""
        readings = closed(point.readings, dt_util.utcnow())
        history = self.history(spin)
        if not readings or spin not in self._tariffs or not history.claim():
            return
        # A row may stand at the last hour before the first of the readings.
        since = min(reading.start_at for reading in readings) - timedelta(hours=1)
        empty = frozenset(superseded(await history.hours(since), readings))
        rows = {last_hour(reading): reading.usage for reading in readings}
        await history.record(rows, empty, GasPricing(self._tariffs[spin], readings, empty))

    def history(self, spin: str) -> GasHistory:
        """Return the history of a point, made when it is first asked for."""
        if spin not in self._histories:
            hass, point, end = self.hass, digest(spin), last_four(spin)
            self._histories[spin] = GasHistory(
                hass,
                volume_series(
                    hass,
                    gas_consumption_id(point),
                    statistic_name(hass, "gas_consumption", end),
                ),
                money_series(hass, gas_cost_id(point), statistic_name(hass, "gas_cost", end)),
                self.config_entry.entry_id,
            )
        return self._histories[spin]
