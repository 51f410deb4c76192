"""What every resolver knows: the world, the clock, who asks, and the faults."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from graphql import GraphQLResolveInfo, GraphQLSchema, get_named_type, is_composite_type

from ..absurd import Raw, marked, said
from ..accounts import Account, Household
from ..clock import Clock
from ..errors import KrakenError
from ..faults import Fault, Faults, Owner, Request
from ..limits import Points
from ..points import Listing
from ..tokens import Tokens
from ..truth import Truth
from ..world import World
from .scalars import let_raw_through

type Node = dict[str, Any]
type Via = Literal["account", "viewer"]


@dataclass
class Context:
    """One request's surroundings."""

    world: World
    clock: Clock
    truth: Truth
    faults: Faults
    tokens: Tokens
    points: Points
    schema: GraphQLSchema
    request: Request
    header: str | None
    address: str
    random: Random
    watched: frozenset[str] = field(init=False)
    marking: bool = field(init=False)
    reshaped: list[tuple[list[Any], Raw]] = field(default_factory=list)
    """Where the answer has something else in the place of an object or a list."""

    def __post_init__(self) -> None:
        """Collect the field names that a fault or a refusal may concern, so that all others are resolved fast."""
        names = {name for account in self.world.accounts for name in account.refused}
        names |= {name for account in self.world.accounts for name in account.refused_by_viewer}
        names |= {fault.field.rpartition(".")[2] for fault in self.faults.active() if fault.field}
        self.watched = frozenset(names)
        # Only a fault about one account or point wants to know whose each object is.
        self.marking = any(fault.particular for fault in self.faults.active())

    @property
    def household(self) -> Household:
        """Whose token came with the request; KrakenError without a good one."""
        return self.tokens.household(self.header)

    def account(self, number: str) -> Account:
        """Return an account of the login that asks."""
        household = self.household
        fault = self.faults.on_account(self.request, number)
        if fault is not None:
            raise KrakenError(fault.code)
        found = self.world.account(number)
        if found is None:
            raise KrakenError("KT-CT-4178")
        if found not in household.accounts:
            raise KrakenError("KT-CT-4177")
        if found.refusal is not None:
            raise KrakenError(found.refusal)
        return found

    def own_listings(self, identifier: str) -> list[Listing]:
        """Return where the login that asks has a point listed, the listing that is in force now first."""
        return self.world.listings_of(identifier, self.household)

    def guard(self, type_name: str, field_name: str, owner: Owner, via: str | None) -> None:
        """Raise KrakenError where a fault or the account's refusals forbid a field."""
        fault = self.faults.on_field(self.request, type_name, field_name, owner)
        if fault is not None:
            raise KrakenError(fault.code)
        known = self.world.account(owner.account) if owner.account else None
        if known is None:
            return
        code = known.refused.get(field_name)
        if code is None and via == "viewer":
            code = known.refused_by_viewer.get(field_name)
        if code is not None:
            raise KrakenError(code)

    def reshape(self, data: Any) -> None:
        """Put what faults say in the place of objects and lists, which GraphQL has no way to say."""
        for path, value in self.reshaped:
            *above, last = path
            node: Any = data
            for key in above:
                # A parent that says something else already has nothing below it.
                node = node[key] if isinstance(node, dict | list) else None
            if isinstance(node, dict | list):
                node[last] = marked(value)

    def spoil[T](self, rows: list[T], field_name: str, owner: Owner) -> list[T]:
        """Return a list of readings as the active faults would have it."""
        for fault in self.faults.on_readings(self.request, field_name, owner):
            rows = _spoilt(rows, fault, self.random)
        return rows


def resolve(source: Node, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Resolve a field: what a fault says, the dictionary's value, or what its callable returns."""
    name = info.field_name
    context: Context = info.context
    if name in context.watched:
        owner, parent = Owner(source.get("_account"), source.get("_point")), info.parent_type.name
        context.guard(parent, name, owner, source.get("_via"))
        fault = context.faults.on_value(context.request, parent, name, owner)
        composite = is_composite_type(get_named_type(info.return_type))
        if fault is not None and composite and isinstance(fault.value, Raw):
            context.reshaped.append((info.path.as_list(), fault.value))
        elif fault is not None:
            let_raw_through(info.schema)
            return said(fault.value, info.return_type)
    value = source.get(name)
    if callable(value):
        value = value(**arguments)
    if context.marking and is_composite_type(get_named_type(info.return_type)):
        _mark(value, source)
    return value


def _mark(value: Any, source: Node) -> None:
    """Let the objects of a field be about the account and the point that the object around it is about."""
    for node in value if isinstance(value, list) else (value,):
        if isinstance(node, dict):
            for name in ("_account", "_point"):
                if name in source:
                    node.setdefault(name, source[name])


def type_of(value: Node, _info: GraphQLResolveInfo[Any], _abstract: Any) -> str:
    """Name the member of a union or interface."""
    return str(value["__typename"])


def _spoilt[T](rows: list[T], fault: Fault, random: Random) -> list[T]:
    match fault.kind:
        case "empty":
            return []
        case "partial":
            return [row for row in rows if random.random() >= (fault.share or 0)]
        case "short":
            return rows[len(rows) - round(len(rows) * (fault.share or 0)) :]
        case "duplicates":
            doubled = list(rows)
            for row in rows:
                doubled.insert(random.randrange(len(doubled) + 1), row)
            return doubled
        case _:
            return random.sample(rows, len(rows))
