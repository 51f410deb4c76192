"""Runs Home Assistant as `hass` does, without voice, cameras and radio.

Those platforms are part of every start, and their packages want a C++ compiler and media libraries which the demo can do
without. What is left needs nothing but `requirements_test.txt`, so that nothing is downloaded (`--skip-pip`).
"""

import contextlib
import ctypes
import signal
import sys

from homeassistant import bootstrap
from homeassistant.__main__ import main

LEFT_OUT = {
    "ai_task",
    "assist_satellite",
    "camera",
    "conversation",
    "image_processing",
    "infrared",
    "radio_frequency",
    "stt",
    "tts",
    "wake_word",
}
PR_SET_PDEATHSIG = 1


def stop_with_the_parent() -> None:
    """Have the kernel end this process when the demo is killed; only Linux knows how."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    stop_with_the_parent()
    bootstrap.DEFAULT_INTEGRATIONS -= LEFT_OUT
    sys.exit(main())
