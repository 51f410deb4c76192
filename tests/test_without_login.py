"""An entry without a login: what the user entered gives prices, and the household's own meter gives usage and cost."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from clamp import Clamp
from home import Home
from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_URL
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info
import voluptuous as vol

from custom_components.octopus_japan.config_flow import CONF_ADVANCED
from custom_components.octopus_japan.const import (
    CONF_NUMBER,
    CONF_PLANS,
    CONF_READING_DAY,
    DOMAIN,
)
from custom_components.octopus_japan.diagnostics import async_get_config_entry_diagnostics
from custom_components.octopus_japan.identity import digest, masked

HOUR = timedelta(hours=1)
NUMBER = "0300000000000000000001"
TOKYO = {"area": "03"}
GREEN = {"plan": "SHIPPED_GREEN_03_1", "amperes": 40, "reading_day": 18, "monthly_use": 90}


async def begin(home: Home, area: str = "03", **context: Any) -> ConfigFlowResult:
    """Choose to do without a login, and say where the home is."""
    flow = home.hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER} | context)
    assert "without_login" in menu["menu_options"]
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "without_login"})
    assert form["step_id"] == "without_login"
    return await send(home, form, {"area": area, CONF_ADVANCED: {CONF_URL: home.simulator.url}})


async def send(home: Home, form: ConfigFlowResult, fields: Mapping[str, Any]) -> ConfigFlowResult:
    result = await home.hass.config_entries.flow.async_configure(form["flow_id"], dict(fields))
    await home.settle()
    return result


async def added(home: Home, **fields: Any) -> MockConfigEntry:
    result = await send(home, await begin(home), GREEN | fields)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    entry: MockConfigEntry = result["result"]
    return entry


def plans(form: ConfigFlowResult) -> dict[str, str]:
    """Return the plans that a form offers, with their labels by code."""
    schema = form["data_schema"]
    assert schema is not None
    (field,) = (value for key, value in schema.schema.items() if key == "plan")
    return {option["value"]: option["label"] for option in field.config["options"]}


async def test_a_plan_of_the_shipped_list_has_a_price_that_says_it_is_estimated(home: Home) -> None:
    form = await begin(home)
    assert plans(form)["SHIPPED_GREEN_03_1"] == "グリーンオクトパス (18.98 / 24.10 / 27.44)"
    result = await send(home, form, GREEN)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "グリーンオクトパス …0001"
    entry = result["result"]
    assert entry.data[CONF_NUMBER] == NUMBER
    assert entry.data[CONF_READING_DAY] == 18
    # The meter was read on 18 November last: from then on the plan holds.
    (plan,) = entry.data[CONF_PLANS]
    assert plan["since"] == "2025-11-17T15:00:00+00:00"
    # Step 1, fuel cost adjustment of November 2025 in Tokyo, levy of fiscal year 2025: 18.98 + 2.48 + 3.98.
    price = home.state(NUMBER, "current_price")
    assert price.state == "25.44"
    assert price.attributes["estimated"] is True
    assert price.attributes["sources"]["energy_charge"] == "entered"
    assert home.state(NUMBER, "next_reading_date").state == "2025-12-18"


async def test_it_has_what_prices_need_and_nothing_of_a_login(home: Home) -> None:
    entry = await added(home)
    registry, devices = er.async_get(home.hass), dr.async_get(home.hass)
    keys = {
        entity.unique_id.partition("_")[2]
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert {"current_price", "rate_band", "prices", "left_in_step"} <= keys
    # No account, no bill, no reading, no status: nobody tells of them.
    assert not keys & {"balance", "last_bill", "status", "latest_reading", "consumption_today"}
    (device,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
    assert device.model == "グリーンオクトパス"
    assert not home.issues()
    # 90 kWh in the 30 days until 18 December: 3 kWh a day, so that two and a half days left 112.5 of the first 120.
    assert home.state(NUMBER, "left_in_step").state == "112.5"


async def test_nothing_but_what_is_on_sale_is_asked_and_nobody_signs_in(home: Home) -> None:
    await added(home)
    for _ in range(30):
        await home.pass_time(timedelta(days=1))
    asked = [request.operation for request in home.simulator.requests]
    assert set(asked) == {"TariffSummary"}
    # For the form and at the start, then once a day at most.
    assert 2 < len(asked) <= 33


async def test_it_goes_on_without_the_service(home: Home) -> None:
    entry = await added(home)
    await home.simulator.stop()
    assert await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.state(NUMBER, "current_price").state == "25.44"
    assert not home.issues()
    await home.simulator.start()


async def test_a_public_catalogue_is_the_list_and_its_new_prices_hold_from_their_day(
    home: Home,
) -> None:
    home.simulator.world.catalogue_is_public = True
    form = await begin(home)
    listed = plans(form)
    assert "JPN_GREEN_OCTOPUS_03" in listed
    assert not any(code.startswith("SHIPPED") for code in listed)
    result = await send(home, form, GREEN | {"plan": "JPN_GREEN_OCTOPUS_03"})
    entry = result["result"]
    # The generation that is sold until 1 February 2026: 20.62 + 2.48 + 3.98.
    assert home.state(NUMBER, "current_price").state == "27.08"
    await home.pass_time(timedelta(days=73))
    assert [plan["since"] for plan in entry.data[CONF_PLANS]] == [
        "2025-11-17T15:00:00+00:00",
        "2026-01-31T15:00:00+00:00",
    ]
    price = home.state(NUMBER, "current_price")
    assert price.attributes["energy_charge"] == 18.98
    # What was asked and told changed nothing: nothing is kept twice.
    await home.pass_time(timedelta(days=2))
    assert len(entry.data[CONF_PLANS]) == 2


@pytest.mark.parametrize(
    ("area", "fields", "reason"),
    [
        ("03", GREEN | {"since": "2025-11-21"}, "since_ahead"),
        ("03", {"plan": "SHIPPED_GREEN_03_1", "monthly_use": 90}, "no_capacity"),
        ("03", GREEN | {"amperes": 25}, "not_for_capacity"),
        ("03", {"plan": "SHIPPED_GREEN_03_1", "amperes": 40}, "use_needed"),
        ("03", GREEN | {"meter": "sensor.nothing"}, "not_an_energy_meter"),
        ("06", {"plan": "SHIPPED_GREEN_06_1", "kva": 8, "monthly_use": 90}, "not_for_capacity"),
        ("06", {"plan": "SHIPPED_GREEN_06_1", "monthly_use": 90}, "no_capacity"),
    ],
)
async def test_what_makes_no_sense_is_told_at_once(
    home: Home, area: str, fields: dict[str, Any], reason: str
) -> None:
    form = await send(home, await begin(home, area), fields)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": reason}
    good = GREEN if area == "03" else {"plan": "SHIPPED_SIMPLE_06"}
    assert (await send(home, form, good))["type"] is FlowResultType.CREATE_ENTRY


async def test_an_address_that_is_none_is_not_asked(home: Home) -> None:
    flow = home.hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    form = await flow.async_configure(menu["flow_id"], {"next_step_id": "without_login"})
    wrong = await send(home, form, TOKYO | {CONF_ADVANCED: {CONF_URL: "http://example.com/"}})
    assert wrong["errors"] == {"base": "invalid_url"}
    right = await send(home, wrong, TOKYO | {CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    assert right["step_id"] == "plan"


async def own_prices(home: Home, area: str, **contract: Any) -> ConfigFlowResult:
    """Choose a plan that is not listed."""
    form = await send(home, await begin(home, area), {"plan": "own_prices"} | contract)
    assert form["step_id"] == "prices"
    return form


TERMS = {
    "name": "わが家のプラン",
    "standing_charge": 36.5,
    "fuel_cost_adjustment": True,
    "time_of_use_scheme": "none",
}


async def test_an_area_without_a_list_takes_the_prices_of_the_bill_in_steps(home: Home) -> None:
    form = await begin(home, "01")
    assert list(plans(form)) == ["own_prices"]
    steps = {"price_1": 25.7, "until_1": 120, "price_2": 32.1, "until_2": 280, "price_3": 35.8}
    form = await own_prices(home, "01", monthly_use=400, reading_day=1)
    result = await send(home, form, TERMS | steps)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    number = "0100000000000000000001"
    # On the 20th at noon: 400 kWh in 30 days are 260 in nineteen and a half days, so step 2.
    # Hokkaido's adjustment of November 2025 is 1.42: 32.10 + 1.42 + 3.98.
    price = home.state(number, "current_price")
    assert (price.state, price.attributes["estimated"]) == ("37.5", True)
    assert home.state(number, "rate_band").state == "step_2"
    assert home.state(number, "standing_charge").state == "36.5"


async def test_steps_that_are_entered_ask_for_a_use_where_nothing_tells_it(home: Home) -> None:
    steps = {"price_1": 20, "until_1": 120, "price_2": 30}
    form = await send(home, await own_prices(home, "01"), TERMS | steps)
    assert form["errors"] == {"base": "use_needed"}
    assert form["data_schema"] is not None
    assert "monthly_use" in form["data_schema"].schema
    result = await send(home, form, TERMS | steps | {"monthly_use": 300})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    # 300 kWh in 30 days: 195 by noon of the 20th.
    assert home.state("0100000000000000000001", "rate_band").state == "step_2"


async def test_one_price_without_an_adjustment(home: Home) -> None:
    form = await own_prices(home, "01")
    result = await send(home, form, TERMS | {"fuel_cost_adjustment": False, "price_1": 30})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    # 30 + 3.98, and an entity of an adjustment is of no use.
    assert home.state("0100000000000000000001", "current_price").state == "33.98"
    with pytest.raises(AssertionError, match="fuel_cost_adjustment"):
        home.state("0100000000000000000001", "fuel_cost_adjustment")


async def test_prices_by_the_hour_of_a_published_scheme(home: Home) -> None:
    form = await own_prices(home, "04")
    scheme = {"time_of_use_scheme": "tgoe_ev_tou_jan_25_scheme"}
    form = await send(home, form, TERMS | scheme)
    assert form["step_id"] == "band_prices"
    result = await send(home, form, {"day": 12.6, "night": 14.6, "standard": 25.77})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    number = "0400000000000000000001"
    assert home.state(number, "rate_band").state == "day"
    at_noon = Decimal(home.state(number, "current_price").state)
    await home.pass_time(timedelta(hours=1))
    assert home.state(number, "rate_band").state == "standard"
    assert Decimal(home.state(number, "current_price").state) - at_noon == Decimal("13.17")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ({}, "no_price"),
        ({"price_1": 20, "price_2": 30}, "steps_do_not_follow"),
        ({"price_1": 20, "until_1": 120}, "steps_do_not_follow"),
        (
            {"price_1": 20, "until_1": 120, "price_2": 30, "until_2": 120, "price_3": 40},
            "steps_do_not_follow",
        ),
        ({"price_1": 20, "price_3": 40}, "steps_do_not_follow"),
    ],
)
async def test_steps_that_do_not_follow_each_other_are_told(
    home: Home, steps: dict[str, Any], reason: str
) -> None:
    form = await send(home, await own_prices(home, "01", monthly_use=90), TERMS | steps)
    assert form["errors"] == {"base": reason}
    result = await send(home, form, TERMS | {"price_1": 20})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_plan_whose_hours_nobody_knows_is_taken_and_a_repair_asks_for_them(
    home: Home,
) -> None:
    home.simulator.world.catalogue_is_public = True
    form = await begin(home)
    (code,) = (code for code, name in plans(form).items() if name.startswith("夜更かし"))
    result = await send(home, form, {"plan": code, "amperes": 40})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "hours_unknown" in {issue.translation_key for issue in home.issues()}
    assert home.state(NUMBER, "current_price").state == "unknown"


async def test_an_own_meter_that_is_not_recorded_costs_only_itself(home: Home) -> None:
    _, entry = await metered(home)
    options = {"own_meter": {digest(NUMBER): {"entity_id": "sensor.gone"}}}
    home.hass.config_entries.async_update_entry(entry, options=dict(entry.options) | options)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.pass_time(timedelta(minutes=31))
    assert home.state(NUMBER, "current_price").state == "25.44"
    # What was stored stays.
    rows, _ = await home.hass.async_add_executor_job(stored, home)
    assert len(rows["consumption"]) == 36


async def test_two_homes_stand_side_by_side(home: Home) -> None:
    await added(home)
    result = await send(home, await begin(home, "06"), {"plan": "SHIPPED_SIMPLE_06"})
    assert result["result"].data[CONF_NUMBER] == "0600000000000000000002"
    # 26.90 and the levy: the plan has no adjustment.
    assert home.state("0600000000000000000002", "current_price").state == "30.88"
    assert home.state(NUMBER, "current_price").state == "25.44"


async def metered(home: Home) -> tuple[Clamp, MockConfigEntry]:
    """Add an entry with an own meter that counted 0.1 kWh in each of the 36 hours before noon."""
    assert await async_setup_component(home.hass, "sensor", {})
    clamp = Clamp(home)
    clamp.has_counted(NOON - 36 * HOUR, *["0.1"] * 36)
    clamp.shows()
    await home.recorded()
    entry = await added(home, meter=clamp.entity_id)
    await home.settle()
    return clamp, entry


NOON = datetime(2025, 11, 20, 3, tzinfo=UTC)


async def test_the_own_meter_is_priced_and_recorded(home: Home) -> None:
    _, entry = await metered(home)
    rows, names = await home.hass.async_add_executor_job(stored, home)
    cost, energy = rows["cost"], rows["consumption"]
    assert len(energy) == 36
    assert {round(row["state"], 8) for row in energy} == {0.1}
    # 0.1 kWh at 25.44, and a twenty-fourth of 38.80 yen a day: 2.544 + 1.616667.
    assert {round(row["state"], 4) for row in cost if row["start"] >= energy[0]["start"]} == {
        4.1607
    }
    assert names == {"Electricity 0001 own meter", "Electricity 0001 cost (own meter, estimated)"}
    today = home.state(NUMBER, "cost_today")
    # Twelve hours.
    assert round(float(today.state), 2) == 49.93
    assert today.attributes["estimated"] is True
    assert home.state(NUMBER, "consumption_today").state == "1.2"
    registry = er.async_get(home.hass)
    keys = {
        entity.unique_id.partition("_")[2]
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    # Only half of an hour is known of no half hour, and there is nothing to compare the meter with.
    assert not keys & {"latest_half_hour", "data_delay", "own_meter_difference", "last_bill"}
    # The dashboard has nothing that imports from the grid: its repair offers what is measured.
    assert {issue.translation_key for issue in home.issues()} <= {"not_on_energy_dashboard"}


async def test_the_own_meter_decides_the_step(home: Home) -> None:
    assert await async_setup_component(home.hass, "sensor", {})
    clamp = Clamp(home)
    # 126 kWh in a day and a half, where 90 in a month were supposed.
    clamp.has_counted(NOON - 36 * HOUR, *["3.5"] * 36)
    clamp.shows()
    await home.recorded()
    await added(home, meter=clamp.entity_id)
    await home.settle()
    assert home.state(NUMBER, "rate_band").state == "step_2"
    # 24.10 + 2.48 + 3.98.
    assert home.state(NUMBER, "current_price").state == "30.56"


def stored(home: Home) -> tuple[dict[str, list[Any]], set[str]]:
    ids = {
        name: f"{DOMAIN}:electricity_{digest(NUMBER)}_{name}" for name in ("consumption", "cost")
    }
    begin = NOON - timedelta(days=30)
    found = statistics_during_period(
        home.hass, begin, None, set(ids.values()), "hour", None, {"state", "sum"}
    )
    known = get_metadata(home.hass, statistic_ids=set(ids.values()))
    names = {str(metadata["name"]) for _, metadata in known.values()}
    return {name: list(found.get(id_, [])) for name, id_ in ids.items()}, names


async def test_the_own_meter_goes_on_hour_by_hour(home: Home) -> None:
    clamp, _ = await metered(home)
    await clamp.uses("0.5")
    assert home.state(NUMBER, "consumption_today").state == "1.7"
    # No meter of the supplier's is read: nothing is late, however long it lasts.
    await home.pass_time(timedelta(days=7))
    late = {issue.translation_key for issue in home.issues()}
    assert "readings_late" not in late
    assert "own_meter_silent" in late


async def reconfigured(home: Home, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    flow = home.hass.config_entries.flow
    menu = await flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    return await flow.async_configure(menu["flow_id"], {"next_step_id": step})


async def signed_in(home: Home, entry: MockConfigEntry) -> ConfigFlowResult:
    """Give an entry the login of the household."""
    form = await reconfigured(home, entry, "password")
    return await send(home, form, password(home))


def password(home: Home) -> dict[str, Any]:
    login = home.simulator.world.households["green-tokyo"]
    return {
        "email": login.email,
        "password": login.password,
        CONF_ADVANCED: {CONF_URL: home.simulator.url},
    }


async def test_it_becomes_a_login_in_place(home: Home) -> None:
    _, entry = await metered(home)
    spin = home.spin("green-tokyo")
    before = home.state(NUMBER, "current_price").entity_id
    meters = await home.hass.async_add_executor_job(stored, home)
    result = await signed_in(home, entry)
    assert result["reason"] == "reconfigure_successful"
    await home.settle()
    login = home.simulator.world.households["green-tokyo"]
    assert entry.unique_id == login.viewer_id
    assert entry.data == home.credentials("green-tokyo")
    assert entry.title == masked(login.email)
    price = home.state(spin, "current_price")
    assert price.entity_id == before
    # Its step is an estimate from where nothing is published on; its rates are not any more.
    rates = entry.runtime_data.prices.data[spin].rates
    assert rates is not None
    assert not rates.estimated
    # What was entered of the contract goes along, and the own meter stands in now for what is not published.
    assert entry.options["own_meter"].keys() == {digest(spin)}
    assert entry.options["capacity"] == {digest(spin): {"amperes": 40}}
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
    assert {(DOMAIN, digest(spin))} in [device.identifiers for device in devices]
    assert not any((DOMAIN, digest(NUMBER)) in device.identifiers for device in devices)
    # The supplier's readings have statistics of their own; the estimates stay as they were.
    assert await home.hass.async_add_executor_job(stored, home) == meters
    assert Decimal(home.state(spin, "consumption_yesterday").state) > Decimal("2.4")


async def test_what_another_entry_has_of_the_point_is_not_taken_from_it(home: Home) -> None:
    home.leave_readings_out()
    spin = home.spin("green-tokyo")
    other = await home.sign_in("green-tokyo")
    home.hass.config_entries.async_update_entry(other, unique_id="another login of the household")
    entry = await added(home)
    before = home.state(spin, "current_price").entity_id
    await signed_in(home, entry)
    assert entry.unique_id == home.simulator.world.households["green-tokyo"].viewer_id
    registered = er.async_get(home.hass).async_get(before)
    assert registered is not None
    assert (registered.config_entry_id, registered.unique_id.partition("_")[0]) == (
        other.entry_id,
        digest(spin),
    )


async def test_a_title_that_the_user_chose_stays(home: Home) -> None:
    entry = await added(home)
    home.hass.config_entries.async_update_entry(entry, title="わが家")
    home.leave_readings_out()
    await signed_in(home, entry)
    assert entry.title == "わが家"
    form = await reconfigured(home, entry, "without_login")
    form = await send(home, form, TOKYO | {CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    await send(home, form, GREEN)
    await home.settle()
    assert entry.title == "わが家"
    assert not home.issues()


async def test_a_login_that_is_set_up_already_is_not_taken_twice(home: Home) -> None:
    entry = await added(home)
    await home.sign_in("green-tokyo")
    result = await signed_in(home, entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert entry.data[CONF_NUMBER] == NUMBER


async def test_prices_go_on_when_the_sign_in_has_ended(home: Home) -> None:
    entry = await home.sign_in(
        "green-tokyo", capacity={digest(home.spin("green-tokyo")): {"amperes": 40}}
    )
    spin = home.spin("green-tokyo")
    before = home.state(spin, "current_price").entity_id
    home.simulator.world.households["green-tokyo"].password = "another by now"
    home.simulator.tokens.sign_out()
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"
    configure = home.hass.config_entries.flow.async_configure
    form = await configure(flow["flow_id"], {"next_step_id": "without_login"})
    form = await send(home, form, TOKYO | {CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    result = await send(
        home, form, {"plan": "SHIPPED_GREEN_03_1", "amperes": 40, "monthly_use": 90}
    )
    assert result["reason"] == "reauth_successful"
    await home.settle()
    # Nothing of the login is left, and the price has the same name.
    assert set(entry.data) == {CONF_URL, CONF_NUMBER, CONF_PLANS, "monthly_use"}
    price = home.state(NUMBER, "current_price")
    assert price.entity_id == before
    assert (price.state, price.attributes["estimated"]) == ("25.44", True)
    assert entry.options["capacity"] == {digest(NUMBER): {"amperes": 40}}

    # The day on which one can sign in again the household has its history again, under the same names.
    login = home.simulator.world.households["green-tokyo"]
    form = await reconfigured(home, entry, "password")
    await send(
        home,
        form,
        {
            "email": login.email,
            "password": "another by now",
            CONF_ADVANCED: {CONF_URL: home.simulator.url},
        },
    )
    await home.settle()
    assert home.state(spin, "current_price").entity_id == before
    assert entry.unique_id == login.viewer_id


def proposed_area(form: ConfigFlowResult) -> str | None:
    """Return the area that a form proposes; None where it proposes none."""
    schema = form["data_schema"]
    assert schema is not None
    (field,) = (key for key in schema.schema if key == "area")
    return None if field.default is vol.UNDEFINED else field.default()


async def test_the_area_is_proposed_where_it_is_known(home: Home) -> None:
    flow = home.hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    new = await flow.async_configure(menu["flow_id"], {"next_step_id": "without_login"})
    assert proposed_area(new) is None
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    assert proposed_area(await reconfigured(home, entry, "without_login")) == "03"
    other = (await send(home, await begin(home, "06"), {"plan": "SHIPPED_SIMPLE_06"}))["result"]
    assert proposed_area(await reconfigured(home, other, "without_login")) == "06"


async def test_another_plan_holds_from_the_day_that_is_said(home: Home) -> None:
    entry = await added(home)
    form = await reconfigured(home, entry, "without_login")
    form = await send(home, form, TOKYO | {CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    suggested = {
        str(key): key.description["suggested_value"]
        for key in form["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }
    assert suggested == {"amperes": 40, "reading_day": 18, "monthly_use": 90}
    changed = {"plan": "SHIPPED_SIMPLE_03", "reading_day": 18, "since": "2025-11-19"}
    result = await send(home, form, changed)
    assert result["reason"] == "reconfigure_successful"
    await home.settle()
    assert [plan["since"] for plan in entry.data[CONF_PLANS]] == [
        "2025-11-17T15:00:00+00:00",
        "2025-11-18T15:00:00+00:00",
    ]
    # 30.35 and the levy.
    assert home.state(NUMBER, "current_price").state == "34.33"
    assert entry.title == "シンプルオクトパス …0001"


async def test_a_household_that_moved_to_another_area_keeps_its_names(home: Home) -> None:
    entry = await added(home)
    before = home.state(NUMBER, "current_price").entity_id
    form = await reconfigured(home, entry, "without_login")
    form = await send(home, form, {"area": "06", CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    result = await send(home, form, {"plan": "SHIPPED_SIMPLE_06"})
    assert result["reason"] == "reconfigure_successful"
    await home.settle()
    assert entry.data[CONF_NUMBER] == "0600000000000000000002"
    assert home.state("0600000000000000000002", "current_price").entity_id == before


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_of_several_supply_points_one_goes_on(home: Home) -> None:
    entry = await home.sign_in("three-points-two-accounts")
    form = await reconfigured(home, entry, "without_login")
    (field,) = (value for key, value in form["data_schema"].schema.items() if key == "supply_point")
    wanted = home.spin("three-points-two-accounts", 1)
    assert digest(wanted) in {option["value"] for option in field.config["options"]}
    before = home.state(wanted, "current_price").entity_id
    chosen = {"area": wanted[:2], "supply_point": digest(wanted)}
    form = await send(home, form, chosen | {CONF_ADVANCED: {CONF_URL: home.simulator.url}})
    result = await send(home, form, {"plan": f"SHIPPED_SIMPLE_{wanted[:2]}"})
    assert result["reason"] == "reconfigure_successful"
    await home.settle()
    assert home.state(entry.data[CONF_NUMBER], "current_price").entity_id == before


async def test_actions_answer_what_needs_no_login_and_say_what_does(home: Home) -> None:
    await added(home)

    async def call(action: str, **data: Any) -> Any:
        return await home.hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=True
        )

    prices = await call("get_prices")
    assert prices["prices"][0]["price"] == 25.44
    assert all(price["estimated"] for price in prices["prices"])
    found = await call("find_cheapest_period", duration="01:00:00")
    assert found["estimated"] is True
    for action, data in (
        ("list_products", {}),
        ("probe", {}),
        ("get_consumption", {"period": "half_hour"}),
    ):
        with pytest.raises(ServiceValidationError, match="only with a login"):
            await call(action, **data)
    entry = home.hass.config_entries.async_entries(DOMAIN)[0]
    with pytest.raises(ServiceValidationError, match="only with a login"):
        await call("list_products", config_entry_id=entry.entry_id)
    with pytest.raises(ServiceValidationError, match="only with a login"):
        await home.hass.services.async_call(
            DOMAIN,
            "register_for_campaign",
            {"campaign": "x", "confirm": True},
            blocking=True,
        )


async def test_with_a_login_beside_it_the_login_is_asked(home: Home) -> None:
    await added(home)
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    found = await home.hass.services.async_call(
        DOMAIN, "list_products", {}, blocking=True, return_response=True
    )
    assert found is not None
    assert await async_setup_component(home.hass, "system_health", {})
    info = await get_system_health_info(home.hass, DOMAIN)
    assert "remaining_points" in info


async def test_diagnostics_and_system_health_know_no_login(home: Home) -> None:
    entry = await added(home)
    told = await async_get_config_entry_diagnostics(home.hass, entry)
    assert told["accounts"][0]["supply_points"][0]["price"]["estimated"] is True
    assert await async_setup_component(home.hass, "system_health", {})
    assert "remaining_points" not in await get_system_health_info(home.hass, DOMAIN)


async def test_a_plan_that_cannot_be_read_has_no_price_and_the_entry_stays(home: Home) -> None:
    entry = await added(home)
    broken = [
        {"since": "2025-11-17T15:00:00+00:00", "product": {"code": None}},
        {"since": "?", "product": {}},
    ]
    home.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PLANS: broken})
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert home.state(NUMBER, "current_price").state == "unknown"
