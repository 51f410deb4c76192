"""Errors of a GraphQL answer, read into our classes: by code first, by type second (FACTS 4).

The service's types mislead: limits arrive as AUTHORIZATION, an expired token as APPLICATION, a wrong password as VALIDATION.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
import re

from ..errors import (
    AuthFailure,
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
    KrakenTokenError,
    KrakenTooComplexError,
)

_CODE = re.compile(r"KT-[A-Z]{2}-\d{1,6}")
_QUOTED = re.compile(r"""["']([_A-Za-z][_0-9A-Za-z]*)["']""")
_NOT_IN_INPUT = re.compile(
    r"""[Ff]ield ["'](?:email|password|APIKey|preSignedKey|refreshToken)["'] is not defined"""
)
_SCHEMA = re.compile(
    r"Cannot query field|Unknown (?:argument|type|fragment|field)|must have a sel|got invalid value"
)


def _table(classes: Mapping[type[KrakenError], str]) -> dict[str, type[KrakenError]]:
    return {f"KT-CT-{code}": kind for kind, codes in classes.items() for code in codes.split()}


_BY_CODE = _table(
    {
        KrakenTokenError: "1112 1120 1124 1125 1126 1127 1143 1144",
        KrakenThrottledError: "1199",
        KrakenRefusedError: "1111 1113 1145 3822 3824 4301 4340 4341 4382 4501 9215 9216 9217 9218 12010 12049",
        KrakenNotFoundError: "4177 4178 4719 4722",
        KrakenQueryError: "1114 1201 1202 1203 1603 1604 1605 1609 4720 4723",
        KrakenTooComplexError: "1188 1189",
        KrakenServiceError: "7899",
    }
)
_BY_TYPE: dict[str, type[KrakenError]] = {
    "AUTHORIZATION": KrakenRefusedError,
    "NOT_FOUND": KrakenNotFoundError,
    "VALIDATION": KrakenQueryError,
}
# At sign-in. 1136-1146 all say "Invalid data."; which of them means an expired password is not established.
_AUTH_FAILURES = {
    "KT-CT-1114": AuthFailure.FIELD_DISABLED,
    "KT-CT-1134": AuthFailure.REFRESH_TOKEN_REJECTED,
    "KT-CT-1135": AuthFailure.REFRESH_TOKEN_REJECTED,
    "KT-CT-1136": AuthFailure.INCOMPLETE,
    "KT-CT-1137": AuthFailure.INCOMPLETE,
    "KT-CT-1138": AuthFailure.INVALID_CREDENTIALS,
    "KT-CT-1139": AuthFailure.INVALID_CREDENTIALS,
    "KT-CT-1141": AuthFailure.PASSWORD_EXPIRED,
    "KT-CT-1142": AuthFailure.REJECTED,
    "KT-CT-1146": AuthFailure.REJECTED,
    "KT-CT-1148": AuthFailure.MFA_REQUIRED,
    "KT-CT-11100": AuthFailure.API_KEY_UNAVAILABLE,
}
# When an answer holds several errors, the one that decides. What may pass goes before what lasts, so that a moment's fault is
# never taken for a refusal.
_RANK: tuple[type[KrakenError], ...] = (
    KrakenThrottledError,
    KrakenAuthError,
    KrakenTokenError,
    KrakenConnectionError,
    KrakenServiceError,
    KrakenQueryError,
    KrakenTooComplexError,
    KrakenRefusedError,
    KrakenNotFoundError,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of `errors`. Its message is not kept: it may quote what we sent."""

    code: str | None
    kind: str | None
    path: tuple[str | int, ...]
    schema: bool
    field: str | None
    input_field: bool

    @property
    def codes(self) -> frozenset[str]:
        """The code as the errors carry it."""
        return frozenset({self.code} if self.code else ())


def read(entry: object, document: str) -> Fault:
    """Read one entry of `errors`, whatever it holds. Names are kept only where our own document contains them."""
    entry = entry if isinstance(entry, dict) else {}
    extensions = entry.get("extensions")
    extensions = extensions if isinstance(extensions, dict) else {}
    message = str(entry.get("message"))
    code = str(extensions.get("errorCode"))
    kind = extensions.get("errorType") or extensions.get("errorClass")
    path = entry.get("path")
    path = path if isinstance(path, list) else []
    named = [name for name in _QUOTED.findall(message) if re.search(rf"\b{name}\b", document)]
    schema = bool(_SCHEMA.search(message))
    return Fault(
        code=code if _CODE.fullmatch(code) else None,
        kind=kind if isinstance(kind, str) else None,
        path=tuple(step for step in path if isinstance(step, str | int)),
        schema=schema,
        field=named[0] if schema and named else None,
        input_field=bool(_NOT_IN_INPUT.search(message)),
    )


def error(fault: Fault, asked: str, retry_after: timedelta | None = None) -> KrakenError:
    """Return the error of one fault of the operation `asked`."""
    kind = _BY_CODE.get(fault.code or "")
    if kind is None:
        kind = (
            KrakenQueryError if fault.schema else _BY_TYPE.get(fault.kind or "", KrakenServiceError)
        )
    if kind is KrakenQueryError:
        return KrakenQueryError(f"{asked} was not accepted", field=fault.field, codes=fault.codes)
    if kind is KrakenThrottledError:
        return KrakenThrottledError(
            f"{asked}: too many requests", retry_after=retry_after, codes=fault.codes
        )
    return kind(f"{asked}: {_PHRASE[kind]}", codes=fault.codes)


_PHRASE: dict[type[KrakenError], str] = {
    KrakenTokenError: "the access token was not accepted",
    KrakenTooComplexError: "too much at once",
    KrakenRefusedError: "refused",
    KrakenNotFoundError: "not found",
    KrakenServiceError: "the service failed",
}


def worst(errors: Iterable[KrakenError]) -> KrakenError | None:
    """Return the error that decides for all of `errors`."""
    return min(errors, key=lambda error: _RANK.index(type(error)), default=None)


def sign_in_error(fault: Fault, retry_after: timedelta | None = None) -> KrakenError:
    """Return the error of a fault in obtaining a token: what is not a limit or a failure is a rejection."""
    reason = _AUTH_FAILURES.get(fault.code or "")
    if reason is None and fault.input_field:
        reason = AuthFailure.FIELD_DISABLED
    elsewhere = error(fault, "signing in", retry_after)
    rejected = fault.kind == "VALIDATION" or isinstance(elsewhere, KrakenRefusedError)
    if reason is None and rejected and not fault.schema:
        reason = AuthFailure.REJECTED
    if reason is None:
        return elsewhere
    return KrakenAuthError(
        f"the credential was rejected: {reason}", reason=reason, codes=fault.codes
    )
