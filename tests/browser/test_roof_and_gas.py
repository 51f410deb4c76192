"""A home that feeds energy in and burns gas: both have a section of their own on the dashboard."""

from datetime import timedelta
from decimal import Decimal
import re

from playwright.async_api import expect

from scripts.demonstration.person import Person
from scripts.demonstration.stage import Stage
from simulator.dates import Month, jst_date, midnight
from simulator.plans import GasPlan


async def test_energy_fed_in_and_gas_are_shown(me: Person, stage: Stage) -> None:
    simulator = stage.simulator
    home = stage.home("solar-tokyo")
    today = jst_date(simulator.clock.now())
    start = Month.of(today).plus(-3).first
    simulator.world.add_gas(home.account, GasPlan((("gas-monthly", start, None),), 24, start))
    household = simulator.world.households[home.name]
    (gpin,) = (point.gpin for point in household.generation_points)
    (gas,) = simulator.world.gas_points
    await stage.add(home.name)

    await stage.connection.call(
        "lovelace/dashboards/create", url_path="my-roof", title="Roof", mode="storage"
    )
    await stage.connection.call(
        "lovelace/config/save",
        url_path="my-roof",
        config={"strategy": {"type": "custom:octopus-japan"}},
    )
    await me.goto("/my-roof")
    await me.click(re.compile(home.spin[-4:]))
    page = me.page

    end = midnight(today)
    fed = sum(simulator.truth.exports(gpin, end - timedelta(days=1), end).values(), Decimal(0))
    roof = page.locator("hui-grid-section", has_text=re.compile(gpin[-4:])).first
    await expect(roof.locator("hui-tile-card", has_text=f"{fed:.2f} kWh").first).to_be_visible()

    bill = simulator.truth.gas_bills(gas)[-1]
    burnt = page.locator("hui-grid-section", has_text=re.compile(gas[-4:])).first
    for shown in (f"{bill.volume} m³", f"{bill.total:,}"):
        await expect(burnt.locator("hui-tile-card", has_text=shown).first).to_be_visible()
