"""What is added to every kWh: fuel cost adjustment, renewable energy levy; and what the government takes off.

Published figures where there are any (data/); beyond them invented
ones, which follow from the seed. Yen per kWh including tax.
"""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import override

from .dates import Month, chance

DATA = Path(__file__).parent / "data"

# Government discount by month of use, low voltage (docs/pricing.md#the-rules).
_SUBSIDY = {
    Month(2023, month): "7.0" for month in range(1, 9)
} | {Month(2023, month): "3.5" for month in range(9, 13)} | {
    Month(2024, 1): "3.5", Month(2024, 2): "3.5", Month(2024, 3): "3.5", Month(2024, 4): "3.5", Month(2024, 5): "1.8",
    Month(2024, 8): "4.0", Month(2024, 9): "4.0", Month(2024, 10): "2.5", Month(2025, 1): "2.5", Month(2025, 2): "2.5",
    Month(2025, 3): "1.3", Month(2025, 7): "2.0", Month(2025, 8): "2.4", Month(2025, 9): "2.0", Month(2026, 1): "4.5",
    Month(2026, 2): "4.5", Month(2026, 3): "1.5", Month(2026, 7): "3.5", Month(2026, 8): "4.5", Month(2026, 9): "3.5",
}  # fmt: skip


class MonthlyRates:
    """The monthly rates of every month, past and to come. `edits` counts how often one was restated."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.edits = 0
        with (DATA / "fuel_cost_adjustment.csv").open() as file:
            rows = list(csv.DictReader(file))
        self._fuel = {
            (area, _month(row["month"])): Decimal(price)
            for row in rows
            for area, price in row.items()
            if area != "month"
        }
        with (DATA / "renewable_energy_levy.csv").open() as file:
            self._levy = {
                int(row["fiscal_year"]): Decimal(row["yen_per_kwh"]) for row in csv.DictReader(file)
            }

    def restate_fuel(self, area: str, month: Month, price: Decimal | str) -> None:
        """From now on state another fuel cost adjustment for the whole of a month; it is billed so too."""
        self._fuel[area, month] = Decimal(price)
        self.edits += 1

    def restate_levy(self, month: Month, price: Decimal | str) -> None:
        """From now on state another levy for the year that holds a month; it is billed so too."""
        self._levy[levy_year(month)] = Decimal(price)
        self.edits += 1

    def fuel(self, area: str, month: Month) -> Decimal:
        """Return an area's fuel cost adjustment (燃料費調整) labelled with a month."""
        price = self._fuel.get((area, month))
        if price is None:
            price = Decimal(150 + chance(self._seed, "fuel", area, *month) % 700) / 100
            self._fuel[area, month] = price
        return price

    def levy(self, month: Month) -> Decimal:
        """Return the levy (再エネ賦課金) of a month; the year begins with May."""
        year = levy_year(month)
        price = self._levy.get(year)
        if price is None:
            price = Decimal(380 + chance(self._seed, "levy", year) % 90) / 100
            self._levy[year] = price
        return price

    @staticmethod
    def subsidy(month: Month) -> Decimal:
        """Return the government discount of a month of use, as a positive price."""
        return Decimal(_SUBSIDY.get(month, 0))

    def of_month(self, month: Month) -> OneMonth:
        """Return the rates that would apply if every month had those of one, and no discount."""
        return OneMonth(self, month)

    @staticmethod
    def subsidies() -> list[tuple[Month, Decimal]]:
        """Return every month with a discount."""
        return [(month, Decimal(price)) for month, price in sorted(_SUBSIDY.items())]


class OneMonth(MonthlyRates):
    """The rates of one month in all months."""

    def __init__(self, rates: MonthlyRates, month: Month) -> None:
        self._rates, self._month = rates, month

    @override
    def fuel(self, area: str, month: Month) -> Decimal:
        return self._rates.fuel(area, self._month)

    @override
    def levy(self, month: Month) -> Decimal:
        return self._rates.levy(self._month)

    @staticmethod
    @override
    def subsidy(month: Month) -> Decimal:
        return Decimal(0)


def levy_year(month: Month) -> int:
    """Return the levy's fiscal year of a month: May to April."""
    return month.plus(-4).year


def levy_window(month: Month) -> tuple[date, date]:
    """Return the days from which and until before which the levy of a month applies by the API's windows."""
    year = levy_year(month)
    return date(year, 5, 1), date(year + 1, 5, 1)


def _month(text: str) -> Month:
    year, month = text.split("-")
    return Month(int(year), int(month))
