"""From JSON to models. An item that cannot be read is left out with one warning, never its neighbours."""

from collections.abc import Iterator, Mapping
import logging
from typing import Any

from mashumaro.exceptions import InvalidFieldValue, MissingField

from .models import KrakenModel

_LOGGER = logging.getLogger(__name__)


class Reader:
    """Reads items, and says once a kind what could not be read; never with a value, which may identify someone."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def warn_once(self, what: str) -> None:
        """Log `what` the first time."""
        if what not in self._told:
            self._told.add(what)
            _LOGGER.warning("The Kraken API answered %s; left out", what)

    def item[M: KrakenModel](self, model: type[M], raw: object) -> M | None:
        """Return one item, or None where there is none or it makes no sense."""
        if raw is None:
            return None
        field = "an object"
        if isinstance(raw, dict):
            try:
                return model.from_dict(raw)
            except (InvalidFieldValue, MissingField) as err:
                field = err.field_name
            except ValueError, TypeError, LookupError, ArithmeticError, AttributeError:
                field = "a field"
        self.warn_once(f"a malformed {model.__name__} ({field})")
        return None

    def items[M: KrakenModel](self, model: type[M], raw: object) -> tuple[M, ...]:
        """Return the readable items of a list, without its nulls."""
        read = (self.item(model, item) for item in as_list(raw))
        return tuple(item for item in read if item is not None)


def as_list(raw: object) -> list[Any]:
    """Return a list, empty where there is none."""
    return raw if isinstance(raw, list) else []


def as_dict(raw: object) -> Mapping[str, Any]:
    """Return an object, empty where there is none."""
    return raw if isinstance(raw, dict) else {}


def nodes(connection: object) -> Iterator[Mapping[str, Any]]:
    """Return the nodes of a Relay connection."""
    for edge in as_list(as_dict(connection).get("edges")):
        if isinstance(node := as_dict(edge).get("node"), dict):
            yield node
