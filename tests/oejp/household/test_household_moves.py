"""Which point a household came from."""

from datetime import datetime, timedelta

from custom_components.octopus_japan.oejp.household.moves import moved_from
from custom_components.octopus_japan.oejp.household.supply import Listing, SupplyPointData, joined
from custom_components.octopus_japan.oejp.kraken.models import SupplyPeriod

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
DAY = timedelta(days=1)


def point(spin: str, start: int, end: int | None = None) -> SupplyPointData:
    """A point supplied from so many days ago until so many days ago."""
    period = SupplyPeriod(
        supply_start_at=NOW - start * DAY, supply_end_at=None if end is None else NOW - end * DAY
    )
    return joined(spin, [Listing(account_number="A-1", supply_periods=(period,))])


NEW = point("new", 10)


def left(*points: SupplyPointData, new: SupplyPointData = NEW) -> str | None:
    found = moved_from([*points, new], new, NOW)
    return None if found is None else found.spin


def test_supply_that_ended_when_the_new_one_began() -> None:
    assert left(point("old", 900, 10)) == "old"
    # Two weeks with two homes; six weeks with none.
    assert left(point("old", 900, 1)) == "old"
    assert left(point("old", 900, 52)) == "old"


def test_a_home_left_long_before_or_still_lived_in_is_no_move() -> None:
    assert left(point("old", 900, 80)) is None
    assert left(point("second", 900)) is None


def test_of_two_the_one_that_was_left_last() -> None:
    assert left(point("flat", 900, 40), point("house", 400, 12)) == "house"


def test_nobody_moves_into_a_point_that_has_ended_or_into_an_older_one() -> None:
    assert left(point("old", 900, 10), new=point("brief", 10, 2)) is None
    assert left(point("brief", 9, 5), new=NEW) is None


def test_when_supply_began_is_needed() -> None:
    assert left(point("old", 900, 10), new=joined("new", [Listing(account_number="A-1")])) is None
