"""A household that moved: the supply point that it left, and the one that it came to.

Pure: no clock of its own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .supply import SupplyPointData

BEFORE = timedelta(days=31)
"""Supply of the new home may begin so long before that of the old one ends."""
AFTER = timedelta(days=62)
"""And so long after it."""


def moved_from(
    points: Iterable[SupplyPointData], new: SupplyPointData, now: datetime
) -> SupplyPointData | None:
    """Return the point whose supply ended when that of `new` began; of several the one that ended last. None without one."""
    start = new.supply_start
    if start is None or new.has_ended(now):
        return None
    left = [
        (end, point.spin, point)
        for point in points
        if point.spin != new.spin
        and point.has_ended(now)
        and (end := point.supply_end) is not None
        and start - AFTER <= end <= start + BEFORE
        and (began := point.supply_start) is not None
        and began < start
    ]
    return max(left)[2] if left else None
