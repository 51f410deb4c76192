"""Rewards of accounts: loyalty points and vouchers. Asked only for entities that the user enabled, as often as accounts are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..const import DOMAIN, LOGGER
from ..oejp.kraken import KrakenClient
from ..oejp.kraken.rewards import LoyaltyPoints, Vouchers
from .account import INTERVAL
from .asking import Asking, Topic
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
        self._asking = Asking(INTERVAL)

    @override
    async def async_request_refresh(self) -> None:
        """Ask for everything soon: somebody asked for it."""
        self._asking.expire()
        await super().async_request_refresh()

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
        rewards, asking = self._client.rewards, self._asking
        asking.begin()
        try:
            with translated_errors():
                told = {}
                for number in sorted(set(self.async_contexts())):
                    known = self.data.get(number, AccountRewards())
                    told[number] = AccountRewards(
                        loyalty_points=await asking.ask(
                            Topic("the loyalty points", number, quiet=True),
                            partial(rewards.loyalty_points, number),
                            known.loyalty_points,
                            None,
                        ),
                        vouchers=await asking.ask(
                            Topic("the vouchers", number, quiet=True),
                            partial(rewards.vouchers, number),
                            known.vouchers,
                            None,
                        ),
                    )
                asking.check()
                return told
        finally:
            self.update_interval = asking.wait()
