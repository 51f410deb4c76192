"""Somebody adds the integration and looks at what it shows; every number is the simulator's truth."""

from datetime import datetime, timedelta
from decimal import Decimal
import re

from playwright.async_api import expect
import pytest

from scripts.demonstration.households import Home
from scripts.demonstration.person import Person
from scripts.demonstration.stage import Stage
from simulator.dates import jst_date, midnight

MOST_CLICKS = 12
"""Of somebody who is the first of the home and knows the password: each of the two costs one more."""
HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)

BARS = """(digits) => {
  const found = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "hui-energy-usage-graph-card")
        for (const chart of element.shadowRoot.querySelectorAll("ha-chart-base"))
          for (const series of chart.data ?? [])
            if (series.name?.includes(digits))
              for (const { value } of series.data) if (value) found.push([value[2], value[1]]);
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return found;
}"""
"""The bars of the Energy dashboard that bear the digits of a point: start in ms, kWh."""


def yesterday(stage: Stage) -> tuple[datetime, datetime]:
    today = midnight(jst_date(stage.simulator.clock.now()))
    return today - timedelta(days=1), today


async def test_added_with_wrong_then_right_credentials_until_yesterdays_bars(
    me: Person, stage: Stage, record_property: pytest.RecordProperty
) -> None:
    home = stage.home("green-tokyo")
    login = stage.simulator.world.households[home.name]
    await me.begins_to_add()
    await me.click("E-mail and password")
    await me.type("email", login.email)
    await me.type("password", "not this one")
    await me.click("Submit", role="button")
    await me.sees("The service rejected what you entered.")
    await me.type("password", login.password)
    await me.click("Submit", role="button")
    digits = home.spin[-4:]
    await me.sees(re.compile(digits))
    detours = 1
    choice = me.page.locator("ha-checkbox", has_text=me.said("consumption with cost"))
    if not await choice.get_by_role("checkbox").is_checked():
        await me.click(choice)
        detours += 1
    await me.click("Submit", role="button")
    await me.click("Skip and finish", role="button")
    await me.sees(re.compile("gr…@example.com"))

    await stage.settled(home)
    await me.opens("Energy")
    await me.click("Electricity", exact=True)
    await me.click("Previous", role="button")
    start, end = yesterday(stage)
    truth = {
        hour.timestamp() * 1000: float(kwh)
        for hour, kwh in stage.simulator.truth.hours(home.spin, start, end).items()
    }
    assert len(truth) == 24
    await me.page.wait_for_function(
        f"([digits, first]) => ({BARS})(digits).some(([start]) => start === first)",
        arg=[digits, min(truth)],
    )
    bars = dict(await me.page.evaluate(BARS, digits))
    assert bars == pytest.approx(truth)
    record_property("told", me.told("from Add integration to yesterday's bars"))
    assert me.clicks - detours <= MOST_CLICKS


DASHBOARD = {"en": "Octopus Energy Japan", "ja": "オクトパスエナジー"}
HEADINGS = {
    "en": ("Price", "Usage", "Cost", "This billing period"),
    "ja": ("単価", "使用量", "電気料金", "今回の検針期間"),
}
YEN_PER_KWH = {"en": "{} yen per kWh", "ja": "1kWhあたり{}円"}
"""What a screen reader says of a bar."""


async def test_the_dashboard_is_offered_and_shows_the_truth(
    me: Person, stage: Stage, ev_tokyo: Home, record_property: pytest.RecordProperty
) -> None:
    page, truth = me.page, stage.simulator.truth
    await me.goto("/config/lovelace/dashboards")
    me.begin()
    await me.click("Add dashboard", role="button")
    await me.click(page.locator("dashboard-card", has_text=DASHBOARD[stage.language]))
    await me.click("Create", role="button")
    await me.opens(re.compile(DASHBOARD[stage.language]))
    await me.click(re.compile(ev_tokyo.spin[-4:]))
    record_property("told", me.told("a dashboard of one's own home"))

    card = page.locator("octopus-japan-price-card")
    now = stage.simulator.clock.now()
    await expect(card.locator(".current")).to_have_text(
        f"{truth.price(ev_tokyo.spin, now).total:.2f}"
    )
    chart = card.get_by_role("slider")
    await chart.focus()
    await chart.press("Home")
    at = midnight(jst_date(now))
    for _ in range(96):
        price = truth.price(ev_tokyo.spin, at)
        said = await chart.get_attribute("aria-valuetext") or ""
        assert YEN_PER_KWH[stage.language].format(f"{price.total:.2f}") in said, at
        await chart.press("ArrowRight")
        at += HALF_HOUR

    start, end = yesterday(stage)
    used = sum(truth.hours(ev_tokyo.spin, start, end).values(), Decimal(0))
    headings = HEADINGS[stage.language]
    for heading in headings:
        await expect(page.locator("hui-heading-card", has_text=heading).first).to_be_visible()
    usage = page.locator("hui-grid-section", has_text=headings[1]).first
    await expect(usage.locator("hui-tile-card", has_text=f"{used:.2f} kWh").first).to_be_visible()

    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= me.size["width"]
    background = await card.locator("ha-card").evaluate(
        "card => getComputedStyle(card).backgroundColor"
    )
    assert (background == "rgb(255, 255, 255)") is not me.dark


CARD = {"en": "Octopus Energy Japan prices", "ja": "オクトパスエナジーの電気料金単価"}
SUPPLY_POINT = {"en": "Supply point", "ja": "供給地点"}


async def test_the_card_is_in_the_picker_and_has_an_editor(
    me: Person, stage: Stage, ev_tokyo: Home
) -> None:
    page = me.page
    await stage.connection.call(
        "lovelace/dashboards/create", url_path="my-cards", title="Cards", mode="storage"
    )
    view = {"type": "sections", "sections": [{"type": "grid", "cards": []}]}
    await stage.connection.call(
        "lovelace/config/save", url_path="my-cards", config={"views": [view]}
    )
    await me.goto("/my-cards/0?edit=1")
    await me.click("Add card", role="button")
    await me.click("By card")
    await me.search("octopus")
    await me.click(page.locator(".card", has_text=CARD[stage.language]))
    editor = page.locator("octopus-japan-price-card-editor")
    await expect(editor.get_by_text(SUPPLY_POINT[stage.language]).first).to_be_visible()
    title = editor.locator("input:not([type=number])").locator("visible=true").last
    await title.fill("At home")
    await expect(page.locator("hui-card-preview, .element-preview").last).to_contain_text("At home")
    await me.click("Save", role="button")
    saved = None

    async def look() -> tuple[bool, str]:
        nonlocal saved
        saved = await stage.connection.call("lovelace/config", url_path="my-cards")
        cards = saved["views"][0]["sections"][0]["cards"]
        return bool(cards), str(cards)

    await stage.until("the card to be saved", look)
    assert saved is not None
    (made,) = saved["views"][0]["sections"][0]["cards"]
    assert made["type"] == "custom:octopus-japan-price-card"
    assert made["title"] == "At home"
