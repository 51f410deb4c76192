"""The action `get_bill`: a bill worked out line by line, and beside each line the supplier's own."""

from collections.abc import Iterable, Mapping, Sequence
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
from ..oejp.tariff.supply_types import rate_of
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
    """Return the bill of a supply point, of a gas point, or of all that an account is billed for."""
    wanted = call.data.get("device_id")
    if wanted is not None and (entry := _entry(call.hass, wanted)) is not None:
        login = entry.runtime_data.account.data
        if (number := _number(call.hass, wanted, login.accounts)) is not None:
            return await _of_account(call, entry, login.accounts[number])
        if (number := _number(call.hass, wanted, login.gas_points)) is not None:
            return _response(_gas(call, entry, number))
    return _response(await _bill(call, chosen_point(call.hass, wanted)))


@callback
def _entry(hass: HomeAssistant, device_id: str) -> OctopusConfigEntry | None:
    """Return the loaded entry that a device belongs to."""
    device = dr.async_get(hass).async_get(device_id)
    entries: list[OctopusConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return next(
        (entry for entry in entries if device and entry.entry_id == device.config_entry_id), None
    )


@callback
def _number(hass: HomeAssistant, device_id: str, numbers: Iterable[str]) -> str | None:
    device = dr.async_get(hass).async_get(device_id)
    return None if device is None else number_of(device.identifiers, numbers)


async def _of_account(
    call: ServiceCall, entry: OctopusConfigEntry, account: AccountData
) -> ServiceResponse:
    """Return the bills of all points of an account. A gas point of which nothing is read yet has none."""
    if not account.supply_points:
        raise mistake("no_supply_points")
    points = {
        spin: await _bill(call, ChosenPoint(call.hass, entry, spin))
        for spin in account.supply_points
    }
    at = _instant(call.data)
    gas = {
        spin: bill
        for spin in account.gas_points
        if (bill := entry.runtime_data.bills.gas_bill(spin, at)) is not None and bill.found
    }
    bills = [*points.values(), *gas.values()]
    found = [bill.found for bill in bills if bill.found is not None]
    return {
        "points": _by_number(points),
        "gas": _by_number(gas),
        "total": sum(each.bill.total for each in found),
        "billed": _sum([each.total for each in found]),
        "credits": [_credit(line) for line in entry.runtime_data.bills.credits(account, bills)],
    }


def _by_number(bills: Mapping[str, PointBill]) -> list[JsonValueType]:
    return [{"number": f"…{last_four(spin)}", **_response(bill)} for spin, bill in bills.items()]


def _gas(call: ServiceCall, entry: OctopusConfigEntry, spin: str) -> PointBill:
    """Work out the bill of a gas point: of its last reading, or of that of a day. Raises a translated error."""
    bill = entry.runtime_data.bills.gas_bill(spin, _instant(call.data))
    if bill is None:
        raise mistake("no_gas_reading")
    if bill.found is None:
        raise unpriced(bill.reason or "")
    return bill


def _instant(data: Mapping[str, Any]) -> datetime:
    """Return the instant whose bill is meant, now where none is named."""
    now = dt_util.utcnow()
    if "date" not in data:
        return now
    at = instant(data["date"], after=now - _DAY)
    if at > now:
        raise mistake("time_ahead", time=iso(at))
    return at


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
        return tariff.calendar.period_at(_instant(data))
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


def _credit(line: LineItem) -> dict[str, JsonValueType]:
    return {
        "name": rate_of(line.supply_type),
        "amount": None if line.gross_amount is None else _yen(line.gross_amount),
    }


def _sum(totals: Sequence[int | None]) -> int | None:
    """Add up what is billed; None where it is not known of one."""
    known = [total for total in totals if total is not None]
    return sum(known) if known and len(known) == len(totals) else None


def _yen(amount: Decimal) -> float:
    """Return an amount in sen, as lines of a bill are."""
    return round(float(amount), 2)
