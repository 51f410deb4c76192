"""Lets the test tools of the pinned Home Assistant run on another one: `scripts/test --homeassistant VERSION`.

pytest loads this before any other plugin. Home Assistant has to be imported before anything imports what it replaces, and what the
tools look for where it stood is put there again.
"""

from homeassistant.components import logger
from homeassistant.components.logger import helpers

for name in ("_clear_logger_overwrites",):
    if not hasattr(logger, name):
        setattr(logger, name, getattr(helpers, name))
