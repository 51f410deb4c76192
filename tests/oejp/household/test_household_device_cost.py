"""What the use of one device cost: by the prices of its hours, worked out by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from custom_components.octopus_japan.oejp.household.device_cost import device_cost
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import Component, Price, PricePeriod

START = datetime(2026, 11, 17, 15, tzinfo=UTC)


def priced(start: float, end: float, energy: str, levy: str = "4") -> PricePeriod:
    """A price between two hours, counted from the start."""
    parts = {
        Component.ENERGY: Decimal(energy),
        Component.RENEWABLE_ENERGY_LEVY: Decimal(levy),
    }
    begin = START + timedelta(hours=start)
    price = Price(begin, parts, sum(parts.values(), Decimal(0)), "band", "single")
    return PricePeriod(begin, START + timedelta(hours=end), price)


def used(*kwh: str) -> list[Hour]:
    return [Hour(START + n * HOUR, Decimal(each)) for n, each in enumerate(kwh)]


def test_each_hour_costs_its_own_price() -> None:
    found = device_cost(used("1", "0", "2.5"), [priced(0, 2, "20"), priced(2, 3, "30")])
    assert found.kwh == Decimal("3.5")
    assert found.parts == {
        Component.ENERGY: 20 + Decimal("2.5") * 30,
        Component.RENEWABLE_ENERGY_LEVY: Decimal("3.5") * 4,
    }
    assert found.total == 109
    assert found.mean_price == Decimal(109) / Decimal("3.5")
    assert found.unpriced == 0


def test_an_hour_of_two_prices_costs_their_mean() -> None:
    found = device_cost(used("2"), [priced(-1, 0.25, "20"), priced(0.25, 2, "40")])
    assert found.parts[Component.ENERGY] == 2 * 35
    assert found.total == 2 * 39


def test_an_hour_that_lacks_a_price_in_part_is_not_priced() -> None:
    found = device_cost(used("1", "1", "1"), [priced(0, 1.5, "20"), priced(2.5, 4, "20")])
    assert found.unpriced == 2
    assert found.kwh == 3
    assert found.total == 24
    assert found.mean_price == 24


def test_without_any_price_the_cost_is_unknown_and_without_use_it_is_nothing() -> None:
    unknown = device_cost(used("1"), [])
    assert (unknown.total, unknown.mean_price, unknown.unpriced) == (None, None, 1)
    nothing = device_cost(used("0"), [priced(0, 1, "20")])
    assert (nothing.total, nothing.mean_price) == (0, None)
    assert device_cost([], [priced(0, 1, "20")]).total is None


@given(
    st.lists(st.decimals(0, 5, places=3), max_size=30),
    st.lists(st.tuples(st.integers(1, 8), st.decimals(1, 60, places=2)), min_size=1),
)
def test_the_parts_are_those_of_quarter_hours(
    kwh: list[Decimal], prices: list[tuple[int, Decimal]]
) -> None:
    """Another way to the same: a quarter of each hour's use at the price of each quarter."""
    quarters = [energy for length, energy in prices for _ in range(length)]
    periods, at = [], 0.0
    for length, energy in prices:
        periods.append(priced(at, at + length / 4, str(energy), "0"))
        at += length / 4
    found = device_cost(used(*map(str, kwh)), periods)
    whole = [
        each * sum(quarters[4 * n : 4 * n + 4]) / 4
        for n, each in enumerate(kwh)
        if len(quarters) >= 4 * n + 4
    ]
    assert found.unpriced == len(kwh) - len(whole)
    assert abs((found.total or 0) - sum(whole)) < Decimal("1e-9")
