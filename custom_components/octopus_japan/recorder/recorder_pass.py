"""Energy made equal to readings, and money to energy: one task in the recorder's own queue.

In the recorder's thread nothing of Home Assistant's can come between comparing and writing: no adjustment, clearing, renaming or
purge. The rows are written by the recorder's own import, and read back in the same task: its failures are only logged.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import override

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.db_schema import Statistics
from homeassistant.components.recorder.statistics import import_statistics
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import get_instance

from ..oejp.household.hour import Hour, Pricing
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR
from .series import Series, recorded
from .sync import Hours, Row, exact, sync

ALIVE = 10.0
"""Seconds after which a waiting pass looks whether the recorder's thread still runs."""


class NotWrittenError(HomeAssistantError):
    """The pass is not known to be in the database; the same pass is worth repeating later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass did: the hours of energy that differed first and last, and whether money was rewritten.

    `began`: there was no row of money before. `unpriced`: what the pricing raised; then money stays as it was.
    """

    energy: Interval | None = None
    money: bool = False
    began: bool = False
    unpriced: Exception | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.energy is not None or self.money


@dataclass(slots=True)
class _Settled(RecorderTask):
    """Queued behind a pass. Where the recorder's commit before the pass fails, the pass is dropped; this one is not."""

    future: asyncio.Future[Outcome] = field(repr=False)

    @override
    def run(self, instance: Recorder) -> None:
        _settle(instance, self.future, NotWrittenError("The recorder dropped a pass"))


_Settled.commit_before = False


@dataclass(slots=True)
class RecorderPass(RecorderTask):
    """Compare and write; `future` is told once, whatever happens. Nothing of it is shown where the recorder logs a task.

    `hours`: the energy of a time, compared with its rows. `review`: a time whose money is compared too; that of the hours that
    differ always is. Without a `pricing` money stays as it is. The pricing is frozen: it is asked in the recorder's thread.
    """

    energy: Series = field(repr=False)
    money: Series = field(repr=False)
    hours: Hours = field(repr=False)
    review: Interval | None = field(repr=False)
    pricing: Pricing | None = field(repr=False)
    future: asyncio.Future[Outcome] = field(repr=False)

    @override
    def run(self, instance: Recorder) -> None:
        if self.future.done():
            return
        try:
            outcome = self._pass(instance)
        except NotWrittenError as error:
            instance.statistics_meta_manager.reset()
            _settle(instance, self.future, error)
        except Exception as error:
            # What the recorder remembers of names may come from a transaction that is gone now. It reopens its session when it
            # is told of the error.
            instance.statistics_meta_manager.reset()
            _settle(instance, self.future, NotWrittenError(type(error).__name__))
            raise
        else:
            _settle(instance, self.future, outcome)

    def _pass(self, instance: Recorder) -> Outcome:
        rows = _write(instance, self.energy, self.hours)
        energy = None
        if rows and self.hours.last is not None:
            energy = Interval(rows[0].start, max(rows[0].start, self.hours.last) + HOUR)
        touched = joined(self.review, energy)
        if self.pricing is None or touched is None:
            return Outcome(energy)
        try:
            start = self.pricing.period(touched.start).start
            end = self.pricing.period(touched.end - HOUR).end
        except Exception as error:  # noqa: BLE001  # Whatever pricing cannot do, energy is kept.
            return Outcome(energy, unpriced=error)
        stored = hours(self.energy.during(start, end))
        try:
            worth = _worth(self.pricing, stored)
        except Exception as error:  # noqa: BLE001
            return Outcome(energy, unpriced=error)
        if (last := self.hours.last) is not None:
            # Readings after these may be on their way: an hour without one is known only when money is reviewed.
            read = {hour.start for hour in stored}
            worth = {at: yen for at, yen in worth.items() if at <= last or at in read}
        began = self.money.newest() is None
        money = _write(instance, self.money, Hours(worth))
        return Outcome(energy, bool(money), began)


async def async_pass(  # noqa: PLR0917
    hass: HomeAssistant,
    energy: Series,
    money: Series,
    compared: Hours,
    review: Interval | None,
    pricing: Pricing | None,
) -> Outcome:
    """Queue a pass and wait for it; only from a background task that unloading cancels.

    Before Home Assistant has started the queue stands still. Raises NotWrittenError.
    """
    instance = get_instance(hass)
    future: asyncio.Future[Outcome] = hass.loop.create_future()
    instance.queue_task(RecorderPass(energy, money, compared, review, pricing, future))
    instance.queue_task(_Settled(future))
    try:
        while not (await asyncio.wait({future}, timeout=ALIVE))[0]:
            if not instance.is_alive():
                raise NotWrittenError("The recorder has ended")
        return future.result()
    finally:
        # Who waited may be gone: then the pass is not worth doing.
        future.cancel()


def hours(rows: Iterable[Row]) -> list[Hour]:
    """Turn rows into hours: the one place where the recorder's floats become decimals."""
    return [Hour(row.start, exact(row.state), row.half is None) for row in rows]


def joined(one: Interval | None, other: Interval | None) -> Interval | None:
    """Return the time from the earlier start until the later end."""
    if one is None or other is None:
        return one or other
    return Interval(min(one.start, other.start), max(one.end, other.end))


def _write(instance: Recorder, series: Series, compared: Hours) -> list[Row]:
    """Write what differs, and every row after it; return the rows. Raises NotWrittenError if they cannot be read back."""
    rows = _differing(series, compared)
    if not rows:
        return rows
    done = import_statistics(instance, series.metadata(), recorded(rows), Statistics)
    if not done or not series.holds(rows):
        raise NotWrittenError("Rows could not be read back")
    return rows


def _differing(series: Series, compared: Hours) -> list[Row]:
    """Compare within the hours given; only a difference makes the rows after them worth reading."""
    if (first := compared.first) is None or (last := compared.last) is None:
        return []
    newest = series.newest()
    stored, before = series.during(first, last + HOUR), series.before(first)
    wanted = compared.values(stored, newest)
    rows = sync(stored, wanted, before)
    if rows and newest is not None and newest > last:
        rows = sync([*stored, *series.during(last + HOUR)], wanted, before)
    return rows


def _worth(pricing: Pricing, stored: list[Hour]) -> Mapping[datetime, Decimal]:
    worth = dict(pricing.price(stored))
    if not all(yen.is_finite() for yen in worth.values()):
        raise ValueError("A price that is not a number")
    return worth


def _settle(
    instance: Recorder, future: asyncio.Future[Outcome], found: Outcome | Exception
) -> None:
    def settle() -> None:
        if future.done():
            return
        if isinstance(found, Outcome):
            future.set_result(found)
        else:
            future.set_exception(found)

    with suppress(RuntimeError):
        # The event loop may be closed already: then nothing waits for the outcome.
        instance.hass.loop.call_soon_threadsafe(settle)
