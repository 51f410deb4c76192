"""The world behind the API: logins, accounts, places, points and their meters, built from a seed."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .accounts import Account, Household, Property
from .building import Builder
from .campaigns import weekly
from .clock import Clock
from .dates import first_slot, jst_date, slot_from, slot_of
from .households import PLANS
from .monthly_rates import MonthlyRates
from .plans import GasPlan, PointPlan
from .points import Agreement, GasPoint, GenerationPoint, Listing, Point, SupplyPoint
from .practice import Practice
from .products import product

__all__ = [
    "Account",
    "Agreement",
    "GasPoint",
    "GenerationPoint",
    "Household",
    "Listing",
    "Point",
    "Property",
    "SupplyPoint",
    "World",
]

FOREVER = float("inf")


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
        self.monthly_rates = MonthlyRates(seed)
        self.practice = Practice()
        self.catalogue_is_public = False
        """Whether what is on sale is told without a token: nobody knows whether the service does."""
        self.quotes: list[dict[str, Any]] = []
        """What quotes were asked for, in turn."""
        self.households: dict[str, Household] = {}
        self._builders: dict[str, Builder] = {}
        for key in keys:
            if key not in PLANS:
                raise ValueError(f"no household {key!r}; there are: {', '.join(PLANS)}")
            self._builders[key] = Builder(seed, key, regular_readings, since)
            self.households[key] = self._builders[key].household(PLANS[key])
        self._hidden: dict[str, list[tuple[Property, int, SupplyPoint]]] = {}
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

    def listings_of(self, identifier: str, household: Household | None = None) -> list[Listing]:
        """Return where a point is listed, by one login or by all: the listing that pays now comes first."""
        homes = self.households.values() if household is None else (household,)
        found = [
            listing
            for home in homes
            for account in home.accounts
            for listing in account.listings()
            if listing.point.identifier == identifier
        ]
        today = jst_date(self.clock.now())
        return sorted(found, key=lambda listing: listing.end is not None and listing.end <= today)

    def place_of(self, listing: Listing) -> tuple[Account, Property]:
        """Return the account and the property of a listing."""
        return next(
            (account, place)
            for account in self.accounts
            for place in account.properties
            if place.id == listing.place
        )

    def payer(self, point: Point, day: date) -> Account | None:
        """Return the account that is billed for a point on a JST day: whose agreement covers it, or that listed it first."""
        agreement = point.agreement_on(day)
        place = agreement.place if agreement and agreement.place else point.home
        for account in self.accounts:
            if any(listed.id == place for listed in account.properties):
                return account
        return None

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

    def add_gas(self, account: str, plan: GasPlan) -> GasPoint:
        """Supply gas to an account that has none, at its first property."""
        owner = self._account(account)
        home = next(home for home in self.households.values() if owner in home.accounts)
        point = self._builder(owner).gas_point(plan, subsidy=home.subsidy)
        owner.properties[0].gas_points.append(point)
        return point

    def correct_gas(self, identifier: str, on: date, volume: int) -> None:
        """From now on say that the period that ended with the reading of a day used so many m³."""
        self.gas_points[identifier].said[on] = volume

    def read_gas(self, identifier: str, on: date) -> None:
        """Read a gas meter on a day out of turn: two readings in place of one."""
        self.gas_points[identifier].schedule.cut(on)

    def withdraw_gas_reading(self, identifier: str, on: date) -> None:
        """From now on tell two periods as one: the reading between them was none."""
        self.gas_points[identifier].withdrawn.add(on)

    def end_gas(self, identifier: str, on: date | None = None) -> None:
        """End the supply of gas on a JST day (default today); the point stays listed."""
        self.gas_points[identifier].stop(on or jst_date(self.clock.now()))

    def offer_campaign(
        self, account: str, name: str, start: date, end: date, *, joined: bool = False
    ) -> None:
        """Let an account register for a campaign with events on Tuesdays and Fridays, or have it joined."""
        self._account(account).programme.offer(weekly(name, start, end, joined=joined))

    def list_again(self, identifier: str, account: str, *, first: bool = False) -> None:
        """List a supply point once more, at a further property of an account.

        It shows the same agreements there, unless they already belong to single properties (after `move`).
        """
        point, taker = self._supply_point(identifier), self._account(account)
        place = self._builder(taker).empty_property(
            f"{account} {identifier} {len(taker.properties)}", point
        )
        taker.properties.insert(0 if first else len(taker.properties), place)

    def move(
        self,
        identifier: str,
        account: str,
        on: date | None = None,
        *,
        product_key: str | None = None,
        still_listed: bool = True,
        first: bool = False,
    ) -> None:
        """From a JST day (default today) supply a point to another account, or again to its own after an end of supply.

        It gets its own property there. Its former property lists it as ended, unless `still_listed` is False.
        """
        day = on or jst_date(self.clock.now())
        point = self._supply_point(identifier)
        giver = self.place_of(self.listings_of(identifier)[0])[1]
        last = point.agreement_on(day) or point.agreements[-1]
        plan = product(product_key) if product_key else last.product
        self.list_again(identifier, account, first=first)
        taker = self._account(account).properties[0 if first else -1]
        number = self._builder(self._account(account)).agreement_id(identifier, day)
        point.pass_on(day, giver.id, taker.id, Agreement(number, plan, day, None))
        if not still_listed:
            giver.supply_points.remove(point)

    def end_supply(self, identifier: str, on: date | None = None) -> None:
        """End the supply of a point on a JST day (default today); it stays listed."""
        self.point(identifier).stop(on or jst_date(self.clock.now()))

    def hide(self, identifier: str, account: str | None = None) -> None:
        """List a point nowhere any more, or not in one account; `show` takes that back."""
        point = self._supply_point(identifier)
        for owner in self.accounts:
            if account in {None, owner.number}:
                for place in owner.properties:
                    while point in place.supply_points:
                        at = place.supply_points.index(point)
                        self._hidden.setdefault(identifier, []).append((place, at, point))
                        del place.supply_points[at]

    def show(self, identifier: str) -> None:
        """List a hidden point again where it was."""
        for place, at, point in reversed(self._hidden.pop(identifier, [])):
            place.supply_points.insert(at, point)

    def add_point(self, account: str, plan: PointPlan) -> SupplyPoint:
        """Supply a further point to an account, at a property of its own. It has the government's discount if the login has."""
        owner = self._account(account)
        home = next(home for home in self.households.values() if owner in home.accounts)
        point = self._builder(owner).point(plan)
        point.subsidy = point.subsidy or home.subsidy
        self._points[point.identifier] = point
        self.list_again(point.identifier, account)
        point.home = owner.properties[-1].id
        owner.status = "ACTIVE"
        return point

    def refuse(self, account: str, code: str | None) -> None:
        """Refuse an account with an error code from now on; None takes that back."""
        self._account(account).refusal = code

    def subsidise(self, household: str, on: bool = True) -> None:
        """Let the government's discount apply to every point of a login, or not."""
        self.households[household].subsidy = on

    def reverse(self, household: str) -> None:
        """List a login's accounts, their properties and the points of these in the opposite order."""
        accounts = self.households[household].accounts
        accounts.reverse()
        for account in accounts:
            account.properties.reverse()
            for place in account.properties:
                place.supply_points.reverse()

    def _supply_point(self, identifier: str) -> SupplyPoint:
        return self.supply_points[identifier]

    def _account(self, number: str) -> Account:
        found = self.account(number)
        if found is None:
            raise ValueError(f"no account {number}")
        return found

    def _builder(self, account: Account) -> Builder:
        return next(
            self._builders[key] for key, home in self.households.items() if account in home.accounts
        )

    def _all_points(self) -> Iterator[Point]:
        for household in self.households.values():
            yield from household.supply_points
            yield from household.generation_points
