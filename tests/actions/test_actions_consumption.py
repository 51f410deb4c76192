"""Totals come from the rows; parts are worked out anew and add up to them, or the answer says that a rewrite is pending."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cards import single

from custom_components.octopus_japan.actions.consumption import Used, used
from custom_components.octopus_japan.oejp.household.hour import PLACES, Hour
from custom_components.octopus_japan.oejp.household.usage import ConsumptionPricing
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    Tariff,
    timeline,
)

START = datetime(2026, 11, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)
HOURS = [Hour(START + n * HOUR, Decimal("0.3")) for n in range(24)]
PERIOD = Interval(START, START + DAY)


def tariff(price: str, *, levy_told: bool = True) -> Tariff:
    levy = MonthlyRate(
        Component.RENEWABLE_ENERGY_LEVY,
        datetime.fromisoformat("2026-10-01T00:00:00+09:00"),
        datetime.fromisoformat(f"2026-{12 if levy_told else 11}-01T00:00:00+09:00"),
        Decimal(4),
        Provenance.API,
    )
    rates = MonthlyRates(renewable_energy_levy=timeline([levy]))
    return Tariff((replace(single("24", price), fuel_cost_adjusted=False),), rates)


def rows(of: Tariff) -> dict[datetime, Decimal]:
    return {at: round(yen, PLACES) for at, yen in ConsumptionPricing(of).price(HOURS)}


def day(of: Tariff, yen: dict[datetime, Decimal]) -> Used:
    (found,) = used(of, HOURS, yen, [PERIOD], None)
    return found


def test_parts_add_up_to_the_rows() -> None:
    found = day(tariff("30"), rows(tariff("30")))
    # 24 hours of 0.3 kWh at 30 + 4 yen, and 24 yen for the day.
    assert found.total == Decimal("7.2") * 34 + 24
    assert sum(found.parts.values()) == found.total
    assert not found.pending
    assert found.unpriced == 0
    assert found.estimated_since is None


def test_rows_of_an_older_price_are_pending() -> None:
    found = day(tariff("31"), rows(tariff("30")))
    assert found.total == Decimal("7.2") * 34 + 24
    assert found.pending


def test_hours_without_money_are_pending_while_they_have_a_price() -> None:
    yen = rows(tariff("30"))
    yen.pop(START)
    found = day(tariff("30"), yen)
    assert found.pending
    assert found.unpriced == 1
    assert day(tariff("30"), {}).total is None


def test_a_rate_that_nobody_told_is_said() -> None:
    of = tariff("30", levy_told=False)
    assert day(of, rows(of)).estimated_since == START


def test_hours_that_are_never_read_have_their_part_once_their_period_is_closed() -> None:
    closed = BillingCalendar((BillingPeriod(START, START + 30 * DAY, closed=True),))
    of = replace(tariff("30"), calendar=closed)
    read = [hour for hour in HOURS if hour.start.hour % 2]
    yen = {at: round(each, PLACES) for at, each in ConsumptionPricing(of).price(read)}
    (found,) = used(of, read, yen, [PERIOD], None)
    assert found.kwh.value == Decimal("3.6")
    assert not found.kwh.complete
    assert found.total == Decimal("3.6") * 34 + 24
    assert sum(found.parts.values()) == found.total
    assert found.parts[Component.STANDING_CHARGE] == 24
    assert not found.pending
    assert found.unpriced == 0
    # Rows from before the close are pending until they are compared again.
    (before,) = used(of, read, {hour.start: yen[hour.start] for hour in read}, [PERIOD], None)
    assert before.pending
