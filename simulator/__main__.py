"""`python -m simulator`: run the simulator until interrupted."""

import argparse
import asyncio
from collections.abc import Sequence
import contextlib
from datetime import datetime
import json
from pathlib import Path
import sys

from . import Simulator
from .households import PLANS
from .like import be_like
from .schemas import SCHEMA_VERSIONS


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program."""
    options = _parser().parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    simulator = Simulator(
        options.household or ["green-tokyo"],
        options.now,
        options.seed,
        options.month_basis,
        schema=options.schema,
    )
    if options.like:
        be_like(simulator, json.loads(options.like.read_text("utf-8")))
    if options.speed:
        simulator.clock.run(options.speed)
    await simulator.start(options.host, options.port)
    try:
        sys.stdout.write(describe(simulator))
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await simulator.stop()


def describe(simulator: Simulator) -> str:
    """Return the address and the credentials as text."""
    lines = [f"GraphQL   {simulator.url}", f"control   {simulator.base_url}/_simulator/state"]
    lines.append(f"schema    {simulator.engine.version}")
    lines.append(f"time      {simulator.clock.now().isoformat()} ({simulator.clock.speed:g}x)")
    for key, household in simulator.world.households.items():
        lines += [
            f"{key}: {PLANS[key].description}",
            f"  e-mail {household.email}   password {household.password}",
            f"  API key {household.api_key}   pre-signed key {household.pre_signed_key}",
            *(f"  account {account.number}" for account in household.accounts),
            *(f"  supply point {point.spin}" for point in household.supply_points),
            *(f"  generation point {point.gpin}" for point in household.generation_points),
        ]
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A simulated Octopus Energy Japan: the Kraken GraphQL API over made-up households.",
        epilog="households:\n"
        + "\n".join(f"  {key:16} {plan.description}" for key, plan in PLANS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--household",
        action="append",
        choices=PLANS,
        metavar="KEY",
        help="repeatable; default green-tokyo",
    )
    parser.add_argument(
        "--now", type=_aware, help="start the clock here (ISO, with offset); default real time"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="simulated seconds a second; 0 stands still; default 1",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="another seed is another world; default 1"
    )
    parser.add_argument(
        "--month-basis",
        choices=("calendar_day", "reading_month"),
        default="calendar_day",
        help="what fuel cost adjustment and levy follow; default calendar_day",
    )
    parser.add_argument(
        "--schema",
        choices=SCHEMA_VERSIONS,
        default="june",
        help="the month of 2026 whose schema is spoken; default june",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="default 8765; 0 takes a free one")
    parser.add_argument(
        "--like",
        type=Path,
        metavar="REPORT",
        help="refuse what was refused to the account of a probe's report (docs/api.md#probe)",
    )
    return parser


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("an offset is needed, such as +09:00")
    return at


if __name__ == "__main__":
    main()
