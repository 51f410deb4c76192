"""How bills are made where nobody knows how the real ones are: one switch each, for all bills of a world."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

type Rounding = Literal["sen", "cut", "half_up"]

_WHOLE = Decimal(1)


@dataclass(frozen=True)
class Practice:
    """`standing`: the standing charge a day, or 30 days of it a month whatever the month's length. `kwh`: whole, or as measured.

    `amounts`: lines in sen, or each in whole yen. `together`: one document for all points of an account whose periods end in one
    month, gas too. `credit_lines`: credits are lines of `charges` too. `days_before`: how many days before the billing period
    a document begins.
    """

    standing: Literal["day", "month"] = "day"
    kwh: Literal["whole", "exact"] = "whole"
    amounts: Rounding = "sen"
    together: bool = False
    credit_lines: bool = False
    days_before: int = 1


@dataclass(frozen=True)
class Credit:
    """Whole yen that an account is given on the first bill issued on or after a JST day."""

    day: date
    yen: int
    title: str = "キャンペーン"


def rounded(yen: Decimal, how: Rounding) -> Decimal:
    """Round the amount of a line."""
    if how == "sen":
        return yen
    return yen.quantize(_WHOLE, ROUND_DOWN if how == "cut" else ROUND_HALF_UP)
