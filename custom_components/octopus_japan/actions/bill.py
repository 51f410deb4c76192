"""The action `get_bill`: a bill worked out line by line, and beside each line the supplier's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..identity import last_four, number_of
from ..oejp.household.accounts import AccountData
from ..oejp.household.point_bill import PointBill, last_closed
from ..oejp.household.reconcile import ComparedLine, SupplierLine
from ..oejp.japan_time import day_of, midnight
from ..oejp.kraken.models import LineItem
from ..oejp.tariff import BillingPeriod, BillLine
from ..oejp.tariff.supply_types import is_gas, rate_of
from ..presentation import COMPONENT_NAMES
from ..runtime import OctopusConfigEntry
from .fields import ChosenPoint, chosen_point, instant, iso, mistake, unpriced

LAST: Final = "last"
RUNNING: Final = "running"
_DAY: Final = timedelta(days=1)

GET_BILL = vol.Schema(
    {
        vol.Optional("device_id"): cv.string,
        vol.Optional("period", default=LAST): vol.In([LAST, RUNNING]),
        vol.Optional("date"): object,
    }
)


async def async_get_bill(call: ServiceCall) -> ServiceResponse:
    """Return the bill of a supply point, or of all that an account is billed for."""
    wanted = call.data.get("device_id")
    if wanted is not None and (found := _account(call.hass, wanted)) is not None:
        return await _of_account(call, *found)
    point = chosen_point(call.hass, wanted)
    return _response(await _bill(call, point))


@callback
def _account(hass: HomeAssistant, device_id: str) -> tuple[OctopusConfigEntry, AccountData] | None:
    """Return the account that a device stands for, None if it stands for none."""
    device = dr.async_get(hass).async_get(device_id)
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        accounts = entry.runtime_data.account.data.accounts
        number = number_of(device.identifiers, accounts) if device else None
        if number is not None:
            return entry, accounts[number]
    return None


async def _of_account(
    call: ServiceCall, entry: OctopusConfigEntry, account: AccountData
) -> ServiceResponse:
    bills = {
        spin: await _bill(call, ChosenPoint(call.hass, entry, spin))
        for spin in account.supply_points
    }
    if not bills:
        raise mistake("no_supply_points")
    totals = [bill.found for bill in bills.values() if bill.found is not None]
    lines = entry.runtime_data.bills.other_lines(account, list(bills.values()))
    return {
        "points": [
            {"number": f"…{last_four(spin)}", **_response(bill)} for spin, bill in bills.items()
        ],
        "total": sum(found.bill.total for found in totals),
        "billed": _sum([found.total for found in totals]),
        "gas": [_other(line) for line in lines if is_gas(line.supply_type)],
        "credits": [_other(line) for line in lines if not is_gas(line.supply_type)],
    }


async def _bill(call: ServiceCall, point: ChosenPoint) -> PointBill:
    """Work out the bill that is asked for. Raises a translated error where there is none."""
    now = dt_util.utcnow()
    period = _period(call.data, point, now)
    until = min(period.end, midnight(day_of(now) + _DAY)) if now < period.end else None
    bill = await point.entry.runtime_data.bills.bill(point.spin, period, until)
    if bill.found is None:
        reason = bill.reason or ""
        if reason == "no_readings":
            raise mistake("no_readings_then", start=iso(period.start), end=iso(period.end))
        raise unpriced(reason)
    return bill


def _period(data: Mapping[str, Any], point: ChosenPoint, now: datetime) -> BillingPeriod:
    """Return the billing period that is meant."""
    tariff = point.tariff
    if "date" in data:
        at = instant(data["date"], after=now - _DAY)
        if at > now:
            raise mistake("time_ahead", time=iso(at))
        return tariff.calendar.period_at(at)
    if data["period"] == RUNNING:
        return tariff.calendar.period_at(now)
    if (period := last_closed(tariff, now)) is None:
        raise mistake("no_closed_bill")
    return period


def _response(bill: PointBill) -> dict[str, JsonValueType]:
    found = bill.found
    assert found is not None  # noqa: S101 - `_bill` raises otherwise
    own = found.bill
    return {
        "start": iso(bill.period.start),
        "end": iso(bill.until or bill.period.end),
        "closed": bill.until is None,
        "complete": bill.complete,
        "estimated": own.estimated_since is not None,
        "estimated_since": iso(own.estimated_since) if own.estimated_since else None,
        "consumption": float(own.kwh),
        "days": own.days,
        "total": own.total,
        "tax": own.tax,
        "lines": [_line(line) for line in found.lines],
        "compared_by": found.by.value if found.by else None,
        "billed": found.total,
        "difference": found.difference,
        "difference_percent": None if found.percent is None else float(found.percent),
    }


def _line(line: ComparedLine) -> dict[str, JsonValueType]:
    component = line.component
    return {
        "component": "other" if component is None else COMPONENT_NAMES[component],
        **_ours(line.ours),
        "billed": _theirs(line.theirs),
        "difference": _yen(line.difference) if line.ours and line.theirs else None,
    }


def _ours(line: BillLine | None) -> dict[str, JsonValueType]:
    if line is None:
        return dict.fromkeys(("name", "units", "price", "amount"))
    return {
        "name": line.name,
        "units": round(float(line.units), 4),
        "price": float(line.price),
        "amount": _yen(line.amount),
    }


def _theirs(line: SupplierLine | None) -> dict[str, JsonValueType] | None:
    if line is None:
        return None
    return {
        "name": line.name,
        "units": None if line.units is None else round(float(line.units), 4),
        "price": None if line.price is None else float(line.price),
        "amount": _yen(line.amount),
    }


def _other(line: LineItem) -> dict[str, JsonValueType]:
    return {
        "name": rate_of(line.supply_type),
        "units": None if line.number_of_units is None else float(line.number_of_units),
        "amount": None if line.gross_amount is None else _yen(line.gross_amount),
    }


def _sum(totals: Sequence[int | None]) -> int | None:
    """Add up what is billed; None where it is not known of one."""
    known = [total for total in totals if total is not None]
    return sum(known) if known and len(known) == len(totals) else None


def _yen(amount: Decimal) -> float:
    """Return an amount in sen, as lines of a bill are."""
    return round(float(amount), 2)
