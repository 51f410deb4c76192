"""Client of the Kraken API of Octopus Energy Japan. Knows nothing of Home Assistant."""

from .auth.credential import ApiKey, Credential, EmailPassword, PreSignedKey, RefreshToken
from .auth.tokens import SignIn
from .client import KrakenClient
from .errors import (
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
    KrakenTooComplexError,
    concerns_login,
)
from .graphql.points import ByPoint
from .half_hours import Readings
from .models import Direction
from .reading_paths import (
    AccountAnswers,
    PathChoice,
    PathFinder,
    ReadingPath,
    listed_since,
    read,
    speaks_against,
    windows,
)
from .readings import LONGEST_WINDOW
from .transport import TIMEOUT

__all__ = [
    "LONGEST_WINDOW",
    "TIMEOUT",
    "AccountAnswers",
    "ApiKey",
    "AuthFailure",
    "ByPoint",
    "Credential",
    "Direction",
    "EmailPassword",
    "KrakenAuthError",
    "KrakenClient",
    "KrakenConnectionError",
    "KrakenError",
    "KrakenNotFoundError",
    "KrakenQueryError",
    "KrakenRefusedError",
    "KrakenServiceError",
    "KrakenSignInEndedError",
    "KrakenSignInError",
    "KrakenThrottledError",
    "KrakenTooComplexError",
    "PathChoice",
    "PathFinder",
    "PreSignedKey",
    "ReadingPath",
    "Readings",
    "RefreshToken",
    "SignIn",
    "concerns_login",
    "listed_since",
    "read",
    "speaks_against",
    "windows",
]
