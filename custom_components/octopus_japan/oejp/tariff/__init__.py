"""Price arithmetic. Pure: no Home Assistant, no network, no clock of its own.

`from_kraken` builds a `Tariff` from what the service answers and is imported by itself; `cheapest` finds a time to run
something in what `price_periods` returns.
"""

from ..interval import Interval
from .bill import Bill, BillLine, Minimum, bill
from .bill_from_hours import bill_for
from .billing_calendar import BillingCalendar, BillingPeriod
from .capacity import Capacity, contracted_capacity
from .cost import costs, kwh_used, with_silent_hours
from .export import GenerationTariff, HourCredit, credit_at, credits_for
from .gas import GasTariff, gas_bill, gas_bill_for
from .model import (
    Band,
    Component,
    Extra,
    Gap,
    HourCost,
    Kind,
    MonthBasis,
    Per,
    Price,
    PricePeriod,
    RateCard,
    StandingCharge,
    Step,
    Unpriced,
)
from .monthly_rates import MonthlyPrice, MonthlyRate, MonthlyRates, Timeline, timeline
from .price import DayPrices, day_prices, kwh_left_in_step, next_change, price_at, price_periods
from .provenance import Provenance
from .schedule import Mismatch, Schedule
from .tariff import Estimate, Stretch, Tariff, UnpricedTime, estimates, stretches
