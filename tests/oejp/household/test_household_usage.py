"""Hours of a closed billing period that were never read: they cost their standing charge, and are missing all the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from cards import single, stepped
import pytest

from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.usage import ConsumptionPricing, usage
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    MonthBasis,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    RateCard,
    Tariff,
    timeline,
)

DAY = timedelta(days=1)
END = datetime.fromisoformat("2026-11-18T00:00:00+09:00")
PERIOD = BillingPeriod(END - 31 * DAY, END, closed=True)
NOW = END + DAY / 2
PLAN = replace(single("24", "26"), fuel_cost_adjusted=False)
LEVY = MonthlyRate(
    Component.RENEWABLE_ENERGY_LEVY,
    datetime.fromisoformat("2026-10-01T00:00:00+09:00"),
    datetime.fromisoformat("2026-12-01T00:00:00+09:00"),
    Decimal(4),
    Provenance.API,
)


def tariff(*closed: BillingPeriod) -> Tariff:
    return Tariff(
        (PLAN,),
        MonthlyRates(renewable_energy_levy=timeline([LEVY])),
        BillingCalendar(closed, day=18),
    )


def read(start: datetime, count: int) -> list[Hour]:
    return [Hour(start + n * HOUR, Decimal(1)) for n in range(count)]


def test_a_closed_period_costs_its_standing_charge_in_every_hour() -> None:
    hours = read(END - 2 * DAY, 10)
    assert len(ConsumptionPricing(tariff()).price(hours)) == 10
    priced = dict(ConsumptionPricing(tariff(PERIOD)).price(hours))
    assert len(priced) == 31 * 24
    assert sum(priced.values()) == 31 * 24 + 10 * 30
    assert {priced[hour.start] for hour in hours} == {31}


def test_cost_is_not_more_complete_than_the_energy() -> None:
    built = tariff(PERIOD)
    # Of the last day of the period two hours were never read.
    hours = read(END - DAY, 22)
    yen = {at: each for at, each in ConsumptionPricing(built).price(hours) if at >= END - DAY}
    found = usage(hours, yen, built, None, NOW, None, None)
    energy, cost = found.consumption["yesterday"], found.cost["yesterday"]
    assert (energy.value, energy.complete, energy.hours) == (22, False, 22)
    assert (cost.value, cost.complete, cost.hours) == (22 * 30 + 24, False, 24)
    assert cost.complete_until == energy.complete_until == END - 2 * HOUR


STEPS = replace(stepped("24", (120, "26"), (None, "30")), fuel_cost_adjusted=False)
NEXT = BillingPeriod(END, END + 30 * DAY, closed=True)
"""Until 18 December, the day on which a reading is expected."""
YEAR = replace(LEVY, end=datetime.fromisoformat("2027-05-01T00:00:00+09:00"))
DISCOUNT = MonthlyRate(
    Component.SUBSIDY,
    datetime.fromisoformat("2026-12-01T00:00:00+09:00"),
    datetime.fromisoformat("2027-01-01T00:00:00+09:00"),
    Decimal("-3.5"),
    Provenance.API,
)


@pytest.mark.parametrize(
    ("plan", "closed", "discounts", "basis", "estimated"),
    [
        (STEPS, [PERIOD], [], MonthBasis.CALENDAR_DAY, True),
        (STEPS, [PERIOD, NEXT], [], MonthBasis.CALENDAR_DAY, False),
        (STEPS, [], [], MonthBasis.CALENDAR_DAY, False),
        (PLAN, [PERIOD], [], MonthBasis.CALENDAR_DAY, False),
        (PLAN, [PERIOD], [DISCOUNT], MonthBasis.CALENDAR_DAY, True),
        (PLAN, [PERIOD], [], MonthBasis.READING_MONTH, True),
        (None, [PERIOD], [], MonthBasis.CALENDAR_DAY, False),
    ],
)
def test_cost_beside_a_reading_that_is_not_told_yet_is_an_estimate(
    plan: RateCard | None,
    closed: list[BillingPeriod],
    discounts: list[MonthlyRate],
    basis: MonthBasis,
    estimated: bool,
) -> None:
    """The reading may have been taken on another day: then steps, discount or month are those of the other period."""
    built = Tariff(
        () if plan is None else (plan,),
        MonthlyRates(renewable_energy_levy=timeline([YEAR]), subsidy=timeline(discounts)),
        BillingCalendar(tuple(closed), day=18),
        basis,
    )
    hours = read(NEXT.end - 2 * DAY, 60)
    found = usage(hours, {}, built, None, NEXT.end + DAY / 2 + 6 * HOUR, None, None)
    since = NEXT.end if estimated else None
    assert found.estimated_since("today") == since
    assert found.estimated_since("this_month") == since
    assert found.estimated_since("yesterday") is None
    # Before that day nothing is expected yet.
    early = usage(hours[:48], {}, built, None, NEXT.end + HOUR, None, None)
    assert early.estimated_since("this_month") is None
