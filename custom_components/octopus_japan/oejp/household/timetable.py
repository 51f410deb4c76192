"""When accounts are asked beside the regular poll: a new month, and the end of what was told, bring new rates.

Pure: no clock of its own.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ..japan_time import month_of, month_start
from ..kraken.models import Agreement, ElectricityProduct, Rate

SHORTLY = timedelta(minutes=1)
"""After the end of a window, before the spread."""
AGAIN = timedelta(minutes=30)
PATIENCE = timedelta(days=1)
"""For how long after an end the new window is asked for again and again."""

_NEAR = timedelta(days=31)


def next_ask(now: datetime, ends: Iterable[datetime], *, told: bool, spread: timedelta) -> datetime:
    """Return when accounts are asked next: shortly after a month of Japan begins, and after each end of a window.

    `spread` is this installation's share of some minutes, so that not all ask at once. While nothing is `told` of the time
    after the last end, they are asked again within the hour; a service that stays silent for a day is left to the regular
    poll.
    """
    month = month_of(now)
    # What ends in another year is asked about when it is near: the regular poll comes in between.
    near = {end for end in ends if abs(end - now) < _NEAR}
    turns = {month_start(month), month_start(month + 1), *near}
    asks = [at for turn in turns if (at := turn + SHORTLY + spread) > now]
    last = max(turn for turn in turns if turn <= now)
    if not told and now < last + PATIENCE:
        asks.append(now + AGAIN)
    return min(asks)


def told_ends(agreements: Iterable[Agreement]) -> set[datetime]:
    """Return the ends of all that agreements tell: of themselves, of their rates, of adjustment and levy."""
    return {end for agreement in agreements for end in _ends(agreement) if end is not None}


def _ends(agreement: Agreement) -> Iterator[datetime | None]:
    yield agreement.valid_to
    product = agreement.product
    if not isinstance(product, ElectricityProduct):
        return
    rates: list[Rate | None] = [
        *product.consumption_charges,
        *product.standing_charges,
        product.fuel_cost_adjustment,
        product.renewable_energy_levy,
    ]
    yield from (rate.valid_to for rate in rates if rate is not None)
