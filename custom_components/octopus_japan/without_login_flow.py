"""The steps of an entry without a login: area, then plan and contract; the prices of a plan that is not listed are entered."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlow, ConfigFlowResult
from homeassistant.const import ATTR_ENTITY_ID, CONF_EMAIL, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import (
    CONF_CAPACITY,
    CONF_MONTHLY_USE,
    CONF_NUMBER,
    CONF_OWN_METER,
    CONF_PLANS,
    CONF_READING_DAY,
    DOMAIN,
    NAME,
)
from .coordinators.tariff_book import entered_capacity
from .coordinators.without_login import entered_point, is_without_login, with_plan
from .entering import CONF_METER, CONF_POINT, Mistyped, capacity_options, meter_options, read_meter
from .entering_plan import (
    CONF_AREA,
    CONF_PLAN,
    CONF_SCHEME,
    NO_SCHEME,
    OWN_PRICES,
    area_fields,
    band_fields,
    check_price,
    plan_fields,
    price_fields,
    read_bands,
    read_since,
    read_steps,
    slots_of_scheme,
)
from .identity import digest, last_four, masked
from .issues import async_forget
from .oauth import async_give_back
from .oejp.household.price_list import shipped
from .oejp.kraken import KrakenError
from .oejp.kraken.catalogue import CatalogueProduct
from .renumbering import async_renumber, points_of, renumbered
from .runtime import OctopusConfigEntry, forget_sign_in, trial_client

WITHOUT_LOGIN_STEP: Final = "without_login"
_DIGITS = 20
"""Of a number that stands for a SPIN, after the two of its area."""


class WithoutLoginSteps(ConfigFlow):
    """Makes an entry of what the user enters, or gives an existing one up to that: its entities stay."""

    _area: str
    _address: str
    _products: Sequence[CatalogueProduct]
    _contract: dict[str, Any]
    _prices: dict[str, Any]
    _point: str | None = None
    """The digest of the existing entry's point that goes on without a login."""

    @property
    @abstractmethod
    def _entry(self) -> OctopusConfigEntry | None:
        """The entry that this flow is about, unless it makes a new one."""

    @abstractmethod
    def _form_with_address(
        self,
        step_id: str,
        fields: Mapping[Any, Selector[Any]],
        user_input: Mapping[str, Any],
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a form with the address of the API behind *Advanced*."""

    @abstractmethod
    def _address_of(self, user_input: Mapping[str, Any]) -> str | None:
        """Return the address that a form holds, None where credentials must not be sent there."""

    async def async_step_without_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the home is; of an entry with several supply points also which of them goes on."""
        points = {} if self._entry is None else points_of(self.hass, self._entry)
        fields = area_fields(self._known_area()) | (_which(points) if len(points) > 1 else {})
        if user_input is None:
            return self._form_with_address("without_login", fields, {}, {})
        if (address := self._address_of(user_input)) is None:
            errors = {"base": "invalid_url"}
            return self._form_with_address("without_login", fields, user_input, errors)
        self._area, self._address = user_input[CONF_AREA], address
        self._point = user_input.get(CONF_POINT, next(iter(points), None))
        self._products = await self._on_sale()
        return await self.async_step_plan()

    def _known_area(self) -> str | None:
        """Return the area that an existing entry's first point is in, while that is known."""
        entry = self._entry
        if entry is None:
            return None
        if (number := entry.data.get(CONF_NUMBER)) is not None:
            return str(number)[:2]
        if entry.state is not ConfigEntryState.LOADED:
            return None
        points = entry.runtime_data.account.data.supply_points.values()
        return next((point.area for point in points), None)

    async def _on_sale(self) -> Sequence[CatalogueProduct]:
        """Return what is on sale as the service tells it without a login; where it does not, what is shipped."""
        with trial_client(self.hass, {CONF_PLANS: [], CONF_URL: self._address}) as client:
            try:
                told = await client.catalogue.products(self._area)
            except KrakenError:
                told = ()
        priced = [each for each in told if each.is_priced]
        return priced or await self.hass.async_add_executor_job(shipped, self._area)

    async def async_step_plan(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the plan and the contract."""
        schema = vol.Schema(plan_fields(self._products))
        if user_input is None:
            return self._show("plan", schema, self._known_contract())
        try:
            read_since(user_input, dt_util.utcnow(), change=False)
            read_meter(self.hass, user_input)
            self._contract = user_input
            if user_input[CONF_PLAN] == OWN_PRICES:
                return await self.async_step_prices()
            code = user_input[CONF_PLAN]
            product = next(each for each in self._products if each.code == code)
            return await self._take(product)
        except Mistyped as error:
            return self._show("plan", schema, user_input, error.reason)

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the prices of a plan that is not listed."""
        used = bool(self._contract.get(CONF_MONTHLY_USE) or self._contract.get(CONF_METER))
        schema = vol.Schema(price_fields(self._area, used=used))
        if user_input is None:
            return self._show("prices", schema, {})
        self._prices = user_input
        if CONF_MONTHLY_USE in user_input:
            self._contract = {**self._contract, CONF_MONTHLY_USE: user_input[CONF_MONTHLY_USE]}
        if user_input[CONF_SCHEME] != NO_SCHEME:
            return await self.async_step_band_prices()
        try:
            return await self._take(read_steps(self._area, user_input))
        except Mistyped as error:
            return self._show("prices", schema, user_input, error.reason)

    async def async_step_band_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the price of each band of the day."""
        slots = slots_of_scheme(self._area, self._prices[CONF_SCHEME])
        if user_input is None:
            return self._show("band_prices", vol.Schema(band_fields(slots)), {})
        return await self._take(read_bands(self._area, self._prices, user_input))

    async def _take(self, product: CatalogueProduct) -> ConfigFlowResult:
        """Make the entry, or change the one there is. Raises Mistyped for a plan without a price for this contract."""
        entry, now = self._entry, dt_util.utcnow()
        known: Mapping[str, Any] = {} if entry is None else entry.data
        number: str = known.get(CONF_NUMBER, "")
        if number[:2] != self._area:
            # Another area is another home, whose plans begin anew.
            number, known = _free_number(self.hass, self._area), {}
        options = dict(entry.options) if entry else {}
        if self._point is not None:
            options = renumbered(options, self._point, digest(number))
        options |= capacity_options(options, number, self._contract)
        options |= meter_options(options, number, read_meter(self.hass, self._contract))
        use, meter = self._contract.get(CONF_MONTHLY_USE), self._contract.get(CONF_METER)
        capacity, used = entered_capacity(options, number), bool(use or meter)
        check_price(product, self._area, capacity, now, used=used)
        since = read_since(self._contract, now, change=CONF_PLANS in known)
        data: dict[str, Any] = {
            CONF_URL: self._address,
            CONF_NUMBER: number,
            CONF_PLANS: with_plan(known.get(CONF_PLANS, ()), product, since),
        }
        if (day := self._contract.get(CONF_READING_DAY)) is not None:
            data[CONF_READING_DAY] = int(day)
        if use is not None:
            data[CONF_MONTHLY_USE] = use
        title = _title(product, number)
        await self.async_set_unique_id(f"{WITHOUT_LOGIN_STEP}_{number}")
        if entry is None:
            return self.async_create_entry(title=title, data=data, options=options)
        if not is_titled_by_us(entry):
            title = entry.title
        await async_give_back(self.hass, entry)
        forget_sign_in(self.hass, entry)
        async_forget(self.hass, entry)
        if self._point is not None:
            async_renumber(self.hass, entry, self._point, digest(number))
        return self.async_update_reload_and_abort(
            entry, unique_id=self.unique_id, title=title, data=data, options=options
        )

    def _known_contract(self) -> dict[str, Any]:
        """Return what an existing entry says of the contract."""
        entry, point = self._entry, self._point
        if entry is None or point is None:
            return {}
        said = {k: entry.data[k] for k in (CONF_READING_DAY, CONF_MONTHLY_USE) if k in entry.data}
        meter = entry.options.get(CONF_OWN_METER, {}).get(point)
        return {
            **entry.options.get(CONF_CAPACITY, {}).get(point, {}),
            **said,
            **({} if meter is None else {CONF_METER: meter[ATTR_ENTITY_ID]}),
        }

    def _show(
        self, step_id: str, schema: vol.Schema, shown: Mapping[str, Any], reason: str | None = None
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors={"base": reason} if reason else {},
        )


def _which(points: Mapping[str, str]) -> dict[Any, Selector[Any]]:
    options = [SelectOptionDict(value=point, label=name) for point, name in points.items()]
    first = options[0]["value"]
    field = vol.Required(CONF_POINT, default=first)
    return {field: SelectSelector(SelectSelectorConfig(options=options))}


def _title(product: CatalogueProduct, number: str) -> str:
    return f"{product.name} …{last_four(number)}"


def is_titled_by_us(entry: OctopusConfigEntry) -> bool:
    """Tell whether an entry has a title that a flow gave it: one that the user chose stays."""
    data = entry.data
    if is_without_login(data):
        point = entered_point(data)
        return entry.title in [_title(plan.product, point.number) for plan in point.plans]
    return entry.title.startswith(NAME) or entry.title == masked(data.get(CONF_EMAIL, ""))


def _free_number(hass: HomeAssistant, area: str) -> str:
    """Return a number that stands for the SPIN of a point in an area, and that no entry has."""
    taken = {
        last_four(entry.data[CONF_NUMBER])
        for entry in hass.config_entries.async_entries(DOMAIN)
        if CONF_NUMBER in entry.data
    }
    free = next(n for n in range(1, 10_000) if f"{n:04}" not in taken)
    return f"{area}{free:0{_DIGITS}}"
