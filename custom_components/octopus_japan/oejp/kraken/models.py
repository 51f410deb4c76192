"""What the Kraken API answers, typed.

Attribute names are the schema's, in snake case. Money is Decimal yen including tax unless a name says otherwise, energy
Decimal kWh, every datetime aware. Every field that the service was seen to leave out, refuse or null is optional here.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
import logging
import re
from typing import Any, override

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig
from mashumaro.types import Discriminator

_LOGGER = logging.getLogger(__name__)
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
HALF_HOUR = timedelta(minutes=30)


@cache
def _snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()


def _aware(value: str) -> datetime:
    """Return an instant, in UTC; a time without offset could be anything."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    return moment.astimezone(UTC)


def _number(value: str | float) -> Decimal:
    """Return a finite number; the API writes them as text."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _present(value: Any) -> Any:
    """Return a value without the nulls that any list may hold."""
    return [item for item in value if item is not None] if isinstance(value, list) else value


class Direction(StrEnum):
    """Which way the energy flows, by the schema's names."""

    CONSUMPTION = "CONSUMPTION"
    GENERATION = "GENERATION"


@dataclass(frozen=True, slots=True)
class KrakenModel(DataClassDictMixin):
    """An object of the API: camel case outside, snake case inside. What is null is as what is absent."""

    class Config(BaseConfig):
        """How the scalars of the schema are read."""

        serialization_strategy = {  # noqa: RUF012
            datetime: {"deserialize": _aware},
            Decimal: {"deserialize": _number},
        }

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Rename the schema's fields."""
        return {_snake(key): _present(value) for key, value in d.items() if value is not None}


@dataclass(frozen=True, slots=True)
class AccountReference(KrakenModel):
    """An account that the login can see."""

    number: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Viewer(KrakenModel):
    """The login: `id` is stable across changes of e-mail and password (FACTS 2)."""

    id: str
    accounts: tuple[AccountReference, ...]


@dataclass(frozen=True, slots=True)
class SupplyPoint(KrakenModel):
    """An electricity supply point; the first two digits of the SPIN (供給地点特定番号) name the grid operator."""

    spin: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Property(KrakenModel):
    """A place of supply. Its address is never asked for."""

    id: str
    electricity_supply_points: tuple[SupplyPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSupply(KrakenModel):
    """An account with the places it is supplied at."""

    number: str
    status: str | None = None
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate(KrakenModel):
    """A price per unit: a step, a band, a tier, an adder or a credit. Windows are half-open; None is open."""

    price_per_unit_inc_tax: Decimal
    price_per_unit: Decimal | None = None
    band: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    unit_type: str | None = None
    duration_months: int | None = None
    time_of_use: str | None = None
    grid_operator_code: str | None = None
    step_start: int | None = None
    step_end: int | None = None
    tier_start: int | None = None
    tier_end: int | None = None


def _object(value: Any) -> dict[str, Any] | None:
    """Return an object; what is none tells nothing, and costs nothing else."""
    return value if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Product(KrakenModel):
    """A product of the union `Product`, resolved by `__typename`."""

    class Config(KrakenModel.Config):
        """One subclass a member of the union."""

        discriminator = Discriminator(
            field="__typename", include_subtypes=True, variant_tagger_fn=lambda cls: cls.__name__
        )

    code: str
    display_name: str | None = None
    params: dict[str, Any] | None = field(default=None, metadata={"deserialize": _object})


@dataclass(frozen=True, slots=True)
class ElectricityProduct(Product):
    """The fields of `ProductInterface`."""

    standing_charge_unit_type: str | None = None
    standing_charge_price_per_day: Decimal | None = None
    standing_charges: tuple[Rate, ...] = ()
    fuel_cost_adjustment: Rate | None = None
    renewable_energy_levy: Rate | None = None
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
    try:
        return Product.from_dict(raw)
    except ValueError, TypeError, LookupError, ArithmeticError, AttributeError:
        _LOGGER.warning("A product of the Kraken API could not be read; it has no price")
        return None


@dataclass(frozen=True, slots=True)
class Agreement(KrakenModel):
    """A product in force for a supply point from `valid_from` until before `valid_to`.

    `product` is None when the service refused or nulled it, or when its type is new to us.
    """

    id: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    is_revoked: bool | None = None
    product: Product | None = field(default=None, metadata={"deserialize": _product})


@dataclass(frozen=True, slots=True)
class AddonRate(KrakenModel):
    """A rate added to an agreement. The schema has no price including tax for it."""

    band: str | None = None
    title: str | None = None
    family: str | None = None
    price_per_unit: Decimal | None = None
    unit_type: str | None = None
    duration_months: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

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

    supply_start_at: datetime
    supply_end_at: datetime | None = None
    is_billable: bool | None = None


@dataclass(frozen=True, slots=True)
class IntervalReading(KrakenModel):
    """A closed billing period as the service states it (FACTS 5)."""

    start_at: datetime
    end_at: datetime
    value: Decimal | None = None
    billable_month: str | None = None
    reading_date: date | None = None


@dataclass(frozen=True, slots=True)
class ReadingDates(KrakenModel):
    """Scheduled meter readings; often weeks stale (FACTS 6)."""

    next_reading_date: date | None = None
    next_next_reading_date: date | None = None
    reading_date_day_of_month: int | None = None


@dataclass(frozen=True, slots=True)
class Reading(KrakenModel):
    """The energy of one half hour, in kWh."""

    start_at: datetime
    end_at: datetime
    value: Decimal
    version: str | None = None
    consumption_rate_band: str | None = None


@dataclass(frozen=True, slots=True)
class GenerationPoint(KrakenModel):
    """A point that feeds the grid."""

    gpin: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class GasSupplyPoint(KrakenModel):
    """A gas supply point."""

    spin: str
    status: str | None = None
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement(KrakenModel):
    """A billing document of a ledger; `identifier` opens its charges."""

    identifier: str
    start_at: datetime
    end_at: datetime
    is_final: bool | None = None
    payment_due_date: date | None = None


@dataclass(frozen=True, slots=True)
class DueDate(KrakenModel):
    """When a statement is to be paid. Its name in the schema changed, so it is asked for apart (FACTS, the schema moves)."""

    identifier: str
    payment_due_date: date


@dataclass(frozen=True, slots=True)
class LineItem(KrakenModel):
    """A line of a bill: `supply_type` is `JPN_<MARKET>_<RATE>`; amounts in yen, credits negative."""

    supply_type: str | None = None
    period_start_at: datetime | None = None
    period_end_at: datetime | None = None
    number_of_units: Decimal | None = None
    net_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    product_code: str | None = None
    spin: str | None = None

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Take the supply point's number up."""
        point = d.get("electricitySupplyPoint") or d.get("gasSupplyPoint") or {}
        return KrakenModel.__pre_deserialize__({**d, "spin": point.get("spin")})


@dataclass(frozen=True, slots=True)
class MetiCredit(KrakenModel):
    """A government discount (電気・ガス料金支援): yen per unit, from `start_date` to `end_date` inclusive."""

    credit_type: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RateLimit(KrakenModel):
    """The hourly points allowance; `ttl` is the Unix time of its reset."""

    limit: int
    remaining_points: int
    used_points: int
    ttl: int | None = None
    is_blocked: bool = False
