"""The world behind the API: logins, accounts, places, points and their meters, built from a seed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from .adders import Adders
from .clock import Clock
from .dates import Period, Schedule, chance, first_slot, slot_from, slot_of
from .households import PLANS, GasPlan, HouseholdPlan, PointPlan, PropertyPlan, Term
from .meter import Meter
from .products import Product, product

FOREVER = float("inf")

# What FACTS 4 and 6 saw refused, by schema field: on every path, and through `viewer` only.
REFUSED = {
    "contractedCapacity": "KT-CT-4501",
    "contractedCapacityOld": "KT-CT-4501",
    "notes": "KT-CT-1111",
    "canModifyPayments": "KT-CT-1111",
    "debtCollectionProceedings": "KT-CT-1111",
}
REFUSED_BY_VIEWER = {
    "halfHourlyReadings": "KT-CT-4501",
    "intervalReadings": "KT-CT-4501",
    "supplyPeriods": "KT-CT-4501",
}


@dataclass(frozen=True)
class Agreement:
    """A product in force from JST day `start` until before `end`."""

    id: int
    product: Product
    start: date
    end: date | None

    def on(self, day: date) -> bool:
        """Whether it is in force on a JST day."""
        return self.start <= day and (self.end is None or day < self.end)


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
    subsidy: bool = False  # switch: the government discount applies; see Household.subsidy
    amperage: int | None = None
    kw: int | None = None
    supply_details: bool = False
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


@dataclass(eq=False)
class GasPoint:
    """A gas supply point; volumes are whole m³ a reading period."""

    spin: str
    schedule: Schedule
    agreements: tuple[Agreement, ...]
    start: date
    seed: int
    plan: GasPlan

    def volume(self, period: Period) -> int:
        """Return the m³ of a reading period."""
        cold = abs(period.start.month - 7) / 6
        typical = self.plan.summer + (self.plan.winter - self.plan.summer) * cold
        return round(typical * (0.85 + chance(self.seed, self.spin, period.start) % 30 / 100))


@dataclass(eq=False)
class Property:
    """A place of supply. `supply_points` may hold None, as seen in practice (FACTS 6)."""

    id: str
    address: str
    postcode: str
    supply_points: list[SupplyPoint | None]
    generation_points: list[GenerationPoint]
    gas_points: list[GasPoint]


@dataclass(eq=False)
class Account:
    """An account. `refused` and `refused_by_viewer` map schema fields to error codes and may be edited at any time."""

    id: str
    number: str
    properties: list[Property]
    status: str = "ACTIVE"
    balance: int = 0
    refused: dict[str, str] = field(default_factory=lambda: dict(REFUSED))
    refused_by_viewer: dict[str, str] = field(default_factory=lambda: dict(REFUSED_BY_VIEWER))

    @property
    def supply_points(self) -> list[SupplyPoint]:
        """The electricity supply points of all properties."""
        return [point for place in self.properties for point in place.supply_points if point]

    @property
    def generation_points(self) -> list[GenerationPoint]:
        """The generation points of all properties."""
        return [point for place in self.properties for point in place.generation_points]


@dataclass(eq=False)
class Household:
    """A login and what it owns."""

    key: str
    viewer_id: str
    email: str
    password: str
    api_key: str
    pre_signed_key: str
    accounts: list[Account]

    @property
    def supply_points(self) -> list[SupplyPoint]:
        """The electricity supply points of all accounts."""
        return [point for account in self.accounts for point in account.supply_points]

    @property
    def generation_points(self) -> list[GenerationPoint]:
        """The generation points of all accounts."""
        return [point for account in self.accounts for point in account.generation_points]

    @property
    def gas_points(self) -> list[GasPoint]:
        """The gas supply points of all accounts."""
        return [
            point
            for account in self.accounts
            for place in account.properties
            for point in place.gas_points
        ]

    @property
    def subsidy(self) -> bool:
        """Whether the government discount applies: the switch of every point of the household."""
        return any(point.subsidy for point in self.supply_points)

    @subsidy.setter
    def subsidy(self, on: bool) -> None:
        for point in self.supply_points:
            point.subsidy = on


class World:
    """Everything there is, and the hooks to edit it."""

    def __init__(
        self,
        keys: Iterable[str],
        seed: int,
        clock: Clock,
        *,
        regular_readings: bool = False,
        since: date | None = None,
    ) -> None:
        self.seed = seed
        self.clock = clock
        self.adders = Adders(seed)
        self.households: dict[str, Household] = {}
        for key in keys:
            if key not in PLANS:
                raise ValueError(f"no household {key!r}; there are: {', '.join(PLANS)}")
            self.households[key] = _Builder(seed, key, regular_readings, since).household(
                PLANS[key]
            )
        self._points = {point.identifier: point for point in self._all_points()}

    @property
    def accounts(self) -> list[Account]:
        """The accounts of all households."""
        return [account for household in self.households.values() for account in household.accounts]

    @property
    def supply_points(self) -> dict[str, SupplyPoint]:
        """Every electricity supply point by SPIN."""
        return {key: point for key, point in self._points.items() if isinstance(point, SupplyPoint)}

    @property
    def generation_points(self) -> dict[str, GenerationPoint]:
        """Every generation point by GPIN."""
        return {
            key: point for key, point in self._points.items() if isinstance(point, GenerationPoint)
        }

    @property
    def gas_points(self) -> dict[str, GasPoint]:
        """Every gas supply point by its number."""
        return {point.spin: point for home in self.households.values() for point in home.gas_points}

    def account(self, number: str) -> Account | None:
        """Return an account by number."""
        return next((account for account in self.accounts if account.number == number), None)

    def point(self, identifier: str) -> Point:
        """Return a point by SPIN or GPIN; KeyError if there is none."""
        return self._points[identifier]

    def place_of(self, point: Point) -> tuple[Account, Property]:
        """Return the account and property of a point."""
        return next(
            (account, place)
            for account in self.accounts
            for place in account.properties
            if point in place.supply_points or point in place.generation_points
        )

    def correct(self, identifier: str, half_hour_start: datetime, new_value: Decimal | str) -> None:
        """From now on say that a half hour holds `new_value` kWh (two decimals)."""
        centi = Decimal(new_value) * 100
        if centi != int(centi) or centi < 0:
            raise ValueError("kWh with two decimals, not below zero")
        self.point(identifier).meter.correct(
            slot_of(half_hour_start), int(centi), self.clock.timestamp()
        )

    def withhold(self, identifier: str, start: datetime, end: datetime, until: datetime) -> None:
        """Make a gap: the half hours from `start` until before `end` stay unpublished until `until`."""
        self.point(identifier).meter.withhold(slot_from(start), slot_from(end), until.timestamp())

    def publish_until(self, identifier: str, at: datetime) -> None:
        """Publish nothing that starts at or after `at`, until `publish_all`."""
        end = first_slot(date(9999, 1, 1))
        self.point(identifier).meter.withhold(slot_from(at), end, FOREVER)

    def publish_all(self, identifier: str) -> None:
        """Take back every `withhold` and `publish_until` of a point."""
        self.point(identifier).meter.release()

    def _all_points(self) -> Iterator[Point]:
        for household in self.households.values():
            yield from household.supply_points
            yield from household.generation_points


class _Builder:
    """Builds one household; identifiers follow from the seed and the household's key."""

    def __init__(
        self, seed: int, key: str, regular_readings: bool, since: date | None = None
    ) -> None:
        self._seed = seed
        self._key = key
        self._regular = regular_readings
        self._since = since or date.min

    def household(self, plan: HouseholdPlan) -> Household:
        return Household(
            key=self._key,
            viewer_id=str(100000 + self._draw("viewer") % 900000),
            email=f"{self._key}@example.com",
            password=f"{self._key}-password",
            api_key=f"sk_live_{self._draw('api'):016x}",
            pre_signed_key=f"psk_{self._draw('pre-signed'):016x}",
            accounts=[
                Account(
                    id=str(self._draw("account id", number) % 10**6),
                    number=f"A-{self._draw('account', number) % 16**8:08X}",
                    properties=[
                        self._property(plan, place, f"{number}.{index}")
                        for index, place in enumerate(places)
                    ],
                    status="ACTIVE" if any(place.points for place in places) else "PENDING",
                )
                for number, places in enumerate(plan.accounts)
            ],
        )

    def _property(self, plan: HouseholdPlan, place: PropertyPlan, where: str) -> Property:
        points: list[SupplyPoint | None] = [None] if place.with_null else []
        points += [self._point(SupplyPoint, plan, point) for point in place.points]
        return Property(
            id=str(self._draw("property", where) % 10**6),
            address=place.address,
            postcode=place.postcode,
            supply_points=points,
            generation_points=[
                self._point(GenerationPoint, plan, point) for point in place.generation
            ],
            gas_points=[self._gas(place.gas)] if place.gas else [],
        )

    def _point[T: Point](self, kind: type[T], household: HouseholdPlan, plan: PointPlan) -> T:
        number = self._draw("point", plan.tag) % 10**20
        identifier = f"{plan.area}{number:020}"
        plan = plan.since(self._since)
        schedule = Schedule(
            f"{self._seed}|{identifier}",
            plan.reading_day,
            plan.start,
            plan.end,
            regular=self._regular,
        )
        load = partial(plan.load.day_of, self._seed, identifier, plan.area)
        return kind(
            identifier=identifier,
            area=plan.area,
            meter=Meter(self._seed, identifier, schedule, load),
            agreements=self._agreements(plan.agreements, plan.tag),
            start=plan.start,
            end=plan.end,
            status=plan.status,
            amperage=plan.amperage,
            kw=plan.kw,
            supply_details=household.supply_details,
        )

    def _gas(self, plan: GasPlan) -> GasPoint:
        spin = f"{self._draw('gas') % 10**17:017}"
        schedule = Schedule(f"{self._seed}|{spin}", plan.reading_day, plan.start, None)
        return GasPoint(
            spin, schedule, self._agreements(plan.agreements, "gas"), plan.start, self._seed, plan
        )

    def _agreements(self, terms: tuple[Term, ...], tag: str) -> tuple[Agreement, ...]:
        return tuple(
            Agreement(self._draw("agreement", tag, start) % 10**6, product(key), start, end)
            for key, start, end in terms
        )

    def _draw(self, *key: object) -> int:
        return chance(self._seed, self._key, *key)
