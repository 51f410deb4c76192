"""What the book makes of a point: which plan is in force, and where a bill of its own begins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from custom_components.octopus_japan.oejp.household.supply import Listing, joined
from custom_components.octopus_japan.oejp.household.tariff_book import (
    product_at,
    supply_tariff,
)
from custom_components.octopus_japan.oejp.kraken.models import (
    Agreement,
    ElectricitySteppedProduct,
    SupplyPeriod,
)
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
