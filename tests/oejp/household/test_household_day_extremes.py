"""When the cheapest and the dearest times are: today's and tomorrow's, and always one that lies ahead."""

from datetime import datetime
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.day_extremes import (
    cheapest_times,
    days_of,
    dearest_times,
    next_end,
    next_start,
)
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.tariff import DayPrices, Price, PricePeriod


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+09:00")


def period(start: str, end: str, yen: int) -> PricePeriod:
    return PricePeriod(
        jst(start), jst(end), Price(jst(start), {}, Decimal(yen), band="", slot=str(yen))
    )


# Night is the cheapest, from 22:00 to 06:00; the evening is the dearest. On the 22nd there is one price.
NIGHTS = (
    period("20T00:00", "20T06:00", 10),
    period("20T06:00", "20T17:00", 20),
    period("20T17:00", "20T22:00", 30),
    period("20T22:00", "21T06:00", 10),
    period("21T06:00", "21T17:00", 20),
    period("21T17:00", "21T22:00", 30),
    period("21T22:00", "22T00:00", 10),
    period("22T00:00", "23T00:00", 10),
)
DAYS = list(days_of(NIGHTS, jst("20T09:00"), jst("23T00:00")))


def between(*spans: tuple[str, str]) -> list[Interval]:
    return [Interval(jst(start), jst(end)) for start, end in spans]


def test_days_are_cut_at_midnight_in_japan() -> None:
    assert [(day.day.day, day.low, day.high) for day in DAYS] == [
        (20, 10, 30),
        (21, 10, 30),
        (22, 10, 10),
    ]


def test_a_cheapest_time_over_midnight_is_one_and_a_day_of_one_price_has_none() -> None:
    assert cheapest_times(DAYS) == between(
        ("20T00:00", "20T06:00"), ("20T22:00", "21T06:00"), ("21T22:00", "22T00:00")
    )
    assert dearest_times(DAYS) == between(("20T17:00", "20T22:00"), ("21T17:00", "21T22:00"))


def test_the_next_one_lies_ahead() -> None:
    times = cheapest_times(DAYS)
    assert next_start(times, jst("20T00:00")) == jst("20T22:00")
    assert next_start(times, jst("20T23:00")) == jst("21T22:00")
    assert next_end(times, jst("20T23:00")) == jst("21T06:00")
    assert next_start(times, jst("21T22:00")) is None


def test_days_without_prices_are_left_out() -> None:
    unknown: list[DayPrices | None] = [None, DAYS[0]]
    assert cheapest_times(unknown) == cheapest_times(DAYS[:1])
    assert list(days_of((), jst("20T00:00"), jst("22T00:00"))) == []


def test_which_part_of_a_day_is_cheaper() -> None:
    today = DAYS[0]
    # Of 24 hours eight are at 10 yen, eleven at 20.
    parts = [today.cheaper_part(NIGHTS[index].price) for index in (0, 1, 2)]
    assert parts == [0, Decimal(8) / 24, Decimal(19) / 24]
