"""How long introductory rates last: asked for beside the rates, and laid over them when the answer is read.

Nobody has measured whether `durationMonths` can be read. Were it refused where the rates are asked for, the product would be
lost with it (docs/api.md).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .graphql.points import properties
from .graphql.requester import Result
from .parsing import as_dict, as_list

type _Rate = tuple[object, ...]


def lay_durations(result: Result) -> None:
    """Give each rate of an answer the months that the same answer tells of it."""
    for _, place in properties(result):
        told = {
            key: rate["durationMonths"]
            for key, rate in _rates(place.get("introductory"))
            if rate.get("durationMonths") is not None
        }
        for key, rate in _rates(place.get("points")):
            if key in told:
                rate["durationMonths"] = told[key]


def _rates(listed: object) -> Iterator[tuple[_Rate, dict[str, Any]]]:
    """Walk through the rates of a list of points, each with what tells it from others."""
    for point in map(as_dict, as_list(listed)):
        for agreement in map(as_dict, as_list(point.get("agreements"))):
            for rate in as_list(as_dict(agreement.get("product")).get("consumptionCharges")):
                if isinstance(rate, dict):
                    yield (str(point.get("spin")), str(agreement.get("id")), *_told(rate)), rate


def _told(rate: Mapping[str, Any]) -> _Rate:
    return tuple(
        str(rate.get(name)) for name in ("band", "pricePerUnitIncTax", "validFrom", "validTo")
    )
