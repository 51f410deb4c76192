"""The fuel cost adjustment and the levy of past months.

The service tells them for the month in force, in the product, and for past months only on bills (FACTS 7, 8).
"""

from collections.abc import Sequence

from ..oejp.kraken import KrakenClient
from ..oejp.kraken.models import Agreement, LineItem
from ..oejp.tariff.from_kraken import observations
from ..store import MemoryStore

_ADDERS = ("FUEL", "RENEWABLE")


def observe(store: MemoryStore, area: str, agreements: Sequence[Agreement]) -> None:
    """Keep what is in force: next month the service will have forgotten it."""
    known = store.memory.observed.setdefault(area, [])
    if new := [window for window in observations(agreements) if window not in known]:
        known.extend(new)
        store.async_save()


async def async_read_bills(client: KrakenClient, account_number: str, store: MemoryStore) -> None:
    """Read the bills of an account that were not read before, each once. Raises KrakenError; what was read until then stays."""
    memory = store.memory
    read = memory.bills.setdefault(account_number, [])
    for statement in await client.statements(account_number):
        if statement.identifier in read:
            continue
        lines = await client.charges(account_number, statement.identifier)
        memory.charges.setdefault(account_number, []).extend(filter(_is_adder, lines))
        read.append(statement.identifier)
        store.async_save()


def _is_adder(line: LineItem) -> bool:
    return any(name in (line.supply_type or "").upper() for name in _ADDERS)
