"""How long the price arithmetic takes: twelve months of hours on ten plans, and the current price."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
import tracemalloc

from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    Interval,
    MonthlyRates,
    RateCard,
    Tariff,
    bill_for,
    costs,
    price_at,
    price_periods,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.cheapest import LONGEST, PricedTime, Task, find
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
    subsidies,
)
from custom_components.octopus_japan.oejp.tariff.schedule import published
from scripts.figures import milliseconds, options, save, told
from tests.cards import single, stepped, time_of_use

START = datetime(2025, 8, 31, 15, tzinfo=UTC)
HOURS = [
    (START + i * timedelta(hours=1), Decimal(20 + (i * 37 + i // 24 * 11) % 120) / 100)
    for i in range(8760)
]
NOW = datetime(2026, 8, 20, 3, tzinfo=UTC)


def plans() -> list[RateCard]:
    """Ten plans: seven ladders and single rates, three times of use."""
    ladders = [
        stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44")),
        stepped("29.10", (120, "18.98"), (300, "24.10"), (None, "27.44")),
        stepped("31.14", (120, "17.98"), (300, "22.98"), (None, "24.68")),
        stepped("12.40", (15, 0), (120, "20.08"), (300, "22.70"), (None, "26.61")),
        stepped("12.40", (15, 0), (120, "20.21"), (300, "23.81"), (None, "26.61")),
    ]
    singles = [single(0, "30.35"), single(0, "31.60")]
    prices = [("DAY", "12.60"), ("NIGHT", "14.60"), ("STANDARD", "25.77")]
    ev = time_of_use("38.80", prices, published("tgoe_ev_tou_jan_25_scheme", "03"))
    return [
        *ladders,
        *(replace(card, fuel_cost_adjusted=False) for card in singles),
        ev,
        time_of_use("38.80", prices, published("tgoe_all_denka_tou_mar_25_scheme", "03")),
        time_of_use(
            "38.80", [*prices, ("HOME", "24.00")], published("tgoe_all_denka_tou_scheme", "03")
        ),
    ]


def tariffs() -> list[Tariff]:
    """Return the plans with the published monthly rates of Tokyo."""
    monthly_rates = MonthlyRates(
        timeline(fuel_cost_adjustments("03")),
        timeline(renewable_energy_levies()),
        timeline(subsidies()),
    )
    return [Tariff((card,), monthly_rates, BillingCalendar(day=18)) for card in plans()]


def main() -> None:
    """Run and report."""
    given = options(__doc__, 7)
    every = tariffs()
    ladder, ev = every[0], every[7]
    period = ladder.calendar.period_at(NOW - timedelta(days=40))
    half = timedelta(minutes=30)
    prices = [
        PricedTime(Interval(at, at + half), Decimal(10 + i * 7 % 23))
        for i in range(LONGEST // half)
        if (at := NOW + i * half)
    ]
    tasks = {
        "eight days: a run of a day": Task(timedelta(days=1)),
        "eight days: four days in parts": Task(timedelta(days=4), at_least=half),
        "eight days: profile of 48": Task(
            timedelta(days=1), profile=tuple(Decimal(i % 7) for i in range(48))
        ),
        "eight days: profile in parts": Task(
            timedelta(days=4), at_least=half, profile=tuple(Decimal(i % 7) for i in range(192))
        ),
        "eight days: five-minute profile": Task(
            timedelta(days=4),
            profile=tuple(Decimal(i % 7) for i in range(1152)),
            step=timedelta(minutes=5),
        ),
    }
    works: dict[str, tuple[Callable[[], object], int]] = {
        "12 months on 10 plans": (lambda: [costs(t, HOURS) for t in every], 1),
        "12 months, steps": (lambda: costs(ladder, HOURS), 1),
        "12 months, time of use": (lambda: costs(ev, HOURS), 1),
        "current price": (lambda: price_at(ev, NOW), 100),
        "prices of two days": (lambda: price_periods(ev, NOW, NOW + timedelta(days=2)), 20),
        "bill of a period": (lambda: bill_for(ladder, period, HOURS), 1),
    } | {name: (partial(find, prices, task), 1) for name, task in tasks.items()}
    runs = max(given.runs, 5)
    found: dict[str, list[float]] = {
        f"{name} (ms)": [milliseconds(work, repeats) for _ in range(runs)]
        for name, (work, repeats) in works.items()
    }
    for name, task in tasks.items():
        tracemalloc.start()
        find(prices, task)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found[f"{name}, at most (MiB)"] = [peak / 2**20]
    save(given.json, told(found))


if __name__ == "__main__":
    main()
