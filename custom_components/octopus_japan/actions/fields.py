"""What the fields of an action mean: which supply point, and which instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinators.without_login import is_without_login
from ..identity import is_ours, last_four, number_of
from ..oejp.household.forecast import Use
from ..oejp.household.hour import Hour
from ..oejp.household.outlook import price_estimated_since, prices_between
from ..oejp.japan_time import DAY, midnight
from ..oejp.kraken import KrakenError
from ..oejp.tariff import PricePeriod, Tariff, Unpriced
from ..runtime import OctopusConfigEntry

OFF_SUPPLY = "OFF_SUPPLY"
CONFIG_ENTRY = {vol.Optional("config_entry_id"): cv.string}


def mistake(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for what the caller can correct."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def unanswered(key: str, error: KrakenError) -> HomeAssistantError:
    """Return the error for what the service did not do; its text names the `reason`."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"reason": str(error)},
    )


def unpriced(reason: str) -> HomeAssistantError:
    """Return the error for a time without a price; that no agreement covers it is the caller's to correct."""
    kind = ServiceValidationError if reason == "no_agreement" else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=reason)


@dataclass(frozen=True)
class PriceList:
    """Prices of a supply point, and what they rest on."""

    tariff: Tariff
    use: Use | None
    periods: tuple[PricePeriod, ...]

    def estimated_since(self, period: PricePeriod) -> datetime | None:
        """Return since when a price rests on a guess, None where it does not."""
        return price_estimated_since(self.tariff, period, self.use)


@dataclass(frozen=True)
class ChosenPoint:
    """The supply point that an action is about."""

    hass: HomeAssistant
    entry: OctopusConfigEntry
    spin: str

    @property
    def tariff(self) -> Tariff:
        """Its tariff."""
        return self.entry.runtime_data.book.tariff(self.spin)

    async def rows(self, at: datetime) -> tuple[list[Hour], dict[datetime, Decimal]]:
        """Return its hours of energy from the start of the billing period that `at` is in, and the yen of each."""
        start = self.tariff.calendar.period_at(at).start
        return await self.entry.runtime_data.readings.meter(self.spin).read(start)

    async def price_list(self, start: datetime, end: datetime) -> PriceList:
        """List its prices. Raises a translated error if there are none."""
        tariff = self.tariff
        use = await self.entry.runtime_data.prices.use(self.spin, start)
        try:
            periods = await self.hass.async_add_executor_job(
                prices_between, tariff, start, end, use
            )
        except Unpriced as error:
            raise unpriced(error.reason) from error
        return PriceList(tariff, use, periods)


@callback
def logins(hass: HomeAssistant) -> list[OctopusConfigEntry]:
    """Return the entries that sign in. Raises a translated error where there is none."""
    entries: list[OctopusConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        # Raises what is the matter: none, or not loaded.
        entries = [async_get_config_entry(hass, DOMAIN, None)]
    found = [entry for entry in entries if not is_without_login(entry.data)]
    if not found:
        raise mistake("needs_login")
    return found


@callback
def chosen_entry(hass: HomeAssistant, data: Mapping[str, Any]) -> OctopusConfigEntry:
    """Find the login that an action names, or the only one there is."""
    entry_id = data.get("config_entry_id")
    if entry_id is None:
        entries = logins(hass)
        if len(entries) > 1:
            raise mistake("several_logins", titles=", ".join(entry.title for entry in entries))
        return entries[0]
    # Raises what is the matter: none, or not loaded.
    found: OctopusConfigEntry = async_get_config_entry(hass, DOMAIN, entry_id)
    if is_without_login(found.data):
        raise mistake("needs_login")
    return found


@callback
def chosen_point(hass: HomeAssistant, device_id: str | None) -> ChosenPoint:
    """Find the supply point of a device, or the only one there is."""
    if device_id is not None:
        return _point_of_device(hass, device_id)
    entries: list[OctopusConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    if not entries:
        # Raises what is the matter: none, or not loaded.
        entries = [async_get_config_entry(hass, DOMAIN, None)]
    # A point that two entries see is one.
    points = list(
        {
            spin: (entry, point)
            for entry in reversed(entries)
            for spin, point in entry.runtime_data.account.data.supply_points.items()
        }.values()
    )[::-1]
    supplied = [found for found in points if found[1].status != OFF_SUPPLY] or points
    if not supplied:
        raise mistake("no_supply_points")
    if len(supplied) > 1:
        raise mistake(
            "several_supply_points",
            numbers=", ".join(f"…{last_four(point.spin)}" for _, point in supplied),
        )
    entry, point = supplied[0]
    return ChosenPoint(hass, entry, point.spin)


def _point_of_device(hass: HomeAssistant, device_id: str) -> ChosenPoint:
    device = dr.async_get(hass).async_get(device_id)
    if device is None or not is_ours(device.identifiers):
        raise mistake("not_a_supply_point")
    entry: OctopusConfigEntry = async_get_config_entry(hass, DOMAIN, device.config_entry_id)
    spin = number_of(device.identifiers, entry.runtime_data.account.data.supply_points)
    if spin is None:
        raise mistake("not_a_supply_point")
    return ChosenPoint(hass, entry, spin)


def instant(value: Any, *, after: datetime, ends: bool = False, at_once: bool = False) -> datetime:
    """Return the instant that a field means, in UTC, so that what is added to it is not read off the wall clock.

    A date is the start of that day in Japan, or with `ends` its end. A time of day is the first one after `after`, or with
    `at_once` that very instant too. What has no time zone is in Home Assistant's. Raises a translated error.
    """
    text = str(value).strip()
    if isinstance(value, date) and not isinstance(value, datetime):
        day: date | None = value
    else:
        day = dt_util.parse_date(text) if len(text) == len("2026-10-01") else None
    if day is not None:
        return dt_util.as_utc(midnight(day + DAY if ends else day))
    found = value if isinstance(value, datetime) else dt_util.parse_datetime(text)
    if found is not None:
        return dt_util.as_utc(found)
    of_day = value if isinstance(value, time) else dt_util.parse_time(text)
    if of_day is None:
        raise mistake("not_a_time", value=text)
    local = dt_util.as_local(after)
    found = dt_util.as_utc(datetime.combine(local.date(), of_day, local.tzinfo))
    if found > after or (at_once and found == after):
        return found
    return dt_util.as_utc(datetime.combine(local.date() + DAY, of_day, local.tzinfo))


def rounded(value: Decimal | None) -> float | None:
    """Return a figure for a response, None while it is unknown."""
    return None if value is None else round(float(value), 4)


def estimation(since: datetime | None) -> dict[str, JsonValueType]:
    """Return whether a figure rests on a guess, and since when."""
    return {
        "estimated": since is not None,
        "estimated_since": None if since is None else iso(since),
    }


def iso(at: datetime) -> str:
    """Return an instant for a response: in Home Assistant's time zone."""
    return dt_util.as_local(at).isoformat()
