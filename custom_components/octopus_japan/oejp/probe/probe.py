"""Asks everything that the integration uses, once and gently, and tells what came of it (docs/api.md#probe).

A document is asked whole; only one that fails is taken apart, by halves. No mutation is sent but the sign-in.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import re
from typing import Any

from ..kraken.client import KrakenClient
from ..kraken.errors import (
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenTokenError,
    concerns_login,
)
from ..kraken.graphql.documents import DOCUMENTS, Document
from ..kraken.graphql.endpoint import Answer
from ..kraken.graphql.selections import parts
from ..kraken.parsing import as_dict, as_list
from . import facts
from .facts import Seen
from .report import Finding, Outcome, Report
from .shapes import expected, types, unexpected

ADDRESSES = ("https://api.oejp-kraken.energy/v1/graphql/", "https://api.oejp.energy/v1/graphql")
"""The two published addresses of GraphQL."""

MOST_REQUESTS = 150
"""Of one probe; what is left then was not asked."""
_FIRST = ("viewer", "supply_points", "gas_supply_points", "agreements", "statements")
"""Asked first, because what they tell is asked with."""
_LAST_DAYS = timedelta(days=3)
_INTERVALS = timedelta(days=62)
_VARIABLE = re.compile(r"\$(\w+): (\w+)!")
_CODE = re.compile(r"KT-[A-Z]{2}-\d{1,6}")
_POSTCODE = "100-0001"
"""Nobody's home: the Imperial Palace."""
_COMPLEXITY = Document(
    "QueryComplexity",
    "query QueryComplexity($query: String!) "
    "{ queryComplexity(input: {query: $query}) { complexityValue } }",
)
_VERSION = Document("KrakenVersion", "query KrakenVersion { krakenVersion { number } }")
_PLAIN_VERSION = re.compile(r"v?\d{1,6}(?:\.\d{1,6}){0,3}")
_TYPES_AT_ONCE = 5

type Pause = Callable[[], Awaitable[None]]


class _EnoughError(Exception):
    """The allowance of the probe is used up."""


@dataclass(slots=True)
class Probe:
    """One probe of one login. `pause` waits before each request; `told` hears of each question."""

    client: KrakenClient
    now: Callable[[], datetime]
    pause: Pause
    told: Callable[[str], None] = lambda _: None
    sign_in: str = "unknown"
    addresses: Sequence[str] = ADDRESSES
    _data: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _documents: dict[str, Finding] = field(default_factory=dict)
    _requests: int = 0

    async def run(self) -> Report:
        """Ask everything. Raises what concerns the whole login; everything else is a finding."""
        names = [*_FIRST, *sorted(expected().keys() - {*_FIRST})]
        for name in names:
            self.told(name)
            self._documents[name] = await self._asked(name)
        await self._interval()
        rest = await self._rest()
        seen = Seen(
            self._data,
            self.now(),
            frozenset(n for n, f in self._documents.items() if f.outcome is not Outcome.NOT_ASKED),
        )
        return Report(
            day=f"{self.now():%Y-%m-%d}",
            sign_in=self.sign_in,
            documents=self._documents,
            types=await self._types(),
            kraken_version=await self._version(),
            addresses=await self._addresses(),
            rest=rest,
            answers=facts.answers(seen),
            requests=self._requests,
        )

    async def _asked(self, name: str) -> Finding:
        document = DOCUMENTS[name]
        if (variables := self._variables(document.text)) is None:
            return Finding(Outcome.NOT_ASKED)
        try:
            answer = await self._post(document, variables)
        except _EnoughError:
            return Finding(Outcome.NOT_ASKED)
        except KrakenError as error:
            if concerns_login(error):
                raise
            return await self._taken_apart(name, variables, error)
        self._data[name] = answer.data
        fields = {
            ".".join(map(str, _names(fault.path))): fault.code or "failed"
            for fault in answer.faults
            if fault.path
        }
        codes = tuple(sorted({code for fault in answer.faults if (code := fault.code)}))
        empty = all(value in (None, [], {}) for value in answer.data.values())
        outcome = Outcome.PARTLY if answer.faults else Outcome.WORKS
        shapes = unexpected(name, answer.data)
        complexity = await self._complexity(document)
        return Finding(outcome, codes, fields, shapes, empty=empty, complexity=complexity)

    async def _taken_apart(
        self, name: str, variables: Mapping[str, Any], error: KrakenError
    ) -> Finding:
        """Find which leaves a document fails for, by halves; what the others tell is put together."""
        read = parts(DOCUMENTS[name])
        failed: dict[str, str] = {}
        works = 0
        pending = _halves(read.leaves)
        while pending:
            leaves = pending.pop()
            smaller = read.only({*leaves})
            given = {k: v for k, v in variables.items() if f"${k}:" in smaller.text}
            try:
                answer = await self._post(smaller, given)
            except _EnoughError:
                break
            except KrakenError as found:
                if concerns_login(found):
                    raise
                if len(leaves) > 1:
                    pending += _halves(leaves)
                else:
                    failed[".".join(leaves[0])] = _word(found)
            else:
                works += len(leaves)
                self._data[name] = facts.merged(self._data.get(name, {}), answer.data)
        outcome = Outcome.PARTLY if works else _outcome(error)
        return Finding(outcome, tuple(sorted(error.codes)), failed)

    def _variables(self, text: str) -> dict[str, Any] | None:
        """Return what a document is asked with; None where something of it is not known."""
        given: dict[str, Any] = {}
        for name, kind in _VARIABLE.findall(text):
            if (value := self._value(name, kind, "gasSupplyPoint" in text)) is None:
                return None
            given[name] = value
        return given

    def _value(self, name: str, kind: str, gas: bool) -> Any:
        accounts = as_dict(self._data.get("viewer", {}).get("viewer")).get("accounts")
        account = facts.first_text([as_dict(each).get("number") for each in as_list(accounts)])
        point = facts.first_text(
            facts.numbers(self._data, "gas_supply_points", "gasSupplyPoints")
            if gas
            else facts.numbers(self._data, "supply_points", "electricitySupplyPoints")
        )
        now = self.now()
        begin = now - (_INTERVALS if name in {"startAt", "from"} else _LAST_DAYS)
        values: Mapping[str, Any] = {
            "accountNumber": account,
            "postcode": _POSTCODE,
            "spin": point,
            "gridOperatorCode": point[:2] if point else None,
            "identifier": facts.first_text(facts.identifiers(self._data)),
            "direction": "CONSUMPTION",
            "start": begin,
            "startAt": begin,
            "from": begin,
            "end": now,
        }
        value = values.get(name)
        if isinstance(value, datetime):
            return value.date().isoformat() if kind == "Date" else value.astimezone(UTC).isoformat()
        return value

    async def _interval(self) -> None:
        """Ask for the half hours of a closed interval, to add them up."""
        seen = Seen(self._data, self.now())
        if (interval := facts.closed_interval(seen)) is None:
            return
        document = DOCUMENTS["half_hourly_readings_plain"]
        given = self._variables(document.text) or {}
        times = {"start": interval["startAt"], "end": interval["endAt"]}
        try:
            answer = await self._post(document, {**given, **times})
        except KrakenError, _EnoughError:
            return
        self._data["half_hours_of_interval"] = answer.data
        self._data["stated_interval"] = interval

    async def _complexity(self, document: Document) -> int | None:
        """Return what the service says of a document's complexity; asked without its variables' values."""
        try:
            answer = await self._post(_COMPLEXITY, {"query": document.text})
        except KrakenError, _EnoughError:
            return None
        value = as_dict(answer.data.get("queryComplexity")).get("complexityValue")
        return value if isinstance(value, int) and 0 <= value < 10**6 else None

    async def _version(self) -> str | None:
        try:
            answer = await self._post(_VERSION, {})
        except KrakenError, _EnoughError:
            return None
        number = as_dict(answer.data.get("krakenVersion")).get("number")
        known = isinstance(number, str) and _PLAIN_VERSION.fullmatch(number)
        return str(number) if known else None

    async def _types(self) -> dict[str, str]:
        """Tell which of the types that we use are there, and which of their fields are not."""
        found: dict[str, str] = {}
        names = sorted(types())
        for begin in range(0, len(names), _TYPES_AT_ONCE):
            some = names[begin : begin + _TYPES_AT_ONCE]
            asked = " ".join(
                f'{name}: __type(name: "{name}") {{ fields {{ name }} }}' for name in some
            )
            try:
                answer = await self._post(Document("Types", f"query Types {{ {asked} }}"), {})
            except _EnoughError:
                break
            except KrakenError as error:
                found |= dict.fromkeys(some, _word(error))
                continue
            for name in some:
                found[name] = self._of_type(name, answer.data.get(name))
        return found

    def _of_type(self, name: str, told: Any) -> str:
        if not isinstance(told, Mapping):
            return "gone"
        there = {as_dict(each).get("name") for each in as_list(told.get("fields"))}
        missing = [field for field in types()[name] if field not in there]
        return f"without {', '.join(missing)}" if missing else "as expected"

    async def _addresses(self) -> dict[str, Finding]:
        """Ask addresses for nothing but an answer, without the login."""
        found = {}
        for url in self.addresses:
            await self._before()
            found[url] = await _finding(self.client.answers_at(url))
        return found

    async def _rest(self) -> dict[str, Finding]:
        """Ask each endpoint of REST that changes nothing."""
        rest, found = self.client.rest, {}
        point = facts.first_text(
            facts.numbers(self._data, "supply_points", "electricitySupplyPoints")
        )
        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "products": rest.products.products,
            "grid supply points": lambda: rest.meters.grid_supply_points("100-0001"),
        }
        if point is not None:
            questions["meter point"] = lambda: rest.meters.electricity_meter_point(point)
            questions["consumption"] = lambda: rest.meters.consumption(
                point, "unknown", self.now() - _LAST_DAYS
            )
        for name, ask in questions.items():
            await self._before()
            found[name] = await _finding(ask())
        return found

    async def _post(self, document: Document, variables: Mapping[str, Any]) -> Answer:
        if self._requests >= MOST_REQUESTS:
            raise _EnoughError
        await self._before()
        return await self.client.post(document, variables)

    async def _before(self) -> None:
        self._requests += 1
        await self.pause()


async def _finding(asking: Awaitable[object]) -> Finding:
    try:
        answer = await asking
    except KrakenError as error:
        return Finding(_outcome(error), tuple(sorted(error.codes)))
    return Finding(Outcome.WORKS, empty=answer in ((), [], None))


def _outcome(error: KrakenError) -> Outcome:
    if isinstance(error, KrakenRefusedError | KrakenTokenError):
        return Outcome.REFUSED
    if isinstance(error, KrakenQueryError | KrakenNotFoundError):
        return Outcome.GONE
    return Outcome.FAILED


def _word(error: KrakenError) -> str:
    return next(
        (code for code in sorted(error.codes) if _CODE.fullmatch(code)), str(_outcome(error))
    )


def _halves(leaves: list[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    middle = (len(leaves) + 1) // 2
    return [part for part in (leaves[:middle], leaves[middle:]) if part]


def _names(path: tuple[str | int, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))
