"""Prices in steps: the same yen whatever the step, and a mean where a step has several prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.tariff import Component, Price, PricePeriod
from custom_components.octopus_japan.oejp.tariff.resolution import in_steps

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ENERGY, LEVY = Component.ENERGY, Component.RENEWABLE_ENERGY_LEVY


def price(yen: str, band: str = "day", *, estimated: bool = False) -> Price:
    components = {ENERGY: Decimal(yen), LEVY: Decimal(4)}
    return Price(START, components, Decimal(yen) + 4, band, band, estimated=estimated)


def period(start: int, end: int, yen: str, **more: object) -> PricePeriod:
    return PricePeriod(START + start * MINUTE, START + end * MINUTE, price(yen, **more))  # type: ignore[arg-type]


def test_a_step_of_one_price_has_it() -> None:
    found = list(in_steps([period(0, 120, "20")], timedelta(minutes=30)))
    assert [(item.start - START) / MINUTE for item in found] == [0, 30, 60, 90]
    assert {item.price.total for item in found} == {Decimal(24)}


def test_an_hour_of_two_prices_has_their_mean_and_the_first_band() -> None:
    found = in_steps(
        [period(0, 45, "20", band="night"), period(45, 60, "40", estimated=True)],
        timedelta(hours=1),
    )
    (hour,) = found
    assert (hour.start, hour.end) == (START, START + timedelta(hours=1))
    # (45 x 20 + 15 x 40) / 60 = 25.
    assert hour.price.components == {ENERGY: Decimal(25), LEVY: Decimal(4)}
    assert (hour.price.total, hour.price.band, hour.price.estimated) == (29, "night", True)


def test_a_time_that_begins_within_a_step_and_one_that_is_not_priced() -> None:
    found = in_steps([period(20, 60, "20"), period(90, 100, "30")], timedelta(hours=1))
    assert [((i.start - START) / MINUTE, (i.end - START) / MINUTE) for i in found] == [
        (20, 60),
        (90, 100),
    ]
    # Two pieces of one hour with a gap between them are two.
    found = in_steps([period(0, 10, "20"), period(30, 60, "30")], timedelta(hours=1))
    assert [item.price.total for item in found] == [24, 34]


def test_of_no_prices_there_are_no_steps() -> None:
    assert list(in_steps([], timedelta(hours=1))) == []


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(-10, 60)), min_size=1, max_size=12),
    st.sampled_from([15, 30, 60]),
    st.integers(0, 59),
)
def test_the_yen_stay_the_same(spans: list[tuple[int, int]], step: int, offset: int) -> None:
    periods, at = [], offset
    for length, yen in spans:
        periods.append(period(at, at + length, str(yen)))
        at += length
    found = list(in_steps(periods, step * MINUTE))

    def yen_of(items: list[PricePeriod]) -> Decimal:
        return sum(
            (item.price.total * ((item.end - item.start) // MINUTE) for item in items), Decimal(0)
        )

    assert float(yen_of(found)) == pytest.approx(float(yen_of(periods)))
    assert [item.start for item in found[1:]] == [item.end for item in found[:-1]]
    assert all((item.start - START) % (step * MINUTE) == timedelta() for item in found[1:])
