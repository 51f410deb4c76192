"""What a user can change or mend: options, a password that was changed, a repair."""

from playwright.async_api import expect

from scripts.demonstration.households import Home, reload, sign_in
from scripts.demonstration.person import Person
from scripts.demonstration.stage import Stage

OURS = "/config/integrations/integration/octopus_japan"


async def test_an_option_is_changed(me: Person, stage: Stage, ev_tokyo: Home) -> None:
    await me.goto(OURS)
    await me.click(me.page.get_by_role("button", name=me.said("Configure")).first)
    await me.click("Adjustment and levy")
    await me.click("The day of use")
    await me.click("Submit", role="button")
    await me.sees("Options successfully saved")


async def test_a_changed_password_is_asked_for(me: Person, stage: Stage, ev_tokyo: Home) -> None:
    login = stage.simulator.world.households[ev_tokyo.name]
    login.password = "changed on the website"
    stage.simulator.tokens.sign_out()
    await reload(stage.connection, ev_tokyo)
    await me.goto(OURS)
    await me.click("Reconfigure", role="button")
    await me.click("E-mail and password")
    await me.type("password", login.password)
    await me.click("Submit", role="button")
    await me.sees("Re-authentication was successful")


async def test_a_repair_is_mended(me: Person, stage: Stage) -> None:
    """Nobody tells the hours of this plan: there is no price until they are entered."""
    stage.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    home = stage.home("unknown-tou")
    await sign_in(stage.simulator, stage.connection, home)
    await me.goto("/config/repairs")
    repair = me.page.get_by_text(me.said("The hours of your plan are unknown"))
    await me.click(repair)
    await me.type("night", "01:00-05:00")
    await me.type("day", "10:00-17:00")
    await me.click("Submit", role="button")
    await me.sees("The issue is repaired!")
    await me.click("Finish", role="button")
    await expect(repair).to_have_count(0)

    # It is ten past noon: the band of the day.
    price = (await stage.connection.entity_ids())[f"{home.digest}_current_price"]
    state = (await stage.connection.states())[price]
    now = stage.simulator.clock.now()
    assert state["state"] == str(stage.simulator.truth.price(home.spin, now).total)
    assert state["attributes"]["sources"]["energy_charge"] == "entered"
    stage.simulator.faults.clear()
