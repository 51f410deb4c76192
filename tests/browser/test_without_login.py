"""Somebody who has no login adds the integration: area, plan and contract, and there is a price."""

import pytest

from scripts.demonstration.households import digest_of
from scripts.demonstration.person import Person
from scripts.demonstration.stage import Stage

NUMBER = "0300000000000000000001"
MOST_CLICKS = 9


async def choose(me: Person, shown: str) -> None:
    """Choose from the list of the form's first field."""
    await me.click(me.page.locator("ha-selector-select").locator("visible=true").first)
    await me.click(shown)


async def test_added_without_a_login_until_there_is_a_price(
    me: Person, stage: Stage, record_property: pytest.RecordProperty
) -> None:
    await me.begins_to_add()
    await me.click("Without a login")
    await me.sees("The grid area that your home is in")
    await choose(me, "Tokyo area")
    await me.click("Submit", role="button")
    await me.sees("With its prices in yen per kWh including tax")
    # Its first plan is chosen; without a capacity and a use it has no price.
    numbers = me.page.locator("ha-selector-number").locator("visible=true")
    await numbers.first.locator("input").fill("40")
    await numbers.last.locator("input").fill("90")
    await me.click("Submit", role="button")
    await me.click("Skip and finish", role="button")
    # The page of its one device.
    await me.sees("Left in this step")
    record_property("told", me.told("from Add integration to a price without a login"))
    assert me.clicks <= MOST_CLICKS
    ids, states = await stage.connection.entity_ids(), await stage.connection.states()
    price = states[ids[f"{digest_of(NUMBER)}_current_price"]]
    # Of the first step; November's adjustment is not told yet and carried forward.
    assert price["attributes"]["energy_charge"] == 18.98
    assert price["attributes"]["estimated"] is True
