"""Sign-in, reauthentication and reconfiguration. Options are in options_flow.py."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlowResult,
)
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    Selector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util
import voluptuous as vol
from yarl import URL

from .const import (
    CONF_DECLINED,
    CONF_ENERGY_DASHBOARD,
    CONF_NUMBER,
    CONF_PRE_SIGNED_KEY,
    DEFAULT_URL,
    DOMAIN,
    NAME,
)
from .coordinators.without_login import is_without_login
from .energy_dashboard import async_sources, dashboard_fields, is_there
from .found_points import (
    Found,
    counterpart,
    described,
    find_points,
    listed_accounts,
    offers_for,
    supply_points,
)
from .identity import digest, last_four, masked
from .issues import async_forget
from .oauth import async_give_back
from .oauth_flow import OAuthSteps, async_has_client
from .oejp.kraken import (
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
)
from .oejp.kraken.models import Viewer
from .options_flow import OctopusOptionsFlow
from .renumbering import async_renumber, renumbered
from .runtime import OctopusConfigEntry, forget_sign_in, trial_client
from .without_login_flow import WITHOUT_LOGIN_STEP, WithoutLoginSteps, is_titled_by_us

CONF_ADVANCED = "advanced"

_EMAIL = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
_SECRET = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

SIGN_IN_STEPS = ["password", "api_key", "pre_signed_key"]
OAUTH_STEP = "oauth"
"""Offered beside them once the user has entered a client."""


def _address_allowed(address: str) -> bool:
    """Tell whether credentials may be sent there: https, or plain http to this machine itself; none in the address."""
    try:
        url = URL(address)
    except ValueError:
        return False
    if url.user is not None or url.password is not None:
        # It would be shown, logged and stored as a part of the address.
        return False
    if url.scheme == "https":
        return bool(url.host)
    if url.scheme != "http" or not url.host:
        return False
    try:
        return url.host == "localhost" or ip_address(url.host).is_loopback
    except ValueError:
        return False


def _title(viewer: Viewer, data: Mapping[str, Any]) -> str:
    """Return what tells an entry from others: the e-mail address masked, or the ends of the accounts' numbers."""
    if CONF_EMAIL in data:
        return masked(data[CONF_EMAIL])
    ends = ", ".join(sorted(f"…{last_four(account.number)}" for account in viewer.accounts))
    return f"{NAME} {ends}"


class OctopusConfigFlow(WithoutLoginSteps, OAuthSteps, domain=DOMAIN):
    """One entry a login; every way in ends in the same check."""

    VERSION = 1

    _viewer: Viewer
    _data: dict[str, Any]
    _found: Sequence[Found] = ()
    _spins: Mapping[str, str | None] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: OctopusConfigEntry) -> OctopusOptionsFlow:
        """Get the options flow."""
        return OctopusOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how to sign in."""
        return self.async_show_menu(step_id="user", menu_options=await self._ways())

    async def _ways(self) -> list[str]:
        """Return the steps of the ways to sign in that there are, and that of doing without."""
        granted = [OAUTH_STEP] if await async_has_client(self.hass) else []
        return [*SIGN_IN_STEPS, *granted, WITHOUT_LOGIN_STEP]

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start over after the service rejected the stored credential."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how to sign in again."""
        return await self._menu_of_entry("reauth_confirm", self._get_reauth_entry())

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how to sign in from now on; history and entities stay."""
        return await self._menu_of_entry("reconfigure", self._get_reconfigure_entry())

    async def _menu_of_entry(self, step_id: str, entry: OctopusConfigEntry) -> ConfigFlowResult:
        """Ask how to sign in, and say whom: there may be several entries."""
        return self.async_show_menu(
            step_id=step_id,
            menu_options=await self._ways(),
            description_placeholders={"name": entry.title},
        )

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in with e-mail and password."""
        return await self._async_sign_in(
            "password", {CONF_EMAIL: _EMAIL, CONF_PASSWORD: _SECRET}, user_input
        )

    async def async_step_api_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in with an API key."""
        return await self._async_sign_in("api_key", {CONF_API_KEY: _SECRET}, user_input)

    async def async_step_pre_signed_key(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in with a key that the supplier signed for some days; a repair says until when that holds."""
        return await self._async_sign_in(
            "pre_signed_key", {CONF_PRE_SIGNED_KEY: _SECRET}, user_input
        )

    async def async_step_oauth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what comes: the supplier's own page. Only there the user signs in."""
        if user_input is None:
            return self._form_with_address("oauth", {}, {}, {})
        if (url := self._address_of(user_input)) is None:
            return self._form_with_address("oauth", {}, user_input, {"base": "invalid_url"})
        self._url = url
        return await self.async_step_pick_implementation()

    @override
    async def async_granted(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Look at what was granted. Where nothing can be done with it, the user may try again."""
        viewer, errors = await self._async_check(data)
        if viewer is not None:
            return await self._async_finish(viewer, data)
        return self._form_with_address("oauth", {}, {CONF_ADVANCED: {CONF_URL: self._url}}, errors)

    async def _async_sign_in(
        self,
        step_id: str,
        fields: Mapping[str, TextSelector],
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Show the form until the service accepts what it holds, then finish."""
        errors: dict[str, str] = {}
        if user_input is not None:
            advanced = user_input.get(CONF_ADVANCED, {})
            data = {key: user_input[key].strip() for key in fields if key != CONF_PASSWORD}
            if CONF_PASSWORD in fields:
                data[CONF_PASSWORD] = user_input[CONF_PASSWORD]
            data[CONF_URL] = advanced.get(CONF_URL, DEFAULT_URL).strip()
            viewer, errors = await self._async_check(data)
            if viewer is not None:
                return await self._async_finish(viewer, data)
        return self._form_with_address(step_id, fields, user_input or {}, errors)

    @override
    def _address_of(self, user_input: Mapping[str, Any]) -> str | None:
        address: str = user_input.get(CONF_ADVANCED, {}).get(CONF_URL, DEFAULT_URL).strip()
        return address if _address_allowed(address) else None

    @override
    def _form_with_address(
        self,
        step_id: str,
        fields: Mapping[Any, Selector[Any]],
        user_input: Mapping[str, Any],
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        known: dict[str, Any] = dict(self._entry.data) if self._entry else {}
        shown = known | dict(user_input)
        address = shown.get(CONF_ADVANCED, {}).get(CONF_URL) or known.get(CONF_URL, DEFAULT_URL)
        schema = vol.Schema(
            {
                key if isinstance(key, vol.Marker) else vol.Required(key): selector
                for key, selector in fields.items()
            }
            | {
                vol.Optional(CONF_ADVANCED): section(
                    vol.Schema({vol.Optional(CONF_URL, default=address): _ADDRESS}),
                    {"collapsed": "base" not in errors or errors["base"] != "invalid_url"},
                )
            }
        )
        suggested = {key: shown[key] for key in (CONF_EMAIL,) if key in fields and key in shown}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    async def _async_check(self, data: dict[str, Any]) -> tuple[Viewer | None, dict[str, str]]:
        """Sign in and look for electricity; return the login, or the error to show."""
        if not _address_allowed(data[CONF_URL]):
            return None, {"base": "invalid_url"}
        try:
            with trial_client(self.hass, data) as client:
                viewer = await client.login.viewer()
                listed = await listed_accounts(client, viewer)
                self._spins = supply_points(listed)
                if self._spins:
                    if self._entry is None:
                        self._found = await find_points(client, listed, dt_util.utcnow())
                    return viewer, {}
        except KrakenAuthError as error:
            return None, {"base": error.reason}
        except KrakenSignInEndedError:
            return None, {"base": "sign_in_ended"}
        except KrakenSignInError:
            return None, {"base": "sign_in_failed"}
        except KrakenThrottledError:
            return None, {"base": "throttled"}
        except KrakenConnectionError:
            return None, {"base": "cannot_connect"}
        except KrakenError:
            return None, {"base": "service_error"}
        return None, {"base": "no_supply_point"}

    async def _async_finish(self, viewer: Viewer, data: dict[str, Any]) -> ConfigFlowResult:
        """Make the entry, or give the existing one its new credential."""
        await self.async_set_unique_id(viewer.id)
        if self._entry is not None:
            if is_without_login(self._entry.data):
                return self._become_login(self._entry, viewer, data)
            self._abort_if_unique_id_mismatch(reason="wrong_login")
            await async_give_back(self.hass, self._entry)
            # Even the same credential may be sent again: the user knows that it works now.
            forget_sign_in(self.hass, self._entry)
            # A title that the user chose stays.
            ours = self._entry.title == _title(viewer, self._entry.data)
            title = _title(viewer, data) if ours else self._entry.title
            return self.async_update_reload_and_abort(self._entry, title=title, data=data)
        self._abort_if_unique_id_configured()
        self._viewer, self._data = viewer, data
        return await self.async_step_found()

    def _become_login(
        self, entry: OctopusConfigEntry, viewer: Viewer, data: dict[str, Any]
    ) -> ConfigFlowResult:
        """Give an entry that had no login one: what there is of its point becomes the login's point in the same area."""
        self._abort_if_unique_id_configured()
        old: str = entry.data[CONF_NUMBER]
        new = counterpart(self._spins, old[:2])
        options = dict(entry.options)
        if async_renumber(self.hass, entry, digest(old), digest(new)):
            options = renumbered(options, digest(old), digest(new))
        title = _title(viewer, data) if is_titled_by_us(entry) else entry.title
        forget_sign_in(self.hass, entry)
        async_forget(self.hass, entry)
        return self.async_update_reload_and_abort(
            entry, unique_id=viewer.id, title=title, data=data, options=options
        )

    async def async_step_found(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what the login has, and ask what of it goes to the Energy dashboard."""
        await async_load_integrations(self.hass, {DOMAIN})
        sources = await async_sources(self.hass)
        offers = [o for o in offers_for(self.hass, self._found) if not o.is_in(sources)]
        if user_input is None:
            fields = dashboard_fields(self.hass, offers, sources) if is_there(self.hass) else {}
            return self.async_show_form(
                step_id="found",
                data_schema=vol.Schema(fields),
                description_placeholders={"points": described(self.hass, self._found)},
                last_step=True,
            )
        chosen = user_input.get(CONF_ENERGY_DASHBOARD)
        options = {} if chosen is None else {CONF_ENERGY_DASHBOARD: chosen}
        return self.async_create_entry(
            title=_title(self._viewer, self._data),
            data=self._data,
            options=options | ({CONF_DECLINED: True} if chosen == [] else {}),
        )

    @property
    def _entry(self) -> OctopusConfigEntry | None:
        """The entry that this flow is about, unless it makes a new one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        return None
