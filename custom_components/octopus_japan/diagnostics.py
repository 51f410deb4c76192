"""Diagnostics of an entry: what a midnight engineer needs, without who or where the customer is.

Points and accounts are counted, never named: a list, no dictionary keyed by their numbers.
"""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant

from .const import CONF_IMPLEMENTATION, CONF_PRE_SIGNED_KEY, CONF_SERIAL_NUMBER
from .coordinators.exports import PointExport
from .coordinators.prices import PointPrices
from .identity import digest
from .oejp.household.accounts import AccountData
from .oejp.household.gas import GasPointData, GasUsage
from .oejp.household.supply import SupplyPointData
from .oejp.household.totals import Total
from .oejp.household.usage import PointUsage
from .oejp.kraken.models import GenerationPoint
from .oejp.tariff import RateCard, Tariff
from .probing import last_report
from .runtime import OctopusConfigEntry, OctopusRuntimeData
from .store import ChosenPath

TO_REDACT = {
    CONF_EMAIL,
    CONF_PASSWORD,
    CONF_API_KEY,
    CONF_PRE_SIGNED_KEY,
    CONF_TOKEN,
    CONF_IMPLEMENTATION,
    CONF_SERIAL_NUMBER,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: OctopusConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of one login."""
    clocks = entry.runtime_data
    return {
        "entry": {
            "data": async_redact_data(entry.data, TO_REDACT),
            "options": async_redact_data(entry.options, TO_REDACT),
        },
        "clocks": {
            coordinator.name: {
                "last_update_success": coordinator.last_update_success,
                "last_exception": repr(coordinator.last_exception)
                if coordinator.last_exception
                else None,
            }
            for coordinator in (
                clocks.account,
                clocks.readings,
                clocks.exports,
                clocks.prices,
                clocks.rewards,
            )
        },
        "left_out_of_answers": dict(clocks.readings.client.left_out),
        "gone_from_the_schema": {
            operation: sorted(fields) for operation, fields in clocks.readings.client.gone.items()
        },
        "last_probe": last_report(entry),
        "accounts": [
            _account(clocks, account) for account in clocks.account.data.accounts.values()
        ],
    }


def _account(clocks: OctopusRuntimeData, account: AccountData) -> dict[str, Any]:
    memory = clocks.memory.parts
    return {
        "status": account.status,
        "has_balance": account.money.balance is not None,
        "has_overdue_balance": account.money.overdue_balance is not None,
        "bills": None if account.money.statements is None else len(account.money.statements),
        "payments": None if account.money.payments is None else len(account.money.payments),
        "bills_read": len(memory.bills.get(digest(account.number), ())),
        "bill_lines_read": sum(
            len(bill.lines) for bill in memory.bills.get(digest(account.number), ())
        ),
        "answers": account.answers,
        "generation_points": [
            _generation_point(clocks, p) for p in account.generation_points.values()
        ],
        "gas_points": [_gas_point(clocks, p) for p in account.gas_points.values()],
        "supply_points": [_supply_point(clocks, p) for p in account.supply_points.values()],
        "campaigns": {
            "open": None if account.campaigns.open is None else len(account.campaigns.open),
            "joined": None if account.campaigns.joined is None else len(account.campaigns.joined),
        },
    }


def _gas_point(clocks: OctopusRuntimeData, point: GasPointData) -> dict[str, Any]:
    usage = clocks.gas.data.get(point.spin, GasUsage())
    return {
        "status": point.status,
        "accounts": len(point.points),
        "agreements": len(point.agreements),
        "readings": len(point.readings),
        "has_cost": usage.bill is not None,
        "estimated": usage.estimated,
        "reason": usage.reason,
        "tiers": len(usage.table.tiers) if usage.table else None,
        "has_next_reading": usage.next_reading is not None,
    }


def _supply_point(clocks: OctopusRuntimeData, point: SupplyPointData) -> dict[str, Any]:
    spin = point.spin
    path = clocks.memory.parts.reading_paths.get(digest(spin), ChosenPath())
    usage = (clocks.readings.data or {}).get(spin)
    prices = (clocks.prices.data or {}).get(spin)
    return {
        "area": point.area,
        "status": point.status,
        "listings": len(point.listings),
        "supply_start": point.supply_start,
        "supply_end": point.supply_end,
        "agreements": len(point.agreements),
        "closed_billing_periods": len(point.interval_readings),
        "reading_path": path.recent,
        "history_path": path.old,
        "history_imported": clocks.readings.backfill.progress(spin),
        "usage": _usage(usage) if usage else None,
        "price": _price(prices) if prices else None,
    }


def _generation_point(clocks: OctopusRuntimeData, point: GenerationPoint) -> dict[str, Any]:
    path = clocks.memory.parts.reading_paths.get(digest(point.gpin), ChosenPath())
    export = (clocks.exports.data or {}).get(point.gpin)
    return {
        "status": point.status,
        "agreements": len(point.agreements),
        "reading_path": path.recent,
        "history_path": path.old,
        "history_imported": clocks.exports.backfill.progress(point.gpin),
        "export": _export(export) if export else None,
    }


def _export(export: PointExport) -> dict[str, Any]:
    return {
        "latest_version": export.latest.version if export.latest else None,
        "latest_end": export.latest.end_at if export.latest else None,
        "has_credit": export.credit is not None,
        "hours": {name: _total(total) for name, total in export.export.items()},
    }


def _usage(usage: PointUsage) -> dict[str, Any]:
    return {
        "published_until": usage.published_until,
        "latest_version": usage.latest.version if usage.latest else None,
        "latest_band": usage.latest.consumption_rate_band if usage.latest else None,
        "billing_period": {"start": usage.period.start, "end": usage.period.end},
        "hours": {name: _total(total) for name, total in usage.consumption.items()},
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "hours": total.hours,
        "complete": total.complete,
        "complete_until": total.complete_until,
    }


def _price(prices: PointPrices) -> dict[str, Any]:
    current = prices.current
    return {
        "reason": prices.reason,
        "total": str(current.total) if current else None,
        "valid_until": current.valid_until if current else None,
        "estimated": current.estimated if current else None,
        "sources": dict(current.provenance) if current else None,
        **_tariff(prices.tariff),
    }


def _tariff(tariff: Tariff) -> dict[str, Any]:
    return {
        "month_basis": tariff.month_basis,
        "cards": [_card(card) for card in tariff.cards],
        "gaps": [{"reason": gap.reason, "start": gap.start, "end": gap.end} for gap in tariff.gaps],
        "schedule_mismatches": len(tariff.mismatches),
    }


def _card(card: RateCard) -> dict[str, Any]:
    return {
        "kind": card.kind,
        "product_code": card.product_code,
        "start": card.start,
        "end": card.end,
        "steps": len(card.steps),
        "bands": [band.name for band in card.bands],
        "scheme": card.schedule.scheme if card.schedule else None,
        "learned": card.schedule.learned if card.schedule else None,
    }
