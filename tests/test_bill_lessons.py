"""What bills decided, as the options show it."""

from datetime import date, datetime
from typing import Any

from home import Home
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.octopus_japan.bill_lessons import lesson_fields, lesson_reasons
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import midnight
from custom_components.octopus_japan.oejp.tariff import Per
from custom_components.octopus_japan.oejp.tariff.lessons import Lesson, Lessons
from simulator.practice import Practice

NOW = datetime.fromisoformat("2025-12-25T12:00:00+09:00")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2025, 9, 18)


def shown(fields: Any) -> dict[str, str]:
    return {str(field): field.default() for field in fields}


def test_the_last_bills_are_named_and_a_contradiction_is_told() -> None:
    days = tuple(date(2026, month, 18) for month in range(1, 6))
    first = midnight(days[0])
    lessons = Lessons(
        bills=6,
        standing_charge=Lesson({Per.DAY: days, Per.MONTH: (date(2026, 6, 18),)}),
        other_periods=(Interval(first, midnight(days[1])),),
    )
    assert shown(lesson_fields(lessons)) == {
        "month_basis": "undecided",
        "standing_charge": "contradicted",
        "units": "undecided",
        "amounts": "undecided",
    }
    reasons = lesson_reasons(lessons)
    assert reasons["standing_charge_day"] == "5 (…, 2026-03-18, 2026-04-18, 2026-05-18)"
    assert reasons["standing_charge_month"] == "1 (2026-06-18)"
    assert reasons["month_basis_calendar_day"] == "–"
    assert (reasons["bills"], reasons["other_periods"]) == ("6", "1 (2026-01-18)")


async def configure(home: Home, entry_id: str, *steps: dict[str, Any]) -> Any:
    options = home.hass.config_entries.options
    result: Any = await options.async_init(entry_id)
    for step in ({"next_step_id": "bills"}, *steps):
        result = await options.async_configure(result["flow_id"], step)
    return result


async def test_configure_shows_what_bills_decided_and_takes_nothing(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.world.practice = Practice(standing="month", amounts="half_up")
    home.simulator.truth.month_basis = "reading_month"
    entry = await home.sign_in("green-tokyo")
    form = await configure(home, entry.entry_id)
    assert form["step_id"] == "lessons"
    assert shown(form["data_schema"].schema) == {
        "month_basis": "reading_month",
        "standing_charge": "month",
        "units": "whole",
        "amounts": "half_up",
    }
    told = form["description_placeholders"]
    assert (told["bills"], told["number"]) == ("3", home.spin("green-tokyo")[-4:])
    assert told["standing_charge_month"].startswith("3 (2025-09-18, ")
    result = await home.hass.config_entries.options.async_configure(form["flow_id"], {})
    assert (result["type"], result["data"]) == (FlowResultType.CREATE_ENTRY, {})


@pytest.mark.parametrize(
    ("households", "since"), [(("three-points-two-accounts",), date(2025, 12, 1))]
)
async def test_of_several_points_one_is_chosen(home: Home) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("three-points-two-accounts")
    form = await configure(home, entry.entry_id)
    assert form["step_id"] == "bills"
    spin = home.spin("three-points-two-accounts", 1)
    form = await configure(home, entry.entry_id, {"supply_point": spin})
    assert form["description_placeholders"]["number"] == spin[-4:]
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert (await configure(home, entry.entry_id))["reason"] == "not_loaded"
