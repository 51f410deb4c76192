"""What every resolver knows: the world, the clock, who asks, and the faults."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import GraphQLResolveInfo

from ..clock import Clock
from ..errors import KrakenError
from ..faults import Fault, Faults, Request
from ..limits import Points
from ..tokens import Tokens
from ..truth import Truth
from ..world import Account, Household, Point, World

type Node = dict[str, Any]


@dataclass
class Context:
    """One request's surroundings."""

    world: World
    clock: Clock
    truth: Truth
    faults: Faults
    tokens: Tokens
    points: Points
    request: Request
    header: str | None
    address: str
    random: Random
    watched: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the field names that a fault or a refusal may concern, so that all others are resolved fast."""
        names = {name for account in self.world.accounts for name in account.refused}
        names |= {name for account in self.world.accounts for name in account.refused_by_viewer}
        names |= {fault.field.rpartition(".")[2] for fault in self.faults.active() if fault.field}
        self.watched = frozenset(names)

    @property
    def household(self) -> Household:
        """Whose token came with the request; KrakenError without a good one."""
        return self.tokens.household(self.header)

    def account(self, number: str) -> Account:
        """Return an account of the login that asks."""
        household = self.household
        found = self.world.account(number)
        if found is None:
            raise KrakenError("KT-CT-4178")
        if found not in household.accounts:
            raise KrakenError("KT-CT-4177")
        return found

    def own_point(self, identifier: str) -> Point | None:
        """Return a point of the login that asks."""
        household = self.household
        points: list[Point] = [*household.supply_points, *household.generation_points]
        return next((point for point in points if point.identifier == identifier), None)

    def guard(self, type_name: str, field_name: str, account: str | None, via: str | None) -> None:
        """Raise KrakenError where a fault or the account's refusals forbid a field."""
        fault = self.faults.on_field(self.request, type_name, field_name, account)
        if fault is not None:
            raise KrakenError(fault.code)
        known = self.world.account(account) if account else None
        if known is None:
            return
        code = known.refused.get(field_name)
        if code is None and via == "viewer":
            code = known.refused_by_viewer.get(field_name)
        if code is not None:
            raise KrakenError(code)

    def spoil[T](self, rows: list[T], field_name: str, account: str | None) -> list[T]:
        """Return a list of readings as the active faults would have it."""
        for fault in self.faults.on_readings(self.request, field_name, account):
            rows = _spoilt(rows, fault, self.random)
        return rows


def resolve(source: Node, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Resolve a field: the dictionary's value, or what its callable returns."""
    name = info.field_name
    context: Context = info.context
    if name in context.watched:
        context.guard(info.parent_type.name, name, source.get("_account"), source.get("_via"))
    value = source.get(name)
    return value(**arguments) if callable(value) else value


def type_of(value: Node, _info: GraphQLResolveInfo[Any], _abstract: Any) -> str:
    """Name the member of a union or interface."""
    return str(value["__typename"])


def _spoilt[T](rows: list[T], fault: Fault, random: Random) -> list[T]:
    match fault.kind:
        case "empty":
            return []
        case "partial":
            share = 0.3 if fault.share is None else fault.share
            return [row for row in rows if random.random() >= share]
        case "short":
            share = 0.5 if fault.share is None else fault.share
            return rows[len(rows) - round(len(rows) * share) :]
        case "duplicates":
            doubled = list(rows)
            for row in rows:
                doubled.insert(random.randrange(len(doubled) + 1), row)
            return doubled
        case _:
            return random.sample(rows, len(rows))
