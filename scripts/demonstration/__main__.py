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
import traceback

from simulator import Simulator

from .automation import automation_rows
from .bills import bill_rows
from .check import Check, settled_rows
from .connection import Connection
from .dashboard import PATH, save_dashboard
from .gas import GasCheck, give, sources
from .home_assistant import LOG, REPOSITORY, USER, HomeAssistant, free_port, is_free
from .households import (
    enable,
    homes,
    requests_of,
    save_energy_preferences,
    settle,
    sign_in,
    simulator_of_the_demo,
)
from .meter import install, meter_rows
from .mishaps import mishap_rows
from .month_end import month_end_rows
from .night import night_rows
from .outage import outage_rows
from .progress import DemoError, step
from .rest import rest_rows
from .rows import Row, table
from .screenshots import take
from .twice import twice_rows
from .without_login import HOUSEHOLD, add, without_login_rows

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
        running = HomeAssistant(folder, port, lambda: requests_of(simulator))
        async with running as home_assistant:
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
            await save_energy_preferences(connection, all_homes, sources(simulator))
            step("making a dashboard")
            await save_dashboard(connection)
            try:
                yield home_assistant, connection
            finally:
                step("stopping")
    finally:
        await simulator.stop()


async def show(port: int) -> None:
    """Run the demo until it is interrupted."""
    if not is_free(port):
        raise DemoError(f"port {port} is taken; try scripts/demo --port {port + 1}")
    shutil.rmtree(CONFIGURATION, ignore_errors=True)
    simulator = simulator_of_the_demo()
    give(simulator)
    async with demonstration(simulator, CONFIGURATION, port) as (home_assistant, _):
        print(f"""
  Home Assistant is at {home_assistant.address} (user {USER}, password {USER})

  What to look at:
    {home_assistant.address}/{PATH}   price, usage and cost of three households
    {home_assistant.address}/energy   thirteen months in the Energy dashboard
    {home_assistant.address}/config/integrations/integration/octopus_japan
    {home_assistant.address}/config/automation   automations; the blueprints are there

  The households are simulated and live in real time: readings arrive about five hours late.
  The log is {home_assistant.log.relative_to(Path.cwd())}. Stop with Ctrl-C.
""")
        await home_assistant.ended()


async def check(folder: Path) -> bool:
    """Run the demo, compare it with the ground truth, stop; return whether all was right.

    `folder` takes the configuration of each Home Assistant that it starts.
    """
    rows = await households_rows(folder / "households")
    step("mishaps: a restart in the middle of an import, a gap that fills, a correction")
    rows += await mishap_rows(folder / "mishaps")
    step(
        "two clocks that run: a time-of-use household goes through 01:00, another through a month's end"
    )
    # Both wait most of the time.
    for found in await asyncio.gather(
        night_rows(folder / "night"), month_end_rows(folder / "month_end")
    ):
        rows += found
    step("a supply point that is listed twice, beside an account that the service refuses")
    rows += await twice_rows(folder / "twice")
    step("an outage of thirteen months")
    rows += await outage_rows(folder / "outage")
    print(table(rows))
    wrong = sum(not row.ok for row in rows)
    print(f"{len(rows)} rows, {wrong or 'none'} wrong")
    return not wrong


async def households_rows(folder: Path) -> list[Row]:
    """Compare everything that the demo shows."""
    # Its clock stands still at the present: nothing is published while the two are compared.
    simulator = simulator_of_the_demo(datetime.now(UTC))
    give(simulator)
    async with demonstration(simulator, folder, free_port()) as (_, connection):
        all_homes = homes(simulator)
        step(
            "enabling the sensors of the month and of rewards, which start disabled, and reloading"
        )
        wanted = {"consumption_this_month", "cost_this_month", "loyalty_points", "vouchers"}
        await enable(connection, all_homes, wanted)
        step("making an automation of each blueprint, as the editor does")
        automations = await automation_rows(connection, all_homes)
        step("comparing with the ground truth")
        check = Check(simulator, connection, all_homes)

        async def bills() -> list[Row]:
            return [
                row for home in all_homes for row in await bill_rows(simulator, connection, home)
            ]

        found = [
            *await settled_rows(connection, check.rows),
            *await settled_rows(connection, GasCheck(simulator, connection).rows),
            *await settled_rows(connection, bills),
            *automations,
            *await rest_rows(simulator, connection, all_homes[0]),
        ]
        step("a dryer that is measured, and a meter of the household's own")
        for home in all_homes:
            await install(simulator, connection, home)

        async def meters() -> list[Row]:
            return [
                row for home in all_homes for row in await meter_rows(simulator, connection, home)
            ]

        found += await settled_rows(connection, meters)
        step("an entry without a login, with the own meter of a household")
        (home,) = (home for home in all_homes if home.name == HOUSEHOLD)
        await add(simulator, connection, home)

        async def without_login() -> list[Row]:
            return await without_login_rows(simulator, connection, home)

        return [*found, *await settled_rows(connection, without_login)]


def logs(folder: Path) -> list[Path]:
    """List the logs of every Home Assistant that was started in a folder."""
    return sorted(folder.rglob(LOG))


async def main(arguments: argparse.Namespace, folder: Path) -> bool:
    """Do as the arguments say."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if arguments.check:
        return await check(folder)
    if arguments.screenshots:
        await take(folder)
        return True
    await show(arguments.port)
    return True


def run() -> int:
    """Run the demo, and say in plain words what went wrong and where more is told."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A real Home Assistant, signed in to a simulated Octopus Energy Japan.",
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the ground truth, print a table and end"
    )
    parser.add_argument(
        "--screenshots", action="store_true", help="take the pictures of docs/images/ and end"
    )
    parser.add_argument("--port", type=int, default=8123, help="of Home Assistant (default 8123)")
    arguments = parser.parse_args()
    for_itself = arguments.check or arguments.screenshots
    folder = Path(tempfile.mkdtemp(prefix="octopus-japan-demo-")) if for_itself else CONFIGURATION
    try:
        right = asyncio.run(main(arguments, folder))
    except KeyboardInterrupt, asyncio.CancelledError:
        step("stopped")
        return 130
    except DemoError as error:
        print(f"scripts/demo: {error}", file=sys.stderr)
        right = False
    except Exception as error:  # noqa: BLE001 - whatever it is, the user is told in a line
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "traceback.txt").write_text(traceback.format_exc())
        print(
            f"scripts/demo: {type(error).__name__}: {error} (see {folder}/traceback.txt)",
            file=sys.stderr,
        )
        right = False
    if not right:
        for log in logs(folder):
            print(f"Home Assistant's log: {log}", file=sys.stderr)
    elif for_itself:
        shutil.rmtree(folder)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(run())
