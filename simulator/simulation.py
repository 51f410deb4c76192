"""A world with its clock, faults, tokens and limits, and the record of what was asked. No network."""

from collections.abc import Iterable
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple

from .api.context import Context
from .clock import Clock
from .cookies import Cookies
from .engine import Answer, Engine, Operation
from .faults import Fault, Faults
from .limits import Points
from .pricing import Basis
from .requests import RequestLog, RequestRecord, secrets, without_secrets
from .schemas import SchemaVersion
from .tokens import Tokens
from .truth import Truth
from .world import World


class Simulation:
    """Everything but the server."""

    def __init__(
        self,
        households: Iterable[str] = ("green-tokyo",),
        now: datetime | None = None,
        seed: int = 1,
        month_basis: Basis = "calendar_day",
        *,
        clock: Clock | None = None,
        regular_readings: bool = False,
        since: date | None = None,
        schema: SchemaVersion = "june",
    ) -> None:
        self.clock = clock or Clock(now)
        self.world = World(
            households, seed, self.clock, regular_readings=regular_readings, since=since
        )
        self.truth = Truth(self.world, self.clock, month_basis)
        self.faults = Faults()
        self.tokens = Tokens(self.world, self.clock)
        self.points = Points(self.clock)
        self.cookies = Cookies()
        self.requests = RequestLog()
        self.engine = Engine(schema)
        self.random = Random(seed)

    def begin(self, given: dict[str, Any], header: str | None, address: str) -> Exchange:
        """Take a request: its JSON, its Authorization header and where it comes from."""
        variables: dict[str, Any] = given.get("variables") or {}
        operation = self.engine.operation(given["query"], given.get("operationName"), variables)
        return Exchange(self, operation, variables, Sender(header, address))


class Sender(NamedTuple):
    """Who sent a request."""

    header: str | None
    address: str


class Exchange:
    """One request on its way to an answer."""

    def __init__(
        self,
        simulation: Simulation,
        operation: Operation,
        variables: dict[str, Any],
        sender: Sender,
    ) -> None:
        self._simulation = simulation
        self._operation = operation
        self._variables = variables
        self._sender = sender
        self._name_owner()
        self.household = operation.request.household
        self.fault: Fault | None = simulation.faults.transport(operation.request)

    def answer(self) -> Answer:
        """Work the request out."""
        simulation = self._simulation
        request = self._operation.request
        context = Context(
            world=simulation.world,
            clock=simulation.clock,
            truth=simulation.truth,
            faults=simulation.faults,
            tokens=simulation.tokens,
            points=simulation.points,
            schema=simulation.engine.schema,
            request=request,
            header=self._sender.header,
            address=self._sender.address,
            random=simulation.random,
        )
        removed = simulation.faults.removed(request)
        return simulation.engine.answer(self._operation, self._variables, removed, context)

    def finish(self, answer: Answer) -> None:
        """Record the request. Its secrets are taken out of the reasons, since GraphQL quotes what it cannot read."""
        hidden = secrets(self._variables)
        self._simulation.requests.append(
            RequestRecord(
                operation=self._operation.request.operation,
                variables=without_secrets(self._variables),
                fields=self._operation.request.fields,
                complexity=answer.complexity,
                points=answer.points,
                status=answer.status,
                codes=answer.codes,
                at=self._simulation.clock.now(),
                reasons=tuple(_without(hidden, reason) for reason in answer.reasons),
            )
        )

    def _name_owner(self) -> None:
        """Note who asks, and let a request that names a point count as one about its accounts, and the other way round."""
        simulation, request = self._simulation, self._operation.request
        given = request.accounts
        named: set[str] = set()
        for account in simulation.world.accounts:
            for point in account.points:
                if given & {account.number, point.identifier}:
                    named |= {account.number, point.identifier}
        owner = simulation.tokens.owner(self._sender.header, given)
        request.household = owner.key if owner else None
        request.accounts |= named


def _without(hidden: set[str], text: str) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, "(secret)")
    return text
