"""What the integration adds to Home Assistant's start: its modules, and an entry whose service answers at once.

The modules are imported in a process of its own, after those of Home Assistant that they import. The entry's part is the time of the
event loop, so that waiting for the service is not counted: entities are there before it.
"""

import asyncio
import subprocess
import sys
from time import thread_time

from scripts.figures import options, save, told
from scripts.measured_home import home_assistant, service, signed_in

HOUSEHOLD = "green-tokyo"
IMPORTED = """
from pathlib import Path
import sys
from time import perf_counter

OURS = "custom_components.octopus_japan"
FILES = Path("custom_components/octopus_japan")
NAMES = [
    ".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in sorted(FILES.rglob("*.py"))
]

def load():
    for name in NAMES:
        __import__(name)

load()
for name in [name for name in sys.modules if name == OURS or name.startswith(OURS + ".")]:
    del sys.modules[name]
began = perf_counter()
load()
print(perf_counter() - began)
"""


def modules() -> float:
    """Return the seconds that all our modules take, once theirs are there."""
    asked = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )
    return float(asked.stdout)


async def entry() -> float:
    """Return the seconds of the event loop until an entry is set up."""
    with service(HOUSEHOLD) as simulator:
        async with home_assistant() as hass:
            began = thread_time()
            await signed_in(hass, simulator)
            return thread_time() - began


def main() -> None:
    """Measure, print, write."""
    given = options(__doc__, 5)
    runs = range(given.runs)
    found = {
        "import of all modules (ms)": [1000 * modules() for _ in runs],
        "an entry, time of the loop (ms)": [1000 * asyncio.run(entry()) for _ in runs],
    }
    figures = told(found)
    print("wanted: under 50 ms, under 100 ms")
    save(given.json, figures)


if __name__ == "__main__":
    main()
