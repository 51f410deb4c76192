"""docs/pricing.md tells the truth: its table and its few lines are run."""

from pathlib import Path
import re

from cards import stepped, time_of_use
import pytest

from custom_components.octopus_japan.oejp.tariff import Per, RateCard, bill

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "pricing.md").read_text("utf-8")


def rows() -> list[list[str]]:
    table = DOCS.split("## Worked months")[1].split("The first row in full")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    return cells[2:]


def card(text: str) -> RateCard:
    standing, rest = text.split(":")
    charge, unit = standing.split("/")
    per = Per(unit)
    prices = [tuple(part.strip().split(" at ")) for part in rest.split(",")]
    if prices[0][0].isalpha() and prices[0][0] != "rest":
        return time_of_use(charge, [(slot, price) for slot, price in prices], per=per)
    steps = [(None if top == "rest" else top, price) for top, price in prices]
    return stepped(charge, *steps, per=per)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_worked_months(row: list[str]) -> None:
    _, _, plan, kwh, days, fuel, levy, by_hand, program = row
    by_slot = dict(part.strip().split(" ") for part in kwh.split(",")) if "," in kwh else kwh
    found = bill(card(plan), by_slot, days=int(days), fuel=fuel, levy=levy)
    assert found.total == int(program) == int(by_hand)


def test_all_rows_are_run() -> None:
    assert len(rows()) == 9


def test_the_lines_to_check_a_bill(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) == 4
    exec(code, {})  # noqa: S102 - our own documentation
    assert capsys.readouterr().out == "9454\n"
