"""The cheapest choice of units of time, in runs of a least length."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise


def best_parts(
    prices: Sequence[Decimal],
    joined: Sequence[bool],
    weights: Sequence[Decimal],
    at_least: int,
    *,
    late: bool,
) -> list[tuple[int, int]] | None:
    """Choose as many units as there are weights: the least sum of price x weight, the i-th unit chosen bearing weight i.

    Units are chosen in runs of `at_least` or more, a run going on where the next unit is `joined`. Among equal sums the fewest
    runs win, among those the earliest units, or the latest. Returns the first and last unit of each run; None if there are
    not enough.

    Every choice is one integer, sum, runs and lateness in this order of weight, so that the loops below compare once.
    """
    count, need = len(prices), len(weights)
    scaled, loads = integers(prices), integers(weights)
    many = count * need + 1
    run = many
    yen = run * (need + 1)
    late_by = [count - unit if late else unit for unit in range(count)]

    # Of the rows from `unit` on only those that a run reaches back to are kept: [0] is the next unit's, [-1] that after a run.
    # outside[left]: the best with `left` to choose, no run going on; inside: one may go on; along: the cost of choosing every
    # unit until none is left, whose differences are the costs of runs.
    row: list[int | None] = [None] * (need + 1)
    row[0] = 0
    outside = row
    inside = deque([row], at_least)
    along = deque([[0] * (need + 1)], at_least)
    begins = [bytearray(need + 1) for _ in range(count + 1)]
    extends = [bytearray(need + 1) for _ in range(count + 1)]
    ahead = _joined_ahead(joined)
    for unit in range(count - 1, -1, -1):
        after_outside, after_inside, after_along = outside, inside[0], along[0]
        outside, costs = [None] * (need + 1), [0] * (need + 1)
        going_on: list[int | None] = [None] * (need + 1)
        fits = ahead[unit] >= at_least and len(inside) == at_least
        # What is chosen before a unit and what is left for it and after it are no more than there is.
        for left in range(max(0, need - unit), min(need, count - unit) + 1):
            best = after_outside[left]
            cost = 0
            if left:
                cost = scaled[unit] * loads[need - left] * yen + late_by[unit]
                costs[left] = cost + after_along[left - 1]
            if fits and left >= at_least:
                rest = inside[-1][left - at_least]
                if rest is not None:
                    begun = run + rest + costs[left] - along[-1][left - at_least]
                    if best is None or begun < best:
                        best, begins[unit][left] = begun, True
            outside[left] = going_on[left] = best
            if left and joined[unit]:
                rest = after_inside[left - 1]
                if rest is not None and (best is None or cost + rest < best):
                    going_on[left], extends[unit][left] = cost + rest, True
        inside.appendleft(going_on)
        along.appendleft(costs)
    if outside[need] is None:
        return None
    return _runs(begins, extends, need, at_least)


def _runs(
    begins: Sequence[Sequence[int]], extends: Sequence[Sequence[int]], left: int, at_least: int
) -> list[tuple[int, int]]:
    """Follow the choices."""
    runs: list[tuple[int, int]] = []
    unit, going_on = 0, False
    while left:
        if going_on and extends[unit][left]:
            runs[-1] = (runs[-1][0], unit)
            unit, left = unit + 1, left - 1
        elif begins[unit][left]:
            runs.append((unit, unit + at_least - 1))
            unit, left, going_on = unit + at_least, left - at_least, True
        else:
            unit, going_on = unit + 1, False
    return runs


def _joined_ahead(joined: Sequence[bool]) -> list[int]:
    """Count the units in a row from each unit on."""
    ahead = [1] * len(joined)
    for unit, following in reversed(list(pairwise(range(len(joined))))):
        if joined[following]:
            ahead[unit] = ahead[following] + 1
    return ahead


def integers(numbers: Sequence[Decimal]) -> list[int]:
    """Scale to whole numbers."""
    digits = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
    return [int(number.scaleb(max(digits, 0))) for number in numbers]
