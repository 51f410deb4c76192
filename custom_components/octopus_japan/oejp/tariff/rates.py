"""From loose rates to a ladder or to bands: which are in force, whether they form a whole. What does not is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from ..japan_time import add_months, in_reason
from .capacity import Capacity
from .model import HIGHEST_PRICE, ZERO, Band, Kind, Step, Unpriced
from .schedule import slot_of, tier_of

# Longer introductory prices are a fault of the answer.
_DURATIONS = range(1, 121)

type Key = tuple[str, str]


class Windowed(Protocol):
    """Something that holds from one time to another, perhaps for some months only."""

    @property
    def valid_from(self) -> datetime | None: ...  # noqa: D102
    @property
    def valid_to(self) -> datetime | None: ...  # noqa: D102
    @property
    def duration_months(self) -> int | None: ...  # noqa: D102


class RateLike(Windowed, Protocol):
    """A price per unit as the service tells it."""

    @property
    def price_per_unit_inc_tax(self) -> Decimal: ...  # noqa: D102
    @property
    def band(self) -> str | None: ...  # noqa: D102
    @property
    def unit_type(self) -> str | None: ...  # noqa: D102
    @property
    def step_start(self) -> int | None: ...  # noqa: D102
    @property
    def step_end(self) -> int | None: ...  # noqa: D102
    @property
    def tier_start(self) -> int | None: ...  # noqa: D102
    @property
    def tier_end(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Shape:
    """What consumption costs; `estimated` when the rates ended and are carried forward."""

    kind: Kind
    steps: tuple[Step, ...] = ()
    bands: tuple[Band, ...] = ()
    estimated: bool = False


def window_of(rate: Windowed, since: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Find when a rate holds. One of so many months ends that long after the agreement's start.

    The years 1 and 9999 are ways to write that there is no end.
    """
    start = rate.valid_from if in_reason(rate.valid_from) else None
    end = rate.valid_to if in_reason(rate.valid_to) else None
    months = rate.duration_months
    if months is not None and months in _DURATIONS and since is not None:
        limit = add_months(since, months)
        end = limit if end is None else min(end, limit)
    return start, end


def edges(rates: Iterable[Windowed], since: datetime | None) -> set[datetime]:
    """List the instants at which rates begin or end."""
    return {edge for rate in rates for edge in window_of(rate, since) if edge is not None}


def in_force[R: Windowed](rates: Iterable[R], at: datetime, since: datetime | None) -> list[R]:
    """Choose the rates whose window holds."""
    found = []
    for rate in rates:
        start, end = window_of(rate, since)
        if rate.duration_months is not None and since is None:
            continue
        if (start is None or start <= at) and (end is None or at < end):
            found.append(rate)
    return found


def shape[R: RateLike](
    rates: Sequence[R], at: datetime, since: datetime | None, capacity: Capacity
) -> Shape:
    """Read the consumption charges in force at an instant. Raises Unpriced."""
    rates = _of_tier(rates, capacity)
    if any(
        abs(rate.price_per_unit_inc_tax) > HIGHEST_PRICE
        or rate.duration_months not in {None, *_DURATIONS}
        for rate in rates
    ):
        raise Unpriced("unknown_product")
    limited = [rate for rate in rates if rate.duration_months is not None]
    lasting = [rate for rate in rates if rate.duration_months is None]
    offers = latest(in_force(limited, at, since))
    base, estimated = current(lasting, at)
    if estimated and offers:
        base, estimated = {}, False
    off = {key: _discount(offer, base.get(key)) for key, offer in offers.items()}
    whole = {key: offer for key, offer in offers.items() if key not in base} | base
    if not whole:
        raise Unpriced("no_rates")
    try:
        return _form(whole, off, estimated)
    except Unpriced:
        # A generation that names fewer steps than the one before it stands alone.
        newest = max(_began(rate) for rate in whole.values())
        alone = {key: rate for key, rate in whole.items() if _began(rate) == newest}
        if len(alone) == len(whole):
            raise
        return _form(alone, off, estimated)


def current[R: RateLike](rates: Iterable[R], at: datetime) -> tuple[dict[Key, R], bool]:
    """Choose the generation in force or, after its end, the last one; and tell whether it has ended."""
    rates = list(rates)
    if now := in_force(rates, at, None):
        return latest(now), False
    ended = [(end, rate) for rate in rates if (end := window_of(rate, None)[1]) and end <= at]
    last = max((end for end, _ in ended), default=None)
    return latest(rate for end, rate in ended if end == last), bool(ended)


def _of_tier[R: RateLike](rates: Sequence[R], capacity: Capacity) -> Sequence[R]:
    tiers = {tier_of(rate.band) for rate in rates}
    if not tiers >= {"HIGH", "LOW"}:
        return rates
    if (tier := capacity.tier) is None:
        raise Unpriced("no_capacity")
    return [rate for rate in rates if tier_of(rate.band) in {tier, None}]


def _key(rate: RateLike) -> Key:
    if rate.step_start is not None or rate.step_end is not None:
        return "step", str(rate.step_start or 0)
    if rate.tier_start is not None or rate.tier_end is not None:
        return "tier", str(rate.tier_start or 0)
    if (slot := slot_of(rate.band)) is not None:
        return "slot", slot
    return "single", ""


def latest[R: RateLike](rates: Iterable[R]) -> dict[Key, R]:
    """Of several rates for one thing take the one that began last; two that began together must agree."""
    found: dict[Key, R] = {}
    for rate in sorted(rates, key=_began):
        other = found.get(key := _key(rate))
        if (
            other is not None
            and _began(other) == _began(rate)
            and other.price_per_unit_inc_tax != rate.price_per_unit_inc_tax
        ):
            raise Unpriced("conflicting_rates")
        found[key] = rate
    return found


def _began(rate: RateLike) -> float:
    return float("-inf") if rate.valid_from is None else rate.valid_from.timestamp()


def _discount(offer: RateLike, base: RateLike | None) -> Decimal:
    """Read an offer: a price below zero is taken off, another replaces the lasting price."""
    if offer.price_per_unit_inc_tax < 0:
        return offer.price_per_unit_inc_tax
    return ZERO if base is None else offer.price_per_unit_inc_tax - base.price_per_unit_inc_tax


def _form(rates: Mapping[Key, RateLike], off: dict[Key, Decimal], estimated: bool) -> Shape:
    kinds = {kind for kind, _ in rates}
    if kinds == {"single"}:
        ((key, rate),) = rates.items()
        step = Step(ZERO, None, rate.price_per_unit_inc_tax, rate.band or "", off.get(key, ZERO))
        return Shape(Kind.SINGLE, (step,), estimated=estimated)
    if kinds == {"slot"}:
        bands = [
            Band(rate.band or "", key[1], rate.price_per_unit_inc_tax, off.get(key, ZERO))
            for key, rate in rates.items()
        ]
        return Shape(Kind.TIME_OF_USE, bands=tuple(bands), estimated=estimated)
    if kinds != {"step"}:
        raise Unpriced("unknown_product")
    steps = [
        Step(
            Decimal(rate.step_start or 0),
            None if rate.step_end is None else Decimal(rate.step_end),
            rate.price_per_unit_inc_tax,
            rate.band or "",
            off.get(key, ZERO),
        )
        for key, rate in rates.items()
    ]
    steps.sort(key=lambda step: step.start)
    whole = steps[0].start == 0 and steps[-1].end is None
    if not whole or any(step.end != following.start for step, following in pairwise(steps)):
        raise Unpriced("unknown_product")
    return Shape(Kind.STEPPED, tuple(steps), estimated=estimated)
