"""What a scalar may be: its type, its range, its size."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.kraken import scalars

READERS: list[Callable[[Any], Any]] = [
    scalars.text,
    scalars.key,
    scalars.flag,
    scalars.number,
    scalars.price,
    scalars.whole,
    scalars.day_of_month,
    scalars.unix,
    scalars.instant,
    scalars.day,
    scalars.start,
    scalars.end,
    scalars.supplied_since,
    scalars.items,
    scalars.table,
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.decimals().map(str)
    | st.datetimes().map(datetime.isoformat)
    | st.datetimes(timezones=st.timezones()).map(datetime.isoformat)
    | st.dates().map(date.isoformat),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(ANYTHING, st.sampled_from(READERS))
def test_anything_is_read_or_refused_with_one_error(value: Any, read: Callable[[Any], Any]) -> None:
    try:
        found = read(value)
    except ValueError:
        return
    if isinstance(found, datetime):
        assert found.utcoffset() == timedelta()
        # A zone may move the first and the last instants of the range by a day.
        assert 1999 <= found.year <= 2101
    elif isinstance(found, date):
        assert found.year in scalars.YEARS
    elif isinstance(found, Decimal):
        assert abs(found) <= scalars.LARGEST
        assert len(str(found)) <= 140


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (scalars.text, None),
        (scalars.text, True),
        (scalars.text, 10**10),
        (scalars.text, "x" * 1001),
        (scalars.key, " "),
        (scalars.flag, 1),
        (scalars.flag, "true"),
        (scalars.number, True),
        (scalars.number, None),
        (scalars.number, 10**10),
        (scalars.number, "9" * 65),
        (scalars.number, "three"),
        (scalars.number, "NaN"),
        (scalars.number, float("inf")),
        (scalars.number, "1E-65"),
        (scalars.price, "10000.01"),
        (scalars.price, -10001),
        (scalars.whole, "1.5"),
        (scalars.day_of_month, 0),
        (scalars.day_of_month, 32),
        (scalars.unix, -1),
        (scalars.unix, 10**18),
        (scalars.unix, True),
        (scalars.unix, "7"),
        (scalars.instant, "2101-01-01T00:00:00Z"),
        (scalars.instant, "1999-12-31T23:59:59Z"),
        (scalars.instant, "2026-11-01T00:00:00"),
        (scalars.day, "2101-01-01"),
        (scalars.day, "2026-11-31"),
        (scalars.start, "2101-01-01T00:00:00Z"),
        (scalars.end, "1999-12-31T00:00:00Z"),
        (scalars.items, [1] * 5001),
        (scalars.table, []),
    ],
)
def test_what_is_out_of_reason_is_refused(read: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(value)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (scalars.text, 1001, "1001"),
        (scalars.key, " A-1 ", "A-1"),
        (scalars.flag, False, False),
        (scalars.day_of_month, "19", 19),
        (scalars.unix, 30, 30),
        (scalars.number, "0.400000000000000000", Decimal("0.4")),
        (scalars.number, 0.4, Decimal("0.4")),
        (scalars.price, "-10000", Decimal(-10000)),
        (scalars.whole, "120", 120),
        (scalars.whole, 120.0, 120),
        (scalars.start, "1900-01-01T00:00:00+09:00", None),
        (scalars.end, "9999-12-31T23:59:59Z", None),
        (scalars.supplied_since, "1900-01-01T00:00:00+09:00", scalars.FIRST_SUPPLY),
        (
            scalars.supplied_since,
            "2025-06-17T15:00:00+00:00",
            datetime(2025, 6, 17, 15, tzinfo=UTC),
        ),
        (scalars.items, [1, None, 2], [1, 2]),
        (scalars.items, "text", "text"),
    ],
)
def test_what_is_within_reason_is_read(
    read: Callable[[Any], Any], value: Any, expected: Any
) -> None:
    assert read(value) == expected


def test_a_hint_tells_whom_it_may() -> None:
    told: list[str] = []
    day = scalars.hint(scalars.day, "a date out of reason")
    assert day("soon") is None
    before = scalars.left_out.set(told.append)
    assert day("soon") is None
    assert day("2026-11-01") == date(2026, 11, 1)
    scalars.left_out.reset(before)
    assert told == ["a date out of reason"]
