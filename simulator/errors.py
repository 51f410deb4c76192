"""Errors as the API writes them: a code, its type and its message (docs/api.md#signing-in)."""

from typing import Any

from graphql import GraphQLError

_UNAUTHORIZED = ("AUTHORIZATION", "Unauthorized.")
_INVALID = ("VALIDATION", "Invalid data.")

CODES: dict[str, tuple[str, str]] = {
    "KT-CT-1111": _UNAUTHORIZED,
    "KT-CT-1112": ("AUTHORIZATION", "'Authorization' header not provided."),
    "KT-CT-1113": ("SERVICE_AVAILABILITY", "Disabled GraphQL field requested."),
    "KT-CT-1114": ("SERVICE_AVAILABILITY", "Disabled GraphQL input field provided."),
    "KT-CT-1124": ("APPLICATION", "Signature of the JWT has expired."),
    "KT-CT-1134": _INVALID,
    "KT-CT-1135": _INVALID,
    "KT-CT-1136": _INVALID,
    "KT-CT-1138": ("VALIDATION", "Please make sure the credentials are correct."),
    "KT-CT-1139": _INVALID,
    "KT-CT-1141": _INVALID,
    "KT-CT-1142": _INVALID,
    "KT-CT-1143": ("AUTHORIZATION", "Value of 'Authorization' header is not a valid credential."),
    "KT-CT-1146": _INVALID,
    "KT-CT-1148": ("AUTHORIZATION", "MFA required."),
    "KT-CT-1160": _INVALID,
    "KT-CT-1188": ("AUTHORIZATION", "Query is too complex."),
    "KT-CT-1189": ("AUTHORIZATION", "Query exceeds maximum allowed node count."),
    "KT-CT-1199": ("AUTHORIZATION", "Too many requests."),
    "KT-CT-1201": ("VALIDATION", "Pagination parameters not provided."),
    "KT-CT-1202": ("VALIDATION", "Invalid pagination parameters."),
    "KT-CT-1603": ("VALIDATION", "Invalid query."),
    "KT-CT-1605": ("VALIDATION", "Invalid input."),
    "KT-CT-1609": ("VALIDATION", "The provided datetime is not timezone aware."),
    "KT-CT-3822": _UNAUTHORIZED,
    "KT-CT-3824": _UNAUTHORIZED,
    "KT-CT-4148": ("VALIDATION", "Invalid data."),
    "KT-CT-4177": _UNAUTHORIZED,
    "KT-CT-4178": ("NOT_FOUND", "No account found with given account number."),
    "KT-JP-4608": ("", "Unable to get matched products."),
    "KT-JP-4610": ("", "Postal information not found."),
    "KT-CT-4340": ("APPLICATION", "Unable to fetch planned dispatches."),
    "KT-CT-4341": ("APPLICATION", "Unable to fetch completed dispatches."),
    "KT-CT-4501": _UNAUTHORIZED,
    "KT-CT-4719": ("APPLICATION", "No supply point found for identifier provided."),
    "KT-CT-4720": ("VALIDATION", "Cannot construct a valid datetime range from inputs."),
    "KT-CT-4722": ("APPLICATION", "Supply point readings API not configured."),
    "KT-CT-4723": ("VALIDATION", "Invalid market name provided."),
    "KT-CT-7899": ("APPLICATION", "An internal error occurred."),
    "KT-CT-9215": ("SERVICE_AVAILABILITY", "Loyalty points balance query disabled."),
    "KT-CT-9222": ("VALIDATION", "Invalid data."),
    "KT-CT-11100": ("SERVICE_AVAILABILITY", "API key authentication is not available."),
    "KT-JP-4601": ("VALIDATION", "Invalid postcode."),
    "KT-JP-12401": ("NOT_FOUND", "Typical usage data is missing for the given grid operator."),
    "KT-JP-12402": ("NOT_FOUND", "Typical usage data is missing for the given month."),
    "KT-JP-12403": ("NOT_FOUND", "Typical usage data is missing for the given product code."),
}

# What the registry of a sister site says beside the message, where it says more.
_DESCRIPTIONS = {
    "KT-CT-1139": "Authentication failed.",
    "KT-CT-1141": "Authentication failed.",
    "KT-CT-1142": "Authentication failed.",
    "KT-CT-1146": "User's password has expired.",
    "KT-CT-1148": "This authentication method is unavailable when MFA is enforced.",
    "KT-CT-1160": "Please make sure the captcha response is present in the input.",
}


class KrakenError(GraphQLError):
    """An error of the service. Raised in a resolver, it nulls the field up to the nearest nullable parent."""

    def __init__(self, code: str) -> None:
        kind, message = CODES.get(code, ("APPLICATION", "An internal error occurred."))
        description = _DESCRIPTIONS.get(code, message)
        super().__init__(
            message,
            extensions={"errorType": kind, "errorCode": code, "errorDescription": description},
        )
        self.code = code


def response(code: str) -> dict[str, Any]:
    """Return the body of an answer that failed as a whole."""
    return {"errors": [KrakenError(code).formatted], "data": None}
