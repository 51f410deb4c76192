"""Somebody makes automations in Home Assistant's visual editor, without a line of YAML."""

import re

from playwright.async_api import expect
import pytest

from scripts.demonstration.households import Home
from scripts.demonstration.person import Person
from scripts.demonstration.stage import Stage
from scripts.demonstration.words import own
from simulator.dates import Month, jst_date

MOST_CLICKS = 10
"""On a desk; on a phone one more, which closes the sheet of what was added last."""
SEARCHED = {"en": ("electricity", "persistent"), "ja": ("電気", "通知")}
"""For the trigger, and for what it does."""
TOKYO = "03"


async def automation(stage: Stage, alias: str) -> dict[str, object]:
    """Return the attributes of an automation once it is loaded and on."""
    found: list[dict[str, object]] = []

    async def look() -> tuple[bool, str]:
        states = (await stage.connection.states()).values()
        found[:] = [
            state["attributes"]
            for state in states
            if state["attributes"].get("friendly_name") == alias and state["state"] == "on"
        ]
        return bool(found), str(len(found))

    await stage.until(f"the automation {alias}", look)
    return found[0]


async def fired(stage: Stage, alias: str) -> None:
    """Wait until an automation has run."""

    async def look() -> tuple[bool, str]:
        last = (await automation(stage, alias))["last_triggered"]
        return last is not None, str(last)

    await stage.until(f"the automation {alias} to run", look)


async def test_a_price_trigger_is_found_saved_and_fires(
    me: Person,
    stage: Stage,
    ev_tokyo: Home,
    record_property: pytest.RecordProperty,
) -> None:
    page, truth = me.page, stage.simulator.truth
    before = truth.price(ev_tokyo.spin, stage.simulator.clock.now()).total
    await me.goto("/config/automation/dashboard")
    me.begin()
    await me.click("Create automation")
    await me.click("Create new automation")
    await me.click("Add trigger")
    trigger, action = SEARCHED[stage.language]
    await me.search(trigger)
    await me.click("Electricity price fell below")
    await me.click("Add target")
    current = own("entity.sensor.current_price.name", stage.language)
    await me.search(current)
    await me.click(re.compile(f"^{current}$"))
    chosen = page.locator("ha-automation-trigger", has_text=current)
    await expect(chosen.first).to_be_visible()
    limit = page.locator("input[type=number]").locator("visible=true").first
    await limit.press_sequentially(str(before))
    await limit.press("Tab")
    await me.click("Add action")
    await me.search(action)
    await me.click("Create persistent notification")
    if me.on_a_phone:  # its settings are a sheet that may lie over the button
        await me.click(page.locator("ha-automation-sidebar").get_by_role("button").first)
    await me.click("Save", role="button")
    name = page.locator("ha-dialog input").locator("visible=true").first
    await name.fill("Cheap now")
    await me.click(page.get_by_role("button", name=me.said("Save", exact=True)).last)
    await automation(stage, "Cheap now")
    record_property("told", me.told("a saved price automation"))
    assert me.clicks <= MOST_CLICKS + me.on_a_phone

    # The service states another fuel cost adjustment from now on.
    world = stage.simulator.world
    month = Month.of(jst_date(stage.simulator.clock.now()))
    was = world.monthly_rates.fuel(TOKYO, month)
    world.monthly_rates.restate_fuel(TOKYO, month, was - 2)
    await stage.ask_again(ev_tokyo)
    await fired(stage, "Cheap now")
    world.monthly_rates.restate_fuel(TOKYO, month, was)
    await stage.ask_again(ev_tokyo)


BLUEPRINT = {
    "en": "Octopus Energy Japan: tell when a dearer step begins",
    "ja": "オクトパスエナジー：料金の段階が上がったときにお知らせ",
}


async def test_a_blueprint_becomes_an_automation(me: Person, stage: Stage, ev_tokyo: Home) -> None:
    page = me.page
    await me.goto("/config/blueprint/dashboard")
    name = BLUEPRINT[stage.language]
    await me.click(re.compile(name))
    await me.click("Select an entity")
    band = own("entity.sensor.rate_band.name", stage.language)
    await me.search(band)
    await me.click(page.get_by_text(re.compile(f"^{band}$")).last)
    await me.click("Save", role="button")
    await automation(stage, name)
