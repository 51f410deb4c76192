"""The three ways to read half hours, and the closed periods (docs/api.md#readings)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..accounts import Account, Property
from ..dates import (
    HALF_HOUR,
    JST,
    Period,
    day_of,
    first_slot,
    hour_of,
    jst_date,
    midnight,
    slot_from,
    slot_of,
    slot_start,
    slot_text,
)
from ..errors import KrakenError
from ..faults import Owner
from ..meter import Reading
from ..points import GenerationPoint, Listing, Point, SupplyPoint
from ..pricing import Terms
from ..products import Charge
from .context import Context, Node
from .pages import connection, paging
from .rows import quick
from .scalars import instant

NEWEST_ROWS = 1488
_CEILING = datetime(9999, 1, 1, tzinfo=JST)
# `costEstimate` adds one opaque price for adjustment and levy, and knows no third step, as measured: sen a kWh, and kWh.
_ESTIMATED_MONTHLY_RATES = 847
_ESTIMATED_STEP = 300


def half_hourly(
    context: Context, account: Account, listing: Listing, **arguments: Any
) -> list[Node]:
    """Path A: the newest 1488 rows of the window, ascending; the older ones are dropped without a sign."""
    point = listing.point
    start, end = _window(arguments.get("fromDatetime"), arguments.get("toDatetime"))
    start, end = _within(listing, start, end)
    if point.unlisted_beyond_31_days:
        start = max(start, slot_from(context.clock.now() - timedelta(days=31)))
    rows = _priced(context, point, start, end, arguments.get("productCode"))
    owner = Owner(account.number, point.identifier)
    return quick(context, context.spoil(rows[-NEWEST_ROWS:], "halfHourlyReadings", owner))


def intervals(context: Context, account: Account, listing: Listing, **arguments: Any) -> list[Node]:
    """Return the closed billing periods of a listing that touch the window, whole kWh each."""
    point = listing.point
    start, end = instant(arguments.get("startAt")), instant(arguments.get("endAt"))
    now = context.clock.timestamp()
    code = arguments.get("productCode")
    rows = [
        _interval(context, account, listing, period)
        for period in point.periods(jst_date(context.clock.now()))
        if listing.covers(period)
        and point.meter.closed_at(period.start) <= now
        and (end is None or midnight(period.start) < end)
        and (start is None or midnight(period.end) > start)
        and (code is None or _sold_under(point, period.start, code))
    ]
    return rows[::-1] if arguments.get("sortOrder") == "DESC" else rows


def supply_point_readings(
    context: Context, account: Account, listings: list[Listing], **arguments: Any
) -> Node:
    """Path B: Relay pages, newest first, of the time that the listings of a point cover.

    A row that ends after an `endAt` between two half hours is not answered.
    """
    point = listings[0].point
    start, end = instant(arguments["startAt"]), instant(arguments["endAt"])
    if start is None or end is None or start >= end:
        raise KrakenError("KT-CT-4720")
    if arguments["readingType"] != "INTERVAL" or arguments.get("timeGranularity") not in {
        None,
        "THIRTY_MIN",
    }:
        raise KrakenError("KT-CT-1605")
    unit, scale = _unit(arguments.get("units"))

    owner = Owner(account.number, point.identifier)

    def pages(field: str, source: Point | None) -> Any:
        def page(**given: Any) -> Node:
            context.guard("Readings", field, owner, None)
            rows = _published(context, source, slot_from(start), slot_of(end))[::-1]
            rows = [row for row in rows if any(_covered(item, row) for item in listings)]
            rows = context.spoil(rows, field, owner)
            return connection(rows, lambda row: _quality_reading(row, unit, scale), **given)

        return page

    if isinstance(point, GenerationPoint):
        return {
            "importReadings": pages("importReadings", None),
            "exportReadings": pages("exportReadings", point),
        }
    roof = next(iter(context.world.place_of(listings[0])[1].generation_points), None)
    return {
        "importReadings": pages("importReadings", point),
        "exportReadings": pages("exportReadings", roof),
    }


def measurements(context: Context, account: Account, place: Property, **arguments: Any) -> Node:
    """Path C: Relay pages of a property, in Japan's time."""
    start, end = _window(
        _day_start(arguments.get("startOn")) or arguments.get("startAt"),
        _day_start(arguments.get("endOn")) or arguments.get("endAt"),
    )
    zone = None if arguments.get("timezone") == "UTC" else JST
    rows = [
        (point, row)
        for point in _filtered(place, arguments.get("utilityFilters") or [])
        for row in _published(context, point, *_within(Listing(point, place.id), start, end))
    ]
    rows = context.spoil(rows, "measurements", Owner(account.number))
    return connection(rows, lambda item: _measurement(*item, zone), **paging(arguments))


def _published(context: Context, point: Point | None, start: int, end: int) -> list[Reading]:
    return (
        [] if point is None else list(point.meter.published(start, end, context.clock.timestamp()))
    )


def _priced(context: Context, point: Point, start: int, end: int, code: str | None) -> list[Node]:
    return [
        _half_hour(reading, charge, estimated)
        for reading, term, charge, estimated in _with_terms(context, point, start, end)
        if code in {None, term.agreement.product.code}
    ]


def _with_terms(
    context: Context, point: Point, start: int, end: int
) -> Iterator[tuple[Reading, Terms, Charge, Charge]]:
    """Yield published half hours with their terms, their charge, and the charge that the estimate takes for it.

    Steps need the use since the beginning of the period, so reading starts there.
    """
    end = min(end, slot_from(context.clock.now()))
    if start >= end:
        return
    begin = max(day_of(start), point.start)
    period = point.schedule.period(begin)
    before = _published(context, point, first_slot(period.start), start)
    used = sum(reading.centi for reading in before)
    day: date | None = None
    term: Terms | None = None
    limits: list[tuple[int, Charge]] = []
    paid: list[Charge] = []
    for reading in _published(context, point, start, end):
        if (today := day_of(reading.slot)) != day:
            day = today
            if day >= period.end:
                used, period = 0, point.schedule.period(day)
            term = context.truth.terms(point, day)
            limits = _limits(term)
            paid = [charge for _, charge in limits if charge.price]
        if term is None:
            continue
        if limits:
            charge = next(charge for limit, charge in limits if used < limit)
            yield reading, term, charge, paid[used >= _ESTIMATED_STEP * 100]
        else:
            charge = term.charge(hour_of(reading.slot))
            yield reading, term, charge, charge
        used += reading.centi


def _limits(term: Terms | None) -> list[tuple[int, Charge]]:
    if term is None or not term.stepped:
        return []
    return [
        (10**9 if charge.step_end is None else charge.step_end * 100, charge)
        for charge in term.charges
    ]


def _half_hour(reading: Reading, charge: Charge, estimated: Charge) -> Node:
    centi = reading.centi
    sen = centi * _sen(estimated.price) // 100 + centi * _ESTIMATED_MONTHLY_RATES // 100
    return {
        "startAt": slot_text(reading.slot),
        "endAt": slot_text(reading.slot + 1),
        "value": f"{centi // 100}.{centi % 100:02}0000000000000000",
        "costEstimate": f"{sen // 100}.{sen % 100:02}",
        "version": reading.version,
        "consumptionRateBand": charge.band,
        "consumptionStep": 0,
    }


@lru_cache
def _sen(price: Decimal) -> int:
    return int(price * 100)


def _interval(context: Context, account: Account, listing: Listing, period: Period) -> Node:
    point = listing.point
    window = midnight(period.start), midnight(period.end)
    bill = context.truth.bill(point.identifier, window)
    return {
        "_account": account.number,
        "id": f"{point.identifier[-4:]}{period.end:%Y%m%d}",
        "readingDate": period.end,
        "billableMonth": f"{period.label.year}-{period.label.month:02}",
        "startAt": window[0],
        "endAt": window[1],
        "periodLengthDays": period.days,
        "value": f"{bill.kwh:.5f}",
        "hasHalfHourlyDataForPeriod": True,
        "costEstimate": f"{bill.energy + bill.kwh * Decimal(_ESTIMATED_MONTHLY_RATES) / 100:.2f}",
        "halfHourlyReadings": lambda: half_hourly(
            context, account, listing, fromDatetime=window[0], toDatetime=window[1]
        ),
    }


def _quality_reading(reading: Reading, unit: str, scale: int) -> Node:
    value = f"{(Decimal(reading.centi).scaleb(-2) * scale).normalize():f}"
    return {
        "value": value,
        "units": unit,
        "intervalStart": slot_start(reading.slot),
        "intervalEnd": slot_start(reading.slot + 1),
        "qualities": [{"quality": "ACTUAL", "value": value, "count": 1}],
    }


def _measurement(point: Point, reading: Reading, zone: Any) -> Node:
    start, end = (
        slot_start(slot).astimezone(zone or slot_start(slot).tzinfo)
        for slot in (reading.slot, reading.slot + 1)
    )
    exported = isinstance(point, GenerationPoint)
    return {
        "__typename": "IntervalMeasurementType",
        "source": "SMART_METER",
        "value": f"{Decimal(reading.centi).scaleb(-2).normalize():f}",
        "unit": "kWh",
        "readAt": end,
        "startAt": start,
        "endAt": end,
        "durationInSeconds": HALF_HOUR,
        "metaData": {
            # Never seen filled.
            "statistics": [],
            "extras": [],
            "utilityFilters": {
                "__typename": "ElectricityFiltersOutput",
                "readingDirection": "GENERATION" if exported else "CONSUMPTION",
                "readingFrequencyType": "RAW_INTERVAL",
                "readingQuality": "ACTUAL",
                "marketSupplyPointId": point.identifier,
            },
        },
    }


def _filtered(place: Property, filters: list[dict[str, Any]]) -> list[Point]:
    supply: list[SupplyPoint] = [point for point in place.supply_points if point]
    if not filters:
        return list(supply)
    found: list[Point] = []
    for given in filters:
        wanted = given.get("electricityFilters") or {}
        exported = wanted.get("readingDirection", "CONSUMPTION") == "GENERATION"
        points: list[Point] = list(place.generation_points) if exported else list(supply)
        # An export is asked for by the number of its supply point or by its own.
        known = {point.identifier for point in (*supply, *place.generation_points)}
        name = wanted.get("marketSupplyPointId")
        found += [
            point
            for point in points
            if name is None or name == point.identifier or (exported and name in known)
        ]
    return found


def _unit(units: list[str] | None) -> tuple[str, int]:
    if not units or "KILOWATT_HOURS" in units:
        return "KILOWATT_HOURS", 1
    if "WATT_HOURS" in units:
        return "WATT_HOURS", 1000
    raise KrakenError("KT-CT-1605")


def _window(start: Any, end: Any) -> tuple[int, int]:
    begin, finish = instant(start), instant(end)
    # The schema's default of `startAt` lies before what Unix time can say on some machines; any start before 2000 is open.
    first = 0 if begin is None or begin.year < 2000 else slot_from(begin)
    return first, slot_from(min(finish, _CEILING) if finish else _CEILING)


def _within(listing: Listing, start: int, end: int) -> tuple[int, int]:
    """Cut a window to the time of a listing."""
    first, last = listing.slots
    return max(start, first), int(min(end, last))


def _covered(listing: Listing, reading: Reading) -> bool:
    first, last = listing.slots
    return first <= reading.slot < last


def _day_start(day: date | None) -> datetime | None:
    return None if day is None else midnight(day)


def _sold_under(point: Point, day: date, code: str) -> bool:
    term = point.agreement_on(day)
    return term is not None and term.product.code == code
