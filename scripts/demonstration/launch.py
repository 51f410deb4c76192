"""Runs Home Assistant as `hass` does, on a machine that may have no C++ compiler.

Two packages of the voice assistant come as source only. The demo does not listen to anybody, so empty ones will do; everything
else is in `requirements_test.txt`, and nothing is downloaded (`--skip-pip`).
"""

import contextlib
import ctypes
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
import os
import signal
import sys
from types import ModuleType
from typing import Any

from freezegun import freeze_time
from homeassistant.__main__ import main

from .home_assistant import CLOCK, SERVICE

EMPTY = {"pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}
PR_SET_PDEATHSIG = 1


def stand_in_for_voice() -> None:
    """Let the voice assistant be imported."""
    for package, name in EMPTY.items():
        if find_spec(package) is None:
            module = ModuleType(package)
            setattr(module, name, object)
            sys.modules[package] = module


def stop_with_the_parent() -> None:
    """Have the kernel end this process when the demo is killed; only Linux knows how."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def sign_in_to_the_simulator() -> None:
    """Have the sign-in form suggest the simulator's address, where one is given: whoever signs in need not type it."""
    if (address := os.environ.get(SERVICE)) is not None:
        config_flow: Any = import_module("custom_components.octopus_japan.config_flow")
        config_flow.DEFAULT_URL = address


def clock() -> contextlib.AbstractContextManager[object]:
    """Return the clock to live by: real time, or one that runs from another start."""
    if (start := os.environ.get(CLOCK)) is None:
        return contextlib.nullcontext()
    # Home Assistant binds the real clock when it is imported; its test tools bind it anew. Typed models are compiled when they
    # are imported, which they cannot be against a made-up date.
    for module in (
        "pytest_homeassistant_custom_component.patch_time",
        "homeassistant.components.analytics",
        "custom_components.octopus_japan.config_flow",
    ):
        import_module(module)
    return freeze_time(datetime.fromisoformat(start), tick=True, real_asyncio=True)


if __name__ == "__main__":
    stop_with_the_parent()
    stand_in_for_voice()
    with clock():
        sign_in_to_the_simulator()
        sys.exit(main())
