"""Time-of-use hours: published, checked, learned."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.octopus_japan.oejp.tariff.japan_time import JST
from custom_components.octopus_japan.oejp.tariff.schedule import (
    Mismatch,
    check,
    learn,
    published,
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
    assert all(len(row) == 48 and all(row) for row in schedule.months)
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


def readings(days: int, night: range) -> list[tuple[datetime, str]]:
    start = datetime(2026, 8, 1, tzinfo=JST)
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
    assert schedule.slot_at(datetime(2027, 1, 1, 6, 30, tzinfo=JST)) == "NIGHT"
    assert schedule.slot_at(datetime(2027, 1, 1, 7, 0, tzinfo=JST)) == "DAY"


def test_nothing_is_learned_from_too_little_or_from_contradictions() -> None:
    assert learn(readings(14, range(2, 7))[:47]) is None
    contradiction = readings(2, range(2, 7)) + readings(1, range(2, 8))
    assert learn(contradiction) is None
    assert learn([(datetime(2026, 8, 1, tzinfo=UTC), "CONSUMPTION_STEPPED_03_01")]) is None
