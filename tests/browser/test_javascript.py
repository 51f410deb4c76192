"""The tests of the card's and the dashboard's modules, in the browser that they are made for: javascript/*.test.js."""

from collections.abc import AsyncIterator
from pathlib import Path
import re

from playwright.async_api import Browser, Page, Route
import pytest

HERE = Path(__file__).parent / "javascript"
FRONTEND = Path(__file__).parents[2] / "custom_components" / "octopus_japan" / "frontend"
ORIGIN = "http://modules.test"
FOLDERS = {"frontend": FRONTEND, "tests": HERE}
TYPES = {".js": "text/javascript"}

TESTS = [
    pytest.param(file.name, name, id=f"{file.name.removesuffix('.test.js')}: {name}")
    for file in sorted(HERE.glob("*.test.js"))
    for name in re.findall(r'^test\("([^"]+)"', file.read_text("utf-8"), re.MULTILINE)
]


async def _serve(route: Route) -> None:
    _, folder, *rest = route.request.url.removeprefix(ORIGIN).split("/")
    if folder not in FOLDERS:
        await route.fulfill(body="<!doctype html><title>tests</title>", content_type="text/html")
        return
    file = FOLDERS[folder] / "/".join(rest)
    await route.fulfill(body=file.read_text("utf-8"), content_type=TYPES[file.suffix])


@pytest.fixture(scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page from which modules can be imported. It is far from Japan, as a traveller's browser is."""
    context = await browser.new_context(
        timezone_id="America/New_York", viewport={"width": 1000, "height": 800}
    )
    page = await context.new_page()
    await page.route(f"{ORIGIN}/**", _serve)
    await page.goto(ORIGIN)
    yield page
    await context.close()


@pytest.mark.parametrize(("file", "name"), TESTS)
async def test_module(page: Page, file: str, name: str) -> None:
    await page.evaluate(
        """async ([file, name]) => {
            await import(`/tests/${file}`);
            await (await import("/tests/testing.js")).run(name);
        }""",
        [file, name],
    )
