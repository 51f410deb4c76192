"""The action that prices the last year on every plan on sale, as it was or with another habit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..oejp.household.comparison import Comparison, PlanCost, RatesOf
from ..oejp.household.plans import known_capacity
from ..oejp.household.what_if import NotPossible, Window, add, scale, shift, with_solar
from ..oejp.household.year_of_use import PeriodUse, YearOfUse
from ..oejp.tariff import Capacity
from .fields import chosen_point, iso, mistake

SCHEMA = vol.Schema(
    {
        vol.Optional("device_id"): cv.string,
        vol.Optional("scale"): object,
        vol.Optional("shift"): object,
        vol.Optional("add"): object,
        vol.Optional("solar"): object,
        vol.Optional("capacity"): object,
    }
)
_MOST: Final = {
    "scale": 1000,
    "shift": 1000,
    "add": 1000,
    "solar": 100,
    "amperes": 1000,
    "kva": 1000,
}
"""The largest number that each field takes: what is beyond it is a slip of the pen."""

type Change = Callable[[YearOfUse], YearOfUse]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is to be different: changes of use in their order, and another contracted capacity."""

    changes: tuple[Change, ...] = ()
    capacity: Capacity | None = None

    def of(self, use: YearOfUse) -> YearOfUse:
        """Make the changes. Raises NotPossible."""
        for change in self.changes:
            use = change(use)
        return use


async def async_compare_plans(call: ServiceCall) -> ServiceResponse:
    """Answer with the whole table."""
    point = chosen_point(call.hass, call.data.get("device_id"))
    comparison = point.entry.runtime_data.comparison
    sold = comparison.on_sale(point.spin)
    what_if = read_what_if(call.data, sold.area)
    use = await comparison.year(point.spin)
    if not use.periods:
        raise mistake("nothing_to_compare")
    try:
        changed = await call.hass.async_add_executor_job(what_if.of, use)
    except NotPossible as error:
        raise mistake(error.reason, most=str(error.most)) from error
    tables = {
        rates: await comparison.compare(point.spin, changed, rates, what_if.capacity)
        for rates in RatesOf
    }
    texts = await async_get_translations(
        call.hass, call.hass.config.language, "exceptions", {DOMAIN}
    )
    unchanged = await comparison.compare(point.spin, use, RatesOf.TODAY)
    now = unchanged.current
    return {
        "start": iso(use.periods[0].period.start),
        "end": iso(use.periods[-1].period.end),
        "months": [_month(each) for each in changed.periods],
        "left_out": [
            {"start": iso(period.start), "end": iso(period.end)} for period in use.left_out
        ],
        "consumption": _kwh(changed.kwh),
        "catalogue": bool(sold.products),
        "cost_without_changes": None if now is None else now.yen,
        "capacity": _capacity_used(
            what_if.capacity or known_capacity(sold, now.plan.card if now else None)
        ),
        "plans": [_plan(cost, tables, texts) for cost in tables[RatesOf.TODAY].plans],
    }


def read_what_if(data: Mapping[str, Any], area: str) -> WhatIf:
    """Read the fields. Raises a translated error that names the field."""
    changes: list[Change] = []
    if "scale" in data:
        per_cent = _number("scale", data["scale"])
        changes.append(lambda use: scale(use, per_cent))
    changes += map(_shift, _listed(data.get("shift")))
    changes += map(_add, _listed(data.get("add")))
    if "solar" in data:
        kw = _number("solar", data["solar"])
        changes.append(lambda use: with_solar(use, kw, area))
    capacity = _capacity(data["capacity"]) if "capacity" in data else None
    return WhatIf(tuple(changes), capacity)


def _listed(value: object) -> Iterable[object]:
    """Return one change or several alike."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _add(value: object) -> Change:
    fields = _fields("add", value, {"consumption", "start", "end"})
    kwh, window = _number("add", fields["consumption"]), _window(fields["start"], fields["end"])
    return lambda use: add(use, kwh, window)


def _shift(value: object) -> Change:
    names = {"consumption", "from_start", "from_end", "to_start", "to_end"}
    fields = _fields("shift", value, names)
    kwh = _number("shift", fields["consumption"])
    source = _window(fields["from_start"], fields["from_end"])
    target = _window(fields["to_start"], fields["to_end"])
    return lambda use: shift(use, kwh, source, target)


def _capacity(value: object) -> Capacity:
    if not isinstance(value, Mapping) or len(value) != 1 or not value.keys() <= {"amperes", "kva"}:
        raise mistake("not_a_capacity")
    ((unit, size),) = value.items()
    number = _number(unit, size)
    return Capacity(amperes=number) if unit == "amperes" else Capacity(kva=number)


def _fields(name: str, value: object, needed: set[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or value.keys() != needed:
        raise mistake(f"{name}_incomplete")
    return value


def _number(name: str, value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found <= _MOST[name]:
        raise mistake("not_a_number", field=name, value=str(value), most=str(_MOST[name]))
    return found


def _window(start: object, end: object) -> Window:
    return Window(_time(start), _time(end))


def _time(value: object) -> time:
    found = value if isinstance(value, time) else dt_util.parse_time(str(value).strip())
    if found is None:
        raise mistake("not_a_time_of_day", value=str(value))
    return found


def _capacity_used(capacity: Capacity) -> dict[str, JsonValueType]:
    """Return what standing charges were looked up by; None where it is not known."""
    return {
        "amperes": None if capacity.amperes is None else float(capacity.amperes),
        "kva": None if capacity.kva is None else float(capacity.kva),
    }


def _month(use: PeriodUse) -> dict[str, JsonValueType]:
    return {
        "start": iso(use.period.start),
        "end": iso(use.period.end),
        "consumption": _kwh(use.kwh),
        "missing_hours": use.missing,
    }


def _plan(
    cost: PlanCost, tables: Mapping[RatesOf, Comparison], texts: Mapping[str, str]
) -> dict[str, JsonValueType]:
    plan = cost.plan
    row: dict[str, JsonValueType] = {
        "plan": plan.name,
        "code": plan.code,
        "current": plan.current,
        "reason": cost.reason,
        "explanation": None
        if cost.reason is None
        else texts.get(f"component.{DOMAIN}.exceptions.{cost.reason}.message", cost.reason),
    }
    for rates, table in tables.items():
        same = next(each for each in table.plans if each.plan == plan)
        row[f"rates_of_{rates}"] = {
            "cost": same.yen,
            "difference": table.difference(same),
            "months": [bill.total for bill in same.bills],
            "estimated": same.estimated_since is not None,
        }
    return row


def _kwh(value: Decimal) -> float:
    return round(float(value), 2)
