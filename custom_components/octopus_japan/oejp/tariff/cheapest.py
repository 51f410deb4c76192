"""When to run something: the cheapest (or dearest) time of a given length, in one piece or in parts.

Everything is counted in instants, on a grid: of half hours in parts, of five minutes in one piece. A week and a day is the
most that is looked through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from math import gcd
from operator import mul

from ..interval import Interval
from ..japan_time import HALF_HOUR
from .model import ZERO
from .split_runs import best_parts, integers

LONGEST = timedelta(days=8)
"""The longest window that is looked through."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIVE_MINUTES = timedelta(minutes=5)


class NotFound(Exception):  # noqa: N818 - the caller asked for what cannot be
    """No such time. `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PricedTime:
    """A time of one price a kWh."""

    time: Interval
    price: Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A time to run; `mean_price` is per kWh used, `kwh` and `cost` are None where use is not known."""

    time: Interval
    mean_price: Decimal
    kwh: Decimal | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The pieces in order, and what they come to together."""

    pieces: tuple[Piece, ...]
    mean_price: Decimal
    kwh: Decimal | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What to find a time for.

    `at_least`: the shortest part, if it may run in parts. `profile`: kWh in each `step` of the run; `kwh`: of all of it, used
    evenly. `limit`: no price above it (below it, for the dearest) is accepted. Among equals the one that starts first is
    chosen, or with `latest_start` the one that starts last; among parts the fewest before either.
    """

    duration: timedelta
    earliest: datetime | None = None
    latest: datetime | None = None
    at_least: timedelta | None = None
    dearest: bool = False
    latest_start: bool = False
    profile: tuple[Decimal, ...] | None = None
    step: timedelta = HALF_HOUR
    kwh: Decimal | None = None
    limit: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("earliest", "latest"):
            if (at := getattr(self, name)) is not None:
                object.__setattr__(self, name, at.astimezone(UTC))

    @property
    def weights(self) -> tuple[Decimal, ...]:
        """The use of each equal part of the run; only their ratio counts."""
        return (Decimal(1),) if self.profile is None else self.profile

    @property
    def weight_length(self) -> timedelta:
        """How long one of the weights lasts."""
        return self.duration if self.profile is None else self.step

    @property
    def grid(self) -> timedelta:
        """What the run begins and ends on."""
        return _FIVE_MINUTES if self.at_least is None else HALF_HOUR


@dataclass(frozen=True, slots=True)
class _Units:
    """The priced time cut into equal units: `starts` count units since the epoch, ascending."""

    length: timedelta
    starts: list[int]
    prices: list[Decimal]
    weights: list[Decimal]
    """The use of each unit of the run, times `parts`."""
    parts: int

    def time(self, first: int, last: int) -> Interval:
        """Return the time from one unit to another."""
        begin = _EPOCH + self.starts[first] * self.length
        return Interval(begin, _EPOCH + (self.starts[last] + 1) * self.length)


def find(prices: Iterable[PricedTime], task: Task) -> Found:
    """Find the best time for a task among priced times. Raises NotFound."""
    _check(task)
    units = _units(prices, task)
    if task.at_least is None:
        return _found(units, [_piece(units, task)], task)
    joined = [False, *(a + 1 == b for a, b in pairwise(units.starts))]
    sign = -1 if task.dearest else 1
    runs = best_parts(
        [sign * price for price in units.prices],
        joined,
        units.weights,
        task.at_least // units.length,
        late=task.latest_start,
    )
    if runs is None:
        raise NotFound("no_period_found")
    return _found(units, runs, task)


def _check(task: Task) -> None:
    if task.duration <= timedelta(0):
        raise NotFound("duration_not_positive")
    if task.profile is not None and (
        len(task.profile) * task.step != task.duration or not sum(task.profile)
    ):
        raise NotFound("profile_does_not_fit")
    if task.at_least is not None and not timedelta(0) < task.at_least <= task.duration:
        raise NotFound("parts_do_not_fit")
    if any(each % task.grid for each in (task.duration, task.at_least, task.weight_length) if each):
        raise NotFound("not_in_half_hours" if task.at_least else "not_in_five_minutes")
    if task.earliest is not None and task.latest is not None:
        if task.latest <= task.earliest:
            raise NotFound("window_empty")
        if task.latest - task.earliest > LONGEST:
            raise NotFound("window_too_long")
        if task.latest - task.earliest < task.duration:
            raise NotFound("window_too_short")


def _units(prices: Iterable[PricedTime], task: Task) -> _Units:
    """Cut the prices inside the window, leaving out those beyond the limit, on the coarsest grid on which all edges lie."""
    grid = task.grid
    spans = []
    known = False
    for priced in prices:
        start = max(priced.time.start, task.earliest or priced.time.start)
        end = min(priced.time.end, task.latest or priced.time.end)
        if start >= end:
            continue
        known = True
        first, last = -((_EPOCH - start) // grid), (end - _EPOCH) // grid
        if first < last and not _beyond(priced.price, task):
            spans.append((first, last, priced.price))
    if not known:
        raise NotFound("no_prices")
    if spans and (max(last for _, last, _ in spans) - min(spans)[0]) * grid > LONGEST:
        raise NotFound("window_too_long")
    lengths = [task.duration // grid, task.weight_length // grid]
    step = gcd(*lengths, *(edge for first, last, _ in spans for edge in (first, last)))
    if task.at_least is not None:
        step = 1
    parts = task.weight_length // (grid * step)
    cut = [
        (unit, price)
        for first, last, price in sorted(spans)
        for unit in range(first // step, last // step)
    ]
    return _Units(
        grid * step,
        [unit for unit, _ in cut],
        [price for _, price in cut],
        [weight for weight in task.weights for _ in range(parts)],
        parts,
    )


def _beyond(price: Decimal, task: Task) -> bool:
    if task.limit is None:
        return False
    return price < task.limit if task.dearest else price > task.limit


def _piece(units: _Units, task: Task) -> tuple[int, int]:
    """Choose the first and the last unit of a run in one piece."""
    need = len(units.weights)
    starts, prices = units.starts, integers(units.prices)
    sums = list(accumulate(prices, initial=0))
    loads = None if task.profile is None else integers(units.weights)
    best: tuple[int, int, int] | None = None
    for first in range(len(starts) - need + 1):
        if starts[first + need - 1] - starts[first] != need - 1:
            continue
        if loads is None:
            total = sums[first + need] - sums[first]
        else:
            total = sum(map(mul, prices[first : first + need], loads, strict=True))
        rank = -total if task.dearest else total, -first if task.latest_start else first, first
        best = rank if best is None or rank < best else best
    if best is None:
        raise NotFound("no_period_found")
    return best[2], best[2] + need - 1


def _found(units: _Units, runs: Iterable[tuple[int, int]], task: Task) -> Found:
    pieces, begun = [], 0
    whole = len(units.weights)
    for first, last in runs:
        count = last - first + 1
        used = units.weights[begun : begun + count]
        begun += count
        use = used if any(used) else [Decimal(1)] * count
        total = sum(map(mul, units.prices[first : last + 1], use, strict=True), ZERO)
        mean = total / sum(use)
        kwh = cost = None
        if task.profile is not None:
            kwh, cost = sum(used, ZERO) / units.parts, total / units.parts if any(used) else ZERO
        elif task.kwh is not None:
            kwh = task.kwh * count / whole
            cost = kwh * mean
        pieces.append(Piece(units.time(first, last), mean, kwh, cost))
    if any(piece.kwh for piece in pieces):
        kwh = sum((piece.kwh or ZERO for piece in pieces), ZERO)
        cost = sum((piece.cost or ZERO for piece in pieces), ZERO)
        return Found(tuple(pieces), cost / kwh, kwh, cost)
    total = sum((piece.mean_price * (piece.time.length // units.length) for piece in pieces), ZERO)
    return Found(tuple(pieces), total / whole)
