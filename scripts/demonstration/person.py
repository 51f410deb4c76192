"""Somebody at a screen: signed in, in a language, counting clicks; complains of every error of ours in the console."""

from collections.abc import AsyncIterator
import contextlib
import json
from pathlib import Path
import re
import time
from typing import Any

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    TimeoutError,  # noqa: A004 - Playwright's own
    expect,
)

from .progress import step
from .stage import Stage
from .words import said

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

SIDEBAR = 870
"""On a screen less wide, in pixels, Home Assistant hides its sidebar."""

PATIENCE = 60_000
"""Milliseconds until what is waited for is given up; a busy machine is slow."""
expect.set_options(timeout=PATIENCE)

OURS = ("octopus", "modules.test")
"""What is said by our modules, of our elements, or of our keys."""


class Person:
    """What a person does: looks, clicks, types."""

    def __init__(
        self, page: Page, address: str, language: str, size: dict[str, int], *, dark: bool
    ) -> None:
        self.page = page
        self.address = address
        self.language = language
        self.size = size
        self.dark = dark
        self.clicks = 0
        self.complaints: list[str] = []
        self._began = time.monotonic()
        page.on("console", self._read)
        page.on("pageerror", self._hear)

    def _read(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        said = f"{message.type}: {message.text} ({where})"
        if message.type in {"error", "warning"} and any(name in said.lower() for name in OURS):
            self.complaints.append(said)

    def _hear(self, error: Error) -> None:
        said = f"{error.message}\n{error.stack}"
        if any(name in said.lower() for name in OURS):
            self.complaints.append(said)

    def said(self, english: str, *, exact: bool = False) -> re.Pattern[str]:
        """Return what to look for where an English screen says this. Raises KeyError where nobody says it."""
        pattern = said(english, self.language)
        return re.compile(rf"^\s*(?:{pattern.pattern})\s*$", pattern.flags) if exact else pattern

    @property
    def on_a_phone(self) -> bool:
        """Whether the screen is so narrow that Home Assistant hides its sidebar and opens sheets from below."""
        return self.size["width"] < SIDEBAR

    def begin(self) -> None:
        """Count from here on."""
        self.clicks = 0
        self._began = time.monotonic()

    def told(self, what: str) -> str:
        """Tell how much work it was."""
        return f"{what}: {self.clicks} clicks, {time.monotonic() - self._began:.0f} s"

    async def goto(self, path: str) -> None:
        """Open a page of Home Assistant by its address; load it once more, as a person would, if nothing comes."""
        await self.page.goto(self.address + path)
        try:
            await self.page.locator("home-assistant-main").wait_for(
                state="attached", timeout=PATIENCE / 3
            )
        except TimeoutError:
            step(f"{path} does not come: loading it once more")
            await self.page.reload()
        # Texts of integrations that are asked for before the language is settled come without words.
        await self.page.wait_for_function(
            "language => document.querySelector('home-assistant')?.hass?.language === language",
            arg=self.language,
        )

    async def click(
        self, what: str | re.Pattern[str] | Locator, *, role: Any = None, exact: bool = False
    ) -> None:
        """Click on a text (told in English), on something of a role with that name, or on what was found."""
        if isinstance(what, str):
            what = self.said(what, exact=exact)
        if not isinstance(what, Locator):
            found = self.page.get_by_role(role, name=what) if role else self.page.get_by_text(what)
            what = found.locator("visible=true").first
        await what.click()
        self.clicks += 1

    async def opens(self, panel: str | re.Pattern[str]) -> None:
        """Go to a panel by the sidebar, which a phone hides behind its menu button, and a page's page behind *back*."""
        if self.on_a_phone:
            menu = self.page.locator("ha-menu-button").locator("visible=true").first
            back = self.page.locator("ha-icon-button-arrow-prev").locator("visible=true").first
            await expect(menu.or_(back).first).to_be_visible()
            while not await menu.is_visible():
                await self.click(back)
                await expect(menu.or_(back).first).to_be_visible()
            await self.click(menu)
        sidebar = self.page.locator("ha-sidebar")
        name = self.said(panel, exact=True) if isinstance(panel, str) else panel
        await self.click(sidebar.get_by_text(name).locator("visible=true").first)

    async def type(self, name: str, text: str) -> None:
        """Type into a field, over what stands in it."""
        field = self.page.locator(f"input[name='{name}']").locator("visible=true").first
        await field.fill(text)

    async def search(self, text: str, field: str = "Search") -> None:
        """Type into the field that searches, of the dialog that was opened last."""
        await self.page.get_by_placeholder(self.said(field)).locator("visible=true").last.fill(text)

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text (told in English) can be seen."""
        looked_for = self.said(text) if isinstance(text, str) else text
        await expect(
            self.page.get_by_text(looked_for).locator("visible=true").first
        ).to_be_visible()

    async def comes(self, text: str) -> bool:
        """Whether a text (told in English) comes; a dialog whose texts were asked for too early stays without words."""
        try:
            await (
                self.page.get_by_text(self.said(text))
                .locator("visible=true")
                .first.wait_for(timeout=PATIENCE / 3)
            )
        except TimeoutError:
            step(f"{text!r} does not come: once more")
            return False
        return True

    async def begins_to_add(self) -> None:
        """Begin to add the integration; from the start if its dialog does not come, as a person would."""
        for _ in range(3):
            await self.goto("/config/integrations/dashboard")
            self.begin()
            await self.click("Add integration")
            await self.search("octopus", "Search for a brand name")
            dialog = self.page.locator("dialog-add-integration")
            await self.click(dialog.get_by_text("Octopus Energy Japan"))
            if await self.comes("E-mail and password"):
                return

    async def picture(self, file: Path) -> None:
        """Take a picture of what is shown."""
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=file)


@contextlib.asynccontextmanager
async def person(
    browser: Browser,
    stage: Stage,
    *,
    language: str | None = None,
    size: dict[str, int] = DESK,
    dark: bool = False,
) -> AsyncIterator[Person]:
    """Sign somebody in, whose clock is the stage's, and the language too unless they read another.

    Raises AssertionError at the end if anything of ours complained.
    """
    language = language or stage.language
    context = await browser.new_context(
        locale={"en": "en-GB", "ja": "ja-JP"}[language],
        timezone_id="Asia/Tokyo",
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    tokens = {
        "access_token": stage.connection.token,
        "token_type": "Bearer",
        "refresh_token": "",
        "expires_in": 10**9,
        "expires": 10**13,
        "hassUrl": stage.address,
        "clientId": f"{stage.address}/",
    }
    kept = {"hassTokens": json.dumps(tokens), "selectedLanguage": json.dumps(language)}
    await context.add_init_script(
        f"for (const [key, value] of Object.entries({json.dumps(kept)})) localStorage.setItem(key, value);"
    )
    await context.clock.install(time=stage.now)
    page = await context.new_page()
    somebody = Person(page, stage.address, language, size, dark=dark)
    try:
        yield somebody
    finally:
        await context.close()
    assert not somebody.complaints, "\n".join(somebody.complaints)
