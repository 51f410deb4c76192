"""`scripts/demo --screenshots`: the pictures of docs/images/, of made-up households at a time that is always the same."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
import subprocess

from playwright.async_api import Browser, async_playwright

from .home_assistant import REPOSITORY
from .households import Home, save_energy_preferences
from .person import DESK, Person, person
from .progress import DemoError, step
from .stage import Stage, stage

IMAGES = REPOSITORY / "docs" / "images"
DASHBOARD = "my-home"
HOUSEHOLDS = ("ev-tokyo", "green-tokyo")
HISTORY = timedelta(days=400)

DRAWN = 4000
"""Milliseconds until graphs stand still."""

WIDE = {"width": 1500, "height": 1180}
TALL = {"width": 390, "height": 1500}


def chromium() -> str:
    """Return the browser to drive. Raises DemoError, with what to do, where there is none and none can be fetched."""
    found = subprocess.run(
        [REPOSITORY / "scripts" / "browser"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise DemoError(found.stderr.strip())
    return found.stdout.strip()


async def take(folder: Path) -> None:
    """Take every picture; `folder` takes the configuration of Home Assistant."""
    step("finding a browser")
    program = await asyncio.to_thread(chromium)
    async with (
        stage(folder, *HOUSEHOLDS, history=HISTORY) as made,
        async_playwright() as playwright,
    ):
        homes = [await made.add(name) for name in HOUSEHOLDS]
        await save_energy_preferences(made.connection, homes[:1])
        await _make_dashboard(made)
        browser = await playwright.chromium.launch(executable_path=program)
        for name, (look, settings) in PICTURES.items():
            step(f"taking {name}.png")
            await _take(browser, made, homes, name, look, settings)
        await browser.close()


async def _make_dashboard(made: Stage) -> None:
    """Make the dashboard as the dialog does."""
    strategy = {"strategy": {"type": "custom:octopus-japan"}}
    await made.connection.call(
        "lovelace/dashboards/create",
        url_path=DASHBOARD,
        title="Octopus Energy Japan",
        icon="mdi:home-lightning-bolt",
        mode="storage",
    )
    await made.connection.call("lovelace/config/save", url_path=DASHBOARD, config=strategy)


type Look = Callable[[Person, list[Home]], Awaitable[None]]


async def _take(
    browser: Browser,
    made: Stage,
    homes: list[Home],
    name: str,
    look: Look,
    settings: dict[str, object],
) -> None:
    async with person(browser, made, **settings) as somebody:  # type: ignore[arg-type]
        await look(somebody, homes)
        await somebody.page.wait_for_timeout(DRAWN)
        await somebody.picture(IMAGES / f"{name}.png")


async def _dashboard(me: Person, homes: list[Home]) -> None:
    await me.goto(f"/{DASHBOARD}")
    await me.click(me.page.get_by_role("tab", name=homes[0].spin[-4:]))


async def _stepped(me: Person, homes: list[Home]) -> None:
    await me.goto(f"/{DASHBOARD}")
    await me.click(me.page.get_by_role("tab", name=homes[1].spin[-4:]))


async def _energy(me: Person, _homes: list[Home]) -> None:
    await me.goto("/energy/electricity")
    await me.click("Previous", role="button")


async def _integration(me: Person, _homes: list[Home]) -> None:
    await me.goto("/config/integrations/integration/octopus_japan")


async def _new_dashboard(me: Person, _homes: list[Home]) -> None:
    await me.goto("/config/lovelace/dashboards")
    await me.click("Add dashboard")
    await me.page.locator("dashboard-card", has_text="Octopus").scroll_into_view_if_needed()


async def _editor(me: Person, _homes: list[Home]) -> None:
    await me.goto("/config/automation/dashboard")
    await me.click("Create automation")
    await me.click("Create new automation")
    await me.click("Add trigger")
    await me.search("electricity")


PICTURES: dict[str, tuple[Look, dict[str, object]]] = {
    "dashboard": (_dashboard, {"size": WIDE}),
    "dashboard-stepped": (_stepped, {"size": WIDE}),
    "dashboard-ja": (_dashboard, {"size": WIDE, "language": "ja"}),
    "phone-dark": (_dashboard, {"size": TALL, "dark": True}),
    "energy-day": (_energy, {"size": DESK}),
    "integration": (_integration, {"size": DESK}),
    "new-dashboard": (_new_dashboard, {"size": DESK}),
    "triggers": (_editor, {"size": DESK}),
}
"""Name, how to come to what is shown, and at which screen."""
