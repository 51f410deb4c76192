"""Options: what the service leaves open and a household can tell, and what goes to the Energy dashboard."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_API_KEY
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .bill_lessons import lesson_fields, lesson_reasons
from .const import CONF_ENERGY_DASHBOARD, CONF_MONTH_BASIS
from .coordinators.own_meter import own_meter_entity
from .coordinators.tariff_book import AUTOMATIC
from .energy_dashboard import dashboard_fields, is_there
from .energy_repairs import async_choose, async_offers
from .entering import (
    CONF_METER,
    CONF_POINT,
    Mistyped,
    capacity_fields,
    capacity_options,
    forget_field,
    hour_fields,
    meter_fields,
    meter_options,
    month_text,
    point_fields,
    rate_fields,
    read_hours,
    read_meter,
    read_rates,
    serial_number_fields,
    serial_number_options,
)
from .identity import last_four
from .oejp.tariff import MonthBasis
from .oejp.tariff.schedule import NoSchedule
from .runtime import OctopusConfigEntry


class OctopusOptionsFlow(OptionsFlowWithReload):
    """What the service leaves open and a household can tell from its bills and notices."""

    _spin: str

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what it is about."""
        return self.async_show_menu(
            step_id="init",
            menu_options=[
                "energy_dashboard",
                "general",
                "bills",
                "set_monthly_rate",
                "set_schedule",
                "capacity",
                "own_meter",
                "serial_number",
            ],
        )

    async def async_step_energy_dashboard(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what goes to the Energy dashboard, and put it there."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        if not is_there(self.hass):
            return self.async_abort(reason="no_energy_dashboard")
        if user_input is not None:
            chosen = user_input[CONF_ENERGY_DASHBOARD]
            return self._finish(await async_choose(self.hass, entry, chosen))
        offers, sources = await async_offers(self.hass, entry)
        if not offers:
            return self.async_abort(reason="all_on_energy_dashboard")
        schema = vol.Schema(dashboard_fields(self.hass, offers, sources))
        return self._form("energy_dashboard", schema)

    async def async_step_general(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how adjustment and levy follow the calendar."""
        if user_input is not None:
            return self._finish(user_input)
        schema = vol.Schema(
            {
                vol.Required(CONF_MONTH_BASIS, default=AUTOMATIC): SelectSelector(
                    SelectSelectorConfig(
                        options=[AUTOMATIC, *(basis.value for basis in MonthBasis)],
                        translation_key=CONF_MONTH_BASIS,
                    )
                )
            }
        )
        return self._form("general", schema, self.config_entry.options)

    async def async_step_bills(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which supply point's bills it is about."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        spins = list(entry.runtime_data.account.data.supply_points)
        if user_input is None and len(spins) > 1:
            return self._form("bills", vol.Schema(point_fields(spins)))
        self._spin = (user_input or {}).get(CONF_POINT, spins[0])
        return await self.async_step_lessons()

    async def async_step_lessons(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what past bills decided, and why; nothing is entered."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        if user_input is not None:
            return self._finish({})
        lessons = entry.runtime_data.book.tariff(self._spin).lessons
        return self.async_show_form(
            step_id="lessons",
            data_schema=vol.Schema(lesson_fields(lessons)),
            description_placeholders={
                "number": last_four(self._spin),
                **lesson_reasons(lessons),
            },
        )

    async def async_step_set_monthly_rate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the rates of a month."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        spins = list(entry.runtime_data.account.data.supply_points)
        month_now = month_text(dt_util.utcnow())
        schema = vol.Schema(point_fields(spins) | rate_fields(month_now) | forget_field())
        if user_input is None:
            return self._form("set_monthly_rate", schema)
        try:
            month, prices = read_rates(user_input)
        except Mistyped as error:
            return self._form("set_monthly_rate", schema, user_input, error.reason)
        spin = user_input.get(CONF_POINT, spins[0])
        entry.runtime_data.book.async_enter_rates(spin, month, prices)
        return self._finish({})

    async def async_step_set_schedule(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which supply point's hours are entered; only plans with bands have any."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        book = entry.runtime_data.book
        spins = [spin for spin in entry.runtime_data.account.data.supply_points if book.slots(spin)]
        if not spins:
            return self.async_abort(reason="no_bands")
        if user_input is None and len(spins) > 1:
            return self._form("set_schedule", vol.Schema(point_fields(spins)))
        self._spin = (user_input or {}).get(CONF_POINT, spins[0])
        return await self.async_step_hours()

    async def async_step_hours(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the hours of each band of the plan in force."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        book = entry.runtime_data.book
        slots = book.slots(self._spin)
        schema = vol.Schema(hour_fields(slots))
        if user_input is None:
            return self._form("hours", schema)
        try:
            book.async_enter_hours(self._spin, read_hours(user_input, slots))
        except (Mistyped, NoSchedule) as error:
            return self._form("hours", schema, user_input, error.reason)
        return self._finish({})

    async def async_step_capacity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the contracted capacity of a supply point."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        spins = list(entry.runtime_data.account.data.supply_points)
        schema = vol.Schema(point_fields(spins) | capacity_fields())
        if user_input is None:
            return self._form("capacity", schema)
        spin = user_input.get(CONF_POINT, spins[0])
        return self._finish(capacity_options(self.config_entry.options, spin, user_input))

    async def async_step_own_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which supply point the household measures with a meter of its own."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        spins = list(entry.runtime_data.account.data.supply_points)
        if user_input is None and len(spins) > 1:
            return self._form("own_meter", vol.Schema(point_fields(spins)))
        self._spin = (user_input or {}).get(CONF_POINT, spins[0])
        return await self.async_step_meter()

    async def async_step_meter(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the energy sensor of that meter; none ends its use."""
        schema, options = vol.Schema(meter_fields()), self.config_entry.options
        if user_input is None:
            named = own_meter_entity(self.hass, options, self._spin)
            return self._form("meter", schema, {CONF_METER: named} if named else {})
        try:
            chosen = read_meter(self.hass, user_input)
        except Mistyped as error:
            return self._form("meter", schema, user_input, error.reason)
        return self._finish(meter_options(options, self._spin, chosen))

    async def async_step_serial_number(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the serial number of a supply point's meter, by which REST tells its half hours; none forgets it."""
        if (entry := self._loaded()) is None:
            return self.async_abort(reason="not_loaded")
        if CONF_API_KEY not in entry.data:
            return self.async_abort(reason="no_api_key")
        spins = list(entry.runtime_data.account.data.supply_points)
        if user_input is None:
            schema = vol.Schema(point_fields(spins) | serial_number_fields())
            return self._form("serial_number", schema)
        spin = user_input.get(CONF_POINT, spins[0])
        return self._finish(serial_number_options(self.config_entry.options, spin, user_input))

    def _finish(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **options})

    def _form(
        self,
        step_id: str,
        schema: vol.Schema,
        shown: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown or {}),
            errors={"base": reason} if reason else {},
        )

    def _loaded(self) -> OctopusConfigEntry | None:
        """Return the entry, None while it does not run: what is entered belongs to its points."""
        entry: OctopusConfigEntry = self.config_entry
        return entry if entry.state is ConfigEntryState.LOADED else None
