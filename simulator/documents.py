"""`python -m simulator.documents PATH ...`: try the GraphQL documents of any client on both schemas.

Takes files and folders. Files that end in .graphql or .gql are read whole; in other text files each string between triple quotes
or backticks that holds an operation is taken. Every operation is validated, counted and asked once of a made-up household;
variables are given by their names and types. Nothing leaves the machine. Docs: docs/api.md#trying-a-clients-documents
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
import re
import sys
from typing import Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    TypeNode,
    VariableDefinitionNode,
    parse,
    print_ast,
    separate_operations,
)

from .households import PLANS
from .schemas import SCHEMA_VERSIONS, SchemaVersion
from .simulation import Simulation

_WHOLE = {".graphql", ".gql"}
_STRINGS = re.compile(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'|`(.*?)`', re.DOTALL)
_OPERATION = re.compile(r"\b(?:query|mutation)\b|^\s*\{", re.MULTILINE)
_ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Found:
    """An operation with the fragments that it needs, and where it was found; `error` says why there is none."""

    path: Path
    name: str
    text: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Verdict:
    """How an operation fared on a schema. A document that the schema rejects has HTTP status 400."""

    found: Found
    schema: SchemaVersion
    status: int
    complexity: int
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """One line, and one for each reason."""
        outcome = (
            "rejected"
            if self.status == 400
            else "refused, whole or in part"
            if self.reasons
            else "answered"
        )
        head = f"{self.found.path.name}: {self.found.name}, {self.schema}: {outcome}"
        if self.complexity:
            head += f", complexity {self.complexity}"
        return "\n".join((head, *(f"    {reason}" for reason in self.reasons)))


def find(paths: Sequence[Path]) -> Iterator[Found]:
    """Yield the operations in files and folders."""
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file():
                yield from _in_file(file)


def run(found: Found, household: str, schema: SchemaVersion) -> Verdict:
    """Ask one operation of a household."""
    if found.error is not None:
        return Verdict(found, schema, 400, 0, (found.error,))
    simulation = Simulation((household,), schema=schema)
    home = simulation.world.households[household]
    given = {"email": home.email, "password": home.password}
    header = simulation.tokens.obtain(given, _ADDRESS).token
    exchange = simulation.begin(
        {
            "query": found.text,
            "variables": _Values(simulation, household, header).given(found.text),
        },
        header,
        _ADDRESS,
    )
    answer = exchange.answer()
    return Verdict(found, schema, answer.status, answer.complexity, answer.reasons)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code is 1 when a document was rejected by every schema."""
    options = _parser().parse_args(arguments)
    rejected = False
    for found in find(options.path):
        verdicts = [
            run(found, options.household, schema) for schema in options.schema or SCHEMA_VERSIONS
        ]
        rejected |= all(verdict.status == 400 for verdict in verdicts)
        sys.stdout.write("".join(f"{verdict}\n" for verdict in verdicts))
    return int(rejected)


def _in_file(path: Path) -> Iterator[Found]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if path.suffix in _WHOLE:
        yield from _operations(path, text)
        return
    for groups in _STRINGS.findall(text):
        string = "".join(groups)
        if _OPERATION.search(string):
            # What is not GraphQL is prose or a template of the client's own.
            yield from (found for found in _operations(path, string) if found.error is None)


def _operations(path: Path, text: str) -> Iterator[Found]:
    try:
        document = parse(text)
    except GraphQLError as error:
        yield Found(path, "unreadable", error=error.message)
        return
    for name, operation in separate_operations(document).items():
        yield Found(path, name or "anonymous", print_ast(operation))


class _Values:
    """Values for an operation's variables, of one household."""

    def __init__(self, simulation: Simulation, household: str, header: str) -> None:
        self._simulation = simulation
        self._home = simulation.world.households[household]
        self._header = header
        now = simulation.clock.now()
        account = self._account = next(
            item for item in reversed(self._home.accounts) if item.refusal is None
        )
        points = account.supply_points
        spin = points[-1].spin if points else None
        self._named: dict[str, Any] = {
            "account": account.number,
            "spin": spin,
            "external": spin,
            "market": "JPN_ELECTRICITY",
            "property": account.properties[-1].id,
            "postcode": account.properties[-1].postcode,
            "grid": spin[:2] if spin else "03",
            "email": self._home.email,
            "password": self._home.password,
            "input": {"email": self._home.email, "password": self._home.password},
            "first": 50,
            "from": now - timedelta(days=3),
            "start": now - timedelta(days=3),
            "to": now,
            "end": now,
        }

    def given(self, text: str) -> dict[str, Any]:
        """Return a value for every variable that needs one, and for those whose names are known."""
        document = parse(text)
        values: dict[str, Any] = {}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                for variable in node.variable_definitions or ():
                    value = self._value(variable)
                    if value is not None:
                        values[variable.variable.name.value] = value
        return values

    def _value(self, variable: VariableDefinitionNode) -> Any:
        name = variable.variable.name.value
        kind, listed = _named_type(variable.type)
        value: Any = self._identifier() if "dentifier" in name and "xternal" not in name else None
        if value is None:
            words = re.sub(r"([A-Z])", r" \1", name).lower().split()
            value = next((self._named[word] for word in words if word in self._named), None)
        if isinstance(value, datetime):
            value = value.date().isoformat() if kind == "Date" else value.isoformat()
        return [value] if listed and value is not None else value

    def _identifier(self) -> str | None:
        """Return the identifier of a billing document, the oldest one."""
        query = """query ($number: String!) { account(accountNumber: $number) { ledgers {
          statements(first: 1) { edges { node { identifier } } } } } }"""
        variables = {"number": self._account.number}
        asked = self._simulation.begin(
            {"query": query, "variables": variables}, self._header, _ADDRESS
        )
        edges = asked.answer().body["data"]["account"]["ledgers"][0]["statements"]["edges"]
        return edges[0]["node"]["identifier"] if edges else None


def _named_type(kind: TypeNode) -> tuple[str, bool]:
    """Return the name of a variable's type, and whether it is a list."""
    text = print_ast(kind)
    return text.strip("[]!"), text.startswith("[")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator.documents",
        description="Try the GraphQL documents of any client on the simulator's schemas.",
    )
    parser.add_argument("path", nargs="+", type=Path, help="a file or a folder")
    parser.add_argument("--household", choices=PLANS, default="green-tokyo", metavar="KEY")
    parser.add_argument(
        "--schema",
        action="append",
        choices=SCHEMA_VERSIONS,
        help="a month of 2026; default all",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
