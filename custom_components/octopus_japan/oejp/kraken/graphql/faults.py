"""Errors of a GraphQL answer, read into our classes: by code first, by type second (docs/api.md#errors).

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
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
    KrakenTokenError,
    KrakenTooComplexError,
)

_LONGEST = 1000
"""Of a message and of a path: what else they say, names nothing of ours."""
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
        KrakenTokenError: "1112 1120 1124 1125 1126 1127 1143 1144 1162 1163",
        KrakenThrottledError: "1199",
        KrakenRefusedError: "1111 1113 1145 3822 3824 4301 4340 4341 4382 4501 9215 9216 9217 9218 12010 12049",
        KrakenNotFoundError: "4177 4178 4719 4722",
        KrakenQueryError: "1114 1201 1202 1203 1603 1604 1605 1609 4720 4723",
        KrakenTooComplexError: "1188 1189",
        KrakenServiceError: "7899",
    }
) | {
    # Of a quote: no product for the home, a postcode of nowhere. It comes without a type (docs/api.md#quotes).
    "KT-JP-4608": KrakenNotFoundError,
    "KT-JP-4610": KrakenNotFoundError,
}
_BY_TYPE: dict[str, type[KrakenError]] = {
    "AUTHORIZATION": KrakenRefusedError,
    "NOT_FOUND": KrakenNotFoundError,
    "VALIDATION": KrakenQueryError,
}
# At sign-in (docs/api.md#signing-in). 1139, 1141 and 1142 say "Authentication failed"; a locked login looks so too.
_AUTH_FAILURES = {
    "KT-CT-1134": AuthFailure.REFRESH_TOKEN_REJECTED,
    "KT-CT-1135": AuthFailure.REFRESH_TOKEN_REJECTED,
    "KT-CT-1136": AuthFailure.INCOMPLETE,
    "KT-CT-1137": AuthFailure.INCOMPLETE,
    "KT-CT-1138": AuthFailure.INVALID_CREDENTIALS,
    "KT-CT-1139": AuthFailure.AUTHENTICATION_FAILED,
    "KT-CT-1141": AuthFailure.AUTHENTICATION_FAILED,
    "KT-CT-1142": AuthFailure.AUTHENTICATION_FAILED,
    "KT-CT-1146": AuthFailure.PASSWORD_EXPIRED,
    "KT-CT-1148": AuthFailure.MFA_REQUIRED,
    "KT-CT-1160": AuthFailure.CAPTCHA_REQUIRED,
    "KT-CT-1161": AuthFailure.INVALID_CREDENTIALS,
}
_ENDED = {"KT-CT-1114", "KT-CT-11100"}
# When an answer holds several errors, the one that decides. What may pass goes before what lasts, so that a moment's fault is
# never taken for a refusal.
_RANK: tuple[type[KrakenError], ...] = (
    KrakenThrottledError,
    KrakenAuthError,
    KrakenSignInEndedError,
    KrakenTokenError,
    KrakenConnectionError,
    KrakenSignInError,
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
    message = entry.get("message")
    message = message[:_LONGEST] if isinstance(message, str) else ""
    code = str(extensions.get("errorCode"))
    kind = extensions.get("errorType") or extensions.get("errorClass")
    path = entry.get("path")
    path = path[:_LONGEST] if isinstance(path, list) else []
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
    """Return the error of a fault in obtaining a token.

    Only what says that the credential is wrong rejects it. A way of signing in has ended where the service says that the
    input is switched off or no longer in the schema. All else may pass.
    """
    if (reason := _AUTH_FAILURES.get(fault.code or "")) is not None:
        return KrakenAuthError(
            f"the credential was rejected: {reason}", reason=reason, codes=fault.codes
        )
    if fault.code in _ENDED or fault.input_field:
        return KrakenSignInEndedError("this way of signing in has ended", codes=fault.codes)
    found = error(fault, "signing in", retry_after)
    return found if isinstance(found, KrakenThrottledError) else sign_in_failed(found)


def sign_in_failed(found: KrakenError) -> KrakenError:
    """Return what an error means for signing in: no refusal there says anything about a document or about a reading path."""
    if isinstance(found, KrakenAuthError | KrakenThrottledError | KrakenConnectionError):
        return found
    return KrakenSignInError(f"signing in failed: {found}", codes=found.codes)
