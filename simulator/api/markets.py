"""The generic model of supply, which is the same in every country: market supply agreements and their products.

Only electricity is listed. What one is refused there, `rates` of a product among it, the schema here does not have.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ..accounts import Account
from ..dates import chance, jst_date, midnight
from ..points import Agreement, Listing, SupplyPoint
from ..products import Product
from .context import Context, Node
from .pages import connection, paging

MARKET = "JPN_ELECTRICITY"
_AGREED_BEFORE = timedelta(days=20)

type PointNode = Callable[[list[Listing]], Node]


def agreements(
    context: Context,
    account: Account,
    owner: Callable[[], Node],
    point_node: PointNode,
    **given: Any,
) -> Node:
    """Return an account's agreements; `active` true means those in force now, false means all (as the schema says)."""
    today = jst_date(context.clock.now())
    # A point that two properties of an account list is not agreed upon twice.
    found = {
        term.id: (listing, term)
        for listing in account.listings()
        if isinstance(listing.point, SupplyPoint)
        for term in listing.agreements
        if (not given.get("active") or term.on(today)) and given.get("id") in {None, str(term.id)}
    }

    def node(item: tuple[Listing, Agreement]) -> Node:
        listing, term = item
        identifier = listing.point.identifier
        return _agreement(context, term) | {
            "_account": account.number,
            "_point": identifier,
            "account": owner,
            "supplyPoint": lambda: point_node(context.own_listings(identifier)),
        }

    return connection(list(found.values()), node, **paging(given))


def _agreement(context: Context, term: Agreement) -> Node:
    now = context.clock.now()
    start, end = midnight(term.start), midnight(term.end) if term.end else None
    return {
        "id": str(term.id),
        "validFrom": start,
        "validTo": end,
        "agreedAt": start - _AGREED_BEFORE,
        "terminatedAt": end if end and end <= now else None,
        "agreedFrom": start,
        "agreedTo": end,
        "isActive": term.on(jst_date(now)),
        "isRevoked": False,
        "params": "{}",
        "product": lambda: _product(term.product),
    }


def _product(item: Product) -> Node:
    return {
        "id": str(chance("product", item.code) % 10**6),
        "code": item.code,
        "displayName": item.name,
        "fullName": item.name,
        "description": "",
        "marketName": MARKET,
        "brandCode": "OCTOPUS_ENERGY_JAPAN",
        "params": "{}",
        "tags": [],
        "termsAndConditionsTypes": [],
    }
