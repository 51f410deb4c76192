"""The forms in which a user enters what a notice tells: monthly rates, the hours of a plan, the contracted capacity.

Options and repairs show them, and the actions of the same names take the same fields.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
import re
from typing import Any, Final

from homeassistant.components.sensor import (
    ATTR_STATE_CLASS,
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
from homeassistant.util.unit_conversion import EnergyConverter
import voluptuous as vol

from .const import CAPACITY_UNITS, CONF_CAPACITY, CONF_OWN_METER, CONF_SERIAL_NUMBER, DOMAIN
from .coordinators.entered import RATES
from .coordinators.own_meter import REGISTERED
from .coordinators.tariff_book import TariffBook
from .identity import digest, last_four
from .oejp.japan_time import JST
from .oejp.tariff import Component
from .oejp.tariff.schedule import BandHours

CONF_POINT: Final = "supply_point"
CONF_MONTH: Final = "month"
CONF_MONTHS: Final = "months"
CONF_METER: Final = "meter"
CONF_FORGET: Final = "forget"

_PRICE = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any", unit_of_measurement="JPY/kWh")
)
_MONTHS = SelectSelector(
    SelectSelectorConfig(
        options=[str(month) for month in range(1, 13)], multiple=True, translation_key="month"
    )
)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~〜～]\s*(\d{1,2}):(\d{2})")
_MONTH = re.compile(r"(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*月?(?:-\d{1,2})?")
HIGHEST_RATE: Final = 10_000
"""Yen a kWh: what is beyond it was mistyped."""


class Mistyped(Exception):  # noqa: N818 - not an error of the program: the user can correct it
    """A field says what it cannot mean. `reason` is a translation key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def point_fields(numbers: Iterable[str]) -> dict[Any, Any]:
    """Return the field that chooses a supply point; none where there is only one."""
    options = [SelectOptionDict(value=number, label=f"…{last_four(number)}") for number in numbers]
    if len(options) < 2:
        return {}
    selector = SelectSelector(SelectSelectorConfig(options=options))
    return {vol.Required(CONF_POINT, default=options[0]["value"]): selector}


def rate_fields(month: str) -> dict[Any, Any]:
    """Return the fields of the monthly rates of a month."""
    return {vol.Required(CONF_MONTH, default=month): TextSelector()} | {
        vol.Optional(component.value): _PRICE for component in RATES
    }


def forget_field() -> dict[Any, Any]:
    """Return the field that takes back what was entered for a month."""
    return {vol.Optional(CONF_FORGET, default=False): BooleanSelector()}


def read_rates(fields: Mapping[str, Any]) -> tuple[date, dict[Component, Decimal | None]]:
    """Read the month and its rates; a field that is left empty is left as it was, unless all are to be forgotten.

    Raises Mistyped.
    """
    prices: dict[Component, Decimal | None] = (
        dict.fromkeys(RATES) if fields.get(CONF_FORGET) else {}
    )
    for component in RATES:
        if (value := fields.get(component.value)) is not None:
            price = Decimal(repr(float(value)))
            if abs(price) > HIGHEST_RATE:
                raise Mistyped("rate_too_high")
            prices[component] = price
    if not prices:
        raise Mistyped("no_rate")
    return read_month(str(fields[CONF_MONTH])), prices


def read_month(text: str) -> date:
    """Read a month: 2026-10, 2026/10, 2026年10月, or a date in it. Raises Mistyped."""
    match = _MONTH.fullmatch(text.strip())
    if match is None or not 1 <= int(match[2]) <= 12:
        raise Mistyped("not_a_month")
    return date(int(match[1]), int(match[2]), 1)


def month_text(at: datetime) -> str:
    """Return the month of an instant in Japan, as it is typed."""
    return at.astimezone(JST).strftime("%Y-%m")


def hour_fields(slots: Sequence[str]) -> dict[Any, Any]:
    """Return a field for the hours of each band, and one for the months in which they hold."""
    return {vol.Optional(slot.lower()): TextSelector() for slot in slots} | {
        vol.Required(CONF_MONTHS, default=[str(month) for month in range(1, 13)]): _MONTHS
    }


def read_hours(fields: Mapping[str, Any], slots: Sequence[str]) -> list[BandHours]:
    """Read the hours of bands. The one band whose field is empty has the rest of the day. Raises Mistyped."""
    months = frozenset(int(month) for month in fields[CONF_MONTHS])
    hours: list[BandHours] = []
    empty: list[str] = []
    for slot in slots:
        text = str(fields.get(slot.lower()) or "").strip()
        if text:
            hours += [BandHours(slot, start, end, months) for start, end in _spans(text)]
        else:
            empty.append(slot)
    if not hours or len(empty) > 1:
        raise Mistyped("hours_missing")
    if empty:
        hours += [BandHours(empty[0], start, end, months) for start, end in _rest(hours)]
    return hours


def capacity_fields() -> dict[Any, Any]:
    """Return the fields of the contracted capacity."""
    return {
        vol.Optional(unit): NumberSelector(
            NumberSelectorConfig(
                mode=NumberSelectorMode.BOX, min=0, max=1000, step="any", unit_of_measurement=symbol
            )
        )
        for unit, symbol in zip(CAPACITY_UNITS, ("A", "kVA", "kW"), strict=True)
    }


def capacity_options(
    options: Mapping[str, Any], spin: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the option of the contracted capacity with a point's new one; without any number it is forgotten."""
    entered = {unit: fields[unit] for unit in CAPACITY_UNITS if fields.get(unit)}
    others = {k: kept for k, kept in options.get(CONF_CAPACITY, {}).items() if k != digest(spin)}
    return {CONF_CAPACITY: others | ({digest(spin): entered} if entered else {})}


def meter_fields() -> dict[Any, Any]:
    """Return the field that names the household's own meter."""
    return {
        vol.Optional(CONF_METER): EntitySelector(
            EntitySelectorConfig(domain=SENSOR_DOMAIN, device_class=SensorDeviceClass.ENERGY)
        )
    }


def read_meter(hass: HomeAssistant, fields: Mapping[str, Any]) -> dict[str, str] | None:
    """Read which sensor is the own meter, as coordinators/own_meter.py keeps it; None for none.

    Raises Mistyped for what does not count energy up, and for a sensor of ours: it would stand in for itself.
    """
    if not (entity_id := fields.get(CONF_METER)):
        return None
    state, registered = hass.states.get(entity_id), er.async_get(hass).async_get(entity_id)
    if registered is not None and registered.platform == DOMAIN:
        raise Mistyped("meter_is_ours")
    if (
        state is None
        or state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) not in EnergyConverter.VALID_UNITS
        or state.attributes.get(ATTR_STATE_CLASS)
        not in {SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING}
    ):
        raise Mistyped("not_an_energy_meter")
    known = {} if registered is None else {REGISTERED: registered.id}
    return {ATTR_ENTITY_ID: entity_id, **known}


def meter_options(
    options: Mapping[str, Any], spin: str, chosen: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return the option of the own meters with a point's new one; None ends its use."""
    others = {k: kept for k, kept in options.get(CONF_OWN_METER, {}).items() if k != digest(spin)}
    return {CONF_OWN_METER: others | ({digest(spin): chosen} if chosen else {})}


def serial_number_fields() -> dict[Any, Any]:
    """Return the field of a meter's serial number."""
    return {vol.Optional(CONF_SERIAL_NUMBER): TextSelector()}


def serial_number_options(
    options: Mapping[str, Any], spin: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the option of the serial numbers with a point's new one; an empty one is forgotten."""
    text = str(fields.get(CONF_SERIAL_NUMBER) or "").strip()
    kept = options.get(CONF_SERIAL_NUMBER, {})
    others = {point: number for point, number in kept.items() if point != digest(spin)}
    return {CONF_SERIAL_NUMBER: others | ({digest(spin): text} if text else {})}


type Take = Callable[[TariffBook, Mapping[str, Any], str, Mapping[str, Any]], dict[str, Any]]
"""Takes what was entered of a point (book, options, SPIN, fields); returns the options that it changes. Raises Mistyped, NoSchedule."""


def take_rates(
    book: TariffBook, options: Mapping[str, Any], spin: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Take the rates of a month."""
    book.async_enter_rates(spin, *read_rates(fields))
    return {}


def take_hours(
    book: TariffBook, options: Mapping[str, Any], spin: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Take the hours of the bands of the plan in force."""
    book.async_enter_hours(spin, read_hours(fields, book.slots(spin)))
    return {}


def take_capacity(
    book: TariffBook, options: Mapping[str, Any], spin: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Take the contracted capacity."""
    return capacity_options(options, spin, fields)


def _spans(text: str) -> Iterable[tuple[time, time]]:
    for part in re.split(r"[,、，;]", text):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise Mistyped("not_hours")
        yield read_time(match[1], match[2]), read_time(match[3], match[4])


def read_time(hour: str, minute: str) -> time:
    """Read a time of day; 24:00 is midnight. Raises Mistyped."""
    if int(hour) > 24 or int(minute) > 59 or (int(hour) == 24 and int(minute)):
        raise Mistyped("not_hours")
    return time(int(hour) % 24, int(minute))


def _rest(hours: Iterable[BandHours]) -> Iterable[tuple[time, time]]:
    taken = set()
    for band in hours:
        first, last = _half_hour(band.start), _half_hour(band.end)
        taken |= {half % 48 for half in range(first, last if last > first else last + 48)}
    for half in range(48):
        if half not in taken:
            yield _time(half), _time(half + 1)


def _half_hour(at: time) -> int:
    return at.hour * 2 + at.minute // 30


def _time(half_hour: int) -> time:
    return time(half_hour % 48 // 2, half_hour % 2 * 30)
