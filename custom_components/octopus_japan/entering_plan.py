"""The forms in which a user enters a plan that no login tells of: area and plan, the contract, and prices read off a bill."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import CONF_MONTHLY_USE, CONF_READING_DAY
from .entering import Mistyped, capacity_fields, meter_fields
from .oejp.household.price_list import Step, entered_by_hour, entered_in_steps
from .oejp.japan_time import day_in_month, day_of, midnight, month_of
from .oejp.kraken.catalogue import CatalogueProduct
from .oejp.tariff import Capacity, Unpriced
from .oejp.tariff.from_kraken.on_sale import card_on_sale
from .oejp.tariff.schedule import published, schemes_of

CONF_AREA: Final = "area"
CONF_PLAN: Final = "plan"
CONF_SINCE: Final = "since"
CONF_NAME: Final = "name"
CONF_PER_DAY: Final = "standing_charge"
CONF_ADJUSTED: Final = "fuel_cost_adjustment"
CONF_SCHEME: Final = "time_of_use_scheme"
OWN_PRICES: Final = "own_prices"
"""The choice of a plan that is not listed: its prices are entered."""
NO_SCHEME: Final = "none"
AREAS: Final = tuple(f"{number:02}" for number in range(1, 10))
"""The grid operators in whose areas the supplier sells."""

_STEPS: Final = 4
_HIGHEST: Final = 1000
_YEN_PER_KWH = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX, min=0, max=_HIGHEST, step="any", unit_of_measurement="JPY/kWh"
    )
)
_KWH = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX, min=1, max=10_000, step=1, unit_of_measurement="kWh"
    )
)
_YEN_PER_DAY = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX, min=0, max=10_000, step="any", unit_of_measurement="JPY/d"
    )
)
_DAY = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, min=1, max=31, step=1))
_PASSES = frozenset({"unknown_schedule"})
"""Why a plan has no price yet that the user can mend once it is set up: a repair asks for its hours."""


def area_fields(known: str | None) -> dict[Any, Any]:
    """Return the field of the grid area; `known`: the one that an entry's point is in."""
    default = known if known in AREAS else vol.UNDEFINED
    return {
        vol.Required(CONF_AREA, default=default): SelectSelector(
            SelectSelectorConfig(
                options=list(AREAS), translation_key=CONF_AREA, mode=SelectSelectorMode.DROPDOWN
            )
        )
    }


def plan_fields(products: Iterable[CatalogueProduct]) -> dict[Any, Any]:
    """Return the fields of the plan and of the contract. One that is not listed can always be chosen."""
    options = [SelectOptionDict(value=each.code, label=_label(each)) for each in products]
    options.append(SelectOptionDict(value=OWN_PRICES, label=OWN_PRICES))
    return {
        vol.Required(CONF_PLAN): SelectSelector(
            SelectSelectorConfig(options=options, translation_key=CONF_PLAN)
        ),
        **capacity_fields(),
        vol.Optional(CONF_READING_DAY): _DAY,
        vol.Optional(CONF_SINCE): DateSelector(),
        **meter_fields(),
        vol.Optional(CONF_MONTHLY_USE): _KWH,
    }


def _label(product: CatalogueProduct) -> str:
    """Name a product and its prices: one name may stand for several versions."""
    rates = product.tiers[0].consumption_rates if product.tiers else ()
    prices = " / ".join(f"{rate.price_per_unit_inc_tax:f}" for rate in rates)
    return f"{product.name} ({prices})" if prices else product.name


def read_since(fields: Mapping[str, Any], now: datetime, *, change: bool) -> datetime:
    """Read from when on a plan holds (UTC): without a day from today if it is a `change`, else from the last meter reading.

    Raises Mistyped for a day ahead.
    """
    if text := fields.get(CONF_SINCE):
        day = dt_util.parse_date(str(text))
        if day is None or day > day_of(now):
            raise Mistyped("since_ahead")
        since = midnight(day)
    elif change:
        since = midnight(day_of(now))
    else:
        since = _last_reading(now, fields.get(CONF_READING_DAY))
    return dt_util.as_utc(since)


def _last_reading(now: datetime, reading_day: float | None) -> datetime:
    """Return when the meter was read last; where nobody says, the first of the month."""
    month = month_of(now)
    days = (day_in_month(each, int(reading_day or 1)) for each in (month, month - 1))
    return next(day for day in days if day <= now)


def check_price(
    product: CatalogueProduct, area: str, capacity: Capacity, at: datetime, *, used: bool
) -> None:
    """Raise Mistyped for a plan that has no price for this contract. `used`: whether anything is known of the use, as steps need it."""
    try:
        card = card_on_sale(product, area, capacity, at)
    except Unpriced as error:
        if error.reason in _PASSES:
            return
        known = {"no_capacity", "not_for_capacity"}
        reason = error.reason if error.reason in known else "plan_without_price"
        raise Mistyped(reason) from error
    if len(card.steps) > 1 and not used:
        raise Mistyped("use_needed")


def price_fields(area: str, *, used: bool) -> dict[Any, Any]:
    """Return the fields of a plan that is not listed. `used`: whether anything is known of the use, which steps need; else it is asked for."""
    schemes = SelectSelectorConfig(
        options=[NO_SCHEME, *schemes_of(area)],
        translation_key=CONF_SCHEME,
        mode=SelectSelectorMode.DROPDOWN,
    )
    fields: dict[Any, Any] = {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_PER_DAY): _YEN_PER_DAY,
        vol.Required(CONF_ADJUSTED, default=True): BooleanSelector(),
        vol.Required(CONF_SCHEME, default=NO_SCHEME): SelectSelector(schemes),
    }
    for number in range(1, _STEPS + 1):
        fields[vol.Optional(f"price_{number}")] = _YEN_PER_KWH
        if number < _STEPS:
            fields[vol.Optional(f"until_{number}")] = _KWH
    return fields if used else fields | {vol.Optional(CONF_MONTHLY_USE): _KWH}


def read_steps(area: str, fields: Mapping[str, Any]) -> CatalogueProduct:
    """Read a plan of one price or of steps. Raises Mistyped."""
    steps: list[Step] = []
    for number in range(1, _STEPS + 1):
        price, until = fields.get(f"price_{number}"), fields.get(f"until_{number}")
        if price is None:
            break
        steps.append(Step(_decimal(price), None if until is None else int(until)))
    if not steps:
        raise Mistyped("no_price")
    ends = [step.end for step in steps]
    told = [end for end in ends[:-1] if end is not None]
    if len(told) < len(steps) - 1 or ends[-1] is not None or told != sorted(set(told)):
        raise Mistyped("steps_do_not_follow")
    if any(
        fields.get(f"price_{number}") is not None for number in range(len(steps) + 1, _STEPS + 1)
    ):
        raise Mistyped("steps_do_not_follow")
    return entered_in_steps(area, **_terms(fields), steps=steps)


def band_fields(slots: Sequence[str]) -> dict[Any, Any]:
    """Return a field for the price of each band."""
    return {vol.Required(slot.lower()): _YEN_PER_KWH for slot in slots}


def slots_of_scheme(area: str, scheme: str) -> tuple[str, ...]:
    """Return the bands of a published scheme in an area."""
    found = published(scheme, area)
    return () if found is None else tuple(sorted(found.slots))


def read_bands(area: str, fields: Mapping[str, Any], prices: Mapping[str, Any]) -> CatalogueProduct:
    """Read a plan whose price goes by the hour: `fields` of `price_fields`, `prices` of `band_fields`."""
    scheme = fields[CONF_SCHEME]
    found = {slot: _decimal(prices[slot.lower()]) for slot in slots_of_scheme(area, scheme)}
    return entered_by_hour(area, **_terms(fields), scheme=scheme, prices=found)


def _terms(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(fields[CONF_NAME]).strip(),
        "per_day": _decimal(fields[CONF_PER_DAY]),
        "adjusted": bool(fields[CONF_ADJUSTED]),
    }


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))
