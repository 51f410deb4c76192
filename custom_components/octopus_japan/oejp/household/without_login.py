"""A supply point of which no login tells: what the user entered, in the place of what the service would answer.

Pure: no clock of its own. All that follows from it is an estimate: nobody told that the contract has these prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from ..japan_time import HALF_HOUR, HOUR
from ..kraken.catalogue import CatalogueProduct
from ..kraken.models import Agreement, Reading, ReadingDates
from ..tariff import BillingPeriod, Capacity
from ..tariff.from_kraken.on_sale import agreed_on
from .accounts import AccountData, LoginData
from .hour import PLACES, Hour
from .supply import ON_SUPPLY, Listing, joined

ACCOUNT: Final = "without a login"
"""What stands for the number of the account that there is not."""


@dataclass(frozen=True, slots=True)
class EnteredPlan:
    """A product from a time on (UTC), with the prices that it had when it was entered."""

    since: datetime
    product: CatalogueProduct


@dataclass(frozen=True, slots=True)
class EnteredPoint:
    """What the user entered of a supply point; `number` stands for its SPIN and begins with the grid operator's code.

    `plans` ascend by time. `reading_day`: the day of the month on which the meter is read, None where it is not known.
    `monthly_use`: about how many kWh are used in a billing period, None where nobody says.
    """

    number: str
    plans: tuple[EnteredPlan, ...]
    reading_day: int | None = None
    monthly_use: Decimal | None = None

    @property
    def area(self) -> str:
        """The grid operator's code."""
        return self.number[:2]


def login_of(
    point: EnteredPoint, capacity: Capacity, catalogue: Sequence[CatalogueProduct] = ()
) -> LoginData:
    """Return what a login would tell of the point, for a contracted capacity. `catalogue`: what is on sale in its area."""
    ends = [*(plan.since for plan in point.plans[1:]), None]
    listing = Listing(
        account_number=ACCOUNT,
        status=ON_SUPPLY,
        agreements=tuple(
            Agreement(number, plan.since, end, False, agreed_on(plan.product, capacity))
            for number, (plan, end) in enumerate(zip(point.plans, ends, strict=False), 1)
        ),
        reading_dates=ReadingDates(reading_date_day_of_month=point.reading_day),
    )
    data = replace(joined(point.number, [listing], tuple(catalogue)), entered=True)
    return LoginData(
        accounts={
            ACCOUNT: AccountData(
                number=ACCOUNT, status=None, supply_points={point.number: data}, entered=True
            )
        }
    )


def supposed_use(kwh: Decimal, period: BillingPeriod) -> tuple[Hour, ...]:
    """Return the first hour of a billing period that uses about so many kWh. It stands for all of them: an even use, an estimate."""
    each = round(kwh / Decimal((period.end - period.start) // HOUR), PLACES)
    return (Hour(period.start.astimezone(UTC), each, own=True),)


def half_hours(hours: Sequence[Hour]) -> list[Reading]:
    """Return the hours that an own meter counted as the half hours that the recorder takes.

    Prices of half an hour are not asked of them: only their sum is known.
    """
    found: list[Reading] = []
    for hour in hours:
        first = round(hour.kwh / 2, PLACES)
        middle = hour.start + HALF_HOUR
        found += [
            Reading(hour.start, middle, first),
            Reading(middle, middle + HALF_HOUR, hour.kwh - first),
        ]
    return found
