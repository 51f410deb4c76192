"""Supply points as one login sees them. Pure: no network, no clock of its own.

A supply point is one thing however often it is listed: by two accounts, or ended in one and supplied in another. What each
account says of it is a listing; here they are joined. At any time the point belongs to the account whose agreement covers the
time, and what an account says counts within its own time only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

from ..interval import Interval
from ..kraken.catalogue import CatalogueProduct
from ..kraken.contract_terms import SupplyDetails
from ..kraken.models import (
    AddonRate,
    Agreement,
    ElectricityProduct,
    IntervalReading,
    LineItem,
    Rate,
    ReadingDates,
    SupplyPeriod,
)

ON_SUPPLY: Final = "ON_SUPPLY"
OFF_STATUSES: Final = frozenset({"OFF_SUPPLY", "LOST", "CANCELLED_DUE_TO_DUNNING"})
"""What the service calls a point whose supply has ended."""

_EVER = datetime.min.replace(tzinfo=UTC)
NEVER_ENDS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What one account says of a supply point. `answers`: it was told of when the account was asked last."""

    account_number: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()
    supply_periods: tuple[SupplyPeriod, ...] = ()
    interval_readings: tuple[IntervalReading, ...] = ()
    reading_dates: ReadingDates | None = None
    addon_rates: Mapping[int, tuple[AddonRate, ...]] = field(default_factory=dict)
    supply_details: tuple[SupplyDetails, ...] = ()
    amperage_options: frozenset[int] | None = None
    standing_charges: Mapping[int, tuple[Rate, ...]] = field(default_factory=dict)
    answers: bool = True

    @property
    def times(self) -> list[Interval]:
        """When the point is this account's: while it has an agreement; by the supply periods where it tells none."""
        return agreed_times(self.agreements) or _supplied(self.supply_periods)


@dataclass(frozen=True, slots=True)
class Owned(Interval):
    """A time in which a point belongs to some accounts: to more than one only if they share the agreement."""

    accounts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SupplyPointData:
    """One electricity supply point, joined over its listings."""

    spin: str
    listings: tuple[Listing, ...]
    catalogue: tuple[CatalogueProduct, ...] = ()
    """What is on sale in its area."""
    entered: bool = False
    """Whether the user entered what is known of it, so that its prices are estimates."""

    @property
    def area(self) -> str:
        """The grid operator's code: the first two digits of the SPIN (docs/api.md)."""
        return self.spin[:2]

    @cached_property
    def owned(self) -> tuple[Owned, ...]:
        """Whose the point is, ascending and without overlap. Of two agreements the one that began later is in force."""
        times = [(time, item.account_number) for item in self.listings for time in item.times]
        found: list[Owned] = []
        for start, end in pairwise(
            sorted({at for time, _ in times for at in (time.start, time.end)})
        ):
            covering = [(time.start, number) for time, number in times if time.covers(start)]
            if not covering:
                continue
            latest = max(began for began, _ in covering)
            accounts = tuple(dict.fromkeys(number for began, number in covering if began == latest))
            if found and found[-1].end == start and found[-1].accounts == accounts:
                found[-1] = replace(found[-1], end=end)
            else:
                found.append(Owned(start, end, accounts))
        return tuple(found)

    @cached_property
    def supplied(self) -> tuple[Interval, ...]:
        """When the point is on supply, ascending and without overlap: by the supply periods, else by the agreements."""
        periods = _supplied(period for item in self.listings for period in item.supply_periods)
        return tuple(_merged(periods or agreed_times(self.agreements)))

    @property
    def supply_start(self) -> datetime | None:
        """When supply began; None while that is not told."""
        start = self.supplied[0].start if self.supplied else _EVER
        return None if start == _EVER else start

    @property
    def supply_end(self) -> datetime | None:
        """When supply ended or will end; None while it has no end, or none is told.

        That agreements end tells of no end: the next may not be told yet. An agreement beyond the supply periods goes on.
        """
        ends = [time.end for time in _supplied(self.supply_periods)]
        if not ends and self.status not in OFF_STATUSES:
            return None
        end = max(ends + [time.end for time in agreed_times(self.agreements)], default=NEVER_ENDS)
        return None if end == NEVER_ENDS else end

    @property
    def supply_spans(self) -> list[tuple[datetime | None, datetime | None]]:
        """Return from when until when there may be readings; None where that is not told, or has no end."""
        times = list(_merged(_supplied(self.supply_periods)))
        if not times:
            return [(self.supply_start, self.supply_end)]
        *before, last = [(time.start, time.end) for time in times]
        return [*before, (last[0], self.supply_end)]

    @cached_property
    def supply_breaks(self) -> tuple[datetime, ...]:
        """The instants at which a billing period ends and another begins, beside the meter readings.

        These are the starts and ends of supply, and each change of the account: steps and minimum charges begin anew.
        """
        breaks = {at for time in self.supplied for at in (time.start, time.end)}
        for before, after in pairwise(self.owned):
            if not set(before.accounts) & set(after.accounts):
                breaks |= {before.end, after.start}
        return tuple(sorted(breaks - {_EVER, NEVER_ENDS}))

    def account_at(self, at: datetime) -> str:
        """Return the account that the point belongs to.

        In a time that no agreement covers it is the account before, else the one that comes first.
        """
        if not self.owned:
            return self.listings[0].account_number
        past = [owned for owned in self.owned if owned.start <= at]
        return (past[-1] if past else self.owned[0]).accounts[0]

    def accounts(self, span: Interval) -> list[tuple[Interval, str]]:
        """Cut a time where the account changes; each part with the account that its readings are asked of."""
        changes = sorted(
            {owned.start for owned in self.owned if span.start < owned.start < span.end}
        )
        found: list[tuple[Interval, str]] = []
        for start, end in pairwise([span.start, *changes, span.end]):
            account = self.account_at(start)
            if found and found[-1][1] == account:
                start = found.pop()[0].start
            found.append((Interval(start, end), account))
        return found

    def has_agreement(self, at: datetime) -> bool:
        """Tell whether an agreement is in force."""
        return any(time.covers(at) for time in agreed_times(self.agreements))

    def has_ended(self, at: datetime) -> bool:
        """Tell whether supply has ended, by what was told of it. A point of which nothing is told has not ended."""
        over = self.supply_end is not None and self.supply_end <= at
        return (over or self.status in OFF_STATUSES) and not self.has_agreement(at)

    def counts(self, account_number: str, at: datetime) -> bool:
        """Tell whether what an account says of an instant counts: not while another has the point, nor after supply ended."""
        owners = next((owned.accounts for owned in self.owned if owned.covers(at)), None)
        if owners is not None:
            return account_number in owners
        ended = any(time.end <= at for time in self.supplied)
        return not ended or any(time.covers(at) for time in self.supplied)

    def own_lines(self, account_number: str, lines: Iterable[LineItem]) -> list[LineItem]:
        """Return the lines of an account's bills that are about this point, in the account's own time."""
        return [
            line
            for line in lines
            if line.spin in {None, self.spin}
            and (line.period_start_at is None or self.counts(account_number, line.period_start_at))
        ]

    @property
    def account_number(self) -> str:
        """The account that the point belonged to last."""
        return self._latest.account_number

    @property
    def status(self) -> str | None:
        """On supply if any account says so, else what the last one says."""
        told = [item.status for item in self.listings]
        return ON_SUPPLY if ON_SUPPLY in told else self._latest.status

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements of all listings, each once. One that a listing nulls the product of takes it from another.

        A listing that is told of no more states monthly rates of the past as if they held: of the same product those that
        another states now take their place.
        """
        found: dict[int | tuple[datetime | None, datetime | None], Agreement] = {}
        now = _products(item for item in self.listings if item.answers)
        for item in self.listings:
            for agreement in item.agreements if item.answers else _restated(item.agreements, now):
                key = agreement.id or (agreement.valid_from, agreement.valid_to)
                known = found.setdefault(key, agreement)
                if known.product is None and agreement.product is not None:
                    found[key] = replace(known, product=agreement.product)
        return tuple(sorted(found.values(), key=lambda item: item.valid_from or _EVER))

    @cached_property
    def supply_periods(self) -> tuple[SupplyPeriod, ...]:
        """The times on supply of all listings, each once."""
        told = dict.fromkeys(period for item in self.listings for period in item.supply_periods)
        return tuple(sorted(told, key=lambda period: period.supply_start_at))

    @cached_property
    def interval_readings(self) -> tuple[IntervalReading, ...]:
        """The closed billing periods, each of its account's own time, cut where supply or the account changed."""
        told = dict.fromkeys(
            piece
            for item in self.listings
            for reading in item.interval_readings
            for piece in _cut(reading, self._edges(item.account_number))
            if self.counts(item.account_number, piece.start_at)
        )
        return tuple(sorted(told, key=lambda reading: (reading.start_at, reading.end_at)))

    def _edges(self, account_number: str) -> list[datetime]:
        """Return where a billing period of an account is cut: at each break, and where the account's own time begins or ends.

        An agreement can outlive supply by some days, or begin after it has ended.
        """
        instant = timedelta(microseconds=1)
        edges = {at for owned in self.owned for at in (owned.start, owned.end)} - {
            _EVER,
            NEVER_ENDS,
        }
        turns = {
            at
            for at in edges
            if self.counts(account_number, at) != self.counts(account_number, at - instant)
        }
        return sorted(turns.union(self.supply_breaks))

    @property
    def reading_dates(self) -> ReadingDates | None:
        """The scheduled readings that the last account tells, else those that any tells."""
        told = (item.reading_dates for item in (self._latest, *self.listings))
        return next((dates for dates in told if dates is not None), None)

    @cached_property
    def addon_rates(self) -> Mapping[int, tuple[AddonRate, ...]]:
        """The rates added to agreements, by the id of the agreement."""
        return {key: rates for item in self.listings for key, rates in item.addon_rates.items()}

    @property
    def supply_details(self) -> tuple[SupplyDetails, ...]:
        """The contracted capacities, where they are told."""
        return tuple(details for item in self.listings for details in item.supply_details)

    @property
    def amperage_options(self) -> frozenset[int] | None:
        """The amperes that the contract could be changed to; None if they are not told."""
        told = [item.amperage_options for item in self.listings]
        return next((options for options in told if options is not None), None)

    @property
    def standing_charges(self) -> Mapping[int, tuple[Rate, ...]]:
        """The charges by unit of capacity, by the id of the agreement."""
        return {
            key: rates for item in self.listings for key, rates in item.standing_charges.items()
        }

    def product_name(self, at: datetime) -> str | None:
        """Return the name of the product in force, as the customer knows it. Of two the one that began later is."""
        for agreement in reversed(self.agreements):
            product = agreement.product
            if isinstance(product, ElectricityProduct) and any(
                time.covers(at) for time in agreed_times([agreement])
            ):
                return product.display_name or product.code
        return None

    @property
    def _latest(self) -> Listing:
        number = self.owned[-1].accounts[0] if self.owned else self.listings[0].account_number
        return next(item for item in self.listings if item.account_number == number)


def _products(listings: Iterable[Listing]) -> dict[str, ElectricityProduct]:
    """Return the electricity products of listings by code; the first that tells of one counts."""
    found: dict[str, ElectricityProduct] = {}
    for item in listings:
        for agreement in item.agreements:
            if isinstance(product := agreement.product, ElectricityProduct):
                found.setdefault(product.code, product)
    return found


def _restated(
    agreements: Iterable[Agreement], now: Mapping[str, ElectricityProduct]
) -> Iterator[Agreement]:
    """Give products the monthly rates that are stated now."""
    for agreement in agreements:
        product = agreement.product
        if isinstance(product, ElectricityProduct) and (stated := now.get(product.code)):
            product = replace(
                product,
                fuel_cost_adjustment=stated.fuel_cost_adjustment,
                renewable_energy_levy=stated.renewable_energy_levy,
            )
        yield replace(agreement, product=product)


def joined(
    spin: str, listings: Iterable[Listing], catalogue: tuple[CatalogueProduct, ...] = ()
) -> SupplyPointData:
    """Join what the accounts say of a point. The order in which they are listed changes nothing.

    Of accounts that share the point's agreement the one that answers comes first, so that readings are asked of it.
    """
    ordered = sorted(listings, key=lambda item: (not item.answers, item.account_number))
    return SupplyPointData(spin=spin, listings=tuple(ordered), catalogue=catalogue)


def with_known_products(
    known: tuple[Agreement, ...], told: tuple[Agreement, ...]
) -> tuple[Agreement, ...]:
    """Keep what was known of a product that an answer lacks: a passing fault nulls it."""
    products = {agreement.id: agreement.product for agreement in known if agreement.product}
    return tuple(
        replace(agreement, product=products.get(agreement.id))
        if agreement.product is None
        else agreement
        for agreement in told
    )


def agreed_times(agreements: Iterable[Agreement]) -> list[Interval]:
    """Return the times of agreements that were not revoked; one that does not tell its end has `NEVER_ENDS`."""
    return _times(
        (agreement.valid_from, agreement.valid_to)
        for agreement in agreements
        if not agreement.is_revoked
    )


def _supplied(periods: Iterable[SupplyPeriod]) -> list[Interval]:
    return _times((period.supply_start_at, period.supply_end_at) for period in periods)


def _times(spans: Iterable[tuple[datetime | None, datetime | None]]) -> list[Interval]:
    times = [Interval(start or _EVER, end or NEVER_ENDS) for start, end in spans]
    return [time for time in times if time.start < time.end]


def _merged(times: Sequence[Interval]) -> Iterator[Interval]:
    """Join times that meet or overlap."""
    current: Interval | None = None
    for time in sorted(times):
        if current is None:
            current = time
        elif time.start <= current.end:
            current = Interval(current.start, max(current.end, time.end))
        else:
            yield current
            current = time
    if current is not None:
        yield current


def _cut(reading: IntervalReading, breaks: Iterable[datetime]) -> Iterator[IntervalReading]:
    """Cut a billing period at the breaks inside it. What it says of the whole is not true of a piece."""
    inner = [at for at in breaks if reading.start_at < at < reading.end_at]
    if not inner:
        yield reading
        return
    for start, end in pairwise([reading.start_at, *inner, reading.end_at]):
        yield IntervalReading(start, end)
