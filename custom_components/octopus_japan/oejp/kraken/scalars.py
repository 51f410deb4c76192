"""How a scalar of an answer is read: its type, its range, its size.

GraphQL promises types, a gateway or a fault of the service does not keep them. What is out of reason costs the part that it
stands in and nothing else: a reading its half hour, an adjustment itself, a date that is only a hint itself. All is counted and told
once. Each function raises ValueError for what it does not take.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ..japan_time import YEARS

FIRST_SUPPLY: Final = datetime(2020, 12, 31, 15, tzinfo=UTC)
"""The supplier began in 2021: nothing is asked for from before."""
LONGEST_TEXT: Final = 1000
LONGEST_LIST: Final = 5000
HIGHEST_PRICE: Final = Decimal(10_000)
"""Yen a kWh, a cubic metre or a day, up or down."""
HIGHEST_CHARGE: Final = Decimal(1_000_000)
"""Yen a month, up or down."""
LARGEST: Final = Decimal(10) ** 9
"""Of amounts in yen, units and counts."""
_DIGITS: Final = 64
_DAY_LENGTH: Final = len("2026-06-18")

left_out: ContextVar[Callable[[str], None]] = ContextVar("left_out", default=lambda _: None)
"""Whom to tell of a part that was left out, while an item is read."""


def text(value: object) -> str:
    """Return a text of reasonable length; identifiers may come as numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return str(value)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError("not a text")
    return value


def key(value: object) -> str:
    """Return a text that identifies something, so that it cannot be empty."""
    if not (found := text(value).strip()):
        raise ValueError("an empty text")
    return found


def flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise ValueError("not a truth value")  # noqa: TRY004  # One error for all.
    return value


def number(value: object) -> Decimal:
    """Return a finite number of a reasonable size; the API writes them as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a number")  # noqa: TRY004
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("a number out of reason")
    written = str(value)
    if len(written) > _DIGITS:
        raise ValueError("a number out of reason")
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise ValueError("a number out of reason")
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _DIGITS:
        raise ValueError("a number out of reason")
    return found


def price(value: object) -> Decimal:
    """Return yen a unit."""
    if abs(found := number(value)) > HIGHEST_PRICE:
        raise ValueError("a price out of reason")
    return found


def whole(value: object) -> int:
    """Return a whole number."""
    found = number(value)
    if found != found.to_integral_value():
        raise ValueError("not a whole number")
    return int(found)


def day_of_month(value: object) -> int:
    """Return a day of the month."""
    if not 1 <= (found := whole(value)) <= 31:
        raise ValueError("not a day of a month")
    return found


def unix(value: object) -> int:
    """Return a Unix time of this century, or a number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 4_102_444_800:
        raise ValueError("a time out of reason")
    return value


def instant(value: object) -> datetime:
    """Return an instant, in UTC; a time without offset could be anything."""
    moment = _moment(value)
    if moment.year not in YEARS:
        raise ValueError("a time out of reason")
    return moment.astimezone(UTC)


def day(value: object) -> date:
    """Return a day."""
    found = date.fromisoformat(text(value))
    if found.year not in YEARS:
        raise ValueError("a day out of reason")
    return found


def since_day(value: object) -> datetime | None:
    """Return since when something holds that is told by the day, in Japan; None, which means always, where the year makes no sense."""
    written = text(value)
    if len(written) == _DAY_LENGTH:
        written += "T00:00:00+09:00"
    return start(written)


def start(value: object) -> datetime | None:
    """Return since when something holds; None, which means always, for a year before 2000."""
    moment = _moment(value)
    return None if moment.year < YEARS.start else instant(value)


def end(value: object) -> datetime | None:
    """Return until when something holds; None, which means without end, for a year after 2100."""
    moment = _moment(value)
    return None if moment.year >= YEARS.stop else instant(value)


def supplied_since(value: object) -> datetime:
    """Return since when something was supplied or agreed, not before the supplier began."""
    moment = start(value)
    return FIRST_SUPPLY if moment is None else max(moment, FIRST_SUPPLY)


def items(value: Any) -> Any:
    """Return a value without the nulls that any list may hold."""
    if not isinstance(value, list):
        return value
    if len(value) > LONGEST_LIST:
        raise ValueError("a list out of reason")
    return [item for item in value if item is not None]


def hint[T](read: Callable[[Any], T], what: str) -> Callable[[Any], T | None]:
    """Return a reading that gives None for what cannot be read: of parts that the rest does without."""

    def read_or_leave(value: Any) -> T | None:
        try:
            return read(value)
        except ValueError, TypeError, LookupError, ArithmeticError, AttributeError:
            left_out.get()(what)
            return None

    return read_or_leave


def table(value: object) -> dict[str, Any]:
    """Return an object."""
    if not isinstance(value, dict) or len(value) > LONGEST_TEXT:
        raise ValueError("not an object")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without offset")
    return moment
