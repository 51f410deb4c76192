"""What can be asked of the Kraken API."""

from functools import cached_property

from .billing import Billing
from .campaigns import Campaigns
from .contract_terms import ContractTerms
from .gas import Gas
from .readings import Usage
from .rewards import Rewards
from .supply import Supply


class KrakenClient(Supply, ContractTerms, Billing, Usage):
    """A login at the Kraken API. Every coroutine is one request unless it says otherwise, and raises only `KrakenError`.

    A part that the service answered is returned even where another part of the answer failed; only when the part asked for is
    missing is the error raised. Mappings by supply point hold the points that were answered for: one that is known and absent
    was not answered this time.
    """

    @cached_property
    def gas(self) -> Gas:
        """The questions about gas."""
        return Gas(self._requester, self._reader)

    @cached_property
    def campaigns(self) -> Campaigns:
        """The questions about campaigns, and the one change."""
        return Campaigns(self._requester, self._reader)

    @cached_property
    def rewards(self) -> Rewards:
        """The questions about loyalty points and vouchers."""
        return Rewards(self._requester, self._reader)
