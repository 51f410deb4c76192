"""A supply point of which no login tells: its agreements are what was entered, and all of its prices are estimates."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.forecast import Use
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.price_list import (
    Step,
    entered_in_steps,
    shipped,
)
from custom_components.octopus_japan.oejp.household.supply_tariff import supply_tariff
from custom_components.octopus_japan.oejp.household.without_login import (
    ACCOUNT,
    EnteredPlan,
    EnteredPoint,
    half_hours,
    login_of,
    supposed_use,
)
from custom_components.octopus_japan.oejp.kraken.catalogue import CatalogueProduct
from custom_components.octopus_japan.oejp.tariff import BillingPeriod, Capacity, Tariff, price_at
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence

NUMBER = "0300000000000000000001"
SINCE = datetime(2026, 6, 17, 15, tzinfo=UTC)
LATER = datetime(2026, 8, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SINGLE = entered_in_steps("03", "x", Decimal(30), [Step(Decimal(25))], adjusted=True)
CHEAP = entered_in_steps("03", "y", Decimal(20), [Step(Decimal(20))], adjusted=False)


def tariff_of(*plans: EnteredPlan, capacity: Capacity | None = None) -> Tariff:
    login = login_of(EnteredPoint(NUMBER, plans, 18), capacity or Capacity())
    assert list(login.accounts) == [ACCOUNT]
    assert login.accounts[ACCOUNT].entered
    point = login.supply_points[NUMBER]
    assert (point.area, point.supply_start) == ("03", plans[0].since if plans else None)
    return supply_tariff(point, Evidence(capacity=capacity or Capacity()))


def test_a_price_of_what_was_entered_is_an_estimate() -> None:
    tariff = tariff_of(EnteredPlan(SINCE, SINGLE))
    price = price_at(tariff, LATER)
    # 25, Tokyo's adjustment (4.32) and the levy (4.18) of August 2026, and the discount of July's use (3.50).
    assert (price.total, price.estimated) == (Decimal("30.00"), True)
    assert price.standing_charge is not None
    assert price.standing_charge.price == 30


def test_each_plan_holds_until_the_next_one() -> None:
    tariff = tariff_of(EnteredPlan(SINCE, SINGLE), EnteredPlan(LATER, CHEAP))
    assert price_at(tariff, LATER - HOUR).total == Decimal("30.00")
    # The other has no adjustment, as the user says: 20 + 4.18 - 3.50.
    assert price_at(tariff, LATER).total == Decimal("20.68")
    assert tariff.calendar.period_at(LATER).start == datetime(2026, 7, 17, 15, tzinfo=UTC)


def test_without_a_plan_nothing_has_a_price() -> None:
    assert tariff_of().cards == ()


def product(code: str, area: str = "03") -> CatalogueProduct:
    return next(each for each in shipped(area) if each.code == code)


@pytest.mark.parametrize(
    ("code", "area", "capacity", "per_day"),
    [
        ("SHIPPED_GREEN_03_1", "03", Capacity(amperes=Decimal(40)), "38.80"),
        ("SHIPPED_SIMPLE_03", "03", Capacity(), "0"),
        ("SHIPPED_GREEN_06_1", "06", Capacity(kva=Decimal(4)), "12.40"),
    ],
)
def test_the_standing_charge_goes_by_the_capacity(
    code: str, area: str, capacity: Capacity, per_day: str
) -> None:
    tariff = tariff_of(EnteredPlan(SINCE, product(code, area)), capacity=capacity)
    charge = tariff.card_at(LATER).standing_charge
    assert charge is not None
    assert charge.price == Decimal(per_day)


def test_without_the_capacity_a_kwh_has_its_price_and_a_day_has_none() -> None:
    tariff = tariff_of(EnteredPlan(SINCE, product("SHIPPED_GREEN_03_1")))
    assert tariff.card_at(LATER).standing_charge is None
    assert price_at(tariff, LATER).total == Decimal("23.98")


@pytest.mark.parametrize("days", [28, 30, 33])
@pytest.mark.parametrize("kwh", [Decimal(90), Decimal(300)])
def test_an_even_use_adds_up_to_what_was_said_and_says_that_nothing_is_published(
    days: int, kwh: Decimal
) -> None:
    period = BillingPeriod(SINCE, SINCE + timedelta(days=days))
    use = Use(supposed_use(kwh, period))
    assert abs(use.used(period, period.end) - kwh) < Decimal("0.001")
    assert abs(use.used(period, SINCE + timedelta(days=days / 2)) - kwh / 2) < Decimal("0.001")
    assert use.published_until(SINCE) == SINCE


@given(st.lists(st.decimals(0, 50, places=8), max_size=8))
def test_half_hours_add_up_to_their_hour(values: list[Decimal]) -> None:
    hours = [Hour(SINCE + number * HOUR, kwh) for number, kwh in enumerate(values)]
    found = half_hours(hours)
    assert [each.start_at for each in found] == [
        SINCE + number * HOUR / 2 for number in range(2 * len(hours))
    ]
    for hour, first, second in zip(hours, found[::2], found[1::2], strict=True):
        assert first.value + second.value == hour.kwh
        assert min(first.value, second.value) >= 0
        assert (first.end_at, second.end_at) == (second.start_at, hour.start + HOUR)
