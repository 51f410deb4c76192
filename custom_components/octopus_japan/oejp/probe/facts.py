"""What the answers of a probe say about the open questions of docs/api.md. Pure; every answer is one of a few words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ..kraken.parsing import as_dict
from ..tariff.supply_types import component_of

_LATE = ((6, "under 6 hours"), (12, "6 to 12 hours"), (24, "12 to 24 hours"), (48, "1 to 2 days"))
_LONGEST = timedelta(days=31)
_TOLERANCE = Decimal(1)
"""kWh that half hours and the stated interval may differ by: a stated one is whole."""

type Data = Mapping[str, Mapping[str, Any]]
"""The data of each document's answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was answered, and when it was asked."""

    data: Data
    now: datetime
    asked: frozenset[str] = field(default_factory=frozenset)

    def leaves(self, document: str, *path: str) -> list[Any]:
        """Return the values at a path of a document's answer, through all lists; none where it failed."""
        return list(_at(self.data.get(document), path))


def answers(seen: Seen) -> dict[str, str]:
    """Return the answer to each open question that the answers decide; *not asked* where they do not."""
    return {key: answer(seen) for key, answer in _QUESTIONS.items()}


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for part in value:
            yield from _at(part, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _at(value.get(path[0]), path[1:])


def _balance_sign(seen: Seen) -> str:
    balances = [v for v in seen.leaves("balance", "account", "balance") if isinstance(v, int)]
    if not balances:
        return "not readable"
    if not balances[0]:
        return "zero"
    return "above zero" if balances[0] > 0 else "below zero"


def _charges(seen: Seen) -> str:
    if "charges" not in seen.asked:
        return "no bill yet"
    return "readable" if seen.leaves("charges", "charges", "lineItems") else "not readable"


def _scheme(seen: Seen) -> str:
    products = seen.leaves("agreements", *_POINTS, "agreements", "product")
    params = [as_dict(as_dict(product).get("params")) for product in products if product]
    if not params:
        return "no product readable"
    return "named" if any(each.get("time_of_use_scheme") for each in params) else "not named"


def _bands(seen: Seen) -> str:
    path = (*_POINTS, "halfHourlyReadings", "consumptionRateBand")
    bands = seen.leaves("half_hourly_readings", *path)
    if not bands:
        return "no half hours"
    named = sum(isinstance(band, str) and bool(band) for band in bands)
    return "all half hours" if named == len(bands) else "some half hours" if named else "none"


def _subsidies(seen: Seen) -> str:
    kinds = seen.leaves("charges", "charges", "lineItems", "supplyType")
    if not kinds:
        return "no bill lines"
    unknown = [kind for kind in kinds if isinstance(kind, str) and component_of(kind) is None]
    return "lines of unknown types" if unknown else "no line of an unknown type"


def _lateness(seen: Seen) -> str:
    times = _instants(seen.leaves("half_hourly_readings", *_POINTS, "halfHourlyReadings", "endAt"))
    if not times:
        return "no half hours"
    late = (seen.now - max(times)) / timedelta(hours=1)
    return next((words for hours, words in _LATE if late < hours), "more than 2 days")


def _adds_up(seen: Seen) -> str:
    rows = [
        as_dict(row)
        for row in seen.leaves("half_hours_of_interval", *_POINTS, "halfHourlyReadings")
    ]
    stated = seen.leaves("stated_interval", "value")
    if not rows or not stated:
        return "not comparable"
    half_hours = sum((_decimal(row.get("value")) for row in rows), Decimal(0))
    return "yes" if abs(half_hours - _decimal(stated[0])) <= _TOLERANCE else "no"


def _rates_told(seen: Seen) -> str:
    """Tell from where the window of the adjustment begins whether it goes by the month of the calendar."""
    path = (*_POINTS, "agreements", "product", "fuelCostAdjustment", "validFrom")
    starts = _instants(seen.leaves("agreements", *path))
    if not starts:
        return "no window stated"
    local = max(starts) + timedelta(hours=9)
    return "windows begin with a month" if local.day == 1 else "windows begin within a month"


def _instants(values: Sequence[Any]) -> list[datetime]:
    found = []
    for value in values:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            continue
        if at.tzinfo is not None:
            found.append(at.astimezone(UTC))
    return found


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def closed_interval(seen: Seen) -> Mapping[str, Any] | None:
    """Return the newest closed interval that one list of half hours can hold, with its times as they came."""
    path = (*_POINTS, "intervalReadings")
    found = []
    for row in map(as_dict, seen.leaves("interval_readings", *path)):
        times = _instants([row.get("startAt"), row.get("endAt")])
        if len(times) == 2 and times[0] < times[1] <= times[0] + _LONGEST:
            found.append((times[1], row))
    return max(found, key=lambda each: each[0])[1] if found else None


def first_text(values: Sequence[Any]) -> str | None:
    """Return the first text."""
    return next((value for value in values if isinstance(value, str) and value), None)


def numbers(data: Data, document: str, key: str) -> list[Any]:
    """Return the numbers of all points that a document lists."""
    return list(_at(data.get(document), ("account", "properties", key, "spin")))


def identifiers(data: Data) -> list[Any]:
    """Return the identifiers of the newest statements."""
    path = ("account", "ledgers", "statements", "edges", "node", "identifier")
    return list(_at(data.get("statements"), path))


def merged(one: Any, other: Any) -> Any:
    """Put two answers about the same together: what one of them lacks the other has."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        both = {**one, **other}
        return {k: merged(one[k], other[k]) if k in one and k in other else both[k] for k in both}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [merged(*parts) for parts in zip(one, other, strict=True)]
    return one if other is None else other


_POINTS = ("account", "properties", "points")

_QUESTIONS: Mapping[str, Callable[[Seen], str]] = {
    "monthly rates": _rates_told,
    "sign of the balance": _balance_sign,
    "charges of a bill": _charges,
    "schedule named": _scheme,
    "band per half hour": _bands,
    "subsidies on bills": _subsidies,
    "readings are late by": _lateness,
    "half hours add up to the interval": _adds_up,
}
