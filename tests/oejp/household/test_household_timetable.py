"""When accounts are asked beside the regular poll."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.timetable import next_ask, told_ends
from custom_components.octopus_japan.oejp.kraken.models import Agreement, ElectricityProduct, Rate

SPREAD = timedelta(minutes=4)
MINUTE = timedelta(minutes=1)


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+09:00")


@pytest.mark.parametrize(
    ("now", "told", "expected"),
    [
        # A month begins in Japan, whatever is told.
        ("2026-11-20T12:00", True, "2026-12-01T00:05"),
        ("2026-12-31T23:59", True, "2027-01-01T00:05"),
        # It has begun: first its own time, then, if the new rates are not told, within the hour again.
        ("2026-12-01T00:02", True, "2026-12-01T00:05"),
        ("2026-12-01T00:05", False, "2026-12-01T00:35"),
        ("2026-12-01T00:05", True, "2027-01-01T00:05"),
        ("2026-12-01T23:50", False, "2026-12-02T00:20"),
        # A day of silence is enough.
        ("2026-12-02T00:00", False, "2027-01-01T00:05"),
    ],
)
def test_a_new_month(now: str, told: bool, expected: str) -> None:
    assert next_ask(jst(now), (), told=told, spread=SPREAD) == jst(expected)


def test_the_end_of_a_window_within_a_month() -> None:
    end = jst("2026-11-15T00:00")
    assert next_ask(jst("2026-11-10T00:00"), [end], told=True, spread=SPREAD) == end + 5 * MINUTE
    assert next_ask(end + 5 * MINUTE, [end], told=False, spread=SPREAD) == end + 35 * MINUTE


def test_an_end_beyond_all_reason_is_no_time_to_ask() -> None:
    ends = [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
    assert next_ask(jst("2026-11-20T12:00"), ends, told=True, spread=SPREAD) == jst(
        "2026-12-01T00:05"
    )


INSTANTS = st.integers(0, 5_000_000).map(lambda n: jst("2020-01-01T00:00") + n * MINUTE)


@settings(deadline=None)
@given(
    now=INSTANTS,
    ends=st.lists(INSTANTS, max_size=5),
    told=st.booleans(),
    spread=st.timedeltas(timedelta(0), timedelta(minutes=10)),
)
def test_it_is_always_later_and_never_after_the_next_end(
    now: datetime, ends: list[datetime], told: bool, spread: timedelta
) -> None:
    at = next_ask(now, ends, told=told, spread=spread)
    assert at > now
    for end in ends:
        if now < end < now + timedelta(days=31):
            assert at <= end + MINUTE + spread


def test_the_ends_that_agreements_tell() -> None:
    end, month, rate = jst("2027-03-01T00:00"), jst("2026-12-01T00:00"), jst("2026-12-16T00:00")
    product = ElectricityProduct(
        code="GREEN",
        fuel_cost_adjustment=_rate(month),
        consumption_charges=(_rate(rate), _rate(None)),
    )
    told = told_ends([Agreement(id=1, valid_to=end, product=product), Agreement(id=2)])
    assert told == {end, month, rate}


def _rate(valid_to: datetime | None) -> Rate:
    return Rate.from_dict(
        {"pricePerUnitIncTax": "1.00", "validTo": valid_to and valid_to.isoformat()}
    )
