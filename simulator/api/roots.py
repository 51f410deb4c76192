"""Query and Mutation: the entrances. All but `postalAreas` and signing in want a token."""

from datetime import date, timedelta
from typing import Any

from ..errors import KrakenError
from ..faults import Owner
from ..points import Listing
from . import billing, products, readings
from .context import Context, Node
from .pages import connection
from .supply import account_node, property_node


def root(context: Context) -> Node:
    """Return the value that every operation starts from."""
    return {
        "obtainKrakenToken": lambda **given: _token(context, given["input"]),
        "viewer": lambda: _viewer(context),
        "account": lambda **given: account_node(
            context, context.account(given["accountNumber"]), "account"
        ),
        "property": lambda **given: _property(context, given["id"]),
        "supplyPoint": lambda **given: _supply_point(context, **given),
        "supplyPoints": lambda **given: _supply_points(context, **given),
        "rateLimitInfo": lambda: {
            "pointsAllowanceRateLimit": context.points.state(context.household.viewer_id)
        },
        "charges": lambda **given: _charges(context, **given),
        "tariffSummary": lambda **given: _tariff_summary(context, **given),
        "metiCredits": lambda **given: _meti_credits(context, **given),
        "postalAreas": lambda **given: _postal_areas(given["postcode"]),
        # Refused to everyone measured, with any argument (FACTS 6).
        "rateGroupTouScheme": lambda **_: _refused(context),
        "availableProducts": lambda **_: _refused(context),
    }


def _token(context: Context, given: dict[str, Any]) -> Node:
    if given.get("email") is not None:
        solved = given.get("captchaResponse") is not None
        fault = context.faults.on_sign_in(context.request, captcha_solved=solved)
        if fault is not None:
            raise KrakenError(fault.code)
    grant = context.tokens.obtain(given, context.address)
    return {
        "token": grant.token,
        "payload": grant.payload,
        "refreshToken": grant.refresh_token,
        "refreshExpiresIn": grant.refresh_expires_at,
    }


def _viewer(context: Context) -> Node:
    household = context.household
    return {
        "id": household.viewer_id,
        "number": f"U-{household.viewer_id}",
        "givenName": "太郎",
        "familyName": "仮想",
        "fullName": "仮想 太郎",
        "email": household.email,
        "liveSecretKey": None,
        "accounts": lambda **given: [
            account_node(context, account, "viewer")
            for account in household.accounts
            if not given.get("restrictToAccountNumbers")
            or account.number in given["restrictToAccountNumbers"]
        ],
    }


def _property(context: Context, wanted: str) -> Node | None:
    for account in context.household.accounts:
        for place in account.properties:
            if place.id == wanted:
                return property_node(context, account, place, "account")
    return None


def _supply_point(context: Context, **given: Any) -> Node:
    listings = context.own_listings(given["externalIdentifier"])
    if given["marketName"] != readings.MARKET:
        raise KrakenError("KT-CT-4723")
    if not listings:
        raise KrakenError("KT-CT-4719")
    return _point_node(context, listings)


def _supply_points(context: Context, **given: Any) -> Node:
    number = given.get("accountNumber")
    accounts = [context.account(number)] if number else context.household.accounts
    points = dict.fromkeys(point for account in accounts for point in account.supply_points)
    owned = [context.own_listings(point.identifier) for point in points]
    paging = {name: given.get(name) for name in ("first", "last", "after", "before")}
    return connection(owned, lambda listings: _point_node(context, listings), **paging)


def _point_node(context: Context, listings: list[Listing]) -> Node:
    point = listings[0].point
    account, place = context.world.place_of(listings[0])
    return {
        "__typename": "SupplyPointType",
        "_account": account.number,
        "_point": point.identifier,
        "id": point.identifier[-6:],
        "marketName": readings.MARKET,
        "externalIdentifier": point.identifier,
        "readings": lambda **given: readings.supply_point_readings(
            context, account, listings, **given
        ),
        "property": lambda: property_node(context, account, place, "account"),
    }


def _charges(context: Context, **given: Any) -> list[Node]:
    account = context.account(given["accountNumber"])
    context.guard("Query", "charges", Owner(account.number), None)
    return billing.charges(context, account, given["billingDocumentIdentifier"])


def _tariff_summary(context: Context, **given: Any) -> list[Node]:
    assert context.household  # noqa: S101 - raises without a token
    return products.tariff_summary(given["gridOperatorCode"], given.get("productCode"))


def _meti_credits(context: Context, **given: Any) -> list[Node]:
    """List the government discounts, to households that get them (`Household.subsidy`)."""
    if not context.household.subsidy or given.get("metiCreditType") == "GAS":
        return []
    active = given.get("activeOn")
    start, end = given.get("activeFrom") or active, given.get("activeTo") or active
    credits_: list[Node] = []
    for month, price in context.world.adders.subsidies():
        last: date = month.plus(1).first - timedelta(days=1)
        if (start is None or last >= start) and (end is None or month.first <= end):
            credits_.append(
                {
                    "creditType": "ELECTRICITY",
                    "startDate": month.first,
                    "endDate": last,
                    "unitPrice": price,
                }
            )
    return credits_


def _postal_areas(postcode: str) -> list[Node]:
    if not (postcode.isdigit() and len(postcode) == 7):
        raise KrakenError("KT-JP-4601")
    return [{"postcode": postcode, "prefecture": "東京都", "city": "架空区", "area": "仮想"}]


def _refused(context: Context) -> None:
    assert context.household  # noqa: S101 - raises without a token
    raise KrakenError("KT-CT-1111")
