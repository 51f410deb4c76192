"""A real browser. Home Assistant runs as its own process here, as for users, so the test kit that mocks it stays away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import subprocess

from playwright.async_api import Browser, async_playwright
import pytest

ROOT = Path(__file__).parents[2]

OPTIONS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run where sockets are taken away and Home Assistant is changed."""
    if config.pluginmanager.has_plugin("homeassistant"):
        raise pytest.UsageError("tests of the browser run by scripts/test --browser")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium. A machine that has none, and cannot fetch one, fails with what to do about it."""
    found = await asyncio.to_thread(
        subprocess.run, [ROOT / "scripts" / "browser"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.fail(f"scripts/browser: {found.stderr}", pytrace=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.stdout.strip(), args=OPTIONS
        )
        yield browser
        await browser.close()
