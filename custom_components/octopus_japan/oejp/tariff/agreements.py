"""Agreements laid out in time: one card or one gap for every instant that an agreement covers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from ..japan_time import MOMENT
from .charges import Addon
from .model import Gap, InForce, Unpriced

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ProductAgreement[P](InForce):
    """An agreement and its product; `edges` are the instants at which the product's rates change."""

    product: P
    code: str
    id: int = 0
    addons: tuple[Addon, ...] = ()
    edges: frozenset[datetime] = frozenset()


def lay_out[P, C: InForce](
    agreed: Sequence[ProductAgreement[P]],
    unknown: Sequence[InForce],
    make: Callable[[ProductAgreement[P], datetime], C],
) -> tuple[tuple[C, ...], tuple[Gap, ...]]:
    """Make the card of each time. Where two agreements overlap the one that began later is in force.

    `unknown` are the times of agreements whose product is not told: they count only where nothing else does. What `make`
    cannot price becomes a gap.
    """
    laid: list[C | Gap] = []
    for start, end in _spans(agreed, unknown):
        item = _item(agreed, unknown, make, _instant(start, end))
        if item is None:
            continue
        last = laid[-1] if laid else None
        if last is not None and last.end == start and replace(last, start=None, end=None) == item:
            laid[-1] = replace(last, end=end)
        else:
            laid.append(replace(item, start=start, end=end))
    return (
        tuple(item for item in laid if not isinstance(item, Gap)),
        tuple(item for item in laid if isinstance(item, Gap)),
    )


def _spans[P](
    agreed: Iterable[ProductAgreement[P]], unknown: Iterable[InForce]
) -> Iterable[tuple[datetime | None, datetime | None]]:
    edges: set[datetime | None] = set()
    for agreement in agreed:
        edges |= {agreement.start, agreement.end, *agreement.edges}
    for window in unknown:
        edges |= {window.start, window.end}
    known = sorted(edge for edge in edges if edge is not None)
    return pairwise([None, *known, None])


def _instant(start: datetime | None, end: datetime | None) -> datetime:
    if start is not None:
        return start
    return _ANY_TIME if end is None else end - MOMENT


def _item[P, C: InForce](
    agreed: Iterable[ProductAgreement[P]],
    unknown: Iterable[InForce],
    make: Callable[[ProductAgreement[P], datetime], C],
    at: datetime,
) -> C | Gap | None:
    covering = [agreement for agreement in agreed if agreement.covers(at)]
    if not covering:
        return Gap("unknown_product") if any(window.covers(at) for window in unknown) else None
    began = max(_began(agreement) for agreement in covering)
    latest = [agreement for agreement in covering if _began(agreement) == began]
    agreement = max(latest, key=lambda agreement: agreement.id)
    if len({agreement.code for agreement in latest}) > 1:
        return Gap("ambiguous_agreement")
    try:
        return make(agreement, at)
    except Unpriced as err:
        return Gap(err.reason, agreement.code)
    except ArithmeticError, LookupError, TypeError, ValueError:
        # An answer that this code does not expect leaves this agreement without a price, and no other.
        return Gap("unknown_product", agreement.code)


def _began(window: InForce) -> float:
    return float("-inf") if window.start is None else window.start.timestamp()
