"""What a probe found, as it can be pasted into an issue: names of ours, codes, kinds, counts of time. Nothing that the service said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

VERSION = 1
"""Of the report's shape."""


class Outcome(StrEnum):
    """What became of a question."""

    WORKS = "works"
    PARTLY = "partly"
    REFUSED = "refused"
    GONE = "gone"
    FAILED = "failed"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one document, address or way to sign in.

    `codes`: of the whole question. `fields`: those that failed, by path, with the code or *gone*. `shapes`: leaves that came in a
    shape that was not expected, with the kinds seen. `empty`: it was answered with nothing in it.
    """

    outcome: Outcome
    codes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, str] = field(default_factory=dict)
    empty: bool = False
    complexity: int | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The finding, without what says nothing."""
        found = {
            "outcome": str(self.outcome),
            "codes": list(self.codes),
            "fields": dict(self.fields),
            "shapes": dict(self.shapes),
            "empty": self.empty,
            "complexity": self.complexity,
        }
        return {name: value for name, value in found.items() if value not in (None, False, [], {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a probe found. `answers`: to the open questions of docs/api.md, by their keys."""

    day: str
    sign_in: str
    requests: int
    documents: Mapping[str, Finding]
    addresses: Mapping[str, Finding]
    rest: Mapping[str, Finding]
    types: Mapping[str, str]
    answers: Mapping[str, str]
    kraken_version: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The report as JSON, safe to show to anybody."""
        return {
            "version": VERSION,
            "day": self.day,
            "sign_in": self.sign_in,
            "requests": self.requests,
            "kraken_version": self.kraken_version,
            "answers": dict(self.answers),
            "documents": _told(self.documents),
            "addresses": _told(self.addresses),
            "rest": _told(self.rest),
            "types": dict(self.types),
        }


def _told(findings: Mapping[str, Finding]) -> dict[str, Any]:
    return {name: finding.told for name, finding in findings.items()}
