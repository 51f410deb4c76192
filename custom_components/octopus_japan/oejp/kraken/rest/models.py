"""What REST answers, typed. Names are the description's; money is in yen, and its numbers may come as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..model import END, KEY, NUMBER, START, TEXT, KrakenModel


@dataclass(frozen=True, slots=True)
class RestProduct(KrakenModel):
    """A product that is or was sold. `term`: months of an agreement, None for one without end."""

    code: str = field(metadata=KEY)
    display_name: str | None = field(default=None, metadata=TEXT)
    full_name: str | None = field(default=None, metadata=TEXT)
    direction: str | None = field(default=None, metadata=TEXT)
    brand: str | None = field(default=None, metadata=TEXT)
    term: Decimal | None = field(default=None, metadata=NUMBER)
    available_from: datetime | None = field(default=None, metadata=START)
    available_to: datetime | None = field(default=None, metadata=END)


@dataclass(frozen=True, slots=True)
class RestTariff:
    """A tariff of a product: the prices of one area and one way to pay.

    `kind` is the description's name of the group, as *single_register_electricity_tariffs*; `rates` has every price of the tariff by
    its name there, in the currency's unit or in hundredths of it: which one is not known for Japan.
    """

    kind: str
    group_id: str
    payment_method: str
    code: str
    rates: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RestProductDetail:
    """A product with its tariffs."""

    product: RestProduct
    tariffs: tuple[RestTariff, ...]


@dataclass(frozen=True, slots=True)
class RestCharge(KrakenModel):
    """A price of a tariff in a time; None for a time without begin or end."""

    value_inc_vat: Decimal
    value_exc_vat: Decimal | None = field(default=None, metadata=NUMBER)
    valid_from: datetime | None = field(default=None, metadata=START)
    valid_to: datetime | None = field(default=None, metadata=END)
    payment_method: str | None = field(default=None, metadata=TEXT)


@dataclass(frozen=True, slots=True)
class RestMeterPoint(KrakenModel):
    """An electricity meter point; `gsp` names its group of grid supply points."""

    mpan: str = field(metadata=KEY)
    gsp: str | None = field(default=None, metadata=TEXT)
    profile_class: Decimal | None = field(default=None, metadata=NUMBER)


@dataclass(frozen=True, slots=True)
class RestConsumption(KrakenModel):
    """What a meter counted in an interval: kWh of electricity; of gas kWh or m³, as the meter counts."""

    consumption: Decimal
    interval_start: datetime
    interval_end: datetime


@dataclass(frozen=True, slots=True)
class RestGridSupplyPoint(KrakenModel):
    """A group of grid supply points."""

    group_id: str = field(metadata=KEY)
