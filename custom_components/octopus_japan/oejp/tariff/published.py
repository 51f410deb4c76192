"""The shipped tables: published fuel cost adjustments, levies and government discounts (data/README.md)."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from ..japan_time import midnight, month_of, month_start
from .model import Component
from .monthly_rates import MonthlyRate
from .provenance import Provenance

_DATA = Path(__file__).parent / "data"


def fuel_cost_adjustments(area: str | None) -> tuple[MonthlyRate, ...]:
    """Return the monthly notices for an area."""
    return _FUEL.get(area or "", ())


def renewable_energy_levies() -> tuple[MonthlyRate, ...]:
    """Return the levy of each fiscal year."""
    return _LEVY


def subsidies(*, gas: bool = False) -> tuple[MonthlyRate, ...]:
    """Return the government discounts by month of use, as credits per kWh or per m³."""
    return _GAS_SUBSIDY if gas else _SUBSIDY


def subsidies_until() -> int:
    """Return the last month of which the table knows whether there is a discount (japan_time.month_of)."""
    return max(month for rate in _SUBSIDY for month in rate.months or ())


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _month(component: Component, first: str, price: Decimal) -> MonthlyRate:
    start = midnight(date.fromisoformat(first))
    end = month_start(month_of(start) + 1)
    return MonthlyRate(component, start, end, price, Provenance.PUBLISHED)


def _load_fuel() -> dict[str, tuple[MonthlyRate, ...]]:
    areas: dict[str, list[MonthlyRate]] = {}
    for row in _rows("fuel_cost_adjustment.csv"):
        window = _month(
            Component.FUEL_COST_ADJUSTMENT, row["valid_from"], Decimal(row["yen_per_kwh_inc_tax"])
        )
        areas.setdefault(row["grid_operator_code"], []).append(window)
    return {area: tuple(windows) for area, windows in areas.items()}


def _load_levy() -> tuple[MonthlyRate, ...]:
    return tuple(
        MonthlyRate(
            Component.RENEWABLE_ENERGY_LEVY,
            midnight(date.fromisoformat(row["valid_from"])),
            midnight(date.fromisoformat(row["valid_to"])),
            Decimal(row["yen_per_kwh_inc_tax"]),
            Provenance.PUBLISHED,
        )
        for row in _rows("renewable_energy_levy.csv")
    )


def _load_subsidies(column: str) -> tuple[MonthlyRate, ...]:
    return tuple(
        _month(Component.SUBSIDY, f"{row['month']}-01", -Decimal(row[column]))
        for row in _rows("subsidies.csv")
    )


_FUEL: Final = _load_fuel()
_LEVY: Final = _load_levy()
_SUBSIDY: Final = _load_subsidies("yen_per_kwh_inc_tax")
_GAS_SUBSIDY: Final = _load_subsidies("yen_per_m3_inc_tax")
