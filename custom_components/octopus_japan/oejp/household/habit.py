"""What a home is likely to use on a day to come: its level of late, its week, its hours, and the season.

The season is that of the same weeks of last year, where they are known; else the service's typical use by month. Statistics are
floats: they are estimates. Pure: no clock of its own.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, pairwise
import math

from ..japan_time import DAY, day_of
from .hour import Hour

type TypicalUse = Mapping[int, Sequence[Decimal]]
"""Typical kWh of the 48 half hours of a day, by month (1 to 12): what the service tells of a plan in an area."""

_YEAR = timedelta(days=364)
"""Fifty-two weeks: the same day of the week."""
_HOURS = 24
_WEEKEND = 5
_MONTHS = 12

# Tuned on ten simulated households, proved on a hundred others (docs/projection.md).
_HALF_LIFE = 9.0
"""Days after which a day counts half for the level."""
_LEVEL_DAYS = 35
_WEEK_DAYS = 70
"""How far back the days of the week and the hours are learnt from."""
_UNUSUAL = 0.5
"""A day that is off the level by more counts as if it were off by this: nobody was home, or everybody."""
_WEEK_DOUBT = 5.0
"""So many days of a weekday weigh as much as the assumption that all are alike."""
_HOUR_DOUBT = 6.0
_SMOOTHED = 10
"""Days to either side that the season of a day is the mean of."""
_LAST_YEAR_TRUST = 0.85
_TYPICAL_TRUST = 0.75
"""Exponents: how far the season is followed."""
_RUN = 1.5
"""How many days in a row are off alike."""
_DRIFT = 0.037
"""How far the level itself moves in a month."""
_NEW = 0.3
"""How much less is known of a level of one day."""
_STEADIEST, _WILDEST = 0.06, 0.6


class Basis(StrEnum):
    """What the season of an expectation is taken from."""

    LAST_YEAR = "last_year"
    TYPICAL = "typical"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Habit:
    """What is expected of a home. `level`: kWh a day; `last`: the last day that it was learnt from."""

    level: float
    basis: Basis
    last: date
    days: float
    """How many days the level rests on, recent ones counting more."""
    variation: float
    """By which part of the level one day is usually off."""
    _week: tuple[float, ...]
    _profile: tuple[tuple[float, ...], tuple[float, ...]]
    _season: _Season

    def hour(self, day: date, hour: int) -> float:
        """Return the kWh expected of an hour of a day in Japan."""
        return self.day(day) * self._profile[_kind(day)][hour]

    def day(self, day: date) -> float:
        """Return the kWh expected of a day in Japan."""
        return self.level * self._week[day.weekday()] * self._season.of(day)

    def deviation(self, days: float) -> float:
        """Return the relative standard deviation of the sum of so many days to come, at least one of them a part."""
        chance = self.variation**2 * min(_RUN, max(days, 1.0)) / max(days, 1 / _HOURS)
        drift = _DRIFT**2 * (0.5 + min(days, 30.0) / 30)
        level = (self.variation**2 * _RUN + _NEW**2 / 10) / max(self.days, 1.0)
        return math.sqrt(chance + drift + level)


def learn(hours: Iterable[Hour], typical: TypicalUse | None = None) -> Habit | None:
    """Learn from the hours that are known, in any number and with gaps; None from less than a day of them."""
    known: dict[date, dict[int, float]] = defaultdict(dict)
    for hour in hours:
        if hour.whole:
            day = day_of(hour.start)
            known[day][_hour_of(hour.start)] = float(hour.kwh)
    if sum(len(day) for day in known.values()) < _HOURS:
        return None
    last = max(known)
    recent = {day: used for day, used in known.items() if last - day < _WEEK_DAYS * DAY}
    season = _season(known, last, typical)
    profile = _profiles(recent, typical)
    flat = _ratios(recent, (1.0,) * 7, profile, season)
    week = _week(flat, _mean_level(flat, last)[0])
    ratios = _ratios(recent, week, profile, season)
    level, weight = _mean_level(ratios, last)
    variation = _variation(ratios, level, last)
    return Habit(level, season.basis, last, weight, variation, week, profile, season)


@dataclass(frozen=True, slots=True)
class _Season:
    """A factor for each day, about 1 on average."""

    basis: Basis
    last_year: Mapping[date, float]
    months: tuple[float, ...] = ()

    def of(self, day: date) -> float:
        if self.basis is Basis.LAST_YEAR and (then := self.last_year.get(day - _YEAR)):
            return math.pow(then, _LAST_YEAR_TRUST)
        if self.months:
            return math.pow(_between_months(self.months, day), _TYPICAL_TRUST)
        return 1.0


def _season(
    known: Mapping[date, Mapping[int, float]], last: date, typical: TypicalUse | None
) -> _Season:
    """Take last year's weeks if they cover the days that the level is learnt from and a month to come."""
    months: tuple[float, ...] = ()
    if typical is not None and all(sum(typical.get(m + 1, ())) for m in range(_MONTHS)):
        sums = [float(sum(typical[month + 1])) for month in range(_MONTHS)]
        months = tuple(each / (sum(sums) / _MONTHS) for each in sums)
    whole = {day: sum(used.values()) for day, used in known.items() if len(used) == _HOURS}
    begin = last - _YEAR - _LEVEL_DAYS * DAY
    smooth = {
        day: mean
        for ahead in range(_LEVEL_DAYS + 40)
        if (mean := _around(whole, day := begin + ahead * DAY)) is not None
    }
    if len(smooth) < _LEVEL_DAYS + 40:
        return _Season(Basis.TYPICAL if months else Basis.RECENT, {}, months)
    middle = sum(smooth.values()) / len(smooth)
    if not middle:
        return _Season(Basis.TYPICAL if months else Basis.RECENT, {}, months)
    return _Season(Basis.LAST_YEAR, {day: mean / middle for day, mean in smooth.items()}, months)


def _around(whole: Mapping[date, float], day: date) -> float | None:
    """Return the mean of the days around one; None where most of them are not known."""
    found = [
        kwh
        for off in range(-_SMOOTHED, _SMOOTHED + 1)
        if (kwh := whole.get(day + off * DAY)) is not None
    ]
    return sum(found) / len(found) if len(found) > _SMOOTHED else None


def _between_months(months: Sequence[float], day: date) -> float:
    """Return the value of a day between the middles of two months."""
    place = day.month - 1 + (day.day - 15.5) / 30.5
    before = math.floor(place)
    share = place - before
    return months[before % _MONTHS] * (1 - share) + months[(before + 1) % _MONTHS] * share


def _profiles(
    recent: Mapping[date, Mapping[int, float]], typical: TypicalUse | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the share of each hour of a working day and of a day of the weekend."""
    assumed = _typical_profile(typical, max(recent).month)
    every = _profile(recent.values(), assumed)
    kinds: list[list[Mapping[int, float]]] = [[], []]
    for day, used in recent.items():
        kinds[_kind(day)].append(used)
    return _profile(kinds[0], every), _profile(kinds[1], every)


def _profile(days: Iterable[Mapping[int, float]], assumed: Sequence[float]) -> tuple[float, ...]:
    """Return the share of each hour: of the days, and of some more that are as assumed."""
    values: list[list[float]] = [[] for _ in range(_HOURS)]
    for used in days:
        for hour, kwh in used.items():
            values[hour].append(kwh)
    seen = [kwh for found in values for kwh in found]
    a_day = _HOURS * sum(seen) / len(seen) if seen else 1.0
    shares = [
        (sum(found) + _HOUR_DOUBT * a_day * share) / (len(found) + _HOUR_DOUBT)
        for found, share in zip(values, assumed, strict=True)
    ]
    total = sum(shares)
    return tuple(share / total for share in shares) if total else tuple(assumed)


def _typical_profile(typical: TypicalUse | None, month: int) -> Sequence[float]:
    halves = [float(kwh) for kwh in (typical or {}).get(month, ())]
    total = sum(halves)
    if len(halves) != 2 * _HOURS or total <= 0:
        return (1 / _HOURS,) * _HOURS
    return [(a + b) / total for a, b in pairwise([*halves, 0.0])][::2]


def _ratios(
    recent: Mapping[date, Mapping[int, float]],
    week: Sequence[float],
    profile: tuple[Sequence[float], Sequence[float]],
    season: _Season,
) -> dict[date, tuple[float, float]]:
    """Return the level (kWh a day) that each day speaks for, and how much of the day is known (0 to 1)."""
    found = {}
    for day, used in recent.items():
        known = sum(profile[_kind(day)][hour] for hour in used)
        share = known * week[day.weekday()] * season.of(day)
        if share > 0:
            found[day] = sum(used.values()) / share, known
    return found


def _mean_level(ratios: Mapping[date, tuple[float, float]], last: date) -> tuple[float, float]:
    """Return the level of late, and how many days it rests on."""
    weighed = sorted(
        (ratio, known * 0.5 ** ((last - day).days / _HALF_LIFE))
        for day, (ratio, known) in ratios.items()
        if (last - day).days < _LEVEL_DAYS
    )
    if not weighed:
        return 0.0, 0.0
    passed = list(accumulate(weight for _, weight in weighed))
    total = passed[-1]
    middle = weighed[bisect_left(passed, total / 2)][0]
    low, high = middle * (1 - _UNUSUAL), middle * (1 + _UNUSUAL)
    level = sum(min(max(ratio, low), high) * weight for ratio, weight in weighed) / total
    return level, total


def _week(ratios: Mapping[date, tuple[float, float]], level: float) -> tuple[float, ...]:
    """Return the factor of each day of the week, from Monday."""
    if not level:
        return (1.0,) * 7
    by_day: list[list[float]] = [[] for _ in range(7)]
    for day, (ratio, known) in ratios.items():
        if known > 0.5:
            by_day[day.weekday()].append(min(max(ratio / level, 1 - _UNUSUAL), 1 + _UNUSUAL))
    return tuple((sum(found) + _WEEK_DOUBT) / (len(found) + _WEEK_DOUBT) for found in by_day)


def _variation(ratios: Mapping[date, tuple[float, float]], level: float, last: date) -> float:
    errors = [
        (ratio / level - 1) ** 2 * known
        for day, (ratio, known) in ratios.items()
        if level and (last - day).days < _LEVEL_DAYS
    ]
    seen = math.sqrt((sum(errors) + 3 * 0.2**2) / (len(errors) + 3))
    return min(max(seen, _STEADIEST), _WILDEST)


def _kind(day: date) -> int:
    return int(day.weekday() >= _WEEKEND)


def _hour_of(at: datetime) -> int:
    return (at.hour + 9) % _HOURS
