"""Rows of a comparison, and the table that they make."""

from decimal import Decimal
from typing import Any, NamedTuple
from unicodedata import east_asian_width

PLACES = {"kWh": 2, "JPY": 1, "JPY/kWh": 2, "JPY/m³": 2, "m³": 0, "d": 0, "": 0}
WITHIN = {
    "kWh": Decimal("0.0005"),
    "JPY": Decimal("0.05"),
    "JPY/kWh": Decimal("0.00005"),
} | dict.fromkeys(("JPY/m³", "m³", "d", ""), Decimal("0.000001"))
"""How many decimals the table shows by unit, and how far the unrounded figures may be apart: what is lost in a float."""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    shown: str
    truth: str
    ok: bool


def number_row(what: str, shown: Any, truth: Decimal, unit: str) -> Row:
    """Compare a number in its unit, as exactly as a float tells it."""
    places = PLACES[unit]
    try:
        number = Decimal(str(shown))
    except ArithmeticError:
        return Row(what, str(shown), f"{truth:.{places}f} {unit}", ok=False)
    ok = abs(number - truth) < WITHIN[unit]
    return Row(what, f"{number:.{places}f} {unit}", f"{truth:.{places}f} {unit}", ok)


def table(rows: list[Row]) -> str:
    """Return the rows as text."""
    header = ("entity or statistic", "shown", "ground truth", "ok")
    cells = [
        header,
        *((row.what, row.shown, row.truth, "ok" if row.ok else "WRONG") for row in rows),
    ]
    widths = [max(_width(line[column]) for line in cells) for column in range(3)]
    return "\n".join(
        f"{_padded(what, -widths[0])} | {_padded(shown, widths[1])} | {_padded(truth, widths[2])} | {ok}"
        for what, shown, truth, ok in cells
    )


def _width(text: str) -> int:
    """Count the columns of a terminal: Japanese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    """Pad to a width; to the left of a negative one."""
    space = " " * (abs(width) - _width(text))
    return text + space if width < 0 else space + text
