"""The households' own meters, as the options name them: read from the recorder every five minutes.

What they tell stands in for what the supplier has not published yet (oejp/household/own_meter.py). Nothing is written.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ..const import CONF_OWN_METER, LOGGER
from ..identity import digest, last_four
from ..issues import async_report, async_settle
from ..oejp.household.own_meter import OwnMeter, own_meter
from ..oejp.household.usage import usage_start
from ..oejp.japan_time import HOUR
from ..recorder.own_meter import Unusable, counter
from .account import AccountCoordinator
from .tariff_book import TariffBook

SILENT = "own_meter_silent"
ISSUES = {
    Unusable.MISSING: "own_meter_missing",
    Unusable.NOT_ENERGY: "own_meter_not_energy",
    None: SILENT,
}
REGISTERED = "registered"
SILENCE = timedelta(days=1)
"""For so long a meter may tell nothing before the user is told."""
_PATIENCE = timedelta(minutes=15)
"""What is missing while Home Assistant starts may come yet."""
_AFTER = 30
"""Second of the minute: the recorder sums up five minutes some seconds after they are over."""

type News = Callable[[Collection[str]], None]


def own_meter_entity(hass: HomeAssistant, options: Mapping[str, Any], spin: str) -> str | None:
    """Return the entity id of the own meter of a supply point; None without one.

    The option holds the id of the registry's entry where there is one, so that a new name loses nothing; and the name that the
    entity had, by which another one may take its place.
    """
    named: Mapping[str, str] | None = options.get(CONF_OWN_METER, {}).get(digest(spin))
    if named is None:
        return None
    registered = named.get(REGISTERED)
    found = registered and er.async_resolve_entity_id(er.async_get(hass), registered)
    return found or named[ATTR_ENTITY_ID]


class OwnMeters:
    """What the own meters of an entry's supply points told, by SPIN."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        account: AccountCoordinator,
        book: TariffBook,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._account = account
        self._book = book
        self._found: dict[str, OwnMeter] = {}
        self._news: list[News] = []
        self._told: set[str] = set()
        self._since: datetime | None = None

    @callback
    def async_start(self) -> None:
        """Read now and every five minutes until the entry is unloaded, if any point has an own meter."""
        if not self._entry.options.get(CONF_OWN_METER):
            return
        self._since = dt_util.utcnow()
        self._entry.async_on_unload(
            async_track_utc_time_change(
                self._hass, self.async_read, minute=range(0, 60, 5), second=_AFTER
            )
        )
        self._entry.async_create_background_task(
            self._hass, self.async_read(self._since), "octopus_japan own meters"
        )

    @callback
    def async_on_news(self, news: News) -> CALLBACK_TYPE:
        """Call with the numbers of the points whose own meter tells something else; return what ends that."""
        self._news.append(news)
        return partial(self._news.remove, news)

    def has(self, spin: str) -> bool:
        """Tell whether the options name an own meter for a point."""
        return digest(spin) in self._entry.options.get(CONF_OWN_METER, {})

    def of(self, spin: str) -> OwnMeter | None:
        """Return what the own meter of a point told; None without one, or while it is no use."""
        return self._found.get(spin)

    async def async_read(self, now: datetime) -> None:
        """Read every own meter."""
        changed = [
            spin
            for spin in list(self._account.data.supply_points)
            if self.has(spin) and await self._read(spin, now)
        ]
        if changed:
            for news in list(self._news):
                news(changed)

    async def _read(self, spin: str, now: datetime) -> bool:
        entity_id = own_meter_entity(self._hass, self._entry.options, spin)
        if entity_id is None:
            return False
        start = usage_start(self._book.tariff(spin), now) - HOUR
        found = await get_instance(self._hass).async_add_executor_job(
            _read, self._hass, entity_id, start
        )
        before = self._found.get(spin)
        if isinstance(found, Unusable):
            self._found.pop(spin, None)
            self._tell(spin, entity_id, found, now)
            return before is not None
        self._found[spin] = found
        silent = found.until is None or now - found.until > SILENCE
        self._tell(spin, entity_id, SILENT if silent else None, now)
        if found.refused and spin not in self._told:
            self._told.add(spin)
            LOGGER.warning(
                "%s: %d hours are left out: they fall, or are more than a home can use",
                entity_id,
                found.refused,
            )
        return found != before

    @callback
    def _tell(
        self, spin: str, entity_id: str, problem: Unusable | str | None, now: datetime
    ) -> None:
        """Raise the issue that holds, once Home Assistant had time to start; take the others back."""
        raised = ISSUES[problem] if isinstance(problem, Unusable) else problem
        for key in ISSUES.values():
            if key != raised:
                async_settle(self._hass, self._entry, key, digest(spin))
        if raised is not None and self._since is not None and now - self._since >= _PATIENCE:
            async_report(
                self._hass,
                self._entry,
                raised,
                digest(spin),
                number=last_four(spin),
                entity=entity_id,
            )


def _read(hass: HomeAssistant, entity_id: str, start: datetime) -> OwnMeter | Unusable:
    found = counter(hass, entity_id, start)
    return found if isinstance(found, Unusable) else own_meter(found)
