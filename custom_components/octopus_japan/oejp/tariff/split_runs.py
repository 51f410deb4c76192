"""The cheapest choice of units of time, in runs of a least length."""

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
    scaled, loads = _integers(prices), _integers(weights)
    many = count * need + 1
    run = many
    yen = run * (need + 1)
    late_by = [count - unit if late else unit for unit in range(count)]

    def cost(unit: int, left: int) -> int:
        return scaled[unit] * loads[need - left] * yen + late_by[unit]

    # outside[unit][left]: the best for the units from `unit` on with `left` to choose, no run going on; inside: one may go on.
    outside: list[list[int | None]] = [[None] * (need + 1) for _ in range(count + 1)]
    inside: list[list[int | None]] = [[None] * (need + 1) for _ in range(count + 1)]
    begins = [[False] * (need + 1) for _ in range(count + 1)]
    extends = [[False] * (need + 1) for _ in range(count + 1)]
    outside[count][0] = inside[count][0] = 0
    ahead = _joined_ahead(joined)
    for unit in range(count - 1, -1, -1):
        for left in range(need + 1):
            best = outside[unit + 1][left]
            if left >= at_least and ahead[unit] >= at_least:
                rest = inside[unit + at_least][left - at_least]
                if rest is not None:
                    begun = run + rest
                    begun += sum(cost(unit + i, left - i) for i in range(at_least))
                    if best is None or begun < best:
                        best, begins[unit][left] = begun, True
            outside[unit][left] = inside[unit][left] = best
            if left and joined[unit]:
                rest = inside[unit + 1][left - 1]
                if rest is not None and (best is None or cost(unit, left) + rest < best):
                    inside[unit][left] = cost(unit, left) + rest
                    extends[unit][left] = True
    if outside[0][need] is None:
        return None
    return _runs(begins, extends, need, at_least)


def _runs(
    begins: Sequence[Sequence[bool]], extends: Sequence[Sequence[bool]], left: int, at_least: int
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


def _integers(numbers: Sequence[Decimal]) -> list[int]:
    """Scale to whole numbers."""
    digits = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
    return [int(number.scaleb(max(digits, 0))) for number in numbers]
