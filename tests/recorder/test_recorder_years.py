"""Years of history on a database: import, re-import, correction, history in front. HISTORY_DAYS=1827 asks for five years."""

from collections.abc import Callable
from decimal import Decimal
import os

from database_faults import Countdown, Database, watched
from metered_point import DAY, HALF, MeteredPoint, readings
import pytest

from custom_components.octopus_japan.recorder.meter_history import LONGEST_PASS

pytestmark = pytest.mark.parametrize("persistent_database", [True])

DAYS = int(os.environ.get("HISTORY_DAYS", "100"))
TEN = 10.0


async def test_years(
    metered: MeteredPoint, database: Database, record_property: Callable[[str, object], None]
) -> None:
    history = readings(DAYS, gaps=0.02)
    # The last half hour of the first pass is missing, but the half hours of the second pass are newer.
    edge = min(history).replace(minute=0) + LONGEST_PASS
    history = {**history, edge - 2 * HALF: Decimal("0.5")}
    history.pop(edge - HALF, None)
    assert await metered.record(history)
    assert await metered.check() > DAYS * 40

    # The same again: not one row is written.
    writes = Countdown(1)
    with watched(metered.recorder, writes):
        assert not await metered.record(history)
        # Silence: less than before, and nothing at all.
        assert not await metered.record(dict(list(history.items())[500:600]))
        assert not await metered.meter.record([], None)
    assert not writes.reached.is_set()
    await metered.check()

    # A correction of a day: every later sum moves, and the money of the month.
    assert await metered.record(readings(1, first=DAYS - TEN, seed=2))
    await metered.check()

    # The half hours that were missing: partial hours become whole.
    assert await metered.record(readings(TEN, first=DAYS - 2 * TEN, seed=3))
    await metered.check()

    # History in front moves every row; what follows is appended.
    assert await metered.record(readings(TEN, first=-TEN, seed=4, gaps=0.1))
    assert await metered.record(readings(TEN, first=DAYS, seed=5, gaps=0.1))
    count = await metered.check()

    # Cleared by the user, both: all comes back from the service.
    metered.recorder.async_clear_statistics(
        [metered.meter.energy.statistic_id, metered.meter.money.statistic_id]
    )
    metered.model.energy.clear()
    metered.model.money.clear()
    await metered.record({at: kwh for at, kwh in history.items() if at - min(history) < 30 * DAY})
    await metered.check()
    record_property(
        "told", f"{database.kind} {database.version()}: {count} rows and sums of {DAYS} days"
    )
