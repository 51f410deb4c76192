"""A span of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from custom_components.octopus_japan.oejp.tariff import Interval

NEW_YORK = ZoneInfo("America/New_York")


def at(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


def test_its_length_is_not_read_off_the_wall_clock() -> None:
    day = Interval(datetime(2026, 3, 8, tzinfo=NEW_YORK), datetime(2026, 3, 9, tzinfo=NEW_YORK))
    assert day.length == timedelta(hours=23)
    assert day.start == datetime(2026, 3, 8, 5, tzinfo=UTC)


def test_its_end_is_not_in_it() -> None:
    day = Interval(at(8), at(12))
    assert [day.covers(at(hour)) for hour in (7, 8, 11, 12)] == [False, True, True, False]


def test_what_two_share() -> None:
    day = Interval(at(8), at(12))
    assert day.clip(Interval(at(7), at(11))) == Interval(at(8), at(11))
    assert day.clip(Interval(at(9), at(13))) == Interval(at(9), at(12))
    for apart in (Interval(at(12), at(13)), Interval(at(5), at(8))):
        assert day.clip(apart) is None
