"""Half hours, days and months in Japan, which keeps one offset all year."""

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")
HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
"""The shortest time there is: what ends at midnight belongs to the day before."""
YEARS = range(2000, 2101)
"""The years that an answer may speak of. What lies outside is a fault, or a way to write "without end"."""


def in_reason(*instants: datetime | None) -> bool:
    """Tell whether instants lie in years that make sense; None does."""
    return all(at is None or at.year in YEARS for at in instants)


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in Japan."""
    return datetime(day.year, day.month, day.day, tzinfo=JST)


def day_of(at: datetime) -> date:
    """Return the day in Japan."""
    return at.astimezone(JST).date()


def month_of(at: datetime) -> int:
    """Count the months in Japan from year 0, so that months can be added and compared."""
    local = at.astimezone(JST)
    return local.year * 12 + local.month - 1


def month_start(month: int) -> datetime:
    """Return the instant at which a month begins in Japan."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=JST)


def day_in_month(month: int, day: int) -> datetime:
    """Return the start of a day of a month; a day that the month lacks is its last one."""
    year, index = divmod(month, 12)
    return datetime(year, index + 1, min(day, monthrange(year, index + 1)[1]), tzinfo=JST)


def add_months(at: datetime, months: int) -> datetime:
    """Return the same time of the same day, some months later."""
    local = at.astimezone(JST)
    day = day_in_month(month_of(at) + months, local.day)
    return datetime.combine(day.date(), local.timetz())
