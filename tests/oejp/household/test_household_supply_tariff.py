"""What the book makes of a point: which plan is in force, and where a bill of its own begins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from custom_components.octopus_japan.oejp.household.supply import Listing, joined
from custom_components.octopus_japan.oejp.household.supply_tariff import (
    Contract,
    contract_at,
    last_billed_capacity,
    product_at,
    supply_tariff,
)
from custom_components.octopus_japan.oejp.kraken.models import (
    Agreement,
    ElectricitySteppedProduct,
    IntervalReading,
    LineItem,
    SupplyPeriod,
)
from custom_components.octopus_japan.oejp.tariff import Capacity
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence

DAY_0 = datetime(2026, 1, 1, 15, tzinfo=UTC)
GREEN = ElectricitySteppedProduct("GREEN", display_name="Green")
EV = ElectricitySteppedProduct("EV")


def day(number: int) -> datetime:
    return DAY_0 + timedelta(days=number)


AGREEMENTS = (
    Agreement(1, None, day(40), False, GREEN),
    Agreement(2, day(30), None, False, EV),
    Agreement(3, day(35), None, True, GREEN),
    Agreement(4, day(36), None, False, None),
)


@pytest.mark.parametrize("agreements", permutations(AGREEMENTS))
def test_of_two_agreements_the_later_is_in_force(agreements: Sequence[Agreement]) -> None:
    """Not one that was revoked, nor one whose product was not told."""
    assert product_at(agreements, day(29)) is GREEN
    assert product_at(agreements, day(30)) is EV
    assert product_at(agreements, day(37)) is EV
    assert product_at(agreements[:0], day(37)) is None


def test_steps_begin_anew_with_the_account() -> None:
    """Each account has a bill of its own, although the supply goes on and no meter was read."""
    supply = (SupplyPeriod(day(0), None),)
    point = joined(
        "0300000000000000000000",
        [
            Listing(account_number="A", agreements=(AGREEMENTS[0],), supply_periods=supply),
            Listing(
                account_number="B",
                agreements=(Agreement(2, day(40), None, False, GREEN),),
                supply_periods=supply,
            ),
        ],
    )
    calendar = supply_tariff(point, Evidence()).calendar
    assert calendar.period_at(day(39)).end == day(40)
    assert calendar.period_at(day(41)).start == day(40)


def test_the_capacity_is_that_of_the_newest_bill_that_names_one() -> None:
    def billed(day: int | None, unit: str | None, value: int) -> LineItem:
        end = None if day is None else datetime(2026, 6, day, tzinfo=UTC)
        return LineItem(
            period_end_at=end,
            contracted_capacity_unit=unit,
            contracted_capacity_value=Decimal(value),
        )

    lines = [billed(18, "A", 40), billed(1, "A", 30), billed(20, None, 60), billed(None, "A", 50)]
    assert last_billed_capacity(lines) == Capacity(amperes=Decimal(40))
    assert last_billed_capacity(()) == Capacity()


def test_the_contract_in_force_is_that_of_the_agreement_that_began_last() -> None:
    capacity = Capacity(amperes=Decimal(40))
    first = Agreement(1, day(0), day(100), product=GREEN)
    second = Agreement(2, day(50), None, product=EV)
    found = contract_at([second, first], capacity, day(60))
    assert found == Contract(day(50), None, capacity)
    assert contract_at([first], capacity, day(60)) == Contract(day(0), day(100), capacity)
    assert contract_at([first], capacity, day(200)) == Contract(capacity=capacity)


def test_a_bill_s_time_is_a_closed_period_where_the_service_states_none() -> None:
    lines = [
        LineItem(
            "JPN_ELECTRICITY_STANDING_03",
            day(number),
            day(number + 30),
            Decimal(30),
            gross_amount=Decimal(1164),
            document=str(number),
        )
        for number in (0, 30)
    ]
    point = joined("03", [Listing(account_number="A")])
    calendar = supply_tariff(point, Evidence(charges=lines)).calendar
    assert [(each.start, each.end, each.closed) for each in calendar.closed] == [
        (day(0), day(30), True),
        (day(30), day(60), True),
    ]
    stated = joined(
        "03",
        [Listing(account_number="A", interval_readings=(IntervalReading(day(1), day(31)),))],
    )
    calendar = supply_tariff(stated, Evidence(charges=lines)).calendar
    assert [each.start for each in calendar.closed] == [day(1)]
