"""How long a comparison takes: a year of hours summed up once, ten plans x twelve months after it, and by hours beside it."""

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal

from custom_components.octopus_japan.oejp.household.comparison import (
    Comparison,
    Plan,
    Rates,
    compare,
)
from custom_components.octopus_japan.oejp.household.what_if import Window, add, shift, with_solar
from custom_components.octopus_japan.oejp.household.year_of_use import YearOfUse, year_of_use
from custom_components.octopus_japan.oejp.tariff import BillingCalendar, bill_for
from scripts.bench_tariff import HOURS, START, tariffs
from scripts.figures import milliseconds, options, save, told

YEAR = [(START + n * timedelta(hours=1), HOURS[n % len(HOURS)][1]) for n in range(366 * 24 + 1)]
"""Twelve periods that end on the first of a month, and an hour more."""
CALENDAR = BillingCalendar(day=1)


def main() -> None:
    """Run and report."""
    given = options(__doc__, 15)
    every = tariffs()
    rates = Rates(every[0].monthly_rates, every[0].month_basis)
    plans = [Plan(str(n), str(n), tariff.cards[0]) for n, tariff in enumerate(every)]
    use = year_of_use(YEAR, CALENDAR)

    def priced(used: YearOfUse) -> Comparison:
        found = compare(plans, used, rates)
        if any(cost.yen is None for cost in found.plans):
            raise RuntimeError("a plan has no price")
        return found

    def by_bills() -> None:
        for tariff in every:
            for each in use.periods:
                start, end = each.period.start, each.period.end
                hours = [row for row in YEAR if start <= row[0] < end]
                if bill_for(tariff, each.period, hours).total < 0:
                    raise RuntimeError("a bill below nothing")

    night, noon = Window(time(1), time(5)), Window(time(11), time(13))
    works: dict[str, Callable[[], object]] = {
        "a year of hours, summed up": lambda: year_of_use(YEAR, CALENDAR),
        "10 plans x 12 months after it": lambda: priced(use),
        "the same with a shift, a car and solar power": lambda: priced(
            with_solar(
                add(shift(use, Decimal("0.2"), night, noon), Decimal(6), night), Decimal(3), "03"
            )
        ),
        "10 plans x 12 months by the bills of hours": by_bills,
    }
    runs = max(given.runs, 5)
    found = {
        f"{name} (ms)": [milliseconds(work) for _ in range(runs)] for name, work in works.items()
    }
    save(given.json, told(found))


if __name__ == "__main__":
    main()
