"""A tick of the price clock: all that a half hour costs the event loop, by supply point. Medians of the loop's processor time.

First the pure parts, then a real Home Assistant with all entities of a stepped point: their states are written, to the recorder too.

Usage: scripts/bench tick [--runs N] [--json FILE]
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from time import process_time, thread_time

from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    async_fire_time_changed,
)

from custom_components.octopus_japan.oejp.household.forecast import Use, crossed_at
from custom_components.octopus_japan.oejp.household.habit import learn
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.outlook import band_periods, outlook
from custom_components.octopus_japan.oejp.household.projection import project
from custom_components.octopus_japan.oejp.japan_time import HOUR, day_of, midnight
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    Component,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    Schedule,
    Tariff,
    timeline,
)
from scripts.bench_points import service
from scripts.figures import options, save, told
from scripts.measured_home import home_assistant, imported, signed_in
from tests.cards import stepped, time_of_use

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
ROW = ("NIGHT",) * 10 + ("DAY",) * 12 + ("NOON",) * 4 + ("DAY",) * 18 + ("NIGHT",) * 4


def _tariffs() -> dict[str, Tariff]:
    rates = [
        MonthlyRate(
            component,
            datetime.fromisoformat("2026-01-01T00:00:00+09:00"),
            datetime.fromisoformat("2027-01-01T00:00:00+09:00"),
            Decimal(4),
            Provenance.API,
        )
        for component in (Component.FUEL_COST_ADJUSTMENT, Component.RENEWABLE_ENERGY_LEVY)
    ]
    told = MonthlyRates(timeline(rates[:1]), timeline(rates[1:]))
    calendar = BillingCalendar(day=1)
    bands = [("NIGHT", "15"), ("DAY", "30"), ("NOON", "12")]
    hours = Schedule("", "03", (ROW,) * 12)
    return {
        "stepped": Tariff((stepped("30", (120, "20"), (300, "25"), (None, "28")),), told, calendar),
        "time_of_use": Tariff((time_of_use("30", bands, hours),), told, calendar),
    }


def _tick(tariff: Tariff, use: Use | None, hours: list[Hour]) -> None:
    """Do what one tick does where the day, the tariff or the use is new."""
    if use is not None:
        use = Use(hours, crossed_at(tariff, hours, use.crossed, NOW))
    shown = outlook(tariff, NOW, use)
    shown.current(NOW)
    shown.following(NOW)
    shown.estimated_since(NOW)
    for day in (0, 1):
        shown.day(day_of(NOW) + timedelta(days=day))
    band_periods(shown.periods)


async def _real_ticks(runs: int) -> tuple[int, list[float]]:
    """Return how many entities a point and its account have, and how long each half hour takes the loop, in ms."""
    found = []
    with service(1) as simulator:
        async with home_assistant() as hass:
            await imported(await signed_in(hass, simulator))
            await hass.async_block_till_done()
            entities = len(hass.states.async_entity_ids())
            at = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
            for half in range(1, runs + 1):
                began = thread_time()
                async_fire_time_changed(hass, at + half * timedelta(minutes=30))
                found.append(1000 * (thread_time() - began))
                await hass.async_block_till_done()
    return entities, found


def main() -> None:
    """Measure, print medians, and write all figures."""
    given = options(__doc__, 20)
    start = midnight(day_of(NOW - timedelta(days=54))).astimezone(UTC)
    hours = [Hour(start + n * HOUR, Decimal("0.43")) for n in range(54 * 24 - 5)]
    found: dict[str, list[float]] = {}
    for name, tariff in _tariffs().items():
        use = Use(hours) if name == "stepped" else None
        taken = found.setdefault(f"one tick, {name} (ms)", [])
        for _ in range(given.runs):
            began = process_time()
            _tick(tariff, use, hours)
            taken.append(1000 * (process_time() - began))
    ladder = _tariffs()["stepped"]
    period = ladder.calendar.period_at(NOW - timedelta(days=1))
    for _ in range(given.runs):
        began = process_time()
        habit = learn(hours)
        found.setdefault("learning a habit (ms)", []).append(1000 * (process_time() - began))
        if habit is None or project(ladder, period, hours, habit, NOW) is None:
            raise RuntimeError("nothing is projected")
        began = process_time()
        project(ladder, period, hours, habit, NOW)
        found.setdefault("one projection (ms)", []).append(1000 * (process_time() - began))
    entities, found["one tick with all entities (ms)"] = asyncio.run(_real_ticks(given.runs))
    found["entities"] = [entities]
    save(given.json, told(found))


if __name__ == "__main__":
    main()
