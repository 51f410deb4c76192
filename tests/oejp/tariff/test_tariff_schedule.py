"""Time-of-use hours: published, checked, learned."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST
from custom_components.octopus_japan.oejp.tariff.provenance import Provenance
from custom_components.octopus_japan.oejp.tariff.schedule import (
    BandHours,
    Mismatch,
    NoSchedule,
    SeenBands,
    check,
    entered,
    learn,
    learned,
    merge_seen,
    published,
    seen_bands,
    slot_of,
    tier_of,
)

EV = "tgoe_ev_tou_jan_25_scheme"
DENKA = "tgoe_all_denka_tou_scheme"
AREAS = [f"{number:02d}" for number in range(1, 10)]
SCHEMES = [
    EV,
    DENKA,
    "tgoe_solar_tou_scheme",
    "tgoe_all_denka_tou_mar_25_scheme",
    "tgoe_power_tou_scheme",
]


@pytest.mark.parametrize(
    ("scheme", "area", "at", "slot"),
    [
        (EV, "03", "2026-08-04T00:59", "STANDARD"),
        (EV, "03", "2026-08-04T01:00", "NIGHT"),
        (EV, "09", "2026-08-04T04:59", "NIGHT"),
        (EV, "03", "2026-08-04T11:00", "DAY"),
        (EV, "03", "2026-08-04T13:00", "STANDARD"),
        ("tgoe_solar_tou_scheme", "01", "2026-01-01T22:00", "NIGHT"),
        ("tgoe_solar_tou_scheme", "01", "2026-01-01T07:30", "HOME"),
        ("tgoe_all_denka_tou_mar_25_scheme", "05", "2026-01-01T14:30", "DAY"),
        ("tgoe_power_tou_scheme", "02", "2026-06-30T23:30", "OTHER"),
        ("tgoe_power_tou_scheme", "02", "2026-07-01T00:00", "SUMMER"),
        ("tgoe_power_tou_scheme", "02", "2026-10-01T00:00", "OTHER"),
        (DENKA, "01", "2026-05-05T08:00", "DAY"),
        (DENKA, "03", "2026-05-05T00:30", "DAY"),
        (DENKA, "03", "2026-05-05T01:00", "NIGHT"),
        (DENKA, "04", "2026-05-05T09:30", "HOME"),
        (DENKA, "05", "2026-05-05T19:30", "DAY"),
        (DENKA, "06", "2026-07-01T10:00", "SUMMER_DAY"),
        (DENKA, "06", "2026-06-30T16:30", "OTHER_DAY"),
        (DENKA, "07", "2026-09-30T20:30", "SUMMER_DAY"),
        (DENKA, "08", "2026-09-30T22:30", "DAY"),
        (DENKA, "09", "2026-02-28T08:00", "SUMMER_WINTER_DAY"),
        (DENKA, "09", "2026-03-01T08:00", "OTHER_DAY"),
        (DENKA, "09", "2026-12-31T22:00", "NIGHT"),
    ],
)
def test_published_hours(scheme: str, area: str, at: str, slot: str) -> None:
    schedule = published(scheme, area)
    assert schedule is not None
    local = datetime.fromisoformat(at).replace(tzinfo=JST)
    assert schedule.slot_at(local) == slot
    assert schedule.slot_at(local.astimezone(UTC)) == slot


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("area", AREAS)
def test_every_half_hour_of_every_month_has_a_slot(scheme: str, area: str) -> None:
    schedule = published(scheme, area)
    assert schedule is not None
    assert all(row is not None and len(row) == 48 and all(row) for row in schedule.months)
    assert len(schedule.months) == 12


@pytest.mark.parametrize(("scheme", "area"), [(EV, "10"), ("new_scheme", "03"), (None, None)])
def test_unknown_schedules_are_none(scheme: str | None, area: str | None) -> None:
    assert published(scheme, area) is None


@pytest.mark.parametrize(
    ("band", "slot", "tier"),
    [
        ("CONSUMPTION_03_NIGHT", "NIGHT", None),
        ("CONSUMPTION_06_LOW_SUMMER_DAY", "SUMMER_DAY", "LOW"),
        ("CONSUMPTION_08_HIGH_NIGHT", "NIGHT", "HIGH"),
        ("CONSUMPTION_06_LOW", None, "LOW"),
        ("CONSUMPTION_STEPPED_03_01", None, None),
        ("CONSUMPTION_STEPPED_LOW_06_01", None, "LOW"),
        ("CONSUMPTION_03", None, None),
        (None, None, None),
    ],
)
def test_band_names(band: str | None, slot: str | None, tier: str | None) -> None:
    assert slot_of(band) == slot
    assert tier_of(band) == tier


def readings(
    days: int, night: range, start: datetime = datetime(2026, 8, 1, tzinfo=JST)
) -> list[tuple[datetime, str]]:
    return [
        (at, f"CONSUMPTION_03_{'NIGHT' if at.hour in night else 'DAY'}")
        for i in range(days * 48)
        if (at := start + i * timedelta(minutes=30))
    ]


def test_a_schedule_is_checked_against_readings() -> None:
    schedule = published(DENKA, "03")
    assert schedule is not None
    assert check(schedule, readings(3, range(1, 6))) == []
    assert check(schedule, readings(3, range(1, 5))) == [
        Mismatch(10, "NIGHT", "DAY", 3),
        Mismatch(11, "NIGHT", "DAY", 3),
    ]
    assert check(schedule, [(datetime(2026, 8, 1, tzinfo=UTC), None)]) == []


def test_a_schedule_is_learned_from_readings() -> None:
    schedule = learn(readings(14, range(2, 7)), "03")
    assert schedule is not None
    assert schedule.learned
    assert schedule.slots == {"DAY", "NIGHT"}
    assert schedule.slot_at(datetime(2026, 8, 31, 6, 30, tzinfo=JST)) == "NIGHT"
    assert schedule.slot_at(datetime(2027, 8, 1, 7, 0, tzinfo=JST)) == "DAY"


def test_what_was_learned_holds_for_the_months_seen_and_no_others() -> None:
    schedule = learn(readings(31, range(2, 7)), "03")
    assert schedule is not None
    for month in (1, 7, 9, 10):
        assert schedule.row_at(datetime(2026, month, 15, tzinfo=JST)) is None
    with pytest.raises(LookupError):
        schedule.slot_at(datetime(2026, 9, 1, tzinfo=JST))
    assert schedule.row_at(datetime(2026, 8, 31, 23, 30, tzinfo=JST)) is not None
    september = learn(readings(31 + 1, range(2, 7)), "03")
    assert september is not None
    assert september.row_at(datetime(2026, 9, 30, tzinfo=JST)) is not None
    assert learn(readings(31, range(2, 7))[47:-1], "03") is not None
    begun = learn(readings(31 + 1, range(2, 7))[:-1], "03")
    assert begun is not None
    assert begun.row_at(datetime(2026, 9, 1, tzinfo=JST)) is None


def test_what_is_learned_later_rewrites_no_other_season_and_no_other_year() -> None:
    summer = seen_bands(readings(31, range(2, 7)))
    winter = seen_bands(readings(31, range(9), datetime(2026, 12, 1, tzinfo=JST)))
    next_summer = seen_bands(readings(31, range(4, 5), datetime(2027, 8, 1, tzinfo=JST)))
    first, all_of_it = learned(summer), learned((*winter, *next_summer, *summer))
    assert first is not None
    assert all_of_it is not None
    for day in (1, 31):
        august = datetime(2026, 8, day, tzinfo=JST)
        assert all_of_it.row_at(august) == first.row_at(august)
    assert all_of_it.slot_at(datetime(2026, 12, 5, 8, tzinfo=JST)) == "NIGHT"
    assert all_of_it.slot_at(datetime(2027, 8, 5, 5, tzinfo=JST)) == "DAY"
    # A year that nobody saw has the hours of the last one.
    assert all_of_it.slot_at(datetime(2028, 8, 5, 5, tzinfo=JST)) == "DAY"


def test_evidence_is_kept_when_the_window_of_readings_moves_on() -> None:
    all_of_it = readings(40, range(2, 7))
    kept: tuple[SeenBands, ...] = ()
    # Ten days, moved on by twelve hours each time, up to one that saw but the last afternoon of August.
    for moved in range(0, 62 * 24, 24):
        kept = merge_seen(kept, seen_bands(all_of_it[moved : moved + 10 * 48]))
    schedule = learned(kept)
    assert schedule is not None
    assert schedule.row_at(datetime(2026, 8, 1, tzinfo=JST)) is not None
    assert schedule.row_at(datetime(2026, 9, 1, tzinfo=JST)) is not None


@given(st.lists(st.tuples(st.integers(0, 80 * 48), st.sampled_from("ABC")), max_size=40))
def test_seeing_the_same_again_changes_nothing(seen: list[tuple[int, str]]) -> None:
    start = datetime(2026, 8, 1, tzinfo=JST)
    bands = seen_bands(
        [(start + i * timedelta(minutes=30), f"CONSUMPTION_03_{slot}") for i, slot in seen]
    )
    assert merge_seen(merge_seen((), bands), bands) == bands
    assert merge_seen(bands, seen_bands(())) == bands


NIGHT_HOURS = BandHours("NIGHT", time(23), time(7))
DAY_HOURS = BandHours("DAY", time(7), time(23))


def test_a_schedule_may_be_entered() -> None:
    summer = frozenset({7, 8, 9})
    schedule = entered(
        [
            NIGHT_HOURS,
            replace(DAY_HOURS, months=frozenset(range(1, 13)) - summer),
            BandHours("DAY", time(7), time(13), summer),
            BandHours("PEAK", time(13), time(16, 30), summer),
            BandHours("DAY", time(16, 30), time(23), summer),
        ]
    )
    assert (schedule.source, schedule.learned) == (Provenance.ENTERED, False)
    for text, slot in (
        ("2026-06-30T23:00", "NIGHT"),
        ("2026-07-01T06:30", "NIGHT"),
        ("2026-07-01T16:00", "PEAK"),
        ("2026-07-01T16:30", "DAY"),
        ("2026-10-01T16:00", "DAY"),
    ):
        assert schedule.slot_at(datetime.fromisoformat(text).replace(tzinfo=JST)) == slot


def test_months_that_no_hours_name_stay_unknown() -> None:
    schedule = entered([BandHours("ALL", time(0), time(0), frozenset({8}))])
    assert schedule.row_at(datetime(2026, 8, 1, tzinfo=JST)) == ("ALL",) * 48
    assert schedule.row_at(datetime(2026, 9, 1, tzinfo=JST)) is None


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ([], "hours_missing"),
        ([NIGHT_HOURS], "hours_missing"),
        ([NIGHT_HOURS, DAY_HOURS, BandHours("PEAK", time(13), time(16))], "hours_overlap"),
        ([NIGHT_HOURS, BandHours("DAY", time(7), time(22, 50))], "hours_not_half"),
    ],
)
def test_hours_that_make_no_days_are_refused(hours: list[BandHours], reason: str) -> None:
    with pytest.raises(NoSchedule, match=reason) as raised:
        entered(hours)
    assert raised.value.reason == reason


def test_entered_hours_fill_in_where_none_were_learned() -> None:
    both = learn(readings(14, range(2, 7)))
    assert both is not None
    both = replace(both, otherwise=entered([NIGHT_HOURS, DAY_HOURS]))
    august, september = (datetime(2026, month, 10, 8, tzinfo=JST) for month in (8, 9))
    assert (both.slot_at(august), both.source_at(august)) == ("DAY", Provenance.LEARNED)
    assert (both.slot_at(september), both.source_at(september)) == ("DAY", Provenance.ENTERED)
    assert both.slots == {"DAY", "NIGHT"}


def test_nothing_is_learned_from_too_little_or_from_contradictions() -> None:
    assert learn(readings(14, range(2, 7))[:47]) is None
    contradiction = readings(2, range(2, 7)) + readings(1, range(2, 8))
    assert learn(contradiction) is None
    assert learn([(datetime(2026, 8, 1, tzinfo=UTC), "CONSUMPTION_STEPPED_03_01")]) is None
