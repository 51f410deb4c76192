"""What a login has, as the set-up form shows it: points, plans and areas, and what of it can go to the Energy dashboard.

Only the supply points are needed. What else is refused or missing is not shown, and costs nothing more.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .energy_dashboard import Offer, consumption_offer, gas_offer, point_name, return_offer
from .identity import digest
from .oejp.household.accounts import generation_has_ended
from .oejp.household.gas import GasPointData
from .oejp.household.supply import ON_SUPPLY, Listing, joined
from .oejp.kraken import KrakenClient, KrakenError, concerns_login
from .oejp.kraken.models import AccountSupply, Viewer

SUPPLY_POINT = "electricity_supply_point"
GENERATION_POINT = "electricity_generation_point"
GAS_POINT = "gas_supply_point"


@dataclass(frozen=True, slots=True)
class Found:
    """A point of the login; `kind` is the translation key of its device, `area` the grid operator's code."""

    kind: str
    number: str
    plan: str | None = None
    area: str | None = None


async def listed_accounts(client: KrakenClient, viewer: Viewer) -> list[AccountSupply]:
    """Return the accounts with their supply points.

    One that fails speaks for itself alone, unless none has any: then its KrakenError is raised.
    """
    failure: KrakenError | None = None
    listed: list[AccountSupply] = []
    for account in viewer.accounts:
        try:
            listed.append(await client.supply.points(account.number))
        except KrakenError as error:
            if concerns_login(error):
                raise
            failure = failure or error
    if failure is not None and not any(_points(supply) for supply in listed):
        raise failure
    return listed


def supply_points(listed: Sequence[AccountSupply]) -> dict[str, str | None]:
    """Return the electricity supply points of accounts with their status."""
    return {spin: status for supply in listed for spin, status in _points(supply).items()}


def counterpart(points: Mapping[str, str | None], area: str) -> str:
    """Return which of a login's supply points is the one of an area (grid operator code): on supply if any is, else the first."""
    return min(
        points,
        key=lambda spin: (spin[:2] != area, points[spin] != ON_SUPPLY),
    )


async def find_points(
    client: KrakenClient, listed: Sequence[AccountSupply], now: datetime
) -> list[Found]:
    """Return the points on supply with their plans; three requests an account. Raises nothing."""
    found = await asyncio.gather(*(_of_account(client, supply, now) for supply in listed))
    return list(dict.fromkeys(point for points in found for point in points))


async def _of_account(client: KrakenClient, supply: AccountSupply, now: datetime) -> list[Found]:
    agreements, generation, gas = await asyncio.gather(
        _optional(client.supply.agreements(supply.number)),
        _optional(client.supply.generation_points(supply.number)),
        _optional(client.gas.supply_points(supply.number)),
    )
    found: list[Found] = []
    for spin, status in _points(supply).items():
        listing = Listing(
            account_number=supply.number, status=status, agreements=agreements.get(spin, ())
        )
        point = joined(spin, [listing])
        if not point.has_ended(now):
            found.append(Found(SUPPLY_POINT, spin, point.product_name(now), point.area))
    found += [
        Found(GENERATION_POINT, gpin)
        for gpin, source in generation.items()
        if not generation_has_ended(source, now)
    ]
    for spin, told in gas.items():
        burnt = GasPointData(spin=spin, points=(told,))
        if not burnt.has_ended(now):
            found.append(Found(GAS_POINT, spin, burnt.product_name(now)))
    return found


async def _optional[V](asked: Awaitable[Mapping[str, V]]) -> Mapping[str, V]:
    try:
        return await asked
    except KrakenError:
        return {}


def _points(supply: AccountSupply) -> dict[str, str | None]:
    return {
        point.spin: point.status
        for place in supply.properties
        for point in place.electricity_supply_points
    }


@callback
def described(hass: HomeAssistant, found: Sequence[Found]) -> str:
    """Return a list of the points in Markdown, in the language of Home Assistant, by the ends of their numbers."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    lines = []
    for point in found:
        area = texts.get(f"component.{DOMAIN}.common.area_{point.area}")
        more = ", ".join(each for each in (point.plan, area) if each)
        name = point_name(hass, point.kind, point.number)
        lines.append(f"- **{name}**: {more}" if more else f"- **{name}**")
    return "\n".join(lines)


@callback
def offers_for(hass: HomeAssistant, found: Sequence[Found]) -> list[Offer]:
    """Return what of the points can go to the Energy dashboard."""
    make = {
        SUPPLY_POINT: consumption_offer,
        GENERATION_POINT: return_offer,
        GAS_POINT: gas_offer,
    }
    return [
        make[point.kind](digest(point.number), point_name(hass, point.kind, point.number))
        for point in found
    ]
