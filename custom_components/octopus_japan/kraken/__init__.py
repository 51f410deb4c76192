"""Client of the Kraken API of Octopus Energy Japan. Knows nothing of Home Assistant."""

from .client import KrakenClient
from .credential import ApiKey, Credential, EmailPassword, PreSignedKey, RefreshToken
from .errors import (
    AuthFailure,
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
)
from .intervals import Readings
from .models import Direction
from .readings import ReadingPath, next_path, read
from .usage import LONGEST_WINDOW

__all__ = [
    "LONGEST_WINDOW",
    "ApiKey",
    "AuthFailure",
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
    "KrakenThrottledError",
    "PreSignedKey",
    "ReadingPath",
    "Readings",
    "RefreshToken",
    "next_path",
    "read",
]
