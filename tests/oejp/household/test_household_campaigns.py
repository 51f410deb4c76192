"""What campaigns came to, and when they are."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.campaigns import (
    CampaignsData,
    Outcome,
    events,
    outcome,
    span_of,
)
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import JST
from custom_components.octopus_japan.oejp.kraken.campaigns import DailyResult, Participation


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def day(number: int, expected: str | None, used: str | None, saved: str | None) -> DailyResult:
    values = (None if text is None else Decimal(text) for text in (expected, used, saved))
    on = date(2026, 12, number)
    return DailyResult(on, at(f"{on}T17:00"), at(f"{on}T20:00"), *values)


WINTER = Participation("冬", at("2026-12-01"), at("2027-03-01"), 1)


def test_the_days_add_up() -> None:
    days = (day(1, "2.0", "1.5", "20"), day(4, "1.0", "1.2", "0"))
    found = Participation("冬", successful_days_count=1, demand_response_daily_results=days)
    assert outcome(found) == Outcome(Decimal("0.3"), Decimal(20), 1, 2)
    # What one day does not tell is not known of all.
    found = Participation("冬", demand_response_daily_results=(*days, day(8, "1", None, None)))
    assert outcome(found) == Outcome(None, None, None, 3)
    assert outcome(WINTER) == Outcome(Decimal(0), Decimal(0), 1, 0)


def test_what_is_on() -> None:
    open_ended = Participation("夏", at("2026-06-01"))
    backwards = Participation("春", at("2027-03-01"), at("2026-12-01"))
    data = CampaignsData(open=(), joined=(open_ended, backwards, WINTER))
    assert data.running(at("2026-12-01")) == (WINTER,)
    assert data.running(at("2027-03-01")) == ()
    assert data.latest == WINTER
    assert data.told
    assert span_of(backwards) is None
    nothing = CampaignsData()
    assert (nothing.told, nothing.latest, nothing.running(at("2026-12-01"))) == (False, None, ())
    assert CampaignsData(joined=()).told


def test_the_times_of_campaigns_and_of_their_days() -> None:
    timed = day(1, "2.0", "1.5", "20")
    untimed = DailyResult(date(2026, 12, 4), at("2026-12-04T20:00"), at("2026-12-04T17:00"))
    never = DailyResult()
    campaign = Participation(
        "冬", *(WINTER.campaign_start, WINTER.campaign_end), None, None, (timed, untimed, never)
    )
    silent = Participation("夏", demand_response_daily_results=(timed,))
    evening = Interval(at("2026-12-01T17:00"), at("2026-12-01T20:00"))
    assert list(events([campaign, silent])) == [
        (Interval(at("2026-12-01"), at("2027-03-01")), campaign, None),
        (evening, campaign, timed),
        (Interval(at("2026-12-04"), at("2026-12-04") + timedelta(days=1)), campaign, untimed),
        (evening, silent, timed),
    ]
