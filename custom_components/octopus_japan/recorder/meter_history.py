"""One supply or generation point: its energy and its money, kept equal to its half hours in the recorder."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
import logging

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.recorder import get_instance

from ..const import YEN
from ..oejp.household.hour import Hour, Pricing, whole_hour
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR
from .claims import async_claim
from .recorder_pass import Outcome, async_pass, hours, joined
from .series import Series
from .sync import Hours, Row, exact, hourly, sound, sync

_LOGGER = logging.getLogger(__name__)


LONGEST_PASS = timedelta(days=91)
"""The most that one pass compares: the recorder does nothing else meanwhile."""

type HalfHours = Iterable[tuple[datetime, Decimal]]
"""Start and kWh."""


class MeterHistory:
    """The two statistics of a point. What the recorder does not take yet is held in memory, and shown as if it were in."""

    def __init__(self, hass: HomeAssistant, energy: Series, money: Series, entry_id: str) -> None:
        self.energy = energy
        self.money = money
        self._hass = hass
        self._entry_id = entry_id
        self._held: dict[datetime, Decimal] = {}
        self._stale: Interval | None = None
        """Hours whose energy may be written without their money."""
        self._told: set[str] = set()
        self._paid = False
        self.money_lost = False
        """Whether money that there was is gone, so that all of it is worth comparing."""

    @callback
    def claim(self) -> bool:
        """Claim both statistics; False while another config entry has them: it may write, we read."""
        return all(
            async_claim(self._hass, series.statistic_id, self._entry_id)
            for series in (self.energy, self.money)
        )

    @property
    def held(self) -> Interval | None:
        """From when until when half hours wait for the recorder; None if none do."""
        return Interval(min(self._held), max(self._held)) if self._held else None

    @callback
    def hold(self, half_hours: HalfHours) -> None:
        """Keep half hours until `record_held`."""
        given = list(half_hours)
        found = sound(given)
        self._tell_refused(len(given) - len(found))
        self._held.update(found)

    @callback
    def drop(self) -> None:
        """Forget what is held: another entry writes."""
        self._held.clear()

    async def record_held(self, pricing: Pricing | None) -> bool:
        """Record what is held; True if that changed anything. Raises NotWrittenError; then all is still held."""
        taken = dict(self._held)
        changed = await self.record(taken.items(), pricing)
        self._held = {at: kwh for at, kwh in self._held.items() if taken.get(at) != kwh}
        return changed

    async def record(self, half_hours: HalfHours, pricing: Pricing | None) -> bool:
        """Make the energy equal to the half hours, and the money of the billing periods that this changes equal to the energy.

        Oldest first, in passes of at most 91 days. Returns whether anything was written. Raises NotWrittenError.
        """
        changed = False
        pieces, refused = await self._hass.async_add_executor_job(_pieces, list(half_hours))
        self._tell_refused(refused)
        for piece in pieces:
            changed |= (await self._pass(piece, None, pricing)).changed
        return changed

    async def review(self, span: Interval, pricing: Pricing) -> bool:
        """Make the money of a time (at most 91 days) equal to its energy; True if that changed anything. Raises NotWrittenError."""
        return (await self._pass(Hours({}), span, pricing)).changed

    async def whole_hours(self) -> Mapping[date, int]:
        """Count, by day in Japan, the hours stored of which both halves are known."""
        found, paid = await get_instance(self._hass).async_add_executor_job(
            lambda: (self.energy.whole_hours(), self.money.newest() is not None)
        )
        self._note_money(lost=not paid, paid=paid)
        return found

    async def newest(self) -> datetime | None:
        """Return the latest hour of energy stored."""
        return await get_instance(self._hass).async_add_executor_job(self.energy.newest)

    async def hours(self, start: datetime) -> list[Hour]:
        """Return the hours of energy from `start` on as they are stored, or will be once the recorder takes them."""
        return (await self.read(start))[0]

    async def read(self, start: datetime) -> tuple[list[Hour], dict[datetime, Decimal]]:
        """Return the hours of energy from `start` on as they are or will be stored, and the yen of each as they are stored."""
        return await get_instance(self._hass).async_add_executor_job(
            self._read, start, dict(self._held)
        )

    def _read(
        self, start: datetime, held: Mapping[datetime, Decimal]
    ) -> tuple[list[Hour], dict[datetime, Decimal]]:
        yen = {row.start: exact(row.state) for row in self.money.during(start)}
        return hours(_merged(self.energy.during(start), held, start)), yen

    async def _pass(
        self, compared: Hours, review: Interval | None, pricing: Pricing | None
    ) -> Outcome:
        before = self._stale
        if compared.first is not None and compared.last is not None:
            # If this one fails between energy and money, the next one finds no difference in energy.
            self._stale = joined(before, Interval(compared.first, compared.last + HOUR))
        outcome = await async_pass(
            self._hass, self.energy, self.money, compared, joined(before, review), pricing
        )
        self._stale = None
        self._note_money(lost=outcome.began, paid=outcome.money)
        if outcome.unpriced is not None:
            self._tell_once("cost stays as it was", f" ({type(outcome.unpriced).__name__})")
        return outcome

    @callback
    def _note_money(self, *, lost: bool, paid: bool) -> None:
        """Notice that money is gone: the user can clear a statistic any day."""
        self.money_lost |= lost and self._paid
        self._paid = paid or (self._paid and not lost)

    @callback
    def _tell_refused(self, count: int) -> None:
        if count:
            self._tell_once("readings that cannot be are left out", f" ({count})")

    @callback
    def _tell_once(self, what: str, detail: str) -> None:
        if what not in self._told:
            self._told.add(what)
            _LOGGER.warning("%s: %s%s", self.energy.name, what, detail)


def _pieces(given: Sequence[tuple[datetime, Decimal]]) -> tuple[list[Hours], int]:
    """Add up half hours in pieces of at most 91 days, oldest first, and count those that cannot be."""
    found = sound(given)
    pieces: list[dict[datetime, Decimal]] = []
    until: datetime | None = None
    for start in sorted(found):
        if until is None or start >= until:
            pieces.append({})
            until = whole_hour(start) + LONGEST_PASS
        pieces[-1][start] = found[start]
    hours = [hourly(piece) for piece in pieces]
    # Only the newest half hour of all waits for its second half.
    return [*(replace(piece, held=None) for piece in hours[:-1]), *hours[-1:]], len(given) - len(
        found
    )


def _merged(stored: list[Row], held: Mapping[datetime, Decimal], start: datetime) -> list[Row]:
    if not held:
        return stored
    found = hourly({at: kwh for at, kwh in held.items() if at >= start})
    newest = stored[-1].start if stored else None
    rows = {row.start: row for row in stored}
    rows |= {row.start: row for row in sync(stored, found.values(stored, newest), 0)}
    return sorted(rows.values(), key=lambda row: row.start)


def energy_series(hass: HomeAssistant, statistic_id: str, name: str) -> Series:
    """Return a statistic in kWh."""
    return Series(hass, statistic_id, name, UnitOfEnergy.KILO_WATT_HOUR)


def money_series(hass: HomeAssistant, statistic_id: str, name: str) -> Series:
    """Return a statistic in yen."""
    return Series(hass, statistic_id, name, YEN)
