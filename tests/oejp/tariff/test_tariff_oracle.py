"""The arithmetic agrees with an oracle written apart, on random tariffs, uses and dates."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, given, settings, strategies as st
import tariff_oracle as oracle
from tariff_worlds import STARTS, as_tariff, worlds, yen

from custom_components.octopus_japan.oejp.japan_time import day_of
from custom_components.octopus_japan.oejp.tariff import costs, price_at, price_periods

THOROUGH = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HOUR = timedelta(hours=1)
# Often exactly at the bound of a step.
USED = st.one_of(st.integers(0, 5000), st.integers(0, 41).map(lambda kwh: kwh * 100))
CLOSE = Fraction(1, 10**20)


@settings(THOROUGH, max_examples=300)
@given(
    worlds(),
    STARTS,
    st.lists(st.one_of(st.integers(0, 300), st.integers(0, 6000)), min_size=1, max_size=50),
    USED,
    st.sampled_from([1, 2, 7, 24, 25, 100]),
)
def test_costs_agree(
    world: oracle.World, start: datetime, uses: list[int], used: int, stride: int
) -> None:
    """Hours may be missing; one hour may cross several steps."""
    hours = [(start + i * stride * HOUR, use) for i, use in enumerate(uses)]
    expected = oracle.costs(world, hours, used)
    found = costs(as_tariff(world), [(at, yen(use)) for at, use in hours], yen(used))
    assert [row.start for row in found] == [at for at, _ in hours]
    for row, want in zip(found, expected, strict=True):
        got = {component.value: Fraction(price) for component, price in row.components.items()}
        got.setdefault("subsidy", Fraction(0))
        for component, price in want.items():
            assert abs(got[component] - price) < CLOSE, component
        assert abs(Fraction(row.total) - sum(want.values())) < CLOSE


@THOROUGH
@given(worlds(), STARTS, USED, st.integers(0, 1439))
def test_prices_agree_minute_by_minute(
    world: oracle.World, start: datetime, used: int, offset: int
) -> None:
    tariff = as_tariff(world)
    start += timedelta(minutes=offset)
    end = start + timedelta(hours=50)
    found = price_periods(tariff, start, end, yen(used))
    first = oracle.period(world, oracle.japan(start).date())
    at = start
    for piece in found:
        assert piece.start == at
        while at < piece.end:
            now = used if oracle.period(world, oracle.japan(at).date()) == first else 0
            assert piece.price.total == yen(oracle.total(world, at, now))
            at += timedelta(minutes=1)
    assert at == end
    for one, other in pairwise(found):
        assert not one.price.same_as(other.price)
    bounds = [top * 100 for _, plan in world.plans for top, _ in plan.steps if top is not None]
    for exactly in (used, *bounds):
        total = price_at(tariff, start, yen(exactly)).total
        assert total == yen(oracle.total(world, start, exactly))


@THOROUGH
@given(worlds(), STARTS)
def test_periods_agree(world: oracle.World, start: datetime) -> None:
    period = as_tariff(world).calendar.period_at(start)
    expected = oracle.period(world, oracle.japan(start).date())
    assert (day_of(period.start), day_of(period.end)) == expected


def test_oracle_by_hand() -> None:
    """The oracle itself, on figures small enough to do in the head."""
    plan = oracle.Plan(2400, [(1, 1000), (None, 3000)])
    world = oracle.World(
        [(datetime(2000, 1, 1, tzinfo=UTC).date(), plan)], 1, {(2024, 1): 500}, {(2024, 1): 100}
    )
    # 2 kWh, half a kWh into a first step of one: 0.5 x 10 + 1.5 x 30 = 50 yen, monthly rates 2 x 6, standing 24 / 24.
    (row,) = oracle.costs(world, [(datetime(2024, 1, 10, tzinfo=UTC), 200)], 50)
    assert row["energy"] == 50
    assert sum(row.values()) == Decimal(50 + 12 + 1)
