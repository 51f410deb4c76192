"""What past bills decided of a supply point, and why, as the options show it: nothing of it can be changed there."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig
import voluptuous as vol

from .oejp.japan_time import day_of
from .oejp.tariff import MonthBasis, Per
from .oejp.tariff.lessons import Lesson, Lessons
from .oejp.tariff.rounding import Amounts, Units

UNDECIDED: Final = "undecided"
CONTRADICTED: Final = "contradicted"
_ANSWERS: Final = {
    "month_basis": tuple(basis.value for basis in MonthBasis),
    "standing_charge": (Per.DAY.value, Per.MONTH.value),
    "units": tuple(units.value for units in Units),
    "amounts": tuple(amounts.value for amounts in Amounts),
}
"""Each question, and what bills may say."""
_NONE: Final = "–"
_SHOWN: Final = 3


def lesson_fields(lessons: Lessons) -> dict[Any, Any]:
    """Return a field for each question, that shows what was decided and takes nothing."""
    return {
        vol.Optional(question, default=_answer(_lesson(lessons, question))): SelectSelector(
            SelectSelectorConfig(
                options=[*answers, UNDECIDED, CONTRADICTED],
                translation_key="bill_lesson",
                read_only=True,
            )
        )
        for question, answers in _ANSWERS.items()
    }


def lesson_reasons(lessons: Lessons) -> dict[str, str]:
    """Return which bills said what: by answer how many, and the first days of the last ones."""
    reasons = {
        f"{question}_{answer}": _days(
            days for said, days in _lesson(lessons, question).said.items() if said == answer
        )
        for question, answers in _ANSWERS.items()
        for answer in answers
    }
    other = [day_of(period.start) for period in lessons.other_periods]
    return reasons | {"bills": str(lessons.bills), "other_periods": _days([other])}


def _lesson(lessons: Lessons, question: str) -> Lesson[Any]:
    lesson: Lesson[Any] = getattr(lessons, question)
    return lesson


def _answer(lesson: Lesson[Any]) -> str:
    if lesson.contradicted:
        return CONTRADICTED
    return UNDECIDED if lesson.value is None else str(lesson.value.value)


def _days(found: Iterable[Iterable[date]]) -> str:
    days = [day for each in found for day in each]
    if not days:
        return _NONE
    more = "…, " if len(days) > _SHOWN else ""
    return f"{len(days)} ({more}{', '.join(map(str, days[-_SHOWN:]))})"
