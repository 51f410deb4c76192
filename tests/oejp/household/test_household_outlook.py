"""One outlook: what sensors, calendar and actions say of prices, on plans with steps and with hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cards import stepped, time_of_use
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.forecast import (
    StepCrossed,
    Use,
    crossed_at,
    typical,
)
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.outlook import (
    band_periods,
    month_bands,
    outlook,
    price_estimated_since,
    prices_between,
)
from custom_components.octopus_japan.oejp.japan_time import HOUR
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    Component,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    RateCard,
    Schedule,
    Tariff,
    Unpriced,
    timeline,
)

ZERO = Decimal(0)
DAY = timedelta(days=1)
KWH = Decimal("0.5")


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+09:00")


def tariff(card: RateCard, levies: dict[str, int] | None = None) -> Tariff:
    """A tariff whose periods begin on the 1st; the levy of each month as given."""
    rates = [
        MonthlyRate(
            Component.RENEWABLE_ENERGY_LEVY,
            datetime.fromisoformat(f"{month}-01T00:00:00+09:00"),
            datetime.fromisoformat(f"{month}-28T00:00:00+09:00") + timedelta(days=4),
            Decimal(price),
            Provenance.API,
        )
        for month, price in (levies or {}).items()
    ]
    rates = [replace(rate, end=rate.end.replace(day=1)) for rate in rates if rate.end]
    told = MonthlyRates(renewable_energy_levy=timeline(rates))
    return Tariff((replace(card, fuel_cost_adjusted=False),), told, BillingCalendar(day=1))


LEVIES = {"2026-10": 4, "2026-11": 4, "2026-12": 4}
STEPS = tariff(stepped("30", (120, "20"), (300, "25"), (None, "28")), LEVIES)


def hours(start: datetime, count: int, kwh: Decimal = KWH) -> list[Hour]:
    return [Hour(start.astimezone(UTC) + n * HOUR, kwh) for n in range(count)]


# 0.5 kWh an hour: 120 kWh are reached after ten days, 11 November 00:00.
CROSSING = jst("2026-11-11T00:00")
PUBLISHED = hours(jst("2026-10-15T00:00"), 27 * 24 - 5)
"""Until five hours before the crossing."""


def test_every_answer_of_the_day_of_a_step_says_the_same() -> None:
    use = Use(hours(jst("2026-10-15T00:00"), 26 * 24 + 12))
    now = jst("2026-11-10T15:00")
    shown = outlook(STEPS, now, use)
    today, tomorrow = shown.day(date(2026, 11, 10)), shown.day(date(2026, 11, 11))
    assert today is not None
    assert tomorrow is not None
    assert (today.low, today.high) == (24, 24)
    assert (tomorrow.low, tomorrow.high, tomorrow.mean) == (29, 29, 29)
    assert shown.current(now).total == 24
    assert shown.current(now).valid_until == CROSSING
    following = shown.following(now)
    assert following is not None
    assert (following.at, following.total) == (CROSSING, 29)
    listed = prices_between(STEPS, jst("2026-11-10T00:00"), jst("2026-11-12T00:00"), use)
    assert [(p.start, p.price.total) for p in listed] == [
        (jst("2026-11-10T00:00"), 24),
        (CROSSING, 29),
    ]
    (later,) = prices_between(STEPS, CROSSING + HOUR, CROSSING + 2 * HOUR, use)
    assert later.price.total == 29


def test_a_step_that_is_crossed_within_the_day_is_in_its_prices() -> None:
    use = Use(hours(jst("2026-10-15T00:00"), 26 * 24, Decimal("0.525")))
    day = outlook(STEPS, jst("2026-11-10T09:00"), use).day(date(2026, 11, 10))
    assert day is not None
    assert (day.low, day.high) == (24, 29)
    assert len(day.periods) == 2


def test_without_any_known_use_there_is_no_price() -> None:
    shown = outlook(STEPS, jst("2026-11-10T09:00"), None)
    with pytest.raises(Unpriced) as caught:
        shown.current(jst("2026-11-10T09:00"))
    assert caught.value.reason == "use_unknown"
    with pytest.raises(Unpriced, match="use_unknown"):
        prices_between(STEPS, jst("2026-11-10T00:00"), jst("2026-11-12T00:00"), None)


def test_what_is_missing_in_the_middle_is_not_taken_for_none() -> None:
    whole = hours(jst("2026-10-15T00:00"), 27 * 24)
    gap = [h for h in whole if not jst("2026-11-03T00:00") <= h.start < jst("2026-11-05T00:00")]
    period = STEPS.calendar.period_at(CROSSING)
    assert Use(gap).used(period, CROSSING) == Use(whole).used(period, CROSSING) == 120
    # And what rests on it says since when.
    (first, *_) = prices_between(STEPS, jst("2026-11-09T00:00"), jst("2026-11-10T00:00"), Use(gap))
    assert price_estimated_since(STEPS, first, Use(gap)) == jst("2026-11-03T00:00")
    assert price_estimated_since(STEPS, first, Use(whole)) is None


def test_half_an_hour_is_filled_up_with_what_is_typical() -> None:
    known = hours(jst("2026-11-01T00:00"), 48)
    known[-1] = Hour(known[-1].start, Decimal("0.25"), whole=False)
    assert Use(known).of(known[-1].start) == Decimal("0.5")


def test_an_hour_of_the_day_that_was_never_seen_is_the_mean_of_the_others() -> None:
    assert typical(hours(jst("2026-11-01T00:00"), 12)) == (KWH,) * 24


def test_a_step_once_crossed_stays_crossed_while_estimates_change() -> None:
    """Three estimates of a quiet day: use is expected to cross, then not, then to cross again."""
    now = CROSSING + HOUR
    busy = PUBLISHED
    quiet = [*PUBLISHED[:-1], Hour(PUBLISHED[-1].start, Decimal("0.1"))]
    crossed = crossed_at(STEPS, busy, None, now)
    assert crossed == StepCrossed(jst("2026-11-01T00:00"), Decimal(120), CROSSING.astimezone(UTC))
    period = STEPS.calendar.period_at(now)
    late = [*PUBLISHED[:-3], *(Hour(h.start, ZERO) for h in PUBLISHED[-3:])]
    for hours_ in (busy, quiet, late):
        assert Use(hours_).used(period, CROSSING) <= 120
        assert crossed_at(STEPS, hours_, crossed, now) == crossed
        assert outlook(STEPS, now, Use(hours_, crossed)).current(now).total == 29
    assert outlook(STEPS, now, Use(late)).current(now).total == 24


def test_published_readings_contradict_a_crossing() -> None:
    crossed = crossed_at(STEPS, PUBLISHED, None, CROSSING + HOUR)
    less = [*PUBLISHED, *hours(PUBLISHED[-1].start + HOUR, 6, ZERO)]
    assert crossed is not None
    assert crossed_at(STEPS, less, crossed, CROSSING + 2 * HOUR) is None


def test_a_crossing_ends_with_its_billing_period() -> None:
    crossed = crossed_at(STEPS, PUBLISHED, None, CROSSING + HOUR)
    assert crossed is not None
    assert crossed_at(STEPS, PUBLISHED, crossed, jst("2026-12-01T00:00")) is None
    # Nothing known of the use, after a restart: what was stored stands.
    assert crossed_at(STEPS, [], crossed, CROSSING + 2 * HOUR) == crossed


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=24, max_size=24 * 20), st.integers(0, 24 * 29))
def test_the_step_of_any_time_is_that_of_the_use_before_it(tenths: list[int], hour: int) -> None:
    start = jst("2026-11-01T00:00")
    known = [Hour(start + n * HOUR, Decimal(kwh) / 10) for n, kwh in enumerate(tenths)]
    known = [Hour(h.start.astimezone(UTC), h.kwh) for h in known]
    use, at = Use(known), start + hour * HOUR
    mean = typical(known)
    before = ZERO
    for n in range(hour):
        before += Decimal(tenths[n]) / 10 if n < len(tenths) else mean[n % 24]
    step = 1 if before < 120 else 2 if before < 300 else 3
    (price, *_) = prices_between(STEPS, at, at + HOUR / 2, use)
    assert price.price.slot == f"step_{step}"


ROW = ("NIGHT",) * 12 + ("DAY",) * 32 + ("NIGHT",) * 4
"""Night from 22:00 to 06:00."""
NIGHTS = tariff(
    time_of_use("30", [("NIGHT", "10"), ("DAY", "30")], Schedule("", "03", (ROW,) * 12)),
    {"2026-10": 4, "2026-11": 4, "2026-12": 6},
)


def test_the_last_night_of_a_month_is_one_event() -> None:
    found = month_bands(NIGHTS, jst("2026-11-30T12:00"), jst("2026-12-01T12:00"), None)
    nights = [band for band in found if band.prices[0].price.slot == "night"]
    assert [(band.start, band.end) for band in nights] == [
        (jst("2026-11-30T22:00"), jst("2026-12-01T06:00"))
    ]
    assert [(p.start, p.price.total) for p in nights[0].prices] == [
        (jst("2026-11-30T22:00"), 14),
        (jst("2026-12-01T00:00"), 16),
    ]


@settings(deadline=None)
@given(st.integers(0, 60 * 24), st.integers(1, 24 * 40))
def test_a_band_is_the_same_whatever_time_is_asked_for(begin: int, length: int) -> None:
    start = jst("2026-10-10T00:00") + begin * HOUR
    end = min(start + length * HOUR, jst("2026-12-30T00:00"))
    if end <= start:
        return
    whole = month_bands(NIGHTS, jst("2026-10-05T00:00"), jst("2026-12-31T00:00"), None)
    asked = month_bands(NIGHTS, start, end, None)
    assert [(b.start, b.end) for b in asked] == [
        (b.start, b.end) for b in whole if b.start < end and start < b.end
    ]


def test_the_outlook_of_two_days_has_the_same_bands_as_the_months() -> None:
    now = jst("2026-11-30T23:00")
    near = band_periods(outlook(NIGHTS, now, None).periods)
    current = next(band for band in near if band.end > now)
    assert (current.start, current.end) == (jst("2026-11-30T22:00"), jst("2026-12-01T06:00"))


def test_a_step_longer_than_a_day_is_cut_with_the_month() -> None:
    use = Use(hours(jst("2026-10-01T00:00"), 24, Decimal("0.1")))
    found = month_bands(STEPS, jst("2026-11-20T00:00"), jst("2026-11-21T00:00"), use)
    assert [(b.start, b.end) for b in found] == [(jst("2026-11-01T00:00"), jst("2026-12-01T00:00"))]
