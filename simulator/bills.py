"""The bill of a closed billing period, by docs/pricing.md#the-rules.

kWh are rounded half up; where they are split (agreements, price generations, bands, months) each part is rounded and the
last takes the remainder. Lines keep their sen. The levy is truncated to whole yen by itself, the total once. Where the real
service rounds between these levels is not known (practice.py makes it so and so), and the names of the lines other than
consumption are invented.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import NamedTuple

from .dates import Period, day_of, first_slot, hour_of
from .monthly_rates import MonthlyRates
from .points import Point
from .practice import Practice, Rounding, rounded
from .pricing import ZERO, Basis, Terms, ladder, terms
from .products import without_tax

MONTH = 30
"""Days of standing charge in a month's, where it is charged by the month."""


@dataclass(frozen=True)
class Line:
    """A line: `units` at `price` yen from JST day `start` until before `end`. `kind` is ours, `supply_type` the API's."""

    kind: str
    supply_type: str
    start: date
    end: date
    units: Decimal
    price: Decimal
    product_code: str
    rounding: Rounding = "sen"

    @property
    def gross(self) -> Decimal:
        """Yen including tax, in sen unless bills round each line."""
        return rounded(self.units * self.price, self.rounding)

    @property
    def net(self) -> Decimal:
        """Yen without tax, five decimals."""
        return without_tax(self.gross)


@dataclass(frozen=True)
class Bill:
    """A bill. Components in yen including tax; the subsidy is not above zero."""

    period: Period
    kwh: Decimal
    energy: Decimal
    fuel: Decimal
    levy: Decimal
    standing: Decimal
    subsidy: Decimal
    total: int
    lines: tuple[Line, ...]

    @property
    def tax(self) -> int:
        """The tax inside the total, in whole yen: total x 10/110, truncated."""
        return self.total * 10 // 110


class _Use(NamedTuple):
    """Energy of one half hour with the terms of its day, in hundredths of a kWh."""

    day: date
    hour: int
    centi: int
    terms: Terms


def bill(
    rates: MonthlyRates,
    point: Point,
    period: Period,
    basis: Basis,
    practice: Practice | None = None,
    *,
    read_at: float | None = None,
) -> Bill:
    """Return the bill of a period from the meter's figures at its close; with `read_at` from those published then."""
    practice = practice or Practice()
    exact = practice.kwh == "exact"
    uses = list(_uses(rates, point, period, basis, read_at))
    kwh = _measured(uses, exact)
    energy: list[Line] = []
    fuel: list[Line] = []
    levy: list[Line] = []
    subsidy: list[Line] = []
    done = ZERO
    area = point.area
    for part, units in _split(uses, kwh, lambda use: use.terms.agreement.id, exact=exact):
        energy += _energy(part, units, done, exact=exact)
        done += units
        months = _split(part, units, lambda use: use.terms.fuel_month, exact=exact)
        fuel += _per_kwh("FUEL_COST_ADJUSTMENT", area, months, lambda t: t.fuel)
        levy += _per_kwh("RENEWABLE_ENERGY_LEVY", area, months, lambda t: t.levy)
        subsidy += _per_kwh("METI_CREDIT", area, [(part, units)], lambda t: -t.subsidy)
    standing = _standing(rates, point, period, basis, practice)
    lines = [
        [replace(line, rounding=practice.amounts) for line in kind]
        for kind in (standing, energy, fuel, levy, subsidy)
    ]
    sums = [_sum(kind) for kind in lines]
    sums[3] = Decimal(int(sums[3]))
    return Bill(
        period=period,
        kwh=kwh,
        energy=sums[1],
        fuel=sums[2],
        levy=sums[3],
        standing=sums[0],
        subsidy=sums[4],
        total=int(sum(sums, ZERO)),
        lines=tuple(line for kind in lines for line in kind),
    )


def half_up(centi: int) -> int:
    """Round hundredths of a kWh half up to whole kWh."""
    return int(Decimal(centi).scaleb(-2).quantize(Decimal(1), ROUND_HALF_UP))


def _measured(uses: Iterable[_Use], exact: bool) -> Decimal:
    """Add up what is charged for: whole kWh, or hundredths."""
    centi = sum(use.centi for use in uses)
    return Decimal(centi).scaleb(-2) if exact else Decimal(half_up(centi))


def _uses(
    rates: MonthlyRates, point: Point, period: Period, basis: Basis, read_at: float | None
) -> Iterable[_Use]:
    known: dict[date, Terms | None] = {}
    slots = first_slot(period.start), first_slot(period.end)
    if read_at is None:
        readings = point.meter.settled(*slots, point.meter.closed_at(period.start))
    else:
        readings = point.meter.published(*slots, read_at)
    for reading in readings:
        day = day_of(reading.slot)
        if day not in known:
            known[day] = terms(rates, point, day, basis)
        term = known[day]
        if term is not None:
            yield _Use(day, hour_of(reading.slot), reading.centi, term)


def _split(
    uses: list[_Use], whole: Decimal, key: Callable[[_Use], Hashable], *, exact: bool
) -> list[tuple[list[_Use], Decimal]]:
    """Divide kWh over the groups of a key, each rounded half up where the whole is, the last taking the remainder."""
    groups: dict[Hashable, list[_Use]] = {}
    for use in uses:
        groups.setdefault(key(use), []).append(use)
    parts: list[tuple[list[_Use], Decimal]] = []
    left = whole
    for number, group in enumerate(groups.values(), 1):
        units = left if number == len(groups) else min(left, _measured(group, exact))
        left -= units
        parts.append((group, units))
    return parts


def _energy(uses: list[_Use], units: Decimal, done: Decimal, *, exact: bool) -> list[Line]:
    lines: list[Line] = []
    # A price generation, and an introductory price, is cut off by the day; within one, stepped energy is cut by the ladder, other
    # energy by the band.
    for generation, whole in _split(uses, units, lambda use: use.terms.charges, exact=exact):
        term = generation[0].terms
        start, end = generation[0].day, generation[-1].day
        code = term.agreement.product.code
        if term.stepped:
            cut = ladder(term.charges, done, whole)
        else:
            bands = _split(generation, whole, lambda use: use.terms.charge(use.hour), exact=exact)
            cut = [(group[0].terms.charge(group[0].hour), part) for group, part in bands]
        done += whole
        for charge, part in cut:
            name = f"JPN_ELECTRICITY_{charge.band}"
            lines.append(Line("energy", name, start, _after(end), part, charge.price, code))
    return lines


def _per_kwh(
    name: str,
    area: str,
    parts: Iterable[tuple[list[_Use], Decimal]],
    price: Callable[[Terms], Decimal],
) -> list[Line]:
    """Charge parts at a price a kWh.

    By calendar day a part is a calendar month; by reading month, and of a discount, the period is one part.
    """
    lines: list[Line] = []
    for part, share in parts:
        term = part[0].terms
        if price(term):
            start, end, code = part[0].day, _after(part[-1].day), term.agreement.product.code
            supply_type = f"JPN_ELECTRICITY_{name}_{area}"
            lines.append(Line(name.lower(), supply_type, start, end, share, price(term), code))
    return lines


def _standing(
    rates: MonthlyRates, point: Point, period: Period, basis: Basis, practice: Practice
) -> list[Line]:
    days = [
        date.fromordinal(number)
        for number in range(period.start.toordinal(), period.end.toordinal())
    ]
    in_force = [
        (day, term) for day in days if (term := terms(rates, point, day, basis)) is not None
    ]
    lines: list[Line] = []
    for _, run in groupby(in_force, key=lambda item: item[1].agreement.id):
        part = list(run)
        first, term = part[0]
        if term.standing:
            units, price = Decimal(len(part)), term.standing
            if practice.standing == "month":
                units, price = units / period.days, price * MONTH
            lines.append(
                Line(
                    "standing",
                    f"JPN_ELECTRICITY_STANDING_{point.area}",
                    first,
                    _after(part[-1][0]),
                    units,
                    price,
                    term.agreement.product.code,
                )
            )
    return lines


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((line.gross for line in lines), ZERO)
