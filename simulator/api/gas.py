"""Gas supply points as the API shows them: nobody has measured any, so that all of it follows the schema."""

from functools import partial
from typing import Any

from ..accounts import Account
from ..dates import Month, jst_date, midnight
from ..faults import Owner
from ..gas import told
from ..points import GasPoint
from .context import Context, Node, Via
from .products import agreements
from .scalars import instant


def point_node(context: Context, account: Account, point: GasPoint, via: Via) -> Node:
    """Return a `GasSupplyPoint`."""
    today = jst_date(context.clock.now())
    ended = point.end is not None and point.end <= today
    month = Month.of(today)
    ahead = [
        day
        for day in (point.schedule.scheduled(month.plus(number)) for number in range(3))
        if day > today and (point.end is None or day < point.end)
    ]
    return {
        "_account": account.number,
        "_point": point.spin,
        "_via": via,
        "spin": point.spin,
        "physicalMeterNumber": point.spin[-8:],
        "readingBatch": "1",
        "readingDateType": "REGULAR",
        "readingMethodType": "SMART",
        "status": "OFF_SUPPLY" if ended else "ON_SUPPLY",
        "nextReadingDate": ahead[0] if ahead else None,
        "nextNextReadingDate": ahead[1] if len(ahead) > 1 else None,
        "agreements": lambda **given: agreements(
            context, point.agreements, only_active=given.get("onlyActive")
        ),
        "intervalReadings": partial(_intervals, context, account, point),
        "supplyPeriods": [
            {
                "id": point.spin[-5:],
                "supplyStartAt": midnight(point.start),
                "supplyEndAt": midnight(point.end) if point.end else None,
                "isBillable": True,
            }
        ],
    }


def _intervals(context: Context, account: Account, point: GasPoint, **given: Any) -> list[Node]:
    start, end = instant(given.get("fromDatetime")), instant(given.get("toDatetime"))
    rows = [
        {
            "id": f"{point.spin[-4:]}{period.end:%Y%m%d}",
            "daysOfGasUsage": period.days,
            "startAt": midnight(period.start),
            "endAt": midnight(period.end),
            "readingDate": period.end,
            "readingReason": "REGULAR",
            "usage": point.volume(period),
        }
        for period in told(point, context.clock.now())
        if (end is None or midnight(period.start) < end)
        and (start is None or midnight(period.end) > start)
    ]
    rows = rows[::-1] if given.get("sortOrder") == "DESC" else rows
    return context.spoil(rows, "intervalReadings", Owner(account.number, point.spin))
