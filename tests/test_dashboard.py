"""The card and the dashboard are served to the browser; without a frontend nothing is missing."""

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.dashboard import FOLDER


@pytest.mark.usefixtures("socket_enabled", "recorder_mock", "enable_custom_integrations")
async def test_modules_are_served_under_one_address_that_browsers_may_keep(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    (url,) = [url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if DOMAIN in url]
    client = await hass_client()
    for module in FOLDER.glob("*.js"):
        answer = await client.get(f"{url.rpartition('/')[0]}/{module.name}")
        assert await answer.text() == module.read_text("utf-8")
        assert answer.content_type == "text/javascript"
        assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("recorder_mock", "enable_custom_integrations")
async def test_a_home_assistant_without_frontend_starts_all_the_same(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert "frontend" not in hass.config.components
