"""Builds a household from its plan; identifiers follow from the seed and the household's key."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise

from .accounts import Account, Household, Property
from .campaigns import Programme
from .dates import Schedule, chance
from .meter import Meter
from .plans import GasPlan, HouseholdPlan, PointPlan, PropertyPlan, Term
from .points import Agreement, GasPoint, GenerationPoint, Point, SupplyPoint
from .products import product


class Builder:
    """Builds one household. A point whose plan stands at several properties is one point, listed several times."""

    def __init__(
        self, seed: int, key: str, regular_readings: bool, since: date | None = None
    ) -> None:
        self._seed = seed
        self._key = key
        self._regular = regular_readings
        self._since = since or date.min
        self._built: dict[str, Point] = {}
        self._places: dict[str, dict[str, PointPlan]] = {}

    def household(self, plan: HouseholdPlan) -> Household:
        """Return the household."""
        for where, place in _places(plan):
            for point in (*place.points, *place.generation):
                own = self._places.setdefault(point.tag, {})
                own[self._property_id(where)] = point.since(self._since)
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
                    refusal=dict(plan.refused).get(number),
                    programme=_programme(plan),
                )
                for number, places in enumerate(plan.accounts)
            ],
        )

    def point(self, plan: PointPlan) -> SupplyPoint:
        """Return a supply point that comes later; `plan.tag` tells it from the others of the household."""
        return self._point(SupplyPoint, plan, of=HouseholdPlan("", ()))

    def empty_property(self, where: str, point: SupplyPoint) -> Property:
        """Return a further property, at which an existing point is listed."""
        return Property(self._property_id(where), "架空県仮想市1-1", "1000009", [point], [], [])

    def agreement_id(self, *key: object) -> int:
        """Return the id of an agreement made later."""
        return self._draw("agreement", *key) % 10**6

    def _property(self, plan: HouseholdPlan, place: PropertyPlan, where: str) -> Property:
        points: list[SupplyPoint | None] = [None] if place.with_null else []
        points += [self._point(SupplyPoint, point, of=plan) for point in place.points]
        return Property(
            id=self._property_id(where),
            address=place.address,
            postcode=place.postcode,
            supply_points=points,
            generation_points=[
                self._point(GenerationPoint, point, of=plan) for point in place.generation
            ],
            gas_points=[self.gas_point(place.gas, subsidy=plan.subsidy)] if place.gas else [],
        )

    def _property_id(self, where: str) -> str:
        return str(self._draw("property", where) % 10**6)

    def _point[T: Point](self, kind: type[T], plan: PointPlan, *, of: HouseholdPlan) -> T:
        if isinstance(known := self._built.get(plan.tag), kind):
            return known
        plan = plan.since(self._since)
        plans = self._places.get(plan.tag) or {"": plan}
        number = self._draw("point", plan.tag) % 10**20
        identifier = f"{plan.area}{number:020}"
        start = min(each.start for each in plans.values())
        ends = [each.end for each in plans.values()]
        end = max((day for day in ends if day), default=None) if None not in ends else None
        key = f"{self._seed}|{identifier}"
        schedule = Schedule(key, plan.reading_day, start, end, regular=self._regular)
        load = partial(plan.load.day_of, self._seed, identifier, plan.area)
        meter = Meter(self._seed, identifier, schedule, load)
        for former, latter in pairwise(sorted(plans.values(), key=lambda each: each.start)):
            if former.end is not None and former.start < latter.start:
                meter.nobodys(former.end, latter.start)
        built = kind(
            identifier=identifier,
            area=plan.area,
            meter=meter,
            agreements=self._agreements_of(plan.tag, plans),
            start=start,
            end=end,
            status=plan.status,
            home=next(iter(plans)),
            amperage=plan.amperage,
            kw=plan.kw,
            kva=plan.kva,
            supply_details=of.supply_details,
            subsidy=of.subsidy,
        )
        self._built[plan.tag] = built
        return built

    def _agreements_of(self, tag: str, plans: dict[str, PointPlan]) -> tuple[Agreement, ...]:
        if len(set(plans.values())) == 1:
            return self._agreements(next(iter(plans.values())).agreements, tag)
        found = [
            agreement
            for place, plan in plans.items()
            for agreement in self._agreements(plan.agreements, tag, place)
        ]
        return tuple(sorted(found, key=lambda agreement: agreement.start))

    def gas_point(self, plan: GasPlan, *, subsidy: bool = False) -> GasPoint:
        """Return the household's gas supply point."""
        plan = plan.since(self._since)
        spin = f"{self._draw('gas') % 10**17:017}"
        key = f"{self._seed}|{spin}"
        schedule = Schedule(key, plan.reading_day, plan.start, plan.end, regular=self._regular)
        terms = self._agreements(plan.agreements, "gas")
        return GasPoint(
            spin, schedule, terms, plan.start, self._seed, plan, plan.end, subsidy=subsidy
        )

    def _agreements(
        self, terms: tuple[Term, ...], tag: str, place: str | None = None
    ) -> tuple[Agreement, ...]:
        return tuple(
            Agreement(
                self._draw("agreement", tag, start, *([place] if place else [])) % 10**6,
                product(key),
                start,
                end,
                place,
            )
            for key, start, end in terms
        )

    def _draw(self, *key: object) -> int:
        return chance(self._seed, self._key, *key)


def _programme(plan: HouseholdPlan) -> Programme:
    programme = Programme("", loyalty_points=plan.loyalty_points, vouchers=plan.vouchers)
    for campaign in plan.campaigns:
        programme.offer(campaign)
    return programme


def _places(plan: HouseholdPlan) -> Iterator[tuple[str, PropertyPlan]]:
    for number, places in enumerate(plan.accounts):
        for index, place in enumerate(places):
            yield f"{number}.{index}", place
