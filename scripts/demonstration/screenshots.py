"""`scripts/demo --screenshots`: the pictures of docs/images/, of made-up households at a time that is always the same."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
import subprocess

from playwright.async_api import async_playwright

from .dashboard import PATH, save_dashboard
from .home_assistant import REPOSITORY
from .households import Home, save_energy_preferences
from .person import DESK, Person, person
from .progress import DemoError, step
from .stage import stage

IMAGES = REPOSITORY / "docs" / "images"
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
        await save_dashboard(made.connection)
        browser = await playwright.chromium.launch(executable_path=program)
        for name, picture in PICTURES.items():
            step(f"taking {name}.png")
            async with person(
                browser, made, language=picture.language, size=picture.size, dark=picture.dark
            ) as somebody:
                await picture.look(somebody, homes)
                await somebody.page.wait_for_timeout(DRAWN)
                await somebody.picture(IMAGES / f"{name}.png")
        await browser.close()


type Look = Callable[[Person, list[Home]], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How to come to what is shown, and at which screen."""

    look: Look
    size: dict[str, int] = field(default_factory=lambda: DESK)
    language: str = "en"
    dark: bool = False


async def _dashboard(me: Person, homes: list[Home]) -> None:
    await me.goto(f"/{PATH}")
    await me.click(me.page.get_by_role("tab", name=homes[0].spin[-4:]))


async def _stepped(me: Person, homes: list[Home]) -> None:
    await me.goto(f"/{PATH}")
    await me.click(me.page.get_by_role("tab", name=homes[1].spin[-4:]))


async def _energy(me: Person, _homes: list[Home]) -> None:
    await me.goto("/energy/electricity")
    await me.click("Previous", role="button")


async def _integration(me: Person, _homes: list[Home]) -> None:
    await me.goto("/config/integrations/integration/octopus_japan")


async def _ways_in(me: Person, _homes: list[Home]) -> None:
    await me.begins_to_add()


async def _without_login(me: Person, homes: list[Home]) -> None:
    await _ways_in(me, homes)
    await me.click("Without a login")
    await me.sees("The grid area that your home is in")
    await me.click(me.page.locator("ha-selector-select").locator("visible=true").first)
    await me.click("Tokyo area")
    await me.click("Submit", role="button")
    await me.sees("With its prices in yen per kWh including tax")


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


PICTURES = {
    "dashboard": Picture(look=_dashboard, size=WIDE),
    "dashboard-stepped": Picture(look=_stepped, size=WIDE),
    "dashboard-ja": Picture(look=_dashboard, size=WIDE, language="ja"),
    "phone-dark": Picture(look=_dashboard, size=TALL, dark=True),
    "energy-day": Picture(look=_energy),
    "integration": Picture(look=_integration),
    "ways-in": Picture(look=_ways_in),
    "without-login": Picture(look=_without_login),
    "new-dashboard": Picture(look=_new_dashboard),
    "triggers": Picture(look=_editor),
}
"""By the name of the file."""
