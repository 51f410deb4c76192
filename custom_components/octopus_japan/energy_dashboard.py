"""The Energy dashboard: puts a household's usage, return and gas on it, through Home Assistant's own settings of it.

It only ever adds. What is there stays as it is, and what is there already is not added again. A page of these settings that is
open in a browser saves its own list over ours: texts ask for it to be reloaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.energy.data import (
    ENERGY_SOURCE_SCHEMA,
    EnergyManager,
    EnergyPreferencesUpdate,
    SourceType,
    async_get_manager,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_get_cached_translations
import voluptuous as vol

from .const import CONF_ENERGY_DASHBOARD, DOMAIN
from .identity import last_four
from .recorder.series import Series
from .recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    gas_consumption_id,
    gas_cost_id,
    return_id,
)

ENERGY: Final = "energy"
"""The integration that has the Energy dashboard."""

CONSUMPTION: Final = "consumption"
RETURN: Final = "return"
GAS: Final = "gas"

type Source = Mapping[str, Any]
"""A source as Home Assistant's settings have it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a point can go to the dashboard: the two statistics of `point` (a digest); `name` is what it is called there."""

    kind: str
    point: str
    name: str
    energy: str
    money: str | None

    @property
    def key(self) -> str:
        """What stands for it in forms and options."""
        return f"{self.kind}_{self.point}"

    def is_in(self, sources: Iterable[Source]) -> bool:
        """Tell whether it is on the dashboard."""
        return any(self.energy in _energies(source) for source in sources)

    def source(self) -> dict[str, Any]:
        """Return the source that puts it there."""
        if self.kind == GAS:
            return {
                "type": "gas",
                "name": self.name,
                "stat_energy_from": self.energy,
                "stat_cost": self.money,
            }
        flow = (
            {"stat_energy_from": self.energy, "stat_cost": self.money}
            if self.kind == CONSUMPTION
            else {"stat_energy_to": self.energy, "stat_compensation": self.money}
        )
        return {"type": "grid", "name": self.name, **flow, "cost_adjustment_day": 0}


def consumption_offer(point: str, name: str) -> Offer:
    """Return the offer of a supply point."""
    return Offer(CONSUMPTION, point, name, consumption_id(point), cost_id(point))


def return_offer(point: str, name: str) -> Offer:
    """Return the offer of a generation point."""
    return Offer(RETURN, point, name, return_id(point), compensation_id(point))


def gas_offer(point: str, name: str) -> Offer:
    """Return the offer of a gas supply point."""
    return Offer(GAS, point, name, gas_consumption_id(point), gas_cost_id(point))


def _energies(source: Source) -> set[str]:
    return {found for key in ("stat_energy_from", "stat_energy_to") if (found := source.get(key))}


def with_offers(sources: Sequence[Source], offers: Iterable[Offer]) -> list[SourceType]:
    """Return the sources with those offers added that are not in. Raises vol.Invalid for sources that are not sound."""
    found = [dict(source) for source in sources]
    for offer in offers:
        if not offer.is_in(found):
            found.append(offer.source())
    checked: list[SourceType] = ENERGY_SOURCE_SCHEMA(found)
    return checked


def imports_from_grid(sources: Iterable[Source]) -> bool:
    """Tell whether the use of the household is on the dashboard, by whatever meter."""
    return any(source["type"] == "grid" and source.get("stat_energy_from") for source in sources)


def statistics_in(preferences: Mapping[str, Any]) -> list[str]:
    """List the energy that is counted, sources and single devices, each as often as it is."""
    sources = preferences.get("energy_sources", ())
    devices = preferences.get("device_consumption", ())
    return [each for source in sources for each in sorted(_energies(source))] + [
        device["stat_consumption"] for device in devices
    ]


def feeds_grid(sources: Iterable[Source]) -> bool:
    """Tell whether what the household feeds into the grid is on the dashboard, by whatever meter."""
    return any(source["type"] == "grid" and source.get("stat_energy_to") for source in sources)


def ticked(offers: Iterable[Offer], sources: Sequence[Source]) -> list[str]:
    """Return the keys of the offers that are proposed: what is counted already, by an own meter say, is not counted twice."""
    counted = {
        CONSUMPTION: imports_from_grid(sources),
        RETURN: feeds_grid(sources),
        GAS: any(source["type"] == "gas" for source in sources),
    }
    return [offer.key for offer in offers if not counted[offer.kind]]


def following(
    left: Iterable[Offer], offers: Iterable[Offer], sources: Sequence[Source]
) -> list[Offer]:
    """Return the offers that take the place of points that were left: of the kinds in which one of these is on the dashboard."""
    kinds = {offer.kind for offer in left if offer.is_in(sources)}
    return [offer for offer in offers if offer.kind in kinds and not offer.is_in(sources)]


@callback
def sensors_of_ours(hass: HomeAssistant, statistics: Iterable[str]) -> list[str]:
    """Return those that are sensors of this integration: what is published late never enters their statistics."""
    registry = er.async_get(hass)
    return sorted(
        each
        for each in set(statistics)
        if (entity := registry.async_get(each)) is not None and entity.platform == DOMAIN
    )


@callback
def dashboard_fields(
    hass: HomeAssistant, offers: Sequence[Offer], sources: Sequence[Source]
) -> dict[Any, Any]:
    """Return the field that chooses what goes to the dashboard; none where there is nothing to choose."""
    if not offers:
        return {}
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    options = [
        SelectOptionDict(
            value=offer.key,
            label=texts[f"component.{DOMAIN}.common.offer_{offer.kind}"].format(name=offer.name),
        )
        for offer in offers
    ]
    selector = SelectSelector(
        SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST)
    )
    return {vol.Required(CONF_ENERGY_DASHBOARD, default=ticked(offers, sources)): selector}


@callback
def point_name(hass: HomeAssistant, kind: str, number: str) -> str:
    """Return the name of a point's device in the language of Home Assistant; `kind` is the device's translation key."""
    texts = async_get_cached_translations(hass, hass.config.language, "device", DOMAIN)
    return texts[f"component.{DOMAIN}.device.{kind}.name"].format(number=last_four(number))


@callback
def is_there(hass: HomeAssistant) -> bool:
    """Tell whether this Home Assistant has the Energy dashboard."""
    return ENERGY in hass.config.components


async def async_manager(hass: HomeAssistant) -> EnergyManager | None:
    """Return Home Assistant's settings of the dashboard, None without one."""
    return await async_get_manager(hass) if is_there(hass) else None


async def async_sources(hass: HomeAssistant) -> list[Source]:
    """Return the sources on the dashboard."""
    manager = await async_manager(hass)
    return [] if manager is None or manager.data is None else [*manager.data["energy_sources"]]


async def async_put(
    hass: HomeAssistant, offers: Sequence[Offer], series: Iterable[Series] = ()
) -> bool:
    """Put offers on the dashboard; False where there is none. What is on it stays, so that doing it twice changes nothing.

    `series` are their statistics. One that has no row yet has no description either, and the dashboard would say that it is not
    defined: an import of no rows gives it one.
    """
    manager = await async_manager(hass)
    if manager is None:
        return False
    for each in series:
        described = await get_instance(hass).async_add_executor_job(each.metadata)
        async_add_external_statistics(hass, described, [])
    sources = [*manager.data["energy_sources"]] if manager.data else []
    wanted = with_offers(sources, offers)
    if len(wanted) != len(sources):
        # Only what is in it is replaced.
        update: EnergyPreferencesUpdate = {"energy_sources": wanted}  # type: ignore[typeddict-item]
        await manager.async_update(update)
    return True
