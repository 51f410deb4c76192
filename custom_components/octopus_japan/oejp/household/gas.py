"""Gas of one point: its readings over all answers, the rows that they are in the statistics, and what they cost.

Pure. A reading is what was used between two visits of the meter reader, whole m³ about monthly. Nothing is known of the days
between, so that a reading is one row, at the last hour of its time; no daily profile is made up.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from ..interval import Interval
from ..japan_time import DAY, HOUR, MOMENT, day_of
from ..kraken.gas import LONGEST, GasReading, GasReadingDates, GasSupplyPoint
from ..kraken.models import Agreement, GasTieredProduct, MetiCredit
from ..tariff import BillingPeriod, GasTariff, Unpriced, gas_bill, gas_bill_for
from ..tariff.from_kraken import Evidence, gas_tariff
from ..tariff.gas import GasBill, GasCard, GasTier
from .hour import Hour, whole_hour

OFF_STATUSES: Final = frozenset({"OFF_SUPPLY", "LOST", "OFF_SUPPLY_DUE_TO_DUNNING"})
"""What the service calls a gas point whose supply has ended."""


@dataclass(frozen=True, kw_only=True)
class GasPointData:
    """A gas supply point, joined over the accounts of a login that list it: what any of them says."""

    spin: str
    points: tuple[GasSupplyPoint, ...] = ()
    readings: tuple[GasReading, ...] = ()
    dates: GasReadingDates | None = None

    @property
    def status(self) -> str | None:
        """On supply if any account says so, else what the first one says."""
        told = [point.status for point in self.points]
        return "ON_SUPPLY" if "ON_SUPPLY" in told else next((text for text in told if text), None)

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements that any account tells, each once."""
        told = [item for point in self.points for item in point.agreements]
        return tuple(item for index, item in enumerate(told) if item not in told[:index])

    def agreement_at(self, at: datetime) -> Agreement | None:
        """Return the agreement in force. Of two the one that began later is."""
        covering = [
            agreement
            for agreement in self.agreements
            if not agreement.is_revoked
            and (agreement.valid_from is None or agreement.valid_from <= at)
            and (agreement.valid_to is None or at < agreement.valid_to)
        ]
        return max(covering, key=_began, default=None)

    def has_ended(self, at: datetime) -> bool:
        """Tell whether supply has ended, by what is told of it. A point of which nothing is told has not ended."""
        return self.status in OFF_STATUSES and self.agreement_at(at) is None

    def product_name(self, at: datetime) -> str | None:
        """Return the name of the product in force."""
        agreement = self.agreement_at(at)
        product = None if agreement is None else agreement.product
        if not isinstance(product, GasTieredProduct):
            return None
        return product.display_name or product.code

    def tariff(self, meti_credits: Sequence[MetiCredit] | None) -> GasTariff:
        """Make its tariff."""
        return gas_tariff(self.agreements, Evidence(meti_credits=meti_credits), subsidies=True)


def joined(spin: str, told: Iterable[GasPointData]) -> GasPointData:
    """Join what the accounts of a login say of a point."""
    items = list(told)
    readings: tuple[GasReading, ...] = ()
    for item in items:
        readings = joined_readings(readings, item.readings)
    return GasPointData(
        spin=spin,
        points=tuple(point for item in items for point in item.points),
        readings=readings,
        dates=next((item.dates for item in items if item.dates is not None), None),
    )


def joined_readings(
    known: Sequence[GasReading], told: Sequence[GasReading]
) -> tuple[GasReading, ...]:
    """Join what was known with what is told now, ascending: what is told now replaces what was known of the same time; what is not told again is kept.

    A reading that was known goes where one with the same end is told, and where one is told that has all of its time in it.
    """
    kept = [
        reading
        for reading in known
        if not any(
            last_hour(other) == last_hour(reading)
            or (
                _is_consistent(other)
                and other.start_at <= reading.start_at
                and reading.end_at <= other.end_at
            )
            for other in told
        )
    ]
    by_hour = {last_hour(reading): reading for reading in (*kept, *told)}
    return tuple(by_hour[hour] for hour in sorted(by_hour))


def last_hour(reading: GasReading) -> datetime:
    """Return the last hour of a reading's time: the row that it is."""
    return whole_hour(reading.end_at - MOMENT)


def closed(readings: Iterable[GasReading], now: datetime) -> tuple[GasReading, ...]:
    """Return the readings whose time is over: another is a fault of the answer, or of a clock."""
    return tuple(reading for reading in readings if reading.end_at <= now)


def superseded(stored: Collection[datetime], readings: Sequence[GasReading]) -> set[datetime]:
    """Return which of the hours stored were a reading that is told no longer, because another tells all of its time.

    Their gas is in the other, so that they hold none. Only a reading that follows the row before it, and whose days are those of its
    time, says so: an answer that is wrong about a start must take nothing away.
    """
    ends = {last_hour(reading) for reading in readings}
    rows = ends.union(stored)
    found: set[datetime] = set()
    for reading in readings:
        follows = whole_hour(reading.start_at - MOMENT) in rows or all(
            hour >= reading.start_at for hour in rows
        )
        if follows and _is_consistent(reading):
            inside = (hour for hour in stored if reading.start_at <= hour < last_hour(reading))
            found.update(hour for hour in inside if hour not in ends)
    return found


def days_of(reading: GasReading) -> int:
    """Return the days that a reading is billed for: as it tells them, else those of its time in Japan."""
    told = reading.days_of_gas_usage
    if told is not None and 0 < told <= LONGEST.days:
        return told
    return (day_of(reading.end_at) - day_of(reading.start_at)).days


def _is_consistent(reading: GasReading) -> bool:
    days = reading.days_of_gas_usage
    return days is not None and abs(reading.end_at - reading.start_at - days * DAY) <= DAY


def _began(agreement: Agreement) -> float:
    return float("-inf") if agreement.valid_from is None else agreement.valid_from.timestamp()


def bill_of(tariff: GasTariff, reading: GasReading, m3: Decimal) -> GasBill:
    """Bill the time of a reading, for so many m³. Raises Unpriced."""
    period = BillingPeriod(reading.start_at, reading.end_at)
    return gas_bill_for(tariff, period, m3, days=days_of(reading))


@dataclass(frozen=True, slots=True)
class GasPricing:
    """What the rows of a gas point cost: each by its own reading. Rows of readings that are not told are left out.

    `empty`: hours of which another row has the gas (see `superseded`); they cost nothing.
    """

    tariff: GasTariff
    readings: tuple[GasReading, ...]
    empty: frozenset[datetime] = field(default_factory=frozenset)

    def period(self, at: datetime) -> Interval:
        """Return the hour: no row depends on another."""
        return Interval(at, at + HOUR)

    def price(self, hours: Sequence[Hour]) -> list[tuple[datetime, Decimal]]:
        """Return (hour, whole yen) of each row that has a price."""
        by_hour = {last_hour(reading): reading for reading in self.readings}
        found: list[tuple[datetime, Decimal]] = []
        for hour in hours:
            if hour.start in self.empty:
                found.append((hour.start, Decimal(0)))
            elif (reading := by_hour.get(hour.start)) is not None:
                try:
                    yen = bill_of(self.tariff, reading, hour.kwh).total
                except Unpriced:
                    continue
                found.append((hour.start, Decimal(yen)))
        return found


@dataclass(frozen=True, kw_only=True)
class GasUsage:
    """What is shown of a gas point: the last reading whose time is over, and what it cost; nothing of the time since.

    `bill` is None where there is no price, for the `reason` (a translation key). `table` is the one in force now, `tier` its row
    that the volume of the reading would select again.
    """

    reading: GasReading | None = None
    bill: GasBill | None = None
    estimated: bool = False
    reason: str | None = None
    table: GasCard | None = None
    tier: GasTier | None = None
    next_reading: date | None = None
    plan: str | None = None


def gas_usage(point: GasPointData, tariff: GasTariff, now: datetime, today: date) -> GasUsage:
    """Return what is to be shown. `today`: in Japan; a next reading that lies before it is stale, and unknown."""
    over = closed(point.readings, now)
    reading = over[-1] if over else None
    bill, card, reason = None, None, None
    if reading is not None:
        try:
            bill = bill_of(tariff, reading, reading.usage)
            card = tariff.card_at(reading.end_at - MOMENT)
        except Unpriced as error:
            reason = error.reason
    try:
        table = tariff.card_at(now)
    except Unpriced as error:
        table, reason = None, reason or error.reason
    tier = None
    if table is not None and reading is not None:
        with suppress(Unpriced):
            tier = gas_bill(table, reading.usage, days=days_of(reading)).tier
    return GasUsage(
        reading=reading,
        bill=bill,
        estimated=card is not None and card.estimated,
        reason=reason,
        table=table,
        tier=tier,
        next_reading=_next(point.dates, today),
        plan=point.product_name(now),
    )


def _next(dates: GasReadingDates | None, today: date) -> date | None:
    told = (dates.next_reading_date, dates.next_next_reading_date) if dates else ()
    return min((day for day in told if day is not None and day >= today), default=None)


def by_account(
    listings: Mapping[str, Mapping[str, GasPointData]],
) -> dict[str, dict[str, GasPointData]]:
    """Join the points of all accounts of a login; each is one account's: that which has it on supply, else the first to list it."""
    found: dict[str, dict[str, GasPointData]] = {account: {} for account in listings}
    spins = dict.fromkeys(spin for points in listings.values() for spin in points)
    for spin in spins:
        told = {account: points[spin] for account, points in listings.items() if spin in points}
        owner = min(told, key=lambda account: told[account].status != "ON_SUPPLY")
        found[owner][spin] = joined(spin, told.values())
    return found
