"""The history of one point: what is held, what is recorded, and what is told."""

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest
from test_recorder_pass import DAY, HOUR, POINT, START, DailyPricing, Point, block  # noqa: F401

from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.recorder import meter_history, recorder_pass
from custom_components.octopus_japan.recorder.claims import async_release
from custom_components.octopus_japan.recorder.meter_history import (
    HalfHours,
    MeterHistory,
    energy_series,
    money_series,
)
from custom_components.octopus_japan.recorder.recorder_pass import NotWrittenError
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from custom_components.octopus_japan.recorder.sync import Hours


def made(hass: HomeAssistant, entry_id: str) -> MeterHistory:
    return MeterHistory(
        hass,
        energy_series(hass, consumption_id(POINT), "Consumption"),
        money_series(hass, cost_id(POINT), "Cost"),
        entry_id,
    )


@pytest.fixture
def meter(recorder_mock: Recorder, hass: HomeAssistant) -> MeterHistory:
    return made(hass, "one")


@pytest.fixture
def point(recorder_mock: Recorder, hass: HomeAssistant) -> Point:
    return Point(hass, recorder_mock)


def halves(*kwh: str, first: int = 0) -> list[tuple[object, Decimal]]:
    """Return half hours from `first` hours after START on."""
    start = START + first * HOUR
    return [(start + n * HOUR / 2, Decimal(value)) for n, value in enumerate(kwh)]


async def test_half_hours_become_hours_and_money(meter: MeterHistory, point: Point) -> None:
    given: HalfHours = halves("0.1", "0.2", "0.3", "0.4")  # type: ignore[assignment]
    assert await meter.record(given, DailyPricing())
    assert not await meter.record(given, DailyPricing())
    assert await meter.read(START) == (
        [Hour(START, Decimal("0.3")), Hour(START + HOUR, Decimal("0.7"))],
        {START: Decimal(3), START + HOUR: Decimal(7)},
    )
    assert await meter.newest() == START + HOUR
    assert await meter.whole_hours() == {date(2026, 6, 2): 2}
    assert await point.stored(meter.money) == [(3, 3), (7, 10)]


async def test_what_is_held_is_shown_until_it_is_recorded(meter: MeterHistory) -> None:
    assert meter.held is None
    await meter.record(halves("1", "1"), DailyPricing())  # type: ignore[arg-type]
    meter.hold(halves("1", "2", "3", "4"))  # type: ignore[arg-type]
    assert meter.held == Interval(START, START + HOUR * 1.5)
    shown = [Hour(START, Decimal(3)), Hour(START + HOUR, Decimal(7))]
    assert await meter.hours(START) == shown
    with (
        patch.object(recorder_pass, "import_statistics", return_value=False),
        pytest.raises(NotWrittenError),
    ):
        await meter.record_held(DailyPricing())
    assert meter.held
    assert await meter.record_held(DailyPricing())
    assert meter.held is None
    assert await meter.read(START) == (shown, {START: Decimal(30), START + HOUR: Decimal(70)})


async def test_what_comes_while_it_is_recorded_is_held_on(meter: MeterHistory) -> None:
    real = meter.record

    async def record(given: HalfHours, pricing: object) -> bool:
        meter.hold(halves("5", first=1))  # type: ignore[arg-type]
        return await real(given, pricing)  # type: ignore[arg-type]

    meter.hold(halves("1", "2", "3", "4"))  # type: ignore[arg-type]
    with patch.object(meter, "record", record):
        await meter.record_held(DailyPricing())
    assert meter.held == Interval(START + HOUR, START + HOUR)
    meter.drop()
    assert meter.held is None


async def test_what_is_held_before_anything_is_stored(meter: MeterHistory) -> None:
    meter.hold(halves("1", "2"))  # type: ignore[arg-type]
    assert await meter.hours(START) == [Hour(START, Decimal(3))]
    assert await meter.hours(START + DAY) == []


async def test_a_long_time_is_recorded_in_passes(meter: MeterHistory, point: Point) -> None:
    passes: list[Hours] = []
    real = meter_history.async_pass

    async def spy(*args: object) -> object:
        passes.append(args[3])  # type: ignore[arg-type]
        return await real(*args)  # type: ignore[arg-type]

    given = [*halves("1", "1", first=24 * 91), *halves("1", "1"), *halves("1", "1", first=24 * 90)]
    with patch.object(meter_history, "async_pass", spy):
        await meter.record(given, DailyPricing())  # type: ignore[arg-type]
    assert [hours.first for hours in passes] == [START, START + timedelta(days=91)]
    assert await point.stored() == [(2, 2), (2, 4), (2, 6)]


async def test_money_that_failed_after_energy_comes_with_the_next_pass(
    meter: MeterHistory, point: Point
) -> None:
    """The next pass finds no difference in energy."""
    real = recorder_pass.import_statistics

    def energy_only(instance: object, metadata: dict[str, str], *rest: object) -> bool:
        return metadata["unit_of_measurement"] == "JPY" or real(instance, metadata, *rest)  # type: ignore[arg-type]

    with (
        patch.object(recorder_pass, "import_statistics", energy_only),
        pytest.raises(NotWrittenError),
    ):
        await meter.record(halves("1", "1"), DailyPricing())  # type: ignore[arg-type]
    await meter.record(halves("1", "1", first=5), DailyPricing())  # type: ignore[arg-type]
    assert await point.stored(meter.money) == [(20, 20), (20, 40)]


async def test_money_that_is_gone_is_noticed(meter: MeterHistory, point: Point) -> None:
    await meter.whole_hours()
    await meter.record(halves("1", "1"), DailyPricing())  # type: ignore[arg-type]
    assert not meter.money_lost
    point.recorder.async_clear_statistics([meter.money.statistic_id])
    await point.synchronize()
    await meter.whole_hours()
    assert meter.money_lost
    assert await meter.review(Interval(START, START + DAY), DailyPricing())
    assert await point.stored(meter.money) == [(20, 20)]
    meter.money_lost = False
    # Or by the pass that writes the next of it.
    point.recorder.async_clear_statistics([meter.money.statistic_id])
    await point.synchronize()
    await meter.record(halves("1", "1", first=30), DailyPricing())  # type: ignore[arg-type]
    assert meter.money_lost


async def test_what_cannot_be_and_what_has_no_price_is_told_once(
    meter: MeterHistory, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        meter.hold(halves("NaN"))  # type: ignore[arg-type]
        await meter.record(halves("-1", "101"), None)  # type: ignore[arg-type]
    for kwh in ("1", "2"):
        with patch.object(DailyPricing, "price", side_effect=ZeroDivisionError):
            await meter.record(halves(kwh, kwh), DailyPricing())  # type: ignore[arg-type]
    told = [r.getMessage() for r in caplog.records if r.name == meter_history.__name__]
    assert told == [
        "Consumption: readings that cannot be are left out (1)",
        "Consumption: cost stays as it was (ZeroDivisionError)",
    ]


def test_another_entry_claims_it_after_the_first(hass: HomeAssistant) -> None:
    one, two = made(hass, "one"), made(hass, "two")
    assert one.claim()
    assert one.claim()
    assert not two.claim()
    async_release(hass, "one")
    assert two.claim()
