"""The same year with another habit: more use, use at another time, less of all, solar power on the roof.

Each change is made of the sums of `year_of_use`, so that its cost follows as fast as that of another plan. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from decimal import ROUND_DOWN, Decimal

from ..tariff.model import ZERO
from .solar import known, solar_yield
from .year_of_use import HOURS_A_DAY, MonthPart, YearOfUse

_HUNDRED = Decimal(100)
_MINUTES = 60
_SHOWN = Decimal("0.1")

type Hours = Mapping[int, Decimal]
"""Something by hour of the day in Japan."""


class NotPossible(Exception):  # noqa: N818 - the user asked for what cannot be
    """A change cannot be made. `reason` is a translation key, `most` the most kWh a day that could be."""

    def __init__(self, reason: str, most: Decimal | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.most = most


@dataclass(frozen=True, slots=True)
class Window:
    """A time of every day, from `start` until `end` in Japan, past midnight where that is earlier; alike, it is the whole day."""

    start: time
    end: time

    @property
    def shares(self) -> Hours:
        """How much of each hour lies in it, 0 to 1; only the hours that it touches."""
        first, last = _minute(self.start), _minute(self.end)
        if last <= first:
            last += HOURS_A_DAY * _MINUTES
        found: dict[int, Decimal] = {}
        for hour in range(2 * HOURS_A_DAY):
            inside = min(last, (hour + 1) * _MINUTES) - max(first, hour * _MINUTES)
            if inside > 0:
                of_day = hour % HOURS_A_DAY
                found[of_day] = found.get(of_day, ZERO) + Decimal(inside) / _MINUTES
        return found


def scale(use: YearOfUse, per_cent: Decimal) -> YearOfUse:
    """Take so many per cent of all use: 100 changes nothing."""
    return _changed(
        use, lambda part: {hour: kwh * per_cent / _HUNDRED for hour, kwh in part.kwh.items()}
    )


def add(use: YearOfUse, kwh: Decimal, window: Window) -> YearOfUse:
    """Add so many kWh a day, evenly over a window."""
    spread = _spread(window)
    return _changed(use, lambda part: _with(part.kwh, kwh * part.days, spread))


def shift(use: YearOfUse, kwh: Decimal, source: Window, target: Window) -> YearOfUse:
    """Move so many kWh a day from one window into another, evenly there.

    In the first window each hour gives in proportion to what it has. Raises NotPossible where a month has less there than is
    moved.
    """
    shares, spread = source.shares, _spread(target)
    available = [
        (_inside(part.kwh, shares) / part.days)
        for period in use.periods
        for part in period.parts
        if part.read
    ]
    if available and kwh > (most := min(available)):
        raise NotPossible("shift_too_much", most.quantize(_SHOWN, ROUND_DOWN))

    def moved(part: MonthPart) -> Hours:
        inside = _inside(part.kwh, shares)
        if not inside:
            return part.kwh
        left = kwh * part.days / inside
        kept = {
            hour: used - used * shares.get(hour, ZERO) * left for hour, used in part.kwh.items()
        }
        return _with(kept, kwh * part.days, spread)

    return _changed(use, moved)


def with_solar(use: YearOfUse, kw: Decimal, area: str) -> YearOfUse:
    """Take off what so many kilowatts yield, hour by hour of a month's average day, down to nothing.

    What is left over is worth nothing here. Raises NotPossible for an area without a profile.
    """
    if not known(area):
        raise NotPossible("no_solar_profile")

    def rest(part: MonthPart) -> Hours:
        month = part.month % 12 + 1
        return {
            hour: max(ZERO, kwh - kw * solar_yield(area, month, hour) * part.days)
            for hour, kwh in part.kwh.items()
        }

    return _changed(use, rest)


def _changed(use: YearOfUse, change: Callable[[MonthPart], Hours]) -> YearOfUse:
    return replace(
        use,
        periods=tuple(
            replace(period, parts=tuple(replace(part, kwh=change(part)) for part in period.parts))
            for period in use.periods
        ),
    )


def _spread(window: Window) -> Hours:
    """Return each hour's share of the whole window."""
    shares = window.shares
    whole = sum(shares.values(), ZERO)
    return {hour: share / whole for hour, share in shares.items()}


def _with(kwh: Hours, more: Decimal, spread: Hours) -> Hours:
    found = dict(kwh)
    for hour, share in spread.items():
        found[hour] = found.get(hour, ZERO) + more * share
    return found


def _inside(kwh: Hours, shares: Hours) -> Decimal:
    return sum((used * shares.get(hour, ZERO) for hour, used in kwh.items()), ZERO)


def _minute(at: time) -> int:
    return at.hour * _MINUTES + at.minute
