"""Lets the test tools of the pinned Home Assistant run on another one: `scripts/test --homeassistant VERSION`.

pytest loads this before any other plugin. Home Assistant has to be imported before anything imports what it replaces, and what the
tools look for where it stood is put there again.
"""

from importlib import import_module

MOVED = (
    ("logger", "_clear_logger_overwrites", "logger.helpers", "_clear_logger_overwrites"),
    (
        "device_automation",
        "_async_get_device_automations",
        "device_automation",
        "async_get_device_automations",
    ),
)
"""Where the tools look for what, and where it is."""

for module, name, now_in, now in MOVED:
    sought = import_module(f"homeassistant.components.{module}")
    if not hasattr(sought, name):
        setattr(sought, name, getattr(import_module(f"homeassistant.components.{now_in}"), now))
