"""What the three clocks share: the entry's run-time data, the client, and errors mapped once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..const import DOMAIN
from ..kraken import (
    ApiKey,
    EmailPassword,
    KrakenAuthError,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenThrottledError,
)

if TYPE_CHECKING:
    from .account import AccountCoordinator
    from .exports import ExportsCoordinator
    from .memory import MemoryStore
    from .prices import PricesCoordinator
    from .readings import ReadingsCoordinator


@dataclass(frozen=True, kw_only=True)
class OctopusRuntimeData:
    """The three clocks of one login, and what it remembers."""

    account: AccountCoordinator
    readings: ReadingsCoordinator
    exports: ExportsCoordinator
    prices: PricesCoordinator
    memory: MemoryStore


type OctopusConfigEntry = ConfigEntry[OctopusRuntimeData]


def kraken_client(hass: HomeAssistant, data: Mapping[str, str]) -> KrakenClient:
    """Return a client for the credential in a config entry's data."""
    credential = (
        ApiKey(data[CONF_API_KEY])
        if CONF_API_KEY in data
        else EmailPassword(data[CONF_EMAIL], data[CONF_PASSWORD])
    )
    return KrakenClient(async_get_clientsession(hass), data[CONF_URL], credential)


def passes_on(error: KrakenError) -> bool:
    """Tell whether an error concerns the whole login, so that no other question is worth asking."""
    return isinstance(error, KrakenAuthError | KrakenThrottledError)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the client's errors into those that a coordinator acts on.

    Raises ConfigEntryAuthFailed for a rejected credential, UpdateFailed for everything else, with `retry_after` where
    the service throttles.
    """
    try:
        yield
    except KrakenAuthError as error:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key=error.reason
        ) from error
    except KrakenThrottledError as error:
        wait = error.retry_after
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="throttled",
            retry_after=wait.total_seconds() if wait else None,
        ) from error
    except KrakenConnectionError as error:
        raise UpdateFailed(translation_domain=DOMAIN, translation_key="cannot_connect") from error
    except KrakenError as error:
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="service_error",
            translation_placeholders={"codes": ", ".join(sorted(error.codes)) or "-"},
        ) from error
