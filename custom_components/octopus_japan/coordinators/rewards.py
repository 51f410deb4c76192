"""Rewards of accounts: loyalty points and vouchers. Asked only for entities that the user enabled, as often as accounts are."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..const import DOMAIN, LOGGER
from ..oejp.kraken import KrakenClient, KrakenError, concerns_login
from ..oejp.kraken.rewards import LoyaltyPoints, Vouchers
from .account import INTERVAL
from .asking import lasts
from .errors import translated_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRewards:
    """What an account was given, None where it is not told."""

    loyalty_points: LoyaltyPoints | None = None
    vouchers: Vouchers | None = None


class RewardsCoordinator(DataUpdateCoordinator[Mapping[str, AccountRewards]]):
    """Asks of the accounts whose entities listen; nothing at all while none does. `data` is by the account's number."""

    config_entry: ConfigEntry[Any]

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], client: KrakenClient) -> None:
        super().__init__(hass, LOGGER, config_entry=entry, name="rewards", update_interval=INTERVAL)
        self.data = {}
        self._client = client

    @override
    @callback
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: Any = None
    ) -> CALLBACK_TYPE:
        """Ask soon for an account that has not been asked for before."""
        remove = super().async_add_listener(update_callback, context)
        if context is not None and context not in self.data:
            self.config_entry.async_create_background_task(
                self.hass, self.async_request_refresh(), f"{DOMAIN} rewards"
            )
        return remove

    @override
    async def _async_update_data(self) -> Mapping[str, AccountRewards]:
        rewards, known = self._client.rewards, self.data
        with translated_errors():
            return {
                number: AccountRewards(
                    loyalty_points=await self._ask(
                        rewards.loyalty_points, number, _of(known, number).loyalty_points
                    ),
                    vouchers=await self._ask(rewards.vouchers, number, _of(known, number).vouchers),
                )
                for number in sorted(set(self.async_contexts()))
            }

    async def _ask[T](
        self, ask: Callable[[str], Awaitable[T]], number: str, known: T | None
    ) -> T | None:
        """Return what is told; what was known after a fault that may pass, None where it is refused.

        Raises KrakenError where the whole login is concerned.
        """
        try:
            return await ask(number)
        except KrakenError as error:
            if concerns_login(error):
                raise
            LOGGER.debug("Rewards are not told: %s", error)
            return None if lasts(error) else known


def _of(known: Mapping[str, AccountRewards], number: str) -> AccountRewards:
    return known.get(number, AccountRewards())
