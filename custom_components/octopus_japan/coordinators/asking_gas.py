"""What the account clock asks of gas: the points of an account, and of those that it has their readings and dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from ..oejp.household.gas import GasPointData, joined_readings
from ..oejp.household.supply import with_known_products
from ..oejp.kraken import KrakenClient
from ..oejp.kraken.gas import GasReading, GasReadingDates, GasSupplyPoint
from .asking import Asking, Topic


@dataclass(slots=True)
class ToldOfGas:
    """What an account has told of its gas points, by their number."""

    points: Mapping[str, GasSupplyPoint] = field(default_factory=dict)
    readings: Mapping[str, tuple[GasReading, ...]] = field(default_factory=dict)
    dates: Mapping[str, GasReadingDates] = field(default_factory=dict)

    def listings(self) -> dict[str, GasPointData]:
        """Return what is known of each point."""
        return {
            spin: GasPointData(
                spin=spin,
                points=(point,),
                readings=self.readings.get(spin, ()),
                dates=self.dates.get(spin),
            )
            for spin, point in self.points.items()
        }


async def async_ask_gas(
    asking: Asking, client: KrakenClient, account: str, told: ToldOfGas, since: datetime
) -> None:
    """Ask what is due. An account without gas costs one request; where something is refused or left out, only what is made of it is unknown."""
    gas = client.gas
    told.points = await asking.ask_by_point(
        Topic("the gas supply points", account, quiet=not told.points),
        partial(gas.supply_points, account),
        told.points,
        _with_known,
    )
    if not told.points:
        return
    told.readings = await asking.ask_by_point(
        Topic("the gas readings", account),
        partial(gas.readings, account, since),
        told.readings,
        joined_readings,
    )
    told.dates = await asking.ask_by_point(
        Topic("the gas reading dates", account),
        partial(gas.reading_dates, account),
        told.dates,
    )


def _with_known(known: GasSupplyPoint, told: GasSupplyPoint) -> GasSupplyPoint:
    """Keep what was known of a product that an answer lacks, and of agreements where it tells none at all."""
    agreements = with_known_products(known.agreements, told.agreements)
    return replace(told, agreements=agreements or known.agreements)
