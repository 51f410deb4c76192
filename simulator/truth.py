"""The ground truth: what was used and what it costs, to check the integration against.

kWh and yen are Decimal, times are aware UTC datetimes, windows are half-open. Nothing here is rounded but the bill.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .bills import MONTH, Bill, bill
from .clock import Clock
from .dates import (
    HALF_HOUR,
    Month,
    Period,
    day_of,
    first_slot,
    hour_of,
    jst_date,
    midnight,
    slot_from,
    slot_start,
)
from .gas import GasBill, gas_bill, told
from .points import Agreement, Point, SupplyPoint
from .pricing import ZERO, Basis, Terms, terms as priced
from .products import product
from .world import World


@dataclass(frozen=True)
class Components:
    """A price in yen per kWh including tax, and the standing charge in yen a day. `subsidy` is not above zero."""

    energy: Decimal
    fuel: Decimal
    levy: Decimal
    subsidy: Decimal
    standing: Decimal
    band: str

    @property
    def total(self) -> Decimal:
        """What the next kWh costs, all in."""
        return self.energy + self.fuel + self.levy + self.subsidy


class Truth:
    """Answers about a world at its clock's time."""

    def __init__(self, world: World, clock: Clock, month_basis: Basis) -> None:
        self._world = world
        self._clock = clock
        self.month_basis: Basis = month_basis
        self._terms: dict[tuple[str, date, Basis, bool, int, int], Terms | None] = {}
        self._bills: dict[tuple[object, ...], Bill] = {}

    def half_hours(
        self, identifier: str, start: datetime, end: datetime, *, published: bool = True
    ) -> dict[datetime, Decimal]:
        """Return the kWh of the half hours that start in the window: those published by now, or all as finally settled."""
        meter = self._world.point(identifier).meter
        slots = slot_from(start), slot_from(end)
        readings = (
            meter.published(*slots, self._clock.timestamp()) if published else meter.settled(*slots)
        )
        return {slot_start(reading.slot): Decimal(reading.centi).scaleb(-2) for reading in readings}

    def hours(self, identifier: str, start: datetime, end: datetime) -> dict[datetime, Decimal]:
        """Return the published kWh of the hours that start in the window.

        The newest hour is left out while only one of its halves is published; other hours count what there is.
        """
        return {
            slot_start(hour * 2): Decimal(centi).scaleb(-2)
            for hour, centi in self._hours(
                self._world.point(identifier), slot_from(start), slot_from(end)
            )
        }

    def costs(
        self, identifier: str, start: datetime, end: datetime, basis: Basis | None = None
    ) -> dict[datetime, Decimal]:
        """Return the yen of the hours that `hours` returns: energy, adjustment, levy, standing charge / 24, less subsidy.

        Steps are counted from the start of each billing period over what is published. Hours without an agreement are
        left out. An hour of which nothing is published costs its standing charge once its period is closed, so that the hours
        of a bill add up to it; not in a period of which nothing at all is published.
        """
        point = self._world.point(identifier)
        if point.start > jst_date(end):
            return {}
        metered = self._metered(point, start, end, basis)
        if not isinstance(point, SupplyPoint):
            return metered
        return dict(sorted((self._standing(point, start, end, basis) | metered).items()))

    def _metered(
        self, point: Point, start: datetime, end: datetime, basis: Basis | None
    ) -> dict[datetime, Decimal]:
        begin = point.schedule.period(max(jst_date(start), point.start))
        window, until = slot_from(start), slot_from(end)
        used, period = ZERO, begin
        found: dict[datetime, Decimal] = {}
        for hour, centi in self._hours(point, min(window, first_slot(begin.start)), until):
            slot = hour * 2
            day = day_of(slot)
            if day >= period.end:
                used, period = ZERO, point.schedule.period(day)
            kwh = Decimal(centi).scaleb(-2)
            term = self.terms(point, day, basis)
            if term is not None and slot >= window:
                per_kwh = term.fuel + term.levy - term.subsidy
                energy = term.energy(hour_of(slot), used, kwh)
                found[slot_start(slot)] = energy + kwh * per_kwh + self._per_day(term, period) / 24
            used += kwh
        return found

    def _standing(
        self, point: SupplyPoint, start: datetime, end: datetime, basis: Basis | None
    ) -> dict[datetime, Decimal]:
        """Return the standing charge of every hour of the closed periods of which something is published."""
        found: dict[datetime, Decimal] = {}
        now = self._clock.timestamp()
        for period in point.periods(jst_date(end)):
            slots = first_slot(period.start), first_slot(period.end)
            if point.meter.closed_at(period.start) > now or midnight(period.end) <= start:
                continue
            if next(point.meter.published(*slots, now), None) is None:
                continue
            for slot in range(*slots, 2):
                term = self.terms(point, day_of(slot), basis)
                if term is not None and start <= slot_start(slot) < end:
                    found[slot_start(slot)] = self._per_day(term, period) / 24
        return found

    def _per_day(self, term: Terms, period: Period) -> Decimal:
        """Return the standing charge of a day; charged by the month, its part of the period's length."""
        if self._world.practice.standing == "day":
            return term.standing
        return term.standing * MONTH / period.days

    def used(self, identifier: str, at: datetime) -> Decimal:
        """Return the kWh published in the billing period that holds `at`, of half hours before `at`."""
        point = self._world.point(identifier)
        start = midnight(point.schedule.period(jst_date(at)).start)
        return sum(self.half_hours(identifier, start, at).values(), ZERO)

    def price(
        self, identifier: str, at: datetime, used: Decimal = ZERO, basis: Basis | None = None
    ) -> Components:
        """Return what the next kWh costs at `at` after `used` kWh in the billing period; LookupError off supply."""
        point = self._world.point(identifier)
        term = self.terms(point, jst_date(at), basis)
        if term is None:
            raise LookupError("no agreement is in force then")
        charge = (
            term.step(used)
            if term.stepped
            else term.charge(hour_of(int(at.timestamp()) // HALF_HOUR))
        )
        return Components(
            charge.price, term.fuel, term.levy, -term.subsidy, term.standing, charge.band
        )

    def periods(self, identifier: str) -> list[tuple[datetime, datetime]]:
        """Return the billing periods from the start of supply to the one that is open now, as instants.

        A reading out of turn ends one: when the point is supplied to another account.
        """
        periods = self._world.point(identifier).periods(jst_date(self._clock.now()))
        return [(midnight(period.start), midnight(period.end)) for period in periods]

    def bill(
        self, identifier: str, period: tuple[datetime, datetime], basis: Basis | None = None
    ) -> Bill:
        """Return the bill of a period from `periods`, as it is (or for the open one will be) when the period closes."""
        point = self._world.point(identifier)
        days = Period(jst_date(period[0]), jst_date(period[1]))
        basis = basis or self.month_basis
        edits = point.meter.edits, self._world.monthly_rates.edits
        key = (identifier, days, basis, point.subsidy, edits, self._world.practice)
        if key not in self._bills:
            self._bills[key] = bill(
                self._world.monthly_rates, point, days, basis, self._world.practice
            )
        return self._bills[key]

    def plan_bill(
        self,
        identifier: str,
        period: tuple[datetime, datetime],
        plan: str,
        *,
        today: bool = False,
        at_close: bool = False,
        basis: Basis | None = None,
    ) -> Bill:
        """Return what a period would have cost on a plan of the catalogue (its key), at the prices at which it is sold now.

        The monthly rates are each month's own, or those of `today` without a discount. The kWh are those published by now, or
        those of the bill `at_close`.
        """
        now = self._clock.now()
        sold = product(plan).as_sold(jst_date(now))
        point = replace(
            self._world.point(identifier),
            agreements=(Agreement(0, sold, date.min, None),),
        )
        rates = self._world.monthly_rates
        if today:
            rates = rates.of_month(Month.of(jst_date(now)))
        days = Period(jst_date(period[0]), jst_date(period[1]))
        read_at = None if at_close else self._clock.timestamp()
        return bill(
            rates, point, days, basis or self.month_basis, self._world.practice, read_at=read_at
        )

    def gas_bill(self, spin: str, period: tuple[datetime, datetime]) -> GasBill:
        """Return the gas bill of a reading period."""
        days = Period(jst_date(period[0]), jst_date(period[1]))
        return gas_bill(self._world.gas_points[spin], days)

    def gas_periods(self, spin: str) -> list[tuple[datetime, datetime]]:
        """Return the reading periods of a gas point, the open one last."""
        periods = self._world.gas_points[spin].periods(jst_date(self._clock.now()))
        return [(midnight(period.start), midnight(period.end)) for period in periods]

    def gas_bills(self, spin: str) -> list[GasBill]:
        """Return the bills of all reading periods whose reading is told by now."""
        point = self._world.gas_points[spin]
        return [gas_bill(point, period) for period in told(point, self._clock.now())]

    def exports(self, gpin: str, start: datetime, end: datetime) -> dict[datetime, Decimal]:
        """Return the published kWh fed in, by hour; like `hours`."""
        return self.hours(gpin, start, end)

    def compensation(self, gpin: str, start: datetime, end: datetime) -> dict[datetime, Decimal]:
        """Return the yen paid for the energy fed in, by hour."""
        return self.costs(gpin, start, end)

    def data_delay(self, identifier: str) -> timedelta | None:
        """Return how long ago the newest published half hour ended."""
        last = self._world.point(identifier).meter.last_published(self._clock.timestamp())
        return None if last is None else self._clock.now() - slot_start(last + 1)

    def terms(self, point: Point, day: date, basis: Basis | None = None) -> Terms | None:
        """Return what prices a kWh of a point on a JST day, remembered; None without an agreement."""
        edits = point.schedule.edits, self._world.monthly_rates.edits
        key = (point.identifier, day, basis or self.month_basis, point.subsidy, *edits)
        if key not in self._terms:
            self._terms[key] = priced(self._world.monthly_rates, point, day, key[2])
        return self._terms[key]

    def _hours(self, point: Point, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield (hour since 1970, hundredths of a kWh) for hours that start from slot `start` until before `end`."""
        start += start % 2
        end += end % 2
        now = self._clock.timestamp()
        last = point.meter.last_published(now)
        newest = None if last is None else last // 2
        current: int | None = None
        total = 0
        for reading in point.meter.published(start, end, now):
            hour = reading.slot // 2
            if hour != current:
                if current is not None:
                    yield current, total
                current, total = hour, 0
            total += reading.centi
        if current is not None and not self._open(current, newest, point, now):
            yield current, total

    @staticmethod
    def _open(hour: int, newest: int | None, point: Point, now: float) -> bool:
        return hour == newest and len(list(point.meter.published(hour * 2, hour * 2 + 2, now))) == 1
