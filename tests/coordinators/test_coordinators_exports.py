"""Energy fed into the grid."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from home import Home
import pytest

from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.kraken import ReadingPath
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import compensation_id, return_id
from custom_components.octopus_japan.recorder.sync import exact
from simulator.dates import jst_date, midnight

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.parametrize("households", [("solar-tokyo",)])


async def equal(home: Home, gpin: str) -> None:
    truth, now = home.simulator.truth, home.simulator.clock.now()
    for statistic_id, values in (
        (return_id(digest(gpin)), truth.exports(gpin, LONG_AGO, now)),
        (compensation_id(digest(gpin)), truth.compensation(gpin, LONG_AGO, now)),
    ):
        rows = await Series(home.hass, statistic_id, "", "").async_read(LONG_AGO)
        assert {row.start: exact(row.state) for row in rows} == values
        assert abs(exact(rows[-1].sum) - sum(values.values())) < Decimal("1e-6")


async def test_a_generation_point(home: Home) -> None:
    await home.sign_in("solar-tokyo")
    gpin = home.simulator.world.households["solar-tokyo"].generation_points[0].gpin
    await equal(home, gpin)
    truth, now = home.simulator.truth, home.simulator.clock.now()
    today = midnight(jst_date(now))
    yesterday = (today - timedelta(days=1), today)
    assert float(home.state(gpin, "export_yesterday").state) == pytest.approx(
        float(sum(truth.exports(gpin, *yesterday).values()))
    )
    assert float(home.state(gpin, "compensation_yesterday").state) == pytest.approx(
        float(sum(truth.compensation(gpin, *yesterday).values()))
    )
    assert home.state(gpin, "export_yesterday").attributes["complete"]
    assert not home.state(gpin, "export_today").attributes["complete"]
    assert float(home.state(gpin, "generation_credit").state) == float(
        truth.price(gpin, now).energy
    )
    assert home.state(gpin, "history_import").state == "100.0"


async def test_corrections_and_another_way(home: Home) -> None:
    home.simulator.faults.add(
        "refused_field", field="ElectricityGenerationPoint.halfHourlyReadings"
    )
    entry = await home.sign_in("solar-tokyo")
    gpin = home.simulator.world.households["solar-tokyo"].generation_points[0].gpin
    await equal(home, gpin)
    for _ in range(3):
        await home.pass_time(timedelta(minutes=31))
    chosen = entry.runtime_data.memory.parts.reading_paths[digest(gpin)]
    assert chosen.recent is ReadingPath.SUPPLY_POINT
    at = home.simulator.clock.now().replace(minute=0) - timedelta(days=20)
    home.simulator.world.correct(gpin, at, "1.11")
    await home.pass_time(timedelta(days=1))
    await equal(home, gpin)


async def test_without_a_price_there_is_energy(home: Home) -> None:
    home.simulator.faults.add(
        "refused_field", field="GenerationAgreement.product", code="KT-CT-1111"
    )
    home.simulator.faults.add("refused_field", field="Agreement.product", code="KT-CT-1111")
    await home.sign_in("solar-tokyo")
    gpin = home.simulator.world.households["solar-tokyo"].generation_points[0].gpin
    assert home.state(gpin, "generation_credit").state == "unknown"
    assert float(home.state(gpin, "export_this_month").state) > 0
