"""Takes pictures of the running demo, as `scripts/pictures` calls it."""

from datetime import datetime
from pathlib import Path
import shutil
import sys
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

ADDRESS = "http://127.0.0.1:8123"
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
DRAWN = 6000
"""Milliseconds until graphs stand still."""


def sign_in(page: Page) -> None:
    """Sign the demo's user in."""
    page.goto(ADDRESS)
    page.fill("input[name=username]", "demo")
    page.fill("input[name=password]", "demo")
    page.keyboard.press("Enter")
    page.wait_for_selector("home-assistant-main")


def take(page: Page, name: str, height: int) -> None:
    """Take a picture of what is shown."""
    page.set_viewport_size({"width": 1440, "height": height})
    page.wait_for_timeout(DRAWN)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES / f"{name}.png")


def main() -> None:
    """Take every picture."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Please install chromium.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        page = browser.new_page(locale="en-GB", timezone_id="Asia/Tokyo")
        sign_in(page)
        page.goto(f"{ADDRESS}/octopus-japan")
        take(page, "dashboard", 1660)
        page.goto(f"{ADDRESS}/energy/electricity")
        take(page, "energy-day", 1000)
        today = datetime.now(ZoneInfo("Asia/Tokyo"))
        page.click(f"text={today.day} {today:%b}")
        page.click("text=Last 12 months")
        take(page, "energy-year", 1000)
        page.goto(f"{ADDRESS}/config/integrations/integration/octopus_japan")
        take(page, "integration", 1000)
        browser.close()


if __name__ == "__main__":
    main()
