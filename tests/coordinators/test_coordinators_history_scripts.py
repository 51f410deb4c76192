"""Histories are dealt so that what is rare is met; and a run that did not meet it fails."""

from collections import Counter
from pathlib import Path
from typing import Any

from history_reached import LONG_DAYS, MEDIAN_DAYS, TENTH, Reached, load, together
from history_scripts import BLOCK, OUTAGES, Script, Step, script
import pytest

SEEDS = range(40)


def block(seed: int) -> list[Script]:
    return [script(seed, number) for number in range(3 * BLOCK, 4 * BLOCK)]


def reached(**changed: Any) -> Reached:
    """Ten histories that reached just enough."""
    days = [10.0, *[40.0] * 4, *[80.0] * 4, 400.0]
    met = Counter(dict.fromkeys(TENTH, 1) | {"import": 9})
    return Reached(**{"days": days, "points": [2] * BLOCK, "met": met} | changed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_holds_what_a_tenth_must_meet(seed: int) -> None:
    scripts = block(seed)
    steps = [[one.begin, *one.steps] for one in scripts]
    meanwhile = Counter(
        str(step.options["meanwhile"].name)
        for some in steps
        for step in some
        if step.options.get("meanwhile")
    )
    away = [step.options["days"] for some in steps for step in some if step.name == "outage"]
    for least, most in OUTAGES.values():
        assert sum(least <= days <= most for days in away) >= 2
    assert min(meanwhile["clear"], meanwhile["again"], meanwhile["restart"]) >= 2
    assert sum(bool(some[0].options["late"]) for some in steps) >= 2
    assert sum(any(step.name == "adjust" for step in some) for some in steps) >= 2
    twice = [one.household.startswith("twice") for one in scripts]
    again = [any(step.name in {"list_again", "move"} for step in some) for some in steps]
    assert sum(a or b for a, b in zip(twice, again, strict=True)) >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_is_long_and_short(seed: int) -> None:
    days = sorted(
        one.begin.options["days"]
        + sum(step.options["days"] for step in one.steps if step.name == "outage")
        for one in block(seed)
    )
    assert days[-1] >= LONG_DAYS
    assert (days[4] + days[5]) / 2 >= MEDIAN_DAYS - 15
    assert days[0] <= 37
    assert sum(one.begin.options["days"] > 31 for one in block(seed)) >= 9


def test_the_same_number_of_a_seed_is_the_same_history() -> None:
    assert script(7, 12) == script(7, 12)
    assert script(7, 12) != script(8, 12)
    assert str(script(7, 12)) == str(script(7, 12))


def test_steps_can_be_left_out() -> None:
    whole = script(7, 12)
    assert whole.keep([1]).steps == whole.steps[1:2]
    assert str(Step("pass_time", {"days": 2})) == "pass_time(days=2)"


def test_enough_is_enough() -> None:
    assert reached().missed() == []


@pytest.mark.parametrize("name", TENTH)
def test_what_too_few_met_is_missed(name: str) -> None:
    met = Counter({other: 1 for other in TENTH if other != name} | {"import": 9})
    assert reached(met=met).missed() == [f"{name}: 0 of 1"]


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({"days": [10.0] * 5 + [40.0] * 4 + [400.0]}, "median of days, at least 60: 25.0 of 60"),
        ({"days": [10.0] * 4 + [80.0] * 5 + [399.9]}, "of 400 days: 0 of 1"),
        ({"met": Counter(dict.fromkeys(TENTH, 1) | {"import": 8})}, "import: 8 of 9"),
        ({"points": [2] * 9 + [1]}, "two points: 9 of 10"),
        ({"days": []}, "median of days, at least 60: 0 of 60"),
    ],
)
def test_what_too_few_reached_is_missed(changed: dict[str, Any], missed: str) -> None:
    assert missed in reached(**changed).missed()


def test_pieces_add_up_and_are_kept(tmp_path: Path) -> None:
    one, other = reached(hours=3, seconds=1.5), reached(failures=["why"], periods=2)
    for number, piece in enumerate((one, other)):
        piece.save(tmp_path / f"1-{number}.json")
    found = together(load(path) for path in sorted(tmp_path.glob("1-*.json")))
    assert found == one + other
    assert (found.count, found.hours, found.periods, found.failures) == (20, 3, 2, ["why"])
    assert found.missed() == []
    assert "| histories | 20 |  |" in found.table()
