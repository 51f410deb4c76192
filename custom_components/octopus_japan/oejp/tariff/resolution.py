"""Prices in steps of one length, as programs want them that know no others: a quarter, a half, a whole hour."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from .model import Price, PricePeriod

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_steps(periods: Iterable[PricePeriod], step: timedelta) -> Iterator[PricePeriod]:
    """Yield prices in steps on the grid of the hour; the first and the last are shorter where the time begins or ends within one.

    A step of several prices has their mean by time, component by component, and the band in which it begins. What is not
    priced is left out.
    """
    pieces: list[PricePeriod] = []
    for period in periods:
        for piece in _cut(period, step):
            if pieces and (
                piece.start != pieces[-1].end or _edge(pieces[0].start, step) <= piece.start
            ):
                yield _mean(pieces)
                pieces = []
            pieces.append(piece)
    if pieces:
        yield _mean(pieces)


def _cut(period: PricePeriod, step: timedelta) -> Iterator[PricePeriod]:
    at = period.start.astimezone(UTC)
    while at < period.end:
        until = min(_edge(at, step), period.end)
        yield PricePeriod(at, until, period.price)
        at = until


def _edge(at: datetime, step: timedelta) -> datetime:
    """Return the first edge of the grid after an instant. Japan's hours begin with UTC's."""
    return at + step - (at - _EPOCH) % step


def _mean(pieces: Sequence[PricePeriod]) -> PricePeriod:
    first, last = pieces[0], pieces[-1]
    if all(piece.price is first.price for piece in pieces):
        return PricePeriod(first.start, last.end, first.price)
    shares = [
        (Decimal((piece.end - piece.start) // timedelta(seconds=1)), piece.price)
        for piece in pieces
    ]
    whole = sum(seconds for seconds, _ in shares)
    components = {
        component: sum(
            (seconds * price.components.get(component, Decimal(0)) for seconds, price in shares),
            Decimal(0),
        )
        / whole
        for component in dict.fromkeys(c for _, price in shares for c in price.components)
    }
    price: Price = replace(
        first.price,
        components=components,
        total=sum(components.values(), Decimal(0)),
        estimated=any(piece.price.estimated for piece in pieces),
    )
    return PricePeriod(first.start, last.end, price)
