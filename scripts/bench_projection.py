"""How good the projection of a billing period is: thirteen months of simulated households, cast back at the middle of each period.

What it was tuned on (ten households) and what it is proved on (a hundred others) stand in one table, with a straight line
beside it: the mean use so far, until the end. Readings come late, as they do in life.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
import json
from pathlib import Path
from random import Random
from statistics import mean

from custom_components.octopus_japan.oejp.household.habit import TypicalUse, learn
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.projection import project
from custom_components.octopus_japan.oejp.japan_time import midnight
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    MonthlyRates,
    Tariff,
    bill_for,
    costs,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
)
from custom_components.octopus_japan.oejp.tariff.schedule import published
from scripts.projection_households import FIRST_DAY, household, typical
from tests.cards import single, stepped, time_of_use

TUNED = range(10)
PROVED = range(1000, 1100)
OTHERS = range(5000, 5030)
"""The homes that the service's typical use is the mean of."""
PERIODS = 13
PLACES = {"a quarter": 0.25, "the middle": 0.5, "three quarters": 0.75}
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Cast:
    """One projection and what came of it. Errors are relative to the bill."""

    seed: int
    period: int
    place: str
    error: float
    line: float
    inside: bool
    inside_kwh: bool


def tariff_of(seed: int) -> Tariff:
    """Give two homes of three a stepped plan, the others one price or one by the hour."""
    if seed % 6 == 1:
        prices = [("DAY", "12.60"), ("NIGHT", "14.60"), ("STANDARD", "25.77")]
        card = time_of_use("38.80", prices, published("tgoe_ev_tou_jan_25_scheme", "03"))
    elif seed % 6 == 2:
        card = single(0, "30.35")
    else:
        card = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
    rates = MonthlyRates(timeline(fuel_cost_adjustments("03")), timeline(renewable_energy_levies()))
    return Tariff((card,), rates, BillingCalendar(starts=(midnight(FIRST_DAY),), day=18))


def casts(seed: int, use: TypicalUse, places: Iterable[str] = PLACES) -> list[Cast]:
    """Cast back over the periods of one household."""
    tariff, random = tariff_of(seed), Random(f"delay {seed}")
    every = household(seed).hours
    found: list[Cast] = []
    period = tariff.calendar.period_at(midnight(FIRST_DAY))
    for number in range(PERIODS):
        truth = [(at, kwh) for at, kwh in every if period.start <= at < period.end]
        bill = float(bill_for(tariff, period, truth).total)
        burnt = float(sum(kwh for _, kwh in truth))
        for place in places:
            now = (period.start + PLACES[place] * (period.end - period.start)).replace(minute=0)
            seen = now - timedelta(hours=random.randrange(5, 48))
            known = [Hour(at, kwh) for at, kwh in every if at < seen]
            habit = learn(known, use)
            projection = None if habit is None else project(tariff, period, known, habit, now)
            if projection is None or projection.yen is None:
                raise RuntimeError(f"no projection of seed {seed}")
            line = straight(tariff, period, [hour for hour in known if hour.start >= period.start])
            found.append(
                Cast(
                    seed,
                    number,
                    place,
                    float(projection.yen.value) / bill - 1,
                    float(line) / bill - 1,
                    projection.yen.low <= Decimal(bill) <= projection.yen.high,
                    projection.kwh.low <= Decimal(burnt) <= projection.kwh.high,
                )
            )
        period = tariff.calendar.period_at(period.end)
    return found


def straight(tariff: Tariff, period: BillingPeriod, known: Sequence[Hour]) -> Decimal:
    """Price a period whose hours to come are like the mean of those that are known."""
    each = sum((hour.kwh for hour in known), Decimal(0)) / max(len(known), 1)
    hours = [(hour.start, hour.kwh) for hour in known]
    at = hours[-1][0] + _HOUR if hours else period.start
    while at < period.end:
        hours.append((at, each))
        at += _HOUR
    return sum((hour.total for hour in costs(tariff, hours)), Decimal(0))


def summary(found: Sequence[Cast]) -> dict[str, float]:
    """Sum up casts, in per cent."""
    return {
        "error": 100 * mean(abs(cast.error) for cast in found),
        "bias": 100 * mean(cast.error for cast in found),
        "straight line": 100 * mean(abs(cast.line) for cast in found),
        "in the range": 100 * mean(cast.inside for cast in found),
        "kWh in the range": 100 * mean(cast.inside_kwh for cast in found),
    }


def report(groups: dict[str, Sequence[int]], use: TypicalUse) -> dict[str, dict[str, float]]:
    """Cast all groups and print the table."""
    result: dict[str, dict[str, float]] = {}
    print(
        "| households | at | bills | error | bias | straight line | in the range | kWh in the range |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, seeds in groups.items():
        found = [cast for seed in seeds for cast in casts(seed, use)]
        rows = {place: [cast for cast in found if cast.place == place] for place in PLACES}
        middle = rows["the middle"]
        rows |= {
            "the middle, first three periods": [cast for cast in middle if cast.period < 3],
            "the middle, last period": [cast for cast in middle if cast.period == PERIODS - 1],
        }
        for place, some in rows.items():
            figures = summary(some)
            result[f"{name}, {place}"] = figures | {"bills": float(len(some))}
            cells = " | ".join(f"{figure:.1f} %" for figure in figures.values())
            print(f"| {name} | {place} | {len(some)} | {cells} |")
    return result


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=0, help="only so many of the households proved on"
    )
    parser.add_argument("--tune", action="store_true", help="only those tuned on")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    proved = PROVED[: options.runs] if options.runs else PROVED
    groups: dict[str, Sequence[int]] = {"tuned on": TUNED}
    if not options.tune:
        groups["proved on"] = proved
    result = report(groups, typical(OTHERS))
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
