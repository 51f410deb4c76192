"""Repairs of the Energy dashboard: usage that is not on it, what is counted wrongly, and what a household that moved takes along.

An own live meter on the dashboard is never complained of: usage is there then, and nothing is offered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.helpers.selector import BooleanSelector
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from .const import CONF_CAPACITY, CONF_DECLINED, CONF_ENERGY_DASHBOARD, CONF_OWN_METER, DOMAIN
from .coordinators.own_meter import own_meter_entity
from .energy_dashboard import (
    CONSUMPTION,
    Offer,
    Source,
    async_manager,
    async_put,
    async_sources,
    consumption_offer,
    dashboard_fields,
    following,
    gas_offer,
    imports_from_grid,
    point_name,
    return_offer,
    sensors_of_ours,
    statistics_in,
)
from .entity import GAS_POINT, GENERATION_POINT, SUPPLY_POINT
from .identity import digest, last_four
from .issues import async_report, async_settle
from .oejp.household.accounts import generation_has_ended
from .oejp.household.moves import moved_from
from .recorder.meter_history import MeterHistory
from .recorder.series import Series
from .runtime import OctopusConfigEntry

NOT_THERE = "not_on_energy_dashboard"
PERIOD_SENSORS = "period_sensors_on_energy_dashboard"
COUNTED_TWICE = "counted_twice_on_energy_dashboard"
MOVED = "moved"

_SIGNAL = f"{DOMAIN}.energy_dashboard"
_TOLD: HassKey[bool] = HassKey(f"{DOMAIN}.energy_dashboard")
"""Whether somebody listens to the dashboard's settings: they take listeners, and never let one go."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an entry has of one offer."""

    offer: Offer
    series: tuple[Series, Series]


def _known(hass: HomeAssistant, entry: OctopusConfigEntry) -> dict[str, _Known]:
    """Return what of an entry's points on supply can go to the dashboard, by key."""
    clocks, now = entry.runtime_data, dt_util.utcnow()
    found = [
        _Known(
            consumption_offer(digest(spin), point_name(hass, SUPPLY_POINT, spin)),
            _series(clocks.readings.meter(spin)),
        )
        for spin, point in clocks.account.data.supply_points.items()
        if not point.has_ended(now) and clocks.readings.has_history(spin)
    ]
    found += [
        _Known(
            return_offer(digest(gpin), point_name(hass, GENERATION_POINT, gpin)),
            _series(clocks.exports.meter(gpin)),
        )
        for gpin, (_, source) in clocks.account.data.generation_points.items()
        if not generation_has_ended(source, now)
    ]
    for spin, gas in clocks.account.data.gas_points.items():
        if not gas.has_ended(now):
            history = clocks.gas.history(spin)
            offer = gas_offer(digest(spin), point_name(hass, GAS_POINT, spin))
            found.append(_Known(offer, (history.volume, history.money)))
    return {known.offer.key: known for known in found}


def _series(meter: MeterHistory) -> tuple[Series, Series]:
    return meter.energy, meter.money


def _left(entry: OctopusConfigEntry) -> list[Offer]:
    """Return the generation and gas points whose supply has ended: a household that moved may have had them on the dashboard."""
    login, now = entry.runtime_data.account.data, dt_util.utcnow()
    return [
        return_offer(digest(gpin), "")
        for gpin, (_, source) in login.generation_points.items()
        if generation_has_ended(source, now)
    ] + [
        gas_offer(digest(spin), "") for spin, gas in login.gas_points.items() if gas.has_ended(now)
    ]


async def async_offers(
    hass: HomeAssistant, entry: OctopusConfigEntry
) -> tuple[list[Offer], list[Source]]:
    """Return what is not on the dashboard, and what is."""
    sources = await async_sources(hass)
    offers = [known.offer for known in _known(hass, entry).values()]
    return [offer for offer in offers if not offer.is_in(sources)], sources


async def async_choose(
    hass: HomeAssistant, entry: OctopusConfigEntry, keys: Iterable[str]
) -> dict[str, Any]:
    """Put what was chosen on the dashboard; return the options that follow. Who chooses nothing is not asked again."""
    known = _known(hass, entry)
    chosen = [known[key] for key in keys if key in known]
    series = [series for each in chosen for series in each.series]
    await async_put(hass, [each.offer for each in chosen], series)
    return {CONF_ENERGY_DASHBOARD: [], CONF_DECLINED: not chosen}


@callback
def async_watch_energy_dashboard(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Put on the dashboard what was ticked at set-up, and watch it for what is missing or wrong."""

    async def look() -> None:
        await _async_put_ticked(hass, entry)
        await _async_look(hass, entry)

    @callback
    def update(_: object = None) -> None:
        entry.async_create_background_task(hass, look(), f"{DOMAIN} energy dashboard")

    async def started(_: HomeAssistant | Event) -> None:
        await _async_listen(hass)
        entry.async_on_unload(entry.runtime_data.account.async_add_listener(update))
        entry.async_on_unload(async_dispatcher_connect(hass, _SIGNAL, update))
        update()

    entry.async_on_unload(async_at_started(hass, started))


async def _async_listen(hass: HomeAssistant) -> None:
    manager = await async_manager(hass)
    if manager is None or hass.data.get(_TOLD):
        return
    hass.data[_TOLD] = True

    async def tell() -> None:
        async_dispatcher_send(hass, _SIGNAL)

    manager.async_listen_updates(tell)


async def _async_put_ticked(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Put what was ticked there once, each as soon as its point is listed. What the user takes off later stays off."""
    waiting = entry.options.get(CONF_ENERGY_DASHBOARD, [])
    listed = [key for key in waiting if key in _known(hass, entry)]
    if not listed or await async_manager(hass) is None:
        return
    # First of all: the settings tell of their change, and then this is asked again.
    left = [key for key in waiting if key not in listed]
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_ENERGY_DASHBOARD: left}
    )
    await async_choose(hass, entry, listed)


async def _async_look(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    manager = await async_manager(hass)
    if manager is None:
        return
    preferences: Mapping[str, Any] = manager.data or {}
    sources: list[Source] = [*preferences.get("energy_sources", ())]

    def tell(key: str, raised: bool, **placeholders: str) -> None:
        if raised:
            async_report(hass, entry, key, **placeholders)
        else:
            async_settle(hass, entry, key)

    offers = [known.offer for known in _known(hass, entry).values()]
    mine = [offer for offer in offers if offer.kind == CONSUMPTION]
    missing = bool(mine) and not imports_from_grid(sources)
    tell(NOT_THERE, missing and not entry.options.get(CONF_DECLINED, False))
    wrong = sensors_of_ours(hass, statistics_in(preferences))
    tell(PERIOD_SENSORS, bool(wrong), sensors=", ".join(wrong))
    twice = _counted_twice(hass, entry, sources)
    tell(COUNTED_TWICE, bool(twice), points=", ".join(twice))
    _look_for_moves(hass, entry, sources)


def _counted_twice(
    hass: HomeAssistant, entry: OctopusConfigEntry, sources: list[Source]
) -> list[str]:
    """Name the points whose use is drawn from the grid twice: as published, and by the meter that the user named as theirs."""
    counted = {source.get("stat_energy_from") for source in sources if source["type"] == "grid"}
    found = []
    for spin in entry.runtime_data.account.data.supply_points:
        name = point_name(hass, SUPPLY_POINT, spin)
        meter = own_meter_entity(hass, entry.options, spin)
        if meter and meter in counted and consumption_offer(digest(spin), name).energy in counted:
            found.append(name)
    return found


# ---------------------------------------------------------------- a move


def _carried(
    entry: OctopusConfigEntry, old: str, new: str, sources: list[Source]
) -> dict[str, bool]:
    """Tell what a household has of the point that it left and not of the new one, and whether to propose it.

    The contracted capacity is never proposed: the new contract has its own.
    """
    found: dict[str, bool] = {}
    before, after = (consumption_offer(digest(spin), "") for spin in (old, new))
    if before.is_in(sources) and not after.is_in(sources):
        found[CONF_ENERGY_DASHBOARD] = True
    for option, proposed in ((CONF_OWN_METER, True), (CONF_CAPACITY, False)):
        kept = entry.options.get(option, {})
        if digest(old) in kept and digest(new) not in kept:
            found[option] = proposed
    return found


def _look_for_moves(hass: HomeAssistant, entry: OctopusConfigEntry, sources: list[Source]) -> None:
    now, points = dt_util.utcnow(), entry.runtime_data.account.data.supply_points
    for spin, point in points.items():
        left = moved_from(points.values(), point, now)
        if left is not None and any(_carried(entry, left.spin, spin, sources).values()):
            numbers = {"old": last_four(left.spin), "new": last_four(spin)}
            async_report(hass, entry, MOVED, digest(spin), **numbers)
        else:
            async_settle(hass, entry, MOVED, digest(spin))


# ---------------------------------------------------------------- flows


class _Flow(RepairsFlow):
    def __init__(self, data: Mapping[str, Any]) -> None:
        self._entry_id = str(data["entry_id"])
        self._subject = str(data["subject"])

    @property
    def _entry(self) -> OctopusConfigEntry | None:
        entry: OctopusConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        return entry if entry is not None and entry.state is ConfigEntryState.LOADED else None

    def _keep(self, entry: OctopusConfigEntry, options: Mapping[str, Any]) -> None:
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
        async_dispatcher_send(self.hass, _SIGNAL)


class NotThereFlow(_Flow):
    """Asks what goes to the dashboard, and puts it there."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Open the form."""
        return await self.async_step_enter()

    async def async_step_enter(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the form, then do it."""
        if (entry := self._entry) is None:
            return self.async_abort(reason="not_loaded")
        if user_input is not None:
            chosen = user_input.get(CONF_ENERGY_DASHBOARD, [])
            self._keep(entry, await async_choose(self.hass, entry, chosen))
            return self.async_create_entry(data={})
        offers, sources = await async_offers(self.hass, entry)
        schema = vol.Schema(dashboard_fields(self.hass, offers, sources))
        return self.async_show_form(step_id="enter", data_schema=schema)


class MovedFlow(_Flow):
    """Asks what a household that moved takes along."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Open the form."""
        return await self.async_step_enter()

    async def async_step_enter(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show what there is of the point that was left, then carry over what was ticked."""
        if (entry := self._entry) is None or (pair := self._pair(entry)) is None:
            return self.async_abort(reason="not_loaded")
        old, new = pair
        if user_input is not None:
            await self._carry(entry, old, new, {key for key, take in user_input.items() if take})
            return self.async_create_entry(data={})
        sources = await async_sources(self.hass)
        fields = {
            vol.Required(key, default=proposed): BooleanSelector()
            for key, proposed in _carried(entry, old, new, sources).items()
        }
        return self.async_show_form(
            step_id="enter",
            data_schema=vol.Schema(fields),
            description_placeholders={"old": last_four(old), "new": last_four(new)},
        )

    def _pair(self, entry: OctopusConfigEntry) -> tuple[str, str] | None:
        points = entry.runtime_data.account.data.supply_points
        new = next((spin for spin in points if digest(spin) == self._subject), None)
        if new is None:
            return None
        left = moved_from(points.values(), points[new], dt_util.utcnow())
        return None if left is None else (left.spin, new)

    async def _carry(self, entry: OctopusConfigEntry, old: str, new: str, taken: set[str]) -> None:
        """Carry over. What was left stays where it is: its history is the household's."""
        options: dict[str, Any] = {}
        for option in (CONF_OWN_METER, CONF_CAPACITY):
            kept = entry.options.get(option, {})
            if option in taken and digest(old) in kept:
                options[option] = {**kept, digest(new): kept[digest(old)]}
        if CONF_ENERGY_DASHBOARD in taken:
            sources = await async_sources(self.hass)
            known = [known.offer for known in _known(self.hass, entry).values()]
            beside = [offer for offer in known if offer.kind != CONSUMPTION]
            chosen = [
                consumption_offer(digest(new), ""),
                *following(_left(entry), beside, sources),
            ]
            options |= await async_choose(self.hass, entry, [offer.key for offer in chosen])
        self._keep(entry, options)
        if CONF_OWN_METER in options or CONF_CAPACITY in options:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)


FLOWS: Mapping[str, type[_Flow]] = {NOT_THERE: NotThereFlow, MOVED: MovedFlow}
