"""What can be asked of the Kraken API."""

from .billing import Billing
from .contract_terms import ContractTerms
from .readings import Usage
from .supply import Supply


class KrakenClient(Supply, ContractTerms, Billing, Usage):
    """A login at the Kraken API. Every coroutine is one request unless it says otherwise, and raises only `KrakenError`.

    A part that the service answered is returned even where another part of the answer failed; only when the part asked for is
    missing is the error raised. Mappings by supply point hold the points that were answered for: one that is known and absent
    was not answered this time.
    """
