"""Price arithmetic. Pure: no Home Assistant, no network, no clock of its own.

`from_kraken` builds a `Tariff` from what the service answers and is imported by itself.
"""

from .adders import AdderPrice, Adders, AdderWindow, Timeline, timeline
from .cost import costs
from .model import (
    AdderBasis,
    Band,
    Component,
    Extra,
    Gap,
    HourCost,
    Kind,
    Per,
    Price,
    PricePeriod,
    Provenance,
    RateCard,
    StandingCharge,
    Step,
    Unpriced,
)
from .periods import BillingCalendar, BillingPeriod
from .price import DayPrices, day_prices, kwh_left_in_step, next_change, price_at, price_periods
from .schedule import Mismatch, Schedule
from .tariff import Stretch, Tariff, stretches

__all__ = [
    "AdderBasis",
    "AdderPrice",
    "AdderWindow",
    "Adders",
    "Band",
    "BillingCalendar",
    "BillingPeriod",
    "Component",
    "DayPrices",
    "Extra",
    "Gap",
    "HourCost",
    "Kind",
    "Mismatch",
    "Per",
    "Price",
    "PricePeriod",
    "Provenance",
    "RateCard",
    "Schedule",
    "StandingCharge",
    "Step",
    "Stretch",
    "Tariff",
    "Timeline",
    "Unpriced",
    "costs",
    "day_prices",
    "kwh_left_in_step",
    "next_change",
    "price_at",
    "price_periods",
    "stretches",
    "timeline",
]
