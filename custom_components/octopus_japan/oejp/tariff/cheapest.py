"""When to run something: the cheapest (or dearest) time of a given length, in one piece or in parts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice, pairwise
from math import gcd

from .model import ZERO
from .split_runs import best_parts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_GRID = timedelta(minutes=5)
_HALF_HOUR = timedelta(minutes=30)


class NotFound(Exception):  # noqa: N818 - the caller asked for what cannot be
    """No such time. `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of one price a kWh."""

    start: datetime
    end: datetime
    price: Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """A time to run; `mean_price` is per kWh used, `kwh` and `cost` are None where use is not known."""

    start: datetime
    end: datetime
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
    step: timedelta = _HALF_HOUR
    kwh: Decimal | None = None
    limit: Decimal | None = None

    @property
    def weights(self) -> tuple[Decimal, ...]:
        """The use of each equal part of the run; only their ratio counts."""
        return (Decimal(1),) if self.profile is None else self.profile

    @property
    def weight_length(self) -> timedelta:
        """How long one of the weights lasts."""
        return self.duration if self.profile is None else self.step


def find(slots: Iterable[Slot], task: Task) -> Found:
    """Find the best time for a task among priced slots. Raises NotFound."""
    _check(task)
    blocks = _blocks(_cropped(slots, task), task)
    if task.at_least is None:
        starts = [(start, block) for block in blocks for start in _starts(block, task)]
        if not starts:
            raise NotFound("no_period_found")
        sign, order = (-1 if task.dearest else 1), (-1 if task.latest_start else 1)
        start, _ = min(
            starts,
            key=lambda option: (
                sign * _raw(option[1], option[0], task.weights, task.weight_length),
                order * option[0].timestamp(),
            ),
        )
        runs, unit = [(start, start + task.duration)], task.weight_length
    else:
        unit = _unit(blocks, task, task.at_least)
        runs = list(_parts(blocks, task, task.at_least, unit))
    return _found([slot for block in blocks for slot in block], runs, task, unit)


def _check(task: Task) -> None:
    if task.duration <= timedelta(0):
        raise NotFound("duration_not_positive")
    if task.profile is not None and (
        len(task.profile) * task.step != task.duration or not sum(task.profile)
    ):
        raise NotFound("profile_does_not_fit")
    if task.at_least is not None:
        if not timedelta(0) < task.at_least <= task.duration:
            raise NotFound("parts_do_not_fit")
        if task.at_least % _GRID or task.duration % _GRID or task.weight_length % _GRID:
            raise NotFound("not_in_five_minutes")
    if task.earliest is not None and task.latest is not None:
        if task.latest <= task.earliest:
            raise NotFound("window_empty")
        if task.latest - task.earliest < task.duration:
            raise NotFound("window_too_short")


def _cropped(slots: Iterable[Slot], task: Task) -> list[Slot]:
    found = []
    for slot in sorted(slots, key=lambda slot: slot.start):
        start = slot.start if task.earliest is None else max(slot.start, task.earliest)
        end = slot.end if task.latest is None else min(slot.end, task.latest)
        if start < end:
            found.append(Slot(start, end, slot.price))
    if not found:
        raise NotFound("no_prices")
    return found


def _blocks(slots: Sequence[Slot], task: Task) -> list[list[Slot]]:
    """Join slots that follow each other without a gap, leaving out those beyond the limit."""
    blocks: list[list[Slot]] = []
    for slot in slots:
        limit = task.limit
        if limit is not None and (slot.price < limit if task.dearest else slot.price > limit):
            continue
        if blocks and blocks[-1][-1].end == slot.start:
            blocks[-1].append(slot)
        else:
            blocks.append([slot])
    return blocks


def _starts(block: Sequence[Slot], task: Task) -> set[datetime]:
    """List the starts worth trying: where an edge of the run meets an edge of a price, the sum being linear in between."""
    first, last = block[0].start, block[-1].end - task.duration
    edges = {slot.start for slot in block} | {slot.end for slot in block}
    offsets = accumulate([timedelta(0), *[task.weight_length] * len(task.weights)])
    meets = {edge - offset for offset in offsets for edge in edges}
    return {start for start in meets if first <= start <= last}


def _raw(
    slots: Iterable[Slot], start: datetime, weights: Iterable[Decimal], length: timedelta
) -> Decimal:
    """Add up price x weight x seconds: exact, so that equals are equal."""
    total = ZERO
    slots = list(slots)
    for weight in weights:
        end = start + length
        for slot in slots:
            overlap = min(end, slot.end) - max(start, slot.start)
            if overlap > timedelta(0):
                total += slot.price * weight * (overlap // _SECOND)
        start = end
    return total


def _unit(blocks: Iterable[Iterable[Slot]], task: Task, at_least: timedelta) -> timedelta:
    """Find the coarsest grid, of whole five minutes, on which all edges lie."""
    steps = [_up(slot.start) // _GRID for block in blocks for slot in block]
    steps += [(slot.end - _EPOCH) // _GRID for block in blocks for slot in block]
    steps += [task.duration // _GRID, at_least // _GRID, task.weight_length // _GRID]
    return gcd(*steps) * _GRID


def _up(at: datetime) -> timedelta:
    """Count the time since the epoch, rounded up to five minutes."""
    return -((_EPOCH - at) // _GRID) * _GRID


def _parts(
    blocks: Iterable[Iterable[Slot]], task: Task, at_least: timedelta, unit: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Choose among whole units of time."""
    starts: list[datetime] = []
    prices: list[Decimal] = []
    for slot in (slot for block in blocks for slot in block):
        start = _EPOCH + _up(slot.start)
        while start + unit <= slot.end:
            starts.append(start)
            prices.append(-slot.price if task.dearest else slot.price)
            start += unit
    joined = [False, *(a + unit == b for a, b in pairwise(starts))]
    weights = [weight for weight in task.weights for _ in range(task.weight_length // unit)]
    runs = best_parts(prices, joined, weights, at_least // unit, late=task.latest_start)
    if runs is None:
        raise NotFound("no_period_found")
    for first, last in runs:
        yield starts[first], starts[last] + unit


def _found(
    slots: Sequence[Slot],
    runs: Iterable[tuple[datetime, datetime]],
    task: Task,
    unit: timedelta,
) -> Found:
    parts = task.weight_length // unit
    weights = iter([weight / parts for weight in task.weights for _ in range(parts)])
    whole = task.duration // _SECOND
    pieces = []
    for start, end in runs:
        used = list(islice(weights, (end - start) // unit))
        evenly = [Decimal(1)] * len(used)
        use = used if any(used) else evenly
        mean = _raw(slots, start, use, unit) / (sum(use) * (unit // _SECOND))
        kwh = sum(used, ZERO) if task.profile is not None else task.kwh
        if task.profile is None and kwh is not None:
            kwh = kwh * ((end - start) // _SECOND) / whole
        pieces.append(Piece(start, end, mean, kwh, None if kwh is None else kwh * mean))
    if any(piece.kwh for piece in pieces):
        kwh = sum((piece.kwh or ZERO for piece in pieces), ZERO)
        cost = sum((piece.cost or ZERO for piece in pieces), ZERO)
        return Found(tuple(pieces), cost / kwh, kwh, cost)
    time = sum(
        (piece.mean_price * ((piece.end - piece.start) // _SECOND) for piece in pieces), ZERO
    )
    return Found(tuple(pieces), time / whole)
