"""What can go wrong, by what a caller has to do about it.

The text of an error is built from fixed phrases, error codes, HTTP statuses and names out of our own documents. Messages of the
service are never repeated: they may quote an account number, an e-mail address or a password.
"""

from datetime import timedelta
from enum import StrEnum


class AuthFailure(StrEnum):
    """Why a credential was turned down, as far as the service says (docs/api.md#signing-in)."""

    INVALID_CREDENTIALS = "invalid_credentials"
    INCOMPLETE = "incomplete"
    AUTHENTICATION_FAILED = "authentication_failed"
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105  # A reason, not a password.
    MFA_REQUIRED = "mfa_required"
    CAPTCHA_REQUIRED = "captcha_required"
    REFRESH_TOKEN_REJECTED = "refresh_token_rejected"  # noqa: S105


class KrakenError(Exception):
    """Something that the service did or refused; `codes` are its error codes, such as KT-CT-4501.

    `retry_after`: how long to wait before the next try, where that is known.
    """

    def __init__(
        self,
        message: str,
        *,
        codes: frozenset[str] = frozenset(),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{message} ({', '.join(sorted(codes))})" if codes else message)
        self.codes = codes
        self.retry_after = retry_after


class KrakenConnectionError(KrakenError):
    """No answer, or one that is not the API's: network, time-out, 5xx, HTML, a body cut short. It may pass."""


class KrakenAuthError(KrakenError):
    """The service says that the credential is wrong. It is not sent again; the user has to give another one."""

    def __init__(
        self, message: str, *, reason: AuthFailure, codes: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(message, codes=codes)
        self.reason = reason


class KrakenSignInError(KrakenError):
    """No token at present: signing in failed in a way that may pass. It is not tried again before `retry_after`."""


class KrakenSignInEndedError(KrakenSignInError):
    """The service no longer offers this way of signing in. The credential may be right; it is not sent again."""


class KrakenThrottledError(KrakenError):
    """Too many requests; `retry_after` where the service told how long."""


class KrakenRefusedError(KrakenError):
    """Not for this login, by this path, or at present. Asking again soon changes nothing."""


class KrakenNotFoundError(KrakenError):
    """The account or the supply point does not exist, or is no longer this login's."""


class KrakenUnlistedError(KrakenNotFoundError):
    """The account answered, and does not list the point: it has left, or the list came short."""


class KrakenQueryError(KrakenError):
    """The service does not accept the document or its arguments; `field` where it named one.

    `detail`: what REST says of a body or a query. It may quote what was sent, so that it is for who wrote that and for no log.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        detail: str | None = None,
        codes: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(message, codes=codes)
        self.field = field
        self.detail = detail


class KrakenTooComplexError(KrakenQueryError):
    """The document asks for more at once than the service allows (1188, 1189): it is refused for good, a smaller one is not."""


class KrakenServiceError(KrakenError):
    """The service failed inside (7899), or answered something that we cannot make sense of. It may pass."""


class KrakenTooLargeError(KrakenServiceError):
    """The answer is larger than an answer may be, and was not read to its end: less has to be asked for at once."""


class KrakenTokenError(KrakenServiceError):
    """The access token was not accepted. The client renews it once; this is seen only if that did not help."""


def concerns_login(error: KrakenError) -> bool:
    """Tell whether an error concerns the whole login, so that no other question is worth asking now."""
    return isinstance(error, KrakenAuthError | KrakenThrottledError | KrakenSignInError)
