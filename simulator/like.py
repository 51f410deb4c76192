"""Behaves like an account whose probe was reported (docs/api.md#probe): what it was refused is refused here, what is gone is gone.

So a stranger's account can be met without its data. A report has no figures, so that everything else is the household's own.
"""

from collections.abc import Mapping
import re
from typing import Any

from .simulation import Simulation

_CODE = re.compile(r"KT-[A-Z]{2}-\d{1,6}")
_BALANCES = {"below zero": -1234, "above zero": 1234, "zero": 0}
_INTERNAL = "KT-CT-7899"


def be_like(simulation: Simulation, report: Mapping[str, Any]) -> int:
    """Behave like a report; return how many faults that takes. Raises ValueError for what is no report."""
    documents = report.get("documents")
    if report.get("version") != 1 or not isinstance(documents, Mapping):
        raise ValueError("not a report of a probe")
    before = len(simulation.faults.active())
    for name, finding in documents.items():
        _fail(simulation, str(name), dict(finding))
    answers = report.get("answers", {})
    if answers.get("band per half hour") == "none":
        simulation.faults.add("value", field="consumptionRateBand", value=None)
    for account in simulation.world.accounts:
        account.balance = _BALANCES.get(answers.get("sign of the balance"), account.balance)
    return len(simulation.faults.active()) - before


def _fail(simulation: Simulation, name: str, finding: Mapping[str, Any]) -> None:
    """Fail the fields of a document that failed, where they were asked for in it."""
    operation = "".join(part.capitalize() for part in name.split("_"))
    fields = finding.get("fields", {})
    for path, word in fields.items():
        field = str(path).rpartition(".")[2]
        if _CODE.fullmatch(str(word)):
            simulation.faults.add("refused_field", operation=operation, field=field, code=word)
        elif word == "gone":
            simulation.faults.add("removed_field", operation=operation, field=field)
        else:
            simulation.faults.add("refused_field", operation=operation, field=field, code=_INTERNAL)
    if not fields and finding.get("outcome") == "failed":
        simulation.faults.add("http_500", operation=operation)
