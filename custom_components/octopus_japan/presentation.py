"""How a price is told to dashboards and automations: bands by name, and the shapes that cards of the community read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .coordinators.prices import PointPrices
from .oejp.tariff import Component, DayPrices, Price

BANDS: Final = (
    "single",
    "step_1",
    "step_2",
    "step_3",
    "step_4",
    "step_5",
    "night",
    "day",
    "standard",
    "home",
    "solar",
    "summer",
    "other",
    "summer_day",
    "other_day",
    "summer_winter_day",
    "unlisted",
)
"""States of the rate band; `unlisted` is a band whose name the service has made up since."""

_STEP: Final = "step_"
_LAST_STEP: Final = 5

COMPONENT_NAMES: Final = {
    Component.ENERGY: "energy_charge",
    Component.FUEL_COST_ADJUSTMENT: "fuel_cost_adjustment",
    Component.RENEWABLE_ENERGY_LEVY: "renewable_energy_levy",
    Component.STANDING_CHARGE: "standing_charge",
    Component.SUBSIDY: "subsidy",
    Component.DISCOUNT: "discount",
}


def shown(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as they are shown: times in the zone of Home Assistant, numbers to four places."""
    return {name: _shown(value) for name, value in attributes.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return dt_util.as_local(value)
    if isinstance(value, float | Decimal):
        return round(float(value), 4)
    if isinstance(value, Mapping):
        return shown(value)
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value


def bill_components(parts: Iterable[tuple[Component | None, Decimal]]) -> dict[str, float]:
    """Return the parts of a bill in yen, rounded to hundredths; what is of no known component is `other`."""
    return {
        "other" if component is None else COMPONENT_NAMES[component]: round(float(yen), 2)
        for component, yen in parts
    }


def band_option(price: Price) -> str:
    """Return the state that names the band or step of a price; steps beyond the fifth are the fifth."""
    if price.slot.startswith(_STEP):
        return f"{_STEP}{min(int(price.slot.removeprefix(_STEP)), _LAST_STEP)}"
    return price.slot if price.slot in BANDS else "unlisted"


def estimation(since: datetime | None) -> dict[str, Any]:
    """Return whether a figure rests on a guess, and since when: on rates or use that nobody told yet."""
    return {
        "estimated": since is not None,
        "estimated_since": None if since is None else dt_util.as_local(since),
    }


def own_meter(until: datetime | None) -> dict[str, Any]:
    """Return until when a figure rests on the household's own meter; nothing where it does not."""
    return {} if until is None else {"own_meter_until": dt_util.as_local(until)}


def components(price: Price, *, without_tax: bool = False) -> dict[str, float]:
    """Return the parts of a price in JPY/kWh, including tax unless asked without."""
    parts = price.components_without_tax if without_tax else price.components
    return {COMPONENT_NAMES[component]: float(part) for component, part in parts.items()}


def price_attributes(prices: PointPrices) -> Mapping[str, Any]:
    """Return the parts of the current price, what it rests on, and the prices of today and tomorrow."""
    price = prices.current
    if price is None:
        return {"reason": prices.reason}
    return {
        **components(price),
        "band": band_option(price),
        "valid_until": _valid_until(prices, price),
        **estimation(prices.estimated_since),
        **own_meter(prices.own_until),
        "sources": {
            COMPONENT_NAMES[component]: source.value
            for component, source in price.provenance.items()
        },
        "rates": [*_rates(prices.today), *_rates(prices.tomorrow)],
    }


def _valid_until(prices: PointPrices, price: Price) -> datetime | None:
    """Return until when the price holds as it is: until a part of it is no longer told, or another price is expected."""
    ends = (price.valid_until, prices.next.at if prices.next else None)
    return min((end for end in ends if end is not None), default=None)


def _rates(day: DayPrices | None) -> list[dict[str, Any]]:
    """Return a day's prices in the shape that rate cards of the community read (yen, tax included)."""
    return [
        {
            "start": dt_util.as_local(period.start).isoformat(),
            "end": dt_util.as_local(period.end).isoformat(),
            "value_inc_vat": float(period.price.total),
        }
        for period in (day.periods if day else ())
    ]
