"""What the Kraken API answers, typed.

Attribute names are the schema's, in snake case. Money is Decimal yen including tax unless a name says otherwise, energy
Decimal kWh, every datetime aware. Every field that the service was seen to leave out, refuse or null is optional here.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self, override

from mashumaro.types import Discriminator

from . import scalars
from .model import (
    DAY,
    DAY_OF_MONTH,
    END,
    KEY,
    NUMBER,
    PARAMS,
    PRICE,
    SINCE,
    START,
    TEXT,
    TTL,
    WHOLE,
    KrakenModel,
    read_by,
)


class Direction(StrEnum):
    """Which way the energy flows, by the schema's names."""

    CONSUMPTION = "CONSUMPTION"
    GENERATION = "GENERATION"


@dataclass(frozen=True, slots=True)
class AccountReference(KrakenModel):
    """An account that the login can see."""

    number: str = field(metadata=KEY)
    status: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class Viewer(KrakenModel):
    """The login: `id` is stable across changes of e-mail and password."""

    id: str
    accounts: tuple[AccountReference, ...]


@dataclass(frozen=True, slots=True)
class SupplyPoint(KrakenModel):
    """An electricity supply point; the first two digits of the SPIN (供給地点特定番号) name the grid operator."""

    spin: str = field(metadata=KEY)
    status: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class Property(KrakenModel):
    """A place of supply. Its address is never asked for, and its id is used for nothing."""

    id: str | None
    electricity_supply_points: tuple[SupplyPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSupply(KrakenModel):
    """An account with the places it is supplied at."""

    number: str
    status: str | None = None
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate(KrakenModel):
    """A price per unit: a step, a band, a tier, a monthly rate or a credit. Windows are half-open; None is open."""

    price_per_unit_inc_tax: Decimal
    price_per_unit: Decimal | None = field(default=None, metadata=NUMBER)
    band: str | None = None
    valid_from: datetime | None = field(default=None, metadata=START)
    valid_to: datetime | None = field(default=None, metadata=END)
    unit_type: str | None = None
    duration_months: int | None = None
    time_of_use: str | None = None
    grid_operator_code: str | None = None
    step_start: int | None = None
    step_end: int | None = None
    tier_start: int | None = None
    tier_end: int | None = None

    @classmethod
    @override
    def __post_deserialize__(cls, obj: Self) -> Self:
        """Refuse a price out of reason for its unit."""
        monthly = "MONTH" in (obj.unit_type or "")
        highest = scalars.HIGHEST_CHARGE if monthly else scalars.HIGHEST_PRICE
        if max(abs(obj.price_per_unit_inc_tax), abs(obj.price_per_unit or Decimal())) > highest:
            raise ValueError("a price out of reason")
        return obj


_MONTHLY_RATE = read_by(scalars.hint(Rate.from_dict, "a monthly rate out of reason"))


@dataclass(frozen=True, slots=True)
class Product(KrakenModel):
    """A product of the union `Product`, resolved by `__typename`."""

    class Config(KrakenModel.Config):
        """One subclass a member of the union."""

        discriminator = Discriminator(
            field="__typename", include_subtypes=True, variant_tagger_fn=lambda cls: cls.__name__
        )

    code: str = field(metadata=KEY)
    display_name: str | None = field(default=None, metadata=TEXT)
    params: dict[str, Any] | None = field(default=None, metadata=PARAMS)


@dataclass(frozen=True, slots=True)
class ElectricityProduct(Product):
    """The fields of `ProductInterface`."""

    standing_charge_unit_type: str | None = None
    standing_charge_price_per_day: Decimal | None = field(default=None, metadata=PRICE)
    standing_charges: tuple[Rate, ...] = ()
    fuel_cost_adjustment: Rate | None = field(default=None, metadata=_MONTHLY_RATE)
    renewable_energy_levy: Rate | None = field(default=None, metadata=_MONTHLY_RATE)
    consumption_charges: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class ElectricitySteppedProduct(ElectricityProduct):
    """The price depends on the kWh used so far in the billing period."""


@dataclass(frozen=True, slots=True)
class ElectricitySingleStepProduct(ElectricityProduct):
    """One price, or one a time-of-use band."""


@dataclass(frozen=True, slots=True)
class ElectricityFitProduct(Product):
    """What the supplier pays for exported energy."""

    generation_credits: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class GasTieredProduct(Product):
    """The month's volume in m³ selects one tier for all of it."""

    standing_charge_unit_type: str | None = None
    standing_charges: tuple[Rate, ...] = ()
    consumption_charges: tuple[Rate, ...] = ()


def _product(raw: Any) -> Product | None:
    """Return a product, or None: a price must not be made from one that was understood in part."""
    if not isinstance(raw, dict) or "code" not in raw:
        return None
    return _read_product(raw)


_read_product = scalars.hint(Product.from_dict, "a product that makes no sense; it has no price")


@dataclass(frozen=True, slots=True)
class Agreement(KrakenModel):
    """A product in force for a supply point from `valid_from` until before `valid_to`.

    `product` is None when the service refused or nulled it, or when its type is new to us.
    """

    id: int | None = field(default=None, metadata=WHOLE)
    valid_from: datetime | None = field(default=None, metadata=SINCE)
    valid_to: datetime | None = field(default=None, metadata=END)
    is_revoked: bool | None = None
    product: Product | None = field(default=None, metadata={"deserialize": _product})


@dataclass(frozen=True, slots=True)
class AddonRate(KrakenModel):
    """A rate added to an agreement. The schema has no price including tax for it."""

    band: str | None = None
    title: str | None = None
    family: str | None = None
    price_per_unit: Decimal | None = field(default=None, metadata=PRICE)
    unit_type: str | None = None
    duration_months: int | None = None
    valid_from: datetime | None = field(default=None, metadata=START)
    valid_to: datetime | None = field(default=None, metadata=END)

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Put the rate beside its name."""
        return KrakenModel.__pre_deserialize__(
            (d.get("addon") or {}) | (d.get("productRate") or {})
        )


@dataclass(frozen=True, slots=True)
class SupplyPeriod(KrakenModel):
    """A time on supply."""

    supply_start_at: datetime = field(metadata=SINCE)
    supply_end_at: datetime | None = field(default=None, metadata=END)


@dataclass(frozen=True, slots=True)
class IntervalReading(KrakenModel):
    """A closed billing period as the service states it (docs/api.md#readings)."""

    start_at: datetime
    end_at: datetime
    value: Decimal | None = field(default=None, metadata=NUMBER)
    billable_month: str | None = field(default=None, metadata=TEXT)
    reading_date: date | None = field(default=None, metadata=DAY)


@dataclass(frozen=True, slots=True)
class ReadingDates(KrakenModel):
    """Scheduled meter readings; often weeks stale (docs/api.md#readings)."""

    next_reading_date: date | None = field(default=None, metadata=DAY)
    next_next_reading_date: date | None = field(default=None, metadata=DAY)
    reading_date_day_of_month: int | None = field(default=None, metadata=DAY_OF_MONTH)


@dataclass(frozen=True, slots=True)
class Reading(KrakenModel):
    """The energy of one half hour, in kWh."""

    start_at: datetime
    end_at: datetime
    value: Decimal
    version: str | None = field(default=None, metadata=TEXT)
    consumption_rate_band: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class GenerationPoint(KrakenModel):
    """A point that feeds the grid."""

    gpin: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement(KrakenModel):
    """A billing document of a ledger; `identifier` opens its charges. Its dates are not those of the meter.

    `charged` and `credited`: whole yen, neither below zero; None where they are not told.
    """

    identifier: str = field(metadata=KEY)
    start_at: datetime
    end_at: datetime
    is_final: bool | None = None
    payment_due_date: date | None = None
    issued_date: date | None = None
    charged: int | None = None
    credited: int | None = None


@dataclass(frozen=True, slots=True)
class DueDate(KrakenModel):
    """When a statement is to be paid. Its name in the schema changed, so it is asked for apart (docs/api.md#two-schemas)."""

    identifier: str = field(metadata=KEY)
    payment_due_date: date
    id: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class BillTotal(KrakenModel):
    """What a document comes to, in whole yen. `id` is a text here and a number in a statement."""

    id: str | None = field(default=None, metadata=TEXT)
    identifier: str | None = field(default=None, metadata=TEXT)
    issued_date: date | None = field(default=None, metadata=DAY)
    charged: int | None = field(default=None, metadata=WHOLE)
    credited: int | None = field(default=None, metadata=WHOLE)

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Take the totals up."""
        charges, credits_ = d.get("totalCharges") or {}, d.get("totalCredits") or {}
        totals = {"charged": charges.get("grossTotal"), "credited": credits_.get("grossTotal")}
        return KrakenModel.__pre_deserialize__({**d, **totals})


@dataclass(frozen=True, slots=True)
class BillTransaction(KrakenModel):
    """What a document charges for one period, in whole yen; `last_day` is the last one of the period."""

    first_day: date | None = field(default=None, metadata=DAY)
    last_day: date | None = field(default=None, metadata=DAY)
    gross: int | None = field(default=None, metadata=WHOLE)
    is_charge: bool = False

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Take the period and the amount up."""
        used, amounts = d.get("consumption") or {}, d.get("amounts") or {}
        return KrakenModel.__pre_deserialize__(
            {
                "firstDay": used.get("startDate"),
                "lastDay": used.get("endDate"),
                "gross": amounts.get("gross"),
                "isCharge": d.get("__typename") == "BillCharge",
            }
        )


@dataclass(frozen=True, slots=True)
class Payment(KrakenModel):
    """What was paid, in whole yen."""

    posted_date: date
    amount: int


@dataclass(frozen=True, slots=True)
class LineItem(KrakenModel):
    """A line of a bill: `supply_type` is `JPN_<MARKET>_<RATE>`; amounts in yen, credits negative.

    `document`: the identifier of the bill that it stands on, where that is known.
    """

    supply_type: str | None = None
    period_start_at: datetime | None = None
    period_end_at: datetime | None = None
    number_of_units: Decimal | None = None
    net_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    product_code: str | None = None
    spin: str | None = None
    document: str | None = None
    contracted_capacity_unit: str | None = field(default=None, metadata=TEXT)
    contracted_capacity_value: Decimal | None = field(default=None, metadata=NUMBER)

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Take the supply point's number up."""
        point = d.get("electricitySupplyPoint") or d.get("gasSupplyPoint") or {}
        return KrakenModel.__pre_deserialize__({**d, "spin": point.get("spin")})


@dataclass(frozen=True, slots=True)
class MetiCredit(KrakenModel):
    """A government discount (電気・ガス料金支援): yen per unit, from `start_date` to `end_date` inclusive."""

    credit_type: str | None = field(default=None, metadata=TEXT)
    start_date: date | None = None
    end_date: date | None = None
    unit_price: Decimal | None = field(default=None, metadata=PRICE)


@dataclass(frozen=True, slots=True)
class RateLimit(KrakenModel):
    """The hourly points allowance; `ttl` is the Unix time of its reset."""

    limit: int
    remaining_points: int
    used_points: int
    ttl: int | None = field(default=None, metadata=TTL)
