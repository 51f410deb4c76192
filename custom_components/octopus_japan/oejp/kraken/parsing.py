"""From JSON to models. An item that cannot be read is left out, counted and told once; never its neighbours."""

from collections import Counter
from collections.abc import Iterator, Mapping
import logging
from threading import Lock
from typing import Any

from mashumaro.exceptions import InvalidFieldValue, MissingField

from . import scalars
from .model import KrakenModel
from .scalars import LONGEST_LIST, left_out

_LOGGER = logging.getLogger(__name__)


class Reader:
    """Reads items; counts what could not be read, and says it once a kind; never with a value, which may identify someone.

    It may read in several threads at once.
    """

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._lock = Lock()

    def leave_out(self, what: str) -> None:
        """Count `what`, and log it the first time."""
        with self._lock:
            self.left_out[what] += 1
            first = self.left_out[what] == 1
        if first:
            _LOGGER.warning("The Kraken API answered %s; left out", what)

    def item[M: KrakenModel](self, model: type[M], raw: object) -> M | None:
        """Return one item, or None where there is none or it makes no sense."""
        if raw is None:
            return None
        field = "an object"
        if isinstance(raw, dict):
            told = left_out.set(self.leave_out)
            try:
                return model.from_dict(raw)
            except (InvalidFieldValue, MissingField) as err:
                field = err.field_name
            except ValueError, TypeError, LookupError, ArithmeticError, AttributeError:
                field = "a field"
            finally:
                left_out.reset(told)
        self.leave_out(f"a malformed {model.__name__} ({field})")
        return None

    def items[M: KrakenModel](self, model: type[M], raw: object) -> tuple[M, ...]:
        """Return the readable items of a list, without its nulls; none of a list that is longer than any honest one."""
        if len(listed := as_list(raw)) > LONGEST_LIST:
            self.leave_out(f"a list out of reason ({model.__name__})")
            return ()
        read = (self.item(model, item) for item in listed)
        return tuple(item for item in read if item is not None)


def as_list(raw: object) -> list[Any]:
    """Return a list, empty where there is none."""
    return raw if isinstance(raw, list) else []


def as_dict(raw: object) -> Mapping[str, Any]:
    """Return an object, empty where there is none."""
    return raw if isinstance(raw, dict) else {}


def as_text(raw: object) -> str | None:
    """Return a text, None where there is none or it makes no sense."""
    try:
        return scalars.text(raw)
    except ValueError:
        return None


def nodes(connection: object) -> Iterator[Mapping[str, Any]]:
    """Return the nodes of a Relay connection."""
    for edge in as_list(as_dict(connection).get("edges")):
        if isinstance(node := as_dict(edge).get("node"), dict):
            yield node
