"""Query and Mutation: the entrances. All but `postalAreas`, signing in, the catalogue where the world has it public, and what tells of the service itself want a token."""

from datetime import date, timedelta
from decimal import Decimal
import json
from typing import Any

from .. import gas
from ..dates import jst_date
from ..errors import KrakenError
from ..faults import Owner
from ..limits import complexity
from ..typical import typical_use
from . import billing, campaigns, markets, products, quotes
from .context import Context, Node
from .pages import connection, empty, paging
from .supply import account_node, point_node, property_node, supply_point_node, user_node

KRAKEN_VERSION = "2026.6.16"


def root(context: Context) -> Node:
    """Return the value that every operation starts from."""
    return {
        "obtainKrakenToken": lambda **given: _token(context, given["input"]),
        "viewer": lambda: user_node(context),
        "account": lambda **given: account_node(
            context, context.account(given["accountNumber"]), "account"
        ),
        "property": lambda **given: _property(context, given["id"]),
        "supplyPoint": lambda **given: _supply_point(context, **given),
        "supplyPoints": lambda **given: _supply_points(context, **given),
        "rateLimitInfo": lambda: {
            "pointsAllowanceRateLimit": context.points.state(context.household.viewer_id),
            "fieldSpecificRateLimits": empty,
        },
        "charges": lambda **given: _charges(context, **given),
        "tariffSummary": lambda **given: _tariff_summary(context, **given),
        "registerDemandResponseCampaignParticipant": lambda **given: campaigns.register(
            context, given.get("input") or {}
        ),
        "createElectricityQuote": lambda **given: quotes.create(context, given["input"]),
        "loyaltyPointsBalance": lambda **given: campaigns.loyalty_points(context, given),
        "vouchersBalanceDetail": lambda **given: campaigns.vouchers(
            context, given["accountNumber"]
        ),
        "typicalConsumptionByHalfHourInterval": lambda **given: _typical_use(context, **given),
        "metiCredits": lambda **given: _meti_credits(context, **given),
        "postalAreas": lambda **given: quotes.postal_areas(given["postcode"]),
        "agreement": lambda **given: _agreement(context, given["id"]),
        "krakenVersion": lambda: {"number": KRAKEN_VERSION, "SHA": None, "isPinned": False},
        "queryComplexity": lambda **given: _complexity(context, given["input"]),
        # Nobody was seen to have a device that the service steers.
        "plannedDispatches": lambda **given: _refused(context, given, "KT-CT-4340"),
        "completedDispatches": lambda **given: _refused(context, given, "KT-CT-4341"),
        # Refused to everyone measured, with any argument (docs/api.md#supply).
        "rateGroupTouScheme": lambda **given: _refused(context, given),
        "availableProducts": lambda **given: _refused(context, given),
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


def _property(context: Context, wanted: str) -> Node | None:
    for account in context.household.accounts:
        for place in account.properties:
            if place.id == wanted:
                return property_node(context, account, place, "account")
    return None


def _supply_point(context: Context, **given: Any) -> Node:
    listings = context.own_listings(given["externalIdentifier"])
    if given["marketName"] != markets.MARKET:
        raise KrakenError("KT-CT-4723")
    if not listings:
        raise KrakenError("KT-CT-4719")
    return point_node(context, listings)


def _supply_points(context: Context, **given: Any) -> Node:
    number = given.get("accountNumber")
    accounts = [context.account(number)] if number else context.household.accounts
    points = dict.fromkeys(point for account in accounts for point in account.supply_points)
    owned = [context.own_listings(point.identifier) for point in points]
    return connection(owned, lambda listings: point_node(context, listings), **paging(given))


def _charges(context: Context, **given: Any) -> list[Node]:
    account = context.account(given["accountNumber"])
    context.guard("Query", "charges", Owner(account.number), None)
    return billing.charges(
        context,
        account,
        given["billingDocumentIdentifier"],
        lambda listing: supply_point_node(context, account, listing, "account"),
    )


def _tariff_summary(context: Context, **given: Any) -> list[Node]:
    if not context.world.catalogue_is_public:
        assert context.household  # noqa: S101 - raises without a token
    today = jst_date(context.clock.now())
    return products.tariff_summary(given["gridOperatorCode"], given.get("productCode"), today)


def _typical_use(context: Context, **given: Any) -> list[Decimal]:
    assert context.household  # noqa: S101 - raises without a token
    return typical_use(given["gridOperatorCode"], given["month"], given["productCode"])


def _meti_credits(context: Context, **given: Any) -> list[Node]:
    """List the government discounts; at no yen to households that get none (`Household.subsidy`)."""
    active = given.get("activeOn")
    start, end = given.get("activeFrom") or active, given.get("activeTo") or active
    credits_: list[Node] = []
    discounts = {
        "ELECTRICITY": dict(context.world.monthly_rates.subsidies()),
        "GAS": gas.subsidies(),
    }
    wanted = given.get("metiCreditType")
    for kind, months in discounts.items():
        for month, price in months.items() if wanted in {None, kind} else ():
            last: date = month.plus(1).first - timedelta(days=1)
            if (start is None or last >= start) and (end is None or month.first <= end):
                credits_.append(
                    {
                        "creditType": kind,
                        "startDate": month.first,
                        "endDate": last,
                        "unitPrice": price if context.household.subsidy else Decimal(0),
                    }
                )
    return credits_


def _agreement(context: Context, wanted: str) -> Node | None:
    for account in context.household.accounts:
        for listing in account.listings():
            for term in listing.agreements:
                if str(term.id) == wanted:
                    return products.agreement(context, term, listing.point)
    return None


def _complexity(context: Context, given: dict[str, Any]) -> Node:
    try:
        variables = json.loads(given.get("variables") or "{}")
    except ValueError:
        raise KrakenError("KT-CT-1605") from None
    value = complexity(context.schema, given["query"], given.get("operationName"), variables)
    return {"complexityValue": value}


def _refused(context: Context, given: dict[str, Any], code: str = "KT-CT-1111") -> None:
    """Refuse what nobody may have; someone else's account, or no token, is told first."""
    if (number := given.get("accountNumber")) is not None:
        context.account(number)
    assert context.household  # noqa: S101 - raises without a token
    raise KrakenError(code)
