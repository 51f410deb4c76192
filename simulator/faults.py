"""What can go wrong on demand.

A fault is of a kind, may be limited to an `operation` (its name, or a root field), a `field` (`name` or `Type.name`), an
`account` number, and a number of `times`. The transport kinds strike whole requests, by root field if a `field` is given; the
other kinds strike where the field is resolved.
"""

from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, Literal, get_args

type Kind = Literal[
    "http_500",  # HTTP 500 with a JSON body
    "http_502",  # HTTP 502 with an HTML body
    "timeout",  # no answer for `seconds` (default a day), then the connection drops
    "slow",  # the answer comes `seconds` (default 1) late
    "truncated",  # the body ends in the middle, under a Content-Length that promises all of it
    "html",  # HTTP 200 with an HTML page
    "throttled",  # KT-CT-1199 for the whole request
    "expired_token",  # KT-CT-1124 for the whole request, whatever the token
    "refused_field",  # `code` (default KT-CT-4501) wherever `field` is resolved
    "removed_field",  # the schema no longer has `field`: HTTP 400
    "internal_error",  # KT-CT-7899 wherever `field` (default halfHourlyReadings) is resolved
    "empty",  # readings: none
    "partial",  # readings: a `share` (default 0.3) of the rows is missing, at random
    "short",  # readings: only the newer `share` (default 0.5) of the rows
    "duplicates",  # readings: every row twice, not always adjacent
    "out_of_order",  # readings: shuffled
]
KINDS: tuple[str, ...] = get_args(Kind.__value__)
TRANSPORT = frozenset(
    {"http_500", "http_502", "timeout", "slow", "truncated", "html", "throttled", "expired_token"}
)
READINGS = frozenset({"empty", "partial", "short", "duplicates", "out_of_order"})
FIELD = frozenset({"refused_field", "internal_error"})


@dataclass
class Fault:
    """A fault that is switched on; `times` None is for good, `fired` counts."""

    id: int
    kind: str
    operation: str | None = None
    field: str | None = None
    account: str | None = None
    times: int | None = None
    code: str = "KT-CT-4501"
    seconds: float = 86400.0
    share: float | None = None
    fired: int = 0

    @property
    def spent(self) -> bool:
        """Whether it struck as often as it should."""
        return self.times is not None and self.fired >= self.times

    def fire(self) -> None:
        """Count one strike."""
        self.fired += 1

    def names(self, type_name: str, field_name: str) -> bool:
        """Whether it is about a schema field; a fault without a field is about every field."""
        return self.field in {None, field_name, f"{type_name}.{field_name}"}


@dataclass
class Request:
    """What a transport fault is matched against."""

    operation: str | None
    fields: tuple[str, ...]
    accounts: frozenset[str] = field(default_factory=frozenset)


class Faults:
    """The faults switched on, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Any:
        return iter(self.active())

    def active(self) -> list[Fault]:
        """Return the faults that still strike."""
        return [fault for fault in self._faults if not fault.spent]

    def add(self, kind: Kind, **options: Any) -> Fault:
        """Switch a fault on. Options: operation, field, account, times, code, seconds, share."""
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are: {', '.join(KINDS)}")
        if kind in FIELD | {"removed_field"} and "field" not in options:
            if kind != "internal_error":
                raise ValueError(f"{kind} needs a field")
            options["field"] = "halfHourlyReadings"
        if kind == "internal_error":
            options["code"] = "KT-CT-7899"
        if kind == "slow":
            options.setdefault("seconds", 1.0)
        fault = Fault(next(self._ids), kind, **options)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch one fault off."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """Switch every fault off."""
        self._faults.clear()

    def state(self) -> list[dict[str, Any]]:
        """Return the active faults as JSON."""
        return [asdict(fault) for fault in self.active()]

    def transport(self, request: Request) -> Fault | None:
        """Return, and count, the fault that strikes a request."""
        for fault in self.active():
            if fault.kind in TRANSPORT and _matches(fault, request):
                fault.fire()
                return fault
        return None

    def removed(self, request: Request) -> list[Fault]:
        """Return the removed fields that concern a request."""
        return [
            fault
            for fault in self.active()
            if fault.kind == "removed_field" and _matches(fault, request)
        ]

    def on_field(
        self, request: Request, type_name: str, field_name: str, account: str | None
    ) -> Fault | None:
        """Return, and count, the fault that refuses a field."""
        for fault in self._faults:
            if (
                fault.kind in FIELD
                and not fault.spent
                and fault.names(type_name, field_name)
                and fault.account in {None, account}
                and (
                    fault.operation is None
                    or fault.operation in (request.operation, *request.fields)
                )
            ):
                fault.fire()
                return fault
        return None

    def on_readings(self, request: Request, field_name: str, account: str | None) -> list[Fault]:
        """Return, and count, the faults that spoil a list of readings."""
        struck = [
            fault
            for fault in self.active()
            if fault.kind in READINGS
            and (fault.field or field_name).rpartition(".")[2] == field_name
            and fault.account in {None, account}
            and (fault.operation is None or fault.operation in (request.operation, *request.fields))
        ]
        for fault in struck:
            fault.fire()
        return struck


def _matches(fault: Fault, request: Request) -> bool:
    if fault.operation is not None and fault.operation not in (request.operation, *request.fields):
        return False
    if fault.kind in TRANSPORT and fault.field is not None and fault.field not in request.fields:
        return False
    return fault.account is None or fault.account in request.accounts
