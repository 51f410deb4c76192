"""A household as the command line needs it: its points with their tariffs, its half hours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.supply import (
    Listing,
    SupplyPointData,
    joined,
)
from custom_components.octopus_japan.oejp.household.supply_tariff import supply_tariff
from custom_components.octopus_japan.oejp.kraken import (
    ByPoint,
    KrakenClient,
    KrakenError,
    KrakenNotFoundError,
    concerns_login,
    windows,
)
from custom_components.octopus_japan.oejp.kraken.models import LineItem, Reading
from custom_components.octopus_japan.oejp.tariff import Tariff
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence

BACK = timedelta(days=460)
"""How far back billing periods are asked for: a year, and the periods at its ends."""
MOST_BILLS = 3
"""Whose lines are read for the monthly rates: each is a request."""


@dataclass(frozen=True, slots=True)
class Point:
    """A supply point of an account."""

    account_number: str
    data: SupplyPointData
    charges: tuple[LineItem, ...] = ()

    @property
    def tariff(self) -> Tariff:
        """Its tariff, from all that was told."""
        return supply_tariff(self.data, Evidence(charges=self.charges))


async def points(client: KrakenClient, now: datetime, *, bills: bool = False) -> list[Point]:
    """Return the supply points of all accounts. `bills`: with the lines of the newest ones, which tell past monthly rates.

    A part that is refused is left out. Raises what concerns the whole login.
    """
    found = []
    for account in (await client.login.viewer()).accounts:
        with _optional():
            found += await _of_account(client, account.number, now, bills=bills)
    return found


async def _of_account(
    client: KrakenClient, number: str, now: datetime, *, bills: bool
) -> list[Point]:
    supply = await client.supply.points(number)
    agreements = await client.supply.agreements(number)
    periods = await _asked(client.supply.periods(number))
    intervals = await _asked(client.supply.interval_readings(number, now - BACK))
    dates = await _asked(client.supply.reading_dates(number))
    charges: list[LineItem] = []
    if bills:
        with _optional():
            for statement in (await client.billing.statements(number))[-MOST_BILLS:]:
                charges += await client.billing.charges(number, statement.identifier)
    found = []
    spins = {
        point.spin: point
        for place in supply.properties
        for point in place.electricity_supply_points
    }
    for spin, point in spins.items():
        listing = Listing(
            account_number=number,
            status=point.status,
            agreements=agreements.get(spin, ()),
            supply_periods=periods.get(spin, ()),
            interval_readings=intervals.get(spin, ()),
            reading_dates=dates.get(spin),
        )
        data = joined(spin, [listing])
        found.append(Point(number, data, tuple(data.own_lines(number, charges))))
    return found


async def _asked[T](asking: Awaitable[ByPoint[T]]) -> ByPoint[T]:
    """Return a part that may be refused; empty where it is."""
    try:
        return await asking
    except KrakenError as error:
        if concerns_login(error):
            raise
        return ByPoint({}, {})


@contextmanager
def _optional() -> Iterator[None]:
    """Leave out a part that is refused, unless that concerns the whole login."""
    try:
        yield
    except KrakenError as error:
        if concerns_login(error):
            raise


def chosen(found: list[Point], number: str | None) -> Point:
    """Return the point whose number ends so, the only one where nothing is said. Raises ValueError, which says what there is."""
    fitting = [point for point in found if number is None or point.data.spin.endswith(number)]
    if len(fitting) == 1:
        return fitting[0]
    ends = ", ".join(f"…{point.data.spin[-4:]}" for point in found) or "none"
    raise ValueError(
        f"Say which supply point with --point and the end of its number. There are: {ends}"
    )


async def half_hours(
    client: KrakenClient,
    point: Point,
    start: datetime,
    end: datetime,
    told: Callable[[float], None] = lambda _: None,
) -> AsyncIterator[Reading]:
    """Yield the half hours of a time, oldest first, a month a request. `told` hears how much of it is done, 0 to 1."""
    for window in windows(start, end):
        begin, until = window.start, window.end
        answer = await client.readings.half_hourly(point.data.account_at(begin), begin, until)
        try:
            readings = answer.of(point.data.spin)
        except KrakenNotFoundError:
            readings = ()
        for reading in readings:
            yield reading
        told((until - start) / (end - start))


def by_hour(readings: list[Reading]) -> list[tuple[datetime, Decimal]]:
    """Add half hours up by the hour, in UTC."""
    hours: dict[datetime, Decimal] = {}
    for reading in readings:
        hour = reading.start_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, Decimal(0)) + reading.value
    return sorted(hours.items())
