"""What an entry has while it runs, and how its client is made. The coordinators are below it and take a bare ConfigEntry."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .coordinators.account import AccountCoordinator
from .coordinators.exports import ExportsCoordinator
from .coordinators.prices import PricesCoordinator
from .coordinators.readings import ReadingsCoordinator
from .coordinators.tariff_book import TariffBook
from .oejp.kraken import ApiKey, EmailPassword, KrakenClient
from .store import OctopusStore


@dataclass(frozen=True, kw_only=True)
class OctopusRuntimeData:
    """The three clocks of one login, its tariff book, and what it remembers."""

    account: AccountCoordinator
    readings: ReadingsCoordinator
    exports: ExportsCoordinator
    prices: PricesCoordinator
    book: TariffBook
    memory: OctopusStore


type OctopusConfigEntry = ConfigEntry[OctopusRuntimeData]


def kraken_client(hass: HomeAssistant, data: Mapping[str, str]) -> KrakenClient:
    """Return a client for the credential in a config entry's data."""
    credential = (
        ApiKey(data[CONF_API_KEY])
        if CONF_API_KEY in data
        else EmailPassword(data[CONF_EMAIL], data[CONF_PASSWORD])
    )
    return KrakenClient(async_get_clientsession(hass), data[CONF_URL], credential)
