"""What the account clock asks of one account beside its supply points and agreements. All of it is optional.

Where a topic is refused or fails, only what is made of it is unknown; the others are not affected.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from homeassistant.util import dt as dt_util

from ..oejp.kraken import (
    ByPoint,
    KrakenClient,
)
from ..oejp.kraken.models import (
    GenerationPoint,
)
from ..oejp.tariff.from_kraken import needs_terms
from .account_money import async_ask_money
from .asking import Asking, Topic
from .asking_campaigns import async_ask_campaigns
from .asking_gas import async_ask_gas
from .told import Told


async def async_ask_account(
    asking: Asking, client: KrakenClient, told: Told, since: datetime
) -> None:
    """Ask what is due of an account. `since`: how far back billing periods and gas readings are asked for."""
    number, supply = told.number, client.supply

    def by_point[T](
        name: str, ask: Callable[[str], Awaitable[ByPoint[T]]], known: Mapping[str, T]
    ) -> Awaitable[Mapping[str, T]]:
        return asking.ask_by_point(Topic(name, number), partial(ask, number), known)

    def by_agreement[T](
        name: str, ask: Callable[[str], Awaitable[Mapping[int, T]]], known: Mapping[int, T]
    ) -> Awaitable[Mapping[int, T]]:
        return asking.ask(Topic(name, number), partial(ask, number), known, {})

    (
        told.supply_periods,
        told.interval_readings,
        told.reading_dates,
        told.generation_points,
        told.supply_details,
    ) = await asyncio.gather(
        by_point("the supply periods", supply.periods, told.supply_periods),
        by_point(
            "the billing periods",
            partial(supply.interval_readings, start_at=since),
            told.interval_readings,
        ),
        by_point("the reading dates", supply.reading_dates, told.reading_dates),
        by_point(
            "the generation points",
            partial(_generation_points, client, told),
            told.generation_points,
        ),
        by_point("the contracted capacity", client.terms.supply_details, told.supply_details),
    )
    told.addon_rates, told.money = await asyncio.gather(
        by_agreement("the add-on rates", client.terms.addon_rates, told.addon_rates),
        async_ask_money(asking, client, number, told.money),
    )
    _, told.campaigns = await asyncio.gather(
        async_ask_gas(asking, client, number, told.gas, since),
        async_ask_campaigns(asking, client, number, told.campaigns),
    )
    if any(map(needs_terms, told.agreements.values())):
        # The terms of contracts, which the price of some products needs.
        told.amperage_options = await by_point(
            "the amperes to choose from", client.terms.amperage_options, told.amperage_options
        )
        told.standing_charges = await by_agreement(
            "the standing charges", client.terms.standing_charges, told.standing_charges
        )


async def _generation_points(
    client: KrakenClient, told: Told, number: str
) -> ByPoint[GenerationPoint]:
    """Ask for the generation points of an account, and note which of those known it leaves out."""
    answer = await client.supply.generation_points(number)
    now, known = dt_util.utcnow(), told.generation_left_out
    told.generation_left_out = {
        gpin: known.get(gpin, now)
        for gpin in told.generation_points
        if gpin not in answer and gpin not in answer.errors
    }
    return answer
