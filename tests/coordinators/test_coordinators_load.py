"""What an installation asks of the service in a day, imports and recovery apart (docs/performance.md#load-on-the-service)."""

from collections import Counter
from datetime import date, timedelta

from home import Home
import pytest

HALF_HOUR = timedelta(minutes=30)
A_LOGIN = A_POINT = 60
"""Requests a day."""


@pytest.mark.parametrize("since", [date(2025, 11, 1)])
@pytest.mark.parametrize(
    ("households", "points"), [(("green-tokyo",), 1), (("three-points-two-accounts",), 3)]
)
async def test_a_day_asks_no_more_than_is_allowed(
    home: Home, households: tuple[str], points: int
) -> None:
    await home.sign_in(households[0])
    # What the first day catches up with is not counted.
    await home.pass_time(timedelta(hours=12))
    home.simulator.requests.clear()
    for _ in range(48):
        await home.pass_time(HALF_HOUR)
    asked = Counter(request.operation for request in home.simulator.requests)
    assert asked["HalfHourlyReadings"] >= 48 * 0.9, "it polls"
    assert asked.total() <= A_LOGIN + A_POINT * points, asked
    assert asked["ObtainToken"] <= 24 + 1
