"""What a line of a bill charges, by its `supplyType`: JPN_<MARKET>_<RATE> (docs/api.md#bills).

The names of consumption were seen; those of everything else are read by the words that they are likely to hold.
"""

from typing import Final

from .model import Component

_WORDS: Final = (
    ("FUEL", Component.FUEL_COST_ADJUSTMENT),
    ("RENEWABLE", Component.RENEWABLE_ENERGY_LEVY),
    ("LEVY", Component.RENEWABLE_ENERGY_LEVY),
    ("METI", Component.SUBSIDY),
    ("SUBSID", Component.SUBSIDY),
    ("GOVERNMENT", Component.SUBSIDY),
    ("DISCOUNT", Component.DISCOUNT),
    ("STANDING", Component.STANDING_CHARGE),
    ("BASIC", Component.STANDING_CHARGE),
    ("CONSUMPTION", Component.ENERGY),
)
"""The first word that a name holds decides."""


def component_of(supply_type: str | None) -> Component | None:
    """Return what a line charges, of electricity as of gas; None where its name says nothing."""
    name = (supply_type or "").upper()
    return next((component for word, component in _WORDS if word in name), None)


def is_gas(supply_type: str | None) -> bool:
    """Tell whether a line is about gas."""
    return "GAS" in (supply_type or "").upper()


def rate_of(supply_type: str | None) -> str:
    """Return the name of the rate, without the market: CONSUMPTION_STEPPED_03_01, as agreements name it."""
    return (
        (supply_type or "").removeprefix("JPN_").removeprefix("ELECTRICITY_").removeprefix("GAS_")
    )
