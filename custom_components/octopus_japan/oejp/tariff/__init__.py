"""Price arithmetic. Pure: no Home Assistant, no network, no clock of its own.

`from_kraken` builds a `Tariff` from what the service answers and is imported by itself; `cheapest` finds a time to run
something in what `price_periods` returns.
"""

from .bill import Bill, BillLine, Minimum, bill
from .bill_from_hours import bill_for
from .billing_calendar import BillingCalendar, BillingPeriod
from .cards import single, stepped, time_of_use
from .cost import costs
from .export import GenerationTariff, HourCredit, credit_at, credits_for
from .gas import GasTariff, gas_bill, gas_bill_for
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
from .monthly_rates import AdderPrice, Adders, AdderWindow, Timeline, timeline
from .price import DayPrices, day_prices, kwh_left_in_step, next_change, price_at, price_periods
from .rates import Capacity
from .schedule import Mismatch, Schedule
from .tariff import Hole, Stretch, Tariff, stretches

__all__ = [
    "AdderBasis",
    "AdderPrice",
    "AdderWindow",
    "Adders",
    "Band",
    "Bill",
    "BillLine",
    "BillingCalendar",
    "BillingPeriod",
    "Capacity",
    "Component",
    "DayPrices",
    "Extra",
    "Gap",
    "GasTariff",
    "GenerationTariff",
    "Hole",
    "HourCost",
    "HourCredit",
    "Kind",
    "Minimum",
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
    "bill",
    "bill_for",
    "costs",
    "credit_at",
    "credits_for",
    "day_prices",
    "gas_bill",
    "gas_bill_for",
    "kwh_left_in_step",
    "next_change",
    "price_at",
    "price_periods",
    "single",
    "stepped",
    "stretches",
    "time_of_use",
    "timeline",
]
