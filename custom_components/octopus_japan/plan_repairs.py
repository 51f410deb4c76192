"""Repairs of plans and prices: what only a bill or a notice tells, and the forms in which the user enters it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .coordinators.tariff_book import TariffBook
from .entering import (
    Mistyped,
    Take,
    capacity_fields,
    hour_fields,
    rate_fields,
    take_capacity,
    take_hours,
    take_rates,
)
from .identity import digest, last_four
from .issues import async_report, async_settle
from .oejp.household.supply_tariff import unknown_month
from .oejp.japan_time import day_of, month_start
from .oejp.tariff import Tariff, Unpriced
from .oejp.tariff.schedule import NoSchedule
from .runtime import OctopusConfigEntry

MISMATCH = "schedule_mismatch"
RATE = "monthly_rate_unknown"
HOURS = "hours_unknown"
CAPACITY = "capacity_unknown"
PRICELESS = "plan_without_price"

_PATIENCE = timedelta(days=1)
"""For so long a new month's rates may be late, while the account clock asks for them again and again."""
_REASONS = {
    "unknown_schedule": HOURS,
    "no_capacity": CAPACITY,
    "no_standing_charge": CAPACITY,
    **dict.fromkeys(
        (
            "ambiguous_agreement",
            "conflicting_rates",
            "no_rates",
            "tariff_failed",
            "unknown_addon",
            "unknown_band",
            "unknown_product",
        ),
        PRICELESS,
    ),
}
"""Why there is no price, and which repair says so. No agreement at all may be an answer that came short."""

type Fields = Callable[[TariffBook, str], dict[Any, Any]]
"""Returns the fields of a form for a supply point."""

type Found = dict[str, dict[str, str]]
"""The issues that hold, by key, with what their texts name."""


def found_issues(tariff: Tariff, now: datetime) -> Found:
    """Return what is the matter with a tariff."""
    found: Found = {}
    if tariff.mismatches:
        found[MISMATCH] = {}
    if (month := unknown_month(tariff, now - _PATIENCE)) is not None:
        found[RATE] = {"month": month_start(month).strftime("%Y-%m")}
    try:
        card = tariff.card_at(now)
    except Unpriced as error:
        if (key := _REASONS.get(error.reason)) is not None:
            found[key] = {}
        if found.keys() >= {PRICELESS}:
            codes = [gap.product_code for gap in tariff.gaps if gap.covers(now)]
            found[PRICELESS] = {"plan": next((code for code in codes if code), "?")}
        return found
    if card.schedule is not None and card.schedule.row_at(now) is None:
        found[HOURS] = {}
    if card.standing_charge is None:
        found[CAPACITY] = {}
    return found


@callback
def async_watch_plans(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Raise and withdraw issues as the tariffs change, and once a day.

    A bill may tell the rates of a past month: that they are unknown is said once the bills were read.
    """
    prices, account = entry.runtime_data.prices, entry.runtime_data.account
    seen: dict[str, tuple[object, Tariff]] = {}

    @callback
    def update() -> None:
        now = dt_util.utcnow()
        for spin, point in prices.data.items():
            day, tariff = seen.get(spin, (None, None))
            if day == day_of(now) and tariff is point.tariff:
                continue
            expected = account.bills_expected
            if not expected:
                seen[spin] = (day_of(now), point.tariff)
            found = found_issues(point.tariff, now)
            for key in (MISMATCH, RATE, HOURS, CAPACITY, PRICELESS):
                if key == RATE and expected:
                    continue
                if key in found:
                    names = found[key] | {"number": last_four(spin)}
                    async_report(hass, entry, key, digest(spin), **names)
                else:
                    async_settle(hass, entry, key, digest(spin))

    update()
    entry.async_on_unload(prices.async_add_listener(update))


class _EnteringFlow(RepairsFlow):
    """Shows the form of one supply point, and takes what is entered."""

    def __init__(self, fields: Fields, take: Take, data: Mapping[str, Any]) -> None:
        self._fields = fields
        self._take = take
        self._entry_id = str(data["entry_id"])
        self._subject = str(data["subject"])

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Open the form."""
        return await self.async_step_enter()

    async def async_step_enter(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the form until what it holds makes sense."""
        entry: OctopusConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        spin = None if entry is None else self._point(entry)
        if entry is None or spin is None:
            return self.async_abort(reason="not_loaded")
        book, errors = entry.runtime_data.book, dict[str, str]()
        if user_input is not None:
            try:
                options = self._take(book, entry.options, spin, user_input)
            except (Mistyped, NoSchedule) as error:
                errors["base"] = error.reason
            else:
                if options:
                    options = {**entry.options, **options}
                    self.hass.config_entries.async_update_entry(entry, options=options)
                    book.async_update()
                return self.async_create_entry(data={})
        schema = vol.Schema(self._fields(book, spin))
        return self.async_show_form(
            step_id="enter",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or {}),
            errors=errors,
            description_placeholders={"number": last_four(spin)},
        )

    def _point(self, entry: OctopusConfigEntry) -> str | None:
        if entry.state is not ConfigEntryState.LOADED:
            return None
        points = entry.runtime_data.account.data.supply_points
        return next((spin for spin in points if digest(spin) == self._subject), None)


def _rate_fields(book: TariffBook, spin: str) -> dict[Any, Any]:
    found = found_issues(book.tariff(spin), dt_util.utcnow()).get(RATE, {})
    return rate_fields(found.get("month", ""))


FLOWS = {
    RATE: partial(_EnteringFlow, _rate_fields, take_rates),
    HOURS: partial(_EnteringFlow, lambda book, spin: hour_fields(book.slots(spin)), take_hours),
    CAPACITY: partial(_EnteringFlow, lambda book, spin: capacity_fields(), take_capacity),
}
"""By the key of the issue: the form of what a notice or a bill tells."""
