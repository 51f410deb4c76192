"""Serves `frontend/`: a price card for the card picker, and a ready dashboard for the *New dashboard* dialog.

The modules are plain JavaScript, without a build step. Home Assistant's frontend loads them with every page.
"""

from hashlib import sha256
from pathlib import Path

from homeassistant.components.frontend import DOMAIN as FRONTEND, add_extra_js_url
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant

from .const import DOMAIN

FOLDER = Path(__file__).parent / "frontend"
ENTRY = "octopus-japan.js"
_LENGTH = 12


async def async_setup_dashboard(hass: HomeAssistant) -> None:
    """Offer the card and the dashboard, unless this Home Assistant runs without its frontend."""
    if FRONTEND not in hass.config.components:
        return
    url = f"/{DOMAIN}/{await hass.async_add_executor_job(_version)}"
    await hass.http.async_register_static_paths([StaticPathConfig(url, str(FOLDER))])
    add_extra_js_url(hass, f"{url}/{ENTRY}")


def _version() -> str:
    """Return what changes with the modules: browsers keep each address for a month.

    It is a part of the path and not a query, so that the modules that import each other are renewed together.
    """
    content = sha256()
    for module in sorted(FOLDER.glob("*.js")):
        content.update(module.read_bytes())
    return content.hexdigest()[:_LENGTH]
