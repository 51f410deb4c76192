"""What can go wrong on demand.

A fault is of a kind and may be limited: to an `operation` (its name, or a root field), a `field` (`name` or `Type.name`), an
`account` number, a `point` (SPIN or GPIN), a `household` (its key: a login), and a number of `times`. Without `times` it lasts
until it is taken back. `KINDS` says of each kind what it strikes: the whole request, a field, the rows of a list of readings,
the schema, an account, or signing in.
"""

from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any, Literal

type Kind = Literal[
    "http_401", "http_403", "http_429", "http_500", "http_502", "http_503", "timeout", "slow", "truncated", "html",
    "throttled", "expired_token", "refused_field", "internal_error", "value", "empty_list", "removed_field",
    "refused_account", "empty", "partial", "short", "duplicates", "out_of_order", "captcha", "locked", "multi_factor",
    "password_expired", "removed_input", "input_off", "sign_in_off",
]  # fmt: skip
type Strikes = Literal["request", "field", "value", "schema", "account", "readings", "sign_in"]


@dataclass(frozen=True)
class Sort:
    """What a kind of fault strikes, and what its options are when they are not given."""

    strikes: Strikes
    defaults: dict[str, Any] = field(default_factory=dict)
    needs: str | None = None


_READ = {"field": "halfHourlyReadings"}
KINDS: dict[str, Sort] = {
    # The whole request, by the gateway before the service: HTML, with `Retry-After` if `retry_after` is given.
    "http_401": Sort("request"),
    "http_403": Sort("request"),
    "http_429": Sort("request"),
    "http_500": Sort("request"),  # JSON body
    "http_502": Sort("request"),
    "http_503": Sort("request"),
    "timeout": Sort("request"),  # no answer for `seconds` (a day), then the connection drops
    "slow": Sort("request", {"seconds": 1.0}),  # the answer comes `seconds` late
    "truncated": Sort("request"),  # the body ends in the middle of what Content-Length promises
    "html": Sort("request"),  # HTTP 200 with an HTML page
    # The whole request, by the service: HTTP 200 with a code.
    "throttled": Sort("request", {"code": "KT-CT-1199"}),
    "expired_token": Sort("request", {"code": "KT-CT-1124"}),  # whatever the token
    # Wherever a field is resolved.
    "refused_field": Sort("field", {"code": "KT-CT-4501"}, needs="field"),
    "internal_error": Sort("field", {"code": "KT-CT-7899"} | _READ),
    "value": Sort(
        "value", needs="field"
    ),  # says `value` there, unchecked: see absurd.py; a `Raw` in place of an object too
    "empty_list": Sort("value", {"value": []}, needs="field"),
    # The schema.
    "removed_field": Sort("schema", needs="field"),  # HTTP 400 for a document that has it
    # `account(accountNumber:)`. The login still lists the account; 4177 (not yours), 4178 (no such), 1111, 7899.
    "refused_account": Sort("account", {"code": "KT-CT-4177"}),
    # Lists of readings.
    "empty": Sort("readings"),
    "partial": Sort("readings", {"share": 0.3}),  # this share of the rows is missing, at random
    "short": Sort("readings", {"share": 0.5}),  # only the newer share of the rows
    "duplicates": Sort("readings"),  # every row twice, not always adjacent
    "out_of_order": Sort("readings"),  # shuffled
    # Signing in with e-mail and password. No code says "locked": the service has three that say "Authentication failed".
    "captcha": Sort("sign_in", {"code": "KT-CT-1160"}),  # until `captchaResponse` is given
    "locked": Sort("sign_in", {"code": "KT-CT-1142"}),
    "multi_factor": Sort("sign_in", {"code": "KT-CT-1148"}),
    "password_expired": Sort("sign_in", {"code": "KT-CT-1146"}),
    # The end of signing in by e-mail (it may go from 2026-09-21), in the three shapes that it may take.
    "removed_input": Sort("schema"),  # HTTP 400 that names the input field
    "input_off": Sort("sign_in", {"code": "KT-CT-1114"}),
    "sign_in_off": Sort("sign_in", {"code": "KT-CT-11100"}),
}


@dataclass
class Fault:
    """A fault that is switched on; `times` None is for good, `fired` counts."""

    id: int
    kind: str
    operation: str | None = None
    field: str | None = None
    account: str | None = None
    point: str | None = None
    household: str | None = None
    times: int | None = None
    code: str = ""
    seconds: float = 86400.0
    share: float | None = None
    value: Any = None
    retry_after: float | str | None = None
    fired: int = 0

    @property
    def strikes(self) -> Strikes:
        """What it strikes."""
        return KINDS[self.kind].strikes

    @property
    def spent(self) -> bool:
        """Whether it struck as often as it should."""
        return self.times is not None and self.fired >= self.times

    @property
    def particular(self) -> bool:
        """Whether it is about one account or one point."""
        return self.account is not None or self.point is not None

    def fire(self) -> None:
        """Count one strike."""
        self.fired += 1

    def names(self, type_name: str, field_name: str) -> bool:
        """Whether it is about a schema field; a fault without a field is about every field."""
        return self.field in {None, field_name, f"{type_name}.{field_name}"}

    def asked(self, request: Request) -> bool:
        """Whether it is about a request's operation and login."""
        operations = (None, request.operation, *request.fields)
        return self.operation in operations and self.household in {None, request.household}

    def owned(self, owner: Owner) -> bool:
        """Whether it is about what an account, or a point, says."""
        return self.account in {None, owner.account} and self.point in {None, owner.point}


@dataclass(frozen=True)
class Owner:
    """The account and the point that a field is about, if it is about any."""

    account: str | None = None
    point: str | None = None


@dataclass
class Request:
    """What a fault is matched against. `accounts` are the accounts and points that it names; `household` who asks."""

    operation: str | None
    fields: tuple[str, ...]
    accounts: frozenset[str] = field(default_factory=frozenset)
    household: str | None = None


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
        """Switch a fault on; the options are the fields of `Fault`."""
        sort = KINDS.get(kind)
        if sort is None:
            raise ValueError(f"no fault {kind!r}; there are: {', '.join(KINDS)}")
        if sort.needs is not None and sort.needs not in options:
            raise ValueError(f"{kind} needs a {sort.needs}")
        fault = Fault(next(self._ids), kind, **(sort.defaults | options))
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
        return self._first("request", request, lambda fault: _named(fault, request))

    def removed(self, request: Request) -> list[Fault]:
        """Return the removed fields, of outputs and of the sign-in's input, that concern a request."""
        return [
            fault
            for fault in self.active()
            if fault.strikes == "schema" and fault.asked(request) and _named(fault, request)
        ]

    def on_account(self, request: Request, number: str) -> Fault | None:
        """Return, and count, the fault that refuses an account."""
        return self._first("account", request, lambda fault: fault.account in {None, number})

    def on_sign_in(self, request: Request, *, captcha_solved: bool) -> Fault | None:
        """Return, and count, the fault that refuses an e-mail address and password."""
        return self._first(
            "sign_in", request, lambda fault: not (captcha_solved and fault.kind == "captcha")
        )

    def on_field(
        self, request: Request, type_name: str, field_name: str, owner: Owner
    ) -> Fault | None:
        """Return, and count, the fault that refuses a field."""
        return self._on("field", request, type_name, field_name, owner)

    def on_value(
        self, request: Request, type_name: str, field_name: str, owner: Owner
    ) -> Fault | None:
        """Return, and count, the fault that says something else in a field."""
        return self._on("value", request, type_name, field_name, owner)

    def on_readings(self, request: Request, field_name: str, owner: Owner) -> list[Fault]:
        """Return, and count, the faults that spoil a list of readings."""
        struck = [
            fault
            for fault in self.active()
            if fault.strikes == "readings"
            and (fault.field or field_name).rpartition(".")[2] == field_name
            and fault.asked(request)
            and fault.owned(owner)
        ]
        for fault in struck:
            fault.fire()
        return struck

    def _on(
        self, strikes: Strikes, request: Request, type_name: str, field_name: str, owner: Owner
    ) -> Fault | None:
        return self._first(
            strikes,
            request,
            lambda fault: fault.names(type_name, field_name) and fault.owned(owner),
        )

    def _first(self, strikes: Strikes, request: Request, about: Any) -> Fault | None:
        for fault in self._faults:
            if (
                fault.strikes == strikes
                and not fault.spent
                and fault.asked(request)
                and about(fault)
            ):
                fault.fire()
                return fault
        return None


def _named(fault: Fault, request: Request) -> bool:
    """Whether a request as a whole is about the fault's field, account and point."""
    if fault.strikes == "request" and fault.field is not None and fault.field not in request.fields:
        return False
    return {fault.account, fault.point} - {None} <= request.accounts
