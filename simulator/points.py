"""Points where energy is measured, the agreements they are supplied under, and where they are listed."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from .dates import Period, Schedule, chance, first_slot, jst_date
from .meter import Meter
from .plans import GasPlan
from .products import Product


@dataclass(frozen=True)
class Agreement:
    """A product in force from JST day `start` until before `end`.

    `place` is the id of the property whose account made it; None when every property that lists the point shows it.
    """

    id: int
    product: Product
    start: date
    end: date | None
    place: str | None = None

    def on(self, day: date) -> bool:
        """Whether it is in force on a JST day."""
        return self.start <= day and (self.end is None or day < self.end)

    def until(self, day: date) -> Agreement:
        """Return the agreement ended on a day."""
        return replace(self, end=day)


@dataclass(eq=False)
class Point:
    """A place where energy is measured, in (supply) or out (generation); `identifier` is the SPIN or GPIN."""

    identifier: str
    area: str
    meter: Meter
    agreements: tuple[Agreement, ...]
    start: date
    end: date | None
    status: str
    home: str = ""  # the property that listed it first
    subsidy: bool = False  # switch: the government discount applies; see Household.subsidy
    amperage: int | None = None
    kw: int | None = None
    kva: int | None = None
    supply_details: bool = False
    meters_told: bool = False
    unlisted_beyond_31_days: bool = (
        False  # switch: halfHourlyReadings answers nothing older than 31 days
    )

    @property
    def schedule(self) -> Schedule:
        """The meter's reading days."""
        return self.meter.schedule

    def agreement_on(self, day: date) -> Agreement | None:
        """Return the agreement in force on a JST day."""
        return next((agreement for agreement in self.agreements if agreement.on(day)), None)

    def periods(self, until: date) -> list[Period]:
        """Return the billing periods under an agreement, from the first to the one that holds `until`."""
        return [
            period
            for period in self.schedule.periods(until)
            if not self.agreements or self.agreement_on(period.start) is not None
        ]

    def pass_on(self, day: date, giver: str, taker: str, agreement: Agreement) -> None:
        """From a JST day on supply property `taker` under `agreement`; what was agreed before stays with `giver`."""
        self.agreements = (
            *(
                replace(
                    term,
                    place=term.place or giver,
                    end=day if term.end is None else min(term.end, day),
                )
                for term in self.agreements
                if term.start < day
            ),
            replace(agreement, start=day, place=taker),
        )
        self.end = None
        self.meter.read_on(day)

    def stop(self, day: date) -> None:
        """End the supply on a JST day."""
        self.end = day
        self.agreements = tuple(
            term if term.end is not None and term.end <= day else term.until(day)
            for term in self.agreements
            if term.start < day
        )
        self.meter.read_last_on(day)


class SupplyPoint(Point):
    """A point that draws from the grid."""

    @property
    def spin(self) -> str:
        """供給地点特定番号, 22 digits of which the first two name the grid operator."""
        return self.identifier


class GenerationPoint(Point):
    """A point that feeds the grid."""

    @property
    def gpin(self) -> str:
        """受電地点特定番号."""
        return self.identifier


@dataclass(frozen=True)
class Listing:
    """A point as one property lists it: with its own agreements, and with the readings of the time that they cover."""

    point: Point
    place: str

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """The agreements of this property."""
        return tuple(term for term in self.point.agreements if term.place in {None, self.place})

    @property
    def start(self) -> date:
        """The JST day on which this property's supply began."""
        own = [term.start for term in self.agreements if term.place]
        return max(self.point.start, min(own)) if own else self.point.start

    @property
    def end(self) -> date | None:
        """The JST day on which it ended, or will end; a property without any agreement was never supplied."""
        terms = self.agreements
        if not terms and self.point.agreements:
            return self.point.start
        ends = [term.end for term in terms if term.place]
        known = [end for end in ends if end is not None]
        last = max(known) if known and len(known) == len(terms) else None
        ends_of_both = [end for end in (last, self.point.end) if end is not None]
        return min(ends_of_both) if ends_of_both else None

    @property
    def slots(self) -> tuple[int, float]:
        """The half hours of this property: from the first until before the second."""
        return first_slot(self.start), float("inf") if self.end is None else first_slot(self.end)

    def covers(self, period: Period) -> bool:
        """Whether a billing period is this property's."""
        return self.start <= period.start and (self.end is None or period.start < self.end)

    def status_at(self, now: datetime) -> str:
        """Return the `SupplyPointStatus`: that of the point, but before and after this property's own time."""
        today = jst_date(now)
        if not isinstance(self.point, SupplyPoint):
            ended = self.point.end is not None and self.point.end <= today
            return "LOST" if ended else self.point.status
        if self.end is not None and self.end <= today:
            return "OFF_SUPPLY"
        return "MOVE_IN_PENDING" if self.point.start < self.start > today else self.point.status


@dataclass(eq=False)
class GasPoint:
    """A gas supply point; volumes are whole m³ a reading period. `said` holds what was corrected, by the day of the reading."""

    spin: str
    schedule: Schedule
    agreements: tuple[Agreement, ...]
    start: date
    seed: int
    plan: GasPlan
    end: date | None = None
    subsidy: bool = False  # switch: the government discount applies; see Household.subsidy
    said: dict[date, int] = field(default_factory=dict)
    withdrawn: set[date] = field(default_factory=set)

    @property
    def identifier(self) -> str:
        """Its number."""
        return self.spin

    def agreement_on(self, day: date) -> Agreement | None:
        """Return the agreement in force on a JST day."""
        return next((agreement for agreement in self.agreements if agreement.on(day)), None)

    def volume(self, period: Period) -> int:
        """Return the m³ of a reading period."""
        if period.end in self.said:
            return self.said[period.end]
        cold = abs(period.start.month - 7) / 6
        typical = self.plan.summer + (self.plan.winter - self.plan.summer) * cold
        usual = typical * (0.85 + chance(self.seed, self.spin, period.start) % 30 / 100)
        return round(usual * period.days / 30)

    def periods(self, until: date) -> list[Period]:
        """Return the reading periods to the one that holds `until`. A withdrawn reading parts no periods."""
        found: list[Period] = []
        for period in self.schedule.periods(until):
            if found and period.start in self.withdrawn:
                period = Period(found.pop().start, period.end)
            found.append(period)
        return found

    def stop(self, day: date) -> None:
        """End the supply on a JST day, with a reading."""
        self.end = day
        self.agreements = tuple(
            term if term.end is not None and term.end <= day else term.until(day)
            for term in self.agreements
            if term.start < day
        )
        self.schedule.finish(day)


def serial_number(number: str) -> str:
    """Return the serial number of a point's meter."""
    return f"M{number[-8:]}"
