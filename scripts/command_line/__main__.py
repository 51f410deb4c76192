"""`scripts/kraken`: what the supplier knows of a household, on the command line."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
import json
import os
from pathlib import Path
import sys
from typing import Any

from rich.progress import Progress as Bar

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenQueryError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
)

from .commands import COMMANDS, Asked
from .output import Answer, show
from .session import NoCredentialError, SignInWith, keep, sign_in_with, signed_in, system_keyring

EXAMPLES = """
examples:
  scripts/kraken login --save                     sign in, keep the login in the system's keyring
  scripts/kraken prices                           today's and tomorrow's prices
  scripts/kraken readings --from 2026-11-01 --csv > november.csv
  scripts/kraken compare                          the last year on every plan of the area
  scripts/kraken probe --json > report.json       what works for you, safe to paste into an issue

signing in:
  OEJP_EMAIL and OEJP_PASSWORD, OEJP_API_KEY or OEJP_PRE_SIGNED_KEY; else the keyring; else you are asked.
  OEJP_URL is the address of the API, OEJP_KEYRING=off leaves the keyring alone.

exit codes:
  0 done   1 unforeseen   2 wrong arguments   3 the login is not accepted   4 refused, or not there   5 not reachable, or too many requests
"""

WRONG_ARGUMENTS, NOT_SIGNED_IN, REFUSED, NOT_REACHABLE = 2, 3, 4, 5


def _json(path: str) -> Any:
    """Read a file of JSON. Raises ValueError."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ValueError(path) from error


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--json", action="store_true", help="for programs")
    of_point = argparse.ArgumentParser(add_help=False)
    of_point.add_argument(
        "--point",
        metavar="END",
        help="the end of the supply point's number, where there are several",
    )
    of_time = argparse.ArgumentParser(add_help=False)
    of_time.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        metavar="DAY",
        help="first day in Japan, as 2026-11-01",
    )
    of_time.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="last day")
    confirmed = argparse.ArgumentParser(add_help=False)
    confirmed.add_argument(
        "--confirm", metavar="WORD", help="something is created at the supplier: say `create`"
    )

    found = argparse.ArgumentParser(
        prog="scripts/kraken",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, what: str, *above: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=what, description=what, parents=[everywhere, *above])

    add("login", "sign in and say what the login sees").add_argument(
        "--save", action="store_true", help="keep e-mail and password in the system's keyring"
    )
    add("accounts", "accounts, supply points, plans")
    add(
        "readings", "half hours as they are served, yesterday's by default", of_point, of_time
    ).add_argument("--csv", action="store_true", help="for a spreadsheet")
    add(
        "prices", "prices with tax, of today and tomorrow by default", of_point, of_time
    ).add_argument(
        "--half-hours", action="store_true", help="a line for each half hour, not for each change"
    )
    add("products", "plans on sale in an area", of_point).add_argument(
        "--area", help="01 to 09; by default your own"
    )
    add("bill", "the lines of the last bill", of_point).add_argument(
        "--back", type=int, default=0, metavar="N", help="N bills before the last"
    )
    add("compare", "the last year on every plan of the area", of_point)
    quoting = add("quote", "create a quote at the supplier (REST)", confirmed)
    quoting.add_argument("postcode")
    quoting.add_argument("--kwh", type=int, required=True, help="use of a year")
    quoting.add_argument(
        "--product", action="append", metavar="CODE", help="of this product; may be repeated"
    )
    add(
        "account", "create an account at the supplier (REST, partners only)", confirmed
    ).add_argument("body", type=_json, metavar="FILE", help="JSON of the account")
    add("postcode", "grid supply points of a postcode (REST)").add_argument("postcode")
    add("probe", "ask everything once, and report what works").add_argument(
        "--pause", type=float, default=1.0, metavar="SECONDS", help=argparse.SUPPRESS
    )
    return found


async def run(arguments: argparse.Namespace, login: SignInWith, now: datetime, bar: Bar) -> Answer:
    """Carry a command out."""
    task = bar.add_task(arguments.command, total=None)

    def progress(done: float | None, what: str = "", /) -> None:
        bar.update(
            task,
            completed=done,
            total=None if done is None else 1,
            description=what or arguments.command,
        )

    async with signed_in(login) as client:
        asked = Asked(client, arguments, now, login.kind, login.url, progress)
        return await COMMANDS[arguments.command](asked)


def main(given: Sequence[str] | None = None) -> int:
    """Do as the arguments say; return the exit code."""
    arguments = parser().parse_args(given)
    keyring = system_keyring()
    try:
        login = sign_in_with(os.environ, keyring)
        with Bar(transient=True, disable=not sys.stderr.isatty()) as bar:
            answer = asyncio.run(run(arguments, login, datetime.now(UTC), bar))
    except (KrakenError, NoCredentialError, ValueError, OSError) as error:
        text, code = _told(error)
        print(f"scripts/kraken: {text}", file=sys.stderr)
        return code
    if (
        getattr(arguments, "save", False)
        and keyring is not None
        and isinstance(login.credential, EmailPassword)
    ):
        keep(keyring, login.credential)
    show(answer, sys.stdout, as_json=arguments.json, as_csv=getattr(arguments, "csv", False))
    return 0


def _told(error: Exception) -> tuple[str, int]:
    """Return what to say of an error, and the exit code."""
    detail = error.detail if isinstance(error, KrakenQueryError) else None
    text = f"{error}: {detail}" if detail else str(error)
    if isinstance(
        error, KrakenAuthError | KrakenSignInEndedError | KrakenSignInError | NoCredentialError
    ):
        return text, NOT_SIGNED_IN
    if isinstance(error, KrakenConnectionError | KrakenThrottledError):
        return text, NOT_REACHABLE
    if isinstance(error, KrakenError):
        return text, REFUSED
    return text, WRONG_ARGUMENTS


if __name__ == "__main__":
    sys.exit(main())
