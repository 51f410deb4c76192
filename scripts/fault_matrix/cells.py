"""The cells: which fault strikes which document in which phase, what was seen, and whether it is what the rules expect."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .documents import ACCOUNT_ENTITIES, CLOCKS, DOCUMENTS, Document, Need
from .rules import (
    EFFECTS,
    OF_GRAPHQL,
    OF_REST,
    RULES,
    STARTING,
    Effect,
    Lost,
    Phase,
    Rule,
)


@dataclass(frozen=True, order=True)
class Cell:
    """A fault at a document in a phase."""

    phase: Phase
    document: str
    fault: str

    def __str__(self) -> str:
        return f"{self.phase}: {self.fault} at {self.document}"


@dataclass(frozen=True)
class Seen:
    """What a Home Assistant showed. `wrong`: what did not equal the truth once the fault was lifted, in words.

    `again`: minutes until everything was told, None where that did not happen. `told`: what the user was told, by the key of
    its text. `elsewhere`: errors logged by others than us.
    """

    lost: frozenset[str]
    lines: int
    requests: int
    again: int | None
    repairs: frozenset[str] = frozenset()
    reauthentication: bool = False
    wrong: tuple[str, ...] = ()
    elsewhere: int = 0
    told: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(self).items()
            if value or (name == "again" and value is None)
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Seen:
        """Read what `as_json` wrote."""
        return cls(
            lost=frozenset(told.get("lost", ())),
            lines=told.get("lines", 0),
            requests=told.get("requests", 0),
            again=told.get("again", 0),
            repairs=frozenset(told.get("repairs", ())),
            reauthentication=told.get("reauthentication", False),
            wrong=tuple(told.get("wrong", ())),
            elsewhere=told.get("elsewhere", 0),
            told=told.get("told"),
        )


@dataclass(frozen=True)
class Tables:
    """The rules; a test breaks a copy of them."""

    effects: Mapping[str, Effect]
    documents: Mapping[str, Document]
    rules: Mapping[tuple[Phase, Need, Effect], Rule]

    def cells(self) -> Iterator[Cell]:
        """Yield every cell that a rule speaks of."""
        for phase in Phase:
            for name, document in self.documents.items():
                for fault, effect in self.effects.items():
                    if document.need in OF_REST and fault in OF_GRAPHQL:
                        continue
                    if phase in {Phase.SET_UP, Phase.RESTART} and fault not in STARTING:
                        continue
                    if (phase, document.need, effect) in self.rules:
                        yield Cell(phase, name, fault)

    def rule(self, cell: Cell) -> Rule:
        """Return the line of the rules that a cell follows."""
        need, effect = self.documents[cell.document].need, self.effects[cell.fault]
        return self.rules[cell.phase, need, effect]

    def lost(self, cell: Cell) -> frozenset[str]:
        """Return the entities that have no value while the fault lasts."""
        document = self.documents[cell.document]
        match self.rule(cell).lost:
            case Lost.NONE:
                return frozenset()
            case Lost.OWN:
                return document.own
            case Lost.UNTOLD:
                told = document.first if cell.phase is Phase.SET_UP else document.restart
                return document.own if told is None else told
            case Lost.ACCOUNT:
                return ACCOUNT_ENTITIES
            case Lost.CLOCK:
                return CLOCKS[document.clock]
            case Lost.ALL:
                return frozenset({"all"})

    def differences(self, cell: Cell, seen: Seen) -> list[str]:
        """Return how what was seen differs from what is expected, in words; nothing where it does not."""
        rule, lost = self.rule(cell), self.lost(cell)
        found = [f"{each} has no value" for each in sorted(seen.lost - lost)]
        found += [f"{each} has a value" for each in sorted(lost - seen.lost)]
        found += [
            f"{name}: {shown}, expected {expected}"
            for name, shown, expected in (
                ("repairs", sorted(seen.repairs), sorted(rule.repairs)),
                ("reauthentication", seen.reauthentication, rule.reauthentication),
                ("told", seen.told, rule.told),
                ("lines logged", seen.lines, rule.lines),
                ("requests", seen.requests, rule.requests),
                ("errors of others", seen.elsewhere, 0),
            )
            if shown != expected
        ]
        if (-1 if seen.again is None else seen.again) > (rule.minutes or 0) or (
            (seen.again is None) != (rule.minutes is None)
        ):
            found.append(f"told again after {seen.again} minutes, at most {rule.minutes}")
        return [*found, *seen.wrong]


TABLES = Tables(EFFECTS, DOCUMENTS, RULES)
