"""Octopus Energy Japan: price, usage and cost of electricity."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_services
from .bill_repairs import async_watch_bills
from .const import DOMAIN, PLATFORMS
from .coordinators.account import AccountCoordinator
from .coordinators.comparison import ComparisonCoordinator
from .coordinators.exports import ExportsCoordinator
from .coordinators.gas import GasCoordinator
from .coordinators.last_bills import LastBillsCoordinator
from .coordinators.own_meter import OwnMeters
from .coordinators.prices import PricesCoordinator
from .coordinators.projection import ProjectionCoordinator
from .coordinators.readings import ReadingsCoordinator
from .coordinators.rewards import RewardsCoordinator
from .coordinators.tariff_book import TariffBook
from .coordinators.timetable import Timetable
from .coordinators.without_login import (
    AccountWithoutLogin,
    OwnMeterReadings,
    is_without_login,
)
from .dashboard import async_setup_dashboard
from .energy_repairs import async_watch_energy_dashboard
from .identity import number_of
from .issues import async_forget
from .oauth import async_give_back
from .plan_repairs import async_watch_plans
from .runtime import OctopusConfigEntry, OctopusRuntimeData, entry_client, forget_sign_in
from .service_repairs import async_watch_service
from .shared_points import async_watch_shared_points
from .store import OctopusStore

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions: they are there, and say what is missing, before any entry is. Offer card and dashboard."""
    async_setup_services(hass)
    await async_setup_dashboard(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: OctopusConfigEntry) -> bool:
    """Start the three clocks. Only accounts and agreements are waited for; everything else comes in the background."""
    client = entry_client(hass, entry)
    memory = OctopusStore(hass, entry.entry_id)
    await memory.async_load()

    without = is_without_login(entry.data)
    account = (AccountWithoutLogin if without else AccountCoordinator)(hass, entry, client, memory)
    await account.async_config_entry_first_refresh()
    book = TariffBook(entry, memory, account)
    book.async_start()
    own = OwnMeters(hass, entry, account, book)
    of_use = OwnMeterReadings if without else ReadingsCoordinator
    readings = of_use(hass, entry, client, memory, account, book=book, own=own)
    exports = ExportsCoordinator(hass, entry, client, memory, account, book=book)
    prices = PricesCoordinator(hass, entry, memory, book, readings)
    bills = LastBillsCoordinator(hass, entry, memory, account=account, book=book, readings=readings)
    comparison = ComparisonCoordinator(hass, entry, account, book, readings)
    entry.runtime_data = OctopusRuntimeData(
        account=account,
        readings=readings,
        exports=exports,
        prices=prices,
        bills=bills,
        projection=ProjectionCoordinator(hass, entry, client, book, readings),
        gas=GasCoordinator(hass, entry, account),
        rewards=RewardsCoordinator(hass, entry, client),
        comparison=comparison,
        book=book,
        memory=memory,
    )
    prices.async_start()
    bills.async_start()
    entry.runtime_data.projection.async_start()
    own.async_start()
    entry.runtime_data.gas.async_start()
    async_watch_plans(hass, entry)
    async_watch_bills(hass, entry)
    async_watch_shared_points(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    account.async_start()
    comparison.async_start()
    if not without:
        Timetable(hass, entry, account, book).async_start()
    async_watch_energy_dashboard(hass, entry)
    async_watch_service(hass, entry)
    entry.async_create_background_task(hass, _async_fill(entry), f"{DOMAIN} first data")
    return True


async def _async_fill(entry: OctopusConfigEntry) -> None:
    """Fetch what set-up did not wait for: first what prices rest on, then readings, then their history."""
    clocks = entry.runtime_data
    await clocks.account.async_refresh()
    for clock in (clocks.readings, clocks.exports):
        await clock.async_refresh()
        clock.async_start()


async def async_unload_entry(hass: HomeAssistant, entry: OctopusConfigEntry) -> bool:
    """Stop the clocks."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.memory.async_save_now()
    if entry.disabled_by is not None:
        async_forget(hass, entry)
    return unloaded


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: OctopusConfigEntry, device: DeviceEntry
) -> bool:
    """Let the user remove what the service no longer lists. An answer that lacks it may be short: nothing goes by itself."""
    return number_of(device.identifiers, entry.runtime_data.account.data.numbers) is None


async def async_remove_entry(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Forget what was remembered. Statistics stay: a new entry for the same supply point continues them."""
    await async_give_back(hass, entry)
    forget_sign_in(hass, entry)
    async_forget(hass, entry)
    await OctopusStore(hass, entry.entry_id).async_remove()
