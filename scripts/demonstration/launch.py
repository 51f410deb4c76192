"""Runs Home Assistant as `hass` does, on a machine that may have no C++ compiler.

Two packages of the voice assistant come as source only. The demo does not listen to anybody, so empty ones will do; everything
else is in `requirements_test.txt`, and nothing is downloaded (`--skip-pip`).
"""

import contextlib
import ctypes
from importlib.util import find_spec
import signal
import sys
from types import ModuleType

from homeassistant.__main__ import main

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


if __name__ == "__main__":
    stop_with_the_parent()
    stand_in_for_voice()
    sys.exit(main())
