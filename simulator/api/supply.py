"""Accounts, places and points as the API shows them, by the path taken (docs/api.md#supply)."""

from datetime import datetime, timedelta
from functools import partial

from ..accounts import Account, Property
from ..dates import Month, jst_date, midnight
from ..errors import KrakenError
from ..points import Listing, Point, serial_number
from . import billing, campaigns, gas, markets, readings
from .context import Context, Node, Via
from .pages import empty
from .products import AMPERAGES, agreements
from .scalars import instant

# Scheduled reading dates were seen weeks to months in the past (docs/api.md).
_STALE = timedelta(days=75)
_MEMBER_SINCE = timedelta(days=500)
_AMPERAGE_NOTICE = timedelta(days=14)
FAMILY_NAME, GIVEN_NAME = "仮想", "太郎"
FULL_NAME = f"{FAMILY_NAME} {GIVEN_NAME}"


def account_node(context: Context, account: Account, via: Via) -> Node:
    """Return an `Account`."""
    today = jst_date(context.clock.now())
    marks = {"_account": account.number, "_via": via}
    return marks | {
        "__typename": "Account",
        "id": account.id,
        "number": account.number,
        "status": account.status,
        "brand": "OCTOPUS_ENERGY_JAPAN",
        "createdAt": _created(account),
        "users": lambda: [user_node(context)],
        "billingName": FULL_NAME,
        "billingCountryCode": "JP",
        "accountType": "DOMESTIC",
        "referralsCreated": 0,
        "isInHardship": False,
        "canBeWithdrawn": False,
        "canRequestRefund": False,
        "preferredLanguageForComms": "ja",
        "commsDeliveryPreference": "EMAIL",
        "demandResponseCampaignParticipants": lambda: campaigns.joined_by(context, account),
        "balance": lambda **_: account.balance,
        "overdueBalance": lambda **_: billing.overdue(context, account),
        "hasActiveAgreement": bool(account.supply_points),
        "hasFutureAgreement": any(
            term.start > today for listing in account.listings() for term in listing.agreements
        ),
        "properties": lambda **given: [
            property_node(context, account, place, via)
            for place in account.properties
            if _occupied(place, instant(given.get("activeFrom")))
        ],
        "ledgers": lambda **given: [
            ledger
            for ledger in [billing.ledger(context, account)]
            if given.get("ledgerNumber") in {None, ledger["number"]}
        ],
        "bills": partial(billing.bills, context, account),
        "bill": partial(billing.bill, context, account),
        # Empty on both accounts measured; the ledgers have them (docs/api.md#bills).
        "transactions": empty,
        "marketSupplyAgreements": partial(
            markets.agreements,
            context,
            account,
            partial(account_node, context, account, via),
            partial(point_node, context),
        ),
        "notes": [],
        "debtCollectionProceedings": [],
        "canModifyPayments": {"canAmendPayments": False, "canCancelPayments": False},
        "availableDemandResponseCampaignsForRegistration": lambda: campaigns.open_for(
            context, account
        ),
    }


def user_node(context: Context) -> Node:
    """Return the login that asks."""
    household = context.household
    return {
        "id": household.viewer_id,
        "number": f"U-{household.viewer_id}",
        "givenName": GIVEN_NAME,
        "familyName": FAMILY_NAME,
        "fullName": FULL_NAME,
        "email": household.email,
        "mobile": "",
        "landline": "",
        "isDeceased": False,
        "isActive": True,
        "liveSecretKey": None,
        "createdAt": context.clock.now() - _MEMBER_SINCE,
        "portfolioIds": [],
        "alternativePhoneNumbers": [],
        "permissions": [],
        "preferences": {
            "emailFormat": "HTML",
            "fontSizeMultiplier": 1.0,
            "isUsingInvertedEmailColours": False,
            "isOptedInToClientMessages": True,
            "isOptedInToOfferMessages": False,
            "isOptedInToRecommendedMessages": True,
            "isOptedInToUpdateMessages": True,
            "isOptedInToThirdPartyMessages": False,
            "isOptedInMeterReadingConfirmations": False,
            "isOptedInToSmsMessages": False,
            "isOptedInToLifeSupportCall": False,
        },
        "accounts": lambda **given: [
            account_node(context, account, "viewer")
            for account in household.accounts
            if not given.get("restrictToAccountNumbers")
            or account.number in given["restrictToAccountNumbers"]
        ],
    }


def point_node(context: Context, listings: list[Listing]) -> Node:
    """Return a `SupplyPointType` of what the login lists of a point. Its devices failed inside the service when asked for."""
    point = listings[0].point
    account, place = context.world.place_of(listings[0])
    return {
        "__typename": "SupplyPointType",
        "_account": account.number,
        "_point": point.identifier,
        "id": point.identifier[-6:],
        "marketName": markets.MARKET,
        "externalIdentifier": point.identifier,
        "readings": partial(readings.supply_point_readings, context, account, listings),
        "devices": lambda **_: _broken(),
        "property": lambda: property_node(context, account, place, "account"),
    }


def property_node(context: Context, account: Account, place: Property, via: Via) -> Node:
    """Return a `Property`; its list of supply points may hold a null."""
    return {
        "__typename": "Property",
        "_account": account.number,
        "_via": via,
        "id": place.id,
        "address": place.address,
        "postcode": place.postcode,
        "splitAddress": [place.address],
        "occupancyPeriods": [],
        "measurements": partial(readings.measurements, context, account, place),
        "electricitySupplyPoints": lambda: [
            point and supply_point_node(context, account, Listing(point, place.id), via)
            for point in place.supply_points
        ],
        "electricityGenerationPoints": lambda: [
            _generation_node(context, account, Listing(point, place.id), via)
            for point in place.generation_points
        ],
        "gasSupplyPoints": lambda: [
            gas.point_node(context, account, point, via) for point in place.gas_points
        ],
    }


def supply_point_node(context: Context, account: Account, listing: Listing, via: Via) -> Node:
    """Return an `ElectricitySupplyPoint`, as empty as it was found in practice."""
    point = listing.point
    details = {
        "amperage": point.amperage,
        "kva": point.kva,
        "kw": point.kw,
        "validFrom": listing.start,
    }
    meter = {
        "serialNumber": serial_number(point.identifier),
        "capacity": point.amperage,
        "removedAt": None,
    }
    return (
        _readable(context, account, listing, via)
        | {
            "spin": point.identifier,
            "agreements": lambda **given: agreements(
                context, listing.agreements, only_active=given.get("onlyActive"), point=point
            ),
            "supplyDetails": [details] if point.supply_details else [],
            "canApplyAmperageChange": point.amperage is not None,
            # The contract's own amperage is the one that is missing here.
            "newAmperageOptions": [
                size for size in AMPERAGES if point.amperage not in {None, size}
            ],
            "canUpdateMoveInDate": False,
            "canUpdateMoveOutDate": False,
            "earliestAmperageChangeDate": jst_date(context.clock.now()) + _AMPERAGE_NOTICE,
            "supplyPeriods": lambda: [_supply_period(listing)],
            "meters": [meter] if point.meters_told else [],
        }
        | _reading_dates(context, point)
    )


def _generation_node(context: Context, account: Account, listing: Listing, via: Via) -> Node:
    return _readable(context, account, listing, via) | {
        "gpin": listing.point.identifier,
        "agreements": lambda: agreements(context, listing.agreements, only_active=False),
    }


def _readable(context: Context, account: Account, listing: Listing, via: Via) -> Node:
    point = listing.point
    return {
        "_account": account.number,
        "_point": point.identifier,
        "_via": via,
        "id": point.identifier[-6:],
        "status": listing.status_at(context.clock.now()),
        "halfHourlyReadings": partial(readings.half_hourly, context, account, listing),
        "intervalReadings": partial(readings.intervals, context, account, listing),
    }


def _supply_period(listing: Listing) -> Node:
    return {
        "id": listing.point.identifier[-5:],
        "supplyStartAt": midnight(listing.start),
        "supplyEndAt": midnight(listing.end) if listing.end else None,
        "isBillable": True,
    }


def _reading_dates(context: Context, point: Point) -> Node:
    schedule = point.schedule
    month = Month.of(jst_date(context.clock.now() - _STALE))
    return {
        "nextReadingDate": schedule.scheduled(month),
        "nextNextReadingDate": schedule.scheduled(month.plus(1)),
        # One more than the scheduled day on both accounts measured.
        "readingDateDayOfMonth": schedule.base_day + 1,
    }


def _broken() -> None:
    raise KrakenError("KT-CT-7899")


def _occupied(place: Property, active_from: datetime | None) -> bool:
    """Whether a place is listed. Without `activeFrom` an ended account still listed its property."""
    ends = [Listing(point, place.id).end for point in place.supply_points if point]
    if active_from is None or not ends:
        return True
    return any(end is None or midnight(end) > active_from for end in ends)


def _created(account: Account) -> datetime | None:
    starts = [midnight(listing.start) for listing in account.listings()]
    return min(starts) - timedelta(days=20) if starts else None
