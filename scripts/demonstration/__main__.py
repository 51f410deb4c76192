"""`scripts/demo`: start everything, show it, stop everything."""

import argparse
import asyncio
from collections.abc import AsyncIterator
import contextlib
from datetime import UTC, datetime
from pathlib import Path
import shutil
import signal
import sys
import tempfile

from simulator import Simulator

from .check import Check, table
from .connection import CallError, Connection
from .dashboard import PATH, save_dashboard
from .home_assistant import REPOSITORY, USER, HomeAssistant, free_port, is_free
from .households import (
    enable,
    homes,
    save_energy_preferences,
    settle,
    sign_in,
    simulator_of_the_demo,
)
from .mishaps import mishap_rows
from .night import night_rows
from .progress import step

CONFIGURATION = REPOSITORY / ".demo"


@contextlib.asynccontextmanager
async def demonstration(
    simulator: Simulator, folder: Path, port: int
) -> AsyncIterator[tuple[HomeAssistant, Connection]]:
    """Run the simulator and a Home Assistant that shows its households."""
    step("starting the simulator")
    await simulator.start()
    try:
        step(f"starting Home Assistant (configuration in {folder}; nothing is downloaded)")
        async with HomeAssistant(folder, port) as home_assistant:
            step(f"creating the user {USER}")
            connection = await home_assistant.sign_up()
            all_homes = homes(simulator)
            for home in all_homes:
                step(f"signing in {home.name} ({home.shape})")
                await sign_in(simulator, connection, home)
            for home in all_homes:
                step(f"{home.name}: waiting for its history")
                await settle(connection, home)
            step("setting up the Energy dashboard")
            await save_energy_preferences(connection, all_homes)
            step("making a dashboard")
            await save_dashboard(connection, all_homes)
            try:
                yield home_assistant, connection
            finally:
                step("stopping")
                await connection.close()
    finally:
        await simulator.stop()


async def show(port: int) -> None:
    """Run the demo until it is interrupted."""
    if not is_free(port):
        raise CallError(f"port {port} is taken; try scripts/demo --port {port + 1}")
    shutil.rmtree(CONFIGURATION, ignore_errors=True)
    async with demonstration(simulator_of_the_demo(), CONFIGURATION, port) as (home_assistant, _):
        print(f"""
  Home Assistant is at {home_assistant.address} (user {USER}, password {USER})

  What to look at:
    {home_assistant.address}/{PATH}   price, usage and cost of three households
    {home_assistant.address}/energy   thirteen months in the Energy dashboard
    {home_assistant.address}/config/integrations/integration/octopus_japan

  The households are simulated and live in real time: readings arrive about five hours late.
  The log is {home_assistant.log.relative_to(Path.cwd())}. Stop with Ctrl-C.
""")
        await home_assistant.ended()


async def check() -> bool:
    """Run the demo, compare it with the ground truth, stop; return whether all was right."""
    # Its clock stands still at the present: nothing is published while the two are compared.
    simulator = simulator_of_the_demo(datetime.now(UTC))
    with tempfile.TemporaryDirectory(prefix="octopus-japan-demo-") as folder:
        running = demonstration(simulator, Path(folder), free_port())
        async with running as (home_assistant, connection):
            step("enabling the sensors of the month, which start disabled, and reloading")
            await enable(
                connection, homes(simulator), {"consumption_this_month", "cost_this_month"}
            )
            step("comparing with the ground truth")
            rows = await Check(simulator, connection, homes(simulator)).settled_rows()
            log = home_assistant.log.read_text()
    step("mishaps: a restart in the middle of an import, a gap that fills, a correction")
    rows += await mishap_rows()
    step("a night: a time-of-use household goes through 01:00 on a clock that runs")
    rows += await night_rows()
    print(table(rows))
    wrong = sum(not row.ok for row in rows)
    print(f"{len(rows)} rows, {wrong or 'none'} wrong")
    if wrong:
        print(f"Home Assistant's log:\n{log}")
    return not wrong


async def main() -> bool:
    """Do as the arguments say."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A real Home Assistant, signed in to a simulated Octopus Energy Japan.",
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the ground truth, print a table and end"
    )
    parser.add_argument("--port", type=int, default=8123, help="of Home Assistant (default 8123)")
    arguments = parser.parse_args()
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if arguments.check:
        return await check()
    await show(arguments.port)
    return True


if __name__ == "__main__":
    try:
        right = asyncio.run(main())
    except KeyboardInterrupt, asyncio.CancelledError:
        step("stopped")
        sys.exit(130)
    except CallError as error:
        sys.exit(f"scripts/demo: {error}")
    sys.exit(0 if right else 1)
