"""How a bill rounds: what past bills show of it, else the usual way (docs/pricing.md#the-rules)."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

_ONE = Decimal(1)


class Units(StrEnum):
    """What kWh are charged for."""

    WHOLE = "whole"
    EXACT = "exact"


class Amounts(StrEnum):
    """How the yen of a line are rounded."""

    SEN = "sen"
    CUT = "cut"
    HALF_UP = "half_up"


@dataclass(frozen=True, slots=True)
class Rounding:
    """kWh rounded half up to whole ones and lines in sen, unless bills show something else. The total is always cut."""

    units: Units = Units.WHOLE
    amounts: Amounts = Amounts.SEN

    def kwh(self, kwh: Decimal) -> Decimal:
        """Round what is charged for."""
        return whole(kwh) if self.units is Units.WHOLE else kwh

    def yen(self, yen: Decimal) -> Decimal:
        """Round the amount of a line."""
        if self.amounts is Amounts.SEN:
            return yen
        return cut(yen) if self.amounts is Amounts.CUT else whole(yen)


USUAL: Final = Rounding()
"""Where bills show nothing."""


def cut(yen: Decimal) -> Decimal:
    """Cut to whole yen."""
    return yen.quantize(_ONE, ROUND_DOWN)


def whole(number: Decimal) -> Decimal:
    """Round half up to a whole number."""
    return number.quantize(_ONE, ROUND_HALF_UP)
