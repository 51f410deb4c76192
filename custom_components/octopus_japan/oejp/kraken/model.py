"""How an object of the API is read: names, and fields that are read in a way of their own.

A field that makes no sense is a hint that is missing, where it is read by `TEXT`, `DAY`, `NUMBER`, `WHOLE`, `INSTANT` or `FLAG`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
import re
from typing import Any, override

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from . import scalars

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def read_by(read: Callable[[Any], Any]) -> dict[str, Any]:
    """Have a field read in a way of its own, by a function of scalars.py."""
    return {"deserialize": read}


KEY = read_by(scalars.key)
PRICE = read_by(scalars.price)
START = read_by(scalars.start)
END = read_by(scalars.end)
SINCE = read_by(scalars.supplied_since)
TEXT = read_by(scalars.hint(scalars.text, "a text that makes no sense"))
DAY = read_by(scalars.hint(scalars.day, "a date out of reason"))
NUMBER = read_by(scalars.hint(scalars.number, "a number out of reason"))
PARAMS = read_by(scalars.hint(scalars.table, "parameters of a product that are no object"))
DAY_OF_MONTH = read_by(scalars.hint(scalars.day_of_month, "a day of the month out of reason"))
TTL = read_by(scalars.hint(scalars.unix, "a time of reset out of reason"))
WHOLE = read_by(scalars.hint(scalars.whole, "a whole number out of reason"))

INSTANT = read_by(scalars.hint(scalars.instant, "a time out of reason"))
FLAG = read_by(scalars.hint(scalars.flag, "a truth value that is none"))


@cache
def _snake(name: str) -> str:
    return _CAPITAL.sub(r"_\1", name).lower()


@dataclass(frozen=True, slots=True)
class KrakenModel(DataClassDictMixin):
    """An object of the API: camel case outside, snake case inside. A field that is null is treated as absent."""

    class Config(BaseConfig):
        """How the scalars of the schema are read. A reader is made when the first object comes: all at once they hold Home Assistant's start."""

        lazy_compilation = True
        serialization_strategy = {  # noqa: RUF012
            str: {"deserialize": scalars.text},
            int: {"deserialize": scalars.whole},
            bool: {"deserialize": scalars.flag},
            datetime: {"deserialize": scalars.instant},
            date: {"deserialize": scalars.day},
            Decimal: {"deserialize": scalars.number},
        }

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Rename the schema's fields."""
        return {_snake(key): scalars.items(value) for key, value in d.items() if value is not None}
