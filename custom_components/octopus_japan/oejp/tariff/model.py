"""What a price is made of. Yen and kWh are Decimal, prices include tax unless a name says otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Self

from ..interval import Interval
from .provenance import Provenance
from .schedule import Schedule

ZERO = Decimal(0)
HIGHEST_PRICE = Decimal(10_000)
"""Yen a unit. What is beyond it, up or down, is a fault of the answer."""
NO_AGREEMENT = "no_agreement"
"""The reason of a time that no agreement covers."""
_NET_DIGITS = Decimal("0.00001")


class Component(StrEnum):
    """The parts of a cost that stay apart to the end."""

    ENERGY = "energy"
    FUEL_COST_ADJUSTMENT = "fuel_cost_adjustment"
    RENEWABLE_ENERGY_LEVY = "renewable_energy_levy"
    STANDING_CHARGE = "standing_charge"
    SUBSIDY = "subsidy"
    DISCOUNT = "discount"


class Kind(StrEnum):
    """What the price of a kWh depends on."""

    STEPPED = "stepped"
    SINGLE = "single"
    TIME_OF_USE = "time_of_use"


class Per(StrEnum):
    """What a charge is counted by."""

    KWH = "kwh"
    DAY = "day"
    MONTH = "month"


class MonthBasis(StrEnum):
    """Which month's fuel cost adjustment and levy a kWh bears."""

    CALENDAR_DAY = "calendar_day"
    READING_MONTH = "reading_month"


class Unpriced(Exception):  # noqa: N818 - not an error of the program: a fact about the supply
    """The price is not known. `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Step:
    """The price of the kWh from `start` to `end` of a billing period; the last step has no end."""

    start: Decimal
    end: Decimal | None
    price: Decimal
    name: str
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Band:
    """The price in the hours of `slot`."""

    name: str
    slot: str
    price: Decimal
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class StandingCharge:
    """What is charged whatever the use: already multiplied by the contract's amperes, kVA or kW."""

    price: Decimal = ZERO
    per: Per = Per.DAY


@dataclass(frozen=True, slots=True)
class Extra:
    """A charge (or, below zero, a discount) beside the product's own: an add-on of the agreement."""

    name: str
    price: Decimal
    per: Per
    component: Component


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Something in force from `start` until before `end`; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Tell whether it is in force."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class RateCard(InForce):
    """One agreement in one generation of its rates.

    No standing charge at all means that it is not known: a kWh then has its price, an hour no cost. `estimated`: the
    rates ended and are carried forward. `entered`: nobody told of an agreement, the user says what it is; that is an estimate too.
    """

    kind: Kind
    standing_charge: StandingCharge | None = field(default_factory=StandingCharge)
    steps: tuple[Step, ...] = ()
    bands: tuple[Band, ...] = ()
    schedule: Schedule | None = None
    fuel_cost_adjusted: bool = True
    fixed_fuel_cost_adjustment: Decimal | None = None
    extras: tuple[Extra, ...] = ()
    estimated: bool = False
    entered: bool = False
    area: str | None = None
    product_code: str | None = None
    product_name: str | None = None
    agreement_id: int | None = None

    def step_at(self, used: Decimal) -> Step:
        """Find the step that the next kWh belongs to."""
        for step in self.steps:
            if step.end is None or used < step.end:
                return step
        raise Unpriced("unknown_product")

    def band_of(self, slot: str) -> Band:
        """Find the band that prices a slot of the schedule."""
        for band in self.bands:
            if band.slot == slot:
                return band
        raise Unpriced("unknown_band")

    def extras_of(self, component: Component, per: Per) -> Decimal:
        """Add up the extras of one component and unit."""
        return sum(
            (e.price for e in self.extras if e.component is component and e.per is per), ZERO
        )


@dataclass(frozen=True, slots=True)
class Gap(InForce):
    """A time that cannot be priced, and why (a translation key)."""

    reason: str
    product_code: str | None = None


def find[C: InForce](cards: Iterable[C], gaps: Iterable[Gap], at: datetime) -> C:
    """Find the card in force. Raises Unpriced with the gap's reason, or for want of an agreement."""
    for card in cards:
        if card.covers(at):
            return card
    for gap in gaps:
        if gap.covers(at):
            raise Unpriced(gap.reason)
    raise Unpriced(NO_AGREEMENT)


def net(gross: Decimal) -> Decimal:
    """Take the tax off a unit price, to the five digits that the service states."""
    return (gross * 10 / 11).quantize(_NET_DIGITS)


@dataclass(frozen=True, slots=True)
class Price:
    """What the next kWh costs, all in; the standing charge stands apart, it does not depend on use.

    `band` is the service's name; `slot` a key to translate: night, summer_day, step_1, single.
    """

    at: datetime
    components: Mapping[Component, Decimal]
    total: Decimal
    band: str
    slot: str
    valid_until: datetime | None = None
    estimated: bool = False
    provenance: Mapping[Component, Provenance] = field(default_factory=lambda: MappingProxyType({}))
    standing_charge: StandingCharge | None = None

    @property
    def components_without_tax(self) -> Mapping[Component, Decimal]:
        """The components net of tax."""
        return {component: net(price) for component, price in self.components.items()}

    @property
    def total_without_tax(self) -> Decimal:
        """The total net of tax."""
        return sum(self.components_without_tax.values(), ZERO)

    def same_as(self, other: Self) -> bool:
        """Tell whether nothing but the time differs."""
        return (
            self.total == other.total
            and self.band == other.band
            and self.estimated == other.estimated
            and self.components == other.components
            and self.provenance == other.provenance
            and self.standing_charge == other.standing_charge
        )


@dataclass(frozen=True, slots=True)
class PricePeriod(Interval):
    """A time of one price."""

    price: Price


@dataclass(frozen=True, slots=True)
class HourTerms:
    """What an hour costs whatever its step or band: monthly rates in yen a kWh, charges and discounts by time in yen an hour."""

    fuel_cost_adjustment: Decimal
    renewable_energy_levy: Decimal
    subsidy: Decimal
    standing_charge: Decimal
    discount: Decimal
    estimated: bool = False

    @property
    def per_kwh(self) -> Decimal:
        """All monthly rates together."""
        return self.fuel_cost_adjustment + self.renewable_energy_levy + self.subsidy

    @property
    def per_hour(self) -> Decimal:
        """All that goes by time together."""
        return self.standing_charge + self.discount


class HourCost(NamedTuple):
    """The cost of one hour. The components are worked out when asked for: a year of hours is made in 20 ms."""

    start: datetime
    kwh: Decimal
    total: Decimal
    energy: Decimal
    discount: Decimal
    terms: HourTerms

    @property
    def estimated(self) -> bool:
        """Whether any part of the price is a guess."""
        return self.terms.estimated

    @property
    def components(self) -> dict[Component, Decimal]:
        """Yen by component; subsidy and discount only where there are any."""
        kwh, terms = self.kwh, self.terms
        found = {
            Component.ENERGY: self.energy,
            Component.FUEL_COST_ADJUSTMENT: kwh * terms.fuel_cost_adjustment,
            Component.RENEWABLE_ENERGY_LEVY: kwh * terms.renewable_energy_levy,
            Component.STANDING_CHARGE: terms.standing_charge,
        }
        if terms.subsidy:
            found[Component.SUBSIDY] = kwh * terms.subsidy
        if discount := self.discount + terms.discount:
            found[Component.DISCOUNT] = discount
        return found
