"""A real browser. Home Assistant runs as its own process here, as for users, so the test kit that mocks it stays away."""

import asyncio
from collections.abc import AsyncIterator, Generator
from pathlib import Path
import subprocess

from playwright.async_api import Browser, async_playwright
import pytest

from scripts.demonstration.households import Home
from scripts.demonstration.person import DESK, PHONE, Person, person
from scripts.demonstration.stage import Stage, stage as set_up

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how much work things were: clicks and seconds."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(text)


@pytest.fixture(scope="session", params=["en", "ja"])
async def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A Home Assistant in each language, for all tests; each is of a household, a dashboard or an automation of its own."""
    households = ("ev-tokyo", "green-tokyo", "unknown-tou", "solar-tokyo")
    folder = tmp_path_factory.mktemp("configuration")
    async with set_up(folder, *households, language=request.param) as made:
        yield made


@pytest.fixture(scope="session")
async def ev_tokyo(stage: Stage) -> Home:
    """A household on a time-of-use plan, signed in."""
    return await stage.add("ev-tokyo")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a fixture know that its test failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
async def me(
    request: pytest.FixtureRequest, browser: Browser, stage: Stage, tmp_path: Path
) -> AsyncIterator[Person]:
    """Somebody who reads English at a desk, or Japanese on a dark phone. What they saw when a test failed is kept as a picture."""
    on_phone = stage.language == "ja"
    async with person(browser, stage, size=PHONE if on_phone else DESK, dark=on_phone) as somebody:
        yield somebody
        if request.node.stash[FAILED]:
            await somebody.picture(tmp_path / "seen.png")
            print(f"what was seen: {tmp_path}/seen.png")  # noqa: T201
