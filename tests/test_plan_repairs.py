"""What only a notice tells: rates of a month, hours of a plan, the contracted capacity. Entered by action, option or repair."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from home import Home
from homeassistant.const import STATE_UNKNOWN
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.plan_repairs import CAPACITY, HOURS, RATE
from custom_components.octopus_japan.repairs import async_create_fix_flow

# Months that no shipped table tells.
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2026, 10, 21)


def issue(home: Home, key: str, household: str) -> ir.IssueEntry | None:
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    issue_id = f"{entry.entry_id}_{key}_{digest(home.spin(household))}"
    return ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)


async def do(home: Home, action: str, **fields: Any) -> None:
    await home.hass.services.async_call(DOMAIN, action, fields, blocking=True)
    await home.settle()


async def fix(home: Home, key: str, household: str, fields: dict[str, Any]) -> Any:
    """Open the repair, and submit its form."""
    found = issue(home, key, household)
    assert found is not None
    flow = await async_create_fix_flow(home.hass, found.issue_id, dict(found.data or {}))
    flow.hass = home.hass
    form: Any = await flow.async_step_init()
    assert form["type"] == "form"
    result: Any = await flow.async_step_enter(form["data_schema"](fields))
    await home.settle()
    return result


def silent_about_the_adjustment(home: Home) -> None:
    home.simulator.faults.add("value", field="fuelCostAdjustment", value=None)
    home.simulator.faults.add("refused_field", field="charges")


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_an_adjustment_that_nobody_told_is_entered_from_the_notice(home: Home) -> None:
    silent_about_the_adjustment(home)
    await home.sign_in("ev-tokyo")
    spin = home.spin("ev-tokyo")
    price = home.state(spin, "current_price")
    # The last one that is known is September's: 5.78.
    assert price.attributes["fuel_cost_adjustment"] == 5.78
    assert price.attributes["sources"]["fuel_cost_adjustment"] == "carried_forward"
    assert price.attributes["estimated"] is True
    assert price.attributes["estimated_since"] < NOW - timedelta(days=19)
    cost = home.state(spin, "cost_yesterday")
    assert cost.attributes["estimated"] is True
    assert cost.attributes["estimated_since"] == datetime.fromisoformat("2026-11-19T00:00:00+09:00")
    found = issue(home, RATE, "ev-tokyo")
    assert found is not None
    assert found.is_fixable
    assert found.translation_placeholders == {"month": "2026-10", "number": spin[-4:]}

    await do(home, "set_monthly_rate", month="2026-10", fuel_cost_adjustment=2.68)
    found = issue(home, RATE, "ev-tokyo")
    assert found is not None
    assert found.translation_placeholders == {"month": "2026-11", "number": spin[-4:]}

    result = await fix(home, RATE, "ev-tokyo", {"month": "2026-11", "fuel_cost_adjustment": 7.61})
    assert result["type"] == "create_entry"
    price = home.state(spin, "current_price")
    truth = home.simulator.truth.price(spin, home.simulator.clock.now())
    assert truth.fuel == Decimal("7.61")
    assert Decimal(price.state) == truth.total
    assert price.attributes["sources"]["fuel_cost_adjustment"] == "entered"
    assert price.attributes["estimated"] is False
    assert issue(home, RATE, "ev-tokyo") is None
    cost = home.state(spin, "cost_yesterday")
    assert cost.attributes["estimated"] is False
    yesterday = datetime.fromisoformat("2026-11-19T00:00:00+09:00")
    costs = home.simulator.truth.costs(spin, yesterday, yesterday + timedelta(days=1))
    assert float(cost.state) == pytest.approx(float(sum(costs.values())))


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_a_rate_is_called_unknown_once_the_bills_were_read(home: Home, refused: bool) -> None:
    home.simulator.faults.add("value", field="fuelCostAdjustment", value=None)
    home.simulator.faults.add("http_500", operation="Statements", times=1)
    if refused:
        home.simulator.faults.add("refused_field", field="charges")
    await home.sign_in("ev-tokyo")
    assert issue(home, RATE, "ev-tokyo") is None
    # The bill of October and half of November tells both.
    await home.pass_time(timedelta(minutes=3))
    await home.pass_time(timedelta(minutes=31))
    assert (issue(home, RATE, "ev-tokyo") is not None) == refused


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_what_is_entered_stays_after_a_restart(home: Home) -> None:
    silent_about_the_adjustment(home)
    entry = await home.sign_in("ev-tokyo")
    await do(home, "set_monthly_rate", month="2026年11月", fuel_cost_adjustment=7.61)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    price = home.state(home.spin("ev-tokyo"), "current_price")
    assert price.attributes["fuel_cost_adjustment"] == 7.61

    await do(home, "set_monthly_rate", month="2026-11", forget=True)
    price = home.state(home.spin("ev-tokyo"), "current_price")
    assert price.attributes["fuel_cost_adjustment"] == 5.78
    assert price.attributes["estimated"] is True


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"month": "October", "subsidy": 3.5}, "not_a_month"),
        ({"month": "2026-13", "subsidy": 3.5}, "not_a_month"),
        ({"month": "2026-10"}, "no_rate"),
        ({"month": "2026-10", "subsidy": 1e9}, "rate_too_high"),
    ],
)
@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_rates_that_make_no_sense(home: Home, fields: dict[str, Any], reason: str) -> None:
    home.leave_readings_out()
    await home.sign_in("ev-tokyo")
    with pytest.raises(ServiceValidationError) as caught:
        await do(home, "set_monthly_rate", **fields)
    assert caught.value.translation_key == reason


@pytest.mark.parametrize("households", [("unknown-tou",)])
async def test_the_hours_of_a_plan_are_entered(home: Home) -> None:
    # Without readings they cannot be learned.
    home.leave_readings_out()
    entry = await home.sign_in("unknown-tou")
    spin = home.spin("unknown-tou")
    assert home.state(spin, "current_price").state == STATE_UNKNOWN
    assert home.state(spin, "current_price").attributes["reason"] == "unknown_schedule"
    slots = [slot.lower() for slot in entry.runtime_data.book.slots(spin)]
    assert len(slots) > 1
    fields = {slot: f"{index:02}:00-{index + 1:02}:00" for index, slot in enumerate(slots[1:], 1)}
    result = await fix(home, HOURS, "unknown-tou", fields | {slots[1]: "25:00-26:00"})
    assert result["errors"] == {"base": "not_hours"}
    await fix(home, HOURS, "unknown-tou", fields)
    assert issue(home, HOURS, "unknown-tou") is None
    # It is noon: the band whose hours were left out has the rest of the day.
    price = home.state(spin, "current_price")
    assert price.state != STATE_UNKNOWN
    assert price.attributes["sources"]["energy_charge"] == "entered"
    with pytest.raises(ServiceValidationError) as caught:
        await do(home, "set_schedule", hours={"teatime": "15:00-16:00"})
    assert caught.value.translation_key == "no_such_band"
    with pytest.raises(ServiceValidationError) as caught:
        await do(home, "set_schedule", hours=dict.fromkeys(slots, "01:00-02:00"))
    assert caught.value.translation_key == "hours_overlap"
    # None at all forget what was entered.
    await do(home, "set_schedule", hours={})
    assert home.state(spin, "current_price").state == STATE_UNKNOWN


@pytest.mark.parametrize("households", [("chugoku-high",)])
async def test_the_contracted_capacity_that_nobody_tells_is_entered(home: Home) -> None:
    """Both tiers are listed, the readings name neither, and what would tell the capacity is refused."""
    home.simulator.faults.add("value", field="consumptionRateBand", value=None)
    for field in ("supplyDetails", "newAmperageOptions", "standingCharges", "charges"):
        home.simulator.faults.add("refused_field", field=field)
    entry = await home.sign_in("chugoku-high")
    spin = home.spin("chugoku-high")
    price = home.state(spin, "current_price")
    assert (price.state, price.attributes["reason"]) == (STATE_UNKNOWN, "no_capacity")
    consumption, cost = (
        home.state(spin, key) for key in ("consumption_yesterday", "cost_yesterday")
    )
    yesterday = NOW.replace(hour=0) - timedelta(days=1)
    used = home.simulator.truth.half_hours(spin, yesterday, yesterday + timedelta(days=1))
    assert Decimal(consumption.state) == sum(used.values())
    assert cost.state == STATE_UNKNOWN

    # It is 10 kVA: the tier is the one from 6 kVA, and the standing charge is by kVA.
    result = await fix(home, CAPACITY, "chugoku-high", {"kva": 10})
    assert result["type"] == "create_entry"
    await home.settle()
    assert entry.options["capacity"] == {digest(spin): {"kva": 10}}
    assert issue(home, CAPACITY, "chugoku-high") is None
    truth = home.simulator.truth
    steps = [truth.price(spin, NOW, Decimal(used)).total for used in (100, 130)]
    assert Decimal(home.state(spin, "current_price").state) in steps
    costs = truth.costs(spin, yesterday, yesterday + timedelta(days=1))
    shown = float(home.state(spin, "cost_yesterday").state)
    assert shown == pytest.approx(float(sum(costs.values())))


async def test_the_options_open_the_same_forms(home: Home) -> None:
    assert await async_setup_component(home.hass, "repairs", {})
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    options = home.hass.config_entries.options

    async def choose(step: str) -> Any:
        menu = await options.async_init(entry.entry_id)
        assert menu["type"] == "menu"
        return await options.async_configure(menu["flow_id"], {"next_step_id": step})

    form = await choose("set_monthly_rate")
    form = await options.async_configure(form["flow_id"], {"month": "2026-12"})
    assert form["errors"] == {"base": "no_rate"}
    done = await options.async_configure(
        form["flow_id"], {"month": "2026-12", "renewable_energy_levy": 5.5}
    )
    assert done["type"] == "create_entry"
    (kept,) = entry.runtime_data.memory.parts.entered_rates[digest(home.spin("green-tokyo"))]
    assert (kept.component, kept.month, kept.price) == (
        "renewable_energy_levy",
        date(2026, 12, 1),
        Decimal("5.5"),
    )
    form = await choose("set_monthly_rate")
    await options.async_configure(form["flow_id"], {"month": "2026-12", "forget": True})
    assert entry.runtime_data.memory.parts.entered_rates[digest(home.spin("green-tokyo"))] == []
    # A plan with steps has no hours to enter.
    assert (await choose("set_schedule"))["reason"] == "no_bands"
    form = await choose("capacity")
    await options.async_configure(form["flow_id"], {"amperes": 40})
    await home.settle()
    assert entry.options["capacity"] == {digest(home.spin("green-tokyo")): {"amperes": 40}}
