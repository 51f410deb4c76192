"""What this installation keeps because the service would not tell it again.

The rows of history are not here: the recorder has them. Losing all of this costs requests, and what the user entered.

The file is read part by part, and inside a part key by key, against strict types: what cannot be read is forgotten with one
warning and asked for again, and nothing else is lost with it. This holds for a file of any version, so that a downgrade or an
edited file never stops the entry. The rule that makes it safe: a part whose meaning changes gets another name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args, get_origin, get_type_hints, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from mashumaro.codecs.basic import BasicDecoder, BasicEncoder
from mashumaro.dialect import Dialect

from .const import DOMAIN, LOGGER
from .oejp.kraken import ReadingPath

_VERSION: Final = 2
# A file of any later version is read as far as it can be.
_ANY_VERSION: Final = 1_000_000
_SAVE_DELAY: Final = 10
_YEARS: Final = range(2000, 2101)
_LARGEST: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class ObservedRate:
    """A fuel cost adjustment or a levy as the service stated it, in yen per kWh with tax, from `start` until before `end`.

    `component` is the tariff's name of it; `seen_at` tells which of two statements about one month is the newer.
    """

    component: str
    price: Decimal
    start: datetime | None
    end: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill. Amounts in yen, `net_amount` without tax, credits negative; `point` is the digest of its number."""

    supply_type: str | None = None
    period_start_at: datetime | None = None
    period_end_at: datetime | None = None
    number_of_units: Decimal | None = None
    net_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    product_code: str | None = None
    point: str | None = None
    contracted_capacity_unit: str | None = None
    contracted_capacity_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that was read, with all its lines: one that cannot be read is forgotten whole, and asked for again."""

    identifier: str
    lines: tuple[BillLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BandSeen:
    """How often readings of a month named a band in a half hour of the day: 0 is 00:00 to 00:30 in Japan, 47 the last."""

    month: date
    half_hour: int
    band: str
    count: int


@dataclass(frozen=True, slots=True)
class ChosenPath:
    """How the readings of a point are asked for: `old` for those older than 31 days, where that is another way.

    `checked_at`: when the first of the ways was last found closed.
    """

    recent: ReadingPath = ReadingPath.HALF_HOURLY
    old: ReadingPath | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """A window of history, by its start: when it was last asked for and answered; None, where it is to be read again.

    `empty`: how many answers in a row brought nothing.
    """

    start: datetime
    asked_at: datetime | None = None
    empty: int = 0


@dataclass(frozen=True, slots=True)
class CrossedStep:
    """The step that use reached in the billing period that began at `period_start`: at `at` it was `kwh`, where the step begins."""

    period_start: datetime
    kwh: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class EnteredRate:
    """A monthly rate that the user entered from a notice: yen per kWh with tax; `month` is its first day."""

    component: str
    month: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class EnteredHours:
    """Hours of a band that the user entered: half hours of the day, `first` to before `end`, in some months (1 to 12)."""

    band: str
    first: int
    end: int
    months: tuple[int, ...]


@dataclass(slots=True)
class Parts:
    """The parts. Keys are the product's code where a rate belongs to a product, else a digest of a point's or account's number.

    A part is one line here; its shape is a frozen dataclass or a primitive, in dictionaries and lists. What stands in a list
    or under a key may be lost alone; what must not be lost alone belongs into one dataclass.
    """

    observed_rates: dict[str, list[ObservedRate]] = field(default_factory=dict)
    bills: dict[str, list[Bill]] = field(default_factory=dict)
    bands_seen: dict[str, list[BandSeen]] = field(default_factory=dict)
    reading_paths: dict[str, ChosenPath] = field(default_factory=dict)
    asked_windows: dict[str, list[AskedWindow]] = field(default_factory=dict)
    crossed_steps: dict[str, CrossedStep] = field(default_factory=dict)
    entered_rates: dict[str, list[EnteredRate]] = field(default_factory=dict)
    entered_hours: dict[str, list[EnteredHours]] = field(default_factory=dict)
    probe_report: str = ""
    """The last report of a probe, as JSON, or nothing: it names nobody (docs/api.md#probe)."""


def _is(kind: type, value: object) -> Any:
    if type(value) is not kind:
        raise ValueError(f"not {kind.__name__}")
    return value


def _instant(value: object) -> datetime:
    moment = datetime.fromisoformat(_is(str, value))
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError("not an instant of our time")
    return moment.astimezone(UTC)


def _day(value: object) -> date:
    day = date.fromisoformat(_is(str, value))
    if day.year not in _YEARS:
        raise ValueError("not a day of our time")
    return day


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(_is(str, value))
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ValueError("not a number of ours")
    return number


def _count(value: object) -> int:
    if abs(_is(int, value)) > _LARGEST:
        raise ValueError("not a count of ours")
    return _is(int, value)  # type: ignore[no-any-return]


class _Strict(Dialect):
    """Reads a type as it is written, and nothing that only looks like it: no number for a text, no float for a Decimal."""

    serialization_strategy = {  # noqa: RUF012
        str: {"deserialize": lambda value: _is(str, value)},
        int: {"deserialize": _count},
        bool: {"deserialize": lambda value: _is(bool, value)},
        datetime: {"deserialize": _instant},
        date: {"deserialize": _day},
        Decimal: {"deserialize": _decimal},
    }


class _Shape:
    """Reads what `kind` describes: each key of a dictionary and each item of a list by itself."""

    def __init__(self, kind: Any) -> None:
        self._container = get_origin(kind)
        if self._container in {dict, list}:
            self._inner: _Shape | None = _Shape(get_args(kind)[-1])
        else:
            self._inner, self._decoder = None, BasicDecoder(kind, default_dialect=_Strict)

    def read(self, raw: object) -> tuple[Any, int]:
        """Return what can be read, and how many items cannot. Raises ValueError where the whole makes no sense."""
        if self._inner is None:
            try:
                return self._decoder.decode(raw), 0
            except Exception as error:  # Whatever is wrong with it, it is forgotten.
                raise ValueError("not of this shape") from error
        if not isinstance(raw, self._container):
            raise ValueError(f"not a {self._container.__name__}")  # noqa: TRY004  # One error for all that is wrong.
        found: list[tuple[Any, Any]] = []
        lost = 0
        for key, item in raw.items() if isinstance(raw, dict) else enumerate(raw):
            try:
                value, inside = self._inner.read(item)
            except ValueError:
                lost += 1
            else:
                lost += inside
                found.append((key, value))
        return dict(found) if self._container is dict else [value for _, value in found], lost


_SHAPES: Final = {name: _Shape(kind) for name, kind in get_type_hints(Parts).items()}
_ENCODER: Final = BasicEncoder(Parts)


def read_parts(raw: object) -> tuple[Parts, tuple[str, ...]]:
    """Return what can be read of a stored file's data, and the names of the parts of which something was forgotten."""
    parts = Parts()
    stored: Mapping[Any, Any] = raw if isinstance(raw, dict) else {}
    forgotten = []
    for item in fields(Parts):
        if item.name not in stored:
            continue
        try:
            value, lost = _SHAPES[item.name].read(stored[item.name])
        except ValueError:
            forgotten.append(item.name)
            continue
        setattr(parts, item.name, value)
        if lost:
            forgotten.append(item.name)
    return parts, tuple(forgotten)


class _File(Store[dict[str, Any]]):
    """The file of one entry."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: dict[str, Any]
    ) -> dict[str, Any]:
        """Hand on what another version wrote: it is read part by part like any other."""
        return old_data


class OctopusStore:
    """Loads and saves the parts of one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._file = _File(
            hass,
            _VERSION,
            f"{DOMAIN}.{entry_id}",
            private=True,
            atomic_writes=True,
            max_readable_version=_ANY_VERSION,
        )
        self.parts = Parts()

    async def async_load(self) -> None:
        """Read what was kept. Nothing that the file holds raises."""
        try:
            stored = await self._file.async_load()
        except Exception as error:  # noqa: BLE001  # Whatever is wrong with the file, the entry goes on without it.
            LOGGER.warning("What was stored could not be read (%s)", type(error).__name__)
            return
        self.parts, forgotten = read_parts(stored)
        if forgotten:
            LOGGER.warning("Stored data could not be read, in part: %s", ", ".join(forgotten))

    @callback
    def async_save(self) -> None:
        """Save soon."""
        self._file.async_delay_save(self._encoded, _SAVE_DELAY)

    async def async_save_now(self) -> None:
        """Save before the entry is unloaded."""
        await self._file.async_save(self._encoded())

    async def async_remove(self) -> None:
        """Forget all, when the entry is removed. The statistics stay."""
        await self._file.async_remove()

    def _encoded(self) -> dict[str, Any]:
        encoded: dict[str, Any] = _ENCODER.encode(self.parts)
        return encoded
