"""The Energy dashboard: what set-up, an option and a repair put on it, and what is left as it is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from home import NOW, Home
from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.energy_dashboard import (
    GAS,
    Offer,
    consumption_offer,
    following,
    gas_offer,
    return_offer,
    ticked,
    with_offers,
)
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.repairs import async_create_fix_flow

SOLAR = pytest.mark.parametrize("households", [("solar-tokyo",)])
USED = consumption_offer("0a", "Electricity 1234")
FED = return_offer("0b", "Generation 5678")
BURNT = Offer(GAS, "0c", "Gas 9012", "octopus_japan:gas_0c_consumption", None)
LIVE_METER = {"entity_id": "sensor.live"}
LIVE = {"type": "grid", "stat_energy_from": "sensor.live_meter", "cost_adjustment_day": 0.0}
"""An own meter, as a user has it."""


# ---------------------------------------------------------------- the settings


def test_usage_goes_with_its_cost_and_return_with_its_compensation() -> None:
    consumption, export, gas = with_offers([], [USED, FED, BURNT])
    assert consumption["stat_energy_from"] == "octopus_japan:electricity_0a_consumption"
    assert consumption.get("stat_cost") == "octopus_japan:electricity_0a_cost"
    assert export.get("stat_energy_to") == "octopus_japan:electricity_0b_return"
    assert export.get("stat_compensation") == "octopus_japan:electricity_0b_compensation"
    assert gas["type"] == "gas"
    assert [each.get("name") for each in (consumption, export, gas)] == [
        "Electricity 1234",
        "Generation 5678",
        "Gas 9012",
    ]


def test_what_is_there_stays_and_is_not_added_again() -> None:
    once = with_offers([LIVE], [USED])
    named = [once[0], {**once[1], "name": "Home", "stat_cost": "sensor.mine"}]
    assert with_offers(named, [USED, FED])[:2] == named
    assert len(with_offers(named, [USED, FED])) == 3


def test_what_is_counted_already_is_not_proposed() -> None:
    assert ticked([USED, FED, BURNT], []) == [USED.key, FED.key, BURNT.key]
    assert ticked([USED, FED, BURNT], [LIVE]) == [FED.key, BURNT.key]
    assert ticked([USED, FED, BURNT], with_offers([], [FED, BURNT])) == [USED.key]


def test_what_takes_the_place_of_points_that_were_left() -> None:
    old_roof, old_gas = return_offer("1b", ""), gas_offer("1c", "")
    # The old roof was on the dashboard, the old gas was not.
    sources = with_offers([], [old_roof])
    assert following([old_roof, old_gas], [FED, BURNT], sources) == [FED]
    assert following([old_roof], [FED], with_offers(sources, [FED])) == []


# ---------------------------------------------------------------- in Home Assistant


async def dashboard(home: Home) -> EnergyManager:
    assert await async_setup_component(home.hass, "energy", {})
    return await async_get_manager(home.hass)


def energies(manager: EnergyManager) -> list[tuple[str | None, str | None]]:
    sources = manager.data["energy_sources"] if manager.data else []
    return [(each.get("stat_energy_from"), each.get("stat_energy_to")) for each in sources]  # type: ignore[misc]


def raised(home: Home) -> dict[str, Mapping[str, str] | None]:
    return {str(issue.translation_key): issue.translation_placeholders for issue in home.issues()}


async def fix(home: Home, key: str, **fields: Any) -> dict[str, Any]:
    """Open a repair, submit its form, and return what the form proposed."""
    (issue,) = [issue for issue in home.issues() if issue.translation_key == key]
    flow = await async_create_fix_flow(home.hass, issue.issue_id, dict(issue.data or {}))
    flow.hass = home.hass
    form: Any = await flow.async_step_init()
    proposed: dict[str, Any] = form["data_schema"]({})
    result: Any = await flow.async_step_enter({**proposed, **fields})  # type: ignore[attr-defined]
    assert result["type"] == "create_entry"
    await home.settle()
    return proposed


@SOLAR
async def test_set_up_shows_what_was_found_and_puts_it_on_the_dashboard_once(home: Home) -> None:
    manager = await dashboard(home)
    login = home.simulator.world.households["solar-tokyo"]
    (spin,), (gpin,) = (
        [p.spin for p in login.supply_points],
        [g.gpin for g in login.generation_points],
    )
    agreement = login.supply_points[0].agreement_on(NOW.date())
    assert agreement is not None
    plan = agreement.product.name
    flows = home.hass.config_entries.flow
    flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    await flows.async_configure(flow["flow_id"], {"next_step_id": "password"})
    form = await flows.async_configure(
        flow["flow_id"],
        {
            CONF_EMAIL: login.email,
            CONF_PASSWORD: login.password,
            "advanced": {CONF_URL: home.simulator.url},
        },
    )
    assert form["step_id"] == "found"
    assert (form["description_placeholders"] or {})["points"].splitlines() == [
        f"- **Electricity {spin[-4:]}**: {plan}, Tokyo area",
        f"- **Generation {gpin[-4:]}**",
    ]
    schema = form["data_schema"]
    assert schema is not None
    done = await flows.async_configure(flow["flow_id"], schema({}))
    assert done["type"] == "create_entry"
    await home.settle()
    used, fed = consumption_offer(digest(spin), ""), return_offer(digest(gpin), "")
    assert energies(manager) == [(used.energy, None), (None, fed.energy)]
    # Home Assistant finds nothing wrong with it, and no repair is open.
    validated = await async_validate(home.hass)
    assert [each.issues for each in validated.energy_sources] == [{}, {}]
    assert raised(home) == {}

    # What the user takes off stays off, though usage is missing then: that is said.
    entry = done["result"]
    await manager.async_update({"energy_sources": []})
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert energies(manager) == []
    assert set(raised(home)) == {"not_on_energy_dashboard"}
    assert await fix(home, "not_on_energy_dashboard", energy_dashboard=[used.key])
    assert energies(manager) == [(used.energy, None)]
    assert raised(home) == {}

    # The option offers the rest.
    options = home.hass.config_entries.options
    menu = await options.async_init(entry.entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "energy_dashboard"})
    await options.async_configure(form["flow_id"], {"energy_dashboard": [fed.key]})
    await home.settle()
    assert energies(manager) == [(used.energy, None), (None, fed.energy)]
    menu = await options.async_init(entry.entry_id)
    again = await options.async_configure(menu["flow_id"], {"next_step_id": "energy_dashboard"})
    assert again["reason"] == "all_on_energy_dashboard"


async def test_an_own_live_meter_is_not_complained_of_and_a_refusal_is_kept(home: Home) -> None:
    home.leave_readings_out()
    manager = await dashboard(home)
    await home.sign_in("green-tokyo")
    assert set(raised(home)) == {"not_on_energy_dashboard"}
    await manager.async_update({"energy_sources": with_offers([LIVE], [])})
    await home.settle()
    assert raised(home) == {}
    await manager.async_update({"energy_sources": []})
    await home.settle()
    await fix(home, "not_on_energy_dashboard", energy_dashboard=[])
    assert energies(manager) == []
    assert raised(home) == {}


async def test_what_is_counted_wrongly_is_told(home: Home) -> None:
    home.leave_readings_out()
    manager = await dashboard(home)
    meter = er.async_get(home.hass).async_get_or_create("sensor", "meter", "1").entity_id
    spin = home.spin("green-tokyo")
    used = consumption_offer(digest(spin), "Electricity")
    today = f"sensor.electricity_{spin[-4:]}_consumption_today"
    mine = {**LIVE, "stat_energy_from": meter}
    await manager.async_update({"energy_sources": with_offers([mine], [used])})
    await home.sign_in("green-tokyo", own_meter={digest(spin): {"entity_id": meter}})
    assert raised(home) == {
        "counted_twice_on_energy_dashboard": {"points": f"Electricity {spin[-4:]}"}
    }
    wrong = {**LIVE, "stat_energy_from": today}
    await manager.async_update({"energy_sources": with_offers([wrong], [])})
    await home.settle()
    assert raised(home) == {"period_sensors_on_energy_dashboard": {"sensors": today}}


@pytest.mark.parametrize("households", [("moved",)])
async def test_a_household_that_moved_takes_its_settings_along(home: Home) -> None:
    home.leave_readings_out()
    manager = await dashboard(home)
    old, new = (home.spin("moved", index) for index in (0, 1))
    before, after = (consumption_offer(digest(spin), "Home") for spin in (old, new))
    await manager.async_update({"energy_sources": with_offers([], [before])})
    entry = await home.sign_in(
        "moved", own_meter={digest(old): LIVE_METER}, capacity={digest(old): {"kva": 6}}
    )
    assert raised(home)["moved"] == {"old": old[-4:], "new": new[-4:]}
    proposed = await fix(home, "moved")
    assert proposed == {"energy_dashboard": True, "own_meter": True, "capacity": False}
    assert energies(manager) == [(before.energy, None), (after.energy, None)]
    assert entry.options["own_meter"] == {digest(old): LIVE_METER, digest(new): LIVE_METER}
    assert entry.options["capacity"] == {digest(old): {"kva": 6}}
    await home.pass_time(timedelta(minutes=1))
    assert "moved" not in raised(home)
