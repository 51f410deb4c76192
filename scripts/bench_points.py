"""What a poll costs the event loop, by the number of supply points of an account: it must be linear in them.

Home Assistant and its recorder are real and run in this process, the simulator in another one, over loopback. Event loop time is the
processor time of its thread, so that what else the machine does is not counted.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import gc
import json
import subprocess
import sys

from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL

from scripts.figures import Figures, columns, options, save, told
from scripts.instruments import Memory
from scripts.measured_home import Service, home_assistant, imported, polls, signed_in
from simulator import Simulator
from simulator.dates import jst_date
from simulator.load import Load
from simulator.plans import PointPlan

HOUSEHOLD = "green-tokyo"
HISTORY = timedelta(days=9)
"""More than a poll reads."""


async def serve(points: int) -> None:
    """Run a simulator of one account with so many points in real time; print what a client needs."""
    now = datetime.now(UTC)
    start = jst_date(now - HISTORY)
    simulator = Simulator((HOUSEHOLD,), now=now, since=start)
    simulator.clock.run()
    home = simulator.world.households[HOUSEHOLD]
    plan = PointPlan("", "03", (("kk-03", start, None),), 18, Load(), start, amperage=40)
    for number in range(1, points):
        simulator.world.add_point(home.accounts[0].number, replace(plan, tag=str(number)))
    await simulator.start()
    print(
        json.dumps(
            {
                "url": simulator.url,
                "email": home.email,
                "password": home.password,
                "spin": home.supply_points[0].spin,
            }
        ),
        flush=True,
    )
    await asyncio.Event().wait()


@contextmanager
def service(points: int) -> Iterator[Service]:
    """Run `serve` in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(points)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        credentials = {
            CONF_EMAIL: told["email"],
            CONF_PASSWORD: told["password"],
            CONF_URL: told["url"],
        }
        try:
            yield Service(told["url"].split("/v1/")[0], credentials, told["spin"])
        finally:
            process.terminate()


async def measured(points: int) -> dict[str, float]:
    """Poll without news, once all history is there."""
    with service(points) as simulator:
        async with home_assistant() as hass:
            gc.collect()
            with Memory() as memory:
                readings = await signed_in(hass, simulator)
                await imported(readings)
                await hass.async_block_till_done()
            assert len(readings.numbers()) == points
            found = await polls(hass, simulator, readings)
    found["memory on top (MiB)"] = memory.most
    found["poll: event loop a point (ms)"] = found["poll: event loop (ms)"] / points
    return {f"{points} points, {name}": value for name, value in found.items()}


def main() -> None:
    """Measure, print, write."""
    given = options(
        __doc__,
        3,
        lambda parser: (
            parser.add_argument("--points", type=int, nargs="+", default=[1, 5, 25, 100]),
            parser.add_argument("--serve", type=int, help=argparse.SUPPRESS),
        ),
    )
    if given.serve:
        asyncio.run(serve(given.serve))
        return
    found: Figures = {}
    for points in given.points:
        found |= told(columns([asyncio.run(measured(points)) for _ in range(given.runs)]))
    save(given.json, found)


if __name__ == "__main__":
    main()
