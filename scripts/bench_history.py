"""How long history takes: a poll without news, one new hour on ten years and on one month, the import of five years.

Home Assistant and its recorder (SQLite in a new directory) are real and run in this process, the simulator in another one, over
loopback and without added latency. Event loop time is the processor time of its thread.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import gc
from statistics import median
from time import perf_counter, thread_time
from unittest.mock import patch

from homeassistant.components.recorder.db_schema import Statistics, StatisticsMeta
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import (
    get_instance,
    session_scope,
)
from sqlalchemy import insert, select

from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.household.usage import ConsumptionPricing
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    MonthlyRates,
    Tariff,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
)
from custom_components.octopus_japan.recorder import recorder_pass
from custom_components.octopus_japan.recorder.meter_history import (
    MeterHistory,
    energy_series,
    money_series,
)
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from scripts.figures import columns, options, save, told
from scripts.instruments import Blocks, Inserts, Memory, counted
from scripts.measured_home import home_assistant, imported, polls, service, signed_in
from tests.cards import stepped

HOUR = timedelta(hours=1)
READINGS = "HalfHourlyReadings"
"""The operation that reads half hours."""
INCREMENTS = 40


async def five_years(household: str) -> dict[str, float]:
    """Import the whole history of a household into an empty database."""
    inserts = Inserts()
    with (
        service(household) as simulator,
        patch.object(recorder_pass, "import_statistics", inserts),
        counted() as asked,
    ):
        async with home_assistant() as hass:
            before = perf_counter()
            readings = await signed_in(hass, simulator)
            usable = perf_counter() - before
            # Python's collector now and then looks through all that Home Assistant has loaded, 150 ms here, whoever
            # allocates. What was there before is none of our doing.
            gc.collect()
            gc.freeze()
            first = inserts.seconds, inserts.rows
            begin = perf_counter()
            with Blocks() as blocks, Memory() as memory:
                await imported(readings)
            whole = perf_counter() - begin
            inserts.seconds -= first[0]
            inserts.rows -= first[1]
            rows = len(
                await readings.meter(simulator.spin).energy.async_read(
                    datetime(2000, 1, 1, tzinfo=UTC)
                )
            )
            assert readings.backfill.progress(simulator.spin) == 1
            requests = asked.copy()
            poll = await polls(hass, simulator, readings)
    return {
        "hours stored": rows,
        "requests": requests.total(),
        "of them readings": requests[READINGS],
        "usable after (s)": usable,
        "whole (s)": whole,
        "recorder inserts (s)": inserts.seconds,
        "recorder rows": inserts.rows,
        "all but inserts (s)": whole - inserts.seconds,
        "whole / inserts": whole / inserts.seconds,
        "longest callback of the loop (ms)": blocks.longest * 1000,
        "loop late by at most (ms)": blocks.late * 1000,
        "memory on top (MiB)": memory.most,
        **poll,
    }


async def increments() -> dict[str, float]:
    """Write one new hour after another on one month, and on ten years, of stored hours."""
    async with home_assistant() as hass:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        stores = {hours: await store(hass, f"03{hours:020}", now, hours) for hours in (720, 87_660)}
        seconds: dict[int, list[float]] = {hours: [] for hours in stores}
        loop_time: dict[int, list[float]] = {hours: [] for hours in stores}
        pricing = ConsumptionPricing(tariff())
        for new in range(INCREMENTS):
            for hours, point in stores.items():
                end = now + new * HOUR
                readings = [
                    (at, Decimal("0.25"))
                    for half in range(2 * 24 * 7)
                    if (at := end + HOUR - (half + 1) * HOUR / 2)
                ]
                begin, cpu = perf_counter(), thread_time()
                assert await point.record(readings, pricing)
                seconds[hours].append(perf_counter() - begin)
                loop_time[hours].append(thread_time() - cpu)
        month, decade = (median(taken[5:]) for taken in seconds.values())
        loop_month, loop_decade = (median(taken[5:]) for taken in loop_time.values())
    return {
        "one new hour on a month (ms)": month * 1000,
        "one new hour on ten years (ms)": decade * 1000,
        "ten years / a month": decade / month,
        "its event loop, a month (ms)": loop_month * 1000,
        "its event loop, ten years (ms)": loop_decade * 1000,
    }


def tariff() -> Tariff:
    """Return a stepped plan of Tokyo with its monthly rates."""
    monthly_rates = MonthlyRates(
        timeline(fuel_cost_adjustments("03")), timeline(renewable_energy_levies())
    )
    card = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
    return Tariff((card,), monthly_rates, BillingCalendar(day=18))


async def store(hass: HomeAssistant, spin: str, now: datetime, hours: int) -> MeterHistory:
    """Put hours into the database as if they had been imported, all of them 0.5 kWh."""
    energy = energy_series(hass, consumption_id(digest(spin)), "Consumption")
    money = money_series(hass, cost_id(digest(spin)), "Cost")
    first = now - hours * HOUR
    meter = MeterHistory(hass, energy, money, "bench")
    recorder = get_instance(hass)
    for series in (energy, money):
        metadata = await recorder.async_add_executor_job(series.metadata)
        async_add_external_statistics(hass, metadata, [])
    ids = [series.statistic_id for series in (energy, money)]

    def fill() -> bool:
        with session_scope(hass=hass) as session:
            known = select(StatisticsMeta.id).where(StatisticsMeta.statistic_id.in_(ids))
            numbers = session.execute(known).scalars().all()
            if len(numbers) < len(ids):  # The recorder has not come to it yet.
                return False
            for number in numbers:
                session.execute(
                    insert(Statistics),
                    [
                        {
                            "metadata_id": number,
                            "created_ts": 0.0,
                            "start_ts": (first + n * HOUR).timestamp(),
                            "state": 0.5,
                            "sum": (n + 1) / 2,
                        }
                        for n in range(hours)
                    ],
                )
        return True

    while not await recorder.async_add_executor_job(fill):
        await recorder.async_block_till_done()
    return meter


def main() -> None:
    """Measure, print, write."""
    given = options(
        __doc__,
        5,
        lambda parser: (
            parser.add_argument("--import-runs", type=int, help="of the five years, if fewer"),
            parser.add_argument("--household", default="veteran", help="default veteran"),
        ),
    )
    found = told(columns([asyncio.run(increments()) for _ in range(given.runs)]))
    times = given.import_runs or given.runs
    found |= told(columns([asyncio.run(five_years(given.household)) for _ in range(times)]))
    save(given.json, found)


if __name__ == "__main__":
    main()
