"""Gas: readings in the statistics, one row each, at what they cost; what the entities show; nothing that gets lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import async_list_statistic_ids
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.octopus_japan.coordinators import gas as clock
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.recorder.recorder_pass import NotWrittenError
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import gas_consumption_id, gas_cost_id
from custom_components.octopus_japan.recorder.sync import exact
from simulator.dates import Month, midnight
from simulator.points import GasPoint

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

gas = pytest.mark.parametrize(
    ("households", "since", "now"),
    [(("gas-tokyo",), None, datetime.fromisoformat("2026-03-26T09:00:00+09:00"))],
)
untaxed = pytest.mark.parametrize(
    ("households", "since", "now"),
    [(("gas-untaxed",), None, datetime.fromisoformat("2026-10-23T09:00:00+09:00"))],
)


def point_of(home: Home) -> GasPoint:
    (point,) = home.simulator.world.gas_points.values()
    return point


async def rows(home: Home, statistic_id: str) -> dict[datetime, Decimal]:
    """Return the rows of a statistic that hold something; their sums must add up."""
    found = await Series(home.hass, statistic_id, "", "").async_read(LONG_AGO)
    total = Decimal(0)
    for row in found:
        total += exact(row.state)
        assert exact(row.sum) == total
    return {row.start: exact(row.state) for row in found if row.state}


async def equal(home: Home) -> int:
    """Compare both statistics with what the simulator bills, and return how many readings there are."""
    spin = point_of(home).spin
    bills = home.simulator.truth.gas_bills(spin)
    last_hours = [midnight(bill.period.end) - HOUR for bill in bills]
    volumes = {at: bill.volume for at, bill in zip(last_hours, bills, strict=True)}
    yen = {at: bill.total for at, bill in zip(last_hours, bills, strict=True)}
    assert await rows(home, gas_consumption_id(digest(spin))) == volumes
    assert await rows(home, gas_cost_id(digest(spin))) == yen
    return len(bills)


@gas
async def test_a_reading_is_one_row_at_its_last_hour_at_what_is_billed(home: Home) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("gas-tokyo")
    spin = point_of(home).spin
    assert await equal(home) == 6
    offered = {
        item["statistic_id"]: item
        for item in await async_list_statistic_ids(
            home.hass, {gas_consumption_id(digest(spin)), gas_cost_id(digest(spin))}
        )
    }
    volume, money = offered[gas_consumption_id(digest(spin))], offered[gas_cost_id(digest(spin))]
    assert (volume["statistics_unit_of_measurement"], volume["unit_class"]) == ("m³", "volume")
    assert (money["statistics_unit_of_measurement"], money["unit_class"]) == ("JPY", None)
    assert volume["name"] == f"Gas {spin[-4:]} consumption"

    bill = home.simulator.truth.gas_bills(spin)[-1]
    reading = home.state(spin, "last_reading")
    assert (reading.state, reading.attributes["unit_of_measurement"]) == (
        str(float(bill.volume)),
        "m³",
    )
    assert reading.attributes["start"] == midnight(bill.period.start)
    assert reading.attributes["reading_date"] == bill.period.end
    cost = home.state(spin, "last_reading_cost")
    assert cost.state == str(bill.total)
    assert cost.attributes["standing_charge"] == float(bill.standing)
    assert cost.attributes["energy_charge"] == pytest.approx(float(bill.volume * bill.price))
    assert (cost.attributes["tax"], cost.attributes["estimated"]) == (bill.tax, False)
    assert home.state(spin, "last_reading_days").state == str(bill.period.days)
    price = home.state(spin, "unit_price")
    assert price.state == str(bill.price)
    assert price.attributes["tiers"][1] == {
        "above": 20.0, "up_to": 80.0, "price": 130.46, "standing_charge": 1056.0,
    }  # fmt: skip
    assert home.state(spin, "plan").state == "ガス"
    # The meter is read on the 24th of a month or soon after.
    assert (
        home.state(spin, "next_reading").state
        == point_of(home).schedule.scheduled(Month(2026, 4)).isoformat()
    )
    devices = dr.async_get(home.hass)
    device = devices.async_get_device_by_identifier(("octopus_japan", digest(spin)), entry.entry_id)
    assert device is not None
    assert device.name == f"Gas {spin[-4:]}"
    assert spin not in str(device)
    (told,) = (await async_get_config_entry_diagnostics(home.hass, entry))["accounts"]
    assert told["gas_points"] == [
        {
            "status": "ON_SUPPLY", "accounts": 1, "agreements": 1, "readings": 6, "has_cost": True,
            "estimated": False, "reason": None, "tiers": 6, "has_next_reading": True,
        }
    ]  # fmt: skip
    assert told["campaigns"] == {"open": 0, "joined": 0}
    # Polls that tell the same write nothing.
    before = await Series(home.hass, gas_consumption_id(digest(spin)), "", "").async_read(LONG_AGO)
    await home.pass_time(timedelta(hours=12))
    assert before == await Series(home.hass, gas_consumption_id(digest(spin)), "", "").async_read(
        LONG_AGO
    )


@untaxed
async def test_part_months_other_tables_and_the_discount(home: Home) -> None:
    """Two plans, one without tax; a first period of ten days; a price that moves; the government's discount."""
    home.leave_readings_out()
    await home.sign_in("gas-untaxed")
    spin = point_of(home).spin
    assert await equal(home) == 14
    assert home.simulator.truth.gas_bills(spin)[0].period.days == 10
    # The use of September 2026 is discounted by 14 yen a m³.
    bill = home.simulator.truth.gas_bills(spin)[-1]
    assert bill.subsidy == 14
    cost = home.state(spin, "last_reading_cost")
    assert cost.attributes["subsidy"] == -14 * bill.volume
    assert home.state(spin, "plan").state == "ガス(毎月調整)"


@gas
async def test_what_is_corrected_is_rewritten_and_nothing_else_is_lost(home: Home) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("gas-tokyo")
    world, point = home.simulator.world, point_of(home)
    bills = home.simulator.truth.gas_bills(point.spin)
    # The third reading of six is corrected: all sums from there on are others.
    world.correct_gas(point.spin, bills[2].period.end, bills[2].volume + 40)
    await home.pass_time(timedelta(hours=12))
    assert await equal(home) == 6
    shown = home.state(point.spin, "last_reading").state

    # Empty, short, late, refused and malformed answers take nothing away.
    for fault in (
        {"kind": "empty", "field": "intervalReadings", "point": point.spin},
        {"kind": "short", "field": "intervalReadings", "point": point.spin},
        {"kind": "refused_field", "field": "GasSupplyPoint.intervalReadings"},
        {"kind": "value", "field": "GasIntervalReading.usage", "value": None},
        {"kind": "value", "field": "GasIntervalReading.endAt", "value": "9999-01-01T00:00:00Z"},
        {"kind": "empty_list", "field": "gasSupplyPoints"},
        {"kind": "http_502", "operation": "GasReadings"},
    ):
        found = home.simulator.faults.add(**fault)  # type: ignore[arg-type]
        await home.pass_time(timedelta(hours=12))
        assert found.fired, fault
        assert home.state(point.spin, "last_reading").state == shown
        home.simulator.faults.remove(found)
    # Nor do they over a restart: then nothing is known but the rows.
    fault = home.simulator.faults.add("empty", field="intervalReadings", point=point.spin)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.state(point.spin, "last_reading").state == "unknown"
    assert await equal(home) == 6
    home.simulator.faults.remove(fault)

    # A reading that was none: its row holds nothing, and the other all of it.
    world.withdraw_gas_reading(point.spin, bills[3].period.end)
    await home.pass_time(timedelta(hours=12))
    assert await equal(home) == 5
    # One more, out of turn.
    world.read_gas(point.spin, bills[4].period.end + 10 * DAY)
    await home.pass_time(timedelta(days=3))
    assert await equal(home) == 6

    # Cleared by the user.
    get_instance(home.hass).async_clear_statistics(
        [gas_consumption_id(digest(point.spin)), gas_cost_id(digest(point.spin))]
    )
    await home.pass_time(timedelta(hours=12))
    assert await equal(home) == 6


@gas
async def test_no_price_no_cost_and_a_recorder_that_fails_costs_time(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    fault = home.simulator.faults.add("refused_field", field="Agreement.product", code="KT-CT-1111")
    with patch.object(clock.GasHistory, "record", side_effect=NotWrittenError):
        await home.sign_in("gas-tokyo")
    spin = point_of(home).spin
    assert home.state(spin, "last_reading").state != "unknown"
    cost = home.state(spin, "last_reading_cost")
    assert (cost.state, cost.attributes["reason"]) == ("unknown", "unknown_product")
    assert home.state(spin, "unit_price").attributes["reason"] == "unknown_product"
    assert home.state(spin, "plan").state == "unknown"
    with patch.object(clock.GasHistory, "record", side_effect=NotWrittenError) as record:
        await home.pass_time(timedelta(minutes=31))
        assert record.called
    # What is wrong with one point for good is told, and stops nothing.
    with patch.object(clock.GasHistory, "record", side_effect=ValueError) as record:
        await home.pass_time(timedelta(minutes=61))
        assert record.called
    assert "The history of one gas supply point cannot be kept" in caplog.text
    caplog.clear()
    await home.pass_time(timedelta(hours=12))
    volumes = await rows(home, gas_consumption_id(digest(spin)))
    assert len(volumes) == 6
    assert await rows(home, gas_cost_id(digest(spin))) == {}
    home.simulator.faults.remove(fault)
    await home.pass_time(timedelta(hours=12))
    assert await equal(home) == 6
    # Of a point that has ended the last reading stays, and nothing that is about more.
    home.simulator.world.end_gas(spin, date(2026, 3, 27))
    await home.pass_time(timedelta(days=2))
    assert await equal(home) == 7
    registry = er.async_get(home.hass)
    kept = {
        entity.unique_id.partition("_")[2]
        for entity in registry.entities.values()
        if entity.unique_id.startswith(digest(spin))
    }
    assert kept == {"last_reading", "last_reading_cost", "last_reading_days"}


@pytest.mark.parametrize(
    ("households", "since", "now"),
    [(("gas-tokyo", "green-tokyo"), None, datetime.fromisoformat("2026-03-26T09:00:00+09:00"))],
)
async def test_a_gas_point_that_two_logins_see_is_kept_by_the_first(home: Home) -> None:
    home.leave_readings_out()
    world, point = home.simulator.world, point_of(home)
    (green,) = world.households["green-tokyo"].accounts
    green.properties[0].gas_points.append(point)
    first = await home.sign_in("gas-tokyo")
    second = await home.sign_in("green-tokyo")
    registry = er.async_get(home.hass)

    def owners() -> set[str | None]:
        return {
            entity.config_entry_id
            for entity in registry.entities.values()
            if entity.unique_id.startswith(digest(point.spin))
        }

    assert owners() == {first.entry_id}
    (issue,) = home.issues()
    assert issue.translation_key == "kept_by_another_entry"
    assert await equal(home) == 6
    await home.hass.config_entries.async_remove(first.entry_id)
    await home.settle()
    assert owners() == {second.entry_id}
    world.correct_gas(point.spin, home.simulator.truth.gas_bills(point.spin)[0].period.end, 5)
    await home.pass_time(timedelta(hours=12))
    assert await equal(home) == 6


@gas
async def test_a_defect_is_told_by_its_place_and_not_by_what_it_quotes(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    marker = "0399999999999999999999"
    room = "custom_components.octopus_japan.coordinators.gas"
    with (
        patch(f"{room}.gas_usage", side_effect=KeyError(marker)),
        patch(f"{room}.GasCoordinator._record", side_effect=KeyError(marker)),
    ):
        await home.sign_in("gas-tokyo")
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    told = {text.partition(" at ")[0] for text in errors if "gas supply point" in text}
    assert told == {
        "Nothing can be shown of one gas supply point: KeyError",
        "The history of one gas supply point cannot be kept: KeyError",
    }
    assert marker not in caplog.text
