"""Actions on what REST has: products, meter points, grid supply points, quotes. Nobody knows yet who may use it (docs/api.md#rest)."""

from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinators.asking import lasts
from ..oejp.kraken import (
    KrakenClient,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenThrottledError,
)
from ..oejp.kraken.quotes import Quote
from ..oejp.kraken.rest import QuoteRequest, RestClient, RestProduct
from .fields import CONFIG_ENTRY, chosen_entry, iso, mistake, unanswered

LIST_PRODUCTS = vol.Schema(CONFIG_ENTRY)
GET_PRODUCT = vol.Schema(CONFIG_ENTRY | {vol.Required("code"): cv.string})
GET_METER_POINT = vol.Schema(CONFIG_ENTRY | {vol.Required("number"): cv.string})
GET_GRID_SUPPLY_POINT = vol.Schema(CONFIG_ENTRY | {vol.Required("postcode"): cv.string})
CREATE_QUOTE = vol.Schema(
    CONFIG_ENTRY
    | {
        vol.Required("postcode"): cv.string,
        vol.Required("consumption"): vol.All(vol.Coerce(int), vol.Range(min=1, max=500_000)),
        vol.Optional("product_codes", default=list): vol.All(cv.ensure_list, [cv.string]),
        vol.Required("confirm"): cv.boolean,
    }
)
_SENT: HassKey[set[tuple[str, str]]] = HassKey(f"{DOMAIN}.quotes")
"""The quotes that were sent since Home Assistant started: (entry id, body)."""


async def async_list_products(call: ServiceCall) -> ServiceResponse:
    """List the products that can be agreed on now."""
    found = await _asked(_rest(call).products.products())
    return {"products": [_product(product) for product in found]}


async def async_get_product(call: ServiceCall) -> ServiceResponse:
    """Return a product with its tariffs."""
    found = await _asked(_rest(call).products.product(call.data["code"]))
    tariffs: list[JsonValueType] = [
        {
            "kind": tariff.kind,
            "area": tariff.group_id,
            "payment_method": tariff.payment_method,
            "code": tariff.code,
            "rates": {name: _number(rate) for name, rate in tariff.rates.items()},
        }
        for tariff in found.tariffs
    ]
    return {**_product(found.product), "tariffs": tariffs}


async def async_get_meter_point(call: ServiceCall) -> ServiceResponse:
    """Return the details of an electricity meter point."""
    found = await _asked(_rest(call).meters.electricity_meter_point(call.data["number"]))
    return {"grid_supply_point": found.gsp, "profile_class": _number(found.profile_class)}


async def async_get_grid_supply_point(call: ServiceCall) -> ServiceResponse:
    """Return the groups of grid supply points of a postcode.

    Where REST does not tell, GraphQL tells prefecture and city: then they are the groups of all grids that serve the prefecture, which
    `source` says.
    """
    postcode = call.data["postcode"]
    try:
        found = await _rest(call).meters.grid_supply_points(postcode)
    except KrakenNotFoundError, KrakenRefusedError:
        found = ()
    except KrakenError as error:
        raise _failure(error) from error
    if found:
        return {"source": "rest", "grid_supply_points": list(found)}
    told = await _asked(_client(call).areas.of_postcode(postcode))
    groups = sorted({f"_{area}" for each in told for area in each.grid_areas})
    return {
        "source": "prefecture",
        "grid_supply_points": [*groups],
        "prefecture": told[0].prefecture,
        "cities": [each.city for each in told],
    }


async def async_create_quote(call: ServiceCall) -> ServiceResponse:
    """Create a quote at the supplier.

    The same quote is not sent a second time, whatever came of the first: only what the service turned down, or never took, may be
    tried again. Where REST refuses, GraphQL creates it, which `source` says.
    """
    data = call.data
    if not data["confirm"]:
        raise mistake("quote_not_confirmed")
    request = QuoteRequest(
        postcode=data["postcode"],
        consumption=data["consumption"],
        product_codes=data["product_codes"],
    )
    which = chosen_entry(call.hass, data).entry_id, str(request.body)
    sent = call.hass.data.setdefault(_SENT, set())
    if which in sent:
        raise mistake("quote_already_sent")
    sent.add(which)
    try:
        source, created = await _quoted(_client(call), request)
    except KrakenError as error:
        if lasts(error) or isinstance(error, KrakenThrottledError):
            sent.discard(which)
        raise _failure(error) from error
    products: list[JsonValueType] = [
        {
            "code": product.code,
            "name": product.display_name,
            "monthly_amount": _number(product.monthly_amount),
            "annual_amount": _number(product.annual_amount),
        }
        for product in created.products
    ]
    return {
        "source": source,
        "code": created.code,
        "grid_supply_point": created.gsp,
        "products": products,
    }


async def _quoted(client: KrakenClient, request: QuoteRequest) -> tuple[str, Quote]:
    """Return a quote, and by which API it came. GraphQL is asked only where REST refused: then nothing was created there."""
    try:
        return "rest", await client.rest.orders.create_quote(request)
    except KrakenNotFoundError, KrakenRefusedError:
        wanted = request.postcode or "", request.consumption, request.product_codes
        return "graphql", await client.quotes.create(*wanted)


def _client(call: ServiceCall) -> KrakenClient:
    return chosen_entry(call.hass, call.data).runtime_data.readings.client


def _rest(call: ServiceCall) -> RestClient:
    return _client(call).rest


async def _asked[T](asking: Awaitable[T]) -> T:
    """Return an answer. What the service says of a mistake is shown to who made it."""
    try:
        return await asking
    except KrakenError as error:
        raise _failure(error) from error


def _failure(error: KrakenError) -> HomeAssistantError:
    """Return the error to show: what the caller can correct, or that the service does not answer."""
    if isinstance(error, KrakenNotFoundError):
        return mistake("rest_not_found")
    # Where it names a field, it is the schema that changed, and no mistake of the caller's.
    if isinstance(error, KrakenQueryError) and error.field is None:
        return mistake("rest_not_accepted", detail=error.detail or "-")
    return unanswered("rest_failed", error)


def _product(product: RestProduct) -> dict[str, Any]:
    return {
        "code": product.code,
        "name": product.display_name,
        "direction": product.direction,
        "available_from": None if product.available_from is None else iso(product.available_from),
        "available_to": None if product.available_to is None else iso(product.available_to),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
