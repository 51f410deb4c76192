"""What an entry has while it runs, and how its client is made. The coordinators are below it and take a bare ConfigEntry."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import DummyCookieJar
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY, CONF_EMAIL, CONF_PASSWORD, CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_PLANS, CONF_PRE_SIGNED_KEY, DOMAIN
from .coordinators.account import AccountCoordinator
from .coordinators.comparison import ComparisonCoordinator
from .coordinators.exports import ExportsCoordinator
from .coordinators.gas import GasCoordinator
from .coordinators.last_bills import LastBillsCoordinator
from .coordinators.prices import PricesCoordinator
from .coordinators.projection import ProjectionCoordinator
from .coordinators.readings import ReadingsCoordinator
from .coordinators.rewards import RewardsCoordinator
from .coordinators.tariff_book import TariffBook
from .issues import async_report, async_settle
from .oauth import entry_grant, trial_grant
from .oejp.japan_time import day_of
from .oejp.kraken import (
    ApiKey,
    Credential,
    EmailPassword,
    KrakenClient,
    NoCredential,
    OAuthGrant,
    PreSignedKey,
    SignIn,
)
from .store import OctopusStore


@dataclass(frozen=True, kw_only=True)
class OctopusRuntimeData:
    """The three clocks of one login, its tariff book, and what it remembers."""

    account: AccountCoordinator
    readings: ReadingsCoordinator
    exports: ExportsCoordinator
    prices: PricesCoordinator
    bills: LastBillsCoordinator
    projection: ProjectionCoordinator
    gas: GasCoordinator
    rewards: RewardsCoordinator
    comparison: ComparisonCoordinator
    book: TariffBook
    memory: OctopusStore


type OctopusConfigEntry = ConfigEntry[OctopusRuntimeData]


_SIGN_INS: HassKey[dict[str, SignIn]] = HassKey(f"{DOMAIN}.sign_ins")
"""What is known of signing in, by entry id: kept over a reload and over retries of set-up, so that nothing is sent again."""


def entry_client(hass: HomeAssistant, entry: ConfigEntry[Any]) -> KrakenClient:
    """Return the client of an entry. Its session carries no cookies from one login to another, and ends with the entry."""
    known = hass.data.setdefault(_SIGN_INS, {})
    credential = entry_grant(hass, entry) if CONF_TOKEN in entry.data else _credential(entry.data)
    sign_in = known.get(entry.entry_id)
    if sign_in is None or sign_in.credential != credential:
        sign_in = known[entry.entry_id] = SignIn(credential)
    key = SIGN_IN_ENDED.get(type(credential))

    @callback
    def tell() -> None:
        for issue in SIGN_IN_ENDED.values():
            if sign_in.ended and issue == key:
                async_report(hass, entry, issue)
            else:
                async_settle(hass, entry, issue)
        if (until := _short_lived_until(sign_in)) is None:
            async_settle(hass, entry, SHORT_LIVED)
        else:
            async_report(hass, entry, SHORT_LIVED, date=day_of(until).isoformat())

    sign_in.told = tell
    tell()
    session = async_create_clientsession(hass, cookie_jar=DummyCookieJar())
    return KrakenClient(
        session, entry.data[CONF_URL], sign_in, now=_now, run=hass.async_add_executor_job
    )


@callback
def forget_sign_in(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget what is known of signing in: the user gave a new credential, or removed the entry."""
    hass.data.get(_SIGN_INS, {}).pop(entry.entry_id, None)


@contextmanager
def trial_client(hass: HomeAssistant, data: Mapping[str, Any]) -> Iterator[KrakenClient]:
    """Give a client to try what the user entered with, for as long as the context lasts."""
    session = async_create_clientsession(hass, auto_cleanup=False, cookie_jar=DummyCookieJar())
    try:
        credential = trial_grant(data[CONF_TOKEN]) if CONF_TOKEN in data else _credential(data)
        yield KrakenClient(session, data[CONF_URL], credential, now=_now)
    finally:
        session.detach()


def _now() -> float:
    return dt_util.utcnow().timestamp()


def _credential(data: Mapping[str, Any]) -> Credential:
    if CONF_PLANS in data:
        return NoCredential()
    if CONF_API_KEY in data:
        return ApiKey(data[CONF_API_KEY])
    if CONF_PRE_SIGNED_KEY in data:
        return PreSignedKey(data[CONF_PRE_SIGNED_KEY])
    return EmailPassword(data[CONF_EMAIL], data[CONF_PASSWORD])


SHORT_LIVED = "sign_in_short_lived"
"""The issue that says until when a pre-signed key holds."""


def _short_lived_until(sign_in: SignIn) -> datetime | None:
    """Return until when a sign-in with a pre-signed key holds while Home Assistant runs: as long as its refresh token. None for other ways."""
    token = sign_in.token
    if not isinstance(sign_in.credential, PreSignedKey) or sign_in.ended or token is None:
        return None
    return None if token.refresh_until is None else dt_util.utc_from_timestamp(token.refresh_until)


SIGN_IN_ENDED: dict[type[Credential | OAuthGrant], str] = {
    EmailPassword: "sign_in_ended",
    ApiKey: "api_key_ended",
    PreSignedKey: "pre_signed_key_ended",
}
"""The issue that says that a way of signing in has ended. What a person granted ends by reauthentication."""
