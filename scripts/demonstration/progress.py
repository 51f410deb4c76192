"""A line for each step."""

import time

_started = time.monotonic()


def step(text: str) -> None:
    """Say what happens now."""
    print(f"[demo {time.monotonic() - _started:5.1f} s] {text}", flush=True)
