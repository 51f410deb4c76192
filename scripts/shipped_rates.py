"""Adds months to the shipped tables of monthly rates, from a CSV with a table's own columns, and checks what comes of it.

The table is known by its columns. Months follow each other, every area has a price, and prices are ones that a notice may say;
else nothing is written and each fault is told.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
import csv
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
import sys

DATA = Path(__file__).parent.parent / "custom_components/octopus_japan/oejp/tariff/data"
AREAS = [f"{number:02d}" for number in range(1, 10)]
FUEL, LEVY, SUBSIDIES = "fuel_cost_adjustment.csv", "renewable_energy_levy.csv", "subsidies.csv"
COLUMNS = {
    FUEL: ["valid_from", "grid_operator_code", "yen_per_kwh_inc_tax"],
    LEVY: ["valid_from", "valid_to", "yen_per_kwh_inc_tax"],
    SUBSIDIES: ["month", "yen_per_kwh_inc_tax", "yen_per_m3_inc_tax"],
}
# What a notice may say, in yen with tax. From one month to the next an adjustment moved by 2.68 yen at most until 2026-09.
RANGES = {
    FUEL: {"yen_per_kwh_inc_tax": (Decimal(-20), Decimal(30))},
    LEVY: {"yen_per_kwh_inc_tax": (Decimal(0), Decimal(10))},
    SUBSIDIES: {
        "yen_per_kwh_inc_tax": (Decimal(0), Decimal(20)),
        "yen_per_m3_inc_tax": (Decimal(0), Decimal(80)),
    },
}
LARGEST_STEP = Decimal(6)

type Row = Mapping[str, str]


def read(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_of(rows: Sequence[Row]) -> str | None:
    """Tell which table rows belong to."""
    columns = list(rows[0]) if rows else []
    return next((name for name, known in COLUMNS.items() if columns == known), None)


def faults(name: str, rows: Sequence[Row]) -> list[str]:
    """List what is wrong with a table."""
    found = [
        f"{column} {row[column]!r}: not between {low} and {high}, or not to 0.01 yen"
        for column, (low, high) in RANGES[name].items()
        for row in rows
        if (price := _price(row[column])) is None or not low <= price <= high
    ]
    days = [_day(row.get("valid_from") or f"{row.get('month')}-01") for row in rows]
    if None in days or any(day and day.day != 1 for day in days):
        return [*found, "a month does not begin on its first day (YYYY-MM-DD, or YYYY-MM)"]
    return found or _order_faults(name, rows, [day for day in days if day])


def _order_faults(name: str, rows: Sequence[Row], days: Sequence[date]) -> list[str]:
    if name == SUBSIDIES:
        # Most months have none.
        return [f"{b} does not follow {a}" for a, b in pairwise(days) if b <= a]
    if name == LEVY:
        return [
            f"{b['valid_from']} does not follow {a['valid_to']}"
            for a, b in pairwise(rows)
            if a["valid_to"] != b["valid_from"]
        ] + [f"{row['valid_from']}: does not end a year later" for row in rows[-1:] if _odd(row)]
    return _fuel_faults(rows, days)


def _fuel_faults(rows: Sequence[Row], days: Sequence[date]) -> list[str]:
    months: dict[date, dict[str, Decimal]] = {}
    found = []
    for day, row in zip(days, rows, strict=True):
        prices = months.setdefault(day, {})
        if row["grid_operator_code"] in prices:
            found.append(f"{day}: area {row['grid_operator_code']} twice")
        prices[row["grid_operator_code"]] = Decimal(row["yen_per_kwh_inc_tax"])
    found += [f"{day}: not the areas 01 to 09" for day, p in months.items() if sorted(p) != AREAS]
    for (before, old), (after, new) in pairwise(months.items()):
        if after != _next(before):
            found.append(f"{after} does not follow {before}")
        found += [
            f"{after}: area {area} moves by {new[area] - old[area]} yen"
            for area in old.keys() & new.keys()
            if abs(new[area] - old[area]) > LARGEST_STEP
        ]
    return found


def add(path: Path, data: Path = DATA) -> list[str]:
    """Add the rows of a CSV to its table. Returns what is wrong, and then writes nothing."""
    new = read(path)
    name = table_of(new)
    if name is None:
        return ["the columns are those of no table: " + "; ".join(map(",".join, COLUMNS.values()))]
    known = read(data / name)
    found = faults(name, [*known, *new])
    if not found:
        write(data / name, COLUMNS[name], [*known, *new])
    return found


def write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_old(today: date, data: Path = DATA) -> bool:
    """Tell whether the newest month of adjustments ended more than sixty days ago."""
    end = _next(date.fromisoformat(read(data / FUEL)[-1]["valid_from"]))
    return today - end > timedelta(days=60)


def _price(text: str | None) -> Decimal | None:
    try:
        price = Decimal(text or "")
    except InvalidOperation:
        return None
    return price if price.is_finite() and price == round(price, 2) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _odd(row: Row) -> bool:
    start, end = date.fromisoformat(row["valid_from"]), _day(row["valid_to"])
    return end != start.replace(year=start.year + 1)


def main() -> None:
    """Add each file that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="+")
    for path in parser.parse_args().file:
        if found := add(path):
            sys.exit("\n".join(f"{path}: {fault}" for fault in found))


if __name__ == "__main__":
    main()
